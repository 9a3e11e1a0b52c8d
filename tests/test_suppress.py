"""Suppression comments: where they may stand, how far they speak, and what is said of those that nothing needs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.comments import add
from unmoor.model.findings import Finding, Severity
from unmoor.model.spans import Location, Span
from unmoor.suppress import apply, directives

RULE = "hardcoded-url"
KNOWN = {RULE, "wrong-port", "unused-suppression", "unknown-suppression"}
URL = "http://localhost:3011"


def findings(path: str, source: str, value: str = URL, rule: str = RULE) -> list[Finding]:
    """One finding for each place where the value stands."""
    raw, found, at = source.encode(), [], -1
    while (at := raw.find(value.encode(), at + 1)) >= 0:
        span = Span(at, at + len(value.encode()))
        found.append(Finding(rule, "url", Severity.error, "high", Location(path, span), value, "m"))
    return found


def run(path: str, source: str, *, ignore: bool = False) -> list[Finding]:
    return apply(findings(path, source), {path: source.encode()}, ignore, rules=KNOWN, known=KNOWN)


def states(path: str, source: str) -> list[str | None]:
    """`suppressed` of each finding at the value, in order."""
    return [finding.suppressed for finding in run(path, source) if finding.rule == RULE]


def complaints(path: str, source: str) -> list[tuple[str, str]]:
    return [(f.rule, f.value) for f in run(path, source) if f.family == "unmoor"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.ts", f"fetch('{URL}') // unmoor: ignore[hardcoded-url] dev only\n"),
        ("a.ts", f"fetch('{URL}') /* unmoor: ignore[hardcoded-url] dev only */\n"),
        ("a.tsx", f"<a href='{URL}' /> {{/* unmoor: ignore[hardcoded-url] dev only */}}\n"),
        ("a.tsx", f"  {{/* unmoor: ignore[hardcoded-url] dev only */}}\n  <a href='{URL}'>x</a>\n"),
        ("a.tsx", f"  {{/* unmoor: ignore[hardcoded-url] dev only */}}\n  <Link\n    to='{URL}'\n  >x</Link>\n"),
        ("a.py", f"x = '{URL}'  # unmoor: ignore[hardcoded-url] dev only\n"),
        ("a.py", f"# unmoor: ignore[hardcoded-url] dev only\nx = get(\n    '{URL}',\n)\n"),
        ("a.py", f"# unmoor: ignore[hardcoded-url] dev only\n\n# another\nx = '{URL}'\n"),
        ("a.yml", f"a: {URL} # unmoor: ignore[hardcoded-url] dev only\n"),
        ("a.yml", f"# unmoor: ignore[hardcoded-url] dev only\nservices:\n  web:\n    url: {URL}\n"),
        ("a.yml", f"a:\n  - x\n  # unmoor: ignore[hardcoded-url] dev only\n  - url: {URL}\n"),
        ("a.yml", f"run: |  # unmoor: ignore[hardcoded-url] dev only\n  echo\n  curl {URL}\n"),
        ("a.yml", f"# unmoor: ignore[hardcoded-url] dev only\nrun: |\n  echo\n  curl {URL}\n"),
        ("a.yml", f"run: |\n  echo\n  # unmoor: ignore[hardcoded-url] dev only\n  curl \\\n    {URL}\n"),
        ("a.yml", f"run: |\n  curl {URL} # unmoor: ignore[hardcoded-url] dev only\n"),
        ("Dockerfile", f"# unmoor: ignore[hardcoded-url] dev only\nRUN a && \\\n    curl {URL}\n"),
        ("Dockerfile", f"# unmoor: ignore[hardcoded-url] dev only\nRUN <<EOF\na\n\ncurl {URL}\nEOF\n"),
        ("Dockerfile", f"RUN <<EOF\na\n# unmoor: ignore[hardcoded-url] dev only\ncurl {URL}\nEOF\n"),
        ("a.sh", f"cat <<EOF  # unmoor: ignore[hardcoded-url] dev only\n{URL}\nEOF\n"),
        ("a.md", f"See {URL} <!-- unmoor: ignore[hardcoded-url] dev only -->\n"),
        ("a.md", f"<!-- unmoor: ignore[hardcoded-url] dev only -->\n```sh\n# x\ncurl {URL}\n```\n"),
        ("a.md", f"<!-- unmoor: ignore[hardcoded-url] dev only -->\n\n| a |\n|---|\n| {URL} |\n"),
        ("a.md", f"```sh\n# unmoor: ignore[hardcoded-url] dev only\ncurl {URL}\n```\n"),
        ("a.sql", f"select '{URL}' -- unmoor: ignore[hardcoded-url] dev only\n"),
        ("a.ini", f"; unmoor: ignore[hardcoded-url] dev only\nurl = {URL}\n"),
        ("a.bat", f"REM unmoor: ignore[hardcoded-url] dev only\ncurl {URL}\n"),
        ("a.html", f"<!-- unmoor: ignore[hardcoded-url] dev only -->\n<a href='{URL}'>\n"),
        (".env", f"# unmoor: ignore[hardcoded-url] dev only\nA={URL}\n"),
        ("a.ts", f"// unmoor: ignore-file[hardcoded-url] dev only\n\n\nfetch('{URL}')\n"),
        ("a.ts", f"fetch('{URL}')\n// unmoor: ignore-file[hardcoded-url] dev only\n"),
        ("a.ts", f"// unmoor: disable[hardcoded-url] dev only\nx\nfetch('{URL}')\n// unmoor: enable[hardcoded-url]\n"),
        ("a.ts", f"/**\n * unmoor: ignore[hardcoded-url] dev only\n */\nfetch('{URL}')\n"),
        ("a.ts", f"// unmoor: ignore[wrong-port, hardcoded-url] dev only\nfetch('{URL}')\n"),
        ("a.ts", f"const a = 1\r\n// unmoor: ignore[hardcoded-url] dev only\r\nfetch('{URL}')\r\n"),
        ("a.ts", f"\ufeff// unmoor: ignore[hardcoded-url] dev only\nfetch('{URL}')\n"),
        ("a.ts", f"// unmoor: ignore[hardcoded-url] dev only\nconst url = cond\n  ? '{URL}'\n  : other\n"),
        ("a.ts", f"// unmoor: ignore[hardcoded-url] dev only\nconst settings = {{\n  url: '{URL}',\n}}\n"),
    ],
)
def test_it_suppresses(path: str, source: str) -> None:
    assert states(path, source) == ["dev only"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.ts", f"// unmoor: ignore[wrong-port] other\nfetch('{URL}')\n"),
        ("a.ts", f"// unmoor: ignore[] blanket\nfetch('{URL}')\n"),
        ("a.ts", f"// unmoor: ignore blanket\nfetch('{URL}')\n"),
        ("a.ts", f"fetch('{URL}')\n// unmoor: ignore[hardcoded-url] too late\n"),
        ("a.ts", f"// unmoor: ignore[hardcoded-url] the line below alone\nok()\nfetch('{URL}')\n"),
        ("a.ts", f"ok() // unmoor: ignore[hardcoded-url] trailing\nfetch('{URL}')\n"),
        ("a.ts", f"// unmoor: ignore[hardcoded-url] not the body\nfunction f() {{\n  fetch('{URL}')\n}}\n"),
        ("a.ts", f"// unmoor: disable[hardcoded-url] x\n// unmoor: enable[hardcoded-url]\nfetch('{URL}')\n"),
        ("a.yml", f"# unmoor: ignore[hardcoded-url] a only\na: 1\nb: {URL}\n"),
        ("Dockerfile", f"# unmoor: ignore[hardcoded-url] the first only\nRUN a\nRUN curl {URL}\n"),
        ("a.md", f"<!-- unmoor: ignore[hardcoded-url] one block -->\ntext\n\n{URL}\n"),
        ("a.md", f"`<!-- unmoor: ignore[hardcoded-url] quoted -->` {URL}\n"),
        ("a.py", f"x = '# unmoor: ignore[hardcoded-url] in a string', '{URL}'\n"),
        ("a.ts", f"unmoor: ignore[hardcoded-url] no comment\nfetch('{URL}')\n"),
    ],
)
def test_it_does_not_suppress(path: str, source: str) -> None:
    assert states(path, source) == [None]


def test_no_reason_is_an_empty_one() -> None:
    assert states("a.ts", f"fetch('{URL}') // unmoor: ignore[hardcoded-url]\n") == [""]


def test_ignores_can_be_left_out_of_account() -> None:
    source = f"fetch('{URL}') // unmoor: ignore[hardcoded-url, nonsense]\n"
    assert [f.suppressed for f in run("a.ts", source, ignore=True)] == [None]


def test_a_multi_line_finding_takes_a_comment_at_its_last_line() -> None:
    source = "a = '''x\ny'''  # unmoor: ignore[hardcoded-url] r\n"
    found = findings("a.py", source, "x\ny")
    apply(found, {"a.py": source.encode()}, rules=KNOWN, known=KNOWN)
    assert [f.suppressed for f in found] == ["r"]


def test_unused_and_unknown_are_findings_at_the_id() -> None:
    source = "ok() // unmoor: ignore[hardcoded-url, hardcoded-ulr] r\n"
    found = [f for f in run("a.ts", source) if f.family == "unmoor"]
    assert [(f.rule, f.value) for f in found] == [
        ("unused-suppression", RULE),
        ("unknown-suppression", "hardcoded-ulr"),
    ]
    assert all(source[f.span.start : f.span.end] == f.value for f in found)
    assert "did you mean `hardcoded-url`?" in found[1].message
    assert source[slice(*found[0].attrs["comment"])] == "// unmoor: ignore[hardcoded-url, hardcoded-ulr] r"
    assert found[0].attrs["others"] == ["hardcoded-ulr"] and found[0].fingerprint


def test_a_used_id_is_not_complained_about() -> None:
    assert complaints("a.ts", f"fetch('{URL}') // unmoor: ignore[hardcoded-url, wrong-port] r\n") == [
        ("unused-suppression", "wrong-port")
    ]


def test_a_rule_that_did_not_run_is_not_unused() -> None:
    source = b"ok() // unmoor: ignore[hardcoded-url] r\n"
    running = {"unused-suppression", "unknown-suppression"}
    assert apply([], {"a.ts": source}, rules=running, known=KNOWN) == []


def test_examples_in_prose_are_neither_unused_nor_unknown() -> None:
    assert complaints("README.md", "```py\nx = 1  # unmoor: ignore[rule-id] reason\n```\n") == []
    assert complaints("README.md", "<!-- unmoor: ignore[rule-id] reason -->\ntext\n") == [
        ("unknown-suppression", "rule-id")
    ]


def test_enable_alone_says_nothing() -> None:
    assert complaints("a.ts", "// unmoor: enable[hardcoded-url]\n") == []


def test_the_built_in_rules_are_known() -> None:
    source = f"fetch('{URL}') // unmoor: ignore[hardcoded-url] r\n"
    assert len(apply(findings("a.ts", source), {"a.ts": source.encode()})) == 1


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_without_harm(noise: bytes) -> None:
    source = noise + b"\n# unmoor: ignore[hardcoded-url] r\nx\n" + noise
    for path in ("a.ts", "a.yml", "a.md", "Dockerfile"):
        for directive in directives(path, source):
            assert 1 <= directive.lines[0] <= directive.lines[1] + 1
            assert b"unmoor:" in source[directive.span.start : directive.span.end]


@given(st.lists(st.sampled_from(["ok()", "x = 1", "", "# note", "if a:", "    b()"]), max_size=12), st.integers(0, 12))
@settings(max_examples=80, deadline=None)
def test_lines_above_change_nothing(above: list[str], at: int) -> None:
    tail = f"# unmoor: ignore[hardcoded-url] r\nx = '{URL}'\ny = '{URL}'\n"
    assert states("a.py", "\n".join(above) + "\n" + tail) == ["r", None]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.ts", f"function f() {{\n  return fetch('{URL}')\n}}\n"),
        ("a.tsx", f"const a = (\n  <div>\n    <a href='{URL}'>x</a>\n  </div>\n)\n"),
        ("a.ts", f"const a = `\n  text\n  {URL}\n`\n"),
        ("a.py", f'def f():\n    x = """\n    {URL}\n    """\n'),
        ("a.sh", f"cat <<EOF\n{URL}\nEOF\n"),
        ("a.sh", f"curl \\\n  -s \\\n  {URL}\n"),
        ("Dockerfile", f"FROM a\nRUN x && \\\n  curl {URL}\n"),
        ("a.yml", f"on: x\nrun: |\n  echo\n  curl {URL}\n"),
        ("a.yml", f"services:\n  web:\n    environment:\n      - A={URL}\n"),
        ("a.md", f"# T\n\n- see {URL}\n- more\n"),
        ("a.md", f"text\n\n```sh\ncurl {URL}\n```\n"),
        (".env.example", f"A=1\r\nB={URL}\r\n"),
    ],
)
def test_a_written_comment_suppresses_and_changes_no_other_line(path: str, source: str) -> None:
    made = add(path, source.encode(), [(f.span.start, f.rule) for f in findings(path, source)], "for now")
    assert made is not None
    assert states(path, made.decode()) == ["for now"]
    rest = [line.split(" <!-- unmoor")[0] for line in made.decode().splitlines(True) if not _comment(line)]
    assert [line.rstrip() for line in rest] == [line.rstrip() for line in source.splitlines(True)]


def _comment(line: str) -> bool:
    return "unmoor: ignore[" in line and line.lstrip().startswith(("#", "//", "{/*", "<!--", ";", "--"))


def test_json_takes_no_comments() -> None:
    assert add("a.json", b"{}", [(0, RULE)], "r") is None
