"""What the readable reports share: places for people, excerpts with a caret, counts. Nothing secret passes through."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from unmoor.model.findings import Finding, Report, Severity
from unmoor.model.spans import Location
from unmoor.text.positions import Lines
from unmoor.text.secrets import clean

TAB = 4


class Place(NamedTuple):
    """A location in lines and columns, 1-based, with the byte offsets. An unknown file is at line 1, column 1."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Excerpt(NamedTuple):
    """One line of source, without secrets or tabs. mark: the columns (0-based cells, half-open) to underline."""

    line: int
    text: str
    mark: tuple[int, int]


class Places:
    """Line tables of the sources of a report, made at first use."""

    def __init__(self, report: Report) -> None:
        self._sources = report.sources
        self._known = report.places
        self._lines: dict[str, Lines] = {}

    def lines(self, path: str) -> Lines | None:
        """The line table of a file whose source the report holds."""
        if path not in self._sources:
            return None
        if path not in self._lines:
            self._lines[path] = Lines(self._sources[path])
        return self._lines[path]

    def of(self, location: Location) -> Place:
        """The place of a location."""
        lines = self.lines(location.path)
        start, end = location.span
        if location in self._known:
            return Place(location.path, *self._known[location], start, end)
        if lines is None:
            return Place(location.path, 1, 1, 1, 1, start, end)
        return Place(location.path, *lines.position(start), *lines.position(max(start, end)), start, end)

    def excerpt(self, location: Location, width: int = 120) -> Excerpt | None:
        """The first line of a location, cut to a window of `width` cells around what is marked."""
        lines = self.lines(location.path)
        if lines is None:
            return None
        place = self.of(location)
        text = lines.text(place.line)
        last = place.end_column - 1 if place.end_line == place.line else len(text)
        first = place.column - 1
        shown, marked = clean(text), clean(text[first:last])
        low = min(cells(expand(clean(text[:first]))), cells(expand(shown)))
        if shown.count(marked) == 1:
            low = cells(expand(shown[: shown.index(marked)]))
        high = low + max(1, cells(expand(marked)))
        return _window(place.line, expand(shown), low, high, width)


def _window(line: int, text: str, low: int, high: int, width: int) -> Excerpt:
    high = min(high, max(cells(text), low + 1))
    if cells(text) <= width:
        return Excerpt(line, text, (low, high))
    begin = max(0, min(low - width // 4, cells(text) - width))
    head, tail = ("…" if begin else ""), "…"
    cut = head + text[begin + len(head) : begin + width - 1] + tail
    return Excerpt(line, cut, (max(low - begin, 0), max(min(high - begin, width), low - begin + 1)))


def expand(text: str) -> str:
    """Tabs as blanks, and no control character that a terminal would obey."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text.expandtabs(TAB))


def told(text: str) -> str:
    """A text for people: no credential, and no control character but a line's end."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in clean(text).replace("\t", " "))


def cells(text: str) -> int:
    """The width of a text on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """In the order of the tree, then of the file."""
    return sorted(findings, key=lambda f: (f.path, f.span, f.rule, f.message))


def active(report: Report) -> list[Finding]:
    """What is neither suppressed nor in the baseline, in order."""
    return ordered(f for f in report.findings if f.suppressed is None and f.baseline == "new")


class Counts(NamedTuple):
    """The figures that close every report."""

    error: int
    warning: int
    note: int
    suppressed: int
    baselined: int


def counts(report: Report) -> Counts:
    """Suppressed findings count as such even where the baseline knows them."""
    levels = Counter(f.severity for f in active(report))
    suppressed = sum(f.suppressed is not None for f in report.findings)
    baselined = sum(f.suppressed is None and f.baseline != "new" for f in report.findings)
    return Counts(levels[Severity.error], levels[Severity.warning], levels[Severity.note], suppressed, baselined)


def plural(number: int, word: str) -> str:
    """ "1 file", "2 files"."""
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def closing(report: Report) -> str:
    """The last line: "7 findings (2 errors, …), 4 suppressed, 3 baselined; 412 files, 97 scanned, 3 not understood"."""
    total = counts(report)
    levels = ((total.error, "error"), (total.warning, "warning"), (total.note, "note"))
    detail = ", ".join(plural(number, word) for number, word in levels if number)
    text = plural(total.error + total.warning + total.note, "finding") + (f" ({detail})" if detail else "")
    text += f", {total.suppressed:,} suppressed" if total.suppressed else ""
    text += f", {total.baselined:,} baselined" if total.baselined else ""
    text += f"; {plural(report.listed, 'file')}, {report.scanned:,} scanned"
    broken = len({skipped.path for skipped in report.skipped})
    return text + (f", {broken:,} not understood" if broken else "")


def fixable(finding: Finding) -> bool:
    """Whether a fix could be applied."""
    return any(fix.applicability != "display-only" for fix in finding.fixes)
