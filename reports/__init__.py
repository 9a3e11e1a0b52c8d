"""Reports: one module a format. A report knows findings alone: `render(report: Report, options) -> str`."""

from importlib import import_module
from typing import Any

from unmoor.model.findings import Report

# Format name → module. `text` and `concise` also take colour.
REPORTS: tuple[tuple[str, str], ...] = (
    ("text", "text"),
    ("concise", "concise"),
    ("json", "json_v1"),
    ("jsonl", "jsonl"),
    ("sarif", "sarif"),
    ("github", "github"),
    ("gitlab", "gitlab"),
    ("junit", "junit"),
    ("rdjson", "rdjson"),
    ("markdown", "markdown"),
    ("html", "html"),
)
_FOR_PEOPLE = ("text", "concise")


def render(name: str, report: Report, *, color: bool = False, width: int = 100, summary: bool = True) -> str:
    """The report in a format named in `REPORTS`.

    color: ANSI escapes; width: terminal columns; summary: whether the counts close the report; all for `text` and
    `concise` only.
    """
    options: dict[str, Any] = {"color": color, "width": width}
    if name in _FOR_PEOPLE:
        options["summary"] = summary
    text: str = import_module(f"unmoor.reports.{dict(REPORTS)[name]}").render(report, **options)
    return text
