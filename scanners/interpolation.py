"""`${X}`, `${X:-default}`, `${X:?error}`, `$X` and `$$` in values, as Compose and Spring write them.

https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

import re
from typing import NamedTuple

from unmoor.scanners.values import segments
from unmoor.text.mapped import Mapped

_OPEN = re.compile(r"\$(?:\$|\{([A-Za-z_][\w.-]*)|([A-Za-z_]\w*))")
_OPERATOR = {"compose": re.compile(r":?[-?+]"), "spring": re.compile(r":-?")}


class Interpolation(NamedTuple):
    """One substitution: `text[lo:hi]` as written, its variable at `text[name_lo:name_hi]`, its operand if it has one.

    operator: "" or one of `:-`, `-`, `:?`, `?`, `:+`, `+`; Spring's `:` is given as `:-`.
    """

    lo: int
    hi: int
    name: str
    name_lo: int
    operator: str
    operand_lo: int
    operand_hi: int

    @property
    def has_default(self) -> bool:
        """Whether something is put in where the variable is missing."""
        return self.operator in ("-", ":-")


def interpolations(text: str, dialect: str = "compose") -> list[Interpolation]:
    """All substitutions in character offsets, an outer one before those within its default."""
    found: list[Interpolation] = []
    at = 0
    while (match := _OPEN.search(text, at)) is not None:
        at = match.end()
        if match.group(1) is None:
            if match.group(2) and dialect != "spring":
                found.append(Interpolation(match.start(), at, match.group(2), match.start(2), "", at, at))
            continue
        name = match.group(1)
        name, lo = _name(name, match.start(1), dialect)
        after = lo + len(name)
        close = _close(text, after)
        if close < 0:
            continue
        operator = _OPERATOR[dialect].match(text, after, close)
        if operator is None:
            if after == close:
                found.append(Interpolation(match.start(), close + 1, name, lo, "", close, close))
            continue
        sign = ":-" if dialect == "spring" else operator.group()
        found.append(Interpolation(match.start(), close + 1, name, lo, sign, operator.end(), close))
        at = operator.end()
    return found


def _name(name: str, lo: int, dialect: str) -> tuple[str, int]:
    """A compose name ends before `-`; Spring's property names hold dots and dashes."""
    if dialect == "compose":
        name = re.match(r"\w+", name).group()  # type: ignore[union-attr]
    return name, lo


def _close(text: str, at: int) -> int:
    """The place of the brace that closes the one before `at`, -1 if none does."""
    depth = 0
    for match in re.compile(r"\$\{|\}").finditer(text, at):
        if match.group() == "}":
            if depth == 0:
                return match.start()
            depth -= 1
        else:
            depth += 1
    return -1


def single_dollars(text: Mapped) -> Mapped:
    """The text with Compose's `$$` turned into `$`; map it with `Unit.inner(…, "compose")`."""
    raw = text.text
    if b"$$" not in raw:
        return Mapped.whole(raw)
    parts: list[tuple[bytes, int, int]] = []
    at = 0
    while (hit := raw.find(b"$$", at)) >= 0:
        parts += [(raw[at:hit], at, hit), (b"$", hit, hit + 2)]
        at = hit + 2
    parts.append((raw[at:], at, len(raw)))
    return segments(raw, parts)
