"""The `volumes:` of a service, and the `configs`, `secrets` and `develop.watch` that bring files into it."""

import re

from unmoor.model.spans import Location, Span
from unmoor.project import normalise
from unmoor.topology.interpolate import split_outside
from unmoor.topology.items import Item
from unmoor.topology.model import Mount, Value

_WINDOWS = re.compile(r"^[A-Za-z]:[\\/]")


def _inner(path: str) -> str:
    """A target as Compose compares it: without a slash at its end."""
    return path.rstrip("/") or path


def mounts(item: Item) -> list[Mount]:
    """Every mount of a service's `volumes:` and `tmpfs:`."""
    found = []
    volumes = item.get("volumes")
    for entry in volumes.items if volumes is not None and volumes.kind == "seq" else []:
        mount = _long(entry) if entry.kind == "map" else _short(entry)
        if mount is not None:
            found.append(mount)
    return found


def _short(entry: Item) -> Mount | None:
    parts = split_outside(entry.text, ":")
    if _WINDOWS.match(entry.text) and len(parts) > 1:
        parts = [(parts[0][0] + ":" + parts[1][0], 0), *parts[2:]]
    if len(parts) == 1:
        return Mount("anonymous", None, None, _inner(parts[0][0]), False, entry.at)
    source, target = parts[0][0], _inner(parts[1][0])
    read_only = len(parts) > 2 and "ro" in parts[2][0].split(",")
    raw = split_outside(entry.raw, ":")[0][0]
    value = Value(None if "${" in source else source, raw, _part(entry, raw))
    return _mount(source, value, target, read_only, entry, _is_path(source))


def _is_path(source: str) -> bool:
    return source.startswith((".", "/", "~", "$")) or bool(_WINDOWS.match(source)) or "/" in source


def _mount(source: str, value: Value, target: str, read_only: bool, entry: Item, path: bool) -> Mount:
    if not path:
        return Mount("volume", value, None, target, read_only, entry.at)
    where = normalise(source, entry.base) if entry.base is not None and value.text is not None else None
    return Mount("bind", value, where, target, read_only, entry.at)


def _long(entry: Item) -> Mount | None:
    target, source, kind = entry.get("target"), entry.get("source"), entry.get("type")
    text = _inner(target.text) if target is not None else ""
    name = kind.text if kind is not None else "volume"
    read_only = entry.get("read_only")
    fixed = read_only is not None and read_only.text == "true"
    if name == "tmpfs":
        return Mount("tmpfs", None, None, text, fixed, entry.at)
    if source is None:
        return Mount("anonymous", None, None, text, fixed, entry.at)
    return _mount(source.text, source.value(), text, fixed, source, name == "bind")


def _part(entry: Item, raw: str) -> Location:
    """The place of the source in a short form."""
    span = entry.at.span
    if len(entry.raw.encode()) != span.end - span.start:
        return entry.at
    return Location(entry.at.path, Span(span.start, span.start + len(raw.encode())))
