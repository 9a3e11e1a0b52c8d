"""Writing suppression comments: which comment a file takes, and on which line it may stand and change nothing."""

import re
from pathlib import PurePosixPath

from unmoor.statements import Extent
from unmoor.text.edits import newline
from unmoor.text.positions import Lines

_HASH = ("#", "")
_SLASHES = ("//", "")
_TAGS = ("<!--", " -->")
_STYLES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("yml", "yaml", "sh", "bash", "zsh", "py", "toml", "tf", "hcl", "tfvars", "rb", "conf", "env", "properties",
         "mk", "dockerfile", "graphql", "nginx", "ex", "exs", "pl", "r", "cfg", "service", "dockerignore",
         "ps1", "psm1", "crontab"), _HASH,
    ),
    **dict.fromkeys(
        ("ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts", "go", "java", "kt", "kts", "rs", "cs", "swift", "scala",
         "c", "cc", "cpp", "h", "hpp", "dart", "php", "jsonc", "json5", "groovy", "gradle", "proto"), _SLASHES,
    ),
    **dict.fromkeys(("md", "mdx", "markdown", "html", "htm", "xml", "vue", "svelte"), _TAGS),
    **dict.fromkeys(("sql", "lua", "hs"), ("--", "")),
    **dict.fromkeys(("ini",), (";", "")),
    **dict.fromkeys(("bat", "cmd"), ("REM", "")),
    **dict.fromkeys(("css", "scss", "less"), ("/*", " */")),
}  # fmt: skip
_GRAMMAR = {
    "ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx", "js": "tsx", "jsx": "tsx",
    "mjs": "typescript", "cjs": "typescript", "py": "python", "sh": "shell", "bash": "shell", "go": "go",
    "java": "java", "tf": "hcl", "hcl": "hcl",
}  # fmt: skip
_WHOLE = re.compile(r"string|template|heredoc|comment|raw_|char_literal|word$")


def _kind(path: str) -> str:
    name = PurePosixPath(path).name.lower()
    if name.startswith(("dockerfile", "containerfile")):
        return "dockerfile"
    if name.startswith(".env") or name.endswith(".env") or ".env." in name:
        return "env"
    if name in ("makefile", "gnumakefile", "justfile", "procfile"):
        return "mk"
    return name.rpartition(".")[2]


def add(path: str, source: bytes, places: list[tuple[int, str]], reason: str) -> bytes | None:
    """The source with a comment for each (byte offset, rule id); None if the kind of file takes no comments.

    Rules of one place share a comment. Whether the result still says the same is for the caller to prove.
    """
    kind = _kind(path)
    if kind not in _STYLES:
        return None
    lines = Lines(source)
    extent = Extent(path, source, lines)
    wanted: dict[tuple[int, bool], set[str]] = {}
    for offset, rule in places:
        line = lines.line(offset)
        trailing = kind in ("md", "mdx", "markdown") and not extent.in_fence(line)
        start = line if trailing else _start(kind, source, lines, extent, line)
        wanted.setdefault((start, trailing), set()).add(rule)
    pieces: list[tuple[int, bytes]] = []
    for (line, trailing), rules in wanted.items():
        pieces.append(
            _piece(kind, source, lines, line, trailing, f"unmoor: ignore[{', '.join(sorted(rules))}] {reason}")
        )
    out, at = [], 0
    for offset, text in sorted(pieces):
        out += [source[at:offset], text]
        at = offset
    return b"".join([*out, source[at:]])


def _piece(kind: str, source: bytes, lines: Lines, line: int, trailing: bool, text: str) -> tuple[int, bytes]:
    """(offset, bytes) of one comment: at the end of a line of Markdown, else on a line of its own above."""
    opener, closer = _STYLES[kind]
    if trailing:
        return lines.offset(line) + len(_bare(source, lines, line)), f" {opener} {text}{closer}".encode()
    indent = re.match(r"[ \t]*", lines.text(line))
    if kind in ("tsx", "jsx", "js", "mdx") and _in_markup(source, lines, line):
        opener, closer = "{/*", " */}"
    written = f"{indent.group() if indent else ''}{opener} {text}{closer}{newline(source)}"
    begin = lines.offset(line)
    if line == 1 and source.startswith(b"\xef\xbb\xbf"):
        begin = 3
    return begin, written.encode()


def _bare(source: bytes, lines: Lines, line: int) -> bytes:
    return source[lines.offset(line) : lines.offset(line + 1)].rstrip(b"\r\n")


def _start(kind: str, source: bytes, lines: Lines, extent: Extent, line: int) -> int:
    """The line above which a comment may stand: the first of the statement, outside of every string."""
    if kind in ("md", "mdx", "markdown"):
        return extent.fence_start(line)
    if kind in ("yml", "yaml"):
        return _yaml_start(lines, line)
    line = _out_of_strings(kind, source, lines, line)
    while line > 1 and lines.text(line - 1).rstrip().endswith(("\\", "`" if kind == "dockerfile" else "\\")):
        line -= 1
    return line


def _out_of_strings(kind: str, source: bytes, lines: Lines, line: int) -> int:
    grammar = _GRAMMAR.get(kind)
    if grammar is None:
        return line
    from unmoor.syntax.grammars import parse

    root = parse(grammar, source).root_node
    for _ in range(20):
        begin = lines.offset(line)
        node = root.descendant_for_byte_range(begin, begin)
        climbed = line
        while node is not None and node.parent is not None:
            if _WHOLE.search(node.type) and node.start_byte < begin:
                climbed = min(climbed, node.start_point[0] + 1)
            node = node.parent
        if climbed == line:
            return line
        line = climbed
    return line


def _yaml_start(lines: Lines, line: int) -> int:
    """The line of the key or entry that a line of YAML belongs to; for a block scalar, that of its key."""

    def indent(number: int) -> int:
        text = lines.text(number)
        return len(text) - len(text.lstrip())

    own, above = indent(line), line - 1
    current = own
    while above > 0:
        text = lines.text(above)
        if text.strip() and not text.lstrip().startswith("#") and indent(above) < current:
            if re.search(r"(^|[:\s-])[|>][+-]?\d?[+-]?\s*(#.*)?$", text):
                return above
            current = indent(above)
        above -= 1
    while line > 1 and not re.match(r"\s*(- |[^\s#][^#]*:(\s|$)|- *$)", lines.text(line)):
        line -= 1
    return line


def _in_markup(source: bytes, lines: Lines, line: int) -> bool:
    """Whether a line begins among the children of a JSX element."""
    from unmoor.syntax.grammars import parse

    text = lines.text(line)
    at = lines.offset(line) + len(text) - len(text.lstrip())
    node = parse("tsx", source).root_node.descendant_for_byte_range(at, at)
    while node is not None and node.parent is not None and node.start_byte >= at:
        if node.parent.type in ("jsx_element", "jsx_fragment"):
            return True
        node = node.parent
    return node is not None and node.type in ("jsx_text", "jsx_element", "jsx_fragment")
