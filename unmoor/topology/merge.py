"""How Compose lays one file over another: https://github.com/compose-spec/compose-spec/blob/main/13-merge.md."""

from collections.abc import Callable

from unmoor.model.spans import Location, Span
from unmoor.topology.items import Item, copy, scalar_like

Path = tuple[str, ...]

# Written as a list or a map, merged by key. The character that parts key and value in the list form.
_KEYED = {
    "environment": "=",
    "labels": "=",
    "annotations": "=",
    "sysctls": "=",
    "extra_hosts": ":=",
    "args": "=",
    "additional_contexts": "=",
    "depends_on": "",
    "networks": "",
}
_REPLACED = ("command", "entrypoint", "test")
_TEXT_OR_LIST = ("dns", "dns_search", "tmpfs", "env_file", "label_file")


def merge(base: Item, over: Item, path: Path = ()) -> Item:
    """`over` laid over `base`. Neither is changed. `path`: the keys from the top of the file, "*" for a name."""
    if over.tag == "!override":
        return _bare(over)
    base, over = normal(base, path), normal(over, path)
    if base.kind == "map" and over.kind == "map":
        return _maps(base, over, path)
    if base.kind == "seq" and over.kind == "seq" and path[-1:] and path[-1] not in _REPLACED:
        return _sequences(base, over, path)
    return copy(base) if over.kind == "null" else copy(over)


def _bare(item: Item) -> Item:
    found = copy(item)
    found.tag = ""
    return found


def normal(item: Item, path: Path) -> Item:
    """The long form of what may be written in two ways, so that both merge alike."""
    last = path[-1] if path else ""
    service = len(path) == 3 and path[0] == "services"
    if last in _KEYED and item.kind == "seq" and (service or last not in ("networks", "depends_on")):
        return _keyed(item, _KEYED[last])
    if service and last == "build" and item.scalar():
        return _wrapped(item, "context")
    if service and last == "extends" and item.scalar():
        return _wrapped(item, "service")
    if service and last in _TEXT_OR_LIST and item.scalar():
        return Item("seq", item.at, base=item.base, items=[item])
    return item


def _wrapped(item: Item, key: str) -> Item:
    return Item("map", item.at, base=item.base, tag=item.tag, entries={key: item}, keys={key: item.at})


def _keyed(item: Item, separators: str) -> Item:
    found = Item("map", item.at, base=item.base, tag=item.tag)
    for entry in item.items:
        if not entry.scalar():
            continue
        key, value = _pair(entry, separators)
        found.entries[key], found.keys[key] = value, entry.at
    return found


def _pair(entry: Item, separators: str) -> tuple[str, Item]:
    """A list entry `KEY=value` as key and value; without a separator the value is null (taken from outside)."""
    places = [at for at in (entry.text.find(sign) for sign in separators) if at >= 0]
    if not places:
        return entry.text, Item("null", entry.at, base=entry.base)
    at = min(places)
    raws = [place for place in (entry.raw.find(sign) for sign in separators) if place >= 0]
    raw = entry.raw[min(raws) + 1 :] if raws else entry.text[at + 1 :]
    value = scalar_like(entry, entry.text[at + 1 :], raw)
    return entry.text[:at], value


def _maps(base: Item, over: Item, path: Path) -> Item:
    drivers = {_text(base, "driver"), _text(over, "driver")} - {""}
    if path[-1:] == ("logging",) and len(drivers) == 2:
        return copy(over)
    found = copy(base)
    named = len(path) == 1 and path[0] in _SECTIONS
    for key, value in over.entries.items():
        below = (*path, "*" if named else key)
        if value.tag == "!reset":
            found.entries.pop(key, None)
            found.keys.pop(key, None)
            continue
        old = found.entries.get(key)
        found.entries[key] = copy(value) if old is None else merge(old, value, below)
        found.entries[key].tag = "" if value.tag == "!override" else found.entries[key].tag
        found.keys[key] = over.keys[key] if old is None or value.scalar() else found.keys[key]
    return found


_SECTIONS = ("services", "networks", "volumes", "configs", "secrets")


def _text(item: Item, key: str) -> str:
    found = item.get(key)
    return found.text if found is not None else ""


def _sequences(base: Item, over: Item, path: Path) -> Item:
    identity = _IDENTITY.get(path[-1]) if len(path) == 3 and path[0] == "services" else None
    found = copy(base)
    if identity is None:
        seen = {_plain(entry) for entry in found.items}
        found.items += [copy(entry) for entry in over.items if not entry.scalar() or _plain(entry) not in seen]
        return found
    places = {identity(entry): index for index, entry in enumerate(found.items)}
    for entry in over.items:
        key = identity(entry)
        if key in places:
            old = found.items[places[key]]
            both = old.kind == "map" and entry.kind == "map"
            found.items[places[key]] = merge(old, entry) if both else copy(entry)
        else:
            places[key] = len(found.items)
            found.items.append(copy(entry))
    return found


def _plain(item: Item) -> str:
    return f"{item.kind}:{item.text}" if item.scalar() else repr(sorted(item.entries))


def _port_identity(item: Item) -> object:
    if item.kind == "map":
        parts = {key: _text(item, key) for key in ("host_ip", "target", "published", "protocol")}
        return (parts["host_ip"], parts["published"], parts["target"], parts["protocol"] or "tcp")
    body, _, protocol = item.text.partition("/")
    head, _, target = body.rpartition(":")
    ip, _, published = head.rpartition(":")
    return (ip.strip("[]"), published, target, protocol or "tcp")


def _target_identity(item: Item) -> object:
    if item.kind == "map":
        return (_text(item, "target") or _text(item, "source")).rstrip("/")
    parts = item.text.split(":")
    return (parts[1] if len(parts) > 1 else parts[0]).rstrip("/")


_IDENTITY: dict[str, Callable[[Item], object]] = {
    "ports": _port_identity,
    "volumes": _target_identity,
    "configs": _target_identity,
    "secrets": _target_identity,
    "devices": _target_identity,
    "env_file": lambda item: _text(item, "path") if item.kind == "map" else item.text,
}


def strip_resets(item: Item) -> None:
    """Remove what is tagged `!reset`: it resets in a single file too."""
    for key in [key for key, value in item.entries.items() if value.tag == "!reset"]:
        del item.entries[key]
        item.keys.pop(key, None)
    for value in [*item.entries.values(), *item.items]:
        strip_resets(value)


def empty(path: str, base: str | None) -> Item:
    """A file with nothing in it."""
    return Item("map", Location(path, Span(0, 0)), base=base)
