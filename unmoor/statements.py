"""How far the statement goes that begins on a line: a Dockerfile instruction, a YAML node, a bracketed expression, a
Markdown block. Lexical and language by language only where the languages differ, for suppression comments."""

import re
from pathlib import PurePosixPath

from unmoor.text.positions import Lines

_BLOCK_SCALAR = re.compile(r"(?:^|[:\s-])(?:[|>][+-]?\d?[+-]?)\s*(?:#.*)?$")
_HEREDOC = re.compile(r"<<[-~]?\s*\\?([\"']?)(\w+)\1")
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`")
_COMMENT_LINE = re.compile(r"\s*(#|//|/\*|\*|\{/\*|<!--|--|;|REM\b)")
_GOES_ON = re.compile(r"(\\|`|&&|\|\||\?\?|[=(\[?+,]|=>|=\s*\{|\breturn\s*\{)\s*$")
_CARRIES_ON = re.compile(r"\s*([.?:+]|&&|\|\||\?\?)(?!\.)")
_FENCE = re.compile(r"\s*(?:>\s*)*(?:[-*]\s+)?(`{3,}|~{3,})")
_LIMIT = 400


def _style(path: str) -> str:
    name = PurePosixPath(path).name.lower()
    if name.endswith((".yml", ".yaml")):
        return "yaml"
    if name.endswith((".md", ".mdx", ".markdown")):
        return "markdown"
    if name.startswith(("dockerfile", "containerfile")) or name.endswith(
        (".dockerfile", ".sh", ".bash", ".zsh", ".mk")
    ):
        return "shell"
    if name in ("makefile", "justfile"):
        return "shell"
    return "code"


class Extent:
    """Answers for one file. All lines are 1-based; ranges include both ends."""

    def __init__(self, path: str, source: bytes, lines: Lines) -> None:
        self._lines = lines
        self._count = len(lines.starts)
        self._style = _style(path)
        self._fences: list[tuple[int, int]] | None = None

    def on(self, line: int) -> tuple[int, int]:
        """What a comment at the end of a line speaks for: the line, and the block scalar or heredoc that it opens."""
        text = self._lines.text(line)
        if self._style in ("yaml", "code") and _opens_block(text):
            return line, self._indented(line)
        return line, self._heredoc(line)

    def below(self, line: int) -> tuple[int, int]:
        """What a comment that stands alone speaks for: the statement that begins on the next line of code."""
        start = line + 1
        while start <= self._count and self._skippable(start):
            start += 1
        if start > self._count:
            return line, line
        return start, self._end(start)

    def in_fence(self, line: int) -> bool:
        """Whether a line of Markdown stands in a fenced block."""
        if self._style != "markdown":
            return False
        if self._fences is None:
            self._fences = self._find_fences()
        return any(low <= line <= high for low, high in self._fences)

    def fence_start(self, line: int) -> int:
        """The line of the fence that a line of Markdown stands in; the line itself outside of all."""
        if not self.in_fence(line):
            return line
        return next(low for low, high in self._fences or () if low <= line <= high)

    def _skippable(self, line: int) -> bool:
        text = self._lines.text(line)
        if not text.strip():
            return True
        if self._style == "markdown" and not self.in_fence(line):
            return "unmoor:" in text
        return bool(_COMMENT_LINE.match(text)) and not text.lstrip().startswith("--")

    def _end(self, start: int) -> int:
        if self._style == "yaml" and not self._inside_block(start):
            return self._indented(start)
        if self._style == "markdown" and not self.in_fence(start):
            return self._paragraph(start)
        if self._style == "markdown" and _FENCE.match(self._lines.text(start)):
            return next((high for low, high in self._fences or () if low == start), start)
        return self._statement(start)

    def _statement(self, start: int) -> int:
        """By brackets, continuations, heredocs and the operators that a line ends or begins with."""
        depth, line, ticks, triple = 0, start, 0, ""
        while line < min(self._count, start + _LIMIT):
            text = self._lines.text(line)
            if self._style == "code":
                triple = _triple(text, triple)
                if triple:
                    line += 1
                    continue
            bare = _STRING.sub('""', text)
            ticks += bare.count("`") if self._style == "code" else 0
            depth += sum(bare.count(c) for c in "([") - sum(bare.count(c) for c in ")]")
            depth += _braces(bare, depth)
            heredoc = self._heredoc(line)
            if heredoc > line:
                return heredoc
            tag = self._style == "code" and re.match(r"\s*<[A-Za-z]", text) and line == start and ">" not in bare
            goes_on = depth > 0 or ticks % 2 or tag or _goes_on(bare, self._style)
            if not goes_on and not (self._style == "code" and _CARRIES_ON.match(self._lines.text(line + 1))):
                return line
            if tag:
                return self._tag(line)
            line += 1
        return line

    def _tag(self, line: int) -> int:
        """The line on which the opening tag ends."""
        for later in range(line, min(self._count, line + 60)):
            if self._lines.text(later).rstrip().endswith(">"):
                return later
        return line

    def _heredoc(self, line: int) -> int:
        """The line of the terminator of a heredoc that is opened on a line; the line itself if there is none."""
        text = self._lines.text(line)
        opened = _HEREDOC.search(text)
        if not opened:
            return line
        for later in range(line + 1, min(self._count, line + 4 * _LIMIT) + 1):
            if self._lines.text(later).strip() == opened.group(2):
                return later
        return line

    def _indented(self, start: int) -> int:
        """The last line of the YAML node that begins on a line: every line that is indented deeper."""
        text = self._lines.text(start)
        own = len(text) - len(text.lstrip())
        key = text.lstrip()
        last = start
        for line in range(start + 1, self._count + 1):
            text = self._lines.text(line)
            if not text.strip():
                continue
            indent = len(text) - len(text.lstrip())
            sequence = indent == own and text.lstrip().startswith("- ") and not key.startswith("- ")
            if indent <= own and not sequence:
                break
            last = line
        return last

    def _inside_block(self, line: int) -> bool:
        """Whether a YAML line belongs to a block scalar, where it is not YAML but shell, as a rule."""
        indent = self._indent(line)
        for above in range(line - 1, max(0, line - _LIMIT), -1):
            text = self._lines.text(above)
            if text.strip() and self._indent(above) < indent:
                return _opens_block(text)
        return False

    def _indent(self, line: int) -> int:
        text = self._lines.text(line)
        return len(text) - len(text.lstrip())

    def _paragraph(self, start: int) -> int:
        line = start
        while line < self._count and self._lines.text(line + 1).strip():
            line += 1
        return line

    def _find_fences(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        opened, mark = 0, ""
        for line in range(1, self._count + 1):
            match = _FENCE.match(self._lines.text(line))
            if not match:
                continue
            if not opened:
                opened, mark = line, match.group(1)
            elif match.group(1).startswith(mark):
                found.append((opened, line))
                opened = 0
        if opened:
            found.append((opened, self._count))
        return found


def _triple(text: str, inside: str) -> str:
    """The triple quote that is open at the end of a line, given the one that was open before it; "" for none."""
    for quote in re.findall(r"\"{3}|'{3}", text):
        if not inside:
            inside = quote
        elif quote == inside:
            inside = ""
    return inside


def _opens_block(text: str) -> bool:
    """Whether a YAML line ends in `|` or `>` (and a comment)."""
    return bool(_BLOCK_SCALAR.search(text)) and (":" in text or text.lstrip().startswith("-"))


def _braces(bare: str, depth: int) -> int:
    """Braces count once a bracket is open, or where they are a value; a block's own braces do not."""
    if depth > 0 or re.search(r"(=|\breturn|:)\s*\{", bare) or (bare.strip().startswith("}") and depth):
        return bare.count("{") - bare.count("}")
    return 0


def _goes_on(bare: str, style: str) -> bool:
    stripped = re.sub(r"\s(?://|#).*$", "", bare).rstrip()
    if style == "shell":
        return stripped.endswith(("\\", "`", "&&", "||", "|"))
    return bool(_GOES_ON.search(stripped)) and not stripped.endswith(("++", "`"))
