"""SARIF 2.1.0, as GitHub's code scanning takes it: https://docs.oasis-open.org/sarif/sarif/v2.1.0/

Reasons become a code flow, deciding places become related locations that the message links to, and files that were not
understood become notifications, so that nothing is swallowed.
"""

import json
import re
from typing import Any

from unmoor import __version__
from unmoor.model.findings import Edit, Finding, Fix, Report, Severity
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason
from unmoor.reports.excerpts import Places, ordered
from unmoor.reports.line_hash import line_hashes
from unmoor.text.secrets import clean

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LIMIT = 25_000  # results that GitHub takes in one run
_RELATED = 90  # of one result; GitHub shows a hundred locations
_LEVEL = {Severity.error: "error", Severity.warning: "warning", Severity.note: "note"}
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
# Rules about security proper; GitHub sorts alerts with this score apart from all others.
_SECURITY = {"secret-in-public-env": "7.5", "exposed-datastore": "6.5"}


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """The log with one run. Beyond GitHub's limit the least severe results give way, and a notification says so."""
    places = Places(report)
    findings = ordered(report.findings)
    dropped = len(findings) - LIMIT
    if dropped > 0:
        findings = ordered(sorted(findings, key=lambda f: -f.severity)[:LIMIT])
    rules = sorted({finding.rule for finding in findings} | set(report.rules))
    index = {rule: number for number, rule in enumerate(rules)}
    families = {finding.rule: finding.family for finding in findings}
    hashes: dict[str, dict[int, str]] = {}
    notes = [_notification(s.path, s.reason, s.line) for s in report.skipped]
    if dropped > 0:
        notes.append({"level": "warning", "message": {"text": f"{dropped} findings are beyond the limit of {LIMIT}"}})
    run = {
        "tool": {
            "driver": {
                "name": "unmoor",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule, report.rules.get(rule, {}), families.get(rule, "")) for rule in rules],
            }
        },
        "automationDetails": {"id": "unmoor/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the root of the repository"}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(finding, index, places, report, hashes) for finding in findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: str, about: dict[str, Any], family: str) -> dict[str, Any]:
    family = about.get("family", family)
    severity = about.get("severity", "warning")
    summary = about.get("summary") or rule.replace("-", " ")
    page = about.get("page") or summary
    properties: dict[str, Any] = {
        "tags": [tag for tag in (family, "infrastructure") if tag],
        "precision": about.get("confidence", "high"),
        "problem.severity": _PROBLEM[severity],
    }
    if rule in _SECURITY:
        properties["security-severity"] = _SECURITY[rule]
        properties["tags"].append("security")
    return {
        "id": rule,
        "name": "".join(word.capitalize() for word in rule.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary[:1024]},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": severity},
        "properties": properties,
    }


def _result(
    finding: Finding, index: dict[str, int], places: Places, report: Report, hashes: dict[str, dict[int, str]]
) -> dict[str, Any]:
    related = _deciding(finding)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVEL[finding.severity],
        "kind": "fail",
        "message": {"text": _message(finding, related, places)},
        "locations": [{"physicalLocation": _physical(finding.location, places, one_line=True)}],
        "partialFingerprints": _fingerprints(finding, places, report, hashes),
        "baselineState": "new" if finding.baseline == "new" else "unchanged",
    }
    if related:
        result["relatedLocations"] = [
            {**_location(reason, places), "id": number} for number, reason in enumerate(related, 1)
        ]
    if finding.reasons:
        result["codeFlows"] = [{"threadFlows": [{"locations": _flow(finding, places)}]}]
    if finding.suppressed is not None:
        suppression = {"kind": "inSource", "status": "accepted"}
        if finding.suppressed:
            suppression["justification"] = clean(finding.suppressed)
        result["suppressions"] = [suppression]
    fixes = [_fix(fix, places) for fix in finding.fixes if _expressible(fix)]
    if fixes:
        result["fixes"] = fixes
    if finding.target and finding.target.verdict:
        result["properties"] = {"verdict": finding.target.verdict, "service": finding.target.service}
    return result


