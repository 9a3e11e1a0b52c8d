"""Rule pages: their examples, the language of their predicates, which rule speaks, and what a wrong page is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.link.vocabulary import SUBJECTS
from unmoor.model.errors import UserError
from unmoor.model.findings import Severity
from unmoor.model.spans import Span
from unmoor.model.subjects import Subject
from unmoor.rules import FAMILIES, Rule, load
from unmoor.rules.judge import judge, severity, word
from unmoor.rules.page import examples, read
from unmoor.rules.predicate import PredicateError, attribute, compile_table
from unmoor.ruletest import GOOD, run

RULES = load().rules


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_examples_of_a_page(name: str) -> None:
    wrong = [f"{c.line}: {c.outcome} ({c.title}) {c.detail}" for c in run(RULES[name]) if c.outcome not in GOOD]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_page_keeps_the_form(name: str) -> None:
    rule = RULES[name]
    assert rule.family in FAMILIES
    assert rule.summary.endswith("."), "a page begins with one sentence"
    assert len(examples(rule, "Bad")) >= 3, "three ways to get it wrong"
    assert len(examples(rule, "Good")) >= 3, "three ways to get it right"
    assert not rule.fix or "## Fix safety" in rule.body, "a page with a fix says when it can be wrong"


def subject(value: str = "v", kind: str = "address", start: int = 0, **attrs: Any) -> Subject:
    named = {key.replace("_", "-"): found for key, found in attrs.items()}
    return Subject(kind, "a.ts", Span(start, start + len(value)), value, named)


def rule(name: str, when: dict[str, Any] | None = None, **more: Any) -> Rule:
    known = {"world", "host-class", "port", "host"}
    fields: dict[str, Any] = {
        "family": "url",
        "severity": "error",
        "on": ("address",),
        "message": "`{value}`",
        "source": "",
        **more,
    }
    return Rule(id=name, predicate=compile_table(when or {}, known), **fields)


KEYS = st.sampled_from(["host-class", "port", "world"])
VALUES = st.one_of(st.sampled_from(["", "loopback", "private"]), st.integers(0, 9), st.booleans())


@given(KEYS, VALUES, VALUES)
def test_not_is_the_opposite_of_equals(key: str, wanted: Any, found: Any) -> None:
    holds = compile_table({key: wanted}, {key})
    fails = compile_table({f"{key}-not": wanted}, {key})
    one = Subject("address", "a.ts", Span(0, 1), "v", {key: found})
    assert holds(one) is not fails(one)


@given(KEYS, st.lists(VALUES, min_size=1, max_size=4), VALUES)
def test_a_list_is_any_of(key: str, wanted: list[Any], found: Any) -> None:
    one = Subject("address", "a.ts", Span(0, 1), "v", {key: found})
    single = any(compile_table({key: value}, {key})(one) for value in wanted)
    assert compile_table({key: wanted}, {key})(one) is single
    assert compile_table({"any": [{key: value} for value in wanted]}, {key})(one) is single
    assert compile_table({"none": [{key: value} for value in wanted]}, {key})(one) is not single


@given(st.integers(-9, 9), st.integers(-9, 9))
def test_above_and_below_leave_out_the_bound(found: int, bound: int) -> None:
    one = subject(port=found)
    assert compile_table({"port-above": bound}, {"port"})(one) is (found > bound)
    assert compile_table({"port-below": bound}, {"port"})(one) is (found < bound)


def test_a_missing_attribute_is_empty_and_false() -> None:
    assert compile_table({"host": ""}, {"host"})(subject())
    assert compile_table({"host": False}, {"host"})(subject())
    assert not compile_table({"port-above": 0}, {"port"})(subject())


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"hots": "x"}, "did you mean `host`?"),
        ({"host-machtes": "x"}, "unknown key"),
        ({"host-matches": "("}, "no regular expression"),
        ({"port-above": "many"}, "takes a number"),
        ({"any": {"host": "x"}}, "list of tables"),
        ({"none": [{"hots": "x"}]}, "did you mean `host`?"),
    ],
)
def test_what_is_no_predicate_is_said(table: dict[str, Any], hint: str) -> None:
    with pytest.raises(PredicateError, match=hint.replace("?", r"\?")):
        compile_table(table, {"host", "port"})


def test_one_place_one_finding_a_family() -> None:
    rules = [rule("wide", rank=50), rule("narrow", rank=10), rule("other", family="port", rank=90)]
    found = judge([subject(), subject(start=40)], rules)
    assert [(f.rule, f.span.start) for f in found] == [("narrow", 0), ("other", 0), ("narrow", 40), ("other", 40)]


def test_a_note_never_hides_an_error() -> None:
    rules = [rule("note", severity="note", rank=1), rule("error", rank=99)]
    assert [f.rule for f in judge([subject()], rules)] == ["error"]


def test_levels_are_tried_in_order_and_lower_takes_a_step() -> None:
    loopback = compile_table({"host-class": "loopback"}, {"host-class"})
    always = compile_table({}, set())
    one = rule("levels", levels=((loopback, "note"), (always, "warning")))
    assert severity(one, subject(host_class="loopback")) == "note"
    assert severity(one, subject(host_class="private")) == "warning"
    assert severity(one, subject(host_class="private", lower=True)) == "note"
    assert severity(rule("plain"), subject(lower=True)) == "warning"
    assert judge([subject(lower=True)], [rule("plain")])[0].severity is Severity.warning


def test_a_clause_falls_away_with_its_key() -> None:
    template = "{host} is gone[[; use {near}]][[ ({list})]] [[ not a clause ]]"
    assert word(template, subject(host="db")) == "db is gone [[ not a clause ]]"
    assert word(template, subject(host="db", near="api", list=["a", "b"])).startswith("db is gone; use api (a, b)")


def test_credentials_never_get_into_a_finding() -> None:
    found = judge([subject("postgresql://me:geheim@db:5432/x")], [rule("leak")])[0]
    assert "geheim" not in found.value + found.message


def test_attributes_of_the_subject_itself() -> None:
    one = subject("x")
    assert (attribute(one, "value"), attribute(one, "path"), attribute(one, "target.service")) == ("x", "a.ts", "")


PAGE = """---
severity: {severity}
on: address
when: {when}
message: "{message}"
---
# {name}

