"""Where a generated text goes: to stdout, or into a new file below the root."""

import os
from pathlib import Path

import click

from unmoor.model.errors import UserError


def deliver(root: Path, text: str, write: str | None, usual: str = "", *, executable: bool = False) -> None:
    """Print, or write to a path seen from the current folder (`auto`: `usual`, seen from the root), never over one."""
    if write in (None, "-"):
        click.echo(text, nl=False)
        return
    path = place(root, str(write), usual)
    from unmoor.files.writing import write as put

    put(root, path, text.encode(), None)
    if executable:
        target = root / path
        target.chmod(target.stat().st_mode | 0o111 & ~_mask())
    click.echo(f"wrote {path}", err=True)


def complete(root: Path, text: str, write: str, usual: str, existing: bytes, whole: bytes) -> None:
    """The same for a file that may be there: what it lacks is added. existing, whole: its bytes before and after."""
    path = place(root, write, usual)
    if not (root / path).is_file():
        deliver(root, text, write, usual)
        return
    if whole == existing:
        click.echo(f"{path} is complete", err=True)
        return
    from unmoor.files.writing import write as put

    put(root, path, whole, existing)
    click.echo(f"completed {path}", err=True)


def place(root: Path, write: str, usual: str) -> str:
    """The path below the root that --write means."""
    if write == "auto":
        if not usual:
            raise UserError("there is no usual place for this", help="say where: --write PATH")
        return usual
    target = Path(os.path.normpath(Path.cwd() / write))
    if not target.is_relative_to(root):
        raise UserError(f"{write} lies outside {root}")
    return target.relative_to(root).as_posix()


def absent(root: Path, paths: list[str]) -> None:
    """UserError if one of several files that go together is there already."""
    there = next((path for path in paths if (root / path).exists()), "")
    if there:
        raise UserError(f"{there} is already there", help="remove it, or leave it as it is")


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
