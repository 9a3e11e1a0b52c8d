"""`${VAR}` in compose files, as https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md means it."""

import re
from collections.abc import Callable
from typing import NamedTuple

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
Lookup = Callable[[str], str | None]


class Use(NamedTuple):
    """A variable that a text reads. default: its literal default (itself interpolated), None if it has none."""

    name: str
    operator: str
    default: str | None
    lo: int
    hi: int


class Interpolated(NamedTuple):
    """The text after interpolation. known: False if a variable has neither value nor default; it stays as written."""

    text: str
    known: bool
    uses: tuple[Use, ...] = ()


def interpolate(text: str, lookup: Lookup, unset: str | None = None) -> Interpolated:
    """Replace every variable. unset: what a variable without value becomes (Compose: ""); None keeps it as written."""
    if "$" not in text:
        return Interpolated(text, True)
    out: list[str] = []
    uses: list[Use] = []
    known, at = True, 0
    while True:
        dollar = text.find("$", at)
        if dollar < 0:
            out.append(text[at:])
            return Interpolated("".join(out), known, tuple(uses))
        out.append(text[at:dollar])
        end, piece, sure, used = _variable(text, dollar, lookup, unset)
        out.append(piece)
        uses += used
        known, at = known and sure, end


def _variable(text: str, at: int, lookup: Lookup, unset: str | None) -> tuple[int, str, bool, list[Use]]:
    """(end, replacement, known, uses) of what begins with the `$` at `at`."""
    if text.startswith("$$", at):
        return at + 2, "$", True, []
    braced = text.startswith("${", at)
    match = _NAME.match(text, at + 2 if braced else at + 1)
    if not match:
        return at + 1, "$", True, []
    if not braced:
        value = lookup(match.group())
        use = [Use(match.group(), "", None, at, match.end())]
        return match.end(), *_known(value, text[at : match.end()], unset), use
    end = closing(text, at + 1)
    if end < 0:
        return at + 1, "$", True, []
    body = text[match.end() : end - 1]
    return end, *_braced(match.group(), body, text[at:end], lookup, unset, (at, end))


def _braced(
    name: str, body: str, whole: str, lookup: Lookup, unset: str | None, place: tuple[int, int]
) -> tuple[str, bool, list[Use]]:
    operator = next((sign for sign in _OPERATORS if body.startswith(sign)), "")
    if body and not operator:
        return whole, False, []
    word = interpolate(body[len(operator) :], lookup, unset)
    value = lookup(name)
    missing = value is None or (value == "" and operator.startswith(":"))
    default = word.text if operator.endswith("-") else None
    uses = [Use(name, operator, default, *place), *word.uses]
    if operator.endswith("+"):
        return ("" if missing else word.text), missing or word.known, uses
    if operator.endswith("-") and missing:
        return word.text, word.known, uses
    return *_known(None if missing and operator else value, whole, unset), uses


def _known(value: str | None, written: str, unset: str | None) -> tuple[str, bool]:
    if value is not None:
        return value, True
    return (written, False) if unset is None else (unset, True)


def closing(text: str, brace: int) -> int:
    """The offset behind the `}` that closes the `{` at `brace`; -1 if none does."""
    depth = 0
    for at in range(brace, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at + 1
    return -1


def split_outside(text: str, separator: str) -> list[tuple[str, int]]:
    """(part, offset) of a text split at a separator that does not stand inside `${…}` or `[…]`."""
    parts: list[tuple[str, int]] = []
    depth = start = 0
    for at, character in enumerate(text):
        if character in "{[":
            depth += 1
        elif character in "}]":
            depth = max(depth - 1, 0)
        elif character == separator and depth == 0:
            parts.append((text[start:at], start))
            start = at + 1
    return [*parts, (text[start:], start)]
