"""The smoke test of a running stack: services, health endpoints, published ports, open and closed edges."""

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from unmoor.generate import edges, health
from unmoor.generate.render import render
from unmoor.generate.services import in_order
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.project import Project
    from unmoor.topology.model import Service, Stack

_ONCE = re.compile(r"(^|[-_])(init|migrate|migrations?|migrator|seed|setup|prestart)([-_]|$)")


class Published(NamedTuple):
    """An HTTP port of a service on the host."""

    service: str
    url: str


def smoke_test(project: "Project", templates: Path | None, wanted: str = "") -> str:
    """A POSIX script that asks the running containers of a stack (the default one unless named)."""
    stack = stack_named(project, wanted)
    ending = once(stack)
    there = {name for name, one in stack.services.items() if not one.profiles and name not in ending}
    all_edges = [e for e in edges.of(project) if e.stack == stack.name and {e.source, e.target} <= there and e.port]
    closed = list(edges.closed(all_edges, stack))
    probes = health.endpoints(project, stack)
    return render(
        "smoke-test.sh.j2",
        templates,
        stack=stack.name,
        compose=_files(stack),
        services=sorted(there),
        once=sorted(name for name in ending if name in stack.services and not stack.services[name].profiles),
        health=[one for one in probes if one.service in there],
        published=[one for name in sorted(there) for one in _published(stack.services[name])],
        edges=[edge for edge in all_edges if edge.used and edge not in closed],
        closed=closed,
    )


def stack_named(project: "Project", wanted: str) -> "Stack":
    """The stack of that name, or the default one; UserError where there is none."""
    stacks = project.topology.stacks
    if wanted:
        found = next((one for one in stacks if one.name == wanted or wanted in one.files), None)
        if found is None:
            names = ", ".join(f"`{one.name}`" for one in stacks) or "none"
            raise UserError(f"there is no stack `{wanted}`", help=f"the stacks are: {names}")
        return found
    if not stacks:
        raise UserError("no compose file is in the repository", help="`unmoor topology` shows what is known")
    return in_order(project)[0]


def once(stack: "Stack") -> set[str]:
    """Services that end when their work is done."""
    waited = {
        dependency.name
        for service in stack.services.values()
        for dependency in service.depends
        if dependency.condition == "service_completed_successfully"
    }
    named = {name for name, one in stack.services.items() if _ONCE.search(name) and not one.ports}
    return waited | named


def _published(service: "Service") -> list[Published]:
    port = health.http_port(service)
    scheme = "https" if port == 443 else "http"
    hosts = sorted({p.host for p in service.ports if p.host and p.container == port})
    return [Published(service.name, f"{scheme}://localhost:{host}/") for host in hosts]


def _files(stack: "Stack") -> str:
    """The `-f` options of a command at the repository's root, "" where Compose finds the files itself."""
    defaults = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
    first, *rest = stack.files
    stem = first.rpartition(".")[0]
    if first in defaults and all(one in (f"{stem}.override.yml", f"{stem}.override.yaml") for one in rest):
        return ""
    return "".join(f" -f {shlex.quote(path)}" for path in stack.files)
