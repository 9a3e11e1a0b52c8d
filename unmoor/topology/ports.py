"""The `ports:` and `expose:` of compose: short and long form, ranges, addresses, protocols."""

from unmoor.model.spans import Location, Span
from unmoor.topology.interpolate import Lookup, interpolate, split_outside
from unmoor.topology.items import Item
from unmoor.topology.model import Port

_WIDEST = 256  # ports of one range that are spread; wider ranges (media servers) are kept by their ends


def ports(item: Item | None, examples: Lookup | None = None) -> list[Port]:
    """Every mapping of a `ports:` list. examples: variables as the example env file documents them."""
    found: list[Port] = []
    for entry in item.items if item is not None else []:
        if entry.kind == "map":
            found += _long(entry)
        elif entry.scalar():
            found += _short(entry, examples)
    return found


def exposed(item: Item | None) -> list[int]:
    """The container ports of an `expose:` list."""
    found: list[int] = []
    for entry in item.items if item is not None else []:
        for port in _numbers(entry.text.partition("/")[0]):
            if port is not None and port not in found:
                found.append(port)
    return found


def _short(entry: Item, examples: Lookup | None) -> list[Port]:
    text = entry.text
    body, _, protocol = text.partition("/") if "${" not in text else _protocol(text)
    parts = split_outside(body, ":")
    container, host = parts[-1][0], parts[-2][0] if len(parts) > 1 else ""
    ip = ":".join(part for part, _ in parts[:-2]).strip("[]")
    where = _places(entry, len(parts))
    pairs = _pairs(_numbers(host) if host else [None], _numbers(container), bool(host))
    also = tuple(port for port in _numbers(host) if port) if _free(host, container) else ()
    also += tuple(port for port in _examples(entry, examples) if port not in also and str(port) != host)
    return [
        Port(h, c, ip, protocol or "tcp", entry.raw, entry.at, True, where[0] if host else None, where[1], also)
        for h, c in pairs
    ]


def _long(entry: Item) -> list[Port]:
    target, published = entry.get("target"), entry.get("published")
    ip, protocol = entry.get("host_ip"), entry.get("protocol")
    hosts = _numbers(published.text if published is not None else "")
    containers = _numbers(target.text if target is not None else "")
    raw = f"{published.raw if published else ''}:{target.raw if target else ''}"
    free = published is not None and _free(published.text, target.text if target else "")
    return [
        Port(
            host,
            container,
            ip.text if ip else "",
            protocol.text if protocol else "tcp",
            raw,
            entry.at,
            False,
            published.at if published else None,
            target.at if target else None,
            tuple(port for port in hosts if port) if free else (),
        )
        for host, container in _pairs(hosts, containers, published is not None)
    ]


def _examples(entry: Item, examples: Lookup | None) -> list[int]:
    """The host ports that the repository's example env file would give instead."""
    if examples is None or "$" not in entry.raw:
        return []
    parts = split_outside(_protocol(interpolate(entry.raw, examples).text)[0], ":")
    return [port for port in _numbers(parts[-2][0]) if port] if len(parts) > 1 else []


def _free(host: str, container: str) -> bool:
    """Whether Docker picks one host port out of a range."""
    return "-" in host and "-" not in container and "$" not in host


def _pairs(hosts: list[int | None], containers: list[int | None], given: bool) -> list[tuple[int | None, int | None]]:
    if not given:
        return [(None, container) for container in containers]
    if len(hosts) == len(containers):
        return list(zip(hosts, containers))
    return [(None, container) for container in containers]


def _numbers(text: str) -> list[int | None]:
    """A port or a range; [None] where it cannot be known."""
    first, dash, last = text.strip().partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        return [None]
    low, high = int(first), int(last) if dash else int(first)
    if high < low or high > 65535:
        return [None]
    return [low, high] if high - low > _WIDEST else list(range(low, high + 1))


def _protocol(text: str) -> tuple[str, str, str]:
    parts = split_outside(text, "/")
    return parts[0][0], "/", parts[1][0] if len(parts) > 1 else ""


def _places(entry: Item, count: int) -> tuple[Location | None, Location | None]:
    """Where the host and the container number stand in the file, if the text is written as it is read."""
    raw, span = entry.raw, entry.at.span
    if len(raw.encode()) != span.end - span.start or entry.style not in ("plain", "single", "double"):
        return None, None
    parts = split_outside(raw.partition("/")[0] if "${" not in raw else _protocol(raw)[0], ":")
    if len(parts) != count:
        return None, None

    def at(part: tuple[str, int]) -> Location:
        start = span.start + len(raw[: part[1]].encode())
        return Location(entry.at.path, Span(start, start + len(part[0].encode())))

    return at(parts[-2]) if count > 1 else None, at(parts[-1])
