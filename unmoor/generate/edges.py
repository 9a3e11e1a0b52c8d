"""Who talks to whom: the edges that references use, and those that the networks allow."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from unmoor.project import Project


class Edge(NamedTuple):
    """source calls target. port: the target's, None if not known. used: whether some reference does so today."""

    source: str
    target: str
    port: int | None
    stack: str
    used: bool


def of(project: "Project") -> list[Edge]:
    """Every edge between two services of a stack, used ones with their port; sorted."""
    used = _used(project)
    found = list(used.values())
    for stack in project.topology.stacks:
        for source in stack.services.values():
            for target in stack.services.values():
                key = (stack.name, source.name, target.name)
                if source is target or key in used or not project.topology.shared(stack, source, target):
                    continue
                found.append(Edge(source.name, target.name, None, stack.name, False))
    return sorted(set(found), key=lambda edge: (edge.stack, edge.source, edge.target, edge.port or 0))


def _used(project: "Project") -> dict[tuple[str, str, str], Edge]:
    from unmoor.link.addresses import address_of
    from unmoor.link.places import world_of

    topology = project.topology
    found: dict[tuple[str, str, str], Edge] = {}
    for path, reference in project.references("url", "host"):
        if world_of(path) or reference.role in ("display", "comment", "example", "comparison", "type", "bind"):
            continue
        for runtime in topology.runtimes(path, reference):
            if runtime.service and runtime.kind not in ("container", "server", "universal"):
                _named(project, runtime.stack, runtime.service, str(reference.attrs.get("host")), found)
                continue
            if not runtime.service:
                continue
            resolution = topology.resolve(address_of(reference), runtime, path=path, reference=reference)
            target = resolution.service
            if target is None or target.name == runtime.service or resolution.verdict == "external":
                continue
            port = resolution.port if resolution.verdict == "ok" else None
            key = (resolution.stack or runtime.stack, runtime.service, target.name)
            if key not in found or (port is not None and found[key].port is None):
                found[key] = Edge(runtime.service, target.name, port, key[0], True)
    return found


def _named(project: "Project", stack: str, source: str, host: str, found: dict[tuple[str, str, str], Edge]) -> None:
    """Code that a service hands to browsers names another one: no edge that containers could open, but one in use."""
    known = next((one for one in project.topology.stacks if one.name == stack), None)
    target = known.find(host) if known is not None else None
    if target is not None and target.name != source:
        found.setdefault((stack, source, target.name), Edge(source, target.name, None, stack, True))
