"""The services of a project as generators and codemods need them: addresses and the variables that stand for them."""

import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from unmoor.text.addresses import DEFAULT_PORTS, host_class

if TYPE_CHECKING:
    from unmoor.project import Project
    from unmoor.topology.model import Service

# Ports of servers that no HTTP client calls: a resolver of URLs has nothing to say of them.
_NOT_HTTP = {port for scheme, port in DEFAULT_PORTS.items() if scheme not in ("http", "https", "ws", "wss")} | {
    25, 465, 587, 1025, 2181, 2379, 4222, 4317, 5433, 6380, 9092, 27018, 29092,
}  # fmt: skip


class ServiceAddress(Struct, frozen=True):
    """A service that is reached by URL. port: in its container; published: on the host, None if it is not.

    variables: (variable, folder of the file) pairs that code sets in front of the service's address, commonest first.
    context: the folder that it is built from, None if it is not built here.
    """

    name: str
    port: int | None
    published: int | None
    stack: str = ""
    file: str = ""
    context: str | None = None
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def internal(self) -> str:
        """The base URL on the stack's network, "" if the port is unknown."""
        return f"http://{self.name}:{self.port}" if self.port else ""

    @property
    def development(self) -> str:
        """The base URL on the host, "" if no port is published."""
        return f"http://localhost:{self.published}" if self.published else ""


def of(project: "Project") -> tuple[ServiceAddress, ...]:
    """Every service that is reached by URL, by name; of two stacks with one name the default stack's."""
    found: dict[str, ServiceAddress] = {}
    used = _variables(project)
    stacks = sorted(project.topology.stacks, key=lambda stack: (not stack.default, stack.name))
    for stack in stacks:
        for service in stack.services.values():
            if service.name in found or not speaks_http(service):
                continue
            published = _published(service)
            found[service.name] = ServiceAddress(
                service.name,
                _port(service),
                published,
                stack.name,
                service.at.path,
                service.build.context_path if service.build is not None else None,
                used.get(published or -1, ()),
            )
    return tuple(found[name] for name in sorted(found))


def speaks_http(service: "Service") -> bool:
    """Whether some port of the service may be one that HTTP clients call."""
    port = _port(service)
    return port is not None and port not in _NOT_HTTP


def _port(service: "Service") -> int | None:
    ports = [p.container for p in service.ports if p.container] + service.expose
    ports += [listener.port for listener in service.listens]
    return next((port for port in ports if port not in _NOT_HTTP), ports[0] if ports else None)


def _published(service: "Service") -> int | None:
    wanted = _port(service)
    return next((p.host for p in service.ports if p.host and p.container == wanted), None)


def _variables(project: "Project") -> dict[int, tuple[tuple[str, str], ...]]:
    """Host port → variables that code reads in front of it, as whole base addresses."""
    counts: dict[int, Counter[tuple[str, str]]] = {}
    for path, reference in project.references("url"):
        name, port = reference.attrs.get("env"), reference.attrs.get("port")
        if reference.role != "default" or not name or not isinstance(port, int):
            continue
        if reference.attrs.get("rest") or host_class(str(reference.attrs.get("host"))) != "loopback":
            continue
        if re.fullmatch(r"[A-Z][A-Z0-9_]*", str(name)):
            counts.setdefault(port, Counter())[(str(name), path.rpartition("/")[0])] += 1
    return {port: tuple(pair for pair, _ in counter.most_common()) for port, counter in counts.items()}
