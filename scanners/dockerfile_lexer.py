"""Dockerfile syntax: logical lines, flags, here-documents and words, as BuildKit's parser reads them.

Source of the rules: moby/buildkit, frontend/dockerfile/parser and /shell; the tests compare with that parser.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from unmoor.text.mapped import Mapped

_DIRECTIVE = re.compile(rb"^#[ \t]*([a-zA-Z][a-zA-Z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*$")
_DIRECTIVES = {b"escape", b"syntax", b"check"}
_SHELL_ESCAPE = b"\\"  # BuildKit looks for here-documents with the shell's own escape, whatever the directive says
_SPACE = b" \t\v\f\r\n"
_BREAK = re.compile(rb"[\t\v\f\r ]+")
_HEREDOC = re.compile(rb"^(\d*)<<(-?)([^<]*)$", re.S)
_WITH_HEREDOC = {"ADD", "COPY", "RUN"}
_JSON_FORMS = {"ADD", "COPY", "RUN", "CMD", "ENTRYPOINT", "SHELL", "VOLUME"}
_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')


class Flag(NamedTuple):
    """`--name=value`; lo, hi: the value in the logical line."""

    name: str
    value: str
    lo: int
    hi: int


class Heredoc(NamedTuple):
    """A here-document. lo, hi: its lines in the file, without the closing one. word: its `<<NAME` in the line."""

    name: str
    lo: int
    hi: int
    quoted: bool
    tabs: bool
    word: tuple[int, int]


class Instruction(NamedTuple):
    """One instruction.

    name: in capitals. line: the logical line, mapped to the file: continuations, and the comments and blank lines
    within them, are gaps. lo, hi: where its arguments stand in `line`, behind the flags. trigger: the instruction
    that ONBUILD holds back; its offsets are in the same `line`.
    """

    name: str
    line: Mapped
    lo: int
    hi: int
    flags: tuple[Flag, ...]
    heredocs: tuple[Heredoc, ...]
    exec_: tuple[tuple[int, int], ...] | None
    trigger: "Instruction | None" = None

    @property
    def text(self) -> bytes:
        """The arguments."""
        return self.line.text[self.lo : self.hi]


class Document(NamedTuple):
    """A whole file. comments: (lo, hi) in the file. problems: (lo, hi, message)."""

    instructions: list[Instruction]
    escape: bytes
    directives: dict[str, str]
    comments: list[tuple[int, int]]
    problems: list[tuple[int, int, str]]


class _Lines:
    """Reads physical lines; a line is (start, end) without its line break."""

    def __init__(self, source: bytes) -> None:
        self.source, self.at = source, 0

    def next(self) -> tuple[int, int, int] | None:
        """(start, end without break, start of the next line)."""
        if self.at >= len(self.source):
            return None
        start = self.at
        end = self.source.find(b"\n", start)
        self.at = len(self.source) if end < 0 else end + 1
        stop = self.at
        while stop > start and self.source[stop - 1] in b"\r\n":
            stop -= 1
        return start, stop, self.at


def parse(source: bytes) -> Document:
    """Every instruction of a Dockerfile, in order. Never raises."""
    lines = _Lines(source)
    document = Document([], b"\\", {}, [], [])
    escape, open_ = b"\\", True
    while (line := lines.next()) is not None:
        start, end, _ = line
        if start == 0 and source.startswith(b"\xef\xbb\xbf"):
            start = 3
        start = _lstrip(source, start, end)
        raw = source[start:end]
        if open_:
            match = _DIRECTIVE.match(raw)
            open_ = match is not None
            if match and match[1].lower() in _DIRECTIVES:
                document.directives[match[1].lower().decode()] = match[2].decode("utf-8", "replace")
                if match[1].lower() == b"escape" and match[2] in (b"`", b"\\"):
                    escape = match[2]
        if raw.startswith(b"#"):
            document.comments.append((start, end))
            continue
        parts, more = _continued(source, start, end, escape)
        if not raw or (not more and not parts):
            continue
        while more and (line := lines.next()) is not None:
            a, b, _ = line
            stripped = _lstrip(source, a, b)
            if stripped == b or source[stripped : stripped + 1] == b"#":
                if stripped != b:
                    document.comments.append((stripped, b))
                continue
            added, more = _continued(source, a, b, escape)
            parts += added
        _instruction(document, lines, Mapped.build([(source[a:b], a, b) for a, b in parts]), escape)
    return document._replace(escape=escape)


def _lstrip(source: bytes, start: int, end: int) -> int:
    while start < end and source[start] in _SPACE:
        start += 1
    return start


def _continued(source: bytes, start: int, end: int, escape: bytes) -> tuple[list[tuple[int, int]], bool]:
    """The line without its continuation mark, and whether it had one (a doubled mark is none)."""
    stop = end
    while stop > start and source[stop - 1] in b" \t":
        stop -= 1
    if (
        stop > start
        and source[stop - 1 : stop] == escape
        and (stop - 1 == start or source[stop - 2 : stop - 1] != escape)
    ):
        return ([(start, stop - 1)] if stop - 1 > start else []), True
    return [(start, end)] if end > start else [], False


def _instruction(document: Document, lines: _Lines, line: Mapped, escape: bytes) -> None:
    text = line.text
    lo, hi = _trim(text, 0, len(text))
    if lo == hi:
        return
    found = _split(line, lo, hi, escape)
    holder = found.trigger or found
    if holder.name in _WITH_HEREDOC and holder.exec_ is None and b"<<" in text:
        documents = tuple(_read_heredocs(document, lines, line, hi, escape))
        if found.trigger is not None:
            found = found._replace(trigger=found.trigger._replace(heredocs=documents))
        else:
            found = found._replace(heredocs=documents)
    document.instructions.append(found)


def _trim(text: bytes, lo: int, hi: int) -> tuple[int, int]:
    while lo < hi and text[lo] in _SPACE:
        lo += 1
    while hi > lo and text[hi - 1] in _SPACE:
        hi -= 1
    return lo, hi


def _split(line: Mapped, lo: int, hi: int, escape: bytes) -> Instruction:
    """The instruction in `line.text[lo:hi]`."""
    text = line.text
    match = _BREAK.search(text, lo, hi)
    name = text[lo : match.start() if match else hi].decode("utf-8", "replace").upper()
    lo, hi = _trim(text, match.end() if match else hi, hi)
    lo, flags = _flags(text, lo, hi, escape)
    lo, hi = _trim(text, lo, hi)
    trigger = _split(line, lo, hi, escape) if name == "ONBUILD" and lo < hi and _depth(text, lo) < 2 else None
    exec_ = exec_form(text, lo, hi) if name in _JSON_FORMS else None
    return Instruction(name, line, lo, hi, flags, (), exec_, trigger)


def _depth(text: bytes, lo: int) -> int:
    """How many ONBUILDs stand in front: BuildKit reads nested ones, we need no more than one."""
    return text[:lo].upper().count(b"ONBUILD")


def _flags(text: bytes, lo: int, hi: int, escape: bytes) -> tuple[int, tuple[Flag, ...]]:
    """Leading `--name=value` words (extractBuilderFlags)."""
    flags: list[Flag] = []
    at = lo
    while True:
        at, _ = _trim(text, at, hi)
        if not text.startswith(b"--", at) or at + 2 > hi:
            return at, tuple(flags)
        end = _flag_end(text, at, hi, escape)
        word = text[at:end]
        if word == b"--":
            return end, tuple(flags)
        name, equals, _ = word[2:].partition(b"=")
        value_at = at + 2 + len(name) + len(equals)
        value = re.sub(rb"['\"]", b"", text[value_at:end])
        flags.append(Flag(name.decode("utf-8", "replace"), value.decode("utf-8", "replace"), value_at, end))
        at = end


def _flag_end(text: bytes, at: int, hi: int, escape: bytes) -> int:
    quote = b""
    while at < hi:
        char = text[at : at + 1]
        if char == escape:
            at += 2
            continue
        if quote:
            quote = b"" if char == quote else quote
        elif char in (b"'", b'"'):
            quote = char
        elif char in (b" ", b"\t", b"\v", b"\f", b"\r"):
            return at
        at += 1
    return min(at, hi)


def exec_form(text: bytes, lo: int, hi: int) -> tuple[tuple[int, int], ...] | None:
    """The strings of a JSON array (with their quotes), or None if the text is none. Text behind it is ignored."""
    if text[lo : lo + 1] != b"[":
        return None
    items: list[tuple[int, int]] = []
    at = _lstrip(text, lo + 1, hi)
    if text[at : at + 1] == b"]":
        return ()
    while at < hi:
        match = _STRING.match(text, at, hi)
        if match is None:
            return None
        items.append((match.start(), match.end()))
        at = _lstrip(text, match.end(), hi)
        if text[at : at + 1] == b"]":
            return tuple(items)
        if text[at : at + 1] != b",":
            return None
        at = _lstrip(text, at + 1, hi)
    return None


def json_string(line: Mapped, lo: int, hi: int) -> Mapped:
    """The decoded JSON string at `line.text[lo:hi]` (with its quotes), mapped to the line; escapes are atoms."""
    text = line.text
    parts: list[tuple[bytes, int, int]] = []
    at = lo + 1
    while at < hi - 1:
        if text[at : at + 1] != b"\\":
            end = text.find(b"\\", at, hi - 1)
            end = hi - 1 if end < 0 else end
            parts.append((text[at:end], at, end))
        else:
            end = at + (6 if text[at + 1 : at + 2] == b"u" else 2)
            if re.match(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]", text[at : at + 12]):
                end = at + 12
            decoded = json.loads(b'"' + text[at:end] + b'"').encode("utf-8", "replace")
            parts.append((decoded, at, end))
        at = end
    return Mapped.build(parts)


def _read_heredocs(document: Document, lines: _Lines, line: Mapped, hi: int, escape: bytes) -> Iterator[Heredoc]:
    """The here-documents that a line announces; their bodies are the lines that follow."""
    bounds = shell_words(line.text, 0, hi, _SHELL_ESCAPE)
    for lo, end in bounds or []:
        match = _HEREDOC.match(line.text[lo:end])
        if match is None or not match[3]:
            continue
        inner = shell_words(match[3], 0, len(match[3]), _SHELL_ESCAPE)
        if inner is None or len(inner) != 1:
            continue
        name = unquote(match[3], _SHELL_ESCAPE)
        found = _heredoc_body(lines, name, bool(match[2]))
        if found is None:
            document.problems.append((*line.span(lo, end), "here-document is not closed"))
            return
        yield Heredoc(name.decode("utf-8", "replace"), found[0], found[1], name != match[3], bool(match[2]), (lo, end))


def _heredoc_body(lines: _Lines, name: bytes, tabs: bool) -> tuple[int, int] | None:
    start = back = lines.at
    while (line := lines.next()) is not None:
        a, b, _ = line
        content = lines.source[a:b]
        if (content.lstrip(b"\t") if tabs else content) == name:
            return start, a
    lines.at = back
    return None


def shell_words(text: bytes, lo: int, hi: int, escape: bytes) -> list[tuple[int, int]] | None:
    """The blank-separated words of a line, quotes kept together; None if a quote is not closed."""
    words: list[tuple[int, int]] = []
    at = lo
    while at < hi:
        if text[at] in _SPACE:
            at += 1
            continue
        start = at
        while at < hi and text[at] not in _SPACE:
            end = _element(text, at, hi, escape)
            if end is None:
                return None
            at = end
        words.append((start, at))
    return words


def _element(text: bytes, at: int, hi: int, escape: bytes) -> int | None:
    char = text[at : at + 1]
    if char == b"'":
        end = text.find(b"'", at + 1, hi)
        return None if end < 0 else end + 1
    if char == b'"':
        at += 1
        while at < hi and text[at : at + 1] != b'"':
            at += 2 if text[at : at + 1] == escape else 1
        return at + 1 if at < hi else None
    if char == escape:
        return min(at + 2, hi)
    if text.startswith(b"${", at):
        depth, end = 0, at + 1
        while end < hi:
            depth += {123: 1, 125: -1}.get(text[end], 0)
            end += 1
            if not depth:
                return end
        return None
    return at + 1


def unquote(text: bytes, escape: bytes) -> bytes:
    """A word without its quotes and escapes."""
    return re.sub(re.escape(escape) + rb"(.)|['\"]", lambda m: m[1] or b"", text, flags=re.S)


def value_words(text: bytes, lo: int, hi: int, escape: bytes) -> list[tuple[int, int]]:
    """The words of ENV, LABEL and ARG (parseWords): blanks split outside quotes; quotes stay."""
    words: list[tuple[int, int]] = []
    at = lo
    while at < hi:
        if text[at] in _SPACE:
            at += 1
            continue
        start, quote = at, b""
        while at < hi:
            char = text[at : at + 1]
            if not quote and text[at] in _SPACE:
                break
            if char == escape and quote != b"'":
                if at + 1 == hi and at == start:
                    return words  # BuildKit passes over an escape with nothing behind it
                at += 2
                continue
            if quote:
                quote = b"" if char == quote else quote
            elif char in (b"'", b'"'):
                quote = char
            at += 1
        at = min(at, hi)
        words.append((start, at))
    return words


def old_form(text: bytes, lo: int, hi: int, escape: bytes) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """`ENV NAME the value`: the places of name and value; None if the line is in the form NAME=value."""
    words = value_words(text, lo, hi, escape)
    if not words or b"=" in text[words[0][0] : words[0][1]]:
        return None
    match = _BREAK.search(text, lo, hi)
    if match is None:
        return (lo, hi), (hi, hi)
    return (lo, match.start()), (match.end(), hi)
