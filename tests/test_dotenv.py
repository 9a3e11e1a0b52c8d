"""Env files: entries, quotes, what readers refuse, and the addresses in values."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Declaration, Facts
from unmoor.scanners.dotenv import Entry, entries, scan
from unmoor.scanners.unit import Unit


def facts(source: str | bytes) -> Facts:
    return scan(Unit.of(".env", source.encode() if isinstance(source, str) else source))


def first(source: str) -> Declaration:
    return facts(source).declarations[0]


@pytest.mark.parametrize(
    ("source", "value", "quoted"),
    [
        ("A=http://x/#frag", "http://x/#frag", ""),  # P40
        ("A=b # c", "b", ""),
        ("A= b ", "b", ""),
        ("A: v", "v", ""),
        ("A=`x`", "x", "backtick"),
        ('A="\\"q\\""', '"q"', "double"),
        ("A='a # b' # c", "a # b", "single"),
        ('A="a\\nb"', "a\nb", "double"),
        ('A="a\nb"\n', "a\nb", "double"),
        ("A=", "", ""),
        ("A= # c", "", ""),
        ("A=#b", "#b", ""),
        ("A=$$X", "$$X", ""),
        ("export A=b", "b", ""),
        ("\ufeffA=b\r\n", "b", ""),
        ("# A=b", "b", ""),
        ("A='$X'", "$X", "single"),
    ],
)
def test_values(source: str, value: str, quoted: str) -> None:
    found = first(source)
    assert (found.name, found.value, found.attrs["quoted"]) == ("A", value, quoted)
    assert found.attrs["commented"] == source.startswith("#")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("A =b", "a space before ="),
        ('A="b', "the quote is not closed"),
        ('A="b" c', "text behind the closing quote"),
        ('A=b"', "a stray quote at the end"),
        ("A-B=c", "not a valid name"),
        ("A=`x`", "backticks are quotes for node's dotenv alone"),
        ("A=b", ""),
        ('A="b" # c', ""),
        ("A=it's", ""),
        ("#A =b", ""),
    ],
)
def test_problems(source: str, problem: str) -> None:
    assert first(source).attrs["problem"] == problem


def test_an_unclosed_quote_does_not_swallow_the_file() -> None:
    assert [d.name for d in facts('A="b\nB=c\nC=d\n').declarations] == ["A", "B", "C"]


def test_duplicates_and_comments() -> None:
    found = facts("A=1\n#A=2\nA=3\n# prose http://localhost:1\nnonsense here\n")
    assert [(d.attrs["duplicate"], d.attrs["commented"]) for d in found.declarations] == [
        (False, False),
        (False, True),
        (True, False),
    ]
    assert [(r.value, r.role) for r in found.references] == [("http://localhost:1", "comment")]
    assert len(found.problems) == 1


def test_addresses() -> None:
    source = (
        "API=http://localhost:3011/x\nDB_HOST=postgres\nDB_PORT=5432\nK=kafka:9092,k2:9093\n"
        "CORS_ORIGINS=http://a:1,http://b:2\nHOST=0.0.0.0\nU=${V:-http://c:3}/d\n#OLD=http://e:4\nMODE_HOST=true\n"
    )
    found = [r for r in facts(source).references if r.kind in ("url", "host")]
    assert [(r.value, r.role, r.attrs["key"]) for r in found] == [
        ("http://localhost:3011/x", "config", "API"),
        ("postgres", "config", "DB_HOST"),
        ("kafka:9092", "config", "K"),
        ("k2:9093", "config", "K"),
        ("http://a:1", "cors-origin", "CORS_ORIGINS"),
        ("http://b:2", "cors-origin", "CORS_ORIGINS"),
        ("0.0.0.0", "bind", "HOST"),
        ("http://c:3", "default", "V"),
        ("http://e:4", "comment", "OLD"),
    ]
    assert found[1].attrs["sibling_port"] == "5432"
    assert [r.value for r in facts(source).references if r.kind == "env"] == ["V"]


@given(st.lists(st.tuples(st.sampled_from(["A", "B_C", "URL"]), st.text("abc:/#'\" $x{}.-", max_size=12)), max_size=5))
def test_against_python_dotenv(pairs: list[tuple[str, str]]) -> None:
    parser = pytest.importorskip("dotenv.parser")
    source = "".join(f"{name}={value}\n" for name, value in pairs)
    theirs = [b for b in parser.parse_stream(io.StringIO(source)) if b.key is not None]
    ours = [e for e in entries(source.encode()) if isinstance(e, Entry) and not e.commented]
    if any(b.error for b in theirs) or any(e.problems for e in ours):
        return
    if "= #" in source.replace("  ", " ").replace("  ", " "):  # an empty value with a comment, but for python-dotenv
        return
    read = [(d.name, d.value) for d in facts(source).declarations if not d.attrs["commented"]]
    assert read == [(b.key, b.value or "") for b in theirs]


@given(st.one_of(st.binary(max_size=200), st.text("A=\"'`#\\\n ${}:x", max_size=60).map(str.encode)))
def test_never_raises_and_loses_no_line(data: bytes) -> None:
    read = facts(data)
    for fact in (*read.references, *read.declarations):
        assert 0 <= fact.span.start <= fact.span.end <= len(data)
