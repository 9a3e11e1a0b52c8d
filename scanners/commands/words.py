"""Words of a command line: decoded text that knows its quotes, its expansions and the bytes it came from."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from unmoor.model.facts import Declaration, DeclarationKind, Reference, ReferenceKind, Role
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

LANGUAGE = "shell"
_ESCAPES = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
    b"e": b"\x1b",
    b"E": b"\x1b",
    b"\\": b"\\",
    b"'": b"'",
    b'"': b'"',
    b"?": b"?",
}
_SPECIAL = re.compile(rb"['\"$`\\]")
_SPECIAL_INSIDE = re.compile(rb"[$`\\]")
_NAME = re.compile(rb"\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])")


class Piece(NamedTuple):
    """`text[lo:hi]` of a word, written as `layer`: shell:word, shell:single, shell:double, shell:ansi."""

    lo: int
    hi: int
    layer: str


class Hole(NamedTuple):
    """An expansion at `text[lo:hi]` of a word. kind: "parameter", "command" or "arithmetic"."""

    lo: int
    hi: int
    kind: str


class Word(NamedTuple):
    """One word of a command.

    unit: the decoded word; its layers are those of the text around it. value: the same as a string, with expansions as
    they are written. lo, hi: where it stands in the text it was read from, with its quotes. Offsets of pieces, holes
    and methods are bytes of the decoded word.
    """

    unit: Unit
    value: str
    lo: int
    hi: int
    pieces: tuple[Piece, ...] = ()
    holes: tuple[Hole, ...] = ()

    @property
    def dynamic(self) -> bool:
        """Whether an expansion stands in it, so that its value is not known."""
        return bool(self.holes)

    @property
    def size(self) -> int:
        """Length of the decoded word in bytes."""
        return len(self.unit.text.text)

    @property
    def layer(self) -> str:
        """How the whole word is written."""
        return self.layer_at(0, self.size)

    def layer_at(self, lo: int, hi: int) -> str:
        """How `text[lo:hi]` is written; "shell:mixed" if it spans several quotings."""
        for piece in self.pieces:
            if piece.lo <= lo and hi <= piece.hi:
                return piece.layer
        return "shell:mixed" if self.pieces else ""

    def offset(self, at: int) -> int:
        """Byte offset of a character offset of `value`."""
        return at if self.value.isascii() else len(self.value[:at].encode("utf-8", "replace"))

    def part(self, lo: int, hi: int | None = None) -> "Word":
        """The word made of the characters `value[lo:hi]`."""
        end = len(self.value) if hi is None else hi
        a, b = self.offset(lo), self.offset(end)
        pieces = tuple(Piece(max(p.lo, a) - a, min(p.hi, b) - a, p.layer) for p in self.pieces if p.lo < b and a < p.hi)
        holes = tuple(Hole(max(h.lo, a) - a, min(h.hi, b) - a, h.kind) for h in self.holes if h.lo < b and a < h.hi)
        unit = structs.replace(self.unit, text=self.unit.text.slice(a, b))
        return Word(unit, self.value[lo:end], self.lo, self.hi, pieces, holes)

    def reference(self, kind: ReferenceKind, role: Role, **more: object) -> Reference:
        """A reference to what the whole word names."""
        return self.unit.reference(kind, 0, self.size, self.value, role, LANGUAGE, self.layer, **more)

    def declaration(self, kind: DeclarationKind, name: str, value: str | None, **more: object) -> Declaration:
        """A declaration at the whole word."""
        layers = (*self.unit.layers, self.layer) if self.layer else self.unit.layers
        return self.unit.declaration(kind, 0, self.size, name, value, LANGUAGE, layers=layers, **more)


def plain_word(unit: Unit, lo: int, hi: int, layer: str = "") -> Word:
    """A word that is written as it is meant: an item of an exec form, a part of a line in another syntax."""
    part = structs.replace(unit, text=unit.text.slice(lo, hi))
    pieces = (Piece(0, hi - lo, layer),) if layer else ()
    return Word(part, part.text.text.decode("utf-8", "replace"), lo, hi, pieces)


def shell_word(unit: Unit, lo: int, hi: int, masked: bytes | None = None) -> Word:
    """The word written at `unit.text.text[lo:hi]`; `masked` is the same text with foreign templates overwritten."""
    lexer = _Lexer(unit.text.text, masked or unit.text.text, lo, hi)
    lexer.run()
    text = Mapped.build(lexer.parts)
    inner = structs.replace(unit, text=unit.text.compose(text))
    return Word(inner, text.text.decode("utf-8", "replace"), lo, hi, tuple(lexer.pieces), tuple(lexer.holes))


def quoted_text(unit: Unit, lo: int, hi: int, layer: str, masked: bytes | None = None) -> Word:
    """A text with expansions but without quotes, such as the body of a heredoc (`layer` "shell:heredoc")."""
    lexer = _Lexer(unit.text.text, masked or unit.text.text, lo, hi)
    lexer.inside(lo, hi, layer)
    text = Mapped.build(lexer.parts)
    inner = structs.replace(unit, text=unit.text.compose(text))
    return Word(inner, text.text.decode("utf-8", "replace"), lo, hi, tuple(lexer.pieces), tuple(lexer.holes))


def split(unit: Unit, lo: int = 0, hi: int | None = None) -> list[Word]:
    """The words of a simple command line, by blanks outside quotes and expansions."""
    text = unit.text.text
    end = len(text) if hi is None else hi
    return [shell_word(unit, a, b) for a, b in _bounds(text, lo, end)]


def _bounds(text: bytes, lo: int, hi: int) -> Iterator[tuple[int, int]]:
    at = lo
    while at < hi:
        if text[at] in b" \t\r\n":
            at += 1
            continue
        start = at
        while at < hi and text[at] not in b" \t\r\n":
            at = min(skip(text, at, hi), hi)
        yield start, at


def skip(text: bytes, at: int, hi: int) -> int:
    """The offset behind the character, quoted string or expansion that begins at `at`."""
    char = text[at : at + 1]
    if char == b"\\":
        return at + 2
    if char == b"'":
        end = text.find(b"'", at + 1, hi)
        return hi if end < 0 else end + 1
    if char == b'"':
        return _close_double(text, at + 1, hi)
    if char == b"`":
        end = text.find(b"`", at + 1, hi)
        return hi if end < 0 else end + 1
    if char == b"$":
        return skip_expansion(text, at, hi)
    return at + 1


def skip_expansion(text: bytes, at: int, hi: int) -> int:
    """The offset behind the expansion that begins with the `$` (or backtick) at `at`; `at + 1` if it is none."""
    follow = text[at + 1 : at + 2]
    if follow == b"'":
        return _close_ansi(text, at + 2, hi)
    if follow == b'"':
        return _close_double(text, at + 2, hi)
    if follow in (b"(", b"{"):
        return _close_bracket(text, at + 1, hi)
    match = _NAME.match(text, at, hi)
    return match.end() if match else at + 1


def _close_double(text: bytes, at: int, hi: int) -> int:
    while at < hi:
        char = text[at : at + 1]
        if char == b'"':
            return at + 1
        if char in (b"\\", b"`") or (char == b"$" and text[at + 1 : at + 2] not in (b"'", b'"')):
            at = skip(text, at, hi)
        else:
            at += 1
    return hi


def _close_ansi(text: bytes, at: int, hi: int) -> int:
    while at < hi and text[at : at + 1] != b"'":
        at += 2 if text[at : at + 1] == b"\\" else 1
    return min(at + 1, hi)


def _close_bracket(text: bytes, at: int, hi: int) -> int:
    """Behind the bracket that closes the one at `at`; iterative, since templates nest deeply."""
    stack: list[bytes] = []
    closing = {b"(": b")", b"{": b"}"}
    while at < hi:
        char = text[at : at + 1]
        if char == b"$" and text[at + 1 : at + 2] in closing:
            at += 1
        elif char in closing and (not stack or char == b"(" or stack[-1] == b"}"):
            stack.append(closing[char])
            at += 1
        elif stack and char == stack[-1]:
            stack.pop()
            at += 1
            if not stack:
                return at
        elif stack[-1:] == [b'"']:
            at += 2 if char == b"\\" else 1
        elif char == b'"':
            stack.append(b'"')
            at += 1
        elif char in (b"'", b"\\", b"`"):
            at = skip(text, at, hi)
        else:
            at += 1
    return hi


class _Lexer:
    """Decodes one word. `text` gives the bytes, `masked` the syntax; both have the same length."""

    def __init__(self, text: bytes, masked: bytes, lo: int, hi: int) -> None:
        self.text, self.masked, self.lo, self.hi = text, masked, lo, hi
        self.parts: list[tuple[bytes, int, int]] = []
        self.pieces: list[Piece] = []
        self.holes: list[Hole] = []
        self.at = 0

    def emit(self, decoded: bytes, start: int, end: int, layer: str) -> None:
        if not decoded:
            return
        self.parts.append((decoded, start, end))
        last = self.pieces[-1] if self.pieces else None
        if last and last.layer == layer and last.hi == self.at:
            self.pieces[-1] = Piece(last.lo, self.at + len(decoded), layer)
        else:
            self.pieces.append(Piece(self.at, self.at + len(decoded), layer))
        self.at += len(decoded)

    def plain(self, special: "re.Pattern[bytes]", at: int, hi: int, layer: str) -> int:
        """Emit what stands for itself from `at` on; returns where that ends."""
        match = special.search(self.masked, at, hi)
        stop = match.start() if match else hi
        if stop > at:
            self.emit(self.text[at:stop], at, stop, layer)
        return stop

    def hole(self, start: int, end: int, layer: str) -> None:
        raw = self.masked[start:end]
        kind = "parameter"
        if raw.startswith((b"$((", b"$[")):
            kind = "arithmetic"
        elif raw.startswith((b"$(", b"`")):
            kind = "command"
        self.holes.append(Hole(self.at, self.at + end - start, kind))
        self.emit(self.text[start:end], start, end, layer)

    def run(self) -> None:
        at, layer = self.lo, "shell:word"
        while at < self.hi:
            stop = self.plain(_SPECIAL, at, self.hi, layer)
            if stop > at:
                at = stop
                continue
            char, follow = self.masked[at : at + 1], self.masked[at + 1 : at + 2]
            end = min(skip(self.masked, at, self.hi), self.hi)
            if char == b"'":
                self.emit(self.text[at + 1 : max(end - 1, at + 1)], at + 1, max(end - 1, at + 1), "shell:single")
            elif char == b'"':
                self.inside(at + 1, max(end - 1, at + 1), "shell:double")
            elif char == b"$" and follow == b'"':
                self.inside(at + 2, max(end - 1, at + 2), "shell:double")
            elif char == b"$" and follow == b"'":
                self.ansi(at + 2, max(end - 1, at + 2))
            elif char == b"\\":
                decoded = self.text[at + 1 : end]
                self.emit(b"" if decoded == b"\n" else decoded, at, end, layer)
            elif char == b"`" or (char == b"$" and end > at + 1):
                self.hole(at, end, layer)
            else:
                self.emit(self.text[at:end], at, end, layer)
            at = end

    def inside(self, at: int, hi: int, layer: str) -> None:
        """Text in double quotes: `$`, backticks and five escapes count, all else stands for itself."""
        while at < hi:
            stop = self.plain(_SPECIAL_INSIDE, at, hi, layer)
            if stop > at:
                at = stop
                continue
            char, follow = self.masked[at : at + 1], self.masked[at + 1 : at + 2]
            if char == b"\\" and follow and (follow in b"$`\\\n" or (follow == b'"' and layer == "shell:double")):
                self.emit(b"" if follow == b"\n" else follow, at, at + 2, layer)
                at += 2
                continue
            end = at + 1
            if char == b"`" or (char == b"$" and follow not in (b"'", b'"')):
                end = min(skip(self.masked, at, hi), hi)
            if end > at + 1:
                self.hole(at, end, layer)
            else:
                self.emit(self.text[at:end], at, end, layer)
            at = end

    def ansi(self, at: int, hi: int) -> None:
        while at < hi:
            if self.masked[at : at + 1] != b"\\":
                self.emit(self.text[at : at + 1], at, at + 1, "shell:ansi")
                at += 1
                continue
            match = re.compile(
                rb"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3}))"
            ).match(self.text, at, hi)
            if match:
                self.emit(_code(match), at, match.end(), "shell:ansi")
                at = match.end()
                continue
            follow = self.text[at + 1 : min(at + 2, hi)]
            self.emit(_ESCAPES.get(follow, b"\\" + follow), at, min(at + 2, hi), "shell:ansi")
            at += 2


def _code(match: "re.Match[bytes]") -> bytes:
    byte, short, long, octal = match.groups()
    if byte or octal:
        return bytes([int(byte, 16) if byte else int(octal, 8) & 255])
    number = int(short or long, 16)
    return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"
