"""References to addresses: every literal that holds one, with its role."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from msgspec import structs
from tree_sitter import Node

from unmoor.model.facts import Reference, Role
from unmoor.model.spans import Span
from unmoor.scanners.addresses import addresses_in, attributes, host_value
from unmoor.scanners.ecmascript import names
from unmoor.scanners.ecmascript.context import context_of
from unmoor.scanners.ecmascript.literals import Literal, is_sum, literal, plain, spine
from unmoor.scanners.ecmascript.marks import NOTED, hits, places
from unmoor.scanners.ecmascript.role import Context
from unmoor.scanners.ecmascript.source import Chain, Source, arguments, unwrap
from unmoor.text.addresses import host_class, split_authority

_DECODED = re.compile(rb"://|localhost|127\.|0\.0\.0\.0|[0-9]\.[0-9]+\.[0-9]+\.[0-9]|::1\]|docker|\}//|\}:[0-9]")
_HOSTNAME = re.compile(r"^(?:[A-Za-z][\w-]*|[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)(?::\d{2,5})?$")
_WORD_STRING = re.compile(rb"['\"][A-Za-z0-9][\w.-]*(?::\d+)?['\"]$")
_PAGE = re.compile(
    r"\$\{[^{}]*\}:?//((?:\$\{[^{}]*\}|[\w.-])+)(?::(\d{2,5}|\$\{[^{}]*\}))?((?:[/?#][^\s\"'`<>]*)?)"
    r"|^(\$\{[^{}]*[hH]ost[^{}]*\}|\$\{[^{}]*HOST[^{}]*\}):(\d{2,5})((?:/[^\s\"'`<>]*)?)"
)
_HOME = re.compile(
    r"(?:/home/(?!runner\b|node\b|user\b|username\b|ubuntu\b|app\b|circleci\b|you\b|me\b|\$|<|\{)[a-z][\w.-]*"
    r"|/Users/(?!you\b|username\b|user\b|me\b|\$|<|\{|name\b)[A-Za-z][\w.-]*|[A-Z]:\\Users\\(?!you|username|user\b|<|\{)[\w.-]+)(?=[/\\]|$)[\w./\\-]*"
)
_CODE_TEXT = re.compile(
    r"(?:fetch|axios(?:\.\w+)?|WebSocket|EventSource)\s*\(\s*[\\'\"`]|(?:src|href|action)\s*=\s*\\?[\"']"
)
_PORT_NAME = re.compile(r"(?:\]|[^:/}])\}?:\$\{([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,3})\}(?=[/?#]|$)")
_COMPARED = ("comparison", "display", "type", "comment")


def addresses(
    source: Source, chain: Chain, done: set[int], interest: "Interest"
) -> Iterator[tuple[Reference, Context]]:
    """The references in the literal at the end of the chain; concatenations are taken whole, once."""
    top = len(chain) - 1
    if top > 0 and chain[top - 1].node.id in done:
        return
    while top > 0 and is_sum(chain[top - 1].node):
        top -= 1
    node = chain[top].node
    if top != len(chain) - 1:
        done |= spine(node)
    jsx = top > 0 and chain[top - 1].node.type == "jsx_attribute"
    found = literal(source, node, jsx)
    if found is None or not found.text.text:
        return
    if not _DECODED.search(found.text.text) and not interest.near_host(node) and not _HOME.search(found.value):
        return
    yield from _read(source, chain, top, found)


class Interest:
    """Where in a text something stands that makes a literal worth following; found by memory searches."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.hits = hits(text)
        self.hosts = sorted(at for word in (b"host", b"Host", b"HOST") for at in places(text, word))

    def worth(self, node: Node) -> bool:
        """Whether a literal may hold an address, a home directory, or the name of a host."""
        lo, hi = node.start_byte, node.end_byte
        at = bisect_left(self.hits, lo)
        if at < len(self.hits) and self.hits[at] < hi:
            return True
        return self.near_host(node)

    def near_host(self, node: Node) -> bool:
        """Whether a plain word may be a host: `host` stands on its line before it."""
        lo, hi = node.start_byte, node.end_byte
        near = bisect_left(self.hosts, lo) - 1
        if near < 0 or lo - self.hosts[near] > 200 or hi - lo > 80 or node.type != "string":
            return False
        return bool(_WORD_STRING.match(self.text, lo, hi)) and self.text.rfind(b"\n", self.hosts[near], lo) < 0


