"""Inside compose files: keys that Compose does not know, names that nothing defines, stacks that start nothing."""

from collections.abc import Iterator
from typing import Any

from unmoor.link import compose_keys as keys
from unmoor.link.bases import above
from unmoor.link.own import standing
from unmoor.link.suggest import near_name
from unmoor.model.facts import Node
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.model import Dependency, Stack
from unmoor.topology.stacks import DEFAULTS

# What people write for a key that is spelt otherwise.
_MEANT = {
    "depends": "depends_on",
    "dependson": "depends_on",
    "depend_on": "depends_on",
    "env": "environment",
    "environments": "environment",
    "env_files": "env_file",
    "envfile": "env_file",
    "port": "ports",
    "volume": "volumes",
    "network": "networks",
    "cmd": "command",
    "commands": "command",
    "health_check": "healthcheck",
    "healthchecks": "healthcheck",
    "container": "container_name",
    "containername": "container_name",
    "workdir": "working_dir",
    "working_directory": "working_dir",
    "link": "links",
    "label": "labels",
    "secret": "secrets",
    "config": "configs",
    "dockerfile": "build",
    "hosts": "extra_hosts",
    "restart_policy": "restart",
    "service": "services",
}


def subjects(project: Project) -> Iterator[Subject]:
    """Subjects `compose-key`, `dependency` and `stack`."""
    for path, tree in sorted(project.topology.compose_files.items()):
        yield from _unknown_keys(project, path, tree)
    yield from _dependencies(project)
    yield from _extends(project)
    yield from _nothing(project)


def _unknown_keys(project: Project, path: str, tree: Node) -> Iterator[Subject]:
    seen: set[int] = set()
    for key, where, known in _keys(tree):
        if key.text in known or key.text.startswith("x-") or key.span.start in seen or not key.text or "{" in key.text:
            continue
        seen.add(key.span.start)
        near = _MEANT.get(key.text.lower(), "")
        near = near if near in known else near_name(key.text, known, least=0.75)
        attrs = {**standing(project, path), "near": near, "where": where}
        yield Subject(
            "compose-key",
            path,
            key.span,
            key.text,
            attrs,
            "unknown",
            [Reason(f"Compose knows no key `{key.text}` in {where}")],
            [],
            None,
            near,
            None,
            where,
        )


def _keys(tree: Node) -> Iterator[tuple[Node, str, frozenset[str]]]:
    """(key, where it stands, what is known there) of every place with a closed set of keys."""
    for key, value in _entries(tree):
        yield key, "a compose file", keys.TOP
        sections = {"networks": keys.NETWORK, "volumes": keys.VOLUME, "configs": keys.CONFIG, "secrets": keys.CONFIG}
        if key.text == "services":
            for name, service in _entries(value):
                yield from _service_keys(name.text, service)
        elif key.text in sections:
            for name, item in _entries(value):
                yield from ((inner, f"{key.text}.{name.text}", sections[key.text]) for inner, _ in _entries(item))


def _service_keys(name: str, service: Node) -> Iterator[tuple[Node, str, frozenset[str]]]:
    tables = {"build": keys.BUILD, "healthcheck": keys.HEALTHCHECK, "deploy": keys.DEPLOY}
    for key, value in _entries(service):
        yield key, f"service {name}", keys.SERVICE
        if key.text in tables:
            yield from ((inner, f"{key.text} of {name}", tables[key.text]) for inner, _ in _entries(value))
        elif key.text == "depends_on":
            for other, condition in _entries(value):
                yield from ((inner, f"depends_on {other.text}", keys.DEPENDENCY) for inner, _ in _entries(condition))


def _entries(node: Node) -> tuple[tuple[Node, Node], ...]:
    return node.items if node.kind == "map" else ()


def _dependencies(project: Project) -> Iterator[Subject]:
    """Names of which no stack that the place is part of has a definition."""
    places: dict[Location, list[tuple[Stack, str, Dependency]]] = {}
    for stack in project.topology.stacks:
        for service in stack.services.values():
            for dependency in service.depends:
                places.setdefault(dependency.at, []).append((stack, service.name, dependency))
    for at, uses in places.items():
        if any(_defined(stack, dependency) for stack, _, dependency in uses) or _overlays(project, at.path, uses[0][2]):
            continue
        stack, name, dependency = uses[0]
        if not dependency.required or "$" in dependency.name or "{" in dependency.name or at.path not in project.facts:
            continue
        yield _dependency(project, at, stack, name, dependency)


