"""`unmoor env`: the lineage of variables, their rules, their example file and their documentation."""

import json
import os
from typing import TYPE_CHECKING

import click

from unmoor.cli.terminal import say
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from unmoor.project import Project

_ROOT = click.option("--root", metavar="DIR", help="The repository's root, where it is not the git root.")
_FORMAT = click.option(
    "--output-format",
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="For people or programs.",
)


class Named(click.Group):
    """A group that takes names of variables where no subcommand is given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """`unmoor env NAME…` is `unmoor env show NAME…`."""
        first = next((arg for arg in args if not arg.startswith("-")), "")
        if first not in self.commands and not {"-h", "--help"} & set(args):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Named)
def env() -> None:
    """Follow each variable from where it is set to where it is read.

    `unmoor env [NAME]` shows the lineage: declared, interpolated, injected, read, and defaults that disagree.
    """


def _load(root: str | None) -> "tuple[Path, Project]":
    from unmoor.cli.place import locate
    from unmoor.config.load import load as load_settings
    from unmoor.engine import load

    where = locate((), root=root).root
    return where, load(where, load_settings(where, environment=os.environ).settings)


@env.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@_FORMAT
@_ROOT
def show(names: tuple[str, ...], output_format: str, root: str | None) -> None:
    """Show the lineage of variables: of those named, else of all."""
    from unmoor.config.load import nearest
    from unmoor.env.lineage import lineage, text

    project = _load(root)[1]
    rows = lineage(project, names)
    if names and not any(row["steps"] for row in rows):
        near = nearest(names[0], [row["name"] for row in lineage(project)])
        raise UserError(
            f"nothing sets or reads `{names[0]}`", help=f"did you mean `{near}`?" if near else "`unmoor env` shows all"
        )
    if output_format == "json":
        click.echo(json.dumps({"schema": "unmoor-env/1", "variables": rows}, indent=2, ensure_ascii=False))
    else:
        click.echo(text(rows), nl=False)


@env.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", metavar="[SCAN OPTIONS] [PATHS]...", nargs=-1, type=click.UNPROCESSED)
def check(arguments: tuple[str, ...]) -> int:
    """Run the rules about variables alone; takes every option of `unmoor scan`."""
    from unmoor.cli.app import main

    return main(["scan", "--select", "env", *arguments])


@env.command()
@click.option("--write", "target", metavar="FILE", help="Put the table into a page, between its marks.")
@_FORMAT
@_ROOT
def docs(target: str | None, output_format: str, root: str | None) -> None:
    """Document every variable as a Markdown table."""
    from unmoor.env.example import as_rows, document, table
    from unmoor.generate.variables import of

    where, project = _load(root)
    if target is not None:
        _write(where, target, lambda source: document(project, source))
    elif output_format == "json":
        click.echo(json.dumps(as_rows(of(project)), indent=2, ensure_ascii=False))
    else:
        click.echo(table(project), nl=False)


@env.command()
@click.argument("path", metavar="[FILE]", required=False)
@click.option("--write", is_flag=True, help="Write the file; without it, the file as it would be is shown.")
@_ROOT
def example(path: str | None, write: bool, root: str | None) -> None:
    """Complete the example file: what is missing is added at its end, what is there stays as it is."""
    from unmoor.env.example import complete
    from unmoor.link.env_index import Variables

    where, project = _load(root)
    known = Variables(project).examples
    path = path or next((one for one in known if "/" not in one), known[0] if known else ".env.example")
    folder = path.rpartition("/")[0]
    if write:
        _write(where, path, lambda source: complete(project, source, folder))
        return
    target = where / path
    click.echo(
        complete(project, target.read_bytes() if target.is_file() else b"", folder).decode("utf-8", "replace"), nl=False
    )


def _write(root: "Path", path: str, change: object) -> None:
    """Write a file through the one writer, if it changes."""
    from unmoor.files.writing import write

    target = root / path
    before = target.read_bytes() if target.is_file() else None
    after = change(before or b"")  # type: ignore[operator]
    if before is not None and after == before:
        say(f"{path} is complete")
        return
    write(root, path, after, before)
    say(f"wrote {path}")
