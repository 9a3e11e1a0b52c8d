"""The pass loop: choose compatible fixes, apply them in memory, prove them, take the proven ones, look again.

Nothing is written here but by `save`. A fix is proven if each file it touches parses as well as before and its finding
is gone from a fresh scan; the loop ends when a scan offers nothing new, so a second run changes nothing.
"""

from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from msgspec import Struct, field

from unmoor.fixing.places import Rejected, failing
from unmoor.fixing.proof import worse
from unmoor.model.findings import Edit, Finding, Fix
from unmoor.text.edits import Chosen, apply

PASSES = 10
Scan = Callable[[dict[str, bytes]], list[Finding]]
Read = Callable[[str], bytes]
Render = Callable[[str], str]
_RANK = {"safe": 0, "unsafe": 1, "display-only": 2}


class Narrowing(Struct, frozen=True):
    """Which findings to mend: rule ids, path globs (both empty: all), and whether unsafe fixes may be used."""

    unsafe: bool = False
    rules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is to be mended at all."""
        if finding.suppressed is not None or finding.baseline == "known":
            return False
        if self.rules and finding.rule not in self.rules:
            return False
        return not self.paths or any(_matches(finding.path, glob) for glob in self.paths)

    def fix_of(self, finding: Finding) -> Fix | None:
        """The first fix that may be applied."""
        most = 1 if self.unsafe else 0
        return next((fix for fix in finding.fixes if _RANK[fix.applicability] <= most), None)

    def offers(self, finding: Finding) -> list[Fix]:
        """What a person who is asked may choose from: the fix that would be applied, then all that is only shown."""
        first = self.fix_of(finding)
        shown = [fix for fix in finding.fixes if fix.applicability == "display-only" and fix != first]
        return [*([first] if first is not None else []), *shown]


class Applied(Struct, frozen=True):
    """A finding that was mended, and how."""

    finding: Finding
    fix: Fix


class Refused(Struct, frozen=True):
    """A finding that was not mended, and why."""

    finding: Finding
    reason: str


class Outcome(Struct):
    """What a run came to. `overlay`: new bytes by path; `originals`: the bytes before (None: the file is made)."""

    applied: list[Applied] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    overlay: dict[str, bytes] = field(default_factory=dict)
    originals: dict[str, bytes | None] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    remaining: list[Finding] = field(default_factory=list)
    passes: int = 0
    problem: str = ""
    render: Render = str

    @property
    def changed(self) -> list[str]:
        """Paths whose bytes differ from before, sorted."""
        made = (path for path, after in self.overlay.items() if self.originals.get(path) != after)
        return sorted(path for path in made if path not in self.links)


Preview = Callable[[Fix], dict[str, tuple[bytes, bytes]]]
Choose = Callable[[Finding, list[Fix], Preview], Fix | None]


def run(
    findings: list[Finding],
    read: Read,
    scan: Scan,
    narrowing: Narrowing,
    choose: Choose | None = None,
    render: Render = str,
) -> Outcome:
    """Mend what can be mended. scan: all findings of the tree with the given files put over it (called once a pass).

    choose: which of a finding's fixes to take, None for none of them; fixes that are only shown are offered too.
    render: what a file that a fix creates holds, given what the fix says of it.
    """
    outcome = Outcome(remaining=findings, render=render)
    rejected = Rejected()
    seen: set[int] = set()
    while outcome.passes < PASSES:
        chosen = _choose(outcome, narrowing, rejected, read, choose)
        if not chosen:
            break
        outcome.passes += 1
        _one_pass(outcome, chosen, rejected, read, scan)
        state = hash(frozenset(outcome.overlay.items()))
        if state in seen and chosen:
            outcome.problem = "two fixes undo each other; stopped"
            break
        seen.add(state)
    _refusals(outcome, narrowing, rejected)
    return outcome


def save(root: Path, outcome: Outcome) -> list[str]:
    """Write the outcome; the paths written. Raises UserError at the first that may not be written."""
    from unmoor.files.writing import link, write

    for path in outcome.changed:
        write(root, path, outcome.overlay[path], outcome.originals[path])
    for path, target in outcome.links.items():
        link(root, path, target)
    return [*outcome.changed, *outcome.links]


def _choose(
    outcome: Outcome, narrowing: Narrowing, rejected: Rejected, read: Read, choose: Choose | None
) -> list[Applied]:
    """The compatible fixes of this pass, in order of place."""
    chosen, taken = Chosen(), []
    for finding in sorted(outcome.remaining, key=lambda f: (f.path, f.span, f.rule)):
        if not narrowing.takes(finding) or rejected.reason(finding):
            continue
        fix = narrowing.fix_of(finding)
        if fix is not None and not chosen.admits(fix):
            continue
        if choose is not None:
            usual = fix
            offers = [one for one in narrowing.offers(finding) if chosen.admits(one) and _readable(one, read)]
            fix = choose(finding, offers, partial(_previews, outcome, finding.path, read)) if offers else None
            if offers and fix is None:
                rejected.add(finding, "declined" if usual is not None else "its fix is only shown")
        if fix is not None:
            chosen.add(fix)
            taken.append(Applied(finding, fix))
    return taken


def _readable(fix: Fix, read: Read) -> bool:
    """Whether what a fix links to is a file, so that the tree with the link can be looked at."""
    return all(_bytes_or_none(target, read) is not None for _, target in fix.links)


def _previews(outcome: Outcome, path: str, read: Read, fix: Fix) -> dict[str, tuple[bytes, bytes]]:
    """Bytes before and after of the finding's own file and of every file that a fix edits or makes."""
    shown = {path: _preview(outcome, path, fix, read)}
    shown |= {made: (b"", outcome.render(content).encode()) for made, content in fix.creates}
    return shown | {edit.path: _preview(outcome, edit.path, fix, read) for edit in fix.edits}


