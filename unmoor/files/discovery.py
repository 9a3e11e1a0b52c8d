"""Which files the repository has. Git says, where there is git; else the folder is walked."""

import os
from pathlib import Path
from typing import NamedTuple

from unmoor.model.errors import UserError

# Trees that are not the repository's own source, even when they are tracked: never scanned, but they exist as paths.
FOREIGN = frozenset(
    {
        ".git", ".hg", ".svn", "node_modules", "bower_components", "venv", ".venv", "site-packages", "vendor", "dist",
        "__pycache__", ".next", ".nuxt", ".svelte-kit", ".turbo", ".terraform", ".tox", ".mypy_cache", ".pytest_cache",
        ".ruff_cache", ".yarn", ".pnpm-store", "third_party", "thirdparty", ".unmoor_cache", "coverage",
        "__snapshots__",
    }
)  # fmt: skip
_GENERATED = (".min.js", ".min.css", ".map", ".bundle.js", ".chunk.js", ".snap", "-lock.json", "-lock.yaml", ".lock",
              ".d.ts", "_pb2.py", ".pb.go", ".svg", "go.sum", "npm-shrinkwrap.json", ".ipynb")


class Listing(NamedTuple):
    """paths: regular files, sorted. links: symlinks and what they point at, relative to the root ("" if outside)."""

    paths: list[str]
    links: dict[str, str]


CONFIGURATIONS = (".unmoor.toml", "unmoor.toml")


def find_root(start: Path) -> Path:
    """The git root above `start`, else `start` itself. Raises UserError if `start` is not there."""
    if not start.exists():
        raise UserError(f"{start}: no such file or folder", help="give a path that exists")
    folder = start.resolve() if start.is_dir() else start.resolve().parent
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder


def root_for(folder: Path) -> Path:
    """The root for someone who stands in a folder: the nearest configuration in the repository, else the git root.

    A part of a repository with a configuration of its own (an example, a vendored project) is a root of its own there.
    """
    top = find_root(folder)
    here = folder.resolve()
    for candidate in (here, *here.parents):
        if candidate == top or any((candidate / name).is_file() for name in CONFIGURATIONS):
            return candidate
    return top


def list_files(root: Path) -> Listing:
    """Tracked and untracked files under the root, ignored ones left out."""
    listed = _from_git(root)
    return listed if listed is not None else _walk(root)


def _from_git(root: Path) -> Listing | None:
    """Both questions run at once; tracked files that are gone from the disk still exist for links."""
    import subprocess  # 9 ms, which a run that needs no list of files does not pay

    git = ["git", "-c", "core.quotepath=off", "-c", "core.fsmonitor=false", "-C", str(root), "ls-files", "-z"]
    try:
        untracked = subprocess.Popen(
            [*git, "-o", "--exclude-standard"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        tracked = subprocess.Popen([*git, "-s"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    entries = tracked.communicate()[0]
    others = untracked.communicate()[0]
    if tracked.returncode:
        return None
    paths: set[str] = set()
    links: dict[str, str] = {}
    for entry in entries.split(b"\0"):
        meta, _, name = entry.partition(b"\t")
        if not name:
            continue
        path = os.fsdecode(name)
        if meta.startswith(b"120000"):
            links[path] = _target(root, path)
        elif not meta.startswith(b"160000"):
            paths.add(path)
    for name in others.split(b"\0"):
        if name and not name.endswith(b"/"):
            path = os.fsdecode(name)
            if (root / path).is_symlink():
                links[path] = _target(root, path)
            else:
                paths.add(path)
    return Listing(sorted(paths), links)


def _walk(root: Path) -> Listing:
    paths: list[str] = []
    links: dict[str, str] = {}
    for folder, folders, files in os.walk(root):
        base = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if base == "." else base + "/"
        for name in list(folders):
            if (Path(folder) / name).is_symlink():
                links[prefix + name] = _target(root, prefix + name)
                folders.remove(name)
        folders[:] = sorted(name for name in folders if name not in FOREIGN)
        for name in files:
            path = Path(folder) / name
            if path.is_symlink():
                links[prefix + name] = _target(root, prefix + name)
            elif path.is_file():
                paths.append(prefix + name)
    return Listing(sorted(paths), links)


def _target(root: Path, path: str) -> str:
    """Where a symlink leads, relative to the root; "" if it leads outside, nowhere or round in a circle."""
    try:
        target = (root / path).resolve(strict=True)
        return target.relative_to(root.resolve()).as_posix()
    except (OSError, ValueError, RuntimeError):
        return ""


def foreign(path: str) -> bool:
    """Whether a path lies in a vendored or generated tree, or is a generated file."""
    parts = path.split("/")
    return any(part in FOREIGN for part in parts[:-1]) or parts[-1].endswith(_GENERATED)
