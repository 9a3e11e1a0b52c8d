"""Places in a compose file: the service around a byte, its keys, and where a new key goes. Nothing is ever dumped."""

import json
import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.model.findings import Edit
from unmoor.model.spans import Span
from unmoor.syntax.grammars import parse
from unmoor.text.edits import newline

Pair = Node  # a block_mapping_pair or flow_pair


class Entry(NamedTuple):
    """A key with what it holds, as lines of a block and as it is written in a flow mapping."""

    lines: tuple[str, ...]
    flow: str


def entry(key: str, value: str, comment: str = "") -> Entry:
    """`key: value`, the value as it is written in YAML; where it could not stand in flow style it is quoted there."""
    flow = json.dumps(value, ensure_ascii=False) if re.match(r"[^\"'\[{].*[,\[\]{}]", value) else value
    return Entry((f"{key}: {value}{comment}",), f"{key}: {flow}")


def nested(key: str, entries: list[Entry], step: str) -> Entry:
    """A key with a mapping."""
    lines = [f"{step}{line}" for one in entries for line in one.lines]
    return Entry((f"{key}:", *lines), f"{key}: {{{', '.join(one.flow for one in entries)}}}")


def listed(key: str, items: list[str], step: str) -> Entry:
    """A key with a list; the items as they are written in either style."""
    return Entry((f"{key}:", *(f"{step}- {item}" for item in items)), f"{key}: [{', '.join(items)}]")


