"""The block structure of a Markdown page: headings, inline runs, table rows, fences, HTML, definitions, task items.

The grammar's block tree decides; nothing here looks inside a line. All offsets are bytes of the page's text.
"""

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from tree_sitter import Node

from unmoor.syntax.grammars import captures, parse
from unmoor.text.mapped import Mapped

_BLOCKS = """
(inline) @inline
(pipe_table) @table
(fenced_code_block) @fence
(html_block) @html
(link_reference_definition (link_destination) @definition)
(atx_heading) @heading
(setext_heading) @heading
(task_list_marker_checked) @done
(task_list_marker_unchecked) @open
(minus_metadata) @metadata
(plus_metadata) @metadata
(indented_code_block) @indented
(block_continuation) @continuation
"""


class Heading(NamedTuple):
    """A heading. level 1 to 6; 0 stands for the page before its first heading."""

    lo: int
    hi: int
    level: int
    text: str


class Fence(NamedTuple):
    """A fenced code block. `content` maps the dedented text to the page; `info` is the whole info string."""

    lo: int
    hi: int
    info: str
    content: Mapped


class Row(NamedTuple):
    """A table row: its cells' ranges, and those of the table's header."""

    lo: int
    hi: int
    cells: tuple[tuple[int, int], ...]
    header: tuple[tuple[int, int], ...]


class Page(NamedTuple):
    """A page in blocks. `text`: the source with quote marks and list indents inside running text blanked out."""

    text: bytes
    inlines: list[tuple[int, int]]
    rows: list[Row]
    fences: list[Fence]
    html: list[tuple[int, int]]
    definitions: list[tuple[int, int]]
    headings: list[Heading]
    tasks: list[tuple[int, int, bool]]
    metadata: list[tuple[int, int]]
    indented: list[Fence]

    def heading(self, at: int) -> Heading:
        """The nearest heading at or above an offset."""
        index = bisect_right([heading.lo for heading in self.headings], at) - 1
        return self.headings[index] if index >= 0 else Heading(0, 0, 0, "")


def read(source: bytes) -> Page:
    """The blocks of a page, each list in order."""
    found = captures("markdown", _BLOCKS, parse("markdown", source).root_node)
    nodes = {name: sorted(list_, key=lambda node: node.start_byte) for name, list_ in found.items()}
    marks = sorted({(node.start_byte, node.end_byte) for node in nodes.get("continuation", [])})
    inlines = _ranges(nodes, "inline")
    rows = [row for table in nodes.get("table", []) for row in _rows(table)]
    text = _blank(source, marks, inlines)
    return Page(
        text,
        inlines,
        rows,
        [_fence(source, node, marks) for node in nodes.get("fence", [])],
        _ranges(nodes, "html"),
        _ranges(nodes, "definition"),
        [_heading(text, node) for node in nodes.get("heading", [])],
        sorted(
            [(*_task(node), done) for kind, done in (("done", True), ("open", False)) for node in nodes.get(kind, [])]
        ),
        _ranges(nodes, "metadata"),
        [_indented(source, node, marks) for node in nodes.get("indented", [])],
    )


def _ranges(nodes: dict[str, list[Node]], name: str) -> list[tuple[int, int]]:
    return [(node.start_byte, node.end_byte) for node in nodes.get(name, [])]


def _blank(source: bytes, marks: list[tuple[int, int]], inlines: list[tuple[int, int]]) -> bytes:
    if not marks:
        return source
    text = bytearray(source)
    for lo, hi in inlines:
        for start, end in marks[bisect_left(marks, (lo, 0)) : bisect_left(marks, (hi, 0))]:
            text[start:end] = b" " * (end - start)
    return bytes(text)


def _heading(text: bytes, node: Node) -> Heading:
    level = 1
    lo, hi = node.start_byte, node.start_byte
    for child in node.children:
        if child.type.startswith(("atx_h", "setext_h")):
            level = int(child.type.partition("_h")[2][0])
        elif child.type in ("inline", "paragraph"):
            lo, hi = child.start_byte, child.end_byte
    words = re.sub(rb"[`*_#]|!?\[|\]\([^)]*\)", b"", text[lo:hi]).decode("utf-8", "replace")
    return Heading(node.start_byte, node.end_byte, level, " ".join(words.split())[:120])


