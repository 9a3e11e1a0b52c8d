"""Processes outside of every stack that open a port on the host: a documentation port that they open is right."""

import re
from typing import TYPE_CHECKING

from unmoor.model.spans import Location, Span
from unmoor.topology import listeners
from unmoor.topology.listeners import is_port_variable
from unmoor.topology.model import Listener, Value
from unmoor.topology.packages import Package
from unmoor.topology.worlds import is_document

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

# Declarations that document a port or open it inside a container only.
_INSIDE = ("expose", "EXPOSE", "ports", "nginx", "container")
# What a dev server listens at when its script says nothing of it.
_SERVERS = (
    (r"\bnext (dev|start)\b|\bnext$", 3000),
    (r"\bvite( dev| serve)?( --(?!port)|$)", 5173),
    (r"\bvite preview\b", 4173),
    (r"\breact-scripts start\b|\bcraco start\b", 3000),
    (r"\bng serve\b", 4200),
    (r"\bnuxt( dev)?\b", 3000),
    (r"\bastro dev\b", 4321),
    (r"\b(start-)?storybook( dev)?\b", 6006),
    (r"\bwebpack(-dev-server| serve)\b", 8080),
    (r"\bvue-cli-service serve\b", 8080),
    (r"\bexpo start\b", 8081),
    (r"\bgatsby develop\b", 8000),
    (r"\bprisma studio\b", 5555),
    (r"\bdocusaurus start\b", 3000),
    (r"\bvitepress dev\b", 5173),
    (r"\bwrangler dev\b", 8787),
    (r"\bnest start\b", 3000),
)
_MAPPING = re.compile(
    rb"^[ \t>]*-[ \t]*[\"']?(?:[\d.]+:)?(\d{2,5}):\d{2,5}(?:/tcp)?[\"']?[ \t]*(?:#.*)?\r?$", re.M
)
_PORT = re.compile(r"(?:--port[= ]|-p[= ]|\bPORT=)\s*(\d{2,5})\b")


def openers(topology: "Topology") -> dict[int, list[Listener]]:
    """Port → who opens it: `port` declarations of code and scripts, package scripts, the configuration."""
    found: dict[int, list[Listener]] = {}
    for path, declaration in topology.project.declarations("port"):
        text = declaration.value or ""
        if declaration.name in _INSIDE or not text.isdigit() or declaration.attrs.get("runtime") == "container":
            continue
        if declaration.attrs.get("default") and is_document(path):
            continue  # a server that a page tells its reader to start, at its usual port: true on that page only
        reason = f"`{declaration.name}` in {path}"
        _add(found, Listener(int(text), "process", reason, Location(path, declaration.span)))
    for path, declaration in topology.project.declarations("env"):
        text = (declaration.value or "").strip()
        if declaration.attrs.get("where") == "dotenv" and is_port_variable(declaration.name) and text.isdigit():
            at = Location(path, declaration.span)
            _add(found, Listener(int(text), "env", f"{declaration.name}={text} in {path}", at))
    for path, reference in topology.project.references("env"):
        default = str(reference.attrs.get("default") or "")
        if (
            is_port_variable(reference.value)
            and default.isdigit()
            and reference.language not in ("yaml", "shell", "markdown")
        ):
            at = Location(path, reference.span)
            _add(found, Listener(int(default), "env", f"{reference.value}, by default {default} in {path},", at))
    for package in topology.packages.values():
        for listener in scripts_of(package):
            _add(found, listener)
    for name, service in topology.project.settings.services.items():
        for port in service.ports:
            _add(found, Listener(port, "config", f"the configuration of `{name}`"))
    return found


def _add(found: dict[int, list[Listener]], listener: Listener) -> None:
    found.setdefault(listener.port, []).append(listener)


def scripts_of(package: Package) -> list[Listener]:
    """The ports that a package's scripts open."""
    found = []
    for name, (command, at) in package.scripts.items():
        ports = [int(port) for port in _PORT.findall(command)]
        if not ports:
            words = [Value(word, word, at) for word in command.split()]
            ports = [one.port for one in listeners.of_command(words)]
        if not ports:
            ports = [port for pattern, port in _SERVERS if re.search(pattern, command)]
        reason = f"script `{name}` of {package.path}"
        found += [Listener(port, "script", reason, at) for port in dict.fromkeys(ports)]
    return found


def on_page(topology: "Topology", path: str, port: int) -> Listener | None:
    """What a page itself starts at a port (`docker run -p`, `kubectl port-forward`, `http.server`)."""
    for service in topology.jobs.get(path, []):
        if any(mapping.publishes(port) for mapping in service.ports):
            return Listener(port, "job", f"service `{service.name}` of job `{service.job}`", service.at)
    facts = topology.project.facts.get(path)
    for declaration in facts.declarations if facts is not None else []:
        if declaration.kind == "port" and declaration.value == str(port):
            return Listener(port, "page", f"`{declaration.name}` on this page", Location(path, declaration.span))
    return _shown(topology, path, port) if is_document(path) else None


def _shown(topology: "Topology", path: str, port: int) -> Listener | None:
    """A mapping in a compose file that the page itself shows: what it says of the port is right by that file."""
    for match in _MAPPING.finditer(topology.project.read(path)):
        if int(match.group(1)) == port:
            return Listener(port, "page", "a compose file on this page", Location(path, Span(*match.span(1))))
    return None
