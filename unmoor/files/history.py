"""What git remembers: which files were renamed or deleted, which container names compose files once gave.

Everything is read at first use with one `git log` each, bounded in commits and in time; where git is absent, slow or
the clone is partial, the history is simply shorter. Nothing here ever raises.
"""

import os
import re
import subprocess
from functools import cached_property
from pathlib import Path

COMMITS = 4000
SECONDS = 8.0
_NAME = re.compile(rb"^([-+])\s*container_name:\s*[\"']?([A-Za-z0-9][\w.-]*)")


class History:
    """The past of a repository. `root` None: a tree without history."""

    def __init__(self, root: Path | None) -> None:
        self.root = root

    def renamed(self, path: str) -> str | None:
        """Where git last moved a file (or a folder's files) that is no longer at `path`; follows chains of renames."""
        seen = {path}
        here = path
        while (step := self._moves.get(here)) and step not in seen:
            seen.add(step)
            here = step
        return here if here != path else None

    def existed(self, path: str) -> bool:
        """Whether a file or folder was once at `path` and was moved or deleted."""
        return path in self._gone or path in self._moves

    def former_container(self, name: str) -> str | None:
        """What a compose file's `container_name` became in the commit that removed it: the new name, "" if none."""
        return self._containers.get(name)

    @cached_property
    def names(self) -> frozenset[str]:
        """What the repository itself is called: the folder of the checkout and the last part of its remotes' URLs."""
        if self.root is None:
            return frozenset()
        remotes = self._git("config", "--get-regexp", r"^remote\..*\.url$").decode("utf-8", "replace").split("\n")
        found = {line.rstrip("/").removesuffix(".git").rpartition("/")[2] for line in remotes if line}
        return frozenset(name.lower() for name in {*found, self.root.name} if name)

    @cached_property
    def _log(self) -> tuple[dict[str, str], frozenset[str]]:
        """(file moves, deleted files), newest commit first, so the first mention of a path is the one that counts."""
        fields = self._git("log", f"-n{COMMITS}", "-M", "-l400", "--diff-filter=RD", "--name-status", "--format=", "-z")
        parts = fields.decode("utf-8", "surrogateescape").split("\0")
        moves: dict[str, str] = {}
        gone: set[str] = set()
        at = 0
        while at < len(parts) - 1:
            status = parts[at].strip()
            if status.startswith("R") and at + 2 < len(parts):
                moves.setdefault(parts[at + 1], parts[at + 2])
                at += 3
            elif status == "D":
                gone.add(parts[at + 1])
                at += 2
            else:
                at += 1
        return moves, frozenset(gone)

    @cached_property
    def _moves(self) -> dict[str, str]:
        """File moves, and the folder moves that all files of a folder agree on."""
        moves = dict(self._log[0])
        folders: dict[str, set[str]] = {}
        for old, new in self._log[0].items():
            tail_old, tail_new = old.split("/"), new.split("/")
            while tail_old and tail_new and tail_old[-1] == tail_new[-1]:
                tail_old.pop()
                tail_new.pop()
                if tail_old:
                    folders.setdefault("/".join(tail_old), set()).add("/".join(tail_new))
        for old, targets in folders.items():
            if len(targets) == 1:
                moves.setdefault(old, next(iter(targets)))
        return moves

    @cached_property
    def _gone(self) -> frozenset[str]:
        found = set(self._log[1])
        for path in (*self._log[1], *self._log[0]):
            head = path.rpartition("/")[0]
            while head and head not in found:
                found.add(head)
                head = head.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def _containers(self) -> dict[str, str]:
        """Former container name → its successor: the added name that stands in the same hunk, if just one does."""
        diff = self._git(
            "log",
            f"-n{COMMITS}",
            "-p",
            "-U0",
            "--format=",
            "-G",
            "container_name",
            "--",
            "*compose*.yml",
            "*compose*.yaml",
        )
        found: dict[str, str] = {}
        removed: list[str] = []
        added: list[str] = []
        for line in [*diff.split(b"\n"), b"@@"]:
            if line.startswith((b"@@", b"diff ")):
                for name in removed:
                    if name not in added:
                        found.setdefault(name, added[0] if len(added) == 1 and len(removed) == 1 else "")
                removed, added = [], []
            elif match := _NAME.match(line):
                (removed if match.group(1) == b"-" else added).append(match.group(2).decode())
        return found

    def _git(self, *arguments: str) -> bytes:
        if self.root is None:
            return b""
        try:
            process = subprocess.Popen(
                [
                    "git",
                    "-C",
                    str(self.root),
                    "-c",
                    "core.quotePath=false",
                    "-c",
                    "log.showSignature=false",
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "GIT_NO_LAZY_FETCH": "1"},  # nothing here touches the network
            )
        except OSError:
            return b""
        try:
            return process.communicate(timeout=SECONDS)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]
