"""Rules of users: begun, checked, run; and their regular expressions, which no text can make slow."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Ran
from unmoor.rules.expressions import Linear, UnsupportedError

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", r"\d", r"\b", "^", "$", "(?:)", r"\s", "A", "-"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{0,2}", "{2}", "*?"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
        inner.map(lambda one: f"(?i:{one})"),
    ),
    max_leaves=6,
)


@given(PATTERNS, st.text("ab-A 1\n", max_size=8))
def test_linear_matching_agrees_with_pythons(pattern: str, text: str) -> None:
    assert Linear(pattern).search(text) is (re.search(pattern, text) is not None)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|a)*$", r"(a|aa)+$", r"(.*a){20}$", r"^(\w+\s?)*$", r"a*a*a*a*a*a*b"]
)
def test_no_pattern_hangs(pattern: str) -> None:
    search = Linear(pattern).search
    began = time.perf_counter()
    search("a" * 2000 + "!")
    assert time.perf_counter() - began < 5  # Python's engine would take longer than the universe is old


@pytest.mark.parametrize(
    "pattern", [r"(a)\1", r"(?=a)b", r"(?<!a)b", r"(?>a+)b", r"a++b", r"a{5000}", r"((a{50}){50}){50}"]
)
def test_what_cannot_run_so_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedError):
        Linear(pattern)


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(re.error):
        Linear("(")


def test_a_rule_begun_passes_its_own_examples(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    assert unmoor("rules", "new", "no-old-gateway").code == 0
    ran = unmoor("rules", "test", ".unmoor/rules")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "1 reported, 1 validated")


def test_a_users_rule_runs_in_a_scan(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    unmoor("rules", "new", "no-old-gateway")
    (tmp_path / "api.ts").write_text('export const load = () => fetch("http://old-gateway.internal/api")\n')
    ran = unmoor("scan", "--output-format", "concise", "--select", "no-old-gateway")
    assert "api.ts:1:" in ran.out
    assert "no-old-gateway" in ran.out


def test_a_wrong_page_ends_with_2_and_its_place(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    unmoor("rules", "new", "no-old-gateway")
    path = tmp_path / ".unmoor/rules/no-old-gateway.md"
    path.write_text(path.read_text().replace("severity:", "severty:").replace("role:", "rolle:"))
    ran = unmoor("scan")
    assert ran.code == 2
    assert "no-old-gateway.md:2:1: unknown key `severty`; did you mean `severity`?" in ran.err
    assert "unknown key `rolle`; did you mean `role`?" in ran.err


def test_a_pattern_that_would_hang_python_does_not_hang_the_scan(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    unmoor("rules", "new", "no-old-gateway")
    path = tmp_path / ".unmoor/rules/no-old-gateway.md"
    path.write_text(path.read_text().replace("host: old-gateway.internal", 'value-matches: "(a+)+$"'))
    (tmp_path / "api.ts").write_text(f'export const load = () => fetch("http://localhost:3011/{"a" * 60}!")\n')
    began = time.perf_counter()
    unmoor("scan", "--select", "no-old-gateway")
    assert time.perf_counter() - began < 20
