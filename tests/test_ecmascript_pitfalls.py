"""What grammars and lexers are known to stumble over, and laws that hold for any input."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.scanners.ecmascript import scan
from unmoor.scanners.ecmascript.literals import literal
from unmoor.scanners.ecmascript.source import Source
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import parse
from unmoor.syntax.masks import mask


def read(text: str | bytes, path: str = "a.tsx") -> Facts:
    return scan(Unit.of(path, text.encode() if isinstance(text, str) else text))


def values(text: str | bytes, path: str = "a.tsx") -> list[str]:
    return [r.value for r in read(text, path).references if r.kind in ("url", "host")]


@pytest.mark.parametrize("path", ["a.tsx", "a.jsx"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('x = <a href="http://localhost:1?a=1&b=2"/>', ["http://localhost:1?a=1&b=2"]),
        ("x = <p>R&D http://localhost:1</p>", ["http://localhost:1"]),
        ('x = <div><a>t & b &c=1</a><a href="http://localhost:1"/></div>', ["http://localhost:1"]),
        ("x = <h1>Errors & Warnings (7 days)</h1>; fetch('http://localhost:1')", ["http://localhost:1"]),
        ("x = <b><I className='x' /> Roles & Rights\n  </b>; fetch('http://localhost:1')", ["http://localhost:1"]),
        ("x = <Box default={{ x: 1 }} url='http://localhost:1' />", ["http://localhost:1"]),
        ("x = <b>CPU & RAM {t}</b>; fetch('http://localhost:1')", ["http://localhost:1"]),
        ("x = <p>Today's P&L: <a href='http://localhost:1'/></p>", ["http://localhost:1"]),
        ("x = <p><code>a</code> & <a href='http://localhost:1'/></p>", ["http://localhost:1"]),
        ("x = <p>Total: 24 | P&L</p>; fetch('http://localhost:1')", ["http://localhost:1"]),
        ('x = <a href="http://localhost:1?a=1&amp;b=2"/>', ["http://localhost:1?a=1&b=2"]),
    ],
)
def test_ampersands_in_jsx(path: str, text: str, found: list[str]) -> None:
    assert values(text, path) == found
    assert read(text, path).problems == []


@pytest.mark.parametrize("path", ["a.tsx", "a.ts"])
@pytest.mark.parametrize(
    "text",
    [
        "export type * from './x'",
        "f<typeof import('./x')>()",
        "f<typeof import('./x').default>()",
        "class X<out T> {}",
        "interface X<in T> {}",
        "const r = await db.query<{ a: string }>`SELECT 1`",
        "const r = await db.query<{\n  a: string;\n  b: string;\n}>`SELECT 1`",
        "interface X { f?: (boolean) => void }",
        "const f = (v: string, g: (string) => void) => g(v)",
        "type A = Omit<T, K> & Partial<Pick<T, K>>",
        "if (a > 0 && b < 1) { c() }",
        "type P = HTMLAttributes<HTMLDivElement> & VariantProps<typeof v>",
    ],
)
def test_types_that_the_grammar_misreads(path: str, text: str) -> None:
    facts = read(f"{text}\nfetch('http://localhost:1')", path)
    assert facts.problems == []
    assert [r.value for r in facts.references if r.kind == "url"] == ["http://localhost:1"]


@pytest.mark.parametrize(
    "text",
    [
        b"a && <b>{c > 0 && d} x</b>",
        b"x = a & b; y = <p>c & d</p>",
        b"export type * from './x'",
        b"a<typeof import('b')>()",
    ],
)
@pytest.mark.parametrize("name", ["typescript", "tsx", "javascript"])
def test_masks_keep_the_length(name: str, text: bytes) -> None:
    assert len(mask(name, text)) == len(text)


def test_using_declarations() -> None:
    assert values("using x = connect('http://localhost:1')", "a.ts") == ["http://localhost:1"]


def test_crlf_bom_and_no_final_newline() -> None:
    data = b"\xef\xbb\xbf// x\r\nfetch('http://localhost:1')"
    (reference,) = read(data, "a.js").references
    assert data[slice(*reference.span)] == b"http://localhost:1"


def test_a_byte_that_is_not_utf8() -> None:
    assert "http://localhost:1" in values(b"// caf\xe9\nconst a = 'caf\xe9'; fetch('http://localhost:1')", "a.js")


@pytest.mark.parametrize(
    "broken",
    [
        "const a = 'unclosed\n",
        "<<<<<<< HEAD\nconst a = 1\n=======\nconst a = 2\n>>>>>>> b\n",
        "function (\n",
        "const x = <div\n",
        "}}}}\n",
        "`${\n",
    ],
)
def test_errors_are_local(broken: str) -> None:
    text = f"fetch('http://localhost:1')\n{broken}"
    facts = read(text, "a.tsx")
    assert "http://localhost:1" in [r.value for r in facts.references]
    assert facts.problems


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000 + "'http://localhost:1'" + ")" * 20_000,
        "[" * 20_000,
        "a=" + "'http://localhost:1'+" * 5_000 + "1",
        "x = " + "a ? b : " * 5_000 + "'http://localhost:1'",
        "<a>" * 5_000,
        "`${" * 3_000,
        "{" * 20_000,
    ],
)
def test_deep_nesting_is_survived(text: str) -> None:
    started = time.process_time()
    read(text, "a.tsx")
    assert time.process_time() - started < 8


def test_one_long_line() -> None:
    text = "var a={" + ",".join(f"k{i}:'v{i}'" for i in range(100_000)) + ",u:'http://localhost:1'};"
    started = time.process_time()
    assert "http://localhost:1" in values(text, "a.js")
    assert time.process_time() - started < 10


def test_what_is_left_out_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unmoor.scanners.ecmascript.MOST_HITS", 3)
    facts = read("f(" + ", ".join(f"'http://localhost:{i}'" for i in range(1, 6)) + ")", "a.ts")
    assert [r.value for r in facts.references] == ["http://localhost:1", "http://localhost:2", "http://localhost:3"]
    (problem,) = facts.problems
    assert "more than 3" in problem.message
    assert problem.span.end - problem.span.start == len("'http://localhost:4', 'http://localhost:5'")


def test_larger_than_the_limit_is_a_problem() -> None:
    assert len(read(b"a" * 5_000_001, "a.js").problems) == 1


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.ts", "a.tsx", "a.js"]))
def test_never_raises_on_any_bytes(data: bytes, path: str) -> None:
    for reference in read(data, path).references:
        assert 0 <= reference.span.start <= reference.span.end <= len(data)


_TOKENS = [
    "'http://localhost:1'",
    "`http://a:${b}/c`",
    "fetch(",
    ")",
    "{",
    "}",
    "process.env.A",
    " || ",
    " ?? ",
    "=>",
    "<a href=",
    ">",
    "</a>",
    "const x = ",
    "export ",
    "import ",
    "/*",
    "*/",
    "//",
    "\n",
    ";",
    "?",
    ":",
    "[",
    "]",
    "+",
    "\\",
    "'",
    '"',
    "`",
    "${",
    "class C ",
    "enum E ",
    "type T = ",
    "switch (x) ",
    "case ",
    "execSync('docker exec a b')",
    "app.listen(3000)",
    "proxy: ",
    "z.string()",
    "@Get('x') ",
    "&",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_TOKENS), max_size=40).map("".join), st.sampled_from(["a.ts", "a.tsx", "a.js"]))
def test_never_raises_on_broken_code(text: str, path: str) -> None:
    read(text, path)


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=30), st.sampled_from(["'", '"', "`"]))
def test_escaped_text_decodes_to_itself(text: str, quote: str) -> None:
    escaped = "".join(
        f"\\u{{{ord(c):x}}}" if ord(c) % 3 == 0 or c in "\\'\"`$\n\r\u2028\u2029" or ord(c) < 32 else c for c in text
    )
    source = Source(Unit.of("a.ts", f"x = {quote}{escaped}{quote}".encode()), "typescript")
    (node,) = source.find("[(string) (template_string)] @s")["s"]
    found = literal(source, node)
    assert found is not None
    assert found.value == text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["const a1 = 1", "// nothing", "import x from 'y'", "", "function z() { return 2 }"]),
        max_size=6,
    ),
    st.sampled_from(
        [
            "fetch('http://localhost:1')",
            "const u = process.env.U || 'http://localhost:1'",
            "app.listen(3000, '0.0.0.0')",
        ]
    ),
)
def test_unrelated_lines_change_nothing(lines: list[str], text: str) -> None:
    before = "".join(f"{line}\n" for line in lines)
    alone, among = read(text, "a.ts"), read(before + text + "\n// end\n", "a.ts")
    shift = len(before)
    assert [(r.value, r.role, r.why, r.attrs, r.span.start + shift) for r in alone.references] == [
        (r.value, r.role, r.why, r.attrs, r.span.start) for r in among.references
    ]


def test_clean_source_is_not_masked() -> None:
    assert not parse("tsx", b"const a = b > 0 && c < 1;").root_node.has_error
