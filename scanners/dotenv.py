"""Env files: a lossless line lexer.

The readers differ (Docker Compose, python-dotenv, node's dotenv); where they do, the value is what Compose and
python-dotenv read, and `problem` says what one of the three refuses or reads otherwise.

`env` declarations, where "dotenv": attrs commented, quoted ("", "single", "double", "backtick"), exported, separator,
duplicate (an earlier entry of the file has the name), problem, problems (all of them).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import commands
from unmoor.scanners.commands import State, Word
from unmoor.scanners.commands.text import HOST_KEY
from unmoor.scanners.commands.words import Hole, Piece
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class
from unmoor.text.mapped import Mapped

LANGUAGE = "dotenv"
_ENTRY = re.compile(
    rb"[ \t]*(?P<comment>#[#! \t]*)?(?P<export>export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)(?P<before>[ \t]*)"
    rb"(?P<sep>=|:(?=[ \t]|$))(?P<after>[ \t]*)"
)
_COMMENTED_NAME = re.compile(rb"^[A-Za-z_]\w*$")
_BARE = re.compile(rb"[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*$")
_VARIABLE = re.compile(rb"\\.|\$\$|\$\{[A-Za-z_]\w*(?:[^{}]|\{[^{}]*\})*\}|\$[A-Za-z_]\w*")
_QUOTES = {b"'": "single", b'"': "double", b"`": "backtick"}
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b'"': b'"', b"\\": b"\\", b"$": b"$"}
_LOCAL = ("loopback", "private", "tailnet", "docker-internal")


class Entry(NamedTuple):
    """One assignment. lo, hi: the value without its quotes. end: where its last line ends."""

    name: str
    name_lo: int
    lo: int
    hi: int
    quoted: str
    commented: bool
    exported: bool
    separator: str
    problems: tuple[str, ...]
    end: int


def entries(text: bytes) -> Iterator[Entry | tuple[int, int]]:
    """The entries of an env file in order; a line that is none (a comment, nonsense) as its (start, end)."""
    at = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    while at < len(text):
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        stop = end - 1 if end > at and text[end - 1 : end] == b"\r" else end
        match = _ENTRY.match(text, at, stop)
        if match is None or (match["comment"] and not _COMMENTED_NAME.match(match["name"])):
            yield at, stop
            at = end + 1
            continue
        entry = _entry(text, match, stop)
        yield entry
        following = text.find(b"\n", entry.end)
        at = len(text) if following < 0 else following + 1


def _entry(text: bytes, match: "re.Match[bytes]", stop: int) -> Entry:
    commented = match["comment"] is not None
    lo, problems = match.end(), []
    if match["before"] and not commented:
        problems.append("a space before =")
    if not re.fullmatch(rb"[A-Za-z_]\w*", match["name"]):
        problems.append("not a valid name")
    quote = text[lo : lo + 1]
    if quote in _QUOTES:
        close = _close(text, lo + 1, quote, stop if commented else len(text))
        if close is not None:
            tail = text[close + 1 : _line_end(text, close)].strip()
            if not tail or tail.startswith(b"#"):
                if quote == b"`":
                    problems.append("backticks are quotes for node's dotenv alone")
                return _made(match, lo + 1, close, _QUOTES[quote], commented, problems, _line_end(text, close))
            problems.append("text behind the closing quote")
        else:
            problems.append("the quote is not closed")
    hi = _unquoted_end(text, lo, stop)
    value = text[lo:hi]
    if quote not in _QUOTES and re.search(rb"[^\s\"'=({\[,][\"']$", value) and value.count(value[-1:]) % 2:
        problems.append("a stray quote at the end")
    return _made(match, lo, hi, "", commented, problems, stop)


def _made(
    match: "re.Match[bytes]", lo: int, hi: int, quoted: str, commented: bool, problems: list[str], end: int
) -> Entry:
    return Entry(
        match["name"].decode("utf-8", "replace"),
        match.start("name"),
        lo,
        hi,
        quoted,
        commented,
        match["export"] is not None,
        match["sep"].decode(),
        tuple(problems),
        end,
    )


def _close(text: bytes, at: int, quote: bytes, stop: int) -> int | None:
    """The closing quote, perhaps lines below. A value that runs on over what looks like an entry was never closed."""
    start = at
    while at < stop:
        char = text[at : at + 1]
        if char == quote:
            return at
        if (
            char == b"\n"
            and re.match(rb"(?:export )?[A-Z_][A-Z0-9_]*=", text[at + 1 : at + 80])
            and quote not in text[start:at]
        ):
            return None
        at += 2 if char == b"\\" and quote == b'"' else 1
    return None


def _line_end(text: bytes, at: int) -> int:
    end = text.find(b"\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1 : end] == b"\r" else end


def _unquoted_end(text: bytes, lo: int, stop: int) -> int:
    """Up to a comment (a blank, then #), without trailing blanks."""
    match = re.compile(rb"(?<=[ \t])#").search(text, lo, stop)
    hi = match.start() if match else stop
    while hi > lo and text[hi - 1] in b" \t":
        hi -= 1
    return hi


def scan(unit: Unit) -> Facts:
    """The facts of an env file."""
    facts = Facts()
    found: list[Entry] = []
    for item in entries(unit.text.text):
        if isinstance(item, Entry):
            found.append(item)
        else:
            _other(unit, *item, facts)
    ports = {entry.name: entry for entry in found if not entry.commented and entry.name.upper().endswith("PORT")}
    seen: set[str] = set()
    for entry in found:
        word = word_of(unit, entry)
        _declare(facts, entry, word, entry.name in seen and not entry.commented)
        if not entry.commented:
            seen.add(entry.name)
        _refer(facts, unit, entry, word, ports)
    return facts


def word_of(unit: Unit, entry: Entry) -> Word:
    """The decoded value; variables in it are holes, unless single quotes make it literal."""
    text = unit.text.text
    layer = f"dotenv:{entry.quoted or 'plain'}"
    parts = (
        list(_decoded(text, entry.lo, entry.hi))
        if entry.quoted == "double"
        else [(text[entry.lo : entry.hi], entry.lo, entry.hi)]
    )
    mapped = Mapped.build(parts)
    inner = structs.replace(unit, text=unit.text.compose(mapped))
    holes = (
        ()
        if entry.quoted in ("single", "backtick")
        else tuple(
            Hole(m.start(), m.end(), "parameter")
            for m in _VARIABLE.finditer(mapped.text)
            if not m.group().startswith((b"\\", b"$$"))
        )
    )
    pieces = (Piece(0, len(mapped.text), layer),)
    if not mapped.segments:  # an empty value still has a place
        inner = structs.replace(unit, text=unit.text.slice(entry.lo, entry.lo))
    return Word(inner, mapped.text.decode("utf-8", "replace"), entry.lo, entry.hi, pieces, holes)


def _decoded(text: bytes, lo: int, hi: int) -> Iterator[tuple[bytes, int, int]]:
    at = lo
    while at < hi:
        follow = text[at + 1 : at + 2]
        if text[at : at + 1] == b"\\" and at + 1 < hi and follow in _ESCAPES:
            yield _ESCAPES[follow], at, at + 2
            at += 2
            continue
        end = text.find(b"\\", at + 1, hi)
        end = hi if end < 0 else end
        yield text[at:end], at, end
        at = end


def _declare(facts: Facts, entry: Entry, word: Word, duplicate: bool) -> None:
    attrs: dict[str, object] = {
        "where": "dotenv",
        "commented": entry.commented,
        "quoted": entry.quoted,
        "exported": entry.exported,
        "separator": entry.separator,
        "duplicate": duplicate,
        "problem": entry.problems[0] if entry.problems and not entry.commented else "",
        "problems": [] if entry.commented else list(entry.problems),
    }
    facts.declarations.append(
        structs.replace(word.declaration("env", entry.name, word.value, attrs=attrs), language=LANGUAGE)
    )


def _refer(facts: Facts, unit: Unit, entry: Entry, word: Word, ports: dict[str, Entry]) -> None:
    state = State.of(unit)
    if entry.commented:
        state.role = "comment"
    extra: dict[str, object] = {}
    sibling = _sibling(entry.name, ports)
    if sibling is not None:
        value = unit.text.text[sibling.lo : sibling.hi].decode("utf-8", "replace")
        place = tuple(unit.span(sibling.lo, sibling.hi))
        extra = {"sibling_port": value, "sibling_port_name": sibling.name, "sibling_port_span": place}
    read = commands.read_value(word, entry.name, state, "config", "", **extra)
    for reference in read.references:
        attrs = dict(reference.attrs)
        if reference.kind == "env":
            if entry.commented:
                continue
            attrs["access"] = "dotenv"
        facts.references.append(structs.replace(reference, language=LANGUAGE, attrs=attrs))


def _sibling(name: str, ports: dict[str, Entry]) -> Entry | None:
    """The port that belongs to a host: POSTGRES_HOST and POSTGRES_PORT."""
    if not HOST_KEY.search(name):
        return None
    stem = HOST_KEY.sub("", name)
    return ports.get(f"{stem}_PORT") or ports.get(f"{stem}_port") if stem else ports.get("PORT")


def _other(unit: Unit, lo: int, hi: int, facts: Facts) -> None:
    """A comment, or a line that is no assignment."""
    text = unit.text.text[lo:hi]
    bare = text.strip()
    if not bare:
        return
    if bare.startswith(b"#"):
        word = commands.plain_word(unit, lo, hi)
        read = commands.read_word(word, State(cwd=unit.cwd), "comment", "in a comment")
        facts.references += [
            structs.replace(reference, language=LANGUAGE)
            for reference in read.references
            if reference.kind in ("url", "host") and host_class(reference.attrs["host"]) in _LOCAL
        ]
    elif not _BARE.match(text):
        facts.add(unit.problem(lo, hi, "not an assignment"))
