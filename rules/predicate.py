"""The predicate language of rule pages: small, closed, checked before it runs (docs/design.md)."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from unmoor.model.subjects import Subject

Predicate = Callable[[Subject], bool]
_SUFFIXES = ("-not", "-matches", "-above", "-below")


class PredicateError(ValueError):
    """A key or value that the language does not have. `key` is the offending key, for the place in the page."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key


def attribute(subject: Subject, key: str) -> Any:
    """The value of a dotted key: an attribute, or `verdict`, `value`, `path`, `suggestion`, `target.…`."""
    if key in subject.attrs:
        return subject.attrs[key]
    if key in ("verdict", "value", "path", "suggestion", "kind"):
        return getattr(subject, key)
    if key.startswith("target."):
        return getattr(subject.target, key[7:], "") if subject.target else ""
    if key in ("role", "language", "why") and subject.reference is not None:
        return getattr(subject.reference, key)
    return None


def compile_table(table: dict[str, Any], known: Iterable[str], *, trusted: bool = True) -> Predicate:
    """A predicate that holds if every entry of the table holds. Raises PredicateError.

    trusted: take Python's engine for regular expressions; else one that no pattern can hang.
    """
    if not isinstance(table, dict):
        raise PredicateError("a table of keys and values is expected", "when")
    names = set(known)
    tests = [_entry(str(key), value, names, trusted) for key, value in table.items()]
    return lambda subject: all(test(subject) for test in tests)


def _entry(key: str, value: Any, known: set[str], trusted: bool) -> Predicate:
    if key == "any":
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise PredicateError("`any` takes a list of tables", key)
        parts = [compile_table(part, known, trusted=trusted) for part in value]
        return lambda subject: any(part(subject) for part in parts)
    if key == "none":
        listed = value if isinstance(value, list) else [value]
        inner = [compile_table(part, known, trusted=trusted) for part in listed]
        return lambda subject: not any(part(subject) for part in inner)
    suffix = next((s for s in _SUFFIXES if key.endswith(s) and key not in known), "")
    name = key.removesuffix(suffix)
    if name not in known:
        near = get_close_matches(name, sorted({*known, "any", "none"}), 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise PredicateError(f"unknown key `{key}`{hint}", key)
    return _comparison(name, suffix, value, trusted)


def _comparison(name: str, suffix: str, value: Any, trusted: bool) -> Predicate:
    if suffix == "-matches":
        search = _expression(name + suffix, value, trusted)
        return lambda subject: bool(search(str(attribute(subject, name) or "")[:4096]))
    if suffix in ("-above", "-below"):
        if not isinstance(value, int | float):
            raise PredicateError(f"`{name}{suffix}` takes a number", name + suffix)
        sign = 1 if suffix == "-above" else -1
        return lambda subject: _number(attribute(subject, name), sign, value)
    wanted = value if isinstance(value, list) else [value]
    if suffix == "-not":
        return lambda subject: not _among(attribute(subject, name), wanted)
    return lambda subject: _among(attribute(subject, name), wanted)


def _expression(key: str, value: Any, trusted: bool) -> Callable[[str], Any]:
    """The `search` of a pattern. Raises PredicateError for what is no pattern, or none that can run safely."""
    try:
        if not isinstance(value, str):
            raise TypeError("a text is expected")
        return re.compile(value).search if trusted else _linear(key, value)
    except (re.error, TypeError, RecursionError, OverflowError) as error:
        raise PredicateError(f"`{key}` is no regular expression: {error}", key) from None


def _linear(key: str, pattern: str) -> Callable[[str], bool]:
    from unmoor.rules.expressions import Linear, UnsupportedError

    try:
        return Linear(pattern).search
    except UnsupportedError as error:
        raise PredicateError(f"`{key}`: {error}", key) from None


def _number(found: Any, sign: int, bound: float) -> bool:
    return isinstance(found, int | float) and (found - bound) * sign > 0


def _among(found: Any, wanted: list[Any]) -> bool:
    """Equality; a flag that was never set is false, a missing text is ""; a list holds if one of its items does."""
    if isinstance(found, list | tuple | set | frozenset):
        return any(_among(item, wanted) for item in found)
    for value in wanted:
        if isinstance(value, bool):
            if bool(found) is value:
                return True
        elif found == value or (value in ("", None) and found in ("", None)):
            return True
    return False
