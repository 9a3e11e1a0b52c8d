"""`unmoor scan` for click: the same values as `options.plain` reads, with help, and errors in words."""

from typing import Any

import click

from unmoor.cli.app import Sections, options
from unmoor.cli.options import SCAN


class _Scan(Sections):
    groups = {option.name: option.group for option in SCAN}  # noqa: RUF012


@click.command(cls=_Scan)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@options(SCAN)
def scan(**values: Any) -> int:
    """Find hard-wired, undefined and mismatched addresses, names and paths.

    PATHS are files or folders to report on; the whole repository is known either way. Exit code 0: nothing at or above
    --fail-on; 1: something; 2: a mistake in the command or the configuration. Every option can be set by
    UNMOOR_<OPTION>.
    """
    from unmoor.cli.scan import run

    return run(values)