One sentence.
"""


def page(tmp_path: Path, text: str = PAGE, name: str = "mine", **fields: str) -> Path:
    path = tmp_path / "mine.md"
    given = {"severity": "warning", "when": "{host: x}", "message": "m", "name": name, **fields}
    for key, value in given.items():
        text = text.replace("{" + key + "}", value)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_page_is_read(tmp_path: Path) -> None:
    assert read(page(tmp_path), SUBJECTS).summary == "One sentence."


def test_all_that_is_wrong_is_said_at_once_with_its_place(tmp_path: Path) -> None:
    path = page(tmp_path, severity="waring", when="{hots: x}")
    with pytest.raises(UserError) as caught:
        read(path, SUBJECTS)
    first, second = str(caught.value.args[0]).splitlines()
    assert first == f"{path}:2:1: severity `waring` is none of error, warning, note; did you mean `warning`?"
    assert second == f"{path}:4:8: unknown key `hots`; did you mean `host`?"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"message": "{hots}"}, r"the message names `hots`.*did you mean `host`\?"),
        ({"name": "yours"}, "heading must be `# mine`"),
        ({"when": "[host]"}, "table of keys"),
        ({"when": "{host-matches: '(?=x)y'}"}, "linear time"),
    ],
)
def test_other_faults_of_a_page(tmp_path: Path, fields: dict[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        read(page(tmp_path, **fields), SUBJECTS)


def test_an_unknown_subject_has_a_near_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r":3:1: `on: adress` is no subject; did you mean `address`\?"):
        read(page(tmp_path, PAGE.replace("on: address", "on: adress")), SUBJECTS)


@pytest.mark.parametrize("text", ["# no front matter\n", "---\n[\n---\n# mine\n", "---\n- a\n---\n# mine\n"])
def test_front_matter_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.md").write_text(text)
    with pytest.raises(UserError, match="front matter"):
        read(tmp_path / "mine.md", SUBJECTS)
