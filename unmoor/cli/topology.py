"""`unmoor resolve`, `unmoor topology`, `unmoor impact`: questions to the linked model."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.project import Project
    from unmoor.topology.link import Topology
    from unmoor.topology.model import Resolution, Runtime

_PLACE = re.compile(r"^(?P<path>.+?):(?P<line>\d+)(?::\d+)?$")
_KINDS = ("browser", "server", "universal", "build", "host", "ci", "docs", "test")


def _project(root: Path | str | None) -> "Project":
    from unmoor.cli.place import locate
    from unmoor.config.load import load as load_settings
    from unmoor.engine import load

    where = locate((), root=root).root
    return load(where, load_settings(where, environment=os.environ).settings)


def _dump(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


_FORMAT = click.option(
    "--output-format",
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people or programs.",
)
_ROOT = click.option("--root", metavar="DIR", help="The repository's root, where it is not the git root.")


@click.command()
@click.argument("what", metavar="URL|FILE:LINE")
@click.option(
    "--from", "runtime", metavar="RUNTIME", help="A service, or browser, server, build, host, ci, docs, test."
)
@click.option("--stack", metavar="STACK", help="The stack that is meant, where there are several.")
@_FORMAT
@_ROOT
def resolve(what: str, runtime: str | None, stack: str | None, output_format: str, root: str | None) -> None:
    """Say what an address reaches, seen from a runtime, and why.

    Give a URL with --from, or FILE:LINE for every address on that line.
    """
    from unmoor.cli.place import locate
    from unmoor.topology import explain

    where = locate((), root=root).root
    project = _project(where)
    topology = project.topology
    place = None if "://" in what else _PLACE.match(what)
    path = _inside(place["path"], where) if place is not None else ""
    if place is not None and path in project.facts:
        answers = _on_line(topology, path, int(place["line"]))
    else:
        answers = [(what, _one(topology, what, runtime, stack))]
    if output_format == "json":
        _dump([explain.data(topology, address, found) for address, found in answers])
        return
    shown = [explain.text(topology, found) for _, found in answers]
    if len(answers) > 1:
        shown = [f"{_head(address, found)}\n{text}" for (address, found), text in zip(answers, shown)]
    click.echo("\n".join(shown), nl=False)


def _inside(path: str, root: Path) -> str:
    """A path of the command line, relative to the root; as it is where it is not there."""
    from unmoor.cli.place import locate

    if not Path(path).is_file():
        return path
    return (locate([path], root=root).paths or [path])[0]


def _head(address: str, found: "Resolution") -> str:
    from unmoor.text.addresses import redact

    where = f"{found.runtime}" if found.runtime is not None else ""
    stack = f" ({found.runtime.stack})" if found.runtime is not None and found.runtime.stack else ""
    return f"{redact(address)} from {where}{stack}"


def _one(topology: "Topology", text: str, runtime: str | None, stack: str | None) -> "Resolution":
    from unmoor.text.addresses import parse

    address = parse(text)
    if address is None or not address.host:
        raise UserError(f"`{text}` is no address", help="give a URL, host:port, or FILE:LINE of a scanned file")
    if runtime is None:
        raise UserError("from where?", help="--from SERVICE, or --from browser, server, host, ci …")
    return topology.resolve(address, _runtime(topology, runtime, stack))


def _runtime(topology: "Topology", text: str, stack: str | None) -> "Runtime":
    """A runtime as people write it: `backend`, `container:backend`, `browser`."""
    from unmoor.topology.model import Runtime

    chosen = topology.stacks
    if stack is not None:
        chosen = [one for one in topology.stacks if stack in (one.name, *one.files)]
        if not chosen:
            raise UserError(f"there is no stack `{stack}`", help=_near(stack, [one.name for one in topology.stacks]))
    kind, _, name = text.partition(":")
    if not name and kind in _KINDS and not any(kind in one.services for one in chosen):
        return Runtime(kind, "", chosen[0].name if stack is not None else "")
    name = name or kind
    for one in chosen:
        service = one.find(name)
        if service is not None:
            return Runtime(kind if kind in _KINDS and name != kind else "container", service.name, one.name)
    names = sorted({name for one in chosen for name in one.services})
    raise UserError(f"there is no service `{name}`", help=_near(name, [*names, *_KINDS]))


def _near(name: str, known: list[str]) -> str:
    from unmoor.config.load import nearest

    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else "known: " + ", ".join(known)


def _on_line(topology: "Topology", path: str, line: int) -> list[tuple[str, "Resolution"]]:
    from unmoor.topology.edges import address_of

    found = []
    lines = topology.project.lines(path)
    for reference in topology.project.facts[path].references:
        if reference.kind in ("url", "host") and lines.line(reference.span.start) == line:
            for runtime in topology.runtimes(path, reference):
                found.append((reference.value, topology.resolve(address_of(reference), runtime, path, reference)))
    if not found:
        raise UserError(f"no address was found at {path}:{line}", help="the line must hold a URL or a host")
    return found


@click.command()
@click.option(
    "--output-format",
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "mermaid", "svg"]),
    default="text",
    help="How it is shown.",
)
@click.option("--diff", "revision", metavar="REV", help="What the work tree adds to, or removes from, a revision.")
@_ROOT
def topology(output_format: str, revision: str | None, root: str | None) -> None:
    """Show the services, ports, networks and calls that unmoor sees."""
    from unmoor.topology import diff, drawing, show
    from unmoor.topology.shape import shape

    project = _project(root)
    now = shape(project.topology)
    if revision is not None:
        changes = diff.diff(shape(_at(project, revision, root).topology), now)
        if output_format == "json":
            _dump(changes)
        else:
            click.echo(diff.text(changes), nl=False)
        return
    if output_format == "json":
        _dump(now)
        return
    click.echo({"text": show.text, "mermaid": show.mermaid, "svg": drawing.svg}[output_format](now), nl=False)


def _at(project: "Project", revision: str, root: str | None) -> "Project":
    """The project as a revision has it."""
    from unmoor.cli.place import locate
    from unmoor.files.cache import Cache
    from unmoor.files.scanning import scan_files
    from unmoor.files.workspace import MemoryWorkspace
    from unmoor.project import Project, Tree

    files = _files_at(locate((), root=root).root, revision)
    workspace = MemoryWorkspace(files)
    outcome = scan_files(workspace, sorted(files), Cache(None), 0)
    return Project(Tree(set(files)), outcome.facts, project.settings, workspace.read, workspace.history)


def _files_at(root: Path, revision: str) -> dict[str, bytes]:
    """The regular files of a revision. Raises UserError if git does not know it."""
    import io
    import subprocess
    import tarfile

    done = subprocess.run(
        ["git", "-C", str(root), "archive", "--format=tar", revision, "--"], capture_output=True, check=False
    )
    if done.returncode:
        raise UserError(f"--diff {revision}: git does not know it", done.stderr.decode("utf-8", "replace").strip())
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() and member.size < 4_000_000 else None
            if stream is not None:
                files[member.name] = stream.read()
    return files


@click.command()
@click.option("--service", metavar="NAME", help="A service of any stack.")
@click.option("--port", type=int, metavar="PORT", help="A port, on the host or in a container.")
@click.option("--env", "variable", metavar="NAME", help="An environment variable.")
@click.option("--container", metavar="NAME", help="A container name.")
@_FORMAT
@_ROOT
def impact(
    service: str | None,
    port: int | None,
    variable: str | None,
    container: str | None,
    output_format: str,
    root: str | None,
) -> None:
    """List everything that names a service, port, variable or container, before someone changes it."""
    from unmoor.topology import impact as questions

    asked = [one for one in (service, port, variable, container) if one is not None]
    if len(asked) != 1:
        raise UserError("impact of what?", help="give one of --service, --port, --env, --container")
    linked = _project(root).topology
    if service is not None:
        found = questions.ordered(questions.of_service(linked, service))
    elif port is not None:
        found = questions.ordered(questions.of_port(linked, port))
    elif variable is not None:
        found = questions.ordered(questions.of_variable(linked, variable))
    else:
        found = questions.ordered(questions.of_container(linked, str(container)))
    _show_mentions(linked, found, output_format, str(asked[0]))


def _show_mentions(linked: "Topology", found: list[Any], output_format: str, asked: str) -> None:
    from unmoor.topology.shape import place
    from unmoor.topology.show import table

    if output_format == "json":
        _dump([{**one._asdict(), "at": place(linked, one.at)} for one in found])
        return
    if not found:
        click.echo(f"Nothing names {asked}.")
        return
    rows = [(place(linked, one.at), one.kind, one.what, one.runtime, one.value) for one in found]
    click.echo(table(rows, ""), nl=False)
    files = len({one.at.path for one in found})
    click.echo(f"\n{len(found)} places in {files} file{'s' if files != 1 else ''}")
