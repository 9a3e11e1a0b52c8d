"""Every generator as a function of the project: the text, and where it would go."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from unmoor.generate import edges, variables
from unmoor.generate.render import render

if TYPE_CHECKING:
    from unmoor.project import Project


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


def ci(project: "Project", templates: Path | None, kind: str, root: Path | None = None) -> str:
    """The job that runs the audit on each push, for github or gitlab. root: whose default branch git is asked for."""
    from unmoor import __version__

    return render(f"ci.{kind}.j2", templates, branch=_default_branch(root), version=__version__)


def _default_branch(root: Path | None) -> str:
    """The branch that the remote has as its default, else the one that is checked out, else `main`."""
    for command in (["symbolic-ref", "--short", "refs/remotes/origin/HEAD"], ["symbolic-ref", "--short", "HEAD"]):
        if root is not None:
            run = subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=False)
            if run.returncode == 0 and run.stdout.strip():
                return run.stdout.strip().removeprefix("origin/")
    return "main"
