"""The lexer of component templates: names, values, and braces that hold code."""

import time

import pytest

from unmoor.syntax.tags import tags


def read(text: str, language: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    data = text.encode()
    return [
        (tag.name, [(one.name, one.quote, data[one.lo : one.hi].decode()) for one in tag.attributes])
        for tag in tags(data, language)
    ]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ('<a href="x" b>', "vue", [("a", [("href", '"', "x"), ("b", "", "")])]),
        ("<img src='x'/>", "vue", [("img", [("src", "'", "x")])]),
        ("<img src=x/>", "vue", [("img", [("src", "", "x/")])]),
        ('<a :href="\'x\' + y" @c.d="e()">', "vue", [("a", [(":href", '"', "'x' + y"), ("@c.d", '"', "e()")])]),
        ('<a :style="{ a: `${b}` }">', "vue", [("a", [(":style", '"', "{ a: `${b}` }")])]),
        ('<a #item="{ x }">', "vue", [("a", [("#item", '"', "{ x }")])]),
        ("<a href={`x/${y}/{`} b>", "svelte", [("a", [("href", "{", "`x/${y}/{`"), ("b", "", "")])]),
        ("<a on:click={() => { go('}') }}>", "svelte", [("a", [("on:click", "{", "() => { go('}') }")])]),
        ("<a {href} {...rest}>", "svelte", [("a", [("", "{", "href"), ("", "{", "...rest")])]),
        ('<a href="x/{y ? "a" : "b"}">', "svelte", [("a", [("href", '"', 'x/{y ? "a" : "b"}')])]),
        ("<a href={/* } */ x}>", "svelte", [("a", [("href", "{", "/* } */ x")])]),
        ("<a href=`x/${`${y}`}`>", "astro", [("a", [("href", "`", "x/${`${y}`}")])]),
        ("{list.map(x => <b c={x}>)}", "astro", [("b", [("c", "{", "x")])]),
        ("a <b && c > d", "svelte", []),
        ("<a href={x", "svelte", []),
        ('<a href="x', "vue", []),
    ],
)  # fmt: skip
def test_what_is_read(text: str, language: str, expected: object) -> None:
    assert read(text, language) == expected


@pytest.mark.parametrize("piece", ["<a {", "<a b={`", "<a b='", "<a <", "<a b={`${`${"])
def test_no_text_takes_long(piece: str) -> None:
    start = time.perf_counter()
    read(piece * 60_000, "svelte")
    assert time.perf_counter() - start < 5
