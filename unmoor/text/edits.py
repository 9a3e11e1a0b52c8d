"""Applying edits to one source. Pure: bytes in, bytes out."""

import re
from bisect import bisect_left
from collections.abc import Iterable

from unmoor.model.findings import Edit, Fix
from unmoor.model.spans import Span

_PASSED = re.compile(
    r"\r?\n[ \t]+(?:environment:|(?:- )?[\"']?([A-Za-z_]\w*)(?:=\$\{\1\})?[\"']?|(\w+):(?: [\"']?\$\{\2\}[\"']?)?)"
)
_BLOCK = re.compile(r'\s*variable "(\w+)" \{\r?\n[^{}]*\}\s*')


def newline(source: bytes) -> str:
    """The file's dominant line ending, for inserted lines."""
    crlf = source.count(b"\r\n")
    return "\r\n" if crlf * 2 > source.count(b"\n") else "\n"


def apply(source: bytes, edits: Iterable[Edit]) -> bytes:
    """The source with every edit made. Everything outside the spans stays byte for byte.

    Identical edits are one edit. Raises ValueError if two edits overlap or one lies outside the source. Insertions at
    one place keep their order.
    """
    out: list[bytes] = []
    at = 0
    for edit in sorted(dict.fromkeys(edits), key=_place):
        if not at <= edit.span.start <= edit.span.end <= len(source):
            raise ValueError(f"edit {edit.span} overlaps another or lies outside {edit.path}")
        out.append(source[at : edit.span.start])
        out.append(edit.text.encode())
        at = edit.span.end
    out.append(source[at:])
    return b"".join(out)


def compose(source: bytes, first: Iterable[Edit], then: Iterable[Edit]) -> list[Edit]:
    """The edits of `source` that do what `first` do and then, to the result, `then`."""
    wanted, later = sorted(dict.fromkeys(first), key=_place), sorted(dict.fromkeys(then), key=_place)
    middle, shift, spans = apply(source, wanted), 0, []
    for edit in wanted:
        written = len(edit.text.encode())
        start = edit.span.start + shift
        shift += written - (edit.span.end - edit.span.start)
        spans.append((start, start + written, shift))
    out: list[Edit] = []
    moved = 0
    for lo, hi in _groups([*((lo, hi) for lo, hi, _ in spans), *((e.span.start, e.span.end) for e in later)]):
        here = [Edit(e.path, Span(e.span.start - lo, e.span.end - lo), e.text)
                for e in later if lo <= e.span.start and e.span.end <= hi]  # fmt: skip
        begin = lo - moved
        moved = next((after for _, end, after in reversed(spans) if end <= hi), 0)
        path = here[0].path if here else wanted[0].path
        out.append(Edit(path, Span(begin, hi - moved), apply(middle[lo:hi], here).decode()))
    return out


def _groups(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap or touch, as one."""
    out: list[tuple[int, int]] = []
    for lo, hi in sorted(spans):
        if out and lo <= out[-1][1]:
            out[-1] = (out[-1][0], max(hi, out[-1][1]))
        else:
            out.append((lo, hi))
    return out


def _place(edit: Edit) -> Span:
    return edit.span


def compatible(chosen: Iterable[Fix], candidate: Fix) -> bool:
    """Whether a fix can go in beside the chosen ones in one pass (see `Chosen`)."""
    taken = Chosen()
    for fix in chosen:
        taken.add(fix)
    return taken.admits(candidate)


class Chosen:
    """The fixes of one pass. Identical edits (the import that two fixes need) are one; overlapping or touching wait."""

    def __init__(self) -> None:
        self.fixes: list[Fix] = []
        self._edits: dict[str, list[Edit]] = {}
        self._made: dict[str, str] = {}
        self._names: set[tuple[str, str]] = set()  # (env file, variable) of the lines put in

    def admits(self, candidate: Fix) -> bool:
        """Whether the candidate disturbs none of the chosen."""
        for path, content in (*candidate.creates, *candidate.links):
            if self._made.get(path, content) != content or path in self._edits:
                return False
        if any((edit.path, _variable(edit)) in self._names for edit in candidate.edits):
            return False
        return all(self._free(edit) for edit in candidate.edits)

    def add(self, fix: Fix) -> None:
        """Take a fix that `admits` has passed."""
        self.fixes.append(fix)
        self._made.update((*fix.creates, *fix.links))
        for edit in fix.edits:
            taken = self._edits.setdefault(edit.path, [])
            if _variable(edit):
                self._names.add((edit.path, _variable(edit)))
            place = bisect_left(taken, edit)
            if place == len(taken) or taken[place] != edit:
                taken.insert(place, edit)

    def _free(self, edit: Edit) -> bool:
        if edit.path in self._made:
            return False
        taken = self._edits.get(edit.path, [])
        place = bisect_left(taken, edit)
        if place < len(taken) and taken[place] == edit:
            return True
        # Chosen edits never overlap each other, so only the nearest few on each side can touch this one.
        return not any(_touch(edit, other) for other in taken[max(place - 2, 0) : place + 2])


def _touch(edit: Edit, other: Edit) -> bool:
    if edit.span == other.span and _sorts_of_line(edit) & _sorts_of_line(other):
        return False
    return other.span.start <= edit.span.end and edit.span.start <= other.span.end


def _sorts_of_line(edit: Edit) -> set[str]:
    """Lines of which any number may be put in at one place, in any order: of an env file; handed on to a service;
    a variable's whole block."""
    if edit.span.start != edit.span.end:
        return set()
    if _line_of_env(edit):
        return {"env"}
    return {"passed"} if _PASSED.fullmatch(edit.text) else {"block"} if _BLOCK.fullmatch(edit.text) else set()


def _variable(edit: Edit) -> str:
    """The variable whose line or block is put in; "" for a comment and for edits of any other kind."""
    if block := _BLOCK.fullmatch(edit.text):
        return block.group(1)
    name, mark, _ = edit.text.strip().rpartition("\n")[2].partition("=")
    name = name.removeprefix("# ")
    return name if mark and _line_of_env(edit) and re.fullmatch(r"(?:export )?[\w.-]+", name) else ""


def _line_of_env(edit: Edit) -> bool:
    """Whole lines put into an env file: any number may go in at one place, each variable once."""
    name = edit.path.rpartition("/")[2]
    return edit.span.start == edit.span.end and edit.text.endswith("\n") and "env" in name
