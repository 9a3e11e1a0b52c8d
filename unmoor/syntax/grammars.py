"""Parsers by language name, loaded at first use. Pinned per-grammar wheels; see docs/design.md, "Parsers"."""

from functools import lru_cache
from importlib import import_module

from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from unmoor.syntax.masks import mask

_GRAMMARS = {
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "javascript": ("tree_sitter_javascript", "language"),
    "yaml": ("tree_sitter_yaml", "language"),
    "shell": ("tree_sitter_bash", "language"),
    "markdown": ("tree_sitter_markdown", "language"),
    "markdown-inline": ("tree_sitter_markdown", "inline_language"),
    "python": ("tree_sitter_python", "language"),
    "hcl": ("tree_sitter_hcl", "language"),
    "json": ("tree_sitter_json", "language"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
}
LANGUAGES = tuple(_GRAMMARS)
MAX_BYTES = 5_000_000


@lru_cache(None)
def language(name: str) -> Language:
    """The grammar of a language named in `LANGUAGES`."""
    module, function = _GRAMMARS[name]
    return Language(getattr(import_module(module), function)())


@lru_cache(None)
def _parser(name: str) -> Parser:
    return Parser(language(name))


def parse(name: str, source: bytes) -> Tree:
    """The tree of a source. Where it has errors, known grammar bugs are masked, and the better tree is taken.

    Offsets are those of `source` (masks keep the length); read text from `source`, never from the tree.
    """
    tree = _parser(name).parse(source)
    if not tree.root_node.has_error:
        return tree
    masked = mask(name, source)
    if masked == source:
        return tree
    other = _parser(name).parse(masked)
    return other if not other.root_node.has_error or _lost(other) < _lost(tree) else tree


def _lost(tree: Tree) -> int:
    """How much a tree did not understand: bytes in errors, and one for each error."""
    return sum(1 + hi - lo for lo, hi in errors(tree, 1000))


@lru_cache(None)
def query(name: str, pattern: str) -> Query:
    """A compiled query, cached by its text."""
    return Query(language(name), pattern)


def captures(name: str, pattern: str, node: Node) -> dict[str, list[Node]]:
    """All captures of a pattern below a node."""
    return QueryCursor(query(name, pattern)).captures(node)


def broken(node: Node) -> bool:
    """Whether a node, a sibling beside it, or an ancestor up to its statement is an error (so no edit belongs here)."""
    current: Node | None = node
    while current is not None:
        if current.is_error or current.is_missing:
            return True
        for beside in (current.prev_sibling, current.next_sibling):
            if beside is not None and (beside.is_error or beside.is_missing):
                return True
        if current.type.endswith("statement") or current.type.endswith("declaration"):
            return False
        current = current.parent
    return False


def errors(tree: Tree, most: int = 50) -> list[tuple[int, int]]:
    """Byte ranges of the outermost errors, at most `most`. Iterative: trees can be very deep."""
    found: list[tuple[int, int]] = []
    stack = [tree.root_node]
    while stack and len(found) < most:
        node = stack.pop()
        if not node.has_error:
            continue
        if node.is_error or node.is_missing:
            found.append((node.start_byte, node.end_byte))
            continue
        stack.extend(reversed(node.children))
    return found
