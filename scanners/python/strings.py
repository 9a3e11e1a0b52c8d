"""Python strings as decoded text: prefixes, escapes, f-string fields, implicit and explicit concatenation as one unit.

Format: https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals. What is filled in at run
time stands as `{expression}`, without the characters that would end an address.
"""

import re
import unicodedata
from typing import NamedTuple

from tree_sitter import Node

from unmoor.text.mapped import Mapped

_OPEN = re.compile(rb"([a-zA-Z]*)('''|\"\"\"|'|\")")
_ESCAPE = re.compile(
    rb"\\(?:\r\n|[\n\r]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)", re.S
)
_NEWLINE = re.compile(rb"\r\n?")
_SIMPLE = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
    b"\\": b"\\",
    b"'": b"'",
    b'"': b'"',
}
_UNFIT = re.compile(rb"[\s\"'{}`<>|\\^$]+")
_QUOTES = {b"'": "single", b'"': "double", b"'''": "triple-single", b'"""': "triple-double"}

Part = tuple[bytes, int, int]


class Text(NamedTuple):
    """A decoded string expression. lo, hi: all of it; `layer`: how it is written; `computed`: holds run-time parts."""

    lo: int
    hi: int
    mapped: Mapped
    layer: str
    computed: bool
    pieces: int

    @property
    def value(self) -> str:
        """The decoded text."""
        return self.mapped.text.decode("utf-8", "replace")


def outermost(node: Node) -> Node:
    """The whole expression that a string is a piece of: implicit concatenation and chains of `+`."""
    current = node
    while current.parent is not None:
        above = current.parent
        if above.type == "concatenated_string" or _plus(above) or _in_brackets(above):
            current = above
        else:
            break
    return current


def _in_brackets(node: Node) -> bool:
    return node.type == "parenthesized_expression" and node.parent is not None and _plus(node.parent)


def _plus(node: Node) -> bool:
    if node.type != "binary_operator":
        return False
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "+"


def decode(source: bytes, node: Node) -> Text:
    """A string, a concatenation or a chain of `+`, decoded."""
    parts: list[Part] = []
    layers: list[str] = []
    computed = False
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "string":
            layer, filled = _string(source, current, parts)
            layers.append(layer)
            computed = computed or filled
        elif current.type in ("concatenated_string", "parenthesized_expression"):
            stack.extend(reversed(current.named_children))
        elif _plus(current):
            stack.extend(reversed([child for child in current.named_children if child.type != "comment"]))
        elif current.type != "comment":
            computed = True
            parts += _field(source, current.start_byte, current.end_byte)
    layer = layers[0] if len(layers) == 1 and node.type == "string" else "py:concat"
    return Text(node.start_byte, node.end_byte, Mapped.build(parts), layer, computed, len(layers))


def literal(source: bytes, node: Node | None) -> Text | None:
    """The text of a node that is a string (not a chain with other things in it), else None."""
    if node is None:
        return None
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return decode(source, node) if node.type in ("string", "concatenated_string") else None


def _string(source: bytes, node: Node, parts: list[Part]) -> tuple[str, bool]:
    """Append the decoded parts of one literal; (layer, whether it has fields)."""
    opening = _OPEN.match(source, node.start_byte, node.end_byte)
    if opening is None:
        return "py:double", False
    prefix, quote = opening.group(1).lower(), opening.group(2)
    lo, hi = opening.end(), node.end_byte
    if hi - lo >= len(quote) and source[hi - len(quote) : hi] == quote:
        hi -= len(quote)
    fields = (
        [child for child in node.named_children if child.type == "interpolation"]
        if b"f" in prefix or b"t" in prefix
        else []
    )
    raw, formatted = b"r" in prefix, b"f" in prefix or b"t" in prefix
    at = lo
    for field in fields:
        _plain(source, at, field.start_byte, raw, b"b" in prefix, formatted, parts)
        parts += _field(source, field.start_byte + 1, field.end_byte - 1, field.start_byte, field.end_byte)
        at = field.end_byte
    _plain(source, at, hi, raw, b"b" in prefix, formatted, parts)
    words = [w for w, on in (("f", formatted), ("raw", raw), ("bytes", b"b" in prefix)) if on]
    return "py:" + "-".join([*words, _QUOTES[quote]]), bool(fields)


def _field(source: bytes, lo: int, hi: int, start: int | None = None, end: int | None = None) -> list[Part]:
    """What is filled in at run time, as one atom (two parts, so that no part is as long as its source)."""
    start, end = lo if start is None else start, hi if end is None else end
    inner = b"{" + (_UNFIT.sub(b"", source[lo:hi][:200]) or b"_") + b"}"
    if inner == source[start:end] or len(inner) != end - start:
        return [(inner, start, end)]
    return [(inner[:1], start, start), (inner[1:], start, end)]


def _plain(source: bytes, lo: int, hi: int, raw: bool, as_bytes: bool, formatted: bool, parts: list[Part]) -> None:
    text = source[lo:hi]
    special = (b"\\" in text and not raw) or (formatted and (b"{{" in text or b"}}" in text)) or b"\r" in text
    if not special:
        parts.append((text, lo, hi))
        return
    pattern = rb"\r\n?" if raw else _ESCAPE.pattern + rb"|\r\n?"
    if formatted:
        pattern += rb"|\{\{|\}\}"
    at = lo
    for match in re.compile(pattern, re.S).finditer(source, lo, hi):
        parts.append((source[at : match.start()], at, match.start()))
        decoded = _decoded(match.group(), as_bytes)
        parts.append((decoded, match.start(), match.end()))
        at = match.end()
    parts.append((source[at:hi], at, hi))


def _decoded(token: bytes, as_bytes: bool) -> bytes:
    if token[:1] != b"\\":
        return b"\n" if token[:1] == b"\r" else token[:1]
    code = token[1:]
    if code in _SIMPLE:
        return _SIMPLE[code]
    if code[:1] in (b"\n", b"\r"):
        return b""
    if code[:1] in b"01234567":
        return _character(int(code, 8), as_bytes)
    if code[:1] == b"x" and len(code) == 3:
        return _character(int(code[1:], 16), as_bytes)
    if as_bytes:
        return token
    if code[:1] in (b"u", b"U") and len(code) in (5, 9):
        return _character(int(code[1:], 16), False)
    if code[:2] == b"N{":
        try:
            return unicodedata.lookup(code[2:-1].decode("ascii", "replace")).encode()
        except KeyError:
            return token
    return token


def _character(number: int, as_bytes: bool) -> bytes:
    if as_bytes:
        return bytes([number & 0xFF])
    return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"
