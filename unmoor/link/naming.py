"""The names of containers: fixed ones, the ones that Compose derives, and what a wrong one most likely means."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from unmoor.link.own import own_names
from unmoor.link.suggest import likeness, near_name, words_of
from unmoor.project import Project
from unmoor.topology.model import Service, Stack

_DERIVED = re.compile(
    r"^(?P<project>[A-Za-z0-9][\w.-]*?)(?P<joint>[_-])(?P<service>[\w.-]+?)(?P=joint)(?P<number>\d+)$"
)
_STANDIN = re.compile(
    r"(?i)^(my|your|the|some)?[-_]?(project|app|repo|folder|dir|stack|compose|directory|root)[-_]?(name)?$"
)
# Containers that other tools make on a developer's machine.
FOREIGN = re.compile(
    r"(?i)^(portainer|watchtower|registry|buildx_buildkit|kind-|k3d-|minikube|traefik-proxy|coolify|gitlab-runner"
    r"|ollama|localstack|supabase_|k8s_|testcontainers|ryuk|dockerd)"
)


class Named(NamedTuple):
    """What a container name means.

    verdict: declared, service (a service's name, whose container is called otherwise), derived, wrong-derived,
    elsewhere (right in another stack), stale, unknown. suggestion: what to write. service/stack: whom it means.
    """

    verdict: str
    suggestion: str = ""
    service: str = ""
    stack: str = ""
    reason: str = ""
    sure: bool = True


def container_of(stack: Stack, service: Service) -> str:
    """What Docker calls a service's first container; "" if that depends on a variable."""
    if service.container_name is not None:
        return service.container_name.text or ""
    return f"{stack.project}-{service.name}-1" if stack.project else ""


def fixed_names(stack: Stack) -> dict[str, Service]:
    """container_name → service."""
    return {
        service.container_name.text: service
        for service in stack.services.values()
        if service.container_name is not None and service.container_name.text
    }


def judge_container(project: Project, name: str, stacks: list[Stack], *, document: bool) -> Named:
    """What a name given to `docker exec` and its like means, in the stacks that the text speaks of."""
    for stack in stacks:
        if name in fixed_names(stack):
            return Named("declared", stack=stack.name, service=fixed_names(stack)[name].name)
    if any(_unknowable_names(stack) for stack in stacks):
        return Named("unknown")
    for stack in stacks:
        if name in stack.services:
            return _as_service(stack, stack.services[name])
    derived = [found for stack in stacks if (found := _derived(project, stack, name)) is not None]
    if derived:
        return next((found for found in derived if found.verdict == "derived"), derived[0])
    if stacks and not document:
        others = [found for s in project.topology.stacks if (found := _derived(project, s, name)) is not None]
        if others:
            return next((found for found in others if found.verdict != "wrong-derived"), others[0])
    elsewhere = _elsewhere(project, name, stacks)
    stale = _stale(project, name, stacks)
    if elsewhere is not None:
        if stale is not None and stacks:
            return stale._replace(verdict="elsewhere", reason=elsewhere.reason)
        return elsewhere
    if stale is not None:
        return stale
    if not stacks or document or FOREIGN.match(name) or any(stack.incomplete for stack in stacks):
        return Named("unknown")
    return Named("stale", "", "", stacks[0].name, f"{_files(stacks[0])} declares no container `{name}`", sure=False)


def _unknowable_names(stack: Stack) -> bool:
    """Whether a container's name depends on a variable that cannot be known."""
    return any(s.container_name is not None and not s.container_name.text for s in stack.services.values())


def _as_service(stack: Stack, service: Service) -> Named:
    real = container_of(stack, service)
    if service.container_name is None and not stack.pinned:
        reason = f"`{service.name}` is a service of {_files(stack)}; Compose calls its container `{real}`"
    else:
        reason = f"`{service.name}` is a service of {_files(stack)}; its container is called `{real}`"
    return Named("service", real, service.name, stack.name, reason)


def _derived(project: Project, stack: Stack, name: str) -> Named | None:
    """A name of the form `<project>-<service>-N`, for a service of the stack."""
    for service in stack.services.values():
        match = re.fullmatch(rf"(.+?)([_-]){re.escape(service.name)}\2(\d+)", name)
        if match is None:
            continue
        real = container_of(stack, service)
        if service.container_name is not None:
            reason = f"`{service.name}` has container_name `{real}`"
            return Named("wrong-derived", real, service.name, stack.name, reason)
        if _STANDIN.match(match[1]):
            return Named("unknown")
        same = _same_project(project, stack, match[1])
        if match[2] == "_" and (same or not stack.pinned):
            real = f"{stack.project or match[1]}-{service.name}-{match[3]}"
            return Named("wrong-derived", real, service.name, stack.name, f"Compose joins with hyphens: `{real}`")
        if same:
            return Named("derived", "", service.name, stack.name)
        reason = (
            f"`{match[1]}` is not the name of this project, and nobody else's checkout need have it; "
            f"`docker compose` finds `{service.name}` by its service name"
        )
        return Named("wrong-derived", real, service.name, stack.name, reason)
    return None


def _same_project(project: Project, stack: Stack, name: str) -> bool:
    """Whether Compose may call the stack's project so: its written name, or that of the folder it is checked out in."""
    names = {stack.project} if stack.project else own_names(project)
    return _plain(name) in {_plain(one) for one in names}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _elsewhere(project: Project, name: str, stacks: list[Stack]) -> Named | None:
    for other in project.topology.stacks:
        if other in stacks:
            continue
        if name in fixed_names(other):
            service = fixed_names(other)[name]
            return Named(
                "elsewhere" if stacks else "declared",
                "",
                service.name,
                other.name,
                f"a container of {_files(other)}, another stack",
            )
    return None


def _stale(project: Project, name: str, stacks: list[Stack]) -> Named | None:
    """A name that was ours: by the configured renames, git's history, or its likeness to one of ours."""
    known = {container_of(stack, s): s for stack in stacks for s in stack.services.values()}
    known.pop("", None)
    fixed = {real for real, s in known.items() if s.container_name is not None}
    stack = stacks[0] if stacks else None
    where = _files(stack) if stack else "the repository"
    about = f"{where} declares no container `{name}`"
    renamed = project.settings.renames.get(name)
    if renamed:
        return Named(
            "stale", renamed, reason=f"{about}; it was renamed to `{renamed}`", stack=stack.name if stack else ""
        )
    near = near_name(name, fixed, least=0.75)
    former = project.history.former_container(name)
    if former is not None and stack is not None:
        new = former if former in known else near
        reason = f"{about}; git history had it" + (f", and renamed it to `{former}`" if former in known else "")
        return Named("stale", new, reason=reason, stack=stack.name)
    if near:
        return Named("stale", near, known[near].name, stack.name if stack else "", f"{about}; the nearest is `{near}`")
    service = _near_service(name, stacks)
    if service is not None and stack is not None:
        real = container_of(stack, service)
        return Named("stale", real, service.name, stack.name, f"{about}; the nearest is service `{service.name}`")
    return None


def _near_service(name: str, stacks: Iterable[Stack]) -> Service | None:
    """The service whose name is a word of the name, or nearly the name, where other services share its prefix."""
    services = [service for stack in stacks for service in stack.services.values()]
    best = max(services, key=lambda service: likeness(name, service.name), default=None)
    if best is not None and likeness(name, best.name) >= 0.85:
        return best
    words = words_of(name) - {word for stack in stacks for word in words_of(stack.project)}
    prefixes = {word for service in services for word in words_of(service.name)}
    inner = [service for service in services if words_of(service.name) <= words]
    if len(inner) == 1 and (words - words_of(inner[0].name)) & prefixes:
        return inner[0]
    return None


def _files(stack: Stack) -> str:
    return " and ".join(stack.files)
