"""JSON Lines: one finding a line, each as in `unmoor/1`, then one line with everything but the findings."""

import msgspec

from unmoor.model.findings import Report
from unmoor.reports.json_v1 import document


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """The report; the last line has the key "summary"."""
    whole = document(report)
    rows = [msgspec.json.encode(finding).decode() for finding in whole.findings]
    rest = {name: getattr(whole, name) for name in ("schema", "tool", "root", "files", "summary")}
    return "\n".join([*rows, msgspec.json.encode(rest).decode()]) + "\n"
