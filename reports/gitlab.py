"""GitLab Code Quality: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

import hashlib
import json

from unmoor.model.findings import Report, Severity
from unmoor.reports.excerpts import Places, active
from unmoor.text.secrets import clean

_SEVERITY = {Severity.error: "major", Severity.warning: "minor", Severity.note: "info"}


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """A JSON array. GitLab drops what shares a fingerprint, so each is unique, and free of line numbers."""
    places = Places(report)
    seen: dict[str, int] = {}
    rows = []
    for finding in active(report):
        place = places.of(finding.location)
        count = seen[finding.fingerprint] = seen.get(finding.fingerprint, -1) + 1
        rows.append(
            {
                "description": clean(finding.message),
                "check_name": finding.rule,
                "fingerprint": hashlib.sha256(f"{finding.fingerprint}/{count}".encode()).hexdigest(),
                "severity": _SEVERITY[finding.severity],
                "location": {"path": place.path, "lines": {"begin": place.line, "end": place.end_line}},
            }
        )
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
