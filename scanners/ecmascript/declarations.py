"""Ports that a process opens, and constants that are ports."""

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from unmoor.model.facts import Declaration
from unmoor.scanners.ecmascript import names
from unmoor.scanners.ecmascript.calls import callee_of
from unmoor.scanners.ecmascript.endpoints import port_of, scope_of
from unmoor.scanners.ecmascript.literals import plain
from unmoor.scanners.ecmascript.source import Chain, Source, arguments, unwrap

_PORTS = re.compile(r"(?i)port")
_CONSTANT = ("number", "string", "template_string", "object", "call_expression")
_EXPORT_LISTS = (
    re.compile(rb"export\s*\{([^{}]{0,4000})\}"),
    re.compile(rb"module\.exports\s*=\s*\{([^{}]{0,4000})\}"),
)
MOST_CONSTANTS = 40_000


def listens(source: Source, chain: Chain) -> Iterator[Declaration]:
    """`app.listen(3011, '0.0.0.0')`, `serve({port: 3011})`, `new WebSocketServer({port})`."""
    node = chain[-1].node
    callee, given = callee_of(source, node), arguments(node)
    if not given:
        return
    options = given[0] if given[0].type == "object" else None
    if re.search(r"(?:^|\.)listen$", callee):
        place = _value(source, options, "port") if options is not None else given[0]
        host = _value(source, options, "host") if options is not None else given[1] if len(given) > 1 else None
    elif re.search(
        r"^(?:Bun\.serve|Deno\.serve|serve|WebSocket\.Server|\w*Server)$",
        callee,
    ):
        options = options or next((a for a in given if a.type == "object"), None)
        listen = _value(source, options, "listen")
        place = _value(source, listen if listen is not None else options, "port")
        host = _value(source, options, "hostname") or _value(source, options, "host")
    else:
        return
    port = port_of(source, place)
    if place is None or port is None:
        return
    yield _port(source, chain, "listen", port, place, plain(source, host) or "", {"call": callee})


def served_ports(source: Source, chain: Chain) -> Iterator[Declaration]:
    """`server: {port: 5173}` of Vite, `devServer: {port}` of webpack."""
    node = chain[-1].node
    key = source.name(node.child_by_field_name("key")).strip("'\"")
    value = unwrap(node.child_by_field_name("value"))
    if not names.SERVER_OPTIONS.match(key) or value is None or value.type != "object":
        return
    place = _value(source, value, "port")
    port = port_of(source, place)
    if place is None or port is None:
        return
    host = plain(source, _value(source, value, "host")) or (
        "0.0.0.0" if source.name(_value(source, value, "host")) == "true" else ""
    )
    yield _port(source, chain, "webpack" if key == "devServer" else "vite", port, place, host, {"option": key})


def _port(
    source: Source, chain: Chain, name: str, port: int, place: Node, host: str, attrs: dict[str, Any]
) -> Declaration:
    environment = re.search(r"(?:process\.env|env)\.([A-Z]\w*)", _meaning(source, place))
    if environment:
        attrs["env"] = environment.group(1)
    return source.unit.declaration(
        "port",
        place.start_byte,
        place.end_byte,
        name,
        str(port),
        source.grammar,
        scope=scope_of(source, chain, len(chain) - 1),
        attrs={"host": host, **attrs},
    )


def _meaning(source: Source, place: Node) -> str:
    """The expression that a port is, followed through one name."""
    inner = unwrap(place)
    for _ in range(3):
        if inner is None or inner.type != "identifier" or source.name(inner) not in source.values:
            break
        inner = source.values[source.name(inner)]
    return source.name(inner)[:200]


def _value(source: Source, node: Node | None, key: str) -> Node | None:
    for pair in node.named_children[:80] if node is not None and node.type == "object" else []:
        if pair.type == "pair" and source.name(pair.child_by_field_name("key")).strip("'\"") == key:
            return pair.child_by_field_name("value")
        if pair.type == "shorthand_property_identifier" and source.name(pair) == key:
            return pair
    return None


def constants(source: Source, chain: Chain) -> Iterator[Declaration]:
    """Numbers that are called ports, which addresses in other files may name; members of object constants too."""
    node = chain[-1].node
    name = source.name(node.child_by_field_name("name"))
    value = unwrap(node.child_by_field_name("value"))
    if value is None or len(name) > 100 or value.type not in _CONSTANT:
        return
    exported = any(step.node.type == "export_statement" for step in chain[-4:-1]) or name in _exported(source)
    yield from _constant(source, name, value, exported, 0)


def _exported(source: Source) -> set[str]:
    """Names of `export { A, B as C }` and `module.exports = { A }`."""
    cached: set[str] | None = source.__dict__.get("_exported_names")
    if cached is None:
        cached = set()
        lists = [match for pattern in _EXPORT_LISTS for match in pattern.finditer(source.text)]
        for match in lists:
            for part in match.group(1).decode("utf-8", "replace").split(","):
                cached.add(part.strip().partition(" ")[0].partition(":")[0])
        source.__dict__["_exported_names"] = cached
    return cached


def _constant(source: Source, name: str, value: Node, exported: bool, depth: int) -> Iterator[Declaration]:
    value = unwrap(value) or value
    if value.type == "object" and depth < 3:
        for pair in value.named_children[:300]:
            inner = pair.child_by_field_name("value") if pair.type == "pair" else None
            if inner is not None:
                key = source.name(pair.child_by_field_name("key")).strip("[]'\"`")
                yield from _constant(source, f"{name}.{key}", inner, exported, depth + 1)
    elif value.type == "call_expression":
        if callee_of(source, value) == "Object.freeze":
            for given in arguments(value)[:1]:
                yield from _constant(source, name, given, exported, depth)
    elif value.type in ("number", "string", "template_string") and _PORTS.search(name):
        text = plain(source, value)
        if text is not None and (value.type == "number" or text.isdigit()):
            quote = 0 if value.type == "number" else 1
            yield source.unit.declaration(
                "constant",
                value.start_byte + quote,
                max(value.start_byte + quote, value.end_byte - quote),
                name,
                text,
                source.grammar,
                attrs={"exported": exported},
            )
