"""Reading YAML that the grammar cannot take whole: templates, one broken block, more lines than it can count.

Every repair keeps the length, so offsets stay those of the file.
"""

import re

from tree_sitter import Node as Syntax
from tree_sitter import Tree

from unmoor.scanners.values import Value, spread_size
from unmoor.scanners.yaml.tree import Builder
from unmoor.syntax.grammars import parse

MOST_LINES = 32_000  # tree-sitter-yaml counts rows in 16 bits and breaks at 32 768
_TEMPLATE_LINE = re.compile(rb"(?m)^([ \t]*)(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})[ \t]*(?=\r?$)", re.S)
_TEMPLATE = re.compile(rb"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
# A quoted value over several lines: other parsers let it continue at any indentation, this grammar does not.
_QUOTED = re.compile(rb"(?<=[:,\[{-] )(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')", re.S)
_NO_BREAK = re.compile(rb"[^\r\n]")
_MOST_TRIES = 400


def read(source: bytes) -> tuple[list[Value], list[tuple[int, int, str]]]:
    """The documents of a YAML text and what could not be read, as (lo, hi, message)."""
    builder = Builder(source)
    if source.count(b"\n") + source.count(b"\r") > MOST_LINES:
        return _in_chunks(builder), builder.problems
    text = _untemplated(source) if b"{{" in source or b"{%" in source else source
    tree = parse("yaml", text)
    if tree.root_node.has_error:
        tree, lost = _without_errors(source, text)
        builder.problems += lost
    return list(builder.documents(_stream(tree))), builder.problems


def _stream(tree: Tree) -> Syntax:
    return tree.root_node


def _untemplated(source: bytes) -> bytes:
    """`{{…}}` and `{%…%}` overwritten: a line of its own becomes a comment, a part of a line becomes a word."""
    text = _TEMPLATE_LINE.sub(lambda m: m.group(1) + _NO_BREAK.sub(b"#", m.group()[len(m.group(1)) :]), source)
    return _TEMPLATE.sub(lambda m: _NO_BREAK.sub(b"x", m.group()), text)


def _one_line(match: "re.Match[bytes]") -> bytes:
    text = match.group()
    return text[:1] + b"x" * (len(text) - 2) + text[-1:] if b"\n" in text else text


def _without_errors(source: bytes, text: bytes) -> tuple[Tree, list[tuple[int, int, str]]]:
    """The tree of the text with its broken lines blanked, and those lines. The plain source is tried first."""
    if text is not source:
        tree = parse("yaml", source)
        if not tree.root_node.has_error:
            return tree, []
    tree = parse("yaml", _QUOTED.sub(_one_line, text))
    if not tree.root_node.has_error:
        return tree, []
    lost = _Search(text).lost()
    blanked = bytearray(text)
    for lo, hi in lost:
        blanked[lo:hi] = _NO_BREAK.sub(b" ", bytes(blanked[lo:hi]))
    tree = parse("yaml", bytes(blanked))
    if tree.root_node.has_error:
        return parse("yaml", _NO_BREAK.sub(b" ", text)), [(0, len(text), "not YAML")]
    return tree, [(lo, hi, "not YAML; this part was left out") for lo, hi in lost]


class _Search:
    """Finds the smallest blocks of lines whose absence lets the rest parse."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.lines = [match.span() for match in re.finditer(rb"[^\n]*\n|[^\n]+\Z", text)]
        self.tries = 0

    def lost(self) -> list[tuple[int, int]]:
        """Byte ranges of whole lines to leave out."""
        found: list[tuple[int, int]] = []
        for lo, hi in self._documents():
            found += [(self.lines[a][0], self.lines[b - 1][1]) for a, b in self._broken(lo, hi, 0)]
        return found

    def _documents(self) -> list[tuple[int, int]]:
        """Line ranges between `---` lines."""
        cuts = [n for n, (lo, _) in enumerate(self.lines) if self.text[lo : lo + 3] in (b"---", b"...")]
        edges = [0, *[n for cut in cuts for n in (cut, cut + 1)], len(self.lines)]
        return [(a, b) for a, b in zip(edges[::2], edges[1::2]) if a < b]

    def _fails(self, lo: int, hi: int) -> bool:
        self.tries += 1
        part = self.text[self.lines[lo][0] : self.lines[hi - 1][1]]
        return bool(parse("yaml", part).root_node.has_error)

    def _indent(self, line: int) -> int | None:
        """Columns before the first character, None for blank and comment lines."""
        raw = self.text[slice(*self.lines[line])]
        body = raw.lstrip(b" ")
        return None if not body.strip() or body.startswith(b"#") else len(raw) - len(body)

    def _broken(self, lo: int, hi: int, depth: int) -> list[tuple[int, int]]:
        if lo >= hi or not self._fails(lo, hi):
            return []
        indents = [(n, indent) for n in range(lo, hi) if (indent := self._indent(n)) is not None]
        if not indents or depth > 8 or self.tries > _MOST_TRIES:
            return [(lo, hi)]
        least = min(indent for _, indent in indents)
        starts = [n for n, indent in indents if indent == least]
        if len(starts) == 1:
            first = indents[0][0]
            if starts[0] != first or first + 1 >= hi or self._fails(first, first + 1):
                return [(lo, hi)]
            inside = self._broken(first + 1, hi, depth + 1)
            return inside or [(lo, hi)]
        return self._entries([min(starts[0], lo) if n == 0 else s for n, s in enumerate(starts)], lo, hi, depth)

    def _entries(self, starts: list[int], lo: int, hi: int, depth: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for start, end in zip(starts, [*starts[1:], hi]):
            found += self._broken(start, end, depth + 1)
        return found or [(lo, hi)]


def _in_chunks(builder: Builder) -> list[Value]:
    """A long file, some thousand lines at a time, cut between top-level entries; the parts of a document are joined."""
    source = builder.source
    found: list[Value] = []
    for lo, hi, first in _chunks(source):
        part = source[lo:hi]
        tree = parse("yaml", part)
        if tree.root_node.has_error:
            builder.problems.append((lo, hi, "not YAML, or too long a block"))
            continue
        anchors = {} if first else builder.anchors
        for number, value in enumerate(builder.documents(tree.root_node, lo)):
            last = found[-1] if found else None
            if number == 0 and not first and last is not None and last.kind == value.kind and not value.scalar:
                last.items += value.items
                last.hi = value.hi
                spread_size(last)
            else:
                found.append(value)
        builder.anchors = {**anchors, **builder.anchors}
    return found


def _chunks(source: bytes) -> list[tuple[int, int, bool]]:
    """(start, end, begins a document) of runs of whole top-level entries, each of fewer lines than the limit."""
    chunks: list[tuple[int, int, bool]] = []
    start, lines, cut, first = 0, 0, 0, True
    for match in re.finditer(rb"[^\n]*\n|[^\n]+\Z", source):
        line = match.group()
        document = line.startswith(b"---")
        if document or line[:1] not in b" \t\r\n#]}":
            cut = match.start() if document or lines > MOST_LINES // 2 or cut <= start else cut
        if document and match.start() > start:
            chunks.append((start, match.start(), first))
            start, lines, first = match.start(), 0, True
        elif lines >= MOST_LINES // 2 and cut == match.start() > start:
            chunks.append((start, cut, first))
            start, lines, first = cut, 0, False
        lines += 1
    chunks.append((start, len(source), first))
    return chunks
