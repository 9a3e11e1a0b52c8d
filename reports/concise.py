"""One line a finding: `path:line:col: severity[rule-id] [*] message`, for editors, hooks and grep. `[*]`: fixable."""

from unmoor.model.findings import Report
from unmoor.reports.excerpts import Places, active, closing, fixable, told
from unmoor.reports.text import _COLORS, Paint


def render(report: Report, *, color: bool = False, width: int = 100, summary: bool = True) -> str:
    """The report; the last line holds the counts."""
    paint = Paint(color)
    places = Places(report)
    lines = []
    for finding in active(report):
        tag = paint(f"{finding.severity.name}[{finding.rule}]", _COLORS[finding.severity])
        star = " [*]" if fixable(finding) else ""
        message = " ".join(told(finding.message).split())
        lines.append(f"{paint(str(places.of(finding.location)), '1')}: {tag}{star} {message}")
    if summary:
        lines.append(closing(report))
    return "".join(line + "\n" for line in lines)
