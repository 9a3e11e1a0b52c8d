"""Which runtime a file is evaluated in, and which services ship it."""

import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from unmoor.model.facts import Facts, Reference
from unmoor.topology.frameworks import kind_of
from unmoor.topology.model import Runtime, Service, Stack
from unmoor.topology.packages import nearest
from unmoor.topology.shipping import exact, shippers
from unmoor.topology.worlds import ENV_FILE, is_ci, is_document, own_world

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

__all__ = ["place", "runtimes", "shippers"]

_CODE = re.compile(
    r"(?i)\.(ts|tsx|js|jsx|mts|cts|mjs|cjs|vue|svelte|astro|py|pyi|go|java|kt|cs|rb|php|rs|scala|dart|ex|exs|lua|html?|ejs"
    r"|erb|hbs|njk|liquid|jinja2?)$"
)
_SHELL = re.compile(r"(?i)\.(sh|bash|zsh|ps1|bat|cmd)$|(^|/)(GNU)?[Mm]akefile|(^|/)\.?justfile$|\.mk$|(^|/)Taskfile")
_DOCKERFILE = re.compile(r"(?i)(^|/)([^/]*\.)?(dockerfile|containerfile)([._-][^/]*)?$")
PUBLIC = re.compile(r"^(NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|GATSBY|EXPO_PUBLIC|VUE_APP|NG_APP|STORYBOOK)_")
_TESTER = re.compile(r"(?i)playwright|cypress|e2e|selenium|(^|[-_.])tests?([-_.]|$)")


def runtimes(topology: "Topology", path: str, reference: Reference | None = None) -> list[Runtime]:
    """The reference's own hint first, then the place of its file."""
    configured = _configured(topology, path)
    if configured is not None:
        return configured
    hint = reference.runtime if reference is not None else ""
    world = own_world(path)
    if world:
        return [Runtime("test", why=world)]
    if not hint:
        found = _not_overridden(topology, topology.place(path), reference)
    elif hint.startswith("container"):
        found = _container(topology, path, hint.partition(":")[2], reference)
    elif hint in ("browser", "server", "build", "universal"):
        found = [Runtime(hint, one.service, one.stack, one.why) for one in topology.place(path)]
    else:
        found = [Runtime(hint, why="where it stands")]
    return _unique([_public(topology, one, reference) for one in found])


def _not_overridden(topology: "Topology", found: list[Runtime], reference: Reference | None) -> list[Runtime]:
    """A variable of an env file that a service's `environment` sets otherwise never gets there."""
    if reference is None or reference.language != "dotenv":
        return found
    name = str(reference.attrs.get("key") or reference.attrs.get("env") or "")
    kept = []
    for one in found:
        held = service_of(topology, one)
        if one.kind != "container" or held is None or name not in held[1].environment:
            kept.append(one)
    return kept or [Runtime("host", why="an env file")]


def _unique(found: list[Runtime]) -> list[Runtime]:
    chosen: dict[tuple[str, str, str], Runtime] = {}
    for one in found:
        chosen.setdefault((one.kind, one.service, one.stack), one)
    return list(chosen.values())


def _public(topology: "Topology", runtime: Runtime, reference: Reference | None) -> Runtime:
    """A variable under a public prefix is read by the browser, unless what gets it only tests."""
    if reference is None or runtime.kind not in ("container", "build", "server", "host"):
        return runtime
    name = str(reference.attrs.get("key") or reference.attrs.get("env") or "")
    if not PUBLIC.match(name) or _TESTER.search(runtime.service):
        return runtime
    stack = topology.stack(runtime.stack)
    service = stack.services.get(runtime.service) if stack is not None else None
    if service is not None and service.build is None and runtime.kind == "container" and name.startswith("PUBLIC_"):
        return runtime
    return Runtime("browser", runtime.service, runtime.stack, f"{name} is baked into browser code")


def _configured(topology: "Topology", path: str) -> list[Runtime] | None:
    settings = topology.project.settings
    for entry in settings.runtimes:
        if any(matches(path, pattern) for pattern in entry.paths):
            kind, _, service = entry.runtime.partition(":")
            return _in_stacks(topology, path, kind, service, "the configuration") or [Runtime(kind, service)]
    for name, entry_ in settings.services.items():
        if any(matches(path, pattern) for pattern in entry_.paths):
            kind = entry_.runtime.partition(":")[0] or _kind(topology, path).kind
            return _in_stacks(topology, path, kind, name, "the configuration") or [Runtime(kind, name)]
    return None


