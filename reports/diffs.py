"""What a fix changes, as lines with a sign: for people to read, never to apply."""

from collections.abc import Mapping
from typing import NamedTuple

from unmoor.model.findings import Edit, Fix
from unmoor.text.edits import apply
from unmoor.text.positions import Lines
from unmoor.text.secrets import clean

CONTEXT = 2


class Row(NamedTuple):
    """One line of a hunk. sign: " ", "-", "+"; line: its number in the old file, 0 for a new one."""

    sign: str
    line: int
    text: str


class Hunk(NamedTuple):
    """Changes that stand close together in one file."""

    path: str
    rows: list[Row]


def hunks(fix: Fix, sources: Mapping[str, bytes]) -> list[Hunk]:
    """Every change of a fix; a file whose source is not at hand is left out, a new file is all plus."""
    found: list[Hunk] = []
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    for path, edits in by_path.items():
        if path in sources:
            found += [_hunk(path, sources[path], group) for group in _clusters(edits, Lines(sources[path]))]
    for path, text in fix.creates:
        found.append(Hunk(path, [Row("+", 0, clean(line)) for line in text.split("\n")[:40]]))
    for path, target in fix.links:
        found.append(Hunk(path, [Row("+", 0, f"→ {target}")]))
    return found


def _clusters(edits: list[Edit], lines: Lines) -> list[list[Edit]]:
    groups: list[list[Edit]] = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        if groups and lines.line(edit.span.start) - lines.line(groups[-1][-1].span.end) <= 2 * CONTEXT:
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return groups


def _hunk(path: str, source: bytes, edits: list[Edit]) -> Hunk:
    """The lines that the edits touch, before and after, with a little around them."""
    lines = Lines(source)
    first = lines.line(edits[0].span.start)
    last = lines.line(edits[-1].span.end)
    low, high = lines.offset(first), lines.offset(last + 1)
    moved = [Edit(e.path, type(e.span)(e.span.start - low, e.span.end - low), e.text) for e in edits]
    old = _split(source[low:high])
    new = _split(apply(source[low:high], moved))
    head, tail = _common(old, new)
    rows = [Row(" ", n, clean(lines.text(n))) for n in range(max(1, first - CONTEXT), first)]
    rows += [Row(" ", first + i, clean(text)) for i, text in enumerate(old[:head])]
    rows += [Row("-", first + i, clean(text)) for i, text in enumerate(old[head : len(old) - tail], head)]
    rows += [Row("+", 0, clean(text)) for text in new[head : len(new) - tail]]
    rows += [Row(" ", first + i, clean(text)) for i, text in enumerate(old[len(old) - tail :], len(old) - tail)]
    after = range(last + 1, min(last + CONTEXT, _count(lines, source)) + 1)
    return Hunk(path, [*rows, *(Row(" ", n, clean(lines.text(n))) for n in after)])


def _split(source: bytes) -> list[str]:
    return source.decode("utf-8", "replace").removesuffix("\n").replace("\r\n", "\n").split("\n")


def _common(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many lines the two share at the beginning and at the end."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def _count(lines: Lines, source: bytes) -> int:
    return len(lines.starts) - (1 if source.endswith(b"\n") else 0)