def _overlays(project: Project, path: str, dependency: Dependency) -> bool:
    """Whether a file that is no folder's default takes the name from a neighbour, with which somebody combines it."""
    folder, _, name = path.rpartition("/")
    if name in DEFAULTS:
        return False
    for stack in project.topology.stacks:
        beside = [file for file in stack.files if file.rpartition("/")[0] in above(folder)]
        if (
            any(file.rpartition("/")[2] in DEFAULTS or dependency.kind == "network" for file in beside)
            and path not in stack.files
            and dependency.name in _known(stack, dependency.kind)[1]
        ):
            return True
    return False


def _dependency(project: Project, at: Location, stack: Stack, service: str, dependency: Dependency) -> Subject:
    noun, known = _known(stack, dependency.kind)
    near = near_name(dependency.name, known, least=0.7)
    attrs: dict[str, Any] = {
        **standing(project, at.path),
        "kind-of": dependency.kind,
        "noun": noun,
        "service": service,
        "near": near,
        "stack": stack.name,
        "known": sorted(known),
    }
    reason = Reason(
        f"{' and '.join(stack.files)} define{'s' if len(stack.files) == 1 else ''} no {noun} `{dependency.name}`"
    )
    return Subject(
        "dependency",
        at.path,
        at.span,
        dependency.name,
        attrs,
        "undefined",
        [reason],
        [],
        None,
        near,
        None,
        f"services.{service}",
    )


def _known(stack: Stack, kind: str) -> tuple[str, set[str]]:
    tables: dict[str, tuple[str, set[str]]] = {
        "network": ("network", set(stack.networks)),
        "volume": ("volume", set(stack.volumes)),
        "config": ("config", set(stack.configs)),
        "secret": ("secret", set(stack.secrets)),
    }
    return tables.get(kind, ("service", set(stack.services)))


def _defined(stack: Stack, dependency: Dependency) -> bool:
    return bool(stack.incomplete) or dependency.name in _known(stack, dependency.kind)[1]


def _extends(project: Project) -> Iterator[Subject]:
    """`extends` of a service that its own file does not have."""
    for path, tree in sorted(project.topology.compose_files.items()):
        section = _child(tree, "services")
        names = {key.text for key, _ in _entries(section)} if section is not None else set()
        for key, service in _entries(section) if section is not None else ():
            extends = _child(service, "extends")
            target = extends if extends is not None and extends.kind == "str" else _child(extends, "service")
            if target is None or _child(extends, "file") is not None or target.text in names or "$" in target.text:
                continue
            near = near_name(target.text, names, least=0.7)
            attrs = {
                **standing(project, path),
                "kind-of": "extends",
                "noun": "service",
                "service": key.text,
                "near": near,
                "stack": path,
                "known": sorted(names),
            }
            yield Subject(
                "dependency",
                path,
                target.span,
                target.text,
                attrs,
                "undefined",
                [Reason(f"{path} defines no service `{target.text}`")],
                [],
                None,
                near,
                None,
            )


def _child(node: Node | None, key: str) -> Node | None:
    for name, value in node.items if node is not None and node.kind == "map" else ():
        if name.text == key:
            return value
    return None


def _nothing(project: Project) -> Iterator[Subject]:
    """Default stacks in which every service waits for a profile."""
    for stack in project.topology.stacks:
        if not stack.default or not stack.services or not all(service.profiles for service in stack.services.values()):
            continue
        if stack.incomplete or project.topology.environment.lookup(None, stack.project_dir)("COMPOSE_PROFILES"):
            continue
        first = next(iter(stack.services.values()))
        profiles = sorted({profile for service in stack.services.values() for profile in service.profiles})
        attrs = {**standing(project, first.at.path), "profiles": profiles, "stack": stack.name}
        yield Subject(
            "stack",
            first.at.path,
            first.at.span,
            stack.name,
            attrs,
            "nothing-to-start",
            [Reason(f"every service of {stack.name} stands behind a profile")],
        )