def _read(source: Source, chain: Chain, top: int, found: Literal) -> Iterator[tuple[Reference, Context]]:
    context = context_of(source, chain, top)
    if context.skip:
        return
    scope = scope_of(source, chain, top)
    unit = source.unit.inner(found.text, found.layer, scope=scope or source.unit.scope)
    runtime = context.runtime or unit.runtime
    attrs = dict(context.attrs)
    if attrs.get("schema") and names.UPPER.match(str(attrs.get("key") or "")):
        attrs.setdefault("env", attrs["key"])
    holes = [source.unit.span(lo, hi) for lo, hi in found.holes]
    hosts = _is_host(context, found)
    size = len(found.text.text)
    if hosts:
        attrs.update(_port_beside(source, chain, top))
        references = list(host_value(unit, 0, size, context.role, source.grammar, "", attrs=attrs))
    else:
        references = list(addresses_in(unit, 0, size, context.role, source.grammar, "", attrs=attrs))
        references = [reference for reference in references if not _within(reference.span, holes)]
        references += _page_hosts(source, unit, found, references, context.role, attrs)
    csp = bool(references) and bool(names.CSP.search(found.value))
    for reference in references:
        role, why = _role(context, found.value, reference, csp)
        more = {**_computed(found, reference), **constant_port(source, reference)}
        yield (
            structs.replace(reference, role=role, why=why, runtime=runtime, attrs={**reference.attrs, **more}),
            context,
        )
    yield from _homes(unit, found, context, source.grammar)


def _within(span: Span, holes: list[Span]) -> bool:
    """Whether a span lies in what is computed: that is a literal, or a name, of its own."""
    return any(hole.contains(span) and hole != span for hole in holes)


def _is_host(context: Context, found: Literal) -> bool:
    key, env = str(context.attrs.get("key", "")), str(context.attrs.get("env", ""))
    constant = str(context.attrs.get("constant", ""))
    if context.role in ("display", "type", "comparison", "cors-origin") or (
        not _HOSTNAME.match(found.value) and found.value[:1] not in "[0123456789"
    ):
        return False
    if "/" in found.value or " " in found.value:
        return False
    if key == "pattern" or (context.position == "parameter" and not names.HOST_KEY.match(key)):
        return False
    return any(names.HOST_KEY.match(name) for name in (key, env, constant) if name)


def _port_beside(source: Source, chain: Chain, top: int) -> dict[str, Any]:
    """`port` of the object in which a `host` stands."""
    for at in range(top, max(1, top - 8), -1):
        if chain[at].node.type == "pair" and chain[at - 1].node.type == "object":
            for pair in chain[at - 1].node.named_children[:60]:
                if pair.type == "pair" and source.name(pair.child_by_field_name("key")).strip("'\"") == "port":
                    number = port_of(source, pair.child_by_field_name("value"))
                    return {"port": number, "explicit": True, "port_beside": True}
            return {}
    return {}


def port_of(source: Source, node: Node | None, depth: int = 0) -> int | None:
    """The port that an expression gives: a number, a numeric string, or the fallback of a variable."""
    if node is None or depth > 6:
        return None
    text = plain(source, node)
    if text is not None:
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else None
    if node.type == "identifier":
        return port_of(source, source.values.get(source.name(node)), depth + 1)
    if node.type == "binary_expression":
        return port_of(source, node.child_by_field_name("right"), depth + 1)
    if node.type == "ternary_expression":
        return port_of(source, node.child_by_field_name("alternative"), depth + 1)
    if node.type == "call_expression":
        given = node.child_by_field_name("arguments")
        return port_of(
            source, given.named_children[0] if given is not None and given.named_children else None, depth + 1
        )
    if node.type in (
        "parenthesized_expression",
        "as_expression",
        "non_null_expression",
        "unary_expression",
        "satisfies_expression",
    ):
        return port_of(source, node.named_children[0] if node.named_children else None, depth + 1)
    return None


def constant_port(source: Source, reference: Reference) -> dict[str, Any]:
    """The port of `http://localhost:${PORTS.API}` where that is a constant of this file; never one that may be set."""
    if reference.attrs.get("port") is not None or not reference.attrs.get("explicit"):
        return {}
    match = _PORT_NAME.search(reference.value)
    if match is None:
        return {}
    name, *members = match.group(1).split(".")
    node = unwrap(source.values.get(name))
    for member in members:
        node = unwrap(_member(source, node, member))
    number = port_of(source, node) if node is not None and node.type in ("number", "string") else None
    return {"port": number, "port_from": match.group(1)} if number is not None else {"port_name": match.group(1)}


def _member(source: Source, node: Node | None, name: str) -> Node | None:
    """The value of a property of an object literal, also behind `Object.freeze(…)`."""
    if node is not None and node.type == "call_expression":
        node = next(iter(arguments(node)), None)
    for pair in node.named_children[:300] if node is not None and node.type == "object" else []:
        if pair.type == "pair" and source.name(pair.child_by_field_name("key")).strip("'\"") == name:
            return pair.child_by_field_name("value")
    return None


