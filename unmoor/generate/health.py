"""The health endpoints of a stack: the addresses that its checks ask, and the routes of its code that answer them."""

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from unmoor.model.facts import Declaration
    from unmoor.project import Project
    from unmoor.topology.model import Service, Stack

# A path that can mean nothing else, and words that mean a check only at the very top.
_ROUTE = re.compile(
    r"/(?:[\w-]+/)*(?:health|healthz|health-?check|livez|liveness|readyz|readiness|heartbeat)(?:/(?:live|ready)[a-z]*)?/?"
    r"|/(?:live|ready|ping|up|status)/?"
)
_APPLICATION = re.compile(r"(?i)^(app|application|server|api|fastify|mux|e|r)?$")
_PROXIES = re.compile(r"rewrite|redirect|nginx|caddy|proxy|traefik|netlify|vercel")


class HealthEndpoint(NamedTuple):
    """A path that tells whether a service is well. port: in its container; published: on the host, or None."""

    service: str
    path: str
    port: int
    published: int | None
    scheme: str = "http"


def endpoints(project: "Project", stack: "Stack") -> list[HealthEndpoint]:
    """Every health endpoint of a stack's services, each once, by service and path."""
    found: dict[tuple[str, str], HealthEndpoint] = {}
    for service in stack.services.values():
        for port, path, scheme in _checked(project, service):
            found.setdefault((service.name, path), _endpoint(service, path, port, scheme))
    for service, path in _routes(project, stack):
        inside = http_port(service)
        if inside is not None and not service.profiles:
            found.setdefault((service.name, path), _endpoint(service, path, inside))
    return [found[key] for key in sorted(found)]


def http_port(service: "Service") -> int | None:
    """The port in the container that HTTP clients call, None if it is not known."""
    from unmoor.generate.services import port_of, speaks_http

    return port_of(service) if speaks_http(service) else None


def _endpoint(service: "Service", path: str, port: int, scheme: str = "http") -> HealthEndpoint:
    published = next((p.host for p in service.ports if p.host and p.container == port), None)
    return HealthEndpoint(service.name, path, port, published, scheme)


def _checked(project: "Project", service: "Service") -> "Iterator[tuple[int, str, str]]":
    """(port, path, scheme) that the service's own check asks; a port of the host is told as the container's."""
    from unmoor.link.healthchecks import check_of, in_check

    check = check_of(project, service)
    if check is None or check.disabled or service.profiles:
        return
    for _, reference in in_check(project, check):
        attrs = reference.attrs
        scheme, port = str(attrs.get("scheme") or ""), attrs.get("port")
        path = str(attrs.get("rest") or "/").partition("#")[0]
        if scheme not in ("http", "https") or not re.fullmatch(r"/[\w./?=&%~:@+,-]*", path):
            continue
        if port is None:
            port = 443 if scheme == "https" else 80
        inside = {listener.port for listener in service.listens}
        mapped = next((p.container for p in service.ports if p.host == port and p.container), None)
        if isinstance(port, int):
            yield (mapped if mapped and port not in inside else port), path, scheme


def _routes(project: "Project", stack: "Stack") -> "Iterator[tuple[Service, str]]":
    """Routes named like a health check that an application declares itself, whose whole path is therefore known."""
    from unmoor.link.places import world_of
    from unmoor.link.route_patterns import of_file

    for path, declaration in project.declarations("route"):
        asked = str(declaration.attrs.get("method") or "get").lower() in ("get", "use", "all", "head")
        if asked and not world_of(path) and whole(declaration):
            yield from _served(project, stack, path, declaration.name)
    for path in sorted(project.facts):
        pattern = of_file(path)
        if pattern:
            yield from _served(project, stack, path, pattern)


def whole(route: "Declaration") -> bool:
    """Whether a declared route is the whole path: an application's own, not one of a router mounted elsewhere."""
    owner = str(route.attrs.get("owner") or route.attrs.get("receiver") or "")
    return bool(_APPLICATION.match(owner)) and not _PROXIES.search(str(route.attrs.get("source") or ""))


def _served(project: "Project", stack: "Stack", path: str, route: str) -> "Iterator[tuple[Service, str]]":
    if _ROUTE.fullmatch(route):
        for shipping, service in project.topology.shippers(path):
            if shipping.name == stack.name:
                yield service, route
