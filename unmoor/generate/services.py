"""The services of a project as generators and codemods need them: addresses and the variables that stand for them."""

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, structs

from unmoor.text.addresses import DEFAULT_PORTS, host_class
from unmoor.topology.families import family_of

if TYPE_CHECKING:
    from unmoor.project import Project
    from unmoor.topology.model import Service, Stack

# Ports of servers that no HTTP client calls: a resolver of URLs has nothing to say of them.
_NOT_HTTP = {port for scheme, port in DEFAULT_PORTS.items() if scheme not in ("http", "https", "ws", "wss")} | {
    25, 53, 69, 465, 587, 1025, 2181, 2379, 4222, 4317, 5433, 6380, 9092, 27018, 29092,
}  # fmt: skip


INFRASTRUCTURE = re.compile(
    r"minio|mailhog|mailpit|mailcatcher|maildev|grafana|prometheus|jaeger|kibana|adminer|pgadmin|phpmyadmin|traefik|"
    r"nginx|proxy|localstack|keycloak|vault|consul|zipkin|flower|redis|rabbit|elastic|opensearch|loki|otel|playwright|"
    r"selenium|cypress|storybook",
    re.IGNORECASE,
)
# Variables that name those who may call, not whom to call.
ORIGINS = re.compile(r"CORS|ORIGINS?$|ALLOWED|TRUSTED")


class ServiceAddress(Struct, frozen=True):
    """A service that is reached by URL. port: in its container; published: on the host, None if it is not.

    uses: (variable, folder) pairs of code that addresses the service, commonest first; the variable that stands in
    front of its whole base address, or "". sockets: the same of `ws:` addresses.
    context: the folder that it is built from, None if it is not built here.
    pathed: variables that code takes to hold more than the base address: a path stands in their default.
    local: the port at which code reaches it on this machine though none is published: it is started by hand there.
    """

    name: str
    port: int | None
    published: int | None
    stack: str = ""
    file: str = ""
    context: str | None = None
    uses: tuple[tuple[str, str], ...] = ()
    sockets: tuple[tuple[str, str], ...] = ()
    local: int | None = None
    pathed: frozenset[str] = frozenset()

    @property
    def internal(self) -> str:
        """The base URL on the stack's network, "" if the port is unknown."""
        return f"http://{self.name}:{self.port}" if self.port else ""

    @property
    def development(self) -> str:
        """The base URL on the host, "" if nothing reaches it there."""
        port = self.published or self.local
        return f"http://localhost:{port}" if port else ""


def of(project: "Project") -> tuple[ServiceAddress, ...]:
    """Every service that is reached by URL, by name; of two stacks with one name the default stack's."""
    found: dict[str, ServiceAddress] = {}
    for stack in in_order(project):
        for service in stack.services.values():
            if service.name in found or not speaks_http(service):
                continue
            found[service.name] = ServiceAddress(
                service.name,
                port_of(service),
                _published(service),
                stack.name,
                service.at.path,
                service.build.context_path if service.build is not None else None,
            )
    seen = _uses(project, found, _on_the_host(found))
    return tuple(
        structs.replace(
            found[name],
            uses=_commonest(seen.plain[name]),
            sockets=_commonest(seen.sockets[name]),
            local=found[name].port if name in seen.local else None,
            pathed=frozenset(seen.pathed[name]),
        )
        for name in sorted(found)
    )


def ours(project: "Project", one: ServiceAddress) -> bool:
    """Whether a service is the application's: built here, or of an image beside it that is nobody's known product."""
    stack = next(stack for stack in project.topology.stacks if stack.name == one.stack)
    image = stack.services[one.name].image
    name = image.text or image.raw if image is not None and one.context is None else ""
    beside = not name or stack is in_order(project)[0]
    return beside and not INFRASTRUCTURE.search(f"{one.name} {name}") and family_of(name) is None


def in_order(project: "Project") -> "list[Stack]":
    """The stacks, the likeliest to be meant first: what a plain `up` starts, nearest to the root."""

    def place(stack: "Stack") -> tuple[bool, int, str]:
        return not stack.default, stack.files[0].count("/") if stack.files else 0, stack.name

    return sorted(project.topology.stacks, key=place)


def speaks_http(service: "Service") -> bool:
    """Whether some port of the service may be one that HTTP clients call."""
    port = port_of(service)
    return port is not None and port not in _NOT_HTTP


def port_of(service: "Service") -> int | None:
    """The port in the container that the service is asked at: one of HTTP before others."""
    ports = [p.container for p in service.ports if p.container] + service.expose
    ports += [listener.port for listener in service.listens]
    return next((port for port in ports if port not in _NOT_HTTP), ports[0] if ports else None)


def _published(service: "Service") -> int | None:
    wanted = port_of(service)
    return next((p.host for p in service.ports if p.host and p.container == wanted), None)


_Counts = defaultdict[str, Counter[tuple[str, str]]]


class _Seen(NamedTuple):
    """What code shows of each service: its addresses by `http:` and by `ws:`, whether it is reached on this machine
    without a published port, and the variables with a path in their default."""

    plain: _Counts
    sockets: _Counts
    local: set[str]
    pathed: defaultdict[str, set[str]]


def _on_the_host(services: dict[str, ServiceAddress]) -> dict[int, str]:
    """What a port of this machine means: the service that publishes it, else the only one that listens at it."""
    by_port: dict[int, str] = {}
    for one in services.values():  # the default stack's come first: what it publishes is what a bare port means
        if one.published:
            by_port.setdefault(one.published, one.name)
    hidden = Counter(one.port for one in services.values() if not one.published)
    for one in services.values():
        if one.port and not one.published and hidden[one.port] == 1:
            by_port.setdefault(one.port, one.name)
    return by_port


def _uses(project: "Project", services: dict[str, ServiceAddress], by_port: dict[int, str]) -> _Seen:
    """Who addresses each service, by its name or by its port on this machine."""
    from unmoor.link.places import world_of

    seen = _Seen(defaultdict(Counter), defaultdict(Counter), set(), defaultdict(set))
    for path, reference in project.references("url"):
        host, port = str(reference.attrs.get("host")), reference.attrs.get("port")
        name = host if host in services else None
        if name is None and isinstance(port, int) and host_class(host) == "loopback":
            name = by_port.get(port)
        if name is None or world_of(path) or reference.role not in ("request", "config", "default", "proxy-target"):
            continue
        variable = str(reference.attrs.get("env") or "") if reference.role == "default" else ""
        if reference.attrs.get("purpose") in ("cors-origin", "bind") or ORIGINS.search(variable):
            continue
        if reference.attrs.get("rest") or not re.fullmatch(r"[A-Z][A-Z0-9_]*", variable):
            seen.pathed[name].add(variable)
            variable = ""
        counts = seen.sockets if reference.attrs.get("scheme") in ("ws", "wss") else seen.plain
        counts[name][(variable, path.rpartition("/")[0])] += 1
        if host != name and not services[name].published:
            seen.local.add(name)
    return seen


def _commonest(counts: Counter[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair, _ in counts.most_common())
