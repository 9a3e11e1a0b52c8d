"""Markdown for a step summary or a merge request. GitHub drops a summary above 1 MiB, so whole sections give way."""

import re
from collections import Counter
from itertools import groupby

from unmoor.model.findings import Finding, Report, Severity
from unmoor.reports.excerpts import Places, active, closing, counts, told

BUDGET = 1_000_000  # bytes; the limit is 1024 KiB for the whole step
_ICON = {Severity.error: "🔴", Severity.warning: "🟡", Severity.note: "🔵"}


def render(report: Report, *, color: bool = False, width: int = 100, budget: int = BUDGET) -> str:
    """The summary, a table by rule, then files with their findings, the worst first, as far as `budget` bytes go."""
    places = Places(report)
    findings = active(report)
    parts = [_head(report), _by_rule(findings)]
    used = sum(len(part.encode()) for part in parts) + 200
    groups = [(path, list(group)) for path, group in groupby(findings, key=lambda finding: finding.path)]
    groups.sort(key=lambda item: (-max(f.severity for f in item[1]), item[0]))
    left = 0
    for path, group in groups:
        section = _file(path, group, places)
        size = len(section.encode())
        if used + size > budget:
            left += len(group)
            continue
        parts.append(section)
        used += size
    if left:
        parts.append(f"\n_{left} more findings do not fit here; the JSON or HTML report has them all._\n")
    return "".join(parts)


def _head(report: Report) -> str:
    total = counts(report)
    title = "unmoor found nothing" if not total.error + total.warning + total.note else "unmoor"
    icon = "🔴" if total.error else "🟡" if total.warning else "🔵" if total.note else "✅"
    return f"## {icon} {title}\n\n{closing(report)}\n"


def _by_rule(findings: list[Finding]) -> str:
    if not findings:
        return ""
    number = Counter((finding.rule, finding.severity) for finding in findings)
    rows = sorted(number.items(), key=lambda item: (-item[0][1], -item[1], item[0][0]))
    lines = ["", "| | rule | findings |", "|---|---|---:|"]
    lines += [f"| {_ICON[severity]} | `{rule}` | {count} |" for (rule, severity), count in rows]
    return "\n".join(lines) + "\n"


def _file(path: str, group: list[Finding], places: Places) -> str:
    lines = ["", f"<details><summary><b>{_html(path)}</b>: {len(group)}</summary>", ""]
    for finding in group:
        place = places.of(finding.location)
        lines.append(f"- {_ICON[finding.severity]} line {place.line} · `{finding.rule}` · {_plain(finding.message)}")
        if finding.value:
            lines.append(
                f"  {_code(told(finding.value))}"
                + (f" → {_code(told(finding.suggestion))}" if finding.suggestion else "")
            )
        lines += [f"  - {_plain(reason.text)}" for reason in finding.reasons]
    return "\n".join([*lines, "", "</details>", ""])


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    """One line; code spans stay, everything else that Markdown or HTML would obey is escaped."""
    pieces = re.split(r"(`[^`]*`)", " ".join(told(text).split()))
    return "".join(p if p.startswith("`") and len(p) > 1 else re.sub(r"([\\*_\[\]<>|#@~])", r"\\\1", p) for p in pieces)


def _code(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside."""
    flat = " ".join(text.split()) or " "
    fence = "`" * (max((len(run) for run in re.findall(r"`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"
