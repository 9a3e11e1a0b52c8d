"""Proxy rules of every kind, and the repository's own public domains."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from unmoor.model.spans import Location

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

_HOST_RULE = re.compile(r"Host(?:SNI)?\(([^)]*)\)")
_QUOTED = re.compile(r"[`'\"]([^`'\"]+)[`'\"]")
_DOMAIN = re.compile(r"^(?:[a-z0-9-]+\.)+[a-z]{2,}$")


class Route(Struct, frozen=True):
    """A proxy rule or handler. source: "next-rewrite", "vite-proxy", "nginx", "express", …; order: as written."""

    pattern: str
    destination: str
    source: str
    at: Location
    order: int = 0
    websocket: bool = False
    method: str = ""


def routes(topology: "Topology") -> list[Route]:
    """Every `route` declaration, in path order."""
    found = []
    for path, declaration in topology.project.declarations("route"):
        attrs = declaration.attrs
        order = attrs.get("order")
        found.append(
            Route(
                declaration.name,
                str(attrs.get("destination") or ""),
                str(attrs.get("source") or ""),
                Location(path, declaration.span),
                order if isinstance(order, int) else 0,
                bool(attrs.get("websocket")),
                str(attrs.get("method") or ""),
            )
        )
    return found


def own_domains(topology: "Topology") -> dict[str, str]:
    """Own domain → what says so: the configuration, Traefik `Host()`, public URLs of production env files."""
    found = dict.fromkeys(topology.project.settings.own_domains, "the configuration")
    for stack in topology.stacks:
        for service in stack.services.values():
            for name, value in service.labels.items():
                for group in _HOST_RULE.findall(value.text or "") if name.startswith("traefik.") else []:
                    for host in _QUOTED.findall(group):
                        _add(found, host, f"Traefik routes it to `{service.name}`")
    return found


def _add(found: dict[str, str], host: str, why: str) -> None:
    host = host.lower().strip()
    if _DOMAIN.match(host) and not host.endswith((".local", ".localhost", ".internal", "example.com", ".test")):
        found.setdefault(host, why)
