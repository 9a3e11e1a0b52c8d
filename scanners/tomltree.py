"""TOML into located values (https://toml.io/en/v1.0.0): a light reader, as the standard library gives no places."""

import re

from unmoor.scanners.jsontree import string_parts
from unmoor.scanners.values import MOST_DEPTH, NO_KEY, Part, Value, spread_size

_SPACE = re.compile(rb"[ \t]*")
_GAP = re.compile(rb"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(rb"[A-Za-z0-9_-]+")
_STRING = re.compile(
    rb"\"\"\"(?P<multi>(?:[^\\]|\\.)*?\"{0,2})\"\"\"(?!\")|'''(?P<raw>.*?'{0,2})'''(?!')"
    rb"|\"(?P<double>(?:[^\"\\\r\n]|\\[^\r\n])*)\"|'(?P<literal>[^'\r\n]*)'",
    re.S,
)
_WORD = re.compile(rb"[\w.+:-]+(?: \d\d:[\w.+:-]+)?")
_FIRST_BREAK = re.compile(rb"\r?\n")
_CRLF = re.compile(rb"\r\n")
_SPECIAL = re.compile(rb"\\\\|\\[ \t]*\r?\n[ \t\r\n]*|\\U[0-9a-fA-F]{8}|\\e|\r\n")


class _Broken(Exception):  # noqa: N818 - a signal inside this module, never an error of its callers
    """The text from `at` on is no TOML; the reader goes on at the next line."""

    def __init__(self, at: int) -> None:
        self.at = at


class _Reader:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.at = 3 if source.startswith(b"\xef\xbb\xbf") else 0
        self.root = Value("map", "", self.at, len(source), "block", "toml:table")
        self.table = self.root
        self.problems: list[tuple[int, int, str]] = []

    def read(self) -> None:
        """Fill root and problems."""
        while True:
            self._skip(_GAP)
            start = self.at
            if start >= len(self.source):
                return
            try:
                if self.source[start : start + 1] == b"[":
                    self._header()
                else:
                    self._pair(self.table, 0)
                self._skip(_SPACE)
                if self.source[self.at : self.at + 1] not in (b"", b"\r", b"\n", b"#"):
                    raise _Broken(self.at)
            except _Broken as broken:
                end = self.source.find(b"\n", max(broken.at, start))
                self.at = len(self.source) if end < 0 else end + 1
                if len(self.problems) < 20:
                    self.problems.append((start, self.at, "not TOML"))

    def _skip(self, pattern: "re.Pattern[bytes]") -> None:
        match = pattern.match(self.source, self.at)
        self.at = match.end() if match else self.at

    def _take(self, mark: bytes) -> None:
        if self.source[self.at : self.at + len(mark)] != mark:
            raise _Broken(self.at)
        self.at += len(mark)

    def _header(self) -> None:
        """`[a.b]` and `[[a.b]]`."""
        many = self.source[self.at : self.at + 2] == b"[["
        self._take(b"[[" if many else b"[")
        keys = self._keys()
        self._take(b"]]" if many else b"]")
        owner = self._descend(self.root, keys[:-1])
        if not many:
            self.table = self._descend(owner, keys[-1:])
            return
        found = next((value for key, value in owner.items if key.text == keys[-1].text and value.kind == "seq"), None)
        if found is None:
            found = Value("seq", "", keys[-1].lo, keys[-1].hi, "block", "toml:array")
            owner.items.append((keys[-1], found))
        self.table = Value("map", "", keys[-1].lo, keys[-1].hi, "block", "toml:table")
        found.items.append((NO_KEY, self.table))

    def _descend(self, owner: Value, keys: list[Value]) -> Value:
        """The table at a path, made where it is missing; of an array of tables the last."""
        for key in keys:
            found = next((value for name, value in owner.items if name.text == key.text), None)
            if found is not None and found.kind == "seq" and found.items:
                found = found.items[-1][1]
            if found is None or found.kind != "map":
                found = Value("map", "", key.lo, key.hi, "block", "toml:table")
                owner.items.append((key, found))
            owner = found
        return owner

    def _keys(self) -> list[Value]:
        keys: list[Value] = []
        while True:
            self._skip(_SPACE)
            bare = _BARE.match(self.source, self.at)
            if bare:
                keys.append(Value("str", bare.group().decode(), *bare.span(), "plain", "toml:bare"))
                self.at = bare.end()
            else:
                keys.append(self._string())
            self._skip(_SPACE)
            if self.source[self.at : self.at + 1] != b".":
                return keys
            self.at += 1

    def _pair(self, owner: Value, depth: int) -> None:
        keys = self._keys()
        self._take(b"=")
        self._skip(_SPACE)
        value = self._value(depth)
        self._descend(owner, keys[:-1]).items.append((keys[-1], value))

    def _value(self, depth: int) -> Value:
        mark = self.source[self.at : self.at + 1]
        if depth > MOST_DEPTH:
            raise _Broken(self.at)
        if mark in (b'"', b"'"):
            return self._string()
        if mark in (b"[", b"{"):
            return self._container(mark, depth)
        word = _WORD.match(self.source, self.at)
        if word is None:
            raise _Broken(self.at)
        self.at = word.end()
        text = word.group().decode("utf-8", "replace")
        return Value(_kind(text), text, *word.span(), "plain", "toml:plain")

    def _container(self, mark: bytes, depth: int) -> Value:
        end = b"]" if mark == b"[" else b"}"
        kind = "seq" if mark == b"[" else "map"
        value = Value(kind, "", self.at, self.at, "flow", "toml:flow")
        self.at += 1
        while True:
            self._skip(_GAP)
            if self.source[self.at : self.at + 1] == end:
                break
            if kind == "seq":
                value.items.append((NO_KEY, self._value(depth + 1)))
            else:
                self._pair(value, depth + 1)
            self._skip(_GAP)
            if self.source[self.at : self.at + 1] == b",":
                self.at += 1
            elif self.source[self.at : self.at + 1] != end:
                raise _Broken(self.at)
        self.at += 1
        value.hi = self.at
        spread_size(value)
        return value

    def _string(self) -> Value:
        match = _STRING.match(self.source, self.at)
        if match is None:
            raise _Broken(self.at)
        self.at = match.end()
        style = str(match.lastgroup)
        lo, hi = match.span(style)
        first = _FIRST_BREAK.match(self.source, lo) if style in ("multi", "raw") else None
        lo = min(first.end(), hi) if first else lo
        parts = _parts(self.source, lo, hi, style in ("multi", "double"))
        raw = self.source[lo:hi] if parts is None else b"".join([part[0] for part in parts])
        value = Value("str", raw.decode("utf-8", "replace"), lo, hi, style, f"toml:{style}")
        value.parts = parts
        return value


def _parts(source: bytes, lo: int, hi: int, escapes: bool) -> list[Part] | None:
    """Escapes as in JSON and TOML's own: `\\U0001F600`, `\\e`, a backslash that joins lines; CRLF is one newline."""
    if source.find(b"\\", lo, hi) < 0 and source.find(b"\r", lo, hi) < 0:
        return None
    parts: list[Part] = []
    at = lo
    for match in (_SPECIAL if escapes else _CRLF).finditer(source, lo, hi):
        if match.group() == b"\\\\":
            continue
        parts += _short(source, at, match.start(), escapes)
        parts.append((_special(match.group()), match.start(), match.end()))
        at = match.end()
    return parts + _short(source, at, hi, escapes)


def _short(source: bytes, lo: int, hi: int, escapes: bool) -> list[Part]:
    found = string_parts(source, lo, hi) if escapes else None
    return [(source[lo:hi], lo, hi)] if found is None else found


def _special(text: bytes) -> bytes:
    if text == b"\r\n":
        return b"\n"
    if text[1:2] == b"U":
        return _character(int(text[2:], 16))
    return b"\x1b" if text[1:2] == b"e" else b""


def _character(code: int) -> bytes:
    return chr(code).encode("utf-8", "replace") if code < 0x110000 else b"?"


def _kind(text: str) -> str:
    if text in ("true", "false"):
        return "bool"
    if re.match(r"[-+]?(\d[\d_]*|0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+)$", text):
        return "int"
    return "float" if re.match(r"[-+]?(\d[\d_]*)?(\.\d[\d_]*)?([eE][-+]?\d+)?$|[-+]?(inf|nan)$", text) else "str"


def read(source: bytes) -> tuple[Value, list[tuple[int, int, str]]]:
    """The root table of a TOML text and what could not be read, as (lo, hi, message)."""
    reader = _Reader(source)
    reader.read()
    return reader.root, reader.problems
