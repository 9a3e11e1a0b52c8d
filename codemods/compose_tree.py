"""Places in a compose file: the service around a byte, its keys, and where a new key goes. Nothing is ever dumped."""

import re

from tree_sitter import Node

from unmoor.model.findings import Edit
from unmoor.model.spans import Span
from unmoor.syntax.grammars import parse
from unmoor.text.edits import newline

Pair = Node  # a block_mapping_pair or flow_pair


class Compose:
    """A parsed compose file. `path` is for the edits."""

    def __init__(self, path: str, source: bytes) -> None:
        self.path, self.source = path, source
        self.root = parse("yaml", source).root_node

    def text(self, node: Node) -> str:
        """A node as it is written."""
        return self.source[node.start_byte : node.end_byte].decode()

    def key(self, pair: Pair) -> str:
        """The key of a pair without quotes."""
        key = pair.child_by_field_name("key")
        return self.text(key).strip("\"'") if key is not None else ""

    def service_at(self, at: int) -> Pair | None:
        """The pair of the service that holds a byte."""
        node: Node | None = self.root.descendant_for_byte_range(at, at)
        while node is not None:
            if node.type.endswith("_pair"):
                above = _pair_above(node)
                if above is not None and self.key(above) == "services" and _pair_above(above) is None:
                    return node
            node = node.parent
        return None

    def pairs(self, pair: Pair) -> list[Pair]:
        """The pairs of a pair's mapping."""
        mapping = self.collection(pair)
        if mapping is None or not mapping.type.endswith("mapping"):
            return []
        return [child for child in mapping.named_children if child.type.endswith("_pair")]

    def get(self, pair: Pair, key: str) -> Pair | None:
        """The pair of a key in a pair's mapping."""
        return next((one for one in self.pairs(pair) if self.key(one) == key), None)

    def collection(self, pair: Pair) -> Node | None:
        """The mapping or sequence that is a pair's value."""
        value = pair.child_by_field_name("value")
        return (
            next((c for c in value.named_children if c.type.endswith(("mapping", "sequence"))), None) if value else None
        )

    def scalar(self, pair: Pair) -> str | None:
        """A pair's value as written if it is a scalar on one line, else None."""
        value = pair.child_by_field_name("value")
        if value is None or value.type != "flow_node" or self.collection(pair) is not None:
            return None
        text = self.text(value)
        return None if "\n" in text or text.startswith(("*", "&", "!")) else text

    def column(self, node: Node) -> int:
        """How far a node stands from the margin, in bytes; only blanks may stand before it."""
        start = self.source.rfind(b"\n", 0, node.start_byte) + 1
        return node.start_byte - start

    def append(self, pair: Pair, lines: list[str]) -> Edit | None:
        """Add lines (a key and what it holds) behind the last key of a pair's block mapping. None in flow style."""
        mapping = self.collection(pair)
        if mapping is None or mapping.type != "block_mapping":
            return None
        first = mapping.named_children[0]
        indent = " " * self.column(first)
        at = self.end_of_line(mapping)
        end = newline(self.source)
        return Edit(self.path, Span(at, at), "".join(f"{end}{indent}{line}" for line in lines))

    def end_of_line(self, node: Node) -> int:
        """The end of the last line that a node has something on (block nodes reach into the blank lines below)."""
        last = node.start_byte + len(self._own(node))
        end = self.source.find(b"\n", last)
        end = len(self.source) if end < 0 else end
        return end - (self.source[end - 1 : end] == b"\r")

    def _own(self, node: Node) -> bytes:
        """A block's bytes without the blank lines and outer comments that the grammar counts to it."""
        text = self.source[node.start_byte : node.end_byte].rstrip()
        column = self.column(node)
        while True:
            head, _, line = text.rpartition(b"\n")
            if not re.match(rb"[ \t]*#", line) or len(line) - len(line.lstrip()) >= max(column, 1) or not head:
                return text
            text = head.rstrip()

    def step(self) -> int:
        """How deep one level of the file is indented: 2 where nothing tells."""
        found = re.search(rb"(?m)^services:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( +)\S", self.source)
        return len(found.group(1)) if found else 2


def _pair_above(node: Node) -> Node | None:
    current = node.parent
    while current is not None and not current.type.endswith("_pair"):
        if current.type.endswith("sequence"):
            return None
        current = current.parent
    return current
