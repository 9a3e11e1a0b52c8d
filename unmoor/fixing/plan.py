"""The values of a run: which findings are to be mended, what was done with each, and what the tree looks like then."""

from collections.abc import Callable
from fnmatch import fnmatch

from msgspec import Struct, field

from unmoor.fixing.places import Kind
from unmoor.model.findings import Finding, Fix

Render = Callable[[str], str]
_RANK = {"safe": 0, "unsafe": 1, "display-only": 2}


class Narrowing(Struct, frozen=True):
    """Which findings to mend: rule ids, path globs (both empty: all), and whether unsafe fixes may be used."""

    unsafe: bool = False
    rules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def counts(self, finding: Finding) -> bool:
        """Whether a finding is neither suppressed nor accepted, so that fixes may touch it."""
        return finding.suppressed is None and finding.baseline != "known"

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is to be mended at all."""
        if not self.counts(finding):
            return False
        if self.rules and finding.rule not in self.rules:
            return False
        return not self.paths or any(matches(finding.path, glob) for glob in self.paths)

    def fix_of(self, finding: Finding) -> Fix | None:
        """The first fix that may be applied unasked."""
        most = 1 if self.unsafe else 0
        return next((fix for fix in finding.fixes if _RANK[fix.applicability] <= most), None)


class Applied(Struct, frozen=True):
    """A finding that was mended, how, and in which pass: spans are of the files as they were before that pass."""

    finding: Finding
    fix: Fix
    turn: int = 1


class Refused(Struct, frozen=True):
    """A finding that was not mended, and why."""

    finding: Finding
    reason: str
    kind: Kind = "none"


class Outcome(Struct):
    """What a run came to. `overlay`: new bytes by path; `originals`: the bytes before (None: the file is made).

    revealed: findings that could not be seen before: what was missing and is found now is judged too.
    """

    applied: list[Applied] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    overlay: dict[str, bytes] = field(default_factory=dict)
    originals: dict[str, bytes | None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    remaining: list[Finding] = field(default_factory=list)
    revealed: list[Finding] = field(default_factory=list)
    passes: int = 0
    problem: str = ""
    render: Render = str

    @property
    def changed(self) -> list[str]:
        """Paths whose bytes differ from before, sorted."""
        return sorted(path for path, after in self.overlay.items() if self.originals.get(path) != after)

    def bytes_of(self, path: str) -> bytes:
        """A file that some fix touches, as it stands after the passes so far; b"" for one that is not there yet."""
        now = self.overlay.get(path)
        return now if now is not None else self.originals.get(path) or b""


def matches(path: str, glob: str) -> bool:
    """Whether a path is what a glob or the name of a folder means."""
    return fnmatch(path, glob) or path == glob or path.startswith(glob.rstrip("/") + "/")
