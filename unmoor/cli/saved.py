"""A report read back from its JSON, as far as JSON holds it: the sources come from disk if they still fit."""

from pathlib import Path
from typing import Any

import msgspec

from unmoor.model.errors import UserError
from unmoor.model.facts import Reference
from unmoor.model.findings import Edit, Finding, Fix, Report, Severity, Skipped
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Reason, Target
from unmoor.reports import json_v1
from unmoor.text.positions import Lines
from unmoor.text.secrets import clean


def read(data: bytes, root: Path, name: str) -> Report:
    """The report of a JSON text of `unmoor/1`. root: where its files are. Raises UserError if it is something else."""
    try:
        document = msgspec.json.decode(data, type=json_v1.Document)
    except msgspec.DecodeError as error:
        raise UserError(
            f"{name}: not a report of unmoor", str(error), "make one with `unmoor scan -o json:…`"
        ) from None
    if document.schema != json_v1.SCHEMA:
        raise UserError(f"{name}: a report of schema {document.schema}; this unmoor reads {json_v1.SCHEMA}")
    report = Report(
        root=document.root,
        listed=document.files.listed,
        scanned=document.files.scanned,
        findings=[],
        skipped=[Skipped(s.path, s.reason, s.line) for s in document.files.skipped],
        rules=_rules(root),
    )
    for item in document.findings:
        report.findings.append(_finding(item, report))
    report.sources = _sources(document, root)
    return report


def _finding(item: json_v1.Finding, report: Report) -> Finding:
    at = Location(item.path, Span(item.start.byte, item.end.byte))
    report.places[at] = item.start.line, item.start.column, item.end.line, item.end.column
    related = []
    for place in item.related:
        other = Location(place.path, Span(place.start.byte, place.start.byte))
        report.places.setdefault(other, (place.start.line, place.start.column, place.start.line, place.start.column))
        related.append(Reason(place.message, other))
    where = {reason.text: reason.at for reason in related}
    reasons = [Reason(text, where.get(text)) for text in item.reasons]
    reference = item.reference
    return Finding(
        rule=item.rule,
        family=item.family,
        severity=Severity[item.severity],
        confidence=item.confidence,
        location=at,
        value=item.value,
        message=item.message,
        reasons=reasons,
        related=[reason for reason in related if reason.text not in item.reasons],
        reference=_reference(reference, item.value, at) if reference else None,
        runtime=reference.runtime if reference else "",
        target=_target(item.target),
        suggestion=item.suggestion,
        fixes=[_fix(fix) for fix in item.fixes],
        suppressed=item.suppressed,
        baseline=item.baseline,
        fingerprint=item.fingerprint,
    )


def _reference(item: json_v1.Reference, value: str, at: Location) -> Reference:
    kind: Any = item.kind
    role: Any = item.role
    return Reference(kind, value, at.span, role, item.language)


def _target(item: json_v1.Target | None) -> Target | None:
    return Target(service=item.service, port=item.port, address=item.address, verdict=item.verdict) if item else None


def _fix(item: json_v1.Fix) -> Fix:
    applicability: Any = item.applicability
    return Fix(
        item.title,
        applicability,
        tuple(Edit(edit.path, Span(edit.start, edit.end), edit.text) for edit in item.edits),
        tuple((made.path, made.text) for made in item.creates),
        tuple((link.path, link.target) for link in item.links),
    )


def _sources(document: json_v1.Document, root: Path) -> dict[str, bytes]:
    """Files in which every finding still stands where the report says; another state would show wrong lines."""
    found: dict[str, bytes | None] = {}
    for item in document.findings:
        if item.path not in found:
            found[item.path] = _read(root, item.path)
        source = found[item.path]
        if source is not None and not _fits(source, item):
            found[item.path] = None
    return {path: source for path, source in found.items() if source is not None}


def _read(root: Path, path: str) -> bytes | None:
    """A file below the root. The report comes from elsewhere: a path that leaves the root is not followed."""
    target = (root / path).resolve()
    if not target.is_relative_to(root.resolve()) or not target.is_file():
        return None
    return target.read_bytes()


def _fits(source: bytes, item: json_v1.Finding) -> bool:
    if Lines(source).position(item.start.byte) != (item.start.line, item.start.column):
        return False
    text = source[item.start.byte : item.end.byte].decode("utf-8", "replace")
    return len(clean(text)) == 0 or item.value[:1] == "" or Lines(source).line(item.end.byte) == item.end.line


def _rules(root: Path) -> dict[str, Any]:
    """What the built-in pages say of the rules."""
    from unmoor.engine import describe
    from unmoor.rules import load

    return {rule.id: describe(rule) for rule in load().rules.values()}
