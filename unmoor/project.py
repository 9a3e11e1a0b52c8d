"""A scanned repository in memory: the tree, the facts of each file, the configuration, and the linked topology."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from unmoor.config.settings import Settings
from unmoor.model.facts import Declaration, Facts, Reference
from unmoor.text.positions import Lines

if TYPE_CHECKING:
    from unmoor.files.history import History
    from unmoor.topology.link import Topology


class Tree:
    """The files of the repository, tracked and untracked, ignored ones left out. Paths are relative to the root."""

    def __init__(
        self,
        files: set[str],
        ignored: Callable[[str], bool] = lambda path: False,
        links: dict[str, str] | None = None,
    ) -> None:
        self.files = files
        self.ignored = ignored
        self.links = links or {}

    @cached_property
    def folders(self) -> set[str]:
        """Every folder that holds a file, and "" for the root."""
        found = {""}
        for path in self.files:
            head = path.rpartition("/")[0]
            while head and head not in found:
                found.add(head)
                head = head.rpartition("/")[0]
        return found

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """File name → every path that ends in it, sorted."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    def has(self, path: str) -> bool:
        """Whether a normalised path is a file or folder of the repository; symlinks on the way are followed."""
        return path in self.files or path in self.folders or (bool(self.links) and self._through_link(path))

    def _through_link(self, path: str) -> bool:
        head, _, rest = path, "", ""
        while head:
            target = self.links.get(head)
            if target is not None:
                return not target or not rest or self.has(f"{target}/{rest}")
            head, _, tail = head.rpartition("/")
            rest = f"{tail}/{rest}" if rest else tail
        return False

    def glob(self, pattern: str) -> list[str]:
        """Files that match a pattern with `*`, `?` and `**`, sorted."""
        return sorted(path for path in self.files if PurePosixPath(path).match(pattern))

    @cached_property
    def folders_by_name(self) -> dict[str, list[str]]:
        """Last part of a folder → every folder of that name, sorted."""
        found: dict[str, list[str]] = {}
        for folder in sorted(self.folders):
            found.setdefault(folder.rpartition("/")[2], []).append(folder)
        return found

    def beside(self, folder: str, *, folders: bool = False) -> list[str]:
        """The names of the files that lie in a folder, or of the folders in it, sorted."""
        return (self._folders_in if folders else self._files_in).get(folder, [])

    @cached_property
    def _files_in(self) -> dict[str, list[str]]:
        return _by_folder(self.files)

    @cached_property
    def _folders_in(self) -> dict[str, list[str]]:
        return _by_folder(self.folders - {""})


def _by_folder(paths: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        folder, _, name = path.rpartition("/")
        found.setdefault(folder, []).append(name)
    return found


class Project:
    """Everything that linkers may ask. `read` gives the bytes of a file of the tree.

    asked: whether findings in a file are wanted at all. A linker that judges each fact by itself leaves others out.
    """

    def __init__(
        self,
        tree: Tree,
        facts: dict[str, Facts],
        settings: Settings,
        read: Callable[[str], bytes],
        history: "History",
        asked: Callable[[str], bool] = lambda path: True,
    ) -> None:
        self.tree = tree
        self.facts = facts
        self.settings = settings
        self.read = read
        self.history = history
        self.asked = asked
        self._lines: dict[str, Lines] = {}
        self._references: dict[tuple[str, ...], list[tuple[str, Reference]]] = {}
        self._declarations: dict[tuple[str, ...], list[tuple[str, Declaration]]] = {}

    @cached_property
    def topology(self) -> "Topology":
        """The linked model; made at first use."""
        from unmoor.topology.link import link

        return link(self)

    def references(self, *kinds: str) -> Iterator[tuple[str, Reference]]:
        """(path, reference) of the given kinds, in path order."""
        if kinds not in self._references:
            self._references[kinds] = [
                (path, reference)
                for path in sorted(self.facts)
                for reference in self.facts[path].references
                if reference.kind in kinds
            ]
        return iter(self._references[kinds])

    def asked_references(self, *kinds: str) -> Iterator[tuple[str, Reference]]:
        """The same, of the files alone in which findings are wanted."""
        return ((path, reference) for path, reference in self.references(*kinds) if self.asked(path))

    def declarations(self, *kinds: str) -> Iterator[tuple[str, Declaration]]:
        """(path, declaration) of the given kinds, in path order."""
        if kinds not in self._declarations:
            self._declarations[kinds] = [
                (path, declaration)
                for path in sorted(self.facts)
                for declaration in self.facts[path].declarations
                if declaration.kind in kinds
            ]
        return iter(self._declarations[kinds])

    def lines(self, path: str) -> Lines:
        """The line table of a file, for messages that name a line."""
        if path not in self._lines:
            self._lines[path] = Lines(self.read(path))
        return self._lines[path]


def normalise(path: str, base: str = "") -> str | None:
    """A relative path joined to a folder and cleaned of `.` and `..`; None if it leaves the root or is absolute."""
    if path.startswith(("/", "~", "$")):
        return None
    parts: list[str] = [part for part in base.split("/") if part and part != "."]
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
