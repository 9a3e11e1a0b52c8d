"""Positions, mapped text, edits and addresses: the ground on which every span stands."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.findings import Edit
from unmoor.model.spans import Span
from unmoor.text.addresses import find, host_class, parse, redact
from unmoor.text.edits import apply, compose
from unmoor.text.mapped import Mapped
from unmoor.text.ports import spoken_ports
from unmoor.text.positions import Lines


@given(st.text(alphabet="aé\n\r😀", max_size=60))
def test_positions_agree_with_counting(text: str) -> None:
    source = text.encode()
    lines = Lines(source)
    for index in range(len(text) + 1):
        before = text[:index]
        expected = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        assert lines.position(len(before.encode())) == expected


@st.composite
def pieces(draw: st.DrawFn) -> tuple[bytes, list[tuple[bytes, int, int]]]:
    """A source and parts of it: copies, atoms (an escape of two bytes for one) and gaps."""
    source, parts = b"", []
    for kind, text in draw(st.lists(st.tuples(st.sampled_from("cag"), st.binary(min_size=1, max_size=4)), max_size=8)):
        start = len(source)
        raw = text if kind != "a" else b"\\n"
        source += raw
        if kind != "g":
            parts.append((text if kind == "c" else b"\n", start, len(source)))
    return source, parts


@given(pieces(), st.integers(0, 40), st.integers(0, 40))
def test_a_mapped_copy_is_the_source(case: tuple[bytes, list[tuple[bytes, int, int]]], a: int, b: int) -> None:
    source, parts = case
    mapped = Mapped.build(parts)
    lo, hi = sorted((min(a, len(mapped.text)), min(b, len(mapped.text))))
    span = mapped.span(lo, hi)
    assert 0 <= span.start <= span.end <= len(source)
    if lo < hi and mapped.exact(lo, hi):
        assert source[span.start : span.end] == mapped.text[lo:hi]


@given(pieces(), st.integers(0, 40), st.integers(0, 40), st.integers(0, 20), st.integers(0, 20))
def test_composition_is_mapping_twice(
    case: tuple[bytes, list[tuple[bytes, int, int]]], a: int, b: int, c: int, d: int
) -> None:
    outer = Mapped.build(case[1])
    lo, hi = sorted((min(a, len(outer.text)), min(b, len(outer.text))))
    inner = Mapped.whole(outer.text).slice(lo, hi)
    both = outer.compose(inner)
    start, end = sorted((min(c, hi - lo), min(d, hi - lo)))
    if start < end:
        assert both.span(start, end) == outer.span(*inner.span(start, end))


@given(
    st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.text(max_size=5)), max_size=5)
)
def test_edits_leave_every_other_byte(source: bytes, raw: list[tuple[int, int, str]]) -> None:
    edits, at = [], 0
    for start, length, text in sorted(raw):
        start = max(start, at + 1 if edits else 0)
        if start + length > len(source):
            continue
        edits.append(Edit("f", Span(start, start + length), text))
        at = start + length
    expected, at = b"", 0
    for edit in edits:
        expected += source[at : edit.span.start] + edit.text.encode()
        at = edit.span.end
    assert apply(source, reversed(edits)) == expected + source[at:]


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply(b"abcdef", [Edit("f", Span(0, 3), "x"), Edit("f", Span(2, 4), "y")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see http://localhost:3011/api/x).", [("http://localhost:3011/api/x", "localhost", 3011)]),
        ("jdbc:postgresql://u:p@db:5432/x", [("jdbc:postgresql://u:p@db:5432/x", "db", 5432)]),
        ("`http://localhost:${PORT.AUTH}/x`", [("http://localhost:${PORT.AUTH}/x", "localhost", None)]),
        ("mongodb://a:1,b:2/x", [("mongodb://a:1,b:2/x", "a", 1), ("b:2", "b", 2)]),
        ("http://[::1]:8080/", [("http://[::1]:8080/", "::1", 8080)]),
        ("connect to 127.0.0.1:80, please", [("127.0.0.1:80", "127.0.0.1", 80)]),
        ("version 1.2.3.4.5 and v10.0.0.1-rc", []),
        ("(https://example.com/a_(b))", [("https://example.com/a_(b)", "example.com", 443)]),
    ],
)
def test_addresses_in_prose(text: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert [(a.value, a.host, a.port) for a in find(text)] == expected


@given(st.text(max_size=80))
def test_addresses_are_where_they_say(text: str) -> None:
    for address in find(text):
        assert text[address.lo : address.hi] == address.value


@pytest.mark.parametrize(
    ("host", "kind"),
    [("localhost", "loopback"), ("127.0.0.11", "resolver"), ("100.64.3.2", "tailnet"), ("172.31.0.9", "private"),
     ("8.8.8.8", "resolver"), ("51.195.57.196", "public-ip"), ("192.0.2.7", "documentation"),
     ("backend", "dotless"), ("api.example.com", "reserved"),
     ("shop.dev", "domain"), ("${HOST}", "computed"), ("0.0.0.0", "wildcard"),
     ("host.docker.internal", "docker-internal")],
)  # fmt: skip
def test_kinds_of_hosts(host: str, kind: str) -> None:
    assert host_class(host) == kind


def test_a_bare_host_and_port() -> None:
    address = parse("database:5432")
    assert address is not None and (address.host, address.port, address.scheme) == ("database", 5432, "")


def test_credentials_are_redacted_and_substitutions_are_not() -> None:
    assert redact("postgresql://bob:secret@db/x") == "postgresql://***@db/x"
    assert redact("amqp://${USER}:${PASS}@mq/") == "amqp://${USER}:${PASS}@mq/"


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=8, unique=True)))
    return [Edit("a", Span(lo, hi), draw(st.text("xyé", max_size=3))) for lo, hi in zip(cuts[::2], cuts[1::2])]


@given(st.text("abc", max_size=12), st.data())
def test_composed_edits_do_what_both_did(text: str, data: st.DataObject) -> None:
    source = text.encode()
    first = data.draw(edits_of(len(source)))
    middle = apply(source, first)
    try:
        then = data.draw(edits_of(len(middle)))
        result = apply(middle, then)
        both = compose(source, first, then)
    except UnicodeDecodeError:  # an edit that parts a character, which none of ours does
        return
    assert apply(source, both) == result
    spans = [edit.span for edit in both]
    assert all(one.end < other.start for one, other in pairwise(spans)), "what touches is one edit"


# The definition of a port that a text names, too slow to be searched for in every file.
SPOKEN = re.compile(
    rb"(?i)(?:port|listen|serve|bind|addr)[^\n]{0,60}?(?<![\d.])(\d{2,5})(?![\d.])|:(\d{4,5})[\"'`,\s)]"
)


WORDS = ["port", "Listen", "serve", "bind", "ADDR", " ", "\n", ":", ".", "'", ")", "7", "80", "3000", "54321", "x" * 55]


@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_ports_that_a_text_names(words: list[str]) -> None:
    data = "".join(words).encode()
    expected = {int(number) for match in SPOKEN.finditer(data) for number in match.groups() if number}
    assert spoken_ports(data) == [str(number) for number in sorted(expected)]
