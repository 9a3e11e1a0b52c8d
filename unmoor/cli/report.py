"""`unmoor report`: a saved JSON report in another format, with excerpts where the files are still as they were."""

import sys
from pathlib import Path
from typing import Any

import click

from unmoor.cli.options import FORMATS


@click.command()
@click.argument("source", metavar="AUDIT.json")
@click.option("--output-format", "--format", "output_format", type=click.Choice(FORMATS), help="To stdout.")
@click.option("-o", "--output-file", "output", multiple=True, metavar="[FORMAT:]FILE", help="To a file; repeatable.")
@click.option("--root", type=click.Path(), help="Where the files are that the report is about (the git root).")
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", envvar="UNMOOR_COLOR")
@click.option("-q", "--quiet", is_flag=True, help="Findings only.")
def report(source: str, root: str | None, **values: Any) -> int:
    """Render a saved JSON report (`unmoor scan -o json:audit.json`) in another format; `-` reads stdin."""
    from unmoor.cli.output import write
    from unmoor.cli.place import locate
    from unmoor.cli.saved import read

    data = sys.stdin.buffer.read() if source == "-" else _bytes(source)
    place = locate((), root=root)
    write(read(data, place.root, source), {**values, "summary": False})
    return 0


def _bytes(source: str) -> bytes:
    from unmoor.model.errors import UserError

    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise UserError(f"{source}: cannot be read", error.strerror or str(error)) from None
