"""Here-documents, found by lexing: the pinned bash grammar loses the rest of a script at several of their forms."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from unmoor.scanners.commands.words import skip

_OPERATOR = re.compile(rb"<<(-?)[ \t]*((?:\\.|'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|()<>'\"\\`])+)")
_SUBSTITUTED = re.compile(rb"\\.|\$\(\(|\$\(|`", re.S)
_DULL_INSIDE = re.compile(rb"[^\n\"$\\]+")
_DULL = re.compile(rb"[^\n\"'#$()<`\\]+")


class Heredoc(NamedTuple):
    """A here-document. operator: where `<<` stands. lo, hi: the body. close: the end of the line that closes it.

    quoted: its text is literal. tabs: `<<-`, leading tabs are no part of it. behind: the end of the operator's word.
    """

    operator: int
    behind: int
    lo: int
    hi: int
    close: int
    quoted: bool
    tabs: bool


class _Pending(NamedTuple):
    operator: int
    behind: int
    name: bytes
    quoted: bool
    tabs: bool


def heredocs(text: bytes, unclosed: list[tuple[int, int]] | None = None) -> list[Heredoc]:
    """Every closed here-document of a script, in order of its body.

    unclosed: takes the places of operators without one (`let x=1<<2`).
    """
    loose = unclosed if unclosed is not None else []
    found: list[Heredoc] = []
    if b"<<" not in text:
        return found
    pending: list[_Pending] = []
    stack = [b""]  # b"": code; b'"': in double quotes; b")": code in `$(…)` or `(…)`
    at, size = 0, len(text)
    while at < size:
        char = text[at : at + 1]
        if char == b"\n":
            at = _bodies(text, at + 1, pending, found, loose)
            pending = []
        elif stack[-1] == b'"':
            at = _in_double(text, at, stack)
        elif char == b'"':
            stack.append(b'"')
            at += 1
        elif char == b"#" and (at == 0 or text[at - 1] in b" \t\n;(|&"):
            end = text.find(b"\n", at)
            at = size if end < 0 else end
        elif text.startswith((b"$((", b"(("), at):
            at = _arithmetic(text, at)
        elif char == b"(" or text.startswith(b"$(", at):
            stack.append(b")")
            at += 1 if char == b"(" else 2
        elif char == b")":
            if stack[-1] == b")":
                stack.pop()
            at += 1
        elif text.startswith(b"<<<", at):
            at += 3
        elif text.startswith(b"<<", at) and (match := _OPERATOR.match(text, at)):
            name = match[2]
            pending.append(
                _Pending(at, match.end(), _unquote(name), bool(re.search(rb"['\"\\]", name)), bool(match[1]))
            )
            at = match.end()
        else:
            dull = _DULL.match(text, at)
            at = dull.end() if dull else max(skip(text, at, size), at + 1)
    loose += [(item.operator, item.behind) for item in pending]
    return found


def substitutions(text: bytes, lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """The commands inside a body that is expanded, `$(…)` and backticks, as ranges without their marks."""
    at = lo
    while (match := _SUBSTITUTED.search(text, at, hi)) is not None:
        at = match.end()
        if match.group() == b"`":
            end = text.find(b"`", at, hi)
            if end > at and b"\\" not in text[at:end]:
                yield at, end
            at = end + 1 if end >= 0 else hi
        elif match.group() == b"$(":
            end = min(skip(text, match.start(), hi), hi)
            if text[end - 1 : end] == b")":
                yield at, end - 1
            at = max(end, at)


def _in_double(text: bytes, at: int, stack: list[bytes]) -> int:
    char = text[at : at + 1]
    if char == b'"':
        stack.pop()
        return at + 1
    if text.startswith(b"$(", at) and not text.startswith(b"$((", at):
        stack.append(b")")
        return at + 2
    dull = _DULL_INSIDE.match(text, at)
    if dull:
        return dull.end()
    return at + 2 if char == b"\\" else at + 1


def _arithmetic(text: bytes, at: int) -> int:
    end = text.find(b"))", at)
    line = text.find(b"\n", at)
    if end < 0 or (0 <= line < end):
        return at + 2  # `((` that opens two subshells
    return end + 2


def _unquote(name: bytes) -> bytes:
    return re.sub(rb"\\(.)|['\"]", lambda m: m[1] or b"", name)


def _bodies(text: bytes, at: int, pending: list[_Pending], found: list[Heredoc], loose: list[tuple[int, int]]) -> int:
    """Read the bodies that follow a line; returns where the script goes on."""
    for item in pending:
        start = at
        line = at
        while line < len(text):
            end = text.find(b"\n", line)
            end = len(text) if end < 0 else end
            content = text[line:end].rstrip(b"\r")
            if (content.lstrip(b"\t") if item.tabs else content) == item.name:
                found.append(Heredoc(item.operator, item.behind, start, line, end, item.quoted, item.tabs))
                at = min(end + 1, len(text))
                break
            line = end + 1
        else:
            loose.append((item.operator, item.behind))
    return at
