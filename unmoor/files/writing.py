"""The one function in the program that writes into the repository (and the two beside it that make and link files).

A write is atomic: a temporary file beside the target, fsync, rename, fsync of the folder. Mode, owner and extended
attributes are kept. Killed at any instant, the target holds its old bytes or its new ones.
"""

import contextlib
import os
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from unmoor.model.errors import UserError

TEMPORARY = ".unmoor-"


def write(root: Path, path: str, content: bytes, expected: bytes | None) -> None:
    """Put `content` into `path` (relative to the root). expected: the bytes that must be there now; None: no file.

    Raises UserError where the target is outside the root, no regular file, hard-linked, read-only, or not what was
    expected.
    """
    target, before = expect(root, path, expected)
    if before is None:
        target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, content, before)


def expect(root: Path, path: str, expected: bytes | None) -> tuple[Path, os.stat_result | None]:
    """The real place and state of a file that may be written and holds what is expected (None: there is none yet).

    Raises UserError as `write` does.
    """
    target = _inside(root, path)
    if expected is None:
        if target.exists() or target.is_symlink():
            raise UserError(f"{path} is already there", help="remove it, or leave it as it is")
        return target, None
    before = _may_change(path, target)
    if target.read_bytes() != expected:
        raise UserError(f"{path} has changed since it was read", help="run the command again")
    return target, before


def unwritable(root: Path, path: str) -> str:
    """Why a file may not be changed, or ""; one that is not there yet may be made."""
    try:
        target = _inside(root, path)
        if os.path.lexists(target):
            _may_change(path, target)
    except UserError as fault:
        return fault.title
    except OSError as fault:
        return f"{path} cannot be written: {fault.strerror}"
    return ""


def _may_change(path: str, target: Path) -> os.stat_result:
    try:
        now = os.lstat(target)
    except FileNotFoundError:
        raise UserError(f"{path} is gone since it was read", help="run the command again") from None
    if not stat.S_ISREG(now.st_mode):
        raise UserError(f"{path} is not a regular file")
    if now.st_nlink > 1:
        raise UserError(f"{path} has {now.st_nlink} hard links", "writing would part them", "break the link first")
    if not now.st_mode & 0o222:
        raise UserError(f"{path} is read-only", help=f"chmod u+w {path}, or leave it as it is")
    return now


def remove(root: Path, path: str) -> None:
    """Take away a file or link that this run has made."""
    place = _inside(root, path.rpartition("/")[0]) / path.rpartition("/")[2]
    place.unlink(missing_ok=True)


def link(root: Path, path: str, target: str) -> None:
    """Make a relative symlink at `path` that points to `target` (both relative to the root)."""
    place = _inside(root, path)
    aim = _inside(root, target)
    if place.exists() or place.is_symlink():
        raise UserError(f"{path} is already there")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(aim, place.parent))
    _sync_folder(place.parent)


def dirty(root: Path, paths: Iterable[str] = ()) -> list[str]:
    """Tracked files with changes that are not committed, and those of `paths` that git does not track, sorted.

    Empty outside a git work tree.
    """
    wanted = set(paths)
    command = ["git", "-C", str(root), "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "."]
    run = subprocess.run(command, capture_output=True, check=False)
    if run.returncode != 0:
        return []
    prefix = _prefix(root)
    found: list[str] = []
    for entry in run.stdout.decode("utf-8", "surrogateescape").split("\0"):
        state, path = entry[:2], entry[3:].removeprefix(prefix)
        if path and (state != "??" or path in wanted):
            found.append(path)
    return sorted(found)


def _prefix(root: Path) -> str:
    run = subprocess.run(["git", "-C", str(root), "rev-parse", "--show-prefix"], capture_output=True, check=False)
    return run.stdout.decode("utf-8", "surrogateescape").strip()


def _inside(root: Path, path: str) -> Path:
    """The real target. A symlink inside the root is followed; one that leads out is refused."""
    base = Path(os.path.realpath(root))
    target = Path(os.path.realpath(base / path))
    if target != base and base not in target.parents:
        raise UserError(f"{path} leads out of {base}", "a symbolic link or `..`", "nothing outside the root is written")
    return target


def _replace(target: Path, content: bytes, before: os.stat_result | None) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(content)
            temporary.flush()
            _keep(temporary.fileno(), target, before)
            os.fsync(temporary.fileno())
        if before is not None and not _same(os.lstat(target), before):
            raise UserError(f"{target} changed while it was written", help="run the command again")
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108 (the name is a string from mkstemp)
        raise
    _sync_folder(target.parent)


def _keep(handle: int, target: Path, before: os.stat_result | None) -> None:
    """Owner first, then mode: chown clears setuid. Extended attributes carry POSIX ACLs too."""
    if before is None:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(handle, before.st_uid, before.st_gid)
    os.fchmod(handle, stat.S_IMODE(before.st_mode))
    if not hasattr(os, "listxattr"):
        return
    with contextlib.suppress(OSError):  # a file system without them has none to keep
        for name in os.listxattr(target):
            os.setxattr(handle, name, os.getxattr(target, name))


def _same(now: os.stat_result, before: os.stat_result) -> bool:
    return (now.st_ino, now.st_mtime_ns, now.st_size) == (before.st_ino, before.st_mtime_ns, before.st_size)


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
