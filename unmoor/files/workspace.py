"""Where files come from: a folder on disk, or a tree in memory (rule examples, tests, what a fix would give)."""

import os
import subprocess
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from unmoor.files.discovery import Listing, list_files
from unmoor.files.history import History

_MOST_KEPT = 16_000_000  # bytes


class Workspace:
    """A folder on disk, seen through an overlay of bytes that stand in for files."""

    def __init__(self, root: Path, overlay: dict[str, bytes] | None = None) -> None:
        self.root = root
        self.overlay = overlay or {}
        self.memory: Path | None = None  # the file that keeps what git told of the past
        self._ignoring: subprocess.Popen[bytes] | None = None
        self._ignored: dict[str, bool] = {}
        self._answer = b""
        self._prefix = f"{root}{os.sep}"
        self._recent: dict[str, bytes] = {}
        self._kept = 0

    @cached_property
    def listing(self) -> Listing:
        """Every file, sorted, with the overlay's new files."""
        found = list_files(self.root)
        new = set(self.overlay) - set(found.paths)
        return Listing(sorted({*found.paths, *new}), found.links) if new else found

    @cached_property
    def history(self) -> History:
        """What git remembers of renames."""
        if self.memory is None:
            return History(self.root)
        from unmoor.files.remembered import Remembered

        return Remembered(self.root, self.memory)

    def read(self, path: str) -> bytes:
        """The bytes of a file; those asked for last are kept, since questions about a file come one after another.

        Raises OSError.
        """
        data = self._recent.get(path)
        if data is None:
            data = self.fetch(path)
            if self._kept + len(data) > _MOST_KEPT:
                self._recent.clear()
                self._kept = 0
            self._recent[path] = data
            self._kept += len(data)
        return data

    def fetch(self, path: str) -> bytes:
        """The bytes of a file, which is asked for once only. Raises OSError."""
        if path in self.overlay:
            return self.overlay[path]
        with open(self._prefix + path, "rb", 0) as file:  # noqa: PTH123 (a Path for each of 100,000 files costs a second)
            return file.read()

    def stat(self, path: str) -> tuple[int, int] | None:
        """(mtime in ns, size), or None for what is not a regular file on disk (then it has no stable identity)."""
        if path in self.overlay:
            return None
        try:
            found = os.lstat(self._prefix + path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def ignored(self, path: str) -> bool:
        """Whether git ignores a path (so that its absence says nothing). One git process answers all questions."""
        if path not in self._ignored:
            self._ignored[path] = self._ask(path)
        return self._ignored[path]

    def _ask(self, path: str) -> bool:
        if "\0" in path or "\n" in path:
            return False
        if self._ignoring is None:
            try:
                self._ignoring = subprocess.Popen(
                    ["git", "-C", str(self.root), "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except OSError:
                return False
        pipe = self._ignoring
        assert pipe.stdin is not None and pipe.stdout is not None
        try:
            pipe.stdin.write(path.encode("utf-8", "surrogateescape") + b"\0")
            pipe.stdin.flush()
        except OSError:
            return False
        while self._answer.count(b"\0") < 4:
            chunk = os.read(pipe.stdout.fileno(), 1 << 16)
            if not chunk:
                return False
            self._answer += chunk
        source, _, pattern, _, self._answer = self._answer.split(b"\0", 4)
        return bool(source) and not pattern.startswith(b"!")

    def close(self) -> None:
        """End the helper process."""
        if self._ignoring is not None:
            assert self._ignoring.stdin is not None and self._ignoring.stdout is not None
            with suppress(OSError):  # outside a repository git has gone already, with our question unread
                self._ignoring.stdin.close()
            self._ignoring.stdout.close()
            self._ignoring.wait()
            self._ignoring = None


class MemoryWorkspace(Workspace):
    """A tree that exists in memory alone; nothing in it is ignored and it has no history."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(Path("/nonexistent"), dict(files))

    @cached_property
    def listing(self) -> Listing:
        """The files given."""
        return Listing(sorted(self.overlay), {})

    @cached_property
    def history(self) -> History:
        """No history."""
        return History(None)

    def ignored(self, path: str) -> bool:
        """As a .gitignore at the root of the tree says, for plain patterns only."""
        patterns = self.overlay.get(".gitignore", b"").decode().split()
        return any(path == p.strip("/") or path.startswith(p.strip("/") + "/") for p in patterns)