def _preview(outcome: Outcome, path: str, fix: Fix, read: Read) -> tuple[bytes, bytes]:
    before = outcome.overlay.get(path)
    before = read(path) if before is None else before
    return before, apply(before, [edit for edit in fix.edits if edit.path == path])


def _one_pass(outcome: Outcome, chosen: list[Applied], rejected: Rejected, read: Read, scan: Scan) -> None:
    """Apply, prove, and drop what fails until the rest holds. Every round drops at least one fix, so it ends."""
    for item in chosen:
        _remember(outcome, item.fix, read)
    chosen = _parsing(outcome, chosen, rejected)
    while chosen:
        overlay = _applied(outcome, chosen, read)
        after = scan(overlay)
        lost = failing([(item.finding, item.fix) for item in chosen], outcome.remaining, after)
        if not lost:
            outcome.overlay = overlay
            outcome.remaining = after
            outcome.applied += chosen
            rejected.shift([edit for item in chosen for edit in item.fix.edits])
            for item in chosen:
                outcome.links.update(item.fix.links)
            return
        for finding in lost:
            rejected.add(finding, "the finding was still there after the fix")
        chosen = [item for item in chosen if item.finding not in lost]


def _remember(outcome: Outcome, fix: Fix, read: Read) -> None:
    for path, _ in (*fix.creates, *fix.links):
        outcome.originals.setdefault(path, _bytes_or_none(path, read))
    for edit in fix.edits:
        if edit.path not in outcome.originals:
            outcome.originals[edit.path] = read(edit.path)


def _bytes_or_none(path: str, read: Read) -> bytes | None:
    try:
        return read(path)
    except OSError:
        return None


def _parsing(outcome: Outcome, chosen: list[Applied], rejected: Rejected) -> list[Applied]:
    """The chosen without those that leave a file worse. A file whose fixes fail together is tried fix by fix."""
    failing = _worse_files(outcome, chosen)
    if not failing:
        return chosen
    kept: list[Applied] = []
    for item in chosen:
        if failing.keys() & {edit.path for edit in item.fix.edits}:
            reasons = _worse_files(outcome, [*kept, item])
            if reasons:
                rejected.add(item.finding, next(iter(reasons.values())))
                continue
        kept.append(item)
    return kept


def _worse_files(outcome: Outcome, chosen: list[Applied]) -> dict[str, str]:
    try:
        overlay = _applied(outcome, chosen)
    except ValueError as fault:
        return {edit.path: str(fault) for item in chosen for edit in item.fix.edits}
    reasons = {}
    for path in {edit.path for item in chosen for edit in item.fix.edits}:
        before = outcome.overlay.get(path) or outcome.originals.get(path) or b""
        reason = worse(path, before, overlay[path])
        if reason:
            reasons[path] = reason
    return reasons


def _applied(outcome: Outcome, chosen: Iterable[Applied], read: Read | None = None) -> dict[str, bytes]:
    """The overlay with the fixes made on top of it; given `read`, what is linked to stands at its link too.

    Raises ValueError where edits do not fit.
    """
    overlay = dict(outcome.overlay)
    edits: dict[str, list[Edit]] = {}
    for item in chosen:
        for path, content in item.fix.creates:
            if path not in overlay:
                overlay[path] = outcome.render(content).encode()
        if read is not None:
            overlay.update({path: read(target) for path, target in item.fix.links})
        for edit in item.fix.edits:
            edits.setdefault(edit.path, []).append(edit)
    for path, wanted in edits.items():
        before = overlay.get(path)
        overlay[path] = apply(before if before is not None else outcome.originals[path] or b"", wanted)
    return overlay


def _refusals(outcome: Outcome, narrowing: Narrowing, rejected: Rejected) -> None:
    for finding in outcome.remaining:
        if not narrowing.takes(finding):
            continue
        reason = rejected.reason(finding) or finding.refusal
        if not reason and finding.fixes:
            unsafe = any(fix.applicability == "unsafe" for fix in finding.fixes)
            if unsafe and not narrowing.unsafe:
                reason = "its fix is unsafe (--unsafe-fixes)"
            elif narrowing.fix_of(finding) is None:
                reason = "its fix is only shown"
            else:
                reason = "passes ran out; run again"
        if reason:
            outcome.refused.append(Refused(finding, reason))


def _matches(path: str, glob: str) -> bool:
    return fnmatch(path, glob) or path == glob or path.startswith(glob.rstrip("/") + "/")
