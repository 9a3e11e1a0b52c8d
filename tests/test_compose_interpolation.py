"""Interpolation, by the examples of the Compose specification and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.topology.interpolate import interpolate, split_outside

SET = {"FULL": "value", "EMPTY": "", "PORT": "8000"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$FULL", "value"),
        ("${FULL}", "value"),
        ("${FULL:-default}", "value"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${NONE-default}", "default"),
        ("${FULL:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${NONE+other}", ""),
        ("${FULL:?needed}", "value"),
        ("${NONE:-${PORT}}", "8000"),
        ("${NONE:-http://x:${PORT:-1}/y}", "http://x:8000/y"),
        ("${NONE:-${OTHER:-${LAST:-deep}}}", "deep"),
        ("${NONE:-{a: b}}", "{a: b}"),
        ("$$FULL", "$FULL"),
        ("$${FULL}", "${FULL}"),
        ("$$$FULL", "$value"),
        ("costs 5$", "costs 5$"),
        ("a${FULL}b$PORT.c", "avalueb8000.c"),
    ],
)
def test_forms(text: str, expected: str) -> None:
    result = interpolate(text, SET.get)
    assert (result.text, result.known) == (expected, True)


@pytest.mark.parametrize(
    "text", ["$NONE", "${NONE}", "${NONE:?needed}", "x${NONE}y", "${NONE:-$OTHER}", "${EMPTY:?needed}"]
)
def test_what_has_no_value_is_not_known(text: str) -> None:
    assert not interpolate(text, SET.get).known


def test_a_variable_without_value_stays_as_written_or_becomes_what_compose_makes_of_it() -> None:
    assert interpolate("${NONE}:80", SET.get).text == "${NONE}:80"
    assert interpolate("${NONE}:80", SET.get, unset="").text == ":80"


def test_uses_name_each_variable_with_its_default_and_place() -> None:
    text = "${A:-1}:${B}"
    uses = interpolate(text, {}.get).uses
    assert [(use.name, use.default, text[use.lo : use.hi]) for use in uses] == [
        ("A", "1", "${A:-1}"),
        ("B", None, "${B}"),
    ]


@given(st.text(alphabet="ab$ {}:-?+X", max_size=30))
def test_never_fails_and_text_without_a_dollar_is_untouched(text: str) -> None:
    result = interpolate(text, {"X": "x"}.get)
    assert "$" in text or result.text == text


@given(st.text(alphabet="abc:/. ", max_size=20))
def test_doubling_every_dollar_protects_any_text(text: str) -> None:
    dollared = f"${text}$"
    assert interpolate(dollared.replace("$", "$$"), {"a": "!"}.get).text == dollared


@given(st.lists(st.sampled_from(["80", "${A:-1:2}", "[::1]", "x"]), min_size=1, max_size=4))
def test_splitting_outside_of_braces_gives_the_parts_back(parts: list[str]) -> None:
    assert [part for part, _ in split_outside(":".join(parts), ":")] == parts
