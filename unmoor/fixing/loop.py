"""The pass loop: choose compatible fixes, apply them in memory, prove them, take the proven ones, look again.

Nothing is written here. A fix is proven if each file it touches parses as well as before, its finding is gone from a
fresh scan, and no finding at warning or above is there that was not; the loop ends when a scan offers nothing new, so a
second run changes nothing.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from unmoor.fixing.places import Key, Kind, Rejected, failing, identity
from unmoor.fixing.plan import Applied, Narrowing, Outcome, Refused, Render
from unmoor.fixing.proof import worse
from unmoor.fixing.verdict import appeared, authors, writers
from unmoor.model.findings import Edit, Finding, Fix, Refusal
from unmoor.text.edits import Chosen, apply

PASSES = 10
# All findings of the tree with some files put over it, and some links made.
Scan = Callable[[dict[str, bytes], dict[str, str]], list[Finding]]
Read = Callable[[str], bytes]
# What a fix would make of the files it touches: (bytes before, None where there is no file; bytes after).
Preview = Callable[[Fix], dict[str, tuple[bytes | None, bytes]]]
# Which of a finding's fixes a person chose; or that none, and why.
Confirm = Callable[[Finding, list[Fix], Preview], Fix | Refusal]
# Why a file that is there may not be rewritten, or "".
Barred = Callable[[str], str]


def run(
    findings: list[Finding],
    read: Read,
    scan: Scan,
    narrowing: Narrowing,
    confirm: Confirm | None = None,
    render: Render = str,
    barred: Barred = lambda path: "",
) -> Outcome:
    """Mend what can be mended. scan is called once a pass, and once more for each proof that fails.

    render: what a file that a fix creates holds, given what the fix says of it.
    """
    problem = ""
    known: dict[Key, tuple[Kind, str]] = {}
    while True:
        rejected = Rejected()
        rejected.barred = known
        outcome = Outcome(remaining=findings, render=render, problem=problem)
        this = _Run(outcome, read, scan, narrowing, confirm, barred, rejected)
        this.passes()
        outcome.revealed = appeared(findings, outcome.remaining, outcome.applied)
        guilty = [
            (one, item)
            for one in outcome.revealed
            for item in this.pending.get(identity(one)) or authors(one, outcome.applied)
        ]
        if not guilty:
            break
        if confirm is not None:
            rule, path = guilty[0][0].rule, guilty[0][0].path
            outcome.problem = f"what was chosen made another finding: {rule} in {path}"
            break
        # A pass let them be, since a later one was to mend them, or they came up later. Again, without their makers.
        for one, item in guilty:
            rejected.barred |= this.alike([item], one)
        problem = outcome.problem
    this.account()
    return outcome


class _Run(Struct):
    """One way through the passes. rejected: the findings that no fix is tried for any more, and why.

    pending: new findings that a later pass is to mend, and the fixes that made them. tried: the number of passes after
    which the postponed were last tried again.
    """

    outcome: Outcome
    read: Read
    scan: Scan
    narrowing: Narrowing
    confirm: Confirm | None
    barred: Barred
    rejected: Rejected
    pending: dict[Key, list[Applied]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    tried: int = 0

    def passes(self) -> None:
        """Pass after pass, until nothing is left to mend or nothing comes of it."""
        outcome = self.outcome
        while outcome.passes < PASSES:
            chosen = self._choose()
            if not chosen and self._look_again():
                continue
            if not chosen:
                return
            if not self._prove(chosen):
                continue  # all of them are rejected now
            outcome.passes += 1
            state = hash(frozenset(outcome.overlay.items()))
            if state in self.seen:
                outcome.problem = "two fixes undo each other; stopped"
                return
            self.seen.add(state)

    def _look_again(self) -> bool:
        """Whether what was put off may be tried once more: what stood against it may have been mended since."""
        if not self.rejected.postponed or self.tried == self.outcome.passes:
            return False
        self.tried = self.outcome.passes
        self.rejected.postponed.clear()
        return True

    def alike(self, items: list[Applied], made: Finding) -> dict[Key, tuple[Kind, str]]:
        """These, and the same for the same value elsewhere, with the reason to try them no more."""
        why = f"the fix would make another finding ({made.rule})"
        alike = {(item.finding.rule, item.finding.value, _targets(item.fix)) for item in items}
        findings = [item.finding for item in items] + [
            finding
            for finding in self.outcome.remaining
            if any((finding.rule, finding.value, _targets(fix)) in alike for fix in finding.fixes[:1])
        ]
        return {identity(finding): ("unproven", why) for finding in findings}

    def _choose(self) -> list[Applied]:
        """The compatible fixes of this pass, in order of place."""
        chosen, taken = Chosen(), []
        for finding in sorted(self.outcome.remaining, key=lambda f: (f.path, f.span, f.rule)):
            if not self._takes(finding) or self.rejected.reason(finding):
                continue
            fix = self._fix_of(finding, chosen)
            if fix is not None:
                chosen.add(fix)
                self._remember(fix)
                taken.append(Applied(finding, fix, self.outcome.passes + 1))
        return taken

    def _takes(self, finding: Finding) -> bool:
        """Whether to mend a finding: it was asked for, or a fix that was asked for brought it about."""
        return self.narrowing.takes(finding) or identity(finding) in self.pending

    def _fix_of(self, finding: Finding, chosen: Chosen) -> Fix | None:
        """The fix to make in this pass, if one may go in beside the chosen ones."""
        first = self.narrowing.fix_of(finding)
        if first is None and (self.confirm is None or not finding.fixes):
            return None
        why = self._barred(first or finding.fixes[0])
        if why:
            self.rejected.add(finding, why, "none")
            return None
        if self.confirm is None:
            return first if first is not None and chosen.admits(first) else None
        offered = [fix for fix in finding.fixes if chosen.admits(fix)]
        if not offered:
            return None
        answer = self.confirm(finding, offered, self._preview)
        if isinstance(answer, Refusal):
            self.rejected.add(finding, answer.reason, "declined")
            return None
        return answer

    def _barred(self, fix: Fix) -> str:
        """Why one of the files that a fix writes may not be written, or ""."""
        paths = {*(edit.path for edit in fix.edits), *(path for path, _ in (*fix.creates, *fix.links))}
        return next((why for path in sorted(paths - set(self.outcome.overlay)) if (why := self.barred(path))), "")

    def _preview(self, fix: Fix) -> dict[str, tuple[bytes | None, bytes]]:
        self._remember(fix)
        outcome, after = self.outcome, _applied(self.outcome, [fix])
        paths = dict.fromkeys([*(edit.path for edit in fix.edits), *(path for path, _ in fix.creates)])
        return {path: (outcome.overlay.get(path, outcome.originals[path]), after[path]) for path in paths}

    def _remember(self, fix: Fix) -> None:
        """The bytes of every file that a fix touches, as they were before the first one."""
        originals = self.outcome.originals
        for path, _ in fix.creates:
            originals.setdefault(path, _bytes_or_none(path, self.read))
        for edit in fix.edits:
            if edit.path not in originals:
                originals[edit.path] = self.read(edit.path)

    def _prove(self, chosen: list[Applied]) -> bool:
        """Apply, prove, and drop what fails until the rest holds; whether anything does.

        Every round drops at least one fix, so it ends.
        """
        outcome = self.outcome
        chosen = self._parsing(chosen)
        while chosen:
            overlay = _applied(outcome, [item.fix for item in chosen])
            links = {**outcome.links, **{path: target for item in chosen for path, target in item.fix.links}}
            after = self.scan(overlay, links)
            lost = self._lost(chosen, overlay, after)
            if not lost:
                outcome.overlay, outcome.links, outcome.remaining = overlay, links, after
                outcome.applied += chosen
                self.rejected.shift([edit for item in chosen for edit in item.fix.edits])
                return True
            chosen = [item for item in chosen if item not in lost]
        return False

    def _lost(self, chosen: list[Applied], overlay: dict[str, bytes], after: list[Finding]) -> list[Applied]:
        """The fixes that are not proven.

        A new finding that a later pass will mend may be for now; one whose lines no fix has written, and which was
        judged by none that a fix has written, was there before and only came to light.
        """
        before = self.outcome.remaining
        there = failing([(item.finding, item.fix) for item in chosen], before, after)
        if there:
            for finding in there:
                self.rejected.add(finding, "the finding was still there after the fix", "unproven")
            return [item for item in chosen if item.finding in there]
        lost: list[Applied] = []
        for one in appeared(before, after, chosen):
            guilty = writers(one, chosen, overlay)
            mendable = self.narrowing.counts(one) and self.narrowing.fix_of(one) is not None
            if mendable and not self.rejected.reason(one):
                self.pending[identity(one)] = guilty
            elif guilty:
                self.rejected.postponed |= self.alike(guilty, one)
                lost += guilty
        return lost

    def _parsing(self, chosen: list[Applied]) -> list[Applied]:
        """The chosen without those that leave a file worse. A file whose fixes fail together is tried fix by fix."""
        failing = _worse_files(self.outcome, chosen)
        if not failing:
            return chosen
        kept: list[Applied] = []
        for item in chosen:
            if failing.keys() & {edit.path for edit in item.fix.edits}:
                reasons = _worse_files(self.outcome, [*kept, item])
                if reasons:
                    self.rejected.add(item.finding, next(iter(reasons.values())), "unproven")
                    continue
            kept.append(item)
        return kept

    def account(self) -> None:
        """Say of every finding that was to be mended and is still there, why."""
        for finding in self.outcome.remaining:
            if not self._takes(finding):
                continue
            if why := self.rejected.reason(finding):
                kind, reason = why
                self.outcome.refused.append(Refused(finding, reason, kind))
            elif finding.fixes:
                self.outcome.refused.append(self._unused(finding))
            elif finding.refusal:
                self.outcome.refused.append(Refused(finding, finding.refusal))

    def _unused(self, finding: Finding) -> Refused:
        if any(fix.applicability == "unsafe" for fix in finding.fixes) and not self.narrowing.unsafe:
            return Refused(finding, "its fix is unsafe (--unsafe-fixes)", "unsafe")
        if self.narrowing.fix_of(finding) is None:
            return Refused(finding, "its fix is only shown", "shown")
        return Refused(finding, "passes ran out; run again", "unproven")


def _targets(fix: Fix) -> frozenset[str]:
    return frozenset(edit.path for edit in fix.edits)


def _bytes_or_none(path: str, read: Read) -> bytes | None:
    try:
        return read(path)
    except OSError:
        return None


def _worse_files(outcome: Outcome, chosen: list[Applied]) -> dict[str, str]:
    try:
        overlay = _applied(outcome, [item.fix for item in chosen])
    except ValueError as fault:
        return {edit.path: str(fault) for item in chosen for edit in item.fix.edits}
    reasons = {}
    for path in {edit.path for item in chosen for edit in item.fix.edits}:
        reason = worse(path, outcome.bytes_of(path), overlay[path])
        if reason:
            reasons[path] = reason
    return reasons


def _applied(outcome: Outcome, fixes: Iterable[Fix]) -> dict[str, bytes]:
    """The overlay with the fixes made on top of it. Raises ValueError where edits do not fit."""
    overlay = dict(outcome.overlay)
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        for path, content in fix.creates:
            if path not in overlay:
                overlay[path] = outcome.render(content).encode()
        for edit in fix.edits:
            edits.setdefault(edit.path, []).append(edit)
    for path, wanted in edits.items():
        overlay[path] = apply(outcome.bytes_of(path), wanted)
    return overlay
