"""What a command line's paths mean: the root of the repository, and the files and folders in it to report on."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from unmoor.files.discovery import find_root, root_for
from unmoor.model.errors import UserError


class Place(NamedTuple):
    """root: the git root, else the folder. paths: relative to it; None for everything. overlay: bytes of stdin."""

    root: Path
    paths: list[str] | None
    overlay: dict[str, bytes] | None = None


def locate(
    paths: tuple[str, ...] | list[str], stdin_filename: str | None = None, root: Path | str | None = None
) -> Place:
    """Where to scan. root: in place of the git root. Raises UserError for a path that is not there or lies outside."""
    top = _folder(root) if root else None
    if stdin_filename:
        return _from_stdin(paths, stdin_filename, top)
    if not paths:
        return Place(top or root_for(Path.cwd()), None)  # the whole repository, wherever in it one stands
    root = top or _root_of(paths)
    found = [_relative(path, root) for path in paths]
    return Place(root, None if "" in found else found)


def _root_of(paths: tuple[str, ...] | list[str]) -> Path:
    """The git root above the first path, or the configured folder of that repository in which one stands.

    Without git it is the folder that holds all of them.
    """
    found = find_root(_start(paths[0]))
    if not (found / ".git").exists() and len(paths) > 1:
        folders = [start if start.is_dir() else start.parent for start in map(_start, paths)]
        return Path(os.path.commonpath([folder.resolve() for folder in folders]))
    here = root_for(Path.cwd())
    inside = Path(os.path.normpath(Path.cwd() / paths[0])).is_relative_to(here)
    return here if inside and here.is_relative_to(found) else found


def _start(path: str) -> Path:
    start = Path(path)
    if not start.exists() and not start.is_symlink():
        raise UserError(f"{path}: no such file or folder", f"looked for {start.absolute()}", "give a path that exists")
    return start if start.is_dir() or start.exists() else start.parent


def _relative(path: str, root: Path) -> str:
    _start(path)
    lexical = Path(os.path.normpath(Path.cwd() / path))
    for candidate in (lexical.resolve(), lexical.parent.resolve() / lexical.name):
        if candidate.is_relative_to(root):
            text = candidate.relative_to(root).as_posix()
            return "" if text == "." else text
    raise UserError(f"{path}: lies outside {root}", help="scan one repository at a time")


def _folder(root: Path | str) -> Path:
    folder = Path(root)
    if not folder.is_dir():
        raise UserError(f"--root {root}: no such folder", f"looked for {folder.absolute()}")
    return folder.resolve()


def _from_stdin(paths: tuple[str, ...] | list[str], name: str, top: Path | None) -> Place:
    if [path for path in paths if path != "-"]:
        raise UserError("--stdin-filename takes no paths beside it", help="the file named is the one that is scanned")
    target = Path(os.path.normpath(Path.cwd() / name))
    folder = next(parent for parent in target.parents if parent.is_dir())
    root = top or _root_of([str(folder)])
    resolved = target.parent.resolve() / target.name
    if not resolved.is_relative_to(root):
        raise UserError(f"--stdin-filename {name}: lies outside {root}")
    relative = resolved.relative_to(root).as_posix()
    return Place(root, [relative], {relative: sys.stdin.buffer.read()})
