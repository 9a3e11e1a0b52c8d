"""What a compose file lacks: variables that code reads, and healthchecks. Written as a file to merge with `-f`."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from unmoor.generate import checks, frameworks, health, smoke, variables
from unmoor.generate.render import render
from unmoor.generate.services import in_order
from unmoor.text.addresses import host_class, parse
from unmoor.topology.model import Runtime

if TYPE_CHECKING:
    from unmoor.generate.variables import Variable
    from unmoor.project import Project
    from unmoor.topology.model import Service, Stack

_CODE = re.compile(r"\.([cm]?[jt]sx?|py|go|java|kt|scala|vue|svelte|astro|rb|php|rs|cs|exs?)$")


class Entry(NamedTuple):
    """A variable of a service. default: "" for none; then it is required, or handed on if set. baked: at build."""

    name: str
    default: str
    required: bool
    baked: bool


def environment(project: "Project", templates: Path | None, wanted: str = "", everything: bool = False) -> str:
    """`environment:` and `build.args:` for each service built here (or the wanted one), of what it is not given yet."""
    found: dict[str, list[Entry]] = {}
    placed = _placed(project)
    for variable in variables.of(project):
        for name in _readers(project, variable):
            stack, service = placed.get(name, (None, None))
            if stack is None or service is None or wanted not in ("", name):
                continue
            if everything or not _given(service, variable.name):
                found.setdefault(name, []).append(_entry(project, stack, service, variable))
    return render("compose-env.yaml.j2", templates, services=sorted(found.items()))


def _placed(project: "Project") -> "dict[str, tuple[Stack, Service]]":
    """Service → where it stands, in the stack that is likeliest to be meant."""
    found: dict[str, tuple[Stack, Service]] = {}
    for stack in in_order(project):
        for service in stack.services.values():
            found.setdefault(service.name, (stack, service))
    return found


def _readers(project: "Project", variable: "Variable") -> list[str]:
    """The services whose own code reads a variable: not their Dockerfiles, scripts or compose files."""
    paths = [path for path in variable.readers if _CODE.search(path)]
    return sorted({service.name for path in paths for _, service in project.topology.shippers(path)})


def _given(service: "Service", name: str) -> bool:
    args = service.build.args if service.build is not None else {}
    return name in service.environment or name in service.env_loaded or name in args


def _entry(project: "Project", stack: "Stack", service: "Service", variable: "Variable") -> Entry:
    default, usable = _from_inside(project, stack, service, variable.example)
    baked = variable.name.startswith(frameworks.PUBLIC) and service.build is not None
    return Entry(variable.name, default, variable.required or variable.bound or usable is False, baked)


def _from_inside(project: "Project", stack: "Stack", service: "Service", default: str) -> tuple[str, bool | None]:
    """The default as the container needs it, since loopback is the container itself there.

    The second is whether the code's own default serves in a container; None if that cannot be told.
    """
    address = parse(default)
    if default in ("localhost", "127.0.0.1"):
        return "", False
    if address is None or host_class(address.host) != "loopback":
        return default, True
    runtime = Runtime("container", service.name, stack.name)
    found = project.topology.resolve(address, runtime)
    other = found.service is not None and found.service.name != service.name
    return (found.address, True) if other and found.address and "***" not in found.address else ("", None)


def healthcheck(project: "Project", templates: Path | None, wanted: str = "", stack_name: str = "") -> str:
    """`healthcheck:` for each service of a stack without one whose image holds a tool for it."""
    from unmoor.link.healthchecks import check_of

    stack = smoke.stack_named(project, stack_name)
    paths = {end.service: end.path for end in health.endpoints(project, stack)}
    found: dict[str, str] = {}
    for service in stack.services.values():
        if check_of(project, service) is not None or wanted not in ("", service.name):
            continue
        if service.name in smoke.once(stack):
            continue
        test = checks.check_for(image_of(project, service), health.http_port(service), paths.get(service.name, ""))
        if test is not None:
            found[service.name] = json.dumps(test)
    return render("healthcheck.yaml.j2", templates, services=sorted(found.items()))


def image_of(project: "Project", service: "Service") -> str:
    """The image that a service runs, at the bottom of its Dockerfile's last stage; "" if that cannot be known."""
    from unmoor.topology.images import final_stages

    if service.build is not None:
        stages = final_stages(project.topology.dockerfile_of(service), service)
        return stages[-1].base if stages else ""
    return (service.image.text or service.image.raw) if service.image is not None else ""
