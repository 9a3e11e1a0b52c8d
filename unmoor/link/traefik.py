"""Traefik labels: what they name, and the port they send to (https://doc.traefik.io/traefik/providers/docker/)."""

import re
from collections.abc import Iterator

from unmoor.link.places import place
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.model import Service, Stack, Value

_ROUTER = re.compile(r"^traefik\.(http|tcp|udp)\.routers\.([\w@-]+)\.(service|middlewares|entrypoints)$", re.I)
_DEFINES = re.compile(r"^traefik\.(http|tcp|udp)\.(services|middlewares)\.([\w@-]+)\.", re.I)
_PORT = re.compile(r"^traefik\.(http|tcp|udp)\.services\.([\w@-]+)\.loadbalancer\.server\.port$", re.I)
_ENTRYPOINT = re.compile(r"entrypoints\.([\w-]+)\.", re.I)


def subjects(project: Project) -> Iterator[Subject]:
    """One `traefik-label` a name or port that a label gives."""
    for stack in project.topology.stacks:
        defined = _defined(stack)
        entrypoints, elsewhere = _entrypoints(project, stack)
        for service in stack.services.values():
            for key, value in service.labels.items():
                yield from _references(project, stack, service, key, value, defined, entrypoints, elsewhere)
                yield from _ports(project, service, key, value)


def _defined(stack: Stack) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"services": set(), "middlewares": set()}
    for service in stack.services.values():
        for key in service.labels:
            match = _DEFINES.match(key)
            if match:
                found[match.group(2).lower()].add(match.group(3).lower())
    return found


def _entrypoints(project: Project, stack: Stack) -> tuple[set[str], bool]:
    """(names, whether Traefik is configured somewhere that is not seen here)."""
    found: set[str] = set()
    traefiks = [
        s for s in stack.services.values() if s.image and s.image.text and re.search(r"(^|/)traefik(:|$)", s.image.text)
    ]
    for service in traefiks:
        words = [value.text or "" for value in (*service.command, *service.environment.values())]
        words += list(service.environment)
        found |= {m.group(1).lower() for word in words for m in _ENTRYPOINT.finditer(word.replace("_", "."))}
    for path, facts in project.facts.items():
        if facts.documents and re.search(r"traefik[^/]*\.(ya?ml|toml)$", path):
            for document in facts.documents:
                for key, node in document.items:
                    if key.text.lower() == "entrypoints":
                        found |= {name.text.lower() for name, _ in node.items}
    return found, not traefiks


def _references(
    project: Project, stack: Stack, service: Service, key: str, value: Value,
    defined: dict[str, set[str]], entrypoints: set[str], elsewhere: bool,
) -> Iterator[Subject]:  # fmt: skip
    match = _ROUTER.match(key)
    if not match or value.text is None or "$" in value.text:
        return
    what = match.group(3).lower()
    for name in (part.strip() for part in value.text.split(",")):
        bare, at, provider = name.partition("@")
        if not bare or (at and provider != "docker"):
            continue
        if what == "entrypoints":
            missing = bool(entrypoints) and bare.lower() not in entrypoints
        else:
            known = defined["services" if what == "service" else "middlewares"]
            missing = bare.lower() not in known and not elsewhere and (what != "service" or bool(known))
        attrs = {**place(project, value.at.path), "missing": missing, "what": what.rstrip("s"), "name": name,
                 "service": service.name, "port": "", "right-port": ""}  # fmt: skip
        yield Subject("traefik-label", *value.at, value.raw, attrs, scope=f"services.{service.name}.labels")


def _ports(project: Project, service: Service, key: str, value: Value) -> Iterator[Subject]:
    if not _PORT.match(key) or not (value.text or "").isdigit():
        return
    port = int(value.text or 0)
    mapped = next((p for p in service.ports if p.host == port and p.container not in (None, port)), None)
    inside = {listener.port for listener in service.listens if listener.at != value.at}
    own = any(p.container == port for p in service.ports)
    wrong = not own and (mapped is not None or (port not in inside and service.listens_known and bool(inside)))
    right = mapped.container if mapped else (min(inside) if len(inside) == 1 else "")
    attrs = {**place(project, value.at.path), "missing": wrong, "what": "port", "name": str(port),
             "service": service.name,
             "port": port, "right-port": right}  # fmt: skip
    related = [Reason(f"{port} is the host's side of this mapping", mapped.at)] if mapped else []
    yield Subject(
        "traefik-label", *value.at, value.raw, attrs, related=related, scope=f"services.{service.name}.labels"
    )
