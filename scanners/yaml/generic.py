"""YAML of no special format: every value by its key, hosts beside ports, and comments that name local addresses."""

import re
from collections.abc import Iterator

from unmoor.model.facts import Reference
from unmoor.scanners.addresses import addresses_in
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, walk
from unmoor.text.addresses import host_class

_COMMENT = re.compile(rb"(?m)^[ \t]*#[^\r\n]*(?:localhost|\d+\.\d+\.\d+\.\d|host\.docker\.internal|::1)[^\r\n]*")
_LOCAL = frozenset(["loopback", "private", "tailnet", "docker-internal"])
_PORT_KEYS = ("port", "PORT", "Port")
_HOST_NAMES = frozenset(["host", "hostname", "address", "server"])
_DISPLAY_KEYS = frozenset(["description", "summary", "title", "example", "help", "documentation", "homepage"])


def references(unit: Unit, root: Value, place: Place) -> Iterator[Reference]:
    """Every address and `${X}` below a value; `place` gives what holds for all of them."""
    if root.scalar:
        yield from draw(unit, root, place)
        return
    ports = _ports(root)
    seen: set[tuple[int, str]] = set()
    for path, key, value in walk(root):
        if value.kind == "map" and value.items and value.size > 4:
            ports.update(_ports(value))
        if not value.scalar or (value.lo, path[-1] if path else "") in seen:
            continue
        name = key.text or (path[-1] if path else "")
        seen.add((value.lo, name))
        yield from draw(unit, value, at(place, path, name, ports.get(id(value))))


def at(place: Place, path: tuple[str, ...], name: str, port: int | None = None) -> Place:
    """The place of one value below `place`."""
    scope = ".".join((place.scope, *path)) if place.scope else ".".join(path)
    attrs = {**place.attrs, "sibling_port": port} if port else place.attrs
    role = "display" if place.role == "config" and name in _DISPLAY_KEYS else place.role
    return place._replace(key=name, scope=scope, attrs=attrs, role=role)


def _ports(value: Value) -> dict[int, int]:
    """The port that stands beside a host in a map: {id of the host's value: port}."""
    if value.kind != "map":
        return {}
    found = {}
    for key, item in value.items:
        if item.scalar and key.text.lower() in _HOST_NAMES:
            port = next((value.string(name) for name in _PORT_KEYS if value.string(name).isdigit()), "")
            if port:
                found[id(item)] = int(port)
    return found


def comments(unit: Unit, documents: list[Value]) -> Iterator[Reference]:
    """Loopback and private addresses in comment lines."""
    source = unit.text.text
    hits = list(_COMMENT.finditer(source))
    if not hits:
        return
    blocks = [
        (value.lo, value.hi)
        for root in documents
        for _, _, value in walk(root)
        if value.scalar and value.parts and value.hi - value.lo > 2
    ]
    for match in hits:
        start = match.start() + match.group().index(b"#")
        if any(lo <= start < hi for lo, hi in blocks):
            continue
        for found in addresses_in(unit, start, match.end(), "comment", "yaml", "yaml:comment"):
            if host_class(str(found.attrs["host"])) in _LOCAL:
                yield found
