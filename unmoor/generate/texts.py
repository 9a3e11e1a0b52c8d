"""Every generator as a function of the project: the text, and where it would go."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from unmoor.generate import checks, edges, services, variables
from unmoor.generate.render import render

if TYPE_CHECKING:
    from unmoor.project import Project
    from unmoor.topology.model import Service


def env_example(project: "Project", templates: Path | None, folder: str = "") -> str:
    """`.env.example` with a comment at each variable, grouped by who reads it."""
    return render("env-example.j2", templates, groups=_groups(variables.of(project, folder))).rstrip("\n") + "\n"


def env_docs(project: "Project", templates: Path | None, folder: str = "") -> str:
    """A page with a table of variables for each service."""
    return render("env-docs.md.j2", templates, groups=_groups(variables.of(project, folder))).rstrip("\n") + "\n"


def _groups(found: list[variables.Variable]) -> list[tuple[str, list[variables.Variable]]]:
    groups: dict[str, list[variables.Variable]] = {}
    for variable in found:
        groups.setdefault(" and ".join(variable.services) or _folder(variable), []).append(variable)
    return sorted(groups.items())


def _folder(variable: variables.Variable) -> str:
    return variable.readers[0].partition("/")[0] if "/" in variable.readers[0] else "the repository"


def compose_env(project: "Project", templates: Path | None, wanted: str = "") -> str:
    """`environment:` for each service (or the wanted one), with what its code reads."""
    by_service: dict[str, list[variables.Variable]] = {}
    for variable in variables.of(project):
        for service in variable.services:
            if service == wanted or not wanted:
                by_service.setdefault(service, []).append(variable)
    return render("compose-env.yaml.j2", templates, services=sorted(by_service.items()))


def healthcheck(project: "Project", templates: Path | None, wanted: str = "") -> str:
    """`healthcheck:` for each service without one whose image holds a tool for it."""
    ports = {one.name: one.port for one in services.of(project)}
    found: dict[str, str] = {}
    for stack in project.topology.stacks:
        for service in stack.services.values():
            if service.healthcheck is not None or (wanted and service.name != wanted):
                continue
            test = checks.check_for(_image(project, service), ports.get(service.name))
            if test is not None:
                found.setdefault(service.name, json.dumps(test))
    return render("healthcheck.yaml.j2", templates, services=sorted(found.items()))


def _image(project: "Project", service: "Service") -> str:
    if service.build is not None:
        dockerfile = project.topology.dockerfile_of(service)
        return dockerfile.stages[-1].base if dockerfile is not None and dockerfile.stages else ""
    return (service.image.text or service.image.raw) if service.image is not None else ""


def access_matrix(project: "Project", templates: Path | None) -> str:
    """The edges in use, as the `allow` of a configuration; as comments what it denies, and what is only open."""
    merged: dict[tuple[str, str], edges.Edge] = {}
    for edge in edges.of(project):
        known = merged.setdefault((edge.source, edge.target), edge)
        used, named, is_open = known.used or edge.used, known.named or edge.named, known.open or edge.open
        merged[edge.source, edge.target] = known._replace(used=used, named=named, open=is_open)
    meant = [edge for edge in merged.values() if edge.used or edge.named]
    return render(
        "access-matrix.toml.j2",
        templates,
        allowed=sorted(edge for edge in meant if not edge.denied),
        denied=sorted(edge for edge in meant if edge.denied),
        unused=sorted(edge for edge in merged.values() if edge.open and not (edge.used or edge.named)),
    )


def ci(project: "Project", templates: Path | None, kind: str) -> str:
    """The job that runs the audit on each push, for github or gitlab."""
    return render(f"ci.{kind}.j2", templates, branch="main")
