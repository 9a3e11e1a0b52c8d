"""What a scan after the edits says of the fixes: which findings are new, and who made them."""

from collections import Counter

from unmoor.fixing.belonging import lines_of
from unmoor.fixing.places import Shift, identity
from unmoor.fixing.plan import Applied
from unmoor.model.findings import Finding, Severity
from unmoor.model.spans import Location


def appeared(before: list[Finding], after: list[Finding], mended: list[Applied]) -> list[Finding]:
    """Findings at warning or above that the fixes made.

    One that only reads otherwise now (its value held what a fix of another rule rewrote) takes its old self's place,
    and one that a graver finding of its family at the same address had hidden takes the place of that.
    """
    new = set(map(identity, after))
    known = {identity(finding) for finding in before if _counts(finding)}
    gone = Counter((finding.rule, finding.path) for finding in before if identity(finding) not in new)
    gone -= Counter((item.finding.rule, item.finding.path) for item in mended)
    hidden = {_address(item.finding): item.finding.severity for item in mended}
    found = []
    for finding in after:
        if not _counts(finding) or identity(finding) in known:
            continue
        if finding.severity <= hidden.get(_address(finding), -1):
            continue
        if gone[finding.rule, finding.path] > 0:
            gone[finding.rule, finding.path] -= 1
        else:
            found.append(finding)
    return found


def writers(finding: Finding, chosen: list[Applied], after: dict[str, bytes]) -> list[Applied]:
    """The fixes that wrote the lines of a finding, else those that it was judged by. after: the files with all made."""
    shown = [reason.at for reason in (*finding.reasons, *finding.related) if reason.at]
    for places in ([finding.location], shown):
        lines = [item for item in chosen if any(_wrote(item, place, chosen, after) for place in places)]
        if lines:
            return lines
    return []


def authors(finding: Finding, applied: list[Applied]) -> list[Applied]:
    """The fixes of any pass that wrote the value of a finding into its file, or made the file."""
    return [
        item
        for item in applied
        if any(path == finding.path for path, _ in item.fix.creates)
        or any(edit.path == finding.path and finding.value in edit.text for edit in item.fix.edits)
    ]


def _wrote(
    item: Applied, place: Location, chosen: list[Applied], after: dict[str, bytes]
) -> bool:
    """Whether a fix wrote into the lines of a place in the new text."""
    if any(path == place.path for path, _ in item.fix.creates):
        return True
    mine = [edit for edit in item.fix.edits if edit.path == place.path]
    if not mine or place.path not in after:
        return False
    new = after[place.path]
    first, last = lines_of(new, place.span.start, place.span.end)
    moved = Shift(edit for other in chosen for edit in other.fix.edits)
    spans = (moved.written(edit) for edit in mine)
    return any(span.start < last and first < max(span.end, span.start + 1) for span in spans)


def _address(finding: Finding) -> tuple[str, str, str, str]:
    return finding.path, finding.family, finding.scope, finding.value.rpartition("://")[2]


def _counts(finding: Finding) -> bool:
    return finding.severity >= Severity.warning and finding.suppressed is None and finding.baseline == "new"
