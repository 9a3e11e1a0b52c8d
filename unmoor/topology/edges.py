"""Who calls whom: the references whose runtime and target are both services."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.text.addresses import Address
from unmoor.topology.model import Resolution, Runtime

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

# Roles that reach nothing: what is only shown, compared or bound to is no edge.
IDLE = ("comment", "display", "example", "comparison", "bind", "dummy-base", "type", "cors-origin", "advertised")


class Edge(NamedTuple):
    """A call. port: as written. what: the variable or key that holds the address, "" if it stands alone."""

    stack: str
    source: str
    target: str
    port: int | None
    verdict: str
    what: str
    at: Location


def address_of(reference: Reference) -> Address:
    """The address that a reference holds, as its scanner took it apart."""
    attrs = reference.attrs
    port = attrs.get("port") or attrs.get("sibling_port")
    port = int(port) if isinstance(port, str) and port.isdigit() else port
    return Address(
        reference.value,
        0,
        len(reference.value),
        str(attrs.get("scheme") or ""),
        str(attrs.get("host") or ""),
        port if isinstance(port, int) else None,
        bool(attrs.get("explicit")),
        bool(attrs.get("user")),
        str(attrs.get("rest") or ""),
    )


def judged(topology: "Topology") -> Iterator[tuple[str, Reference, Runtime, Resolution]]:
    """Every address of the repository with each of its runtimes and what it means there."""
    for path, reference in topology.project.references("url", "host"):
        address = address_of(reference)
        for runtime in topology.runtimes(path, reference):
            yield path, reference, runtime, topology.resolve(address, runtime, path, reference)


def edges(topology: "Topology") -> list[Edge]:
    """The calls between services, each once for a source, a target and a port."""
    found: dict[tuple[object, ...], Edge] = {}
    for path, reference, runtime, resolution in judged(topology):
        target = resolution.service
        if reference.role in IDLE or target is None or not runtime.service or target.name == runtime.service:
            continue
        if runtime.stack != resolution.stack or runtime.kind == "browser":
            continue
        what = str(reference.attrs.get("env") or reference.attrs.get("key") or "")
        port = reference.attrs.get("port")
        edge = Edge(
            runtime.stack,
            runtime.service,
            target.name,
            port if isinstance(port, int) else None,
            resolution.verdict,
            what,
            Location(path, reference.span),
        )
        found.setdefault((edge.stack, edge.source, edge.target, edge.port, edge.verdict), edge)
    return sorted(found.values(), key=lambda edge: (edge.stack, edge.source, edge.target, edge.port or 0))
