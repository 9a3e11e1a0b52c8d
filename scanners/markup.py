"""HTML and its templates (Jinja, EJS, ERB, Handlebars, Liquid): inline scripts as JavaScript, and attributes.

A lexer over tags, not a parser: template syntax may stand anywhere. Template expressions inside scripts are masked.
"""

import html
import re
from collections.abc import Iterator

from msgspec import structs

from unmoor.model.facts import Facts, Reference, Role
from unmoor.scanners import scan_embedded
from unmoor.scanners.addresses import addresses_in
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class
from unmoor.text.mapped import Mapped

_SCRIPT = re.compile(rb"<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)(?:</script\s*>|\Z)", re.S | re.I)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)|\{#.*?#\}|\{\{!--.*?--\}\}|<%#.*?%>", re.S)
_TAG = re.compile(
    rb"<([A-Za-z][\w:.-]*)((?:\s|/)(?:[^<>\"'{]|\"[^\"]*\"|'[^']*'|\{[^{}]*\}|\{\{.*?\}\}|<%.*?%>)*)?>", re.S
)
_ATTRIBUTE = re.compile(
    rb"([@:#\w][\w:.@-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|\{((?:[^{}]|\{[^{}]*\})*)\}|([^\s\"'<>={]+))"
)
_TEMPLATE = re.compile(rb"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>", re.S)
_ENTITY = re.compile(rb"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TYPE = re.compile(rb"\btype\s*=\s*[\"']?([\w/+.-]*)", re.I)
_CODE_TYPE = re.compile(rb"(?i)^(?:|(?:text|application)/(?:x-)?(?:java|ecma|type)script|module|text/babel|text/jsx)$")
_JSON_TYPE = re.compile(rb"(?i)^(?:application/(?:\w+\+)?json|importmap)$")
_TYPED = re.compile(rb"lang\s*=\s*[\"'](tsx?|typescript)[\"']", re.I)
_LOADED = re.compile(
    r"(?i)^(?:href|src|action|formaction|poster|srcset|cite|data|to|url|xlink:href|hx-(?:get|post|put|patch|delete)|ws-connect|sse-connect)$"
)
_SHOWN = re.compile(r"(?i)^(?:placeholder|title|alt|label|aria-[\w-]+|summary|description|helper-?text)$")
_BOUND = re.compile(r"^(?::|v-bind:|@|v-on:|v-[\w-]+|x-[\w:-]+|on[a-z]+$|bind:|on:)")
_SPOKEN = frozenset({"loopback", "private", "tailnet", "docker-internal", "dotless", "wildcard", "computed"})
_WORTH = re.compile(rb"://|localhost|127\.0|\d\.\d+\.\d+\.\d|0\.0\.0\.0|['\"]/")


def scan(unit: Unit) -> Facts:
    """The facts of a page or template."""
    return body(unit, [])


def body(unit: Unit, skip: list[tuple[int, int]], default: str = "javascript") -> Facts:
    """Scripts, tags and text outside the ranges in `skip`. default: the grammar of expressions bound to attributes."""
    text = unit.text.text
    facts = Facts()
    taken = list(skip)
    for match in _COMMENT.finditer(text):
        if not _inside(match.start(), taken):
            taken.append(match.span())
            facts.references += _comment(unit, *match.span())
    for match in _SCRIPT.finditer(text):
        if _inside(match.start(), taken):
            continue
        facts.add(_script(unit, match))
        taken.append(match.span(2))
    taken.sort()
    tags: list[tuple[int, int]] = []
    for match in _TAG.finditer(text):
        if _inside(match.start(), taken):
            continue
        tags.append(match.span())
        if match.group(2) and _WORTH.search(match.group(2)):
            _attributes(unit, match, facts, default)
    facts.references += _text(unit, sorted(taken + tags))
    return facts


def _inside(at: int, ranges: list[tuple[int, int]]) -> bool:
    return any(lo <= at < hi for lo, hi in ranges)


def _script(unit: Unit, match: "re.Match[bytes]") -> Facts:
    """An inline script in the language that its tag names."""
    head, (lo, hi) = match.group(1) or b"", match.span(2)
    named = _TYPE.search(head)
    kind = named.group(1) if named else b""
    if not match.group(2).strip() or not _CODE_TYPE.match(kind):
        if _JSON_TYPE.match(kind):
            return Facts(
                references=list(addresses_in(unit, lo, hi, "config", "markup", "script:json", why="data in a page"))
            )
        return Facts()
    typed = _TYPED.search(head)
    language = ("tsx" if typed.group(1).lower() == b"tsx" else "typescript") if typed else "javascript"
    code = Mapped.whole(unit.text.text).slice(lo, hi)
    holes = [(m.start(), m.end()) for m in _TEMPLATE.finditer(code.text)]
    layer = "script:" + {"javascript": "js", "typescript": "ts"}.get(language, language)
    return scan_embedded(language, unit.inner(code.masked(holes) if holes else code, layer))


def _comment(unit: Unit, lo: int, hi: int) -> Iterator[Reference]:
    for reference in addresses_in(
        unit, lo, hi, "comment", "markup", "html:comment", why="a comment", attrs={"position": "comment"}
    ):
        if host_class(str(reference.attrs["host"])) in _SPOKEN:
            yield reference


def _attributes(unit: Unit, tag: "re.Match[bytes]", facts: Facts, default: str) -> None:
    base = tag.start(2)
    element = tag.group(1).decode("ascii", "replace").lower()
    for match in _ATTRIBUTE.finditer(tag.group(2)):
        group = next(i for i in (2, 3, 4, 5) if match.group(i) is not None)
        lo, hi = base + match.start(group), base + match.end(group)
        name = match.group(1).decode("utf-8", "replace")
        if group == 4 or _BOUND.match(name):
            facts.add(_expression(unit, lo, hi, default))
        elif _WORTH.search(b"'" + match.group(group)):
            facts.references += _value(unit, element, name, lo, hi)


def _expression(unit: Unit, lo: int, hi: int, default: str) -> Facts:
    """An attribute whose value is code: `:href="…"`, `onclick="…"`, Svelte's `{…}`."""
    if not _WORTH.search(unit.text.text, lo, hi):
        return Facts()
    inner = _decoded(unit.text.text, lo, hi)
    layer = "attribute:ts" if default == "tsx" else "attribute:js"
    facts = scan_embedded("typescript" if default == "tsx" else "javascript", unit.inner(inner, layer))
    facts.problems.clear()  # an object or a statement list as an attribute is no program, and no fault of the file
    facts.traits.clear()
    return facts


def _value(unit: Unit, element: str, name: str, lo: int, hi: int) -> Iterator[Reference]:
    """Addresses in a plain attribute; a relative form action or htmx call is a route."""
    role, why = _role(element, name)
    inner = unit.inner(_decoded(unit.text.text, lo, hi), "html:attribute")
    attrs = {"position": f"attribute:{name}", "key": name, "element": element}
    size = len(inner.text.text)
    yield from addresses_in(inner, 0, size, role, "markup", "", why=why, attrs=attrs)
    verb = name.lower().removeprefix("hx-").upper() if name.lower().startswith("hx-") else "GET"
    text = inner.text.text.decode("utf-8", "replace")
    if (
        text.startswith("/")
        and not text.startswith("//")
        and (name.lower() == "action" or verb != "GET" or name.lower() == "hx-get")
    ):
        yield inner.reference(
            "route",
            0,
            size,
            text,
            "request",
            "markup",
            "",
            why=why,
            attrs={"method": verb, "call": f"{element}.{name}", "base": False},
        )


def _role(element: str, name: str) -> tuple[Role, str]:
    if name.startswith("xmlns"):
        return "display", "an XML namespace"
    if _LOADED.match(name):
        return "request", f"followed or loaded from `{name}`"
    if _SHOWN.match(name):
        return "display", f"shown (`{name}`)"
    if name.lower() == "content" and element == "meta":
        return "config", "metadata of the page"
    return "config", f"the value of `{name}`"


def _decoded(text: bytes, start: int, end: int) -> Mapped:
    parts: list[tuple[bytes, int, int]] = []
    at = start
    for match in _ENTITY.finditer(text, start, end):
        decoded = html.unescape(match.group().decode("ascii")).encode("utf-8", "replace")
        if decoded != match.group():
            parts += [(text[at : match.start()], at, match.start()), (decoded, match.start(), match.end())]
            at = match.end()
    return Mapped.build([*parts, (text[at:end], at, end)])


def _text(unit: Unit, taken: list[tuple[int, int]]) -> Iterator[Reference]:
    """Addresses in the text between tags are shown."""
    at = 0
    for lo, hi in [*taken, (len(unit.text.text), len(unit.text.text))]:
        if lo > at and _WORTH.search(unit.text.text, at, lo):
            for reference in addresses_in(
                unit, at, lo, "display", "markup", "html:text", why="text of the page", attrs={"position": "text"}
            ):
                if reference.attrs["scheme"] or host_class(str(reference.attrs["host"])) in _SPOKEN:
                    yield structs.replace(reference)
        at = max(at, hi)
