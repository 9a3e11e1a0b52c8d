"""What a run of fixes would change, as a unified diff that `git apply` takes, as JSON, or in colour for a terminal."""

from collections.abc import Iterable
from difflib import SequenceMatcher, unified_diff
from posixpath import dirname, relpath
from typing import Any

from unmoor.fixing.loop import Outcome
from unmoor.model.findings import Finding, Fix
from unmoor.text.positions import Lines

_COLOURS = {"+": "32", "-": "31", "@": "36"}


def patch(outcome: Outcome) -> str:
    """The unified diff of every changed and created file, by path, and of the links."""
    changed = "".join(diff(path, outcome.originals.get(path), outcome.overlay[path]) for path in outcome.changed)
    return changed + "".join(_link(path, target) for path, target in sorted(outcome.links.items()))


def _link(path: str, target: str) -> str:
    """A symlink as git writes one in a diff: a file of mode 120000 that holds the relative target."""
    written = relpath(target, dirname(path) or ".")
    head = f"diff --git a/{path} b/{path}\nnew file mode 120000\n--- /dev/null\n+++ b/{path}\n"
    return f"{head}@@ -0,0 +1 @@\n+{written}\n\\ No newline at end of file\n"


def diff(path: str, before: bytes | None, after: bytes) -> str:
    """The unified diff of one file; `before` None for a file that is made. Line endings are kept."""
    old = (before or b"").decode("utf-8", "surrogateescape").splitlines(keepends=True)
    new = after.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    old, new = _rejoined(old), _rejoined(new)
    head = f"diff --git a/{path} b/{path}\n" + ("new file mode 100644\n" if before is None else "")
    source = "/dev/null" if before is None else f"a/{path}"
    lines = unified_diff(old, new, source, f"b/{path}")
    body = "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
    return head + body if body else ""


def _rejoined(lines: list[str]) -> list[str]:
    """Lines as git counts them: only a line feed ends one (`splitlines` also breaks at form feeds and others)."""
    out: list[str] = []
    for line in lines:
        if out and not out[-1].endswith("\n"):
            out[-1] += line
        else:
            out.append(line)
    return out


def coloured(text: str) -> str:
    """A diff with ANSI colours."""
    out = []
    for line in text.splitlines(keepends=True):
        if line.startswith(("diff ", "+++", "---", "new file")):
            out.append(f"\x1b[1m{line.rstrip()}\x1b[0m\n")
        elif line[:1] in _COLOURS:
            out.append(f"\x1b[{_COLOURS[line[0]]}m{line.rstrip(chr(10))}\x1b[0m\n")
        else:
            out.append(line)
    return "".join(out)


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The run for programs: per file the patch, per finding what was done, and why not where nothing was."""
    return {
        "schema": "unmoor-fixes/1",
        "passes": outcome.passes,
        "files": [
            {
                "path": path,
                "created": outcome.originals.get(path) is None,
                "patch": diff(path, outcome.originals.get(path), outcome.overlay[path]),
            }
            for path in outcome.changed
        ],
        "links": [{"path": path, "target": target} for path, target in sorted(outcome.links.items())],
        "applied": [_entry(item.finding, item.fix) for item in outcome.applied],
        "refused": [{**_entry(item.finding, None), "reason": item.reason} for item in outcome.refused],
        "problem": outcome.problem or None,
    }


def _entry(finding: Finding, fix: Fix | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "rule": finding.rule,
        "path": finding.path,
        "byte": finding.span.start,
        "value": finding.value,
        "fingerprint": finding.fingerprint,
    }
    if fix is not None:
        entry |= {"title": fix.title, "applicability": fix.applicability}
    return entry


def hunk(path: str, before: bytes, after: bytes) -> str:
    """The diff of one fix for a question, without the file's header."""
    return "".join(diff(path, before, after).splitlines(keepends=True)[3:])


def touched_lines(before: bytes, after: bytes) -> set[int]:
    """1-based lines of `before` that a change replaces or stands behind; for checks of what a diff touches."""
    old, new = before.splitlines(), after.splitlines()
    found: set[int] = set()
    for tag, lo, hi, _, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.update(range(lo + 1, max(hi, lo + 1) + 1))
    return found


def place(finding: Finding, source: bytes) -> str:
    """`path:line:column` of a finding."""
    line, column = Lines(source).position(finding.span.start)
    return f"{finding.path}:{line}:{column}"


def counted(words: Iterable[str]) -> list[tuple[str, int]]:
    """Equal texts counted, commonest first."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
