"""GitHub's workflow commands. A step shows ten annotations of a kind, so the worst come first and the rest is counted.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from unmoor.model.findings import Finding, Report, Severity
from unmoor.reports.excerpts import Places, active, closing, told

LIMIT = 10  # annotations of one kind that a step shows
_KIND = {Severity.error: "error", Severity.warning: "warning", Severity.note: "notice"}


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """The commands, errors first; last the counts, which say how many are not annotated."""
    places = Places(report)
    lines: list[str] = []
    hidden = 0
    for severity in sorted(_KIND, reverse=True):
        group = [finding for finding in active(report) if finding.severity == severity]
        lines += [_command(finding, places) for finding in group[:LIMIT]]
        hidden += max(0, len(group) - LIMIT)
    more = f" ({hidden} more are not annotated; see the log or the summary)" if hidden else ""
    return "\n".join([*lines, closing(report) + more]) + "\n"


def _command(finding: Finding, places: Places) -> str:
    place = places.of(finding.location)
    properties = {"file": place.path, "line": place.line, "endLine": place.end_line, "title": finding.rule}
    if place.line == place.end_line:  # columns are refused where the lines differ
        properties |= {"col": place.column, "endColumn": place.end_column}
    text = finding.message + (f"\nuse {finding.suggestion}" if finding.suggestion else "")
    joined = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_KIND[finding.severity]} {joined}::{_data(told(text))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
