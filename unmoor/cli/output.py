"""Where reports go: stdout, files (`-o html:audit.html`), and the step summary of a CI job."""

import os
import sys
from pathlib import Path
from typing import Any

from unmoor.cli.options import FORMATS
from unmoor.cli.terminal import say, use_color, width
from unmoor.model.errors import UserError
from unmoor.model.findings import Report
from unmoor.reports import render

_BY_ENDING = {
    ".html": "html", ".htm": "html", ".sarif": "sarif", ".json": "json", ".jsonl": "jsonl", ".xml": "junit",
    ".md": "markdown", ".txt": "text",
}  # fmt: skip


def write(report: Report, values: dict[str, Any]) -> None:
    """All that the command line asks for. `-o` alone leaves stdout empty; with --output-format both are written."""
    chosen = values["output_format"]
    targets = [target(item, chosen) for item in values["output"]]
    if values["statistics"]:
        sys.stdout.write(statistics(report, chosen or "text"))
    elif not targets or (chosen and all(_prefixed(item) for item in values["output"])):
        _to_stdout(report, chosen or ("concise" if os.environ.get("PRE_COMMIT") else "text"), values)
    for name, path in targets:
        _to_file(path, render(name, report))
        if not values["quiet"]:
            say(f"wrote {path}")
    if targets and not values["quiet"]:
        from unmoor.reports.excerpts import closing

        say(closing(report))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(render("markdown", report))
    elif values["summary"]:
        raise UserError("--summary needs $GITHUB_STEP_SUMMARY", help="outside GitHub Actions: -o markdown:summary.md")


def _prefixed(item: str) -> bool:
    return item.partition(":")[0] in FORMATS


def target(item: str, chosen: str | None) -> tuple[str, str]:
    """(format, path) of `[FORMAT:]FILE`; without a prefix the chosen format counts, then the file's ending."""
    name, colon, path = item.partition(":")
    if colon and name in FORMATS:
        if not path:
            raise UserError(f"-o {item}: no file behind the colon")
        return name, path
    if colon and len(name) > 1 and name.isalnum():
        from unmoor.config.load import nearest

        near = nearest(name, FORMATS)
        raise UserError(
            f"-o {item}: no format is called `{name}`",
            help=f"did you mean `{near}:{path}`?" if near else "formats: " + ", ".join(FORMATS),
        )
    format_ = chosen or _BY_ENDING.get(Path(item).suffix.lower())
    if not format_:
        raise UserError(f"-o {item}: which format?", help=f"put it in front: -o html:{item}")
    return format_, item


def _to_stdout(report: Report, name: str, values: dict[str, Any]) -> None:
    color = use_color(values["color"], sys.stdout)
    text = render(name, report, color=color, width=min(width(), 140), summary=not values["quiet"])
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:
        # A terminal or pipe in a narrow encoding: what it cannot show is shown as `?`, and nothing is lost but that.
        sys.stdout.buffer.write(text.encode(sys.stdout.encoding or "ascii", "replace"))
    sys.stdout.flush()


def _to_file(path: str, text: str) -> None:
    if path == "-":
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"-o {path}: cannot be written", error.strerror or str(error)) from None


def statistics(report: Report, name: str = "text") -> str:
    """Findings that count, by rule, the most frequent first; as a table, or as JSON."""
    from collections import Counter

    from unmoor.reports.excerpts import active, fixable

    findings = active(report)
    number = Counter(finding.rule for finding in findings)
    mendable = Counter(finding.rule for finding in findings if fixable(finding))
    worst = {finding.rule: finding.severity.name for finding in sorted(findings, key=lambda f: f.severity)}
    rows = sorted(number.items(), key=lambda item: (-item[1], item[0]))
    if name == "json":
        import json

        table = [{"rule": r, "severity": worst[r], "count": n, "fixable": mendable[r]} for r, n in rows]
        return json.dumps(table, indent=2) + "\n"
    digits = max((len(str(n)) for _, n in rows), default=1)
    return "".join(
        f"{n:>{digits}}  {worst[r]:<7}  {r}" + (f"  [{mendable[r]} fixable]" if mendable[r] else "") + "\n"
        for r, n in rows
    )
