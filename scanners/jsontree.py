"""JSON, JSONC and the harmless half of JSON5 into located values.

An own reader, as real files hold comments, trailing commas, raw tabs, nothing at all, or several documents; a broken
place loses itself and not the file.
"""

import re

from unmoor.scanners.values import MOST_DEPTH, NO_KEY, Part, Value, spread_size

_TOKEN = re.compile(
    rb"""[\s\xa0]+|\xef\xbb\xbf"""
    rb"""|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|\#[^\n]*)"""
    rb"""|"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>(?:[^'\\\n]|\\.)*)'"""
    rb"""|(?P<mark>[{}\[\]:,])"""
    rb"""|(?P<word>[^\s{}\[\]:,"'/]+)|(?P<other>.)""",
    re.S,
)
_ESCAPE = re.compile(rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.S)
_SHORT = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"\n": b""}
_NUMBER = re.compile(rb"[-+]?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$")


def string_parts(source: bytes, lo: int, hi: int) -> list[Part] | None:
    """The parts of a string at `source[lo:hi]` (without quotes), each escape an atom; None if it holds none."""
    if source.find(b"\\", lo, hi) < 0:
        return None
    parts: list[Part] = []
    at = lo
    for match in _ESCAPE.finditer(source, lo, hi):
        parts += [(source[at : match.start()], at, match.start()), (_escaped(match), match.start(), match.end())]
        at = match.end()
    parts.append((source[at:hi], at, hi))
    return parts


def _escaped(match: "re.Match[bytes]") -> bytes:
    high, low, single, short = match.groups()
    if high:
        code = 0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00
        return chr(code).encode()
    if single:
        return chr(int(single, 16)).encode("utf-8", "replace")
    return _SHORT.get(short, short)


class _Reader:
    """A parser of one text with its own stack: nesting is bounded, never recursive."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.roots: list[Value] = []
        self.problems: list[tuple[int, int, str]] = []
        self.open: list[tuple[Value, list[Value]]] = []  # containers, each with the key that waits for its value
        self.skipped = 0  # containers below the depth limit

    def read(self) -> None:
        """Fill roots and problems."""
        for token in _TOKEN.finditer(self.source):
            kind = token.lastgroup
            if kind is None or kind == "comment":
                continue
            if self.skipped:
                self._skip(token.group("mark"))
            elif kind == "mark":
                self._mark(token.group(), token.start())
            elif kind == "other":
                self._wrong(token.start(), token.end(), "unexpected character")
            else:
                self._scalar(kind, token)
        while self.open:
            container = self.open[-1][0]
            self._wrong(container.lo, container.lo + 1, f"{container.kind} never closed")
            self._close(len(self.source))

    def _skip(self, mark: bytes | None) -> None:
        if mark in (b"{", b"["):
            self.skipped += 1
        elif mark in (b"}", b"]"):
            self.skipped -= 1

    def _wrong(self, lo: int, hi: int, message: str) -> None:
        if len(self.problems) < 20:
            self.problems.append((lo, hi, message))

    def _mark(self, mark: bytes, at: int) -> None:
        if mark in (b"{", b"["):
            if len(self.open) >= MOST_DEPTH:
                self._wrong(at, at + 1, "nested too deeply")
                self.skipped = 1
                return
            kind = "map" if mark == b"{" else "seq"
            value = Value(kind, "", at, at, "flow", "json:flow")
            self._place(value)
            self.open.append((value, []))
        elif mark in (b"}", b"]"):
            kind = "map" if mark == b"}" else "seq"
            if not any(container.kind == kind for container, _ in self.open):
                self._wrong(at, at + 1, "closing bracket without an opening one")
                return
            while self.open[-1][0].kind != kind:
                self._wrong(self.open[-1][0].lo, at, "brackets do not match")
                self._close(at)
            self._close(at + 1)

    def _close(self, hi: int) -> None:
        container, key = self.open.pop()
        if key:
            container.items.append((key.pop(), Value("null", "", hi - 1, hi - 1, "plain", "json:plain")))
        container.hi = hi
        spread_size(container)

    def _scalar(self, kind: str, token: "re.Match[bytes]") -> None:
        if kind == "word":
            value = self._word(token)
        else:
            lo, hi = token.span(kind)
            parts = string_parts(self.source, lo, hi)
            raw = self.source[lo:hi] if parts is None else b"".join([part[0] for part in parts])
            value = Value("str", raw.decode("utf-8", "replace"), lo, hi, kind, f"json:{kind}")
            value.parts = parts
        self._place(value)

    def _word(self, token: "re.Match[bytes]") -> Value:
        text = token.group()
        number = _NUMBER.match(text)
        kind = "null" if text == b"null" else "bool" if text in (b"true", b"false") else "str"
        if number:
            kind = "float" if number.group(2) or number.group(3) else "int"
        elif kind == "str" and not (self.open and self.open[-1][0].kind == "map" and not self.open[-1][1]):
            self._wrong(*token.span(), "a word that is no value")
        return Value(kind, text.decode("utf-8", "replace"), *token.span(), "plain", "json:plain")

    def _place(self, value: Value) -> None:
        """Put a value where the text stands: as a root, an item, a key, or the value of the waiting key."""
        if not self.open:
            self.roots.append(value)
            return
        container, key = self.open[-1]
        if container.kind == "seq":
            container.items.append((NO_KEY, value))
        elif key:
            container.items.append((key.pop(), value))
        elif value.scalar:
            key.append(value)
        else:
            self._wrong(value.lo, value.lo + 1, "a container as a key")
            container.items.append((NO_KEY, value))


def read(source: bytes) -> tuple[list[Value], list[tuple[int, int, str]]]:
    """The documents of a JSON text (usually one) and what could not be read, as (lo, hi, message)."""
    reader = _Reader(source)
    reader.read()
    return reader.roots, reader.problems
