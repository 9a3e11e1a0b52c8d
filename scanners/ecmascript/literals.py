"""Decoding of literals: what a string, template, concatenation, JSX attribute or JSX text says, mapped to its bytes.

Escapes after ECMA-262 §12.9.4, entities after the JSX specification (HTML named and numeric references, no JS escapes).
Substitutions stay as they are written (`${x}`); an operand of `+` that is no literal becomes one.
"""

import html
import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.scanners.ecmascript.source import Source
from unmoor.text.mapped import Mapped

_ESCAPE = re.compile(
    rb"\\(?:(\r\n|[\n\r]|\xe2\x80[\xa8\xa9])|u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})(?:\\u(d[c-fC-F][0-9A-Fa-f]{2}))?"
    rb"|x([0-9A-Fa-f]{2})|([0-3]?[0-7]{1,2})|([\xc0-\xff][\x80-\xbf]+|[\x00-\xff]))",
    re.IGNORECASE,
)
_ENTITY = re.compile(rb"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SINGLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_LAYERS = {39: "js:single", 34: "js:double", 96: "js:template"}
MOST_PARTS = 2000
Part = tuple[bytes, int, int]


class Literal(NamedTuple):
    """A decoded literal. holes: byte ranges (of the unit's text) that are computed. layer: how it is written."""

    text: Mapped
    layer: str
    holes: tuple[tuple[int, int], ...] = ()

    @property
    def value(self) -> str:
        """The decoded text."""
        return self.text.text.decode("utf-8", "replace")


def literal(source: Source, node: Node, jsx: bool = False) -> Literal | None:
    """The decoded literal that a node is; None if it is none. jsx: the string is the value of a JSX attribute."""
    if node.type == "string":
        if jsx:
            return Literal(_entities(source.text, node.start_byte + 1, _inner_end(source, node)), "jsx:attribute")
        layer = _LAYERS.get(source.text[node.start_byte], "js:double")
        return Literal(_escapes(source.text, node.start_byte + 1, _inner_end(source, node)), layer)
    if node.type in ("template_string", "template_literal_type"):
        return _template(source, node)
    if node.type == "jsx_text":
        return Literal(_entities(source.text, node.start_byte, node.end_byte), "jsx:text")
    if node.type == "binary_expression":
        return _concatenation(source, node)
    return None


def plain(source: Source, node: Node | None) -> str | None:
    """The text of a literal with nothing computed in it (also a number); None if the node is none."""
    if node is None:
        return None
    if node.type == "number":
        return source.name(node)
    found = literal(source, node) if node.type in ("string", "template_string") else None
    return None if found is None or found.holes else found.value


def _inner_end(source: Source, node: Node) -> int:
    """Where the text inside the quotes ends; an unclosed string has no closing quote."""
    closed = node.end_byte - node.start_byte > 1 and source.text[node.end_byte - 1] == source.text[node.start_byte]
    return node.end_byte - 1 if closed else node.end_byte


def _escapes(text: bytes, start: int, end: int) -> Mapped:
    return Mapped.build(_escape_parts(text, start, end))


def _escape_parts(text: bytes, start: int, end: int) -> list[Part]:
    if text.find(b"\\", start, end) < 0:
        return [(text[start:end], start, end)]
    parts: list[Part] = []
    at = start
    for match in _ESCAPE.finditer(text, start, end):
        parts.append((text[at : match.start()], at, match.start()))
        parts.append((_unescape(match), match.start(), match.end()))
        at = match.end()
    parts.append((text[at:end], at, end))
    return parts


def _unescape(match: "re.Match[bytes]") -> bytes:
    newline, braced, unit, low, byte, octal, other = match.groups()
    if newline:
        return b""
    if octal:
        return chr(int(octal, 8)).encode()
    if other:
        return _SINGLE.get(other, other)
    point = int(braced or unit or byte, 16)
    if low and 0xD800 <= point < 0xDC00:
        return chr(0x10000 + ((point - 0xD800) << 10) + int(low, 16) - 0xDC00).encode()
    decoded = "\ufffd" if point > 0x10FFFF or 0xD800 <= point < 0xE000 else chr(point)
    return (decoded + ("\ufffd" if low else "")).encode()


def _entities(text: bytes, start: int, end: int) -> Mapped:
    parts: list[Part] = []
    at = start
    for match in _ENTITY.finditer(text, start, end):
        decoded = html.unescape(match.group().decode("ascii")).encode("utf-8", "replace")
        if decoded != match.group():
            parts += [(text[at : match.start()], at, match.start()), (decoded, match.start(), match.end())]
            at = match.end()
    return Mapped.build([*parts, (text[at:end], at, end)])


def _template(source: Source, node: Node) -> Literal:
    parts, holes = _template_parts(source, node)
    return Literal(Mapped.build(parts), "js:template", tuple(holes))


def _template_parts(source: Source, node: Node) -> tuple[list[Part], list[tuple[int, int]]]:
    parts: list[Part] = []
    holes: list[tuple[int, int]] = []
    at, end = node.start_byte + 1, _inner_end(source, node)
    for child in node.named_children:
        if child.type in ("template_substitution", "template_type"):
            parts += _cooked(source.text, at, child.start_byte)
            parts.append((source.of(child), child.start_byte, child.end_byte))
            holes.append((child.start_byte, child.end_byte))
            at = child.end_byte
    return [*parts, *_cooked(source.text, at, max(at, end))], holes


def _cooked(text: bytes, start: int, end: int) -> list[Part]:
    """Escapes of a template; a line break in it is a line feed, however the file ends its lines."""
    if text.find(b"\r", start, end) < 0:
        return _escape_parts(text, start, end)
    parts: list[Part] = []
    at = start
    for match in re.finditer(rb"(?<!\\)\r\n?", text[start:end]):
        lo, hi = start + match.start(), start + match.end()
        parts += [*_escape_parts(text, at, lo), (b"\n", lo, hi)]
        at = hi
    return [*parts, *_escape_parts(text, at, end)]


def _concatenation(source: Source, node: Node) -> Literal | None:
    """`a + 'b' + c`; None if no operand is a string or there are too many."""
    operands = _operands(node)
    parts: list[Part] = []
    holes: list[tuple[int, int]] = []
    strings = 0
    for operand in operands:
        if operand.type == "string":
            parts += _escape_parts(source.text, operand.start_byte + 1, _inner_end(source, operand))
            strings += 1
        elif operand.type == "template_string":
            more, inner = _template_parts(source, operand)
            parts, holes, strings = parts + more, holes + inner, strings + 1
        else:
            parts.append((b"${" + source.of(operand) + b"}", operand.start_byte, operand.end_byte))
            holes.append((operand.start_byte, operand.end_byte))
    return Literal(Mapped.build(parts), "js:concat", tuple(holes)) if strings else None


def _operands(node: Node) -> list[Node]:
    """The operands of a left-leaning chain of `+`, left to right; at most the last `MOST_PARTS`."""
    found: list[Node] = []
    current: Node | None = node
    while current is not None and len(found) < MOST_PARTS:
        if not is_sum(current):
            found.append(current)
            break
        right = current.child_by_field_name("right")
        if right is not None:
            found.append(right)
        current = current.child_by_field_name("left")
    return [operand for operand in reversed(found) if operand.type != "comment"]


def spine(node: Node) -> set[int]:
    """The ids of a sum and of the sums on its left: what one decoded concatenation has read."""
    found: set[int] = set()
    current: Node | None = node
    while current is not None and is_sum(current):
        found.add(current.id)
        current = current.child_by_field_name("left")
    return found


def is_sum(node: Node) -> bool:
    """Whether a node is `a + b`."""
    if node.type != "binary_expression":
        return False
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "+"
