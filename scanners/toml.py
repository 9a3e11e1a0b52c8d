"""TOML: pyproject, wrangler, netlify, fly, Traefik; in everything else the addresses by their keys."""

import re

from unmoor.model.facts import Facts, Problem, Role
from unmoor.scanners import scan_embedded
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.tomltree import read
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, inner, node_of, walk
from unmoor.scanners.yaml import generic

_LOCK = re.compile(r"(?i)(^|/)[^/]*lock[^/]*\.toml$")
# Tables that say where a package lives in the world, not what the program calls.
_ABOUT = frozenset(
    ["urls", "homepage", "repository", "documentation", "source", "sources", "index", "authors", "package",
     "dependencies", "url", "git", "readme", "license"]
)  # fmt: skip
_SCRIPTS = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))
_TASKS = (
    ("tool", "pdm", "scripts"),
    ("tool", "taskipy", "tasks"),
    ("tool", "poe", "tasks"),
    ("tool", "rye", "scripts"),
    ("tool", "hatch", "envs", "default", "scripts"),
    ("tasks",),
)
_PROXIED = frozenset(["url", "address", "servers"])


def scan(unit: Unit) -> Facts:
    """The tree, references and declarations of a TOML text."""
    if _LOCK.search(unit.path):
        return Facts()
    root, problems = read(unit.text.text)
    facts = Facts(documents=[node_of(unit, root)])
    facts.problems = [Problem(unit.span(lo, hi), message) for lo, hi, message in problems]
    name = unit.path.rpartition("/")[2].lower()
    _commands(unit, facts, root)
    if name == "netlify.toml":
        _netlify(unit, facts, root)
    if name.startswith("fly"):
        _fly(unit, facts, root)
    if name.startswith(("fly", "wrangler")):
        _variables(unit, facts, root)
    for container in root.values("containers"):
        _dockerfile(unit, facts, container.get("image"), "containers.image")
    facts.references += _addresses(unit, root, "traefik" in unit.path.lower(), name == "pyproject.toml").references
    return facts


def _addresses(unit: Unit, root: Value, traefik: bool, package: bool) -> Facts:
    facts = Facts()
    for path, key, value in walk(root):
        if not value.scalar:
            continue
        name = key.text or path[-1]
        place = generic.at(Place(language="toml"), path, name)
        role: Role = place.role
        if (package and _ABOUT.intersection(path)) or (path[0] in ("package", "project", "workspace") and not traefik):
            role = "display"
        elif traefik and path[0] in ("entryPoints", "entrypoints", "ping", "api"):
            role = "bind"
        elif (traefik and name in _PROXIED) or (path[0] == "redirects" and name in ("to", "from")):
            role = "proxy-target"
        variable = path[0] in ("env", "vars") or "environment" in path[:-1]
        facts.references += draw(unit, value, place._replace(role=role, variable=variable))
    return facts


def _commands(unit: Unit, facts: Facts, root: Value) -> None:
    """Entry points and task tables; `cmd` where a task is a table."""
    for table in (*_SCRIPTS, *_TASKS):
        for name, value in root.pairs(*table):
            task = table in _TASKS
            command = next((found for key in ("cmd", "shell", "command", "run") if (found := value.get(key))), value)
            if command.kind != "str":
                continue
            scope = ".".join((*table, name.text))
            text = inner(unit, command, scope=scope, runtime="host")
            tool = "task" if task else "python-module"
            end = len(text.text.text)
            facts.declarations.append(
                text.declaration("script", 0, end, name.text, command.text, "toml", attrs={"tool": tool})
            )
            if task:
                facts.add(scan_embedded("shell", text))


def _netlify(unit: Unit, facts: Facts, root: Value) -> None:
    """Redirects with status 200 are proxies (https://docs.netlify.com/manage/routing/redirects/)."""
    for order, entry in enumerate(root.values("redirects")):
        source, target = entry.get("from"), entry.get("to")
        if source is not None and target is not None:
            text = inner(unit, source, scope=f"redirects.{source.text}")
            attrs = {"source": "netlify-redirect", "destination": target.text, "order": order, "websocket": False}
            end = len(text.text.text)
            facts.declarations.append(text.declaration("route", 0, end, source.text, source.text, "toml", attrs=attrs))
    for path in (("build",), ("dev",)):
        command = root.get(*path, "command")
        if command is not None and command.kind == "str":
            facts.add(scan_embedded("shell", inner(unit, command, scope=".".join((*path, "command")), cwd=None)))


def _variables(unit: Unit, facts: Facts, root: Value) -> None:
    """`[env]` of fly.toml, `[vars]` of wrangler.toml, also per environment."""
    tables: list[tuple[tuple[str, ...], list[tuple[Value, Value]]]] = [
        (("env",), root.pairs("env")),
        (("vars",), root.pairs("vars")),
    ]
    tables += [(("env", name.text, "vars"), value.pairs("vars")) for name, value in root.pairs("env")]
    for path, pairs in tables:
        for key, value in pairs:
            if value.scalar:
                text = inner(unit, value, scope=".".join((*path, key.text)))
                attrs = {"where": "platform"}
                end = len(text.text.text)
                facts.declarations.append(text.declaration("env", 0, end, key.text, value.text, "toml", attrs=attrs))


def _fly(unit: Unit, facts: Facts, root: Value) -> None:
    for owner in [root.get("http_service"), *root.values("services")]:
        port = owner.get("internal_port") if owner is not None else None
        if port is not None:
            text = inner(unit, port, scope="internal_port")
            end = len(text.text.text)
            facts.declarations.append(text.declaration("port", 0, end, "internal_port", port.text, "toml", attrs={}))
    _dockerfile(unit, facts, root.get("build", "dockerfile"), "build.dockerfile")


def _dockerfile(unit: Unit, facts: Facts, value: Value | None, scope: str) -> None:
    """A Dockerfile beside the manifest; an image of a registry is none."""
    if value is None or value.kind != "str" or ("ockerfile" not in value.text and not value.text.startswith(".")):
        return
    text = inner(unit, value, scope=scope)
    attrs = {"use": "dockerfile", "context": "."}
    facts.references.append(
        text.reference("path", 0, len(text.text.text), value.text, "config", "toml", "", attrs=attrs)
    )
