"""Reading options of a command, given which of them take a value."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from unmoor.scanners.commands.words import Word


class Option(NamedTuple):
    """An option as it was given; `value` is None for a flag."""

    name: str
    value: Word | None
    word: Word


class Arguments(NamedTuple):
    """Options and positional words in order, and the index of the first positional in what was read."""

    options: list[Option]
    positional: list[Word]
    first: int

    def values(self, *names: str) -> list[Word]:
        """The values given to any of the named options."""
        return [option.value for option in self.options if option.name in names and option.value is not None]

    def value(self, *names: str) -> Word | None:
        """The last value given to any of the named options."""
        found = self.values(*names)
        return found[-1] if found else None

    def has(self, *names: str) -> bool:
        """Whether any of the named options was given."""
        return any(option.name in names for option in self.options)


def read_options(words: Sequence[Word], valued: Collection[str], *, first_stops: bool = False) -> Arguments:
    """Split words into options and positionals. `valued`: options with a value ("-p", "--port").

    first_stops: everything from the first positional on is positional (the inner command of `docker exec`).
    """
    options: list[Option] = []
    positional: list[Word] = []
    first = len(words)
    at, open_ = 0, True
    while at < len(words):
        word = words[at]
        text = word.value
        if not open_ or len(text) < 2 or not text.startswith("-"):
            if not positional:
                first = at
            if first_stops:
                return Arguments(options, list(words[at:]), at)
            positional.append(word)
        elif text == "--":
            open_ = False
            if first_stops:
                return Arguments(options, list(words[at + 1 :]), at + 1)
        else:
            following = words[at + 1] if at + 1 < len(words) else None
            option, used = _option(word, following, valued)
            options += option
            at += used
        at += 1
    return Arguments(options, positional, first)


def _option(word: Word, following: Word | None, valued: Collection[str]) -> tuple[list[Option], int]:
    """The options that a word gives, and how many of the following words they use."""
    text = word.value
    name, equals, _ = text.partition("=")
    if equals and (text.startswith("--") or name in valued):
        return [Option(name, word.part(len(name) + 1), word)], 0
    if text in valued:
        return [Option(text, following, word)], int(following is not None)
    if text.startswith("--") or len(text) == 2:
        return [Option(text, None, word)], 0
    return _cluster(word, following, valued)


def _cluster(word: Word, following: Word | None, valued: Collection[str]) -> tuple[list[Option], int]:
    """Short options in one word: `-it`, `-p8080:80`, `-itu root`; a long option with one dash stays whole."""
    found: list[Option] = []
    for at in range(1, len(word.value)):
        name = "-" + word.value[at]
        if name in valued:
            if at + 1 < len(word.value):
                return [*found, Option(name, word.part(at + 1), word)], 0
            return [*found, Option(name, following, word)], int(following is not None)
        found.append(Option(name, None, word))
    return [Option(word.value, None, word), *found], 0
