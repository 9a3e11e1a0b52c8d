"""Proxy rules of every kind, and the repository's own public domains."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from unmoor.model.facts import Node
from unmoor.model.spans import Location
from unmoor.text.addresses import parse
from unmoor.topology.kubernetes import get

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

_HOST_RULE = re.compile(r"Host(?:SNI)?\(([^)]*)\)")
_QUOTED = re.compile(r"[`'\"]([^`'\"]+)[`'\"]")
_PRODUCTION = re.compile(r"(?i)(^|[._/-])prod(uction)?([._/-]|$)")
_PUBLIC = re.compile(
    r"(?i)(APP|SITE|WEB|FRONTEND|BACKEND|API|PUBLIC|BASE|SERVER|NEXTAUTH|AUTH)_?(URL|ORIGIN|HOST|DOMAIN)$|^(URL|DOMAIN)$"
)
# Other people's services that production files point to.
_OTHERS = re.compile(
    r"(^|\.)(stripe|github|google|googleapis|openai|anthropic|sentry|auth0|amazonaws|cloudflare|supabase|vercel|twilio|sendgrid"
    r"|mailgun|slack|discord|paypal|firebase|firebaseio|mongodb|upstash|neon|datadoghq|your-?domain|yourdomain|domain|mydomain)"
    r"\.[a-z.]+$"
)
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
    for path, declaration in topology.project.declarations("env"):
        if declaration.attrs.get("where") == "dotenv" and _PRODUCTION.search(path) and _PUBLIC.search(declaration.name):
            address = parse(declaration.value or "")
            if address is not None and address.scheme in ("https", "wss"):
                _add(found, address.host, f"{declaration.name} in {path}")
    for path, facts in topology.project.facts.items():
        for host in facts.traits.get("server_name", []):
            _add(found, host, f"{path} serves it")
    for path in topology.cluster.manifests:
        for node in topology.project.facts[path].documents:
            for host in _ingress_hosts(node):
                _add(found, host, f"an ingress in {path}")
    return {host: why for host, why in found.items() if not _OTHERS.search(host)}


def _ingress_hosts(node: Node) -> list[str]:
    kind, spec = get(node, "kind"), get(node, "spec")
    if kind is None or kind.text != "Ingress":
        return []
    rules = get(spec, "rules")
    hosts = [get(rule, "host") for _, rule in (rules.items if rules is not None else ())]
    return [host.text for host in hosts if host is not None]


def _add(found: dict[str, str], host: str, why: str) -> None:
    host = host.lower().strip()
    if _DOMAIN.match(host) and not host.endswith((".local", ".localhost", ".internal", "example.com", ".test")):
        found.setdefault(host, why)
