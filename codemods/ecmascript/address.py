"""The address inside a string or template: where it ends, and what follows it, as written."""

import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods.ecmascript.source import Source

_SCHEME = re.compile(rb"([a-zA-Z][a-zA-Z0-9+.-]*):(?:\\?/){2}")
_AUTHORITY = re.compile(rb"[^/?#\\\s\"'`$]*(?:\$(?!\{)[^/?#\\\s\"'`$]*)*")
_ESCAPE = re.compile(rb"\\(?:u\{?[0-9a-fA-F]+\}?|x[0-9a-fA-F]{2}|.)", re.DOTALL)
SIMPLE = ("identifier", "member_expression", "number", "string", "subscript_expression")


class Place(NamedTuple):
    """An address in a string. before/after: the bytes of the content around it. computed: a part is an expression."""

    scheme: str
    start: int
    end: int
    before: bytes
    after: bytes
    explicit: bool
    computed: bool
    open: str  # "host", "port" or "": what the literal leaves to the next operand of a concatenation


def locate(source: Source, node: Node, at: int) -> Place | str:
    """The address that begins at or around byte `at` of a string node, or why it cannot be told."""
    lo, hi = node.start_byte + 1, node.end_byte - 1
    match = next((m for m in _SCHEME.finditer(source.data, lo, hi) if m.end() >= at), None)
    if match is None or match.start() > max(at, lo):
        return "its scheme is not written in the same string"
    scheme = match.group(1).decode().lower()
    end, computed, fault = _authority_end(source, node, match.end(), hi)
    if fault:
        return fault
    authority = source.data[match.end() : end]
    if b"@" in authority:
        return "it holds credentials"
    host, _, port = authority.rpartition(b":") if re.search(rb":[^\]]*$", authority) else (authority, b"", b"")
    opened = "" if end < hi else "host" if not authority else "port" if authority.endswith(b":") else ""
    if port and not computed and not port.isdigit():
        return "its port is no number"
    if not host and not opened:
        return "its host is not written out"
    return Place(scheme, match.start(), end, source.data[lo : match.start()], source.data[end:hi],
                 bool(port), computed, opened)  # fmt: skip


def _authority_end(source: Source, node: Node, at: int, hi: int) -> tuple[int, bool, str]:
    """Where host and port end. A substitution directly after `://` or `:` belongs to them."""
    parts = {child.start_byte: child for child in node.named_children if child.type == "template_substitution"}
    computed = False
    start = at
    while True:
        match = _AUTHORITY.match(source.data, at, hi)
        at = match.end() if match is not None else at
        escape = _ESCAPE.match(source.data, at, hi) if node.type == "string" else None
        if escape is not None and escape.group() != b"\\/":
            return at, computed, "it is written with escapes"
        inside = parts.get(at)
        if inside is None or (source.data[at - 1 : at] != b":" and at != start):
            return at, computed, ""
        if len(inside.named_children) != 1 or not _simple(inside.named_children[0]):
            return at, computed, "its port is computed by more than a name"
        at, computed = inside.end_byte, True


def _simple(node: Node | None) -> bool:
    """A name, or a name with a literal default: nothing is lost when it is no longer evaluated."""
    if node is None:
        return False
    if node.type in ("binary_expression", "parenthesized_expression"):
        return all(_simple(child) for child in node.named_children)
    return node.type in SIMPLE


def simple(node: Node | None) -> bool:
    """Whether an expression may be dropped without losing an effect."""
    return _simple(node)
