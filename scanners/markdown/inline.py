"""The inline structure of running text: code spans, links, images, autolinks and tags. A lexer over bytes.

It follows CommonMark where it matters for references: code spans bind first, destinations may stand in `<…>` or hold
balanced parentheses, a backslash escapes punctuation, links may hold images.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(rb"\\[!-/:-@\[-`{-~]|`+|<!--|<(?=[A-Za-z/])|!?\[|\]")
_AUTOLINK = re.compile(rb"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_TAG = re.compile(rb"</?[A-Za-z][\w:.-]*(?:\s+(?:[^<>\"'{}]|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*)?/?>")
_BARE = re.compile(rb"(?:\\[!-/:-@\[-`{-~]|[^\s()<>\\]|\\)(?:\\[!-/:-@\[-`{-~]|[^\s()\\]|\\)*")
_TITLE = re.compile(rb"\s*(?:\s(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?\s*\)")
# Not `:href` or `[src]`: a bound attribute holds an expression.
_ATTRIBUTE = re.compile(rb"(?<![:\[])\b(href|src)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>{}=`]+))", re.I)


class Item(NamedTuple):
    """One thing in running text.

    kind: "code", "link", "image", "autolink", "tag" or "comment". lo, hi: the whole of it, with its marks.
    start, end: the code, the destination or the address. words: the text of a link or image.
    """

    kind: str
    lo: int
    hi: int
    start: int
    end: int
    words: bytes = b""


def items(text: bytes, lo: int, hi: int) -> Iterator[Item]:
    """What stands in `text[lo:hi]`, in order of where it ends."""
    open_: list[tuple[int, bool]] = []
    at = lo
    while True:
        match = _TOKEN.search(text, at, hi)
        if match is None:
            return
        token, at = match.group(), match.end()
        if token[:1] == b"`":
            item = _code(text, match.start(), match.end(), hi)
        elif token[:1] == b"<":
            item = _angle(text, match.start(), hi)
        elif token.endswith(b"[") and token[:1] != b"\\":
            if len(open_) < 200:  # a line of nothing but brackets must not cost more than its length
                open_.append((match.start(), token[:1] == b"!"))
            continue
        elif token == b"]" and open_:
            start, image = open_.pop()
            item = _link(text, start, image, match.start(), hi)
        else:
            continue
        if item is not None:
            yield item
            at = max(at, item.hi)


def attributes(text: bytes, lo: int, hi: int) -> Iterator[tuple[str, int, int]]:
    """(href or src, start, end of its value) of every HTML attribute that links."""
    for match in _ATTRIBUTE.finditer(text, lo, hi):
        group = next(n for n in (2, 3, 4) if match.group(n) is not None)
        yield match.group(1).decode().lower(), match.start(group), match.end(group)


def _code(text: bytes, lo: int, after: int, hi: int) -> Item | None:
    ticks = after - lo
    close = re.compile(rb"(?<!`)`{%d}(?!`)" % ticks).search(text, after, hi)
    if close is None:
        return None
    start, end = after, close.start()
    inside = text[start:end]
    if inside[:1] in (b" ", b"\n") and inside[-1:] in (b" ", b"\n") and inside.strip():
        start, end = start + 1, end - 1
    return Item("code", lo, close.end(), start, end)


def _angle(text: bytes, lo: int, hi: int) -> Item | None:
    if text.startswith(b"<!--", lo):
        end = text.find(b"-->", lo, hi)
        return Item("comment", lo, hi if end < 0 else end + 3, lo, lo)
    match = _AUTOLINK.match(text, lo, hi)
    if match:
        return Item("autolink", lo, match.end(), match.start(1), match.end(1))
    match = _TAG.match(text, lo, hi)
    return Item("tag", lo, match.end(), lo, match.end()) if match else None


def _link(text: bytes, lo: int, image: bool, close: int, hi: int) -> Item | None:
    if text[close + 1 : close + 2] != b"(":
        return None
    at = close + 2
    while at < hi and text[at : at + 1] in b" \t\r\n":
        at += 1
    if text[at : at + 1] == b"<":
        end = text.find(b">", at, hi)
        start, end, after = at + 1, end, end + 1
        if end < 0 or b"\n" in text[start:end]:
            return None
    else:
        start, end = at, _destination(text, at, hi)
        after = end
    tail = _TITLE.match(text, after, hi)
    if tail is None:
        return None
    bracket = lo + (2 if image else 1)
    return Item("image" if image else "link", lo, tail.end(), start, end, text[bracket:close])


def _destination(text: bytes, at: int, hi: int) -> int:
    """The end of a bare destination: to a space or an unbalanced parenthesis."""
    depth = 0
    while at < hi:
        match = _BARE.match(text, at, hi)
        if match:
            at = match.end()
            continue
        mark = text[at : at + 1]
        if mark == b"(":
            depth += 1
        elif mark == b")" and depth:
            depth -= 1
        else:
            break
        at += 1
    return at
