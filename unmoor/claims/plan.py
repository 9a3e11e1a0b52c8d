"""The items of a plan: task-list items with their sub-points, and sections that say of themselves that they are done.

Plans are Markdown (https://github.github.com/gfm/#task-list-items-extension-). Beside `[ ]` and `[x]`, the marks that
planning tools write are read: `[-]` and `[~]` for work under way, `[ ]*` for an optional item, a leading `✅`.
"""

import re

from msgspec import Struct, field

from unmoor.model.spans import Span

_HEADING = re.compile(rb"(#{1,6})[ \t]+(.+?)[ \t#]*$")
_LIST = re.compile(rb"([ \t]*)(?:[-*+]|\d+[.)])[ \t]+(.*)$")
_BOX = re.compile(rb"\[([ xX~-])\](\*?)[ \t]+(?=\S)")
_TICK = "✅".encode()
_TICKED = re.compile(
    rb"(?:\xe2\x9c\x85|\xe2\x98\x91\xef\xb8\x8f|\xe2\x98\x91|\xe2\x9c\x94\xef\xb8\x8f|\xe2\x9c\x94)[ \t]*"
)
_FENCE = re.compile(rb"[ \t]*(`{3,}|~{3,})")
_REQUIREMENTS = re.compile(r"_?\**Requirements?\**:?\**\s*:?\s*((?:[A-Z]*\d+(?:\.\d+)*[,;\s]*(?:and\s+)?)+)_?", re.I)
_NUMBER = re.compile(r"\**(\d+(?:\.\d+)*)[.)]?\**\s+")
_COMPLETE = re.compile(r"(?i)\b(completed?|done|implemented|finished)\b|✅")
_OPEN = re.compile(
    r"(?i)\b(not|never|to be|in[- ]progress|pending|planned|partially?|todo|when|once|until|definition of|criteria)\b"
    r"|❌|⏳|🚧"
)
_FILES = re.compile(
    r"(?i)^\W*((implementation|created|new|added|modified|changed|updated|related|key|main|delivered)\s+files?|files?"
    r"(\s+(created|changed|modified|added|delivered))?|deliverables?)\b[^:]*:"
)


class Point(Struct, frozen=True):
    """A line under an item: its text and its bytes."""

    text: str
    span: Span


class Item(Struct):
    """One claim. done: True, False, or None while it is under way. span: the bytes of `text`, on one line.

    number: "2.1" if it has one. section: the headings above, outermost first. points: the lines below it that are no
    items themselves. requirements: the ids that it says it serves. optional: nobody has to do it. heading: the claim is
    a section's title, and its points are the files that the section lists. depth: how far it is nested, from 0.
    """

    text: str
    span: Span
    done: bool | None
    section: tuple[str, ...]
    number: str = ""
    points: list[Point] = field(default_factory=list)
    requirements: tuple[str, ...] = ()
    optional: bool = False
    heading: bool = False
    depth: int = 0
    children: int = 0

    @property
    def whole(self) -> str:
        """The item with its points, one a line."""
        return "\n".join([self.text, *(point.text for point in self.points)])


def is_plan(source: bytes) -> bool:
    """Whether a page may hold an item at all: bytes first."""
    return _TICK in source or re.search(rb"(?m)^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX~-]\]", source) is not None


def parse(source: bytes) -> list[Item]:
    """Every item of a page, in order. Fences and HTML comments hold none."""
    return _Reader(source).read()


class _Reader:
    """One pass over the lines; the stack holds the items that the current indentation is inside of."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.items: list[Item] = []
        self.headings: list[tuple[int, str]] = []
        self.stack: list[tuple[int, Item]] = []
        self.section: Item | None = None
        self.listing = False

    def read(self) -> list[Item]:
        """All lines, fences and comments left out."""
        at, fence, comment = 0, b"", False
        for line in self.source.splitlines(keepends=True):
            bare = line.rstrip(b"\r\n")
            mark = _FENCE.match(bare)
            if fence:
                fence = b"" if mark and mark.group(1).startswith(fence) else fence
            elif mark:
                fence = mark.group(1)
            elif comment or bare.lstrip().startswith(b"<!--"):
                comment = b"-->" not in bare
            else:
                self._line(bare, at)
            at += len(line)
        return [item for item in self.items if not item.heading or item.points]

    def _line(self, line: bytes, at: int) -> None:
        heading = _HEADING.match(line)
        if heading:
            self._heading(heading, at)
            return
        if not line.strip():
            return
        entry = _LIST.match(line)
        indent = len((entry.group(1) if entry else line[: len(line) - len(line.lstrip())]).expandtabs(4))
        while self.stack and (indent <= self.stack[-1][0] if entry else indent <= self.stack[-1][0] and indent == 0):
            self.stack.pop()
        if entry and self._item(line, entry.start(2), at, indent):
            return
        start = entry.start(2) if entry else len(line) - len(line.lstrip())
        self._point(line, start, at, bool(entry))

    def _heading(self, match: "re.Match[bytes]", at: int) -> None:
        level, text = len(match.group(1)), _text(match.group(2))
        self.headings = [*(known for known in self.headings if known[0] < level), (level, text)]
        self.stack, self.section, self.listing = [], None, False
        if _COMPLETE.search(text) and not _OPEN.search(text):
            span = Span(at + match.start(2), at + match.end(2))
            self.section = Item(text, span, True, self._above(level), _number(text), heading=True)
            self.items.append(self.section)

    def _above(self, level: int = 7) -> tuple[str, ...]:
        return tuple(text for depth, text in self.headings if depth < level)

    def _item(self, line: bytes, start: int, at: int, indent: int) -> bool:
        """Take the line as an item, if it has a box or a tick."""
        box, tick = _BOX.match(line, start), _TICKED.match(line, start)
        mark = box or tick
        if mark is None or mark.end() >= len(line.rstrip()):
            return False
        state = {b" ": False, b"-": None, b"~": None}.get(box.group(1), True) if box else True
        text = _text(line[mark.end() :])
        item = Item(
            text, Span(at + mark.end(), at + len(line.rstrip())), state, self._above(), _number(text),
            optional=bool(box and box.group(2)), depth=len(self.stack),
        )  # fmt: skip
        if self.stack:
            self.stack[-1][1].children += 1
        self.stack.append((indent, item))
        self.items.append(item)
        return True

    def _point(self, line: bytes, start: int, at: int, listed: bool) -> None:
        text = _text(line[start:])
        point = Point(text, Span(at + start, at + len(line.rstrip())))
        if self.stack:
            item = self.stack[-1][1]
            named = _REQUIREMENTS.search(text)
            if named:
                item.requirements += tuple(re.findall(r"[A-Z]*\d+(?:\.\d+)*", named.group(1)))
            else:
                item.points.append(point)
        elif self.section is not None:
            if not listed or text.rstrip("*_ ").endswith(":"):
                self.listing = bool(_FILES.match(text))
            if self.listing and (listed or "`" in text):
                self.section.points.append(point)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def _number(text: str) -> str:
    match = _NUMBER.match(re.sub(r"^\W*(?:Task|Phase|Step|Requirement)\s+", "", text))
    return match.group(1) if match else ""
