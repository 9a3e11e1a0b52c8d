"""Decoding YAML's five scalar styles with the bytes that each part came from (YAML 1.2.2, chapters 7 and 8)."""

import re

from unmoor.scanners.values import Part

_ESCAPES = {
    b"0": "\0", b"a": "\a", b"b": "\b", b"t": "\t", b"\t": "\t", b"n": "\n", b"v": "\v", b"f": "\f", b"r": "\r",
    b"e": "\x1b", b" ": " ", b'"': '"', b"/": "/", b"\\": "\\", b"N": "\x85", b"_": "\xa0", b"L": "\u2028",
    b"P": "\u2029",
}  # fmt: skip
_SPECIAL = re.compile(
    rb"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(\r\n|\r|\n)[ \t\r\n]*|(.))"
    rb"|[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*",
    re.S,
)
_SINGLE = re.compile(rb"''|[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*")
_PLAIN = re.compile(rb"[ \t]*(?:\r\n|\r|\n)[ \t\r\n]*")
_BREAK = re.compile(rb"\r\n|\r|\n")
_HEADER = re.compile(rb"[|>]([1-9]?)([-+]?)([1-9]?)[^\r\n]*")
_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")


def quoted(source: bytes, lo: int, hi: int, style: str) -> list[Part] | None:
    """The parts of a plain, single or double scalar at `source[lo:hi]` (without quotes); None if it is a mere copy."""
    pattern = {"plain": _PLAIN, "single": _SINGLE}.get(style, _SPECIAL)
    parts: list[Part] = []
    at = lo
    for match in pattern.finditer(source, lo, hi):
        if match.start() > at:
            parts.append((source[at : match.start()], at, match.start()))
        parts.append((_replacement(match), match.start(), match.end()))
        at = match.end()
    if not parts:
        return None
    if at < hi:
        parts.append((source[at:hi], at, hi))
    return parts


def _replacement(match: "re.Match[bytes]") -> bytes:
    text = match.group()
    if text == b"''":
        return b"'"
    if not text.startswith(b"\\"):
        breaks = len(_BREAK.findall(text))
        return b" " if breaks == 1 else b"\n" * (breaks - 1)
    for group in (1, 2, 3):
        if match.group(group):
            return _character(int(match.group(group), 16))
    if match.group(4):
        # An escaped break joins the lines; blank lines after it still count as newlines.
        return b"\n" * (len(_BREAK.findall(text)) - 1)
    return _ESCAPES.get(match.group(5), text.decode("utf-8", "replace")).encode()


def _character(code: int) -> bytes:
    try:
        return chr(code).encode("utf-8", "surrogatepass")
    except (ValueError, OverflowError):
        return b"\xef\xbf\xbd"


class _Lines:
    """The lines of a block scalar: (start, end of text, end of break) each, and its header's indicators."""

    def __init__(self, source: bytes, lo: int, hi: int, parent: int) -> None:
        self.source = source
        header = _HEADER.match(source, lo)
        self.digit = self.chomp = b""
        start = hi
        if header:
            self.digit, self.chomp = header.group(1) or header.group(3), header.group(2)
            start = header.end()
        self.rows = list(self._rows(start, hi))
        self.indent = self._indent(parent)
        self._cut()

    def _rows(self, start: int, hi: int) -> "list[tuple[int, int, int]]":
        """Rows up to the scalar's end, then the blank ones after it, which chomping needs."""
        rows: list[tuple[int, int, int]] = []
        first = _BREAK.match(self.source, start)
        at = first.end() if first else len(self.source)
        while at < len(self.source):
            match = _LINE.match(self.source, at)
            if match is None or (at >= hi and match.group(1).strip(b" ")):
                break
            rows.append((at, match.end(1), match.end()))
            at = match.end()
        return rows

    def _indent(self, parent: int) -> int:
        if self.digit:
            return max(parent, 0) + int(self.digit)
        for start, end, _ in self.rows:
            text = self.source[start:end]
            if text.strip(b" "):
                return len(text) - len(text.lstrip(b" "))
        return max([end - start for start, end, _ in self.rows], default=0)

    def _cut(self) -> None:
        """Drop what stands after the first line that is indented too little: a comment, not content."""
        for number, (start, end, _) in enumerate(self.rows):
            text = self.source[start:end]
            if text.strip(b" ") and len(text) - len(text.lstrip(b" ")) < self.indent:
                self.rows = self.rows[:number]
                return

    def text(self, row: tuple[int, int, int]) -> int:
        """Where the content of a row begins; at its end if it is empty."""
        return min(row[0] + self.indent, row[1])


def block(source: bytes, lo: int, hi: int, parent: int) -> list[Part]:
    """The parts of the literal or folded scalar whose header stands at `lo`.

    parent: column of the key or dash that owns it, -1 at top level; an explicit indentation digit counts from there.
    """
    lines = _Lines(source, lo, hi, parent)
    rows = lines.rows
    last = max((n for n, row in enumerate(rows) if lines.text(row) < row[1]), default=-1)
    content, trailing = rows[: last + 1], rows[last + 1 :]
    fold = source[lo : lo + 1] == b">"
    parts = _folded(lines, content) if fold else _literal(lines, content)
    if last >= 0 and lines.chomp != b"-" and content[-1][1] < content[-1][2]:
        parts.append((b"\n", content[-1][1], content[-1][2]))
    if lines.chomp == b"+":
        parts += [(b"\n", end, after) for _, end, after in trailing if end < after]
    return parts


def _literal(lines: _Lines, rows: list[tuple[int, int, int]]) -> list[Part]:
    parts: list[Part] = []
    for number, row in enumerate(rows):
        start = lines.text(row)
        if start < row[1]:
            parts.append((lines.source[start : row[1]], start, row[1]))
        if number < len(rows) - 1:
            parts.append((b"\n", row[1], row[2]))
    return parts


def _folded(lines: _Lines, rows: list[tuple[int, int, int]]) -> list[Part]:
    """Breaks between two unindented lines become a space; beside more-indented lines they stay."""
    parts: list[Part] = []
    before: tuple[int, int, int] | None = None
    blank: list[tuple[int, int, int]] = []
    for row in rows:
        start = lines.text(row)
        if start >= row[1]:
            blank.append(row)
            continue
        indented = lines.source[start : start + 1] in (b" ", b"\t")
        if before is None:
            parts += [(b"\n", end, after) for _, end, after in blank]
        else:
            deep = indented or lines.source[lines.text(before) :][:1] in (b" ", b"\t")
            if deep:
                parts += [(b"\n", end, after) for _, end, after in (before, *blank)]
            elif blank:
                parts += [(b"\n", end, after) for _, end, after in blank]
            else:
                parts.append((b" ", before[1], start))
        parts.append((lines.source[start : row[1]], start, row[1]))
        before, blank = row, []
    return parts
