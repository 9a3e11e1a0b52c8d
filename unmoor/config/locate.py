"""Where a key stands in a TOML text. `tomllib` keeps no positions, and an error without a line is half an error."""

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_PART = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*(\.|=|$)""")
_TRIPLE = re.compile(r'"""|\'\'\'')


def position(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """1-based (line, column) of a key path such as ("overrides", 0, "paths"); (1, 1) if it cannot be told.

    A key inside an inline table or array gives its place in the text behind the nearest key that holds it.
    """
    best, depth = (1, 1), 0
    for found, line, column in _keys(text):
        shared = _shared(found, path)
        if shared > depth:
            best, depth = (line, column), shared
    if depth in (0, len(path)):
        return best
    return _inside(text, best, [part for part in path[depth:] if isinstance(part, str)])


def _shared(found: tuple[str | int, ...], path: tuple[str | int, ...]) -> int:
    """The length of `found` if it is a beginning of `path`, else 0."""
    return len(found) if found == path[: len(found)] else 0


def _keys(text: str) -> list[tuple[tuple[str | int, ...], int, int]]:
    """(key path, line, column) of every header and every key at the start of a line."""
    keys: list[tuple[tuple[str | int, ...], int, int]] = []
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    quote = ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        header = _HEADER.match(line)
        if header and not _is_array_item(line):
            table = tuple(_split(header.group(2)))
            if header.group(1) == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            else:
                table = _with_index(table, counts)
            keys.append((table, number, header.start(2) + 1))
            continue
        names, column = _key(line)
        if names:
            keys.append(((*table, *names), number, column))
        opened = _TRIPLE.findall(line)
        quote = opened[-1] if len(opened) % 2 else ""
    return keys


def _is_array_item(line: str) -> bool:
    return line.lstrip().startswith(('["', "['")) and line.rstrip().endswith(",")


def _with_index(table: tuple[str | int, ...], counts: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """`[overrides.severity]` below `[[overrides]]` belongs to the last of its entries."""
    for length in range(len(table) - 1, 0, -1):
        if table[:length] in counts:
            return (*table[:length], counts[table[:length]], *table[length:])
    return table


def _split(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", dotted)]


def _key(line: str) -> tuple[tuple[str, ...], int]:
    """The dotted key that a line assigns, and its column; () if it assigns none."""
    names: list[str] = []
    at, column = 0, 0
    while True:
        part = _PART.match(line, at)
        if not part:
            return (), 0
        column = column or part.start(1) + 1
        names.append(part.group(1).strip("\"'"))
        if part.group(2) == "=":
            return tuple(names), column
        if part.group(2) != ".":
            return (), 0
        at = part.end()


def _inside(text: str, start: tuple[int, int], names: list[str]) -> tuple[int, int]:
    """The place of the last of `names` behind `start`, each searched behind the one before it."""
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: start[0] - 1]) + start[1] - 1
    found = offset
    for name in names:
        match = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])").search(text, found)
        if not match:
            return start
        found = match.start()
    line = text.count("\n", 0, found) + 1
    return line, found - (text.rfind("\n", 0, found) + 1) + 1