def _deciding(finding: Finding) -> list[Reason]:
    """Every deciding place once, those of the chain first."""
    found: dict[Location, Reason] = {}
    for reason in [*finding.reasons, *finding.related]:
        if reason.at:
            found.setdefault(reason.at, reason)
    return list(found.values())[:_RELATED]


def _message(finding: Finding, related: list[Reason], places: Places) -> str:
    """The message, what to use, and links to the deciding places: only linked ones are shown by GitHub."""
    text = _plain(clean(finding.message))
    if finding.suggestion and finding.suggestion not in finding.message:
        text += f"; use {_plain(clean(finding.suggestion))}"
    links = []
    for number, reason in enumerate(related[:10], 1):
        place = places.of(reason.at) if reason.at else None
        if place:
            links.append(f"[{_plain(f'{place.path}:{place.line}')}]({number})")
    return text + (" (see " + ", ".join(links) + ")" if links else "")


def _plain(text: str) -> str:
    """Brackets mean links in a SARIF message."""
    return re.sub(r"([\\\[\]])", r"\\\1", text)


def _location(reason: Reason, places: Places) -> dict[str, Any]:
    location: dict[str, Any] = {"message": {"text": _plain(clean(reason.text)) or "here"}}
    if reason.at:
        location["physicalLocation"] = _physical(reason.at, places)
    return location


def _flow(finding: Finding, places: Places) -> list[dict[str, Any]]:
    """The finding, then each step of the chain; a step without a place of its own stands at the finding."""
    start = {"location": _location(Reason(finding.value or finding.rule, finding.location), places)}
    steps = [
        {"location": _location(Reason(reason.text, reason.at or finding.location), places)}
        for reason in finding.reasons
    ]
    return [start, *steps]


def _physical(at: Location, places: Places, *, one_line: bool = False) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": _uri(at.path), "uriBaseId": "%SRCROOT%"},
        "region": _region(at, places, one_line=one_line),
    }


def _region(at: Location, places: Places, *, one_line: bool = False) -> dict[str, int]:
    """A check on a pull request shows an alert only if all its lines are in the diff: hence `one_line`."""
    lines = places.lines(at.path)
    if lines is None:
        return {"startLine": 1}
    place = places.of(at)
    end_line, end_column = place.end_line, place.end_column
    if one_line and end_line != place.line:
        end_line, end_column = place.line, len(lines.text(place.line)) + 1
    return {"startLine": place.line, "startColumn": place.column, "endLine": end_line, "endColumn": end_column}


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/@:!$&'()*+,;=~-._", errors="surrogateescape")


def _fingerprints(
    finding: Finding, places: Places, report: Report, hashes: dict[str, dict[int, str]]
) -> dict[str, str]:
    found = {"unmoor/v1": finding.fingerprint} if finding.fingerprint else {}
    if finding.path in report.sources:
        if finding.path not in hashes:
            hashes[finding.path] = line_hashes(report.sources[finding.path])
        line_hash = hashes[finding.path].get(places.of(finding.location).line)
        if line_hash:
            found["primaryLocationLineHash"] = line_hash
    return found


def _expressible(fix: Fix) -> bool:
    """Whether the whole fix can be said in SARIF: no new files or links, and no credential in its text."""
    whole = fix.edits and not fix.creates and not fix.links and fix.applicability != "display-only"
    return bool(whole) and all(clean(edit.text) == edit.text for edit in fix.edits)


def _fix(fix: Fix, places: Places) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        changes.setdefault(edit.path, []).append(_replacement(edit, places))
    return {
        "description": {"text": f"{clean(fix.title)} ({fix.applicability})"},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path), "uriBaseId": "%SRCROOT%"}, "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _replacement(edit: Edit, places: Places) -> dict[str, Any]:
    start, end = edit.span
    region: dict[str, int] = {"byteOffset": start, "byteLength": end - start}
    if places.lines(edit.path):
        region = {**_region(Location(edit.path, edit.span), places), **region}
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}


def _notification(path: str, reason: str, line: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(path), "uriBaseId": "%SRCROOT%"}}
    if line:
        physical["region"] = {"startLine": line}
    text = f"not understood: {reason}"
    return {"level": "warning", "message": {"text": text}, "locations": [{"physicalLocation": physical}]}
