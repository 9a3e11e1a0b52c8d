"""AsciiDoc: read into the same blocks as Markdown, so that links, code spans, listings and prose are treated alike.

Format: https://docs.asciidoctor.org/asciidoc/latest/ (links, xrefs, images, includes, listings, sections, comments).
"""

import re
from typing import NamedTuple

from unmoor.model.facts import Facts
from unmoor.scanners.markdown import Reader
from unmoor.scanners.markdown.blocks import Fence, Heading, Page
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

_HEADING = re.compile(rb"^(={1,6}|#{1,6})[ \t]+(\S.*)$")
_FENCE = re.compile(rb"^(-{4,}|\.{4,}|={4,}|`{3,}|\+{4,}|\*{4,}|_{4,}|--)[ \t]*(\S*)[ \t]*$")
_STYLE = re.compile(rb"^\[(?:(?:source|listing)?(?:%\w+)?[ \t]*,[ \t]*(?:language=)?([\w+-]+)|source|listing)[^\]]*\]")
_MACRO = re.compile(
    rb"\b(link|xref|image|include|video|audio)(::?)((?:[^\s\[\]`,:]|:(?!:))+)\[|<<([^\s<>,#]+\.adoc)(#[^<>,]*)?(?:,[^<>]*)?>>"
)
_AFTER_URL = re.compile(rb"(://[^\s\[\]]*)\[")
_TASK = re.compile(rb"^[*-]+[ \t]+\[([ xX*])\][ \t]+(\S.*)$")
_VERBATIM = (b"-", b".", b"`", b"+")


class _Line(NamedTuple):
    lo: int
    hi: int
    text: bytes


def scan(unit: Unit) -> Facts:
    """The facts of a page."""
    source = unit.text.text
    page, macros = _page(source)
    reader = Reader(unit, page, "asciidoc")
    for kind, lo, hi in macros:
        reader.target(lo, hi, "image" if kind == "image" else "include" if kind == "include" else "link")
        reader.hidden.append((lo, hi))
    for reference in reader.out.references:
        if "{" in reference.value:
            reference.attrs["placeholder"] = True
    return reader.facts()


def _page(source: bytes) -> tuple[Page, list[tuple[str, int, int]]]:
    lines = _lines(source)
    page = Page(source, [], [], [], [], [], [], [], [], [])
    macros: list[tuple[str, int, int]] = []
    style, at = "", 0
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line.text)
        if line.text.startswith(b"////"):
            at = _skip(lines, at, page)
        elif fence and (fence.group(1)[:1] in _VERBATIM) and len(fence.group(1)) >= 3:
            at = _listing(source, lines, at, style or fence.group(2).decode("utf-8", "replace"), page)
            style = ""
        elif line.text.startswith(b"//"):
            page.metadata.append((line.lo, line.hi))
        else:
            style = _running(line, style, page, macros)
        at += 1
    return page._replace(text=_masked(source)), macros


def _lines(source: bytes) -> list[_Line]:
    found: list[_Line] = []
    at = 0
    for raw in source.splitlines(keepends=True):
        found.append(_Line(at, at + len(raw), raw.rstrip(b"\r\n \t")))
        at += len(raw)
    return found


def _skip(lines: list[_Line], at: int, page: Page) -> int:
    end = at + 1
    while end < len(lines) and lines[end].text != lines[at].text:
        end += 1
    page.metadata.append((lines[at].lo, lines[min(end, len(lines) - 1)].hi))
    return end


def _listing(source: bytes, lines: list[_Line], at: int, language: str, page: Page) -> int:
    end = at + 1
    mark = lines[at].text.split()[0] if lines[at].text.startswith(b"`") else lines[at].text
    mark = mark.rstrip(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") if mark.startswith(b"`") else mark
    while end < len(lines) and lines[end].text != mark:
        end += 1
    last = lines[min(end, len(lines) - 1)]
    lo, hi = lines[at].hi, last.lo if end < len(lines) else last.hi
    parts: list[tuple[bytes, int, int]] = []
    for line in lines[at + 1 : end]:
        ending = line.hi - line.lo - len(source[line.lo : line.hi].rstrip(b"\r\n"))
        parts.append((source[line.lo : line.hi - ending], line.lo, line.hi - ending))
        if ending:
            parts.append((b"\n", line.hi - ending, line.hi))
    page.fences.append(Fence(lines[at].lo, last.hi, language, Mapped.build(parts) if hi > lo else Mapped(b"", [])))
    return end


def _running(line: _Line, style: str, page: Page, macros: list[tuple[str, int, int]]) -> str:
    """A line outside of listings; the language that a `[source,x]` line announces for the next one."""
    styled = _STYLE.match(line.text)
    if styled:
        return (styled.group(1) or b"text").decode().lower()
    heading = _HEADING.match(line.text)
    task = _TASK.match(line.text)
    end = line.lo + len(line.text)
    if heading:
        text = re.sub(rb"[`*_]", b"", heading.group(2)).decode("utf-8", "replace")
        page.headings.append(Heading(line.lo, end, len(heading.group(1)), text[:120]))
    elif task:
        page.tasks.append((line.lo + task.start(2), end, task.group(1) != b" "))
    for match in _MACRO.finditer(line.text):
        group = 3 if match.group(3) is not None else 4
        kind = (match.group(1) or b"xref").decode()
        target = match.group(group)
        if kind == "xref" and b"." not in target and b"/" not in target:
            continue
        macros.append((kind, line.lo + match.start(group), line.lo + match.end(group)))
    if line.text:
        page.inlines.append((line.lo, end))
        return style if line.text.startswith((b".", b"[")) else ""
    return ""


def _masked(source: bytes) -> bytes:
    """Without the bracket that opens an address's label, which would else be read as a part of it."""
    return _AFTER_URL.sub(lambda match: match.group(1) + b" ", source)
