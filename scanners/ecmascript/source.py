"""One parsed text: its bytes, its tree, and walks that hand out a node together with the way down to it.

`Node.parent` of tree-sitter searches from the root each time, which is quadratic in wide and deep trees; so every walk
here goes once through the tree with a cursor and keeps the ancestors in a list.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node, Tree, TreeCursor

from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import captures, parse


class Step(NamedTuple):
    """A node on the way down, and the field of its parent that it fills ("" for none)."""

    node: Node
    field: str


Chain = list[Step]  # root first, the node in question last

_NEAR = 64
WRAPPERS = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "await_expression",
        "type_assertion",
        "expression_statement",
    }
)
FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
        "class_static_block",
    }
)


class Source:
    """A text in one of the three grammars. Offsets are those of `unit.text.text`."""

    def __init__(self, unit: Unit, grammar: str) -> None:
        self.unit = unit
        self.grammar = grammar
        self.text = unit.text.text
        self.tree: Tree = parse(grammar, self.text)
        self.declarators: list[Node] = []

    def of(self, node: Node | None) -> bytes:
        """The bytes of a node as they are written (the tree may have been made from masked text)."""
        return b"" if node is None else self.text[node.start_byte : node.end_byte]

    def name(self, node: Node | None) -> str:
        """The text of a node, for names."""
        return self.of(node).decode("utf-8", "replace")

    def find(self, pattern: str) -> dict[str, list[Node]]:
        """Every node that a query captures, by the name of the capture, in order of place."""
        found = captures(self.grammar, pattern, self.tree.root_node)
        return {name: sorted(nodes, key=_place) for name, nodes in found.items()}

    def walk(self, targets: Iterable[Node]) -> Iterator[Chain]:
        """For each target the chain of nodes from the root to it. The list is reused: do not keep it.

        Targets in order of place make one pass through the tree.
        """
        cursor = self.tree.walk()
        root = cursor.node
        assert root is not None
        chain: Chain = [Step(root, "")]
        for target in targets:
            start, end = target.start_byte, target.end_byte
            while len(chain) > 1 and (chain[-1].node.end_byte < end or chain[-1].node.start_byte > start):
                beside = chain.pop().node.end_byte <= start and chain[-1].node.end_byte >= end
                if beside and _along(cursor, start, chain):
                    break
                cursor.goto_parent()
            while chain[-1].node.id != target.id and _down(cursor, start, chain):
                pass
            if chain[-1].node.id == target.id:
                yield chain

    @cached_property
    def values(self) -> dict[str, Node]:
        """Name → the expression it is declared with, for names that the text declares exactly once with a value."""
        found: dict[str, Node] = {}
        twice: set[str] = set()
        for declarator in self.declarators:
            name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if name is None or value is None or name.type != "identifier":
                continue
            key = self.name(name)
            if key in found:
                twice.add(key)
            found[key] = value
        return {name: value for name, value in found.items() if name not in twice}


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte


def _down(cursor: TreeCursor, start: int, chain: Chain) -> bool:
    """One step towards the byte `start`: into the first child that ends behind it."""
    if cursor.goto_first_child_for_byte(start) is None:
        return False
    node = cursor.node
    assert node is not None
    chain.append(Step(node, cursor.field_name or ""))
    return True


def _along(cursor: TreeCursor, start: int, chain: Chain) -> bool:
    """A few steps to the right, which is where the next target of a wide parent stands."""
    for _ in range(_NEAR):
        if not cursor.goto_next_sibling():
            return False
        node = cursor.node
        assert node is not None
        if node.end_byte > start:
            chain.append(Step(node, cursor.field_name or ""))
            return True
    return False


def unwrap(node: Node | None) -> Node | None:
    """An expression without parentheses, casts, `!` and `await` around it."""
    for _ in range(32):
        if node is None or node.type not in WRAPPERS or not node.named_children:
            return node
        node = node.named_children[-1 if node.type == "type_assertion" else 0]
    return node


def arguments(call: Node) -> list[Node]:
    """The arguments of a call or `new`, comments left out."""
    holder = call.child_by_field_name("arguments")
    if holder is None or holder.type == "template_string":
        return []
    return [node for node in holder.named_children if node.type != "comment"]
