"""YAML into located values, by tree-sitter-yaml, with anchors, merge keys and YAML 1.2 core types resolved.

An alias yields the anchored value with the *anchor's* bytes: that is where an edit goes. Merge keys are spread in
place; a key that stands in the map itself, or in a later merge, wins over a merged one, as in YAML 1.1 and Compose.
"""

import re
from collections.abc import Iterator

from tree_sitter import Node as Syntax

from unmoor.scanners.values import MOST_DEPTH, MOST_NODES, NO_KEY, Value, spread_size
from unmoor.scanners.yaml import scalars

_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_BOOL = frozenset(["true", "True", "TRUE", "false", "False", "FALSE"])
_INT = re.compile(r"[-+]?[0-9]+$|0o[0-7]+$|0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
_QUOTED = {"single_quote_scalar": "single", "double_quote_scalar": "double"}
_NUMERIC = frozenset("0123456789+-.")
_TAGS = {"!!str": "str", "!!int": "int", "!!float": "float", "!!bool": "bool", "!!null": "null", "!": "str"}


def plain_kind(text: str) -> str:
    """The core-schema type of a plain scalar: `yes` and `on` are strings."""
    if not text or text[0] in "~nN":
        return "null" if text in _NULL else "str"
    if text[0] in _NUMERIC:
        return "int" if _INT.match(text) else "float" if _FLOAT.match(text) else "str"
    return "bool" if text in _BOOL else "str"


class Builder:
    """Turns syntax nodes into values. `base` is where the parsed bytes begin in `source` (files of several chunks).

    problems: (lo, hi, message) of what was left out.
    """

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.base = 0
        self.anchors: dict[str, Value] = {}
        self.problems: list[tuple[int, int, str]] = []
        self.nodes = 0

    def documents(self, root: Syntax, base: int = 0) -> Iterator[Value]:
        """The values of the documents below a `stream`."""
        self.base = base
        for document in root.named_children:
            if document.type != "document":
                continue
            self.anchors = {}
            content = [n for n in document.named_children if n.type in ("block_node", "flow_node")]
            if content:
                yield self.value(content[0], -1, False, 0)

    def value(self, node: Syntax, parent: int, flow: bool, depth: int) -> Value:
        """The value of a block_node or flow_node. parent: where the owning key or dash stands, -1 at the top."""
        anchor = tag = ""
        content: Syntax | None = None
        for child in node.named_children:
            kind = child.type
            if kind == "anchor":
                anchor = self._text(child)[1:]
            elif kind == "tag":
                tag = self._text(child)
            elif kind == "alias":
                return self._alias(child)
            elif kind != "comment":
                content = child
        if content is None:
            found = self._null(node.end_byte + self.base, flow)
        else:
            found = self._content(content, parent, flow, depth)
        if tag:
            found.tag = tag
            found.kind = _TAGS.get(tag, found.kind) if found.scalar else found.kind
        if anchor:
            self.anchors[anchor] = found
        return found

    def _text(self, node: Syntax) -> str:
        return self.source[self.base + node.start_byte : self.base + node.end_byte].decode("utf-8", "replace")

    def _null(self, at: int, flow: bool) -> Value:
        return Value("null", "", at, at, "plain", "yaml:plain-flow" if flow else "yaml:plain")

    def _alias(self, node: Syntax) -> Value:
        found = self.anchors.get(self._text(node)[1:])
        lo, hi = node.start_byte + self.base, node.end_byte + self.base
        if found is None:
            self.problems.append((lo, hi, f"undefined alias {self._text(node)}"))
            return self._null(lo, True)
        self.nodes += found.size
        if self.nodes > MOST_NODES:
            self.problems.append((lo, hi, "too many nodes behind aliases"))
            return self._null(lo, True)
        _count_alias(found)
        return found.behind_alias()

    def _content(self, node: Syntax, parent: int, flow: bool, depth: int) -> Value:
        self.nodes += 1
        kind = node.type
        if depth > MOST_DEPTH:
            self.problems.append((node.start_byte + self.base, node.end_byte + self.base, "nested too deeply"))
            return self._null(node.start_byte + self.base, flow)
        if kind in ("block_mapping", "flow_mapping"):
            return self._map(node, flow or kind == "flow_mapping", depth)
        if kind in ("block_sequence", "flow_sequence"):
            return self._sequence(node, flow or kind == "flow_sequence", depth)
        return self._scalar(node, kind, parent, flow)

    def _scalar(self, node: Syntax, kind: str, parent: int, flow: bool) -> Value:
        lo, hi = node.start_byte + self.base, node.end_byte + self.base
        source = self.source
        if kind == "block_scalar":
            style = "folded" if source[lo : lo + 1] == b">" else "literal"
            parts = scalars.block(source, lo, hi, self._column(parent))
            text = b"".join([part[0] for part in parts])
            lo, hi = (parts[0][1], parts[-1][2]) if parts else (hi, hi)
            value = Value("str", text.decode("utf-8", "replace"), lo, hi, style, f"yaml:{style}")
            value.parts = parts
            return value
        style = _QUOTED.get(kind, "plain")
        if style != "plain":
            lo, hi = lo + 1, max(lo + 1, hi - 1)
        found = scalars.quoted(source, lo, hi, style)
        raw = source[lo:hi] if found is None else b"".join([part[0] for part in found])
        plain = raw.decode("utf-8", "replace")
        value = Value("str", plain, lo, hi, style, f"yaml:{style}-flow" if flow else f"yaml:{style}")
        value.parts = found
        if style == "plain":
            value.kind = plain_kind(plain)
        return value

    def _map(self, node: Syntax, flow: bool, depth: int) -> Value:
        value = Value(
            "map",
            "",
            node.start_byte + self.base,
            node.end_byte + self.base,
            "flow" if flow else "block",
            "yaml:flow" if flow else "yaml:block",
        )
        merges: list[tuple[int, Value]] = []
        for pair in node.named_children:
            kind = pair.type
            if kind in ("block_mapping_pair", "flow_pair"):
                key, item = self._pair(pair, flow, depth)
            elif kind == "flow_node":
                key, item = self.value(pair, -1, flow, depth + 1), self._null(pair.end_byte + self.base, flow)
            else:
                continue
            if key.text == "<<" and key.style == "plain":
                merges.append((len(value.items), item))
            else:
                value.items.append((key, item))
        if merges:
            _spread(value, merges)
        spread_size(value)
        return value

    def _pair(self, pair: Syntax, flow: bool, depth: int) -> tuple[Value, Value]:
        key_node, value_node = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        owner = pair.start_byte + self.base
        if key_node is None:
            key = self._null(pair.start_byte + self.base, flow)
        else:
            key = self.value(key_node, owner, flow, depth + 1)
        if value_node is None:
            return key, self._null(pair.end_byte + self.base, flow)
        return key, self.value(value_node, owner, flow, depth + 1)

    def _column(self, at: int) -> int:
        """The column of a byte, -1 for what nothing owns. Only block scalars need it."""
        if at < 0:
            return -1
        line = max(self.source.rfind(b"\n", 0, at), self.source.rfind(b"\r", 0, at)) + 1
        return at - line - (3 if line == 0 and self.source.startswith(b"\xef\xbb\xbf") else 0)

    def _sequence(self, node: Syntax, flow: bool, depth: int) -> Value:
        value = Value(
            "seq",
            "",
            node.start_byte + self.base,
            node.end_byte + self.base,
            "flow" if flow else "block",
            "yaml:flow" if flow else "yaml:block",
        )
        for item in node.named_children:
            kind = item.type
            if kind == "flow_node":
                found = self.value(item, -1, flow, depth + 1)
            elif kind == "block_sequence_item":
                found = self._item(item, depth)
            elif kind == "flow_pair":
                found = Value("map", "", item.start_byte + self.base, item.end_byte + self.base, "flow", "yaml:flow")
                found.items.append(self._pair(item, True, depth))
                spread_size(found)
            else:
                continue
            value.items.append((NO_KEY, found))
        spread_size(value)
        return value

    def _item(self, item: Syntax, depth: int) -> Value:
        for child in item.named_children:
            if child.type in ("block_node", "flow_node"):
                return self.value(child, item.start_byte + self.base, False, depth + 1)
        return self._null(item.end_byte + self.base, False)


def _count_alias(value: Value) -> None:
    """One more alias stands for the value and everything in it. Bounded, as the size of all aliases is."""
    stack = [value]
    while stack:
        at = stack.pop()
        at.aliases += 1
        stack.extend(item for _, item in at.items)


def _spread(value: Value, merges: list[tuple[int, Value]]) -> None:
    """Put merged pairs where their `<<` stands. Of several merges the last wins, of one list the first."""
    taken = {key.text for key, _ in value.items}
    for at, merged in reversed(merges):
        sources = [item for _, item in merged.items] if merged.kind == "seq" else [merged]
        pairs: list[tuple[Value, Value]] = []
        for source in sources:
            names = set()
            for key, item in source.items if source.kind == "map" else ():
                if key.text not in taken:
                    names.add(key.text)
                    pairs.append((key.behind_alias(), item.behind_alias()))
            taken |= names
        value.items[at:at] = pairs
