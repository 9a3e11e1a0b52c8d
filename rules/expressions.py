"""Regular expressions of users' rules, matched in linear time: no pattern can make a scan hang.

Python's engine backtracks: `(a+)+$` takes years on a line of forty letters. A rule of a user is a file of the
repository that is scanned, so its patterns run as a set of states instead (Thompson 1968,
https://swtch.com/~rsc/regexp/regexp1.html): states × length steps at most. What cannot run so (look-around,
back-references, atomic groups) is refused when the page is loaded, and so is a pattern of more than `LIMIT` states.
Built-in pages take Python's engine.
"""

import re
from collections.abc import Callable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LIMIT = 2000
LONGEST = 4096
Test = Callable[[str], bool]

_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


class UnsupportedError(ValueError):
    """A construct that cannot be matched in linear time, in words."""


class Linear:
    """A pattern as states. Each state is (kind, what, next): "char" with a test, "at" with an assertion, "split" with
    two ways, "end". Only `search` is asked, and only whether it finds anything, so greed makes no difference."""

    def __init__(self, pattern: str) -> None:
        """Raises re.error for what is no pattern, UnsupportedError for what cannot run here."""
        tree = _parser.parse(pattern)
        self._flags = tree.state.flags
        self._states: list[tuple[str, Any, int]] = [("end", None, 0)]
        self._start = self._sequence(tree, 0, self._flags)

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the first `LONGEST` characters."""
        text = text[:LONGEST]
        current: set[int] = set()
        for at in range(len(text) + 1):
            if self._close(current, self._start, text, at):
                return True
            if at == len(text):
                return False
            following: set[int] = set()
            for state in current:
                kind, test, after = self._states[state]
                if kind == "char" and test(text[at]) and self._close(following, after, text, at + 1):
                    return True
            current = following
        return False

    def _close(self, found: set[int], state: int, text: str, at: int) -> bool:
        """Add a state and all that is reached from it without a character; True if that is the end."""
        waiting = [state]
        while waiting:
            one = waiting.pop()
            if one in found:
                continue
            found.add(one)
            kind, what, after = self._states[one]
            if kind == "end":
                return True
            if kind == "split":
                waiting += [what, after]
            elif kind == "at" and _holds(what, text, at):
                waiting.append(after)
        return False

    def _add(self, kind: str, what: Any, after: int) -> int:
        if len(self._states) >= LIMIT:
            raise UnsupportedError(f"it is too large: more than {LIMIT} states")
        self._states.append((kind, what, after))
        return len(self._states) - 1

    def _sequence(self, tree: Any, after: int, flags: int) -> int:
        """The first state of a sequence that goes on with `after`; built from its end."""
        for operation, argument in reversed(list(tree)):
            after = self._node(operation, argument, after, flags)
        return after

    def _node(self, operation: Any, argument: Any, after: int, flags: int) -> int:
        if operation in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            return self._add("char", _test(operation, argument, flags), after)
        if operation is sre.AT:
            return self._add("at", (argument, bool(flags & re.MULTILINE)), after)
        if operation is sre.SUBPATTERN:
            _, added, removed, inner = argument
            return self._sequence(inner, after, (flags | added) & ~removed)
        if operation is sre.BRANCH:
            ways = [self._sequence(way, after, flags) for way in argument[1]]
            first = ways[-1]
            for way in reversed(ways[:-1]):
                first = self._add("split", way, first)
            return first
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, high, inner = argument
            return self._repeat(low, high, inner, after, flags)
        raise UnsupportedError(f"`{str(operation).lower().replace('_', ' ')}` cannot be matched in linear time")

    def _repeat(self, low: int, high: Any, inner: Any, after: int, flags: int) -> int:
        if high is sre.MAXREPEAT:
            loop = self._add("split", after, after)
            body = self._sequence(inner, loop, flags)
            self._states[loop] = ("split", body, after)
            after = loop
        else:
            if high > LIMIT:
                raise UnsupportedError(f"it is too large: more than {LIMIT} states")
            end = after
            for _ in range(high - low):
                after = self._add("split", self._sequence(inner, after, flags), end)
        if low > LIMIT:
            raise UnsupportedError(f"it is too large: more than {LIMIT} states")
        for _ in range(low):
            after = self._sequence(inner, after, flags)
        return after


def _holds(what: tuple[Any, bool], text: str, at: int) -> bool:
    place, multiline = what
    if place in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return at == 0 or (multiline and place is sre.AT_BEGINNING and text[at - 1] == "\n")
    if place is sre.AT_END:
        rest = text[at:]
        return rest in ("", "\n") or (multiline and rest.startswith("\n"))
    if place is sre.AT_END_STRING:
        return at == len(text)
    edge = _word(text, at - 1) != _word(text, at)
    return edge if place is sre.AT_BOUNDARY else not edge and bool(text)


def _word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def _test(operation: Any, argument: Any, flags: int) -> Test:
    """Whether one character fits; with the flag `i`, in any case."""
    if operation is sre.ANY:
        return (lambda _: True) if flags & re.DOTALL else (lambda character: character != "\n")
    if operation is sre.LITERAL:
        source = re.escape(chr(argument))
    elif operation is sre.NOT_LITERAL:
        source = f"[^{_escape(argument)}]"
    else:
        source = "[" + "".join(_member(*member) for member in argument) + "]"
    kept = flags & (re.IGNORECASE | re.ASCII)
    return lambda character, fits=re.compile(source, kept).match: fits(character) is not None  # type: ignore[misc]


def _member(kind: Any, value: Any) -> str:
    if kind is sre.NEGATE:
        return "^"
    if kind is sre.LITERAL:
        return _escape(value)
    if kind is sre.RANGE:
        return f"{_escape(value[0])}-{_escape(value[1])}"
    return _CATEGORIES[value]


def _escape(code: int) -> str:
    return f"\\U{code:08x}"
