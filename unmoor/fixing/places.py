"""Where findings stand while the text around them changes: whether one is still where it was mended."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Literal

from unmoor.model.findings import Edit, Finding, Fix
from unmoor.model.spans import Span

Key = tuple[str, str, str, str]


def identity(finding: Finding) -> Key:
    """What names a finding across edits: not its place, and not the ordinal among equals."""
    return finding.rule, finding.path, finding.value, finding.scope


class Shift:
    """Where bytes stand after edits."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._ends: dict[str, list[int]] = {}
        self._sums: dict[str, list[int]] = {}
        for edit in sorted(dict.fromkeys(edits), key=lambda one: (one.path, one.span)):
            ends, sums = self._ends.setdefault(edit.path, []), self._sums.setdefault(edit.path, [0])
            ends.append(edit.span.end)
            sums.append(sums[-1] + len(edit.text.encode()) - (edit.span.end - edit.span.start))

    def __call__(self, path: str, at: int) -> int:
        """The new place of a byte; what an edit replaced or stands before counts as moved by it."""
        ends = self._ends.get(path)
        return at if ends is None else at + self._sums[path][bisect_right(ends, at)]

    def written(self, edit: Edit) -> Span:
        """Where the text of an edit stands."""
        end = self(edit.path, edit.span.end)
        return Span(end - len(edit.text.encode()), end)


# Why a finding was left: its fix is unsafe, or only for a person to choose; a person said no; its fix failed the proof;
# the codemod made none.
Kind = Literal["unsafe", "shown", "declined", "unproven", "none"]


class Rejected:
    """Findings that are not to be tried again, each at its place, with the reason. barred: wherever they stand;
    postponed: likewise, but only until something else has been mended."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[Key, int], tuple[Kind, str]] = {}
        self.barred: dict[Key, tuple[Kind, str]] = {}
        self.postponed: dict[Key, tuple[Kind, str]] = {}

    def add(self, finding: Finding, reason: str, kind: Kind) -> None:
        """Never try this one again."""
        self._reasons[identity(finding), finding.span.start] = kind, reason

    def reason(self, finding: Finding) -> tuple[Kind, str] | None:
        """Why not, if so."""
        key = identity(finding)
        known = self._reasons.get((key, finding.span.start))
        return known or self.barred.get(key) or self.postponed.get(key)

    def shift(self, edits: list[Edit]) -> None:
        """Follow the places through edits."""
        moved = Shift(edits)
        self._reasons = {(key, moved(key[1], at)): reason for (key, at), reason in self._reasons.items()}


def failing(mended: list[tuple[Finding, Fix]], before: list[Finding], after: list[Finding]) -> list[Finding]:
    """Of findings that were mended together, those that are still there: at their place, or in what the fix wrote.

    An equal finding elsewhere that a fix brings to light (a folder is right now, and what is run in it is seen) is new.
    """
    moved = Shift(edit for _, fix in mended for edit in fix.edits)
    counted, remaining = Counter(map(identity, before)), Counter(map(identity, after))
    equal: dict[Key, list[Finding]] = {}
    for finding in after:
        equal.setdefault(identity(finding), []).append(finding)
    times = Counter(identity(finding) for finding, _ in mended)
    lost = []
    for finding, fix in mended:
        key = identity(finding)
        if remaining[key] <= max(counted[key] - times[key], 0):
            continue
        places = [Span(moved(finding.path, finding.span.start), moved(finding.path, finding.span.end))]
        places += [moved.written(edit) for edit in fix.edits if edit.path == finding.path]
        if any(place.overlaps(other.span) for place in places for other in equal[key]):
            lost.append(finding)
    return lost