def scalar(text: str) -> str:
    """A text as a plain scalar where that reads back as this string, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z/.][\w./:@+=-]*(?<!:)", text)
    typed = re.fullmatch(r"(?i)y|n|yes|no|on|off|true|false|null|\.\d.*|\.inf|\.nan", text)
    return text if plain and not typed else json.dumps(text, ensure_ascii=False)


def decoded(written: str) -> str | None:
    """The text of a scalar on one line; None where it is not known how it is read."""
    if written.startswith("'"):
        return written[1:-1].replace("''", "'") if len(written) > 1 and written.endswith("'") else None
    if not written.startswith('"'):
        return written
    try:
        return str(json.loads(written))
    except ValueError:
        return None


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

    def services(self) -> list[Pair]:
        """The pairs of all services that are written in this file."""
        for document in self.root.named_children:
            block = next((child for child in document.named_children if child.type == "block_node"), None)
            mapping = block.named_children[0] if block is not None and block.named_children else None
            for top in mapping.named_children if mapping is not None else ():
                if top.type == "block_mapping_pair" and self.key(top) == "services":
                    return self.pairs(top)
        return []

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
        """How far a node stands from the margin, in bytes; only blanks and the dash of an item may stand before it."""
        start = self.source.rfind(b"\n", 0, node.start_byte) + 1
        return node.start_byte - start

    def append(self, pair: Pair, entries: list[Entry]) -> Edit | None:
        """Add keys behind the last one of a pair's mapping, or to a pair with no value. None where they cannot go."""
        mapping = self.collection(pair)
        flow = ", ".join(one.flow for one in entries)
        if mapping is None:
            value = pair.child_by_field_name("value")
            if value is None:
                return Edit(self.path, Span(pair.end_byte, pair.end_byte), f" {{{flow}}}")
            null = self.text(value) in ("null", "Null", "NULL", "~")
            return Edit(self.path, Span(value.start_byte, value.end_byte), f"{{{flow}}}") if null else None
        return self.append_to(mapping, entries)

    def append_to(self, mapping: Node, entries: list[Entry]) -> Edit | None:
        """Add keys behind the last one of a mapping. None for a list."""
        if mapping.type == "flow_mapping":
            return self.into_flow(mapping, ", ".join(one.flow for one in entries))
        if mapping.type != "block_mapping":
            return None
        indent = " " * self.column(mapping.named_children[0])
        lines = [line for one in entries for line in one.lines]
        return self.below(mapping, [indent + line for line in lines])

    def mapping_at(self, at: int, key: str) -> Node | None:
        """The innermost mapping around a byte that holds a key."""
        node: Node | None = self.root.descendant_for_byte_range(at, at)
        while node is not None and (not node.type.endswith("mapping") or self.in_mapping(node, key) is None):
            node = node.parent
        return node

    def in_mapping(self, mapping: Node, key: str) -> Pair | None:
        """The pair of a key in a mapping."""
        return next(
            (one for one in mapping.named_children if one.type.endswith("_pair") and self.key(one) == key), None
        )

    def below(self, node: Node, lines: list[str]) -> Edit:
        """Add whole lines behind the last line of a node."""
        at, end = self.end_of_line(node), newline(self.source)
        return Edit(self.path, Span(at, at), "".join(f"{end}{line}" for line in lines))

    def into_flow(self, collection: Node, text: str) -> Edit:
        """Add an entry behind the last one of a flow collection; a comma that ends it stays at its end."""
        items = [child for child in collection.named_children if child.type != "comment"]
        at = items[-1].end_byte if items else collection.start_byte + 1
        return Edit(self.path, Span(at, at), f", {text}" if items else text)

    def spread(self, pair: Pair, key: str, entries: list[Entry]) -> list[Edit]:
        """`pair: value` → a mapping in which the value stands under `key`; into a mapping the entries just go."""
        value, text = pair.child_by_field_name("value"), self.scalar(pair)
        if text is None or value is None:
            edit = self.append(pair, entries)
            return [edit] if edit is not None else []
        all_of = [entry(key, text), *entries]
        if pair.type == "flow_pair":
            whole = ", ".join(one.flow for one in all_of)
            return [Edit(self.path, Span(value.start_byte, value.end_byte), f"{{{whole}}}")]
        colon = self.source.index(b":", pair.child_by_field_name("key").end_byte) + 1  # type: ignore[union-attr]
        indent = " " * (self.column(pair) + self.step())
        lines = [indent + line for one in all_of for line in one.lines]
        return [Edit(self.path, Span(colon, value.end_byte), ""), self.below(pair, lines)]

    def without(self, node: Node) -> list[Edit]:
        """A pair or item goes, with its line or its comma; with the collection's own pair where it is the last there.

        Comments on lines of their own stay.
        """
        around = node.parent.named_children if node.parent is not None else []
        above = _pair_above(node) if node.type.endswith("_pair") else _pair_of(node)
        if above is not None and not [one for one in around if one != node and one.type != "comment"]:
            return self.without(above)
        if node.type.startswith("block"):
            return self._lines_gone(self.source.rfind(b"\n", 0, node.start_byte) + 1, self.end_of_line(node))
        start, end = node.start_byte, node.end_byte
        behind = re.match(rb"\s*,[ \t]*", self.source[end:])
        before = re.search(rb",\s*$", self.source[:start])
        if behind:
            end += behind.end()
            first = self.source.rfind(b"\n", 0, start) + 1
            if not self.source[first:start].strip() and self.source[end : end + 1] in (b"\r", b"\n"):
                return self._lines_gone(first, end)
        elif before:
            start = before.start()
        return [Edit(self.path, Span(start, end), "")]

    def _lines_gone(self, start: int, end: int) -> list[Edit]:
        """The lines from `start` to the one that ends at `end` go, but for those that are comments."""
        edits, at = [], start
        for line in self.source[start : self.source.find(b"\n", end) + 1 or len(self.source)].splitlines(keepends=True):
            if not line.lstrip().startswith(b"#"):
                edits.append(Edit(self.path, Span(at, at + len(line)), ""))
            at += len(line)
        return joined(edits)

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


def _pair_of(item: Node) -> Pair | None:
    """The pair whose list an item is in."""
    current = item.parent
    while current is not None and not current.type.endswith("_pair"):
        current = current.parent
    return current


def joined(edits: list[Edit]) -> list[Edit]:
    """Touching edits as one."""
    out: list[Edit] = []
    for edit in sorted(edits):
        if out and out[-1].span.end == edit.span.start:
            last = out.pop()
            edit = Edit(edit.path, Span(last.span.start, edit.span.end), last.text + edit.text)
        out.append(edit)
    return out
