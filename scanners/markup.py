"""HTML and its templates (Jinja, EJS, ERB, Handlebars, Liquid): inline scripts as JavaScript, and attributes.

A lexer over tags, not a parser: template syntax may stand anywhere. Template expressions inside scripts are masked.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from unmoor.model.facts import Facts, Reference, Role
from unmoor.scanners import scan_embedded
from unmoor.scanners.addresses import addresses_in
from unmoor.scanners.unit import Unit
from unmoor.syntax.tags import tags
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
_ITSELF = ("directive", "expression", "ternary", "concatenation")  # positions of the expression's own value
_SPOKEN = frozenset({"loopback", "private", "tailnet", "docker-internal", "dotless", "wildcard", "computed"})
_WORTH = re.compile(rb"://|localhost|127\.0|\d\.\d+\.\d+\.\d|0\.0\.0\.0|['\"]/")


def scan(unit: Unit) -> Facts:
    """The facts of a page or template."""
    return body(unit, [])


def body(unit: Unit, skip: list[tuple[int, int]], component: str = "") -> Facts:
    """Scripts, tags and text outside the ranges in `skip`. component: "vue", "svelte" or "astro" if it is one."""
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
    found: list[tuple[int, int]] = []
    for tag in _component_tags(text, component) if component else _tags(text):
        if not _inside(tag.start, taken):
            found.append((tag.start, tag.end))
            _attributes(unit, tag, facts, component)
    facts.references += _text(unit, sorted(taken + found))
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


class _Attribute(NamedTuple):
    """A name and the place of its value; code: the value is an expression."""

    name: str
    lo: int
    hi: int
    code: bool


class _Tag(NamedTuple):
    """An opening tag with those of its attributes that may hold an address."""

    name: str
    start: int
    end: int
    attributes: list[_Attribute]


def _tags(text: bytes) -> Iterator[_Tag]:
    for tag in _TAG.finditer(text):
        attributes = []
        for match in _ATTRIBUTE.finditer(tag.group(2)) if tag.group(2) and _WORTH.search(tag.group(2)) else ():
            group = next(i for i in (2, 3, 4, 5) if match.group(i) is not None)
            lo, hi = tag.start(2) + match.start(group), tag.start(2) + match.end(group)
            name = match.group(1).decode("utf-8", "replace")
            attributes.append(_Attribute(name, lo, hi, group == 4 or _BOUND.match(name) is not None))
        yield _Tag(tag.group(1).decode("ascii", "replace").lower(), tag.start(), tag.end(), attributes)


def _component_tags(text: bytes, component: str) -> Iterator[_Tag]:
    for tag in tags(text, component):
        attributes = []
        for name, _, lo, hi, quote in tag.attributes:
            code = quote in ("{", "`") or (component == "vue" and _BOUND.match(name) is not None)
            around = 1 if quote == "`" else 0
            attributes.append(_Attribute(name, lo - around, hi + around, code))
        yield _Tag(tag.name.lower(), tag.start, tag.end, attributes)


def _attributes(unit: Unit, tag: _Tag, facts: Facts, component: str) -> None:
    for name, lo, hi, code in tag.attributes:
        if code and component:
            facts.add(_bound(unit, tag.name, name, lo, hi))
        elif code:
            facts.add(_expression(unit, lo, hi, "javascript"))
        elif _WORTH.search(b"'" + unit.text.text[lo:hi]):
            facts.references += _value(unit, tag.name, name, lo, hi)


def _bound(unit: Unit, element: str, name: str, lo: int, hi: int) -> Facts:
    """An attribute that an expression gives its value. What the expression itself is, is what the attribute is for."""
    facts = _expression(unit, lo, hi, "tsx")
    plain = re.sub(r"^(?::|v-bind:)", "", name)
    role, why = _role(element, plain)
    for index, reference in enumerate(facts.references):
        if reference.role == "config" and reference.attrs.get("position") in _ITSELF:
            attrs = {**reference.attrs, "position": f"attribute:{plain}", "key": plain, "element": element}
            facts.references[index] = structs.replace(reference, role=role, why=why, attrs=attrs)
    return facts


def _expression(unit: Unit, lo: int, hi: int, language: str) -> Facts:
    """An attribute whose value is code: `:href="…"`, `onclick="…"`, Svelte's `{…}`."""
    if not _WORTH.search(unit.text.text, lo, hi):
        return Facts()
    inner = _decoded(unit.text.text, lo, hi, (b"(", b")") if language == "tsx" else (b"", b""))
    layer = "attribute:ts" if language == "tsx" else "attribute:js"
    facts = scan_embedded("typescript" if language == "tsx" else "javascript", unit.inner(inner, layer))
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


def _decoded(text: bytes, start: int, end: int, around: tuple[bytes, bytes] = (b"", b"")) -> Mapped:
    """The text without its entities. around: what is put before and behind it, of no place in the source."""
    parts: list[tuple[bytes, int, int]] = [(around[0], start, start)]
    at = start
    for match in _ENTITY.finditer(text, start, end):
        decoded = html.unescape(match.group().decode("ascii")).encode("utf-8", "replace")
        if decoded != match.group():
            parts += [(text[at : match.start()], at, match.start()), (decoded, match.start(), match.end())]
            at = match.end()
    return Mapped.build([*parts, (text[at:end], at, end), (around[1], end, end)])


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
