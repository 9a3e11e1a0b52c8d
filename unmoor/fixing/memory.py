"""What a run of fixes remembers between its scans: the facts of every content that it has seen, and git's answers.

A scan with an overlay parses only the bytes that are new since the scan before it.
"""

from collections.abc import Container
from functools import cached_property
from pathlib import Path

from unmoor.files.cache import Cache, Entry, digest
from unmoor.files.discovery import Listing
from unmoor.files.history import History
from unmoor.files.workspace import Workspace


class Remembering(Cache):
    """A cache for several scans of one tree. path: the one on disk, written once, after the first scan; None: none."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self._seen: dict[tuple[str, int, int], Entry] = {}
        self._written = False

    def by_stat(self, path: str, stat: tuple[int, int] | None, scanners: Container[str]) -> Entry | None:
        """The entry of a file as it is on disk, or as it stood in an overlay."""
        seen = self._seen.get((path, *stat)) if stat is not None else None
        return seen if seen is not None and seen.scanner in scanners else super().by_stat(path, stat, scanners)

    def put(self, path: str, entry: Entry) -> None:
        """Remember what was read, wherever it stands."""
        self._seen[path, entry.mtime, entry.size] = entry
        super().put(path, entry)

    def write(self, *, complete: bool) -> None:
        """After the first scan, which saw the files as they are on disk; later ones saw them through overlays."""
        if not self._written:
            super().write(complete=complete)
            self._written = True


class Ground(Workspace):
    """A folder that is scanned again and again: listed once, with one memory.

    overlay: what stands in for files in every scan.
    """

    def __init__(
        self, root: Path, cache_dir: Path | None, *, cache: bool, overlay: dict[str, bytes] | None = None
    ) -> None:
        super().__init__(root, overlay)
        folder = cache_dir or root / ".unmoor_cache"
        self.store = Remembering(folder / "facts.bin" if cache and not overlay else None)
        self.memory = folder / "history.bin" if cache else None

    def under(self, overlay: dict[str, bytes], links: dict[str, str] | None = None) -> Workspace:
        """The folder seen through an overlay and with some links made."""
        return _Again(self, {**self.overlay, **overlay}, links or {})


class _Again(Workspace):
    """A workspace that asks the ground what does not depend on the overlay."""

    def __init__(self, ground: Ground, overlay: dict[str, bytes], links: dict[str, str]) -> None:
        super().__init__(ground.root, overlay)
        self._ground, self._links = ground, links

    def stat(self, path: str) -> tuple[int, int] | None:
        """As on disk; for the overlay's bytes, their own identity in place of a time (below zero: no file has that)."""
        data = self.overlay.get(path)
        if data is None:
            return self._ground.stat(path)
        return -1 - int.from_bytes(digest(data)[:7], "big"), len(data)

    def fetch(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        data = self.overlay.get(path)
        return self._ground.read(path) if data is None else data

    @cached_property
    def listing(self) -> Listing:
        """The files of the folder and those of the overlay."""
        found = self._ground.listing
        new = set(self.overlay) - set(found.paths)
        paths = sorted({*found.paths, *new}) if new else found.paths
        return Listing(paths, {**found.links, **self._links})

    def ignored(self, path: str) -> bool:
        """Whether git ignores a path: asked once of all scans."""
        return self._ground.ignored(path)

    @cached_property
    def history(self) -> History:
        """What git remembers of renames: asked once."""
        return self._ground.history
