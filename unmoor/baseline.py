"""The baseline: a file of findings that were accepted, so that only new ones fail.

JSON Lines: a header, then one sorted entry a line, with no line number and no time, so that two branches merge cleanly.
An entry is matched by fingerprint; the value is part of it, so a swap of one finding for another is seen. Where a file
was moved, an entry follows it: its old path is gone, and the same rule, scope and value turned up elsewhere.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from unmoor.fingerprints import digest, normalise
from unmoor.model.errors import UserError
from unmoor.model.findings import Finding

SCHEMA = "unmoor-baseline/1"
DEFAULT = ".unmoor-baseline.jsonl"
_KEYS = ("path", "rule", "scope", "value", "ordinal")


class Entry(Struct, frozen=True, order=True):
    """One accepted finding. `ordinal` counts findings that agree in all else."""

    path: str
    rule: str
    scope: str = ""
    value: str = ""
    ordinal: int = 0

    @property
    def fingerprint(self) -> str:
        """The fingerprint that its finding carries."""
        return f"{digest(self.rule, self.path, self.scope, self.value)}:{self.ordinal}"

    def moved(self, path: str) -> "Entry":
        """The same entry in another file."""
        return Entry(path, self.rule, self.scope, self.value, self.ordinal)


def entry(finding: Finding) -> Entry:
    """The entry that accepts a stamped finding."""
    ordinal = int(finding.fingerprint.rpartition(":")[2] or 0)
    return Entry(finding.path, finding.rule, finding.scope, normalise(finding.value), ordinal)


def read(path: Path) -> list[Entry]:
    """The entries of a file. Raises UserError with the line where it is not a baseline."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read", str(error), "`unmoor baseline update` writes one") from None
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if "schema" in row:
                if row["schema"] != SCHEMA:
                    raise UserError(f"{path}:{number}: a baseline of another version: {row['schema']}")
                continue
            entries.append(Entry(**{key: row[key] for key in _KEYS if key in row}))
        except (ValueError, TypeError):
            help = "keep one entry a line; resolve merge conflicts by keeping both sides"
            raise UserError(f"{path}:{number}: not an entry of a baseline", line[:80], help) from None
    return entries


def render(entries: Iterable[Entry]) -> str:
    """The text of a baseline file."""
    rows = [{"schema": SCHEMA}]
    for item in sorted(set(entries)):
        row = {key: getattr(item, key) for key in _KEYS}
        rows.append({key: value for key, value in row.items() if value not in ("", 0) or key in ("path", "rule")})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def apply(
    findings: Iterable[Finding], entries: Iterable[Entry], exists: Callable[[str], bool] = lambda path: True
) -> list[Entry]:
    """Mark what is known (`baseline = "known"`) and return the entries that nothing matched: they are stale.

    exists: whether a path is still there; where it is not, an entry may follow its finding to another file.
    Suppressed findings take no entry.
    """
    left: dict[str, Entry] = {item.fingerprint: item for item in entries}
    unmatched: list[Finding] = []
    for finding in findings:
        if finding.suppressed is not None:
            continue
        if left.pop(finding.fingerprint, None) is not None:
            finding.baseline = "known"
        else:
            unmatched.append(finding)
    gone: dict[tuple[str, str, str], list[str]] = {}
    for print_, item in left.items():
        if not exists(item.path):
            gone.setdefault((item.rule, item.scope, item.value), []).append(print_)
    for finding in unmatched:
        candidates = gone.get((finding.rule, finding.scope, normalise(finding.value)))
        if candidates:
            del left[candidates.pop(0)]
            finding.baseline = "known"
    return sorted(left.values())
