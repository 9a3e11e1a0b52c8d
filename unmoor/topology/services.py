"""What each service of each stack listens at, from compose, image, Dockerfile, command, mounts and code."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unmoor.model.spans import Location
from unmoor.topology import listeners, reach
from unmoor.topology.families import Family
from unmoor.topology.images import final_stages
from unmoor.topology.model import Listener, Service, Stack, Stage, Value
from unmoor.topology.shipping import exact
from unmoor.topology.words import commands, split_words
from unmoor.topology.worlds import own_world

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

# Ports that are documented, or opened by a process that a developer starts.
_NOT_CODE = ("expose", "docker run", "kubectl", "vite", "webpack", "storybook", "port-forward")
_NOT_SOURCE = re.compile(
    r"(?i)(^|/)package\.json$|dockerfile|\.(md|mdx|sh|adoc|rst)$|makefile|justfile|compose[^/]*\.ya?ml$"
)
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0):(\d{2,5})")


def complete(topology: "Topology") -> None:
    """Fill `listens` and `listens_known` of every service."""
    for stack in topology.stacks:
        for service in stack.services.values():
            _environment(topology, service)
            found, known = _listens(topology, stack, service)
            service.listens, service.listens_known = _unique(found), known
    for stack in topology.stacks:
        stack.index.clear()
    _from_code(topology)


def _from_code(topology: "Topology") -> None:
    """`listen(3011)` in a file that a service ships, `listen 80;` in a configuration that is brought into it."""
    for path, declaration in topology.project.declarations("port"):
        text = declaration.value or ""
        if not text.isdigit() or declaration.name in _NOT_CODE or own_world(path) or _NOT_SOURCE.search(path):
            continue
        brought = [(stack, service) for stack, service, _ in exact(topology, path)]
        for _, service in brought or topology.shippers(path):
            if all(listener.port != int(text) for listener in service.listens):
                reason = f"`{declaration.name}` in {path}"
                service.listens.append(Listener(int(text), "code", reason, Location(path, declaration.span)))


def _environment(topology: "Topology", service: Service) -> None:
    """Variables of env files come underneath `environment`; a file that is not there makes the rest unknowable."""
    merged: dict[str, Value] = {}
    for file in service.env_files:
        if file.path is None or file.path not in topology.project.tree.files:
            service.env_unknown = service.env_unknown or file.required
            continue
        for name, text in topology.environment.file(file.path).items():
            merged[name] = Value(text, text, file.value.at)
    service.env_loaded = merged


def _listens(topology: "Topology", stack: Stack, service: Service) -> tuple[list[Listener], bool]:
    variables = {**service.env_loaded, **service.environment}
    found = list(listeners.declared(service))
    started = [*(service.entrypoint or []), *service.command]
    stages = final_stages(topology.dockerfile_of(service), service)
    if not started:
        started = next(([*one.entrypoint, *one.command] for one in stages if one.entrypoint or one.command), [])
    inner = {name: value for stage in reversed(stages) for name, value in stage.env.items()}
    by_command = listeners.of_command(started, {**inner, **variables})
    if not by_command:
        by_command = listeners.of_command(_script(topology, service, started), {**inner, **variables})
    found += by_command
    managed = listeners.manages(started)
    known = bool(by_command)
    for stage in stages:
        found += listeners.of_stage(stage)
    by_image, family = _image(service, stages, variables)
    found += by_image
    found += list(_checked(service, stages))
    if family is not None and family.complete and service.build is None:
        known = known or not started
    if service.build is None and family is None:
        known = False
    for code in topology.project.settings.services.get(service.name, _NONE).ports:
        found.append(Listener(code, "config", "the configuration"))
    return found, known and not managed and not service.env_unknown


def _image(service: Service, stages: list[Stage], variables: dict[str, Value]) -> tuple[list[Listener], Family | None]:
    if service.build is None and service.image is not None:
        return listeners.of_image(service.image.text or service.image.raw, service.image.at, variables)
    if stages and stages[-1].base:
        return listeners.of_image(stages[-1].base, stages[-1].at, variables)
    return [], None


def _script(topology: "Topology", service: Service, started: list[Value]) -> list[Value]:
    """The command behind `npm start` or `yarn run serve`, by the package.json of the service's folder."""
    build = service.build
    folders = [build.context_path or "", (build.dockerfile_path or "").rpartition("/")[0]] if build is not None else []
    for words in commands([value.text or value.raw for value in started]):
        if words[0] not in ("npm", "yarn", "pnpm", "bun"):
            continue
        name = next((word for word in words[1:] if word not in ("run", "run-script") and not word.startswith("-")), "")
        for package in (topology.packages[folder] for folder in folders if folder in topology.packages):
            if name in package.scripts:
                text, at = package.scripts[name]
                return [Value(word, word, at) for word in split_words(text)]
    return []


def _checked(service: Service, stages: list[Stage]) -> Iterator[Listener]:
    """What a health check asks of its own container: evidence that someone listens there, never against it."""
    checks = [service.healthcheck, *(stage.healthcheck for stage in stages)]
    check = next((one for one in checks if one is not None), None)
    for value in check.test if check is not None else []:
        for text in _LOCAL.findall(value.text or ""):
            mapping = reach.mapping(service, int(text))
            if mapping is None or mapping.container == int(text):
                yield Listener(int(text), "healthcheck", f"the health check of `{service.name}`", value.at)


def _unique(found: list[Listener]) -> list[Listener]:
    """One listener a port; what a proxy's label says of a port never hides who really opens it."""
    seen: set[int] = set()
    result = []
    for listener in sorted(found, key=lambda one: one.kind == "label"):
        if listener.port not in seen:
            seen.add(listener.port)
            result.append(listener)
    return result


class _Nothing:
    ports: tuple[int, ...] = ()


_NONE = _Nothing()
