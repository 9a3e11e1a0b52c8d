"""Everything that names a service, a port, a variable or a container: what to look at before someone changes it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.text.addresses import redact
from unmoor.topology.edges import address_of, judged
from unmoor.topology.model import Service, Stack

if TYPE_CHECKING:
    from unmoor.topology.link import Topology


class Mention(NamedTuple):
    """kind: "declaration" or that of the reference, with its role and runtime. value: as written, redacted."""

    kind: str
    value: str
    what: str
    runtime: str
    at: Location


def of_service(topology: "Topology", name: str) -> Iterator[Mention]:
    """A service: where it is declared, who needs it, who calls it, which commands name it."""
    for stack, service in _services(topology):
        if service.name == name:
            yield Mention("declaration", name, f"service of {stack.name}", "", service.at)
        for needed in service.depends:
            if needed.name == name and needed.kind not in ("network", "volume", "config", "secret"):
                yield Mention(needed.kind, name, f"of `{service.name}`", "", needed.at)
    for path, reference in topology.project.references("service"):
        if reference.value == name:
            yield _mention(path, reference, f"compose {reference.attrs.get('verb') or ''}".strip())
    for path, reference, runtime, resolution in judged(topology):
        target = resolution.service
        if target is not None and target.name == name:
            yield _mention(path, reference, resolution.verdict, str(runtime))


def of_container(topology: "Topology", name: str) -> Iterator[Mention]:
    """A container name: the service that has it, commands and addresses that use it."""
    for stack, service in _services(topology):
        given = service.container_name
        if given is not None and name in (given.text, given.raw):
            yield Mention("declaration", name, f"container_name of `{service.name}` in {stack.name}", "", given.at)
    for path, reference in topology.project.references("container"):
        if reference.value == name:
            yield _mention(path, reference, f"docker {reference.attrs.get('verb') or ''}".strip())
    yield from _hosts(topology, name)


def _hosts(topology: "Topology", name: str) -> Iterator[Mention]:
    for path, reference in topology.project.references("url", "host"):
        if str(reference.attrs.get("host") or "") == name.lower():
            yield _mention(path, reference, reference.role)


def of_port(topology: "Topology", port: int) -> Iterator[Mention]:
    """A port: the mappings and listeners that have it, and every address with it."""
    for stack, service in _services(topology):
        for mapping in service.ports:
            if port == mapping.container or mapping.publishes(port):
                side = "published by" if mapping.publishes(port) else "container port of"
                yield Mention("declaration", mapping.raw, f"{side} `{service.name}` in {stack.name}", "", mapping.at)
    for path, declaration in topology.project.declarations("port"):
        if declaration.value == str(port):
            yield Mention("declaration", str(port), declaration.name, "", Location(path, declaration.span))
    for path, reference in topology.project.references("url", "host"):
        if address_of(reference).port == port:
            runtimes = ", ".join(dict.fromkeys(str(one) for one in topology.runtimes(path, reference)))
            yield _mention(path, reference, reference.role, runtimes)


def of_variable(topology: "Topology", name: str) -> Iterator[Mention]:
    """A variable: where it is set, who is given it, who reads it."""
    for path, declaration in topology.project.declarations("env"):
        if declaration.name == name:
            where = str(declaration.attrs.get("where") or "")
            yield Mention("declaration", name, where, "", Location(path, declaration.span))
    for stack, service in _services(topology):
        given = service.environment.get(name)
        if given is not None:
            yield Mention("declaration", name, f"environment of `{service.name}` in {stack.name}", "", given.at)
        if service.build is not None and name in service.build.args:
            at = service.build.args[name].at
            yield Mention("declaration", name, f"build argument of `{service.name}` in {stack.name}", "", at)
    for path, reference in topology.project.references("env"):
        if reference.value == name:
            runtimes = ", ".join(dict.fromkeys(str(one) for one in topology.runtimes(path, reference)))
            yield _mention(path, reference, str(reference.attrs.get("access") or "read"), runtimes)


def _services(topology: "Topology") -> Iterator[tuple[Stack, Service]]:
    for stack in topology.stacks:
        for service in stack.services.values():
            yield stack, service


def _mention(path: str, reference: Reference, what: str, runtime: str = "") -> Mention:
    return Mention(reference.kind, redact(reference.value), what, runtime, Location(path, reference.span))


def ordered(mentions: Iterator[Mention]) -> list[Mention]:
    """Each place once, declarations first, then by path and place."""
    unique = {(one.kind, one.at, one.what): one for one in mentions}
    return sorted(unique.values(), key=lambda one: (one.kind != "declaration", one.at.path, one.at.span, one.what))