def _role(context: Context, text: str, reference: Reference, csp: bool) -> tuple[Role, str]:
    if csp:
        return "cors-origin", "a source of a content security policy"
    if (context.decided and context.role in _COMPARED) or context.role == "type":
        return context.role, context.why
    if context.role in ("default", "config") and re.search(
        r"(?i)bind|listen", f"{context.attrs.get('env')} {context.attrs.get('key')}"
    ):
        return "bind", "the name says that it is bound"
    if context.role == "dummy-base" and reference.attrs.get("explicit") and "base_of" in context.attrs:
        return "request", f"the base of `new URL({context.attrs['base_of']}, …)`"
    if not text.startswith(reference.value) and _CODE_TEXT.search(text[:2000]):
        return "request", "called by the code in this text"
    if context.role in ("config", "default", "dev-branch", "request") and _in_sentence(text, reference.value):
        return "display", "stands in a sentence"
    if (
        reference.value == "localhost"
        and not names.HOST_KEY.match(str(context.attrs.get("key", "")))
        and context.position in ("array", "comparison")
    ):
        return "comparison", "a host in a list"
    return context.role, context.why


def _in_sentence(text: str, value: str) -> bool:
    """Whether words of a sentence stand around a value (not a command's options or `key=value` pairs)."""
    at = max(text.find(value), 0)
    before, after = text[max(0, at - 120) : at], text[at + len(value) : at + len(value) + 80]
    if not before.strip() and not after.strip():
        return False
    return bool(
        re.search(r"[A-Za-z]{2,}[^\s=]*\s+[^\s=]*$", before)
        or re.search(r"[A-Za-z]:\s*$|\s$", before)
        or re.match(r"[\s),.;]*\s[A-Za-z(]{2,}", after)
    )


def _computed(found: Literal, reference: Reference) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if "${" in reference.value and found.holes:
        more["computed"] = True
    if found.layer == "js:concat" and not found.value.endswith(reference.value):
        more["prefix"] = True
    return more


def _page_hosts(
    source: Source, unit: Any, found: Literal, taken: list[Reference], role: Role, attrs: dict[str, Any]
) -> Iterator[Reference]:
    """Addresses whose scheme is computed too: `${location.protocol}//${location.hostname}:8080`."""
    if not found.holes:
        return
    text = found.value
    for match in _PAGE.finditer(text):
        host, port, rest = (match.group(i) or match.group(i + 3) or "" for i in (1, 2, 3))
        lo, hi = len(text[: match.start()].encode()), len(text[: match.end()].encode())
        span = unit.span(lo, hi)
        if any(reference.span.overlaps(span) for reference in taken):
            continue
        name, number, explicit = split_authority(f"{host}:{port}" if port else host, "")
        computed: dict[str, Any] = {
            "scheme": "",
            "host": name,
            "port": number,
            "explicit": explicit,
            "user": False,
            "rest": rest,
            "computed": True,
        }
        yield unit.reference("url", lo, hi, match.group(), role, source.grammar, "", attrs={**computed, **attrs})


def _homes(unit: Any, found: Literal, context: Context, grammar: str) -> Iterator[tuple[Reference, Context]]:
    """One developer's home directory as a value."""
    text = found.value
    for match in _HOME.finditer(text):
        if match.start() and text[match.start() - 1] not in " '\"=:(,":
            continue
        lo, hi = len(text[: match.start()].encode()), len(text[: match.end()].encode())
        yield (
            unit.reference(
                "path",
                lo,
                hi,
                match.group(),
                context.role,
                grammar,
                "",
                why=context.why,
                attrs={**context.attrs, "use": "home"},
            ),
            context,
        )


def comment(source: Source, node: Node) -> Iterator[Reference]:
    """Loopback and private addresses in a comment; nothing else in comments is a fact."""
    if not NOTED.search(source.text, node.start_byte, node.end_byte):
        return
    for reference in addresses_in(
        source.unit,
        node.start_byte,
        node.end_byte,
        "comment",
        source.grammar,
        "js:comment",
        why="a comment",
        attrs={"position": "comment"},
    ):
        if host_class(str(reference.attrs["host"])) not in ("domain", "reserved", "public-ip"):
            yield reference


def pattern(source: Source, node: Node) -> Iterator[Reference]:
    """A regular expression that names a loopback or private host is a comparison."""
    if not NOTED.search(source.text, node.start_byte, node.end_byte):
        return
    yield from addresses_in(
        source.unit,
        node.start_byte,
        node.end_byte,
        "comparison",
        source.grammar,
        "js:regex",
        why="a regular expression",
        attrs={"position": "regex"},
    )


def scope_of(source: Source, chain: Chain, top: int) -> str:
    """The names of the functions, classes and constants around a place, outermost first."""
    found: list[str] = []
    for step, below in pairwise(chain[max(0, top - 200) : top + 1]):
        if (
            step.node.type
            in (
                "function_declaration",
                "class_declaration",
                "method_definition",
                "variable_declarator",
                "abstract_class_declaration",
                "enum_declaration",
                "generator_function_declaration",
            )
            and below.field != "name"
        ):
            name = source.name(step.node.child_by_field_name("name"))
            if name and len(name) < 80 and "{" not in name:
                found.append(name)
    return ".".join(found[-4:])


__all__ = ["addresses", "attributes", "comment", "pattern", "port_of", "scope_of"]
