"""Reviewdog's diagnostic format, with suggestions: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf

Lines and columns are 1-based; its columns count UTF-8 bytes, and an end is exclusive.
"""

import json
from typing import Any

from unmoor.model.findings import Edit, Finding, Report, Severity
from unmoor.model.spans import Location, Span
from unmoor.reports.excerpts import Places, active
from unmoor.text.secrets import clean

_SEVERITY = {Severity.error: "ERROR", Severity.warning: "WARNING", Severity.note: "INFO"}


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """One object with all diagnostics."""
    places = Places(report)
    diagnostics = [_diagnostic(finding, places) for finding in active(report)]
    whole = {"source": {"name": "unmoor"}, "diagnostics": diagnostics}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(finding: Finding, places: Places) -> dict[str, Any]:
    text = clean(finding.message) + (f"; use {clean(finding.suggestion)}" if finding.suggestion else "")
    row: dict[str, Any] = {
        "message": text,
        "location": {"path": finding.path, "range": _range(finding.location, places)},
        "severity": _SEVERITY[finding.severity],
        "code": {"value": finding.rule},
    }
    related = [
        {"message": clean(reason.text), "location": {"path": reason.at.path, "range": _range(reason.at, places)}}
        for reason in [*finding.reasons, *finding.related]
        if reason.at
    ]
    if related:
        row["related_locations"] = related
    suggestions = _suggestions(finding, places)
    if suggestions:
        row["suggestions"] = suggestions
    return row


def _suggestions(finding: Finding, places: Places) -> list[dict[str, Any]]:
    """Only a fix that lies wholly in this file and holds no secret: a reviewer accepts one place at a time."""
    for fix in finding.fixes:
        here = all(edit.path == finding.path and clean(edit.text) == edit.text for edit in fix.edits)
        if here and fix.edits and not fix.creates and not fix.links and fix.applicability != "display-only":
            return [_suggestion(edit, places) for edit in fix.edits]
    return []


def _suggestion(edit: Edit, places: Places) -> dict[str, Any]:
    return {"range": _range(Location(edit.path, edit.span), places), "text": edit.text}


def _range(at: Location, places: Places) -> dict[str, Any]:
    lines = places.lines(at.path)
    if lines is None:
        return {"start": {"line": 1, "column": 1}}
    span = Span(*at.span)
    return {
        name: {"line": lines.line(offset), "column": offset - lines.offset(lines.line(offset)) + 1}
        for name, offset in (("start", span.start), ("end", span.end))
    }
