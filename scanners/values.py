"""Located values: the tree that YAML, JSON and TOML are read into before references are drawn from it.

Offsets are those of the unit's text; `node_of` turns a tree into `Node`s of the outer file.
"""

from collections.abc import Callable, Iterator, Sequence

from unmoor.model.facts import Node
from unmoor.model.spans import Span
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped, Segment

# (decoded bytes, start, end): what a scalar is made of, in order.
Part = tuple[bytes, int, int]

MOST_NODES = 400_000  # of one document with its aliases spelled out; a "billion laughs" file is cut here
MOST_DEPTH = 80  # no configuration nests deeper; keeps every walk within Python's stack


class Value:
    """A value of a structured document.

    kind, text, style, tag, alias: as in `Node`. lo, hi: its bytes in the unit's text, without quotes. parts: how a
    scalar was decoded, None if its text stands there byte for byte. layer: its style as a layer name ("yaml:double").
    items: (key, value) pairs of a map, ("", value) pairs of a sequence. size: nodes with aliases spelled out.
    aliases: how many `*x` stand for it elsewhere, so that an edit changes them all.
    """

    __slots__ = ("alias", "aliases", "hi", "items", "kind", "layer", "lo", "parts", "size", "style", "tag", "text")

    def __init__(self, kind: str, text: str, lo: int, hi: int, style: str = "plain", layer: str = "") -> None:
        self.kind = kind
        self.text = text
        self.lo = lo
        self.hi = hi
        self.style = style
        self.layer = layer
        self.parts: Sequence[Part] | None = None
        self.items: list[tuple[Value, Value]] = []
        self.tag = ""
        self.alias = False
        self.aliases = 0
        self.size = 1

    def behind_alias(self) -> "Value":
        """The same value, marked as reached through an alias or a merge key."""
        copy = Value(self.kind, self.text, self.lo, self.hi, self.style, self.layer)
        copy.parts, copy.items, copy.tag = self.parts, self.items, self.tag
        copy.alias, copy.aliases, copy.size = True, max(self.aliases, 1), self.size
        return copy

    def get(self, *path: str) -> "Value | None":
        """The value at a path of keys; of repeated keys the last. None if there is none."""
        found: Value | None = self
        for key in path:
            if found is None or found.kind != "map":
                return None
            found = next((value for name, value in reversed(found.items) if name.text == key), None)
        return found

    def string(self, *path: str) -> str:
        """The text of the scalar at a path, "" if there is none."""
        found = self.get(*path)
        return found.text if found is not None and found.scalar and found.kind != "null" else ""

    def pairs(self, *path: str) -> list[tuple["Value", "Value"]]:
        """The pairs of the map at a path, [] if it is none."""
        found = self.get(*path)
        return found.items if found is not None and found.kind == "map" else []

    def values(self, *path: str) -> list["Value"]:
        """The items of the sequence at a path, [] if it is none; a scalar counts as a sequence of one."""
        found = self.get(*path)
        if found is None or found.kind in ("map", "null"):
            return []
        return [value for _, value in found.items] if found.kind == "seq" else [found]

    @property
    def scalar(self) -> bool:
        """Whether it is neither a map nor a sequence."""
        return self.kind not in ("map", "seq")


def segments(source: bytes, parts: Sequence[Part]) -> Mapped:
    """Decoded text from parts. A part is a copy if its bytes are those of the source, else an atom."""
    chunks: list[bytes] = []
    found: list[Segment] = []
    at = 0
    for decoded, start, end in parts:
        if not decoded:
            continue
        copy = source[start:end] == decoded
        last = found[-1] if found else None
        if copy and last and last.copy and last.end == start:
            found[-1] = Segment(last.lo, at + len(decoded), last.start, end, True)
        else:
            found.append(Segment(at, at + len(decoded), start, end, copy))
        chunks.append(decoded)
        at += len(decoded)
    return Mapped(b"".join(chunks), found)


def decode(unit: Unit, value: Value) -> Mapped:
    """The decoded text of a scalar, mapped to the unit's text: give it to `unit.inner(…, value.layer)`."""
    if value.parts is not None:
        return segments(unit.text.text, value.parts)
    text = unit.text.text[value.lo : value.hi]
    return Mapped(text, [Segment(0, len(text), value.lo, value.hi, True)] if text else [])


def inner(unit: Unit, value: Value, **changes: object) -> Unit:
    """A scalar as a text of its own, for references and embedded languages."""
    return unit.inner(decode(unit, value), value.layer, **changes)


def _spans(unit: Unit) -> Callable[[int, int], Span]:
    """`unit.span`, without its search where the text is one unbroken piece of the file."""
    whole = unit.text.segments
    if len(whole) != 1 or not whole[0].copy:
        return unit.span
    shift = whole[0].start
    return lambda lo, hi: Span(lo + shift, hi + shift)


def node_of(unit: Unit, root: Value) -> Node:
    """The tree in bytes of the outer file. What aliases share stays shared."""
    memo: dict[int, Node] = {}
    span = _spans(unit)

    def convert(value: Value) -> Node:
        known = memo.get(id(value))
        if known is not None:
            return known
        pairs = tuple([(convert(key) if key.layer else key_of_sequence, convert(item)) for key, item in value.items])
        node = Node(value.kind, value.text, span(value.lo, value.hi), value.style, pairs, value.tag, value.alias)
        memo[id(value)] = node
        return node

    key_of_sequence = Node("str", "", unit.span(0, 0))
    return convert(root)


NO_KEY = Value("str", "", 0, 0)  # the key of a sequence's items; the only value without a layer


def spread_size(value: Value) -> int:
    """Sets and returns the number of nodes with aliases spelled out; call it once the items stand."""
    value.size = 1 + sum(key.size + item.size for key, item in value.items)
    return value.size


def walk(root: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value, Value]]:
    """Every (path, key, value) below a value in document order, the value itself excluded. Sequence items keep the
    path of their sequence, as their place in it is not part of their identity."""
    stack: list[tuple[tuple[str, ...], Value, Iterator[tuple[Value, Value]]]] = [(path, root, iter(root.items))]
    while stack:
        here, owner, items = stack[-1]
        for key, value in items:
            below = (*here, key.text) if owner.kind == "map" else here
            yield below, key, value
            if value.items:
                stack.append((below, value, iter(value.items)))
                break
        else:
            stack.pop()
