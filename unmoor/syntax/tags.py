"""Tags and attributes of single-file components: Vue, Svelte and Astro templates.

A lexer, not a parser: it finds each opening tag and what its attributes are, through braces that hold code. Vue:
https://vuejs.org/guide/essentials/template-syntax. Svelte: https://svelte.dev/docs/svelte/basic-markup. Astro:
https://docs.astro.build/en/basics/astro-syntax
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPEN = re.compile(rb"<([A-Za-z][\w:.-]*)(?=[\s/>])")
_SPACE = re.compile(rb"[\s/]*")
_NAME = re.compile(rb"[^\s=>\"'{}`/<&;]+")
_EQUALS = re.compile(rb"\s*=\s*")
_BARE = re.compile(rb"[^\s\"'<>=`{]+")
_CODE = re.compile(rb"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[{}`]", re.DOTALL)
_MOST_CODE = 1 << 16  # bytes of one expression
_MOST_OPEN = 20  # values that nothing closes: more, and this is no template
_REST = re.compile(rb"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)


class Attribute(NamedTuple):
    """One attribute. start: of its name. lo, hi: its value without the quote (`"`, `'`, `{`, a backtick or "")."""

    name: str
    start: int
    lo: int
    hi: int
    quote: str


class Tag(NamedTuple):
    """One opening tag, from `<` to behind `>`."""

    name: str
    start: int
    end: int
    attributes: tuple[Attribute, ...]


class _UnclosedError(Exception):
    """A brace, quote or backtick without its end."""


def tags(data: bytes, language: str) -> Iterator[Tag]:
    """Every opening tag. language: "vue", "svelte" or "astro": in a Vue attribute only quotes end a value."""
    at = unclosed = 0
    while unclosed < _MOST_OPEN and (match := _OPEN.search(data, at)) is not None:
        try:
            tag = _tag(data, match, language != "vue", language == "svelte")
        except _UnclosedError:
            tag, unclosed = None, unclosed + 1
        at = match.end() if tag is None else tag.end
        if tag is not None:
            yield tag


def _tag(data: bytes, head: "re.Match[bytes]", braces: bool, mixed: bool) -> Tag | None:
    """The tag that begins here; None if what follows is none. mixed: quoted values hold braces with code."""
    at = head.end()
    found: list[Attribute] = []
    while True:
        at = _end(_SPACE, data, at)
        if data[at : at + 1] == b">":
            return Tag(head.group(1).decode(), head.start(), at + 1, tuple(found))
        if braces and data[at : at + 1] == b"{":
            close = _braced(data, at)
            found.append(Attribute("", at, at + 1, close, "{"))
            at = close + 1
            continue
        name = _NAME.match(data, at)
        if name is None:
            return None
        equals = _EQUALS.match(data, name.end())
        value = _value(data, equals.end(), braces, mixed) if equals is not None else (name.end(), name.end(), "")
        if value is None:
            return None
        lo, hi, quote = value
        found.append(Attribute(name.group().decode("utf-8", "replace"), at, lo, hi, quote))
        at = hi + (1 if quote else 0)


def _value(data: bytes, at: int, braces: bool, mixed: bool) -> tuple[int, int, str] | None:
    quote = data[at : at + 1]
    if quote in (b'"', b"'"):
        close = _quoted(data, at + 1, quote) if mixed else data.find(quote, at + 1)
        if close < 0:
            raise _UnclosedError
        return at + 1, close, quote.decode()
    if braces and quote == b"{":
        return at + 1, _braced(data, at), "{"
    if braces and quote == b"`":
        return at + 1, _template(data, at + 1) - 1, "`"
    bare = _BARE.match(data, at)
    return None if bare is None else (at, bare.end(), "")


def _quoted(data: bytes, at: int, quote: bytes) -> int:
    """The closing quote, past braces that hold code with quotes of their own."""
    stop = re.compile(rb"[{" + quote + rb"]")
    while (match := stop.search(data, at)) is not None:
        if match.group() == quote:
            return match.start()
        at = _braced(data, match.start()) + 1
    raise _UnclosedError


def _braced(data: bytes, at: int) -> int:
    """The `}` of the `{` at `at`, past strings, templates and comments."""
    return _closed(data, at + 1, [b"{"]) - 1


def _template(data: bytes, at: int) -> int:
    """Behind the backtick that closes a template whose text begins at `at`."""
    return _closed(data, at, [b"`"])


def _closed(data: bytes, at: int, opened: list[bytes]) -> int:
    """Behind the end of everything that is open: braces with code, and templates, in one another."""
    stop = at + _MOST_CODE
    while opened:
        if opened[-1] == b"`":
            at = _end(_REST, data, at)
            found = data[at : at + 2]
            if found != b"${" and found[:1] != b"`":
                raise _UnclosedError
        else:
            match = _CODE.search(data, at, stop)
            if match is None:
                raise _UnclosedError
            at, found = match.start(), match.group()
        if found in (b"{", b"${") or (found == b"`" and opened[-1] == b"{"):
            opened.append(found[-1:])
        elif found == b"}" or found[:1] == b"`":
            opened.pop()
            found = found[:1]
        at += len(found)
    return at


def _end(pattern: "re.Pattern[bytes]", data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match is not None else at
