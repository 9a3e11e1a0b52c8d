"""PowerShell and batch files, by lexing: addresses, docker and other commands, no more.

Words are split at blanks outside quotes; a statement ends at a line break, `;` or `|` outside quotes. A backtick (or
`^` in batch files) continues a line.
"""

import re
from collections.abc import Iterator

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import commands
from unmoor.scanners.commands import State, Word
from unmoor.scanners.commands.words import Hole, Piece
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class

LANGUAGE = "powershell"
_TOKEN = re.compile(
    rb"(?P<block><#.*?#>)|(?P<here>@\"\r?\n.*?\r?\n\"@|@'\r?\n.*?\r?\n'@)|(?P<double>\"(?:[^\"`\r\n]|`.|\"\")*\")"
    rb"|(?P<single>'(?:[^'\r\n]|'')*')|(?P<continued>[`^][ \t]*\r?\n)|(?P<end>\r?\n|;|\|\||\||&&|[{}])"
    rb"|(?P<sub>\$\([^()\r\n]*\))|(?P<blank>[ \t()]+)|(?P<any>(?:\$\{\w+\}|[^\s\"'`|;{}^()$])+|.)",
    re.S,
)
_COMMENT = re.compile(rb"(?i)(?:#|rem\b|::)")
_VARIABLE = re.compile(rb"\$\([^()]*\)|\$\{[^{}]*\}|\$(?:env:)?\w+|%\w+%|%%\w+")
_ASSIGNED = re.compile(r"^\$(?:\w+:)?(\w+)$")
_ENV = re.compile(r"(?i)\$env:(\w+)|%(\w+)%")
_GUARD = re.compile(r"(?i)\b(?:Test-Path|if\s+(?:not\s+)?exist|Get-Command)\b")
_ALIASES = {"Invoke-WebRequest", "Invoke-RestMethod", "Test-NetConnection", "iwr", "irm"}


def scan(unit: Unit) -> Facts:
    """The facts of a script."""
    facts = Facts()
    state = State.of(unit)
    depth = 0
    guards: list[int] = []
    for words, mark in _statements(unit, facts):
        if words:
            text = " ".join(word.value for word in words)
            state.guarded = bool(guards) or bool(re.search(r"(?i)^if\s+exist\b", text))
            _statement(facts, unit, words, state)
            if mark == b"{" and _GUARD.search(text) and not re.search(r"(?i)-not|!\s*\(", text):
                guards.append(depth)
        depth += {b"{": 1, b"}": -1}.get(mark, 0)
        guards = [guard for guard in guards if guard < depth]
    return facts


def _statements(unit: Unit, facts: Facts) -> Iterator[tuple[list[Word], bytes]]:
    """Each statement's words, and what ended it."""
    text = unit.text.text
    at = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    words: list[Word] = []
    start: int | None = None
    pieces: list[tuple[int, int, str]] = []
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            break
        kind = token.lastgroup or "any"
        if start is None and kind == "any" and _COMMENT.match(text, at) and _line_start(text, at, words):
            end = text.find(b"\n", at)
            end = len(text) if end < 0 else end
            _comment(unit, facts, at, end)
            at = end
            continue
        if kind in ("blank", "continued", "end", "block"):
            if start is not None:
                words.append(_word(unit, start, at, pieces))
                start, pieces = None, []
            if kind == "end":
                yield words, token.group().strip()
                words = []
            elif kind == "block":
                _comment(unit, facts, at, token.end())
        else:
            start = at if start is None else start
            pieces.append((at, token.end(), kind))
        at = token.end()
    if start is not None:
        words.append(_word(unit, start, len(text), pieces))
    if words:
        yield words, b""


def _line_start(text: bytes, at: int, words: list[Word]) -> bool:
    """`#` begins a comment at a word's beginning; `rem` and `::` only at a statement's."""
    return text[at : at + 1] == b"#" or not words


def _word(unit: Unit, lo: int, hi: int, pieces: list[tuple[int, int, str]]) -> Word:
    whole = len(pieces) == 1 and pieces[0][2] in ("double", "single", "here")
    if whole:
        kind = pieces[0][2]
        lo, hi = (lo + 2, hi - 2) if kind == "here" else (lo + 1, hi - 1)
        layer = f"powershell:{kind}"
    else:
        layer = "powershell:word"
    word = commands.plain_word(unit, lo, max(lo, hi), layer)
    holes = (
        ()
        if layer == "powershell:single"
        else tuple(Hole(m.start(), m.end(), "command") for m in _VARIABLE.finditer(word.unit.text.text))
    )
    return word._replace(holes=holes, pieces=(Piece(0, word.size, layer),))


def _comment(unit: Unit, facts: Facts, lo: int, hi: int) -> None:
    found = commands.read_word(commands.plain_word(unit, lo, hi), State(), "comment", "in a comment")
    facts.references += [
        structs.replace(r, language=LANGUAGE)
        for r in found.references
        if host_class(r.attrs["host"]) in ("loopback", "private", "tailnet", "docker-internal")
    ]


def _statement(facts: Facts, unit: Unit, words: list[Word], state: State) -> None:
    _environment(facts, words, state)
    match = _ASSIGNED.match(words[0].value)
    if match and len(words) > 2 and words[1].value == "=":
        found = Facts()
        if len(words) == 3 and not words[2].dynamic:
            state.variables[match[1]] = [words[2]]
        for word in words[2:]:
            found.add(commands.read_value(word, match[1], state))
        if re.fullmatch(r"[\w.-]+", words[2].value) and len(words) > 3:
            found = commands.read(words[2:], unit, state)
    elif words[0].value.lower() == "set" and len(words) > 1 and "=" in words[1].value:
        name = words[1].value.partition("=")[0]
        found = commands.read_value(words[1].part(len(name) + 1), name, state)
    else:
        found = commands.read(_command(words), unit, state)
    found.references = [structs.replace(r, language=LANGUAGE) for r in found.references]
    facts.add(found)


def _command(words: list[Word]) -> list[Word]:
    """Without the keywords and marks in front: `@echo`, `if (`, `& docker`, `return`."""
    at = 0
    while at < len(words) - 1 and re.fullmatch(
        r"(?i)[@&(.]+|if|else|elseif|return|try|catch|finally|not|exist|do|in|while|foreach|call|start|\(.*|.*\)",
        words[at].value,
    ):
        at += 1
    head = words[at]
    if head.value.startswith(("@", "(")) and len(head.value) > 1:
        head = head.part(1)
    return [head, *words[at + 1 :]]


def _environment(facts: Facts, words: list[Word], state: State) -> None:
    for word in words:
        for match in _ENV.finditer(word.value):
            group = 1 if match[1] else 2
            name = match[group]
            lo, hi = word.offset(match.start(group)), word.offset(match.end(group))
            if name.isupper() and not word.value.startswith("%%"):
                facts.references.append(
                    word.unit.reference(
                        "env",
                        lo,
                        hi,
                        name,
                        "config",
                        LANGUAGE,
                        word.layer,
                        runtime=state.runtime,
                        cwd=state.cwd,
                        attrs={
                            "default": None,
                            "has_default": False,
                            "required": False,
                            "access": "shell",
                            "dynamic": False,
                        },
                    )
                )
