"""Fingerprints and the baseline: what changes nothing, what is seen, and what is stale."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor import baseline
from unmoor.baseline import Entry
from unmoor.fingerprints import digest, stamp
from unmoor.model.errors import UserError
from unmoor.model.findings import Finding, Severity
from unmoor.model.spans import Location, Span


def finding(value: str, path: str = "a.ts", start: int = 0, rule: str = "hardcoded-url", scope: str = "") -> Finding:
    at = Location(path, Span(start, start + 5))
    return Finding(rule, "url", Severity.error, "high", at, value, f"message at {start}", scope=scope)


def stamped(*findings: Finding) -> list[Finding]:
    stamp(findings, {})
    return list(findings)


def entries(*findings: Finding) -> list[Entry]:
    return [baseline.entry(each) for each in stamped(*findings)]


def test_the_scheme_never_changes_silently() -> None:
    assert digest("r", "a/b.ts", "Fn.x", "http://localhost:1") == "d5756333cffb3a601155b83d8e27a1d1"


def test_place_and_message_are_no_part_of_a_fingerprint() -> None:
    (a,), (b,) = stamped(finding("x", start=1)), stamped(finding("x", start=900))
    assert a.fingerprint == b.fingerprint


@pytest.mark.parametrize("other", [finding("y"), finding("x", "b.ts"), finding("x", rule="r"), finding("x", scope="s")])
def test_what_makes_a_finding_itself(other: Finding) -> None:
    (a,), (b,) = stamped(finding("x")), stamped(other)
    assert a.fingerprint != b.fingerprint


def test_credentials_are_no_part_either() -> None:
    (a,), (b,) = stamped(finding("pg://u:one@h/x")), stamped(finding("pg://u:two@h/x"))
    assert a.fingerprint == b.fingerprint


def test_equal_findings_are_told_apart_in_order() -> None:
    found = stamped(finding("x", start=50), finding("x", start=3))
    assert [f.fingerprint[-2:] for f in found] == [":1", ":0"]


def test_known_findings_are_marked_and_nothing_is_stale() -> None:
    known = entries(finding("x"), finding("y"))
    now = stamped(finding("y", start=70), finding("x", start=9), finding("z"))
    assert baseline.apply(now, known) == []
    assert [f.baseline for f in now] == ["known", "known", "new"]


def test_a_swap_of_one_finding_for_another_is_seen() -> None:
    now = stamped(finding("y"))
    stale = baseline.apply(now, entries(finding("x")))
    assert [f.baseline for f in now] == ["new"] and [e.value for e in stale] == ["x"]


def test_one_more_of_the_same_is_new() -> None:
    now = stamped(finding("x", start=1), finding("x", start=2))
    assert baseline.apply(now, entries(finding("x"))) == []
    assert sorted(f.baseline for f in now) == ["known", "new"]


def test_an_entry_follows_a_file_that_moved() -> None:
    now = stamped(finding("x", "new/a.ts"))
    assert baseline.apply(now, entries(finding("x", "old/a.ts")), lambda path: path == "new/a.ts") == []
    assert now[0].baseline == "known"


def test_an_entry_does_not_follow_while_its_file_is_there() -> None:
    now = stamped(finding("x", "b.ts"))
    assert len(baseline.apply(now, entries(finding("x", "a.ts")), lambda path: True)) == 1
    assert now[0].baseline == "new"


def test_suppressed_findings_take_no_entry() -> None:
    now = stamped(finding("x"))
    now[0].suppressed = "r"
    assert len(baseline.apply(now, entries(finding("x")))) == 1


def test_one_sorted_entry_a_line_and_no_line_numbers() -> None:
    text = baseline.render(entries(finding("y", "b.ts", 40), finding("x", "a.ts", 99)))
    assert text == (
        '{"schema": "unmoor-baseline/1"}\n'
        '{"path": "a.ts", "rule": "hardcoded-url", "value": "x"}\n'
        '{"path": "b.ts", "rule": "hardcoded-url", "value": "y"}\n'
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.builds(Entry, _TEXT, _TEXT, _TEXT, _TEXT, st.integers(0, 5))))
def test_render_and_read_are_inverse(tmp_path_factory: pytest.TempPathFactory, items: list[Entry]) -> None:
    path = tmp_path_factory.getbasetemp() / "baseline.jsonl"
    path.write_text(baseline.render(items), encoding="utf-8", newline="\n")
    assert baseline.read(path) == sorted(set(items))


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", '{"path": 3', "[]", '{"schema": "unmoor-baseline/9"}'])
def test_a_damaged_baseline_is_the_users_to_mend(tmp_path: Path, line: str) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text('{"schema": "unmoor-baseline/1"}\n' + line + "\n")
    with pytest.raises(UserError, match=r"b\.jsonl:2: "):
        baseline.read(path)
