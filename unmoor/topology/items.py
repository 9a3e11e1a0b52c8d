"""The tree that compose files are merged in: located, interpolated, changed in place. Made of scanners' `Node`s."""

from msgspec import Struct, field

from unmoor.model.facts import Node
from unmoor.model.spans import Location, Span
from unmoor.topology.model import Value

DEPTH = 60  # deeper than any compose file; what is nested further is dropped, so that no input exhausts the stack


class Item(Struct):
    """A value of a compose file. kind: "map", "seq", or the scalar kinds of `Node`.

    text: of a scalar, after interpolation; parts that cannot be known stand as written and `known` is False.
    base: the folder, relative to the root, that relative paths of the file it came from start at (None: outside).
    """

    kind: str
    at: Location
    text: str = ""
    raw: str = ""
    known: bool = True
    style: str = "plain"
    tag: str = ""
    base: str | None = ""
    entries: dict[str, "Item"] = field(default_factory=dict)
    keys: dict[str, Location] = field(default_factory=dict)
    items: list["Item"] = field(default_factory=list)

    def get(self, key: str) -> "Item | None":
        """The value of a map's key, or None; a null counts as none."""
        found = self.entries.get(key)
        return None if found is None or found.kind == "null" else found

    def value(self) -> Value:
        """A scalar as the model keeps it."""
        return Value(self.text if self.known else None, self.raw, self.at)

    def scalar(self) -> bool:
        """Whether it is a scalar that is not null."""
        return self.kind not in ("map", "seq", "null")


def convert(node: Node, path: str, base: str | None, depth: int = 0) -> Item:
    """The item of a node of the file `path`. Of repeated keys the last wins; keys of `<<` give way to own ones."""
    item = Item(node.kind, Location(path, node.span), node.text, node.text, True, node.style, node.tag, base)
    if depth > DEPTH:
        return item
    if node.kind == "map":
        for key, value in _effective(node):
            item.entries[key.text] = convert(value, path, base, depth + 1)
            item.keys[key.text] = Location(path, key.span)
    elif node.kind == "seq":
        item.items = [convert(value, path, base, depth + 1) for _, value in node.items]
    return item


def _effective(node: Node) -> list[tuple[Node, Node]]:
    own = {key.text for key, _ in node.items if _inside(key.span, node.span)}
    chosen: dict[str, tuple[Node, Node]] = {}
    for key, value in node.items:
        if _inside(key.span, node.span):
            chosen[key.text] = (key, value)
        elif key.text not in own:
            chosen.setdefault(key.text, (key, value))
    return list(chosen.values())


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def scalar_like(item: Item, text: str, raw: str = "") -> Item:
    """A new scalar with other text at the place of an old one."""
    return Item("str", item.at, text, raw or text, item.known, item.style, "", item.base)


def copy(item: Item) -> Item:
    """A deep copy, since merging changes maps in place."""
    return Item(
        item.kind,
        item.at,
        item.text,
        item.raw,
        item.known,
        item.style,
        item.tag,
        item.base,
        {key: copy(value) for key, value in item.entries.items()},
        dict(item.keys),
        [copy(value) for value in item.items],
    )
