"""Who talks to whom in each stack: the edges that references use, those that the networks allow, and the closed."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from unmoor.text.addresses import host_class
from unmoor.topology.edges import IDLE, judged
from unmoor.topology.families import family_of

if TYPE_CHECKING:
    from unmoor.model.facts import Reference
    from unmoor.project import Project
    from unmoor.topology.model import Service, Stack

# What such a variable holds is told to browsers, or compared with what they say; the server that reads it calls nobody.
_TOLD = re.compile(r"CORS|ORIGIN|ALLOWED|REDIRECT|CALLBACK|TRUSTED")


class Edge(NamedTuple):
    """source and target are services of one stack. port: the target's in its container, None if it is not known.

    used: a reference in the caller's container means it. named: something of the caller's, a page perhaps, holds the
    target's name. open: they share a network. denied: the configuration says so, by name.
    """

    source: str
    target: str
    port: int | None
    stack: str
    used: bool
    named: bool
    open: bool
    denied: bool


def of(project: "Project") -> list[Edge]:
    """Every pair of services of each stack, sorted. One that is neither used nor open is a closed one."""
    from unmoor.link.networks import addressed, denied_outright

    used, named, topology = _used(project), addressed(project), project.topology
    found = []
    for stack in topology.stacks:
        for source in stack.services.values():
            for target in stack.services.values():
                if source is target:
                    continue
                key = (stack.name, source.name, target.name)
                shared = bool(topology.shared(stack, source, target))
                port = used.get(key) or _listens(target)
                denied = denied_outright(project, source.name, target.name)
                edge = Edge(source.name, target.name, port, stack.name, key in used, key in named, shared, denied)
                found.append(edge)
    return sorted(found, key=lambda edge: (edge.stack, edge.source, edge.target))


def _listens(service: "Service") -> int | None:
    """The port at which something answers, as far as it is known."""
    ports = [listener.port for listener in service.listens] or [p.container for p in service.ports if p.container]
    return ports[0] if ports else None


def _used(project: "Project") -> dict[tuple[str, str, str], int | None]:
    """(stack, source, target) → the target's port, of every reference that means to reach another service."""
    from unmoor.link.places import world_of

    found: dict[tuple[str, str, str], int | None] = {}
    pages, silent = _pages(project), _silent(project)
    for path, reference, runtime, resolution in judged(project.topology):
        target = resolution.service
        if target is None or not runtime.service or target.name == runtime.service or runtime.kind == "browser":
            continue
        if reference.role in IDLE or runtime.stack != resolution.stack or world_of(path):
            continue
        if (runtime.stack, runtime.service) in silent or _told(reference, target.name in pages):
            continue
        key = (runtime.stack, runtime.service, target.name)
        found[key] = found.get(key) or resolution.port
    return found


def _told(reference: "Reference", page: bool) -> bool:
    """Whether an address is one that a server hands on: an allowed origin, or a page as browsers on the host see it."""
    if _TOLD.search(str(reference.attrs.get("env") or "")) or reference.attrs.get("purpose") == "cors-origin":
        return True
    return page and host_class(str(reference.attrs.get("host"))) == "loopback"


def _silent(project: "Project") -> set[tuple[str, str]]:
    """(stack, service) of databases and the like: an env file that all share tells them addresses they never call."""
    return {
        (stack.name, service.name)
        for stack in project.topology.stacks
        for service in stack.services.values()
        if service.build is None and _datastore(service)
    }


def _datastore(service: "Service") -> bool:
    family = family_of(service.image.text or "") if service.image is not None else None
    return family is not None and family.datastore


def _pages(project: "Project") -> set[str]:
    """The names of the services that ship code for browsers."""
    return {
        runtime.service
        for path in project.facts
        for runtime in project.topology.place(path)
        if runtime.kind in ("browser", "universal")
    }


def closed(edges: list[Edge], stack: "Stack") -> Iterator[Edge]:
    """The edges of a stack that must not be open: denied by name, or without a network in common and used by nobody."""
    for edge in edges:
        if edge.stack == stack.name and edge.port and (edge.denied or not (edge.open or edge.used)):
            yield edge