def _rows(table: Node) -> list[Row]:
    found: list[Row] = []
    header: tuple[tuple[int, int], ...] = ()
    for child in table.named_children:
        if child.type not in ("pipe_table_header", "pipe_table_row"):
            continue
        cells = tuple((c.start_byte, c.end_byte) for c in child.named_children if c.type == "pipe_table_cell")
        header = cells if child.type == "pipe_table_header" else header
        found.append(Row(child.start_byte, child.end_byte, cells, header))
    return found


def _task(marker: Node) -> tuple[int, int]:
    beside = marker.next_named_sibling
    while beside is not None and beside.type != "paragraph":
        beside = beside.next_named_sibling
    if beside is None:
        return marker.end_byte, marker.end_byte
    return beside.start_byte, beside.end_byte


def _fence(source: bytes, node: Node, marks: list[tuple[int, int]]) -> Fence:
    info, content, delimiter = "", None, node.start_byte
    for child in node.named_children:
        if child.type == "info_string":
            info = source[child.start_byte : child.end_byte].decode("utf-8", "replace").strip()
        elif child.type == "code_fence_content":
            content = (child.start_byte, child.end_byte)
    if content is None:
        return Fence(node.start_byte, node.end_byte, info, Mapped(b"", []))
    first = node.named_children[0] if node.named_children else node
    delimiter = (
        first.start_byte
        + len(source[first.start_byte : first.end_byte])
        - len(source[first.start_byte : first.end_byte].lstrip())
    )
    column = delimiter - (source.rfind(b"\n", 0, delimiter) + 1)
    return Fence(node.start_byte, node.end_byte, info, _content(source, content, column, marks))


def _indented(source: bytes, node: Node, marks: list[tuple[int, int]]) -> Fence:
    """An indented block as a fence without info: its lines less their four columns."""
    parts: list[tuple[bytes, int, int]] = []
    at = source.rfind(b"\n", 0, node.start_byte) + 1
    while at < node.end_byte:
        stop = source.find(b"\n", at, node.end_byte) + 1 or node.end_byte
        index = bisect_left(marks, (at, 0))
        start = max(node.start_byte, at)
        if index < len(marks) and marks[index][0] == at:
            start = min(max(start, marks[index][1]), stop)
        start += len(re.match(rb" {0,4}\t?", source[start:stop]).group()) if start == at else 0  # type: ignore[union-attr]
        line = source[start:stop]
        body = line.rstrip(b"\r\n")
        parts += [(body, start, start + len(body)), (b"\n" if len(body) < len(line) else b"", start + len(body), stop)]
        at = stop
    return Fence(node.start_byte, node.end_byte, "", Mapped.build(parts))


def _content(source: bytes, content: tuple[int, int], column: int, marks: list[tuple[int, int]]) -> Mapped:
    """The lines of a fence without what its containers and its own indent put before them."""
    lines: list[tuple[int, int]] = []
    at, end = content
    at = source.rfind(b"\n", 0, at) + 1
    width = 0
    while at < end:
        stop = source.find(b"\n", at, end) + 1 or end
        index = bisect_left(marks, (at, 0))
        start = at
        if index < len(marks) and marks[index][0] == at:
            start = min(marks[index][1], stop)
            width = max(width, start - at)
        if start < stop:
            lines.append((start, stop))
        at = stop
    indent = column - width if 0 < column - width <= 3 else 0
    parts: list[tuple[bytes, int, int]] = []
    for start, stop in lines:
        line = source[start:stop]
        start += min(indent, len(line) - len(line.lstrip(b" ")))
        if source[start:stop].endswith(b"\r\n"):
            parts += [(source[start : stop - 2], start, stop - 2), (b"\n", stop - 2, stop)]
        else:
            parts.append((source[start:stop], start, stop))
    return Mapped.build(parts)
