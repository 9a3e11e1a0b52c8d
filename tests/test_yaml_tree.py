"""The located YAML tree: PyYAML as the oracle of every scalar, spans that decode, repairs that stay local."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.scanners import by_name, scan
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, decode, node_of
from unmoor.scanners.yaml.repair import read


def _leaves(value: Value) -> list[str]:
    found = [value.text] if value.scalar else []
    for key, item in value.items:
        found += _leaves(key) if key.layer else []
        found += _leaves(item)
    return found


def _oracle(text: str) -> list[str]:
    found: list[str] = []

    def visit(node: yaml.Node) -> None:
        if isinstance(node, yaml.ScalarNode):
            found.append(node.value)
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                visit(item)
        else:
            for key, item in node.value:
                visit(key)
                visit(item)

    for document in yaml.compose_all(text, Loader=yaml.SafeLoader):
        visit(document)
    return found


def _root(text: str) -> Value:
    documents, problems = read(text.encode())
    assert not problems
    return documents[0]


CRAFTED = [
    "a: plain\nb: two\n  lines\n\n  and more\nc: 'it''s\n  folded'\n",
    'a: "x\\ty \\u00e9 \\x41 \\/ \\\n   joined \n  folded\n\n  twice \\_ \\N"\n',
    'a: "one\\\n\n  two"\n',
    "a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\n\nc: |+\n  y\n\n\nd: 1\n",
    "a: >\n  one\n  two\n\n  three\n   deep\n  four\n\nb: >-\n  x\n  y\nc: >+\n  z\n\n",
    "a: |2-\n    two more\n  none\nb:\n  - |1\n    x\n  - >\n   y\n",
    "- |2\n    x\n-  - |\n     y\n",
    "--- |\n top\n...\n---\nplain\n",
    "a: |\n  x\n# less indented comment\nb: 1\n",
    "a: |+\n\n\nb: >-\n\nc: |\n",
    "{U: http://h, V: 'a', \"w\":1, x: , y}\n",
    "[http://h/a,b, c: d, [e, {f: g}], ]\n",
    "? complex\n: v\n? [a, b]\n: w\n",
    "a:\n- b\n-\n- - c\n  - d\n",
    "a:\n  b: '{\n    c\n}'\n  d: \"x\n\"\n",
    "x: !reset null\ny: !override\n  a: b\n",
]


@pytest.mark.parametrize("text", CRAFTED)
@pytest.mark.parametrize("crlf", [False, True])
def test_scalars_equal_pyyaml(text: str, crlf: bool) -> None:
    text = text.replace("\n", "\r\n") if crlf else text
    documents, problems = read(text.encode())
    assert not problems
    assert [leaf for root in documents for leaf in _leaves(root)] == _oracle(text)


_TEXT = st.text(st.sampled_from("ab :#-'\"\\{}[]|>&*!%@`$\n\té😀,?0"), max_size=30)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(_TEXT, st.sampled_from([None, "'", '"', "|", ">"])), min_size=1, max_size=6), st.booleans())
def test_generated_scalars_equal_pyyaml(values: list[tuple[str, str | None]], flow: bool) -> None:
    parts = [
        yaml.dump([value], default_style=style, allow_unicode=True, width=20, default_flow_style=flow)
        for value, style in values
    ]
    text = "".join(f"---\n{part}" for part in parts)
    documents, problems = read(text.encode())
    assert not problems
    assert [leaf for root in documents for leaf in _leaves(root)] == _oracle(text)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(st.sampled_from("ab: -|>\n'\"{}[]&*!${#\t"), max_size=80).map(str.encode))
def test_never_raises_and_spans_lie_inside(data: bytes) -> None:
    facts = scan("compose.yaml", data, by_name("yaml"))
    for fact in [*facts.references, *facts.declarations]:
        assert 0 <= fact.span.start <= fact.span.end <= len(data)


def _scalars(root: Value) -> list[Value]:
    return ([root] if root.scalar else []) + [found for key, item in root.items for found in _scalars(item)]


@pytest.mark.parametrize("crlf", [False, True])
def test_replacing_a_copied_range_decodes_to_the_replacement(crlf: bool) -> None:
    for text in CRAFTED:
        data = (text.replace("\n", "\r\n") if crlf else text).encode()
        unit = Unit.of("a.yaml", data)
        for number, value in enumerate(_scalars(_root(data.decode()))):
            mapped = decode(unit, value)
            at = mapped.text.find(b"o")
            if at < 0 or not mapped.exact(at, at + 1):
                continue
            span = mapped.span(at, at + 1)
            changed = data[: span.start] + b"QQ" + data[span.end :]
            again = _scalars(_root(changed.decode()))[number].text
            assert again == (mapped.text[:at] + b"QQ" + mapped.text[at + 1 :]).decode()


def test_an_alias_has_the_bytes_of_its_anchor() -> None:
    text = "x: &u http://localhost:1\na: *u\nb: *u\n"
    root = _root(text)
    anchored, alias = root.get("x"), root.get("a")
    assert anchored is not None and alias is not None
    assert (alias.lo, alias.hi, alias.alias) == (anchored.lo, anchored.hi, True)
    assert anchored.aliases == 2 and not anchored.alias


def test_merge_keys_are_spread_and_own_keys_win() -> None:
    root = _root("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nm:\n  <<: [*a, *b]\n  z: 3\nn: {<<: *a, y: 9}\n")
    assert {key.text: value.text for key, value in root.pairs("m")} == {"x": "1", "y": "1", "z": "3"}
    assert {key.text: value.text for key, value in root.pairs("n")} == {"x": "1", "y": "9"}
    expected = yaml.safe_load("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nm:\n  <<: [*a, *b]\n  z: 3\n")["m"]
    assert {key.text: int(value.text) for key, value in root.pairs("m")} == expected


def test_duplicate_keys_are_kept_and_the_last_is_found() -> None:
    root = _root("a: 1\na: 2\n")
    assert [value.text for _, value in root.items] == ["1", "2"]
    assert root.string("a") == "2"


def test_words_of_yaml_1_1_are_strings() -> None:
    root = _root("on: yes\noff: no\nt: true\nn: ~\ni: 0o17\nf: 1e3\nd: 2001-01-01\nq: '1'\n")
    assert [value.kind for _, value in root.items] == ["str", "str", "bool", "null", "int", "float", "str", "str"]
    assert root.items[0][0].text == "on"


def test_tags_are_kept() -> None:
    root = _root("a: !reset []\nb: !override\n  c: 1\nd: !!str 1\n")
    assert [value.tag for _, value in root.items] == ["!reset", "!override", "!!str"]
    assert root.items[2][1].kind == "str"


def test_a_broken_block_loses_only_itself() -> None:
    text = "services:\n  a:\n    image: x\n  b:\n    image: 'unclosed\n  c:\n    image: z\nvolumes:\n  d:\n"
    documents, problems = read(text.encode())
    assert documents[0].string("services", "a", "image") == "x"
    assert documents[0].get("volumes", "d") is not None
    assert problems and all("image: x" not in text[lo:hi] for lo, hi, _ in problems)


def test_a_broken_document_leaves_the_next() -> None:
    documents, problems = read(b"a: [1\n---\nb: http://localhost:3000\n")
    assert documents[-1].string("b") == "http://localhost:3000"
    assert problems


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n{{- if .Values.x }}\nb: {{ .Values.host }}\n{{- end }}\nc: http://h\n",
        "a: 1\n{% if x %}\nb: {{ host }}\n{% endif %}\nc: http://h\n",
    ],
)
def test_templates_are_read_around(text: str) -> None:
    root = _root(text)
    assert root.string("a") == "1" and root.string("c") == "http://h"
    assert root.string("b").startswith("{{")


def test_more_lines_than_the_grammar_can_count() -> None:
    text = "".join(f"k{n}: v{n}\n" for n in range(33_000)) + "last: http://localhost:1\n"
    documents, problems = read(text.encode())
    assert not problems and len(documents) == 1
    assert documents[0].items[-1][1].text == "http://localhost:1"
    last = documents[0].items[-1][1]
    assert text[last.lo : last.hi] == "http://localhost:1"
    assert len(documents[0].items) == 33_001


def test_deep_nesting_and_alias_bombs_end() -> None:
    _, problems = read(b"[" * 3000 + b"]" * 3000)
    assert problems
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    documents, problems = read(bomb.encode())
    assert problems
    node_of(Unit.of("a.yaml", bomb.encode()), documents[0])


def test_a_byte_order_mark_counts_but_is_no_text() -> None:
    data = b"\xef\xbb\xbfa: |2\n    b\n"
    documents, _ = read(data)
    assert documents[0].string("a") == "  b\n"
