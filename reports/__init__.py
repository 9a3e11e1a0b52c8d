"""Reports: one module a format. A report knows findings alone: `render(report: Report, options) -> str`."""

from importlib import import_module

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


def render(name: str, report: Report, *, color: bool = False, width: int = 100) -> str:
    """The report in a format named in `REPORTS`. color: ANSI escapes; width: terminal columns; both for text only."""
    text: str = import_module(f"unmoor.reports.{dict(REPORTS)[name]}").render(report, color=color, width=width)
    return text
