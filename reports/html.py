"""The audit as one HTML file: no network, no fonts, no libraries. Everything from the repository is escaped, and a
content security policy lets only the report's own script run."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from unmoor import __version__
from unmoor.model.findings import Finding, Report
from unmoor.model.spans import Location
from unmoor.reports import diffs
from unmoor.reports.excerpts import Places, active, closing, counts, fixable, told
from unmoor.reports.system_map import drawings
from unmoor.text.secrets import clean

LIMIT = 4000  # cards; beyond that a browser is no pleasure, and the least severe give way
_TEMPLATES = Path(__file__).parent / "templates"
_AROUND = 2
_LONG = 240


class Line(NamedTuple):
    """A line of an excerpt; mark is empty but in the finding's own line."""

    number: int
    before: str
    mark: str
    after: str


class Card(NamedTuple):
    """One finding, ready to show."""

    finding: Finding
    place: str
    line: int
    message: str
    value: str
    suggestion: str
    state: str
    lines: list[Line]
    reasons: list[tuple[str, str]]
    fixes: list[tuple[str, str, list[diffs.Hunk]]]
    search: str


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """The page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["inline"] = _inline
    style = (_TEMPLATES / "report.css").read_text("utf-8")
    script = (_TEMPLATES / "report.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    shown = sorted(_counted(report), key=lambda finding: (-finding.severity, finding.path, finding.span))[:LIMIT]
    text: str = environment.get_template("report.html").render(
        style=Markup(style), script=Markup(script), digest=digest, **_view(report, shown)
    )
    return text


def _counted(report: Report) -> list[Finding]:
    return [*active(report), *(f for f in report.findings if f.suppressed is not None or f.baseline != "new")]


def _view(report: Report, shown: list[Finding]) -> dict[str, Any]:
    """All that the template asks for."""
    places = Places(report)
    total, findings = counts(report), active(report)
    cards = [_card(finding, places, report) for finding in shown]
    rules = sorted({finding.rule for finding in shown}, key=lambda rule: (_family(rule, shown), rule))
    return {
        "version": __version__,
        "closing": closing(report),
        "total": total,
        "fixable": sum(fixable(finding) for finding in findings),
        "report": report,
        "broken": len({skipped.path for skipped in report.skipped}),
        "cards": cards,
        "hidden": len(report.findings) - len(shown),
        "families": _bars(finding.family for finding in findings),
        "rules": _bars(finding.rule for finding in findings),
        "files": _bars(finding.path for finding in findings)[:12],
        "severity_of": {finding.rule: finding.severity.name for finding in sorted(findings, key=lambda f: f.severity)},
        "pages": [(rule, _family(rule, shown), _page(report, rule)) for rule in rules],
        "drawings": drawings(report),
        "told": told,
    }


def _family(rule: str, findings: list[Finding]) -> str:
    return next((finding.family for finding in findings if finding.rule == rule), "")


def _bars(names: Iterable[str]) -> list[tuple[str, int, int]]:
    """(name, number, per cent of the greatest), greatest first."""
    number = Counter(names)
    most = max(number.values(), default=1)
    rows = sorted(number.items(), key=lambda item: (-item[1], item[0]))
    return [(name, count, max(2, round(100 * count / most))) for name, count in rows]


def _card(finding: Finding, places: Places, report: Report) -> Card:
    place = places.of(finding.location)
    state = "suppressed" if finding.suppressed is not None else "known" if finding.baseline != "new" else "new"
    reasons = []
    named = {reason.at for reason in finding.reasons}
    chain = [reason for reason in finding.reasons if reason.at or reason.text not in finding.message]
    for reason in [*chain, *(reason for reason in finding.related if reason.at not in named)]:
        at = places.of(reason.at) if reason.at else None
        reasons.append((told(reason.text), f"{at.path}:{at.line}" if at else ""))
    fixes = [(told(fix.title), str(fix.applicability), diffs.hunks(fix, report.sources)) for fix in finding.fixes]
    message = told(finding.message)
    search = " ".join((finding.rule, finding.path, message, told(finding.value))).lower()
    use = told(finding.suggestion) if finding.suggestion != finding.value else ""
    return Card(
        finding, str(place), place.line, message, told(finding.value), use, state,
        _lines(finding.location, places), reasons, fixes, search,
    )  # fmt: skip


def _lines(at: Location, places: Places) -> list[Line]:
    """The finding's line with its value marked, and the lines around it; none where the source is not at hand."""
    table = places.lines(at.path)
    if table is None:
        return []
    place = places.of(at)
    found = []
    for number in range(max(1, place.line - _AROUND), min(len(table.starts), place.line + _AROUND) + 1):
        text = table.text(number)
        if number != place.line:
            if text or number < len(table.starts):
                found.append(Line(number, _cut(_visible(clean(text))), "", ""))
            continue
        last = place.end_column - 1 if place.end_line == place.line else len(text)
        before, mark, after = text[: place.column - 1], text[place.column - 1 : last], text[last:]
        if clean(text) != text:  # a secret may reach across the seams: cut anew in the cleaned line
            before, mark, after = _reseam(clean(text), clean(mark))
        lead = ("…" + before[-_LONG // 2 :]) if len(before) > _LONG else before
        found.append(Line(number, _visible(lead), _visible(mark[:_LONG]), _visible(_cut(after))))
    return found


def _reseam(text: str, mark: str) -> tuple[str, str, str]:
    before, found, after = text.partition(mark) if mark else (text, "", "")
    return (before, found, after) if found else ("", text, "")


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else text[:_LONG] + "…"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)


def _inline(text: str) -> Any:
    """A message with its `code` in code elements; everything is escaped first."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _page(report: Report, rule: str) -> Any:
    """The rule's page as HTML, without its title and its examples; raw HTML in it is shown, not obeyed."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    about = report.rules.get(rule, {})
    body = _prose(str(about.get("page") or about.get("summary") or ""))
    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(body))


def _prose(page: str) -> str:
    """A page up to its examples; a page tests itself there, and at length."""
    kept: list[str] = []
    for line in page.splitlines():
        if line.startswith("# "):
            continue
        if line.startswith("## ") and line[3:].strip().lower().startswith(("bad", "good", "fixed")):
            break
        kept.append(line.replace("## ", "#### ", 1) if line.startswith("## ") else line)
    return "\n".join(kept)
