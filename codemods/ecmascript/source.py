"""One TypeScript, JavaScript, Vue, Svelte or Astro source, parsed; offsets are those of the file."""

import re
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from unmoor.model.spans import Span
from unmoor.syntax.grammars import captures, parse
from unmoor.text.edits import newline

_SCRIPT = re.compile(rb"<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_TYPED = re.compile(rb"lang\s*=\s*[\"']?tsx?")
_SUFFIXES = {"ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx"}
STRINGS = ("string", "template_string")


class Script(NamedTuple):
    """A script of a component. attributes: of its tag; "---" for the code in front of an Astro page."""

    span: Span
    attributes: bytes

    @property
    def setup(self) -> bool:
        """Whether it is Vue's `<script setup>`."""
        return re.search(rb"\bsetup\b", self.attributes) is not None

    def shared(self, suffix: str) -> bool:
        """Whether it runs once for all instances: Svelte's module script, Vue's beside `<script setup>`."""
        return not self.setup if suffix == "vue" else re.search(rb"\bmodule\b", self.attributes) is not None


class Source:
    """A parsed source. `region` is the script that holds the place asked for: the whole file, or a `<script>`."""

    def __init__(self, path: str, data: bytes, at: int) -> None:
        self.path = path
        self.data = data
        suffix = path.rpartition(".")[2].lower()
        self.embedded = suffix in ("vue", "svelte", "astro", "html", "htm")
        self.region, self.grammar = Span(0, len(data)), _SUFFIXES.get(suffix, "javascript")
        if self.embedded:
            self.region, self.grammar = _region(scripts(suffix, data), at)

    @cached_property
    def root(self) -> Node:
        """The tree. Outside the region everything is blank, so offsets need no mapping."""
        if not self.embedded:
            return parse(self.grammar, self.data).root_node
        blank = bytearray(re.sub(rb"[^\r\n]", b" ", self.data))
        blank[self.region.start : self.region.end] = self.data[self.region.start : self.region.end]
        return parse(self.grammar, bytes(blank)).root_node

    def text(self, node: Node) -> str:
        """A node as it is written (from the source: the tree may have seen a masked one)."""
        return self.data[node.start_byte : node.end_byte].decode()

    def string_at(self, span: Span) -> Node | None:
        """The string or template that holds a span; None if the place is none (JSX text, a comment, a key)."""
        node: Node | None = self.root.descendant_for_byte_range(span.start, max(span.start, span.end - 1))
        if node is not None and node.type not in STRINGS:
            start = self.root.descendant_for_byte_range(span.start, span.start)
            node = start if start is not None and _holder(node) is None else node
        return _holder(node)

    @cached_property
    def newline(self) -> str:
        """The line ending to write."""
        return newline(self.data)

    @cached_property
    def quote(self) -> str:
        """The quote that the file's strings use most; that of its imports where it has any."""
        head = [self.data[n.start_byte : n.start_byte + 1] for n in self._strings]
        return '"' if head.count(b'"') > head.count(b"'") else "'"

    @cached_property
    def _strings(self) -> list[Node]:
        sources = captures(self.grammar, "(import_statement source: (string) @s)", self.root).get("s", [])
        return sources or captures(self.grammar, "(string) @s", self.root).get("s", [])[:200]

    @cached_property
    def semicolon(self) -> str:
        """`;` if the file's statements end with one, else ""; those inside functions tell where there are no others."""
        outer = [n for n in self.root.children if n.type in _STATEMENTS or _exported_variable(n)]
        query = " ".join(f"({kind}) @s" for kind in (*_STATEMENTS, "return_statement", "field_definition"))
        query = query if self.grammar == "javascript" else query.replace("field_def", "public_field_def")
        statements = outer or captures(self.grammar, query, self.root).get("s", [])[:200]
        if not statements:
            return ";"
        ended = sum(self.data[n.end_byte - 1 : n.end_byte] == b";" for n in statements)
        return ";" if ended * 2 >= len(statements) else ""


_STATEMENTS = ("import_statement", "expression_statement", "lexical_declaration", "variable_declaration")


def _exported_variable(node: Node) -> bool:
    if node.type != "export_statement":
        return False
    declared, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if value is not None:
        return value.type not in ("function_expression", "class")
    return declared is not None and declared.type in _STATEMENTS


def _holder(node: Node | None) -> Node | None:
    """The string around a node. Inside a template's `${…}` the place is no part of the template's text."""
    while node is not None and node.type not in STRINGS:
        if node.type in ("template_substitution", "statement_block", "program", "jsx_expression"):
            return None
        node = node.parent
    return node


def scripts(suffix: str, data: bytes) -> list[Script]:
    """The scripts of a component, in their order."""
    front = _FRONT.match(data) if suffix == "astro" else None
    found = [Script(Span(*front.span(1)), b"---")] if front else []
    start = front.end() if front else 0
    return found + [Script(Span(*match.span(2)), match.group(1)) for match in _SCRIPT.finditer(data, start)]


def _region(found: list[Script], at: int) -> tuple[Span, str]:
    for script in found:
        if script.span.start <= at <= script.span.end:
            if script.attributes == b"---":
                return script.span, "tsx"
            return script.span, "typescript" if _TYPED.search(script.attributes) else "javascript"
    return Span(0, 0), "javascript"
