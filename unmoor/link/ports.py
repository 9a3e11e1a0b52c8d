"""Published ports that collide, and services that cannot be scaled."""

import re
from collections.abc import Iterator

from unmoor.link.places import place
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.model import Port, Service, Stack


def subjects(project: Project) -> Iterator[Subject]:
    """One `port` a mapping, one `service` a service; each place of a file once, though several stacks may hold it."""
    seen: set[tuple[str, Location]] = set()
    for stack in project.topology.stacks:
        for subject in (*_ports(project, stack), *_services(project, stack)):
            key = (subject.kind, Location(subject.path, subject.span))
            if key not in seen or subject.attrs.get("conflict") or subject.attrs.get("fixed-name-or-port"):
                seen.add(key)
                yield subject


def _ports(project: Project, stack: Stack) -> Iterator[Subject]:
    earlier: list[tuple[Service, Port]] = []
    for service in stack.services.values():
        for port in service.ports:
            other = next((found for found in earlier if _collide(service, port, *found)), None)
            earlier.append((service, port))
            attrs = {
                **place(project, port.at.path),
                "conflict": other is not None,
                "host-port": port.host,
                "container-port": port.container,
                "other": other[0].name if other else "",
                "service": service.name,
                "stack": stack.name,
            }
            if other and not stack.default:
                attrs["confidence"] = "medium"
            related = [Reason(f"published by `{other[0].name}` here", other[1].at)] if other else []
            yield Subject("port", *port.at, port.raw, attrs, related=related, scope=f"services.{service.name}.ports")


def _collide(service: Service, port: Port, other: Service, theirs: Port) -> bool:
    """Whether both want one host port at once. Profiles that no other shares are alternatives."""
    if other.name == service.name or port.host is None or port.host != theirs.host or port.protocol != theirs.protocol:
        return False
    if port.ip and theirs.ip and port.ip != theirs.ip and "0.0.0.0" not in (port.ip, theirs.ip):
        return False
    if service.profiles and other.profiles and not set(service.profiles) & set(other.profiles):
        return False
    return service.network_mode != "host" and other.network_mode != "host"


_SWARM_FILE = re.compile(r"(?i)(^|[._-])(stack|swarm)([._-]|$)")


def _swarm(stack: Stack) -> bool:
    """Whether a stack is deployed to a Swarm, whose routing mesh lets replicas share a published port and which takes
    no `container_name`: by its file's name."""
    return any(_SWARM_FILE.search(path.rpartition("/")[2]) for path in stack.files)


def _services(project: Project, stack: Stack) -> Iterator[Subject]:
    swarm = _swarm(stack)
    for service in stack.services.values():
        fixed, at = ("", service.at) if swarm else _fixed(service)
        replicas = service.replicas or 1
        attrs = {
            **place(project, service.at.path),
            "service": service.name,
            "stack": stack.name,
            "replicas": replicas,
            "fixed": fixed,
            "fixed-name-or-port": bool(fixed),
        }
        yield Subject("service", *at, service.name, attrs, scope=f"services.{service.name}")


def _fixed(service: Service) -> tuple[str, Location]:
    """What a second container of the service could not have: its name, or a host port that is no range."""
    if service.container_name is not None and service.container_name.text:
        return f"the container name `{service.container_name.text}`", service.container_name.at
    published = [port for port in service.ports if port.host is not None]
    if published and len({port.host for port in published if port.raw == published[0].raw}) < (service.replicas or 1):
        return f"host port {published[0].host}", published[0].at
    return "", service.at
