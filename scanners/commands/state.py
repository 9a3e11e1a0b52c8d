"""What a reader of commands knows while it goes through a script: folder, variables, guards."""

import posixpath
import re

from msgspec import Struct, field

from unmoor.model.facts import Role
from unmoor.scanners.commands.anchors import anchor, moves_along
from unmoor.scanners.commands.words import Word
from unmoor.scanners.unit import Unit


class State(Struct):
    """cwd: the folder relative to the root, None if unknown. runtime, role: as of a unit, "" if nothing says.

    variables: words that a shell variable may hold. folders: folders that a variable holds. guarded: whether what runs
    now may fail or be absent. remote: the host of an `ssh` around it. home: the folder of the script itself.
    adrift: whether the folder changed inside a container in a way that cannot be followed; there, `cwd` is absolute.
    assigned: names that the script has set, whose plain expansion is no read of the environment.
    """

    cwd: str | None = ""
    runtime: str = ""
    role: str = ""
    variables: dict[str, list[Word]] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    guarded: bool = False
    remote: str = ""
    home: str | None = None
    previous: str | None = None
    depth: int = 0
    adrift: bool = False

    @classmethod
    def of(cls, unit: Unit) -> "State":
        """The state at the beginning of a unit."""
        home = unit.path.rpartition("/")[0] if not unit.layers else None
        return cls(cwd=unit.cwd, runtime=unit.runtime, role=unit.role, home=home)

    def inside(self, runtime: str) -> "State":
        """The state of a command that runs somewhere else: its folder and guards' variables are not ours."""
        return State(
            cwd=None, runtime=runtime, role=self.role, guarded=self.guarded, remote=self.remote, depth=self.depth + 1
        )

    def working_in(self, folder: Word | None) -> "State":
        """The same, for a command in a container that is given a working directory."""
        if folder is not None:
            known = folder.value.startswith("/") and not folder.dynamic
            self.cwd, self.adrift = (folder.value, False) if known else (None, True)
        return self

    def copy(self) -> "State":
        """For a subshell or branch: what it changes does not come back."""
        return State(
            self.cwd,
            self.runtime,
            self.role,
            dict(self.variables),
            dict(self.folders),
            set(self.assigned),
            self.guarded,
            self.remote,
            self.home,
            self.previous,
            self.depth,
            self.adrift,
        )

    def role_or(self, role: Role) -> Role:
        """The role that the surroundings give, else `role`."""
        return self.role or role  # type: ignore[return-value]

    def folder(self, value: str) -> str | None:
        """The folder that a word names from here, relative to the root; None if that is not known."""
        base, rest = self.base(value)
        return join(base, rest)

    def base(self, value: str) -> tuple[str | None, str]:
        """A leading folder that is known although computed (the script's own, a variable), and the rest."""
        return anchor(value, self.home, self.cwd, self.folders) or (self.cwd, value)

    def anchored(self, value: str) -> bool:
        """Whether a word begins with a folder that is the same wherever the script is started."""
        return self.base(value)[1] != value and not moves_along(value)


def join(base: str | None, value: str) -> str | None:
    """`value` seen from `base`, normalised; None if it leaves the root, is absolute, or holds an expansion."""
    if base is None or value.startswith(("/", "~")) or re.search(r"[$`*?{]", value):
        return None
    path = posixpath.normpath(posixpath.join(base, value or "."))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path
