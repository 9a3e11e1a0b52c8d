"""The report for a terminal: message, excerpt with a caret, the chain of reasons, and what to write instead."""

from itertools import groupby

from unmoor.model.findings import Finding, Report, Severity
from unmoor.model.subjects import Reason
from unmoor.reports.excerpts import Places, active, closing, counts, fixable, told

_COLORS = {Severity.error: "31", Severity.warning: "33", Severity.note: "36"}
_SAFE = {"safe": "unmoor fix", "unsafe": "unmoor fix --unsafe-fixes"}


class Paint:
    """ANSI colours, or none."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def render(report: Report, *, color: bool = False, width: int = 100, summary: bool = True) -> str:
    """The whole report. Findings of one file stand together; suppressed and baselined ones are only counted."""
    paint = Paint(color)
    places = Places(report)
    blocks: list[str] = []
    for _, group in groupby(active(report), key=lambda finding: finding.path):
        blocks.extend(_finding(finding, places, paint, width) for finding in group)
    skipped = "".join(
        f"{paint('skipped', '35')}: {s.path}{f':{s.line}' if s.line else ''}: {told(s.reason)}\n"
        for s in report.skipped
    )
    if skipped:
        blocks.append(skipped)
    if summary:
        blocks.append(_closing(report, paint))
    return "\n".join(blocks)


def _closing(report: Report, paint: Paint) -> str:
    total = counts(report)
    code = "1;31" if total.error else "1;33" if total.warning else "1;36" if total.note else "1;32"
    lines = [paint(closing(report), code)]
    findings = active(report)
    safe = sum(any(fix.applicability == "safe" for fix in f.fixes) for f in findings)
    unsafe = sum(fixable(f) for f in findings) - safe
    if safe or unsafe:
        parts = [f"{safe} with `unmoor fix`"] if safe else []
        parts += [f"{unsafe} with `unmoor fix --unsafe-fixes`"] if unsafe else []
        lines.append("fixable: " + ", ".join(parts))
    return "\n".join(lines) + "\n"


def _finding(finding: Finding, places: Places, paint: Paint, width: int) -> str:
    accent = _COLORS[finding.severity]
    place = places.of(finding.location)
    margin = " " * len(str(place.line))
    bar = paint("|", "2")
    lines = [
        paint(f"{finding.severity.name}[{finding.rule}]", f"1;{accent}") + paint(f": {told(finding.message)}", "1"),
        f"{margin}{paint('-->', '2')} {place}",
    ]
    excerpt = places.excerpt(finding.location, max(40, width - len(margin) - 3))
    if excerpt:
        low, high = excerpt.mark
        lines += [
            f"{margin} {bar}",
            f"{paint(str(excerpt.line), '2')} {bar} {excerpt.text}".rstrip(),
            f"{margin} {bar} {' ' * low}{paint('^' * (high - low), accent)}",
        ]
    lines += [_note(reason, finding, places, paint, margin) for reason in _notes(finding)]
    lines += _help(finding, paint, margin)
    return "\n".join(lines) + "\n"


def _notes(finding: Finding) -> list[Reason]:
    """The chain of reasons but for what the message says itself, then related places that the chain does not name."""
    chain = [reason for reason in finding.reasons if reason.at or not _told_already(reason, finding)]
    named = {reason.at for reason in chain if reason.at}
    return [*chain, *(reason for reason in finding.related if reason.at not in named)]


def _told_already(reason: Reason, finding: Finding) -> bool:
    return reason.text in finding.message or reason.text == f"the nearest is {finding.suggestion}"


def _note(reason: Reason, finding: Finding, places: Places, paint: Paint, margin: str) -> str:
    text, where = told(reason.text), ""
    if reason.at:
        place = places.of(reason.at)
        spot = f"{place.path}:{place.line}"
        if _told_already(reason, finding):
            text = f"{spot} says so"
        elif f"{place.path}:" not in reason.text:
            where = f" ({spot})"
    return f"{margin} {paint('=', '2')} {text}{paint(where, '2')}"


def _help(finding: Finding, paint: Paint, margin: str) -> list[str]:
    lines: list[str] = []
    fix = next(iter(finding.fixes), None)
    said = finding.message + (fix.title if fix else "")
    if finding.suggestion not in ("", finding.value) and f"`{finding.suggestion}`" not in said:
        lines.append(f"use `{told(finding.suggestion)}`")
    if fix and fix.applicability != "display-only":
        lines.append(f"{told(fix.title)} ({fix.applicability}: `{_SAFE[fix.applicability]}`)")
    elif fix:
        lines.append(told(fix.title))
    return [f"{margin} {paint('=', '2')} {paint('help', '32')}: {line}" for line in lines]