def matches(path: str, pattern: str) -> bool:
    """Whether a path is matched by a glob of the settings, or lies below it."""
    pattern = pattern.rstrip("/")
    return fnmatch(path, pattern) or fnmatch(path, f"{pattern}/*") or fnmatch(path, pattern.replace("**/", ""))


def _in_stacks(topology: "Topology", path: str, kind: str, service: str, why: str) -> list[Runtime]:
    return [
        Runtime(kind, service, stack.name, why) for stack in topology.stacks if service and service in stack.services
    ]


def _container(topology: "Topology", path: str, name: str, reference: Reference | None) -> list[Runtime]:
    """`container:web`: in each stack that the file speaks of; a bare "container" in whatever the Dockerfile makes."""
    if path in topology.cluster.manifests:
        return [Runtime("container", "", "kubernetes", "a Kubernetes manifest")]
    if not name:
        return [Runtime("container", one.service, one.stack, one.why) for one in topology.place(path)]
    stacks = topology.stacks_for(path, reference)
    sure = topology.speaks_of_one(path, reference)
    found = _holding(stacks, name) if sure else []
    if not found:
        found = _holding(topology.stacks, name)
        found = found if len(found) == 1 else []
    return found or [Runtime("container", name, "", "where it stands")]


def _holding(stacks: list[Stack], name: str) -> list[Runtime]:
    """`name` as a container of each stack that has it."""
    held = [(stack, stack.find(name)) for stack in stacks]
    return [Runtime("container", one.name, stack.name, "where it stands") for stack, one in held if one is not None]


def place(topology: "Topology", path: str) -> list[Runtime]:
    """Where a file as a whole is evaluated; never empty."""
    world = own_world(path)
    if world:
        return [Runtime("test", why=world)]
    if is_ci(path):
        return [Runtime("ci", why="run by CI")]
    if is_document(path):
        return [Runtime("docs", why="read by people")]
    if path in topology.compose_files:
        return [Runtime("host", why="a compose file")]
    if path in topology.cluster.manifests:
        return [Runtime("container", "", "kubernetes", "a Kubernetes manifest")]
    if _DOCKERFILE.search(path):
        return _builders(topology, path) or [Runtime("build", why="a Dockerfile")]
    if ENV_FILE.search(path):
        return _loaders(topology, path)
    return _by_content(topology, path)


def _builders(topology: "Topology", path: str) -> list[Runtime]:
    return [
        Runtime("build", service.name, stack.name, "it builds the service")
        for stack in topology.stacks
        for service in stack.services.values()
        if service.build is not None and service.build.dockerfile_path == path
    ]


def _loaders(topology: "Topology", path: str) -> list[Runtime]:
    """The services that load an env file, or the file that an example of it is copied to."""
    names = {path, re.sub(r"[._-](example|sample|template|dist)$", "", path)}
    found = [
        Runtime("container", service.name, stack.name, "loaded through env_file")
        for stack in topology.stacks
        for service in stack.services.values()
        if any(file.path in names for file in service.env_files)
    ]
    if found:
        return found
    package = nearest(topology.packages, path)
    if package is not None and path.rpartition("/")[0] == package.folder and package.folder:
        kind = kind_of(f"{package.folder}/src/index.ts", Facts(), package)
        if kind.kind in ("server", "universal"):
            return [Runtime("host", why="read by a process that a developer starts")]
    return [Runtime("host", why="an env file")]


def _kind(topology: "Topology", path: str) -> Runtime:
    facts = topology.project.facts.get(path) or Facts()
    if _CODE.search(path):
        kind = kind_of(path, facts, nearest(topology.packages, path))
        return Runtime(kind.kind, why=kind.why)
    if _SHELL.search(path):
        return Runtime("host", why="a script")
    return Runtime("", why="which process reads it is not known")


def _by_content(topology: "Topology", path: str) -> list[Runtime]:
    base = _kind(topology, path)
    if base.kind in ("host", ""):
        inside = exact(topology, path, script=base.kind == "host")
        if inside:
            return [Runtime("container", service.name, stack.name, why) for stack, service, why in inside]
        if base.kind == "host" and path in topology.imaged:
            return [Runtime("container", why="copied into an image")]
        return [base]
    found = [Runtime(base.kind, service.name, stack.name, base.why) for stack, service in topology.shippers(path)]
    return found or [base]


def service_of(topology: "Topology", runtime: Runtime) -> tuple[Stack, Service] | None:
    """The service that a runtime names."""
    stack = topology.stack(runtime.stack)
    if stack is None or runtime.service not in stack.services:
        return None
    return stack, stack.services[runtime.service]
