"""HTML and templates: inline scripts, attributes, links."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.scanners.markup import scan
from unmoor.scanners.unit import Unit


def read(text: str, path: str = "a.html") -> Facts:
    return scan(Unit.of(path, text.encode()))


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("<script>fetch('http://localhost:1')</script>", "request"),
        ("<script type=\"text/javascript\">fetch('http://localhost:1')</script>", "request"),
        ("<script type=module>fetch('http://localhost:1')</script>", "request"),
        ('<a href="http://localhost:1">x</a>', "request"),
        ("<img src='http://localhost:1' />", "request"),
        ("<form action=http://localhost:1></form>", "request"),
        ('<div data-url="http://localhost:1"></div>', "config"),
        ('<input placeholder="http://localhost:1">', "display"),
        ("<p>open http://localhost:1</p>", "display"),
        ("<!-- http://localhost:1 -->", "comment"),
        ("<button onclick=\"fetch('http://localhost:1')\">", "request"),
        ("<script>const a = {{ data }}; fetch('http://localhost:1')</script>", "request"),
        ('{% if x %}<a href="http://localhost:1">{% endif %}', "request"),
    ],
)
def test_role(text: str, role: str) -> None:
    (reference,) = [r for r in read(text).references if r.kind == "url"]
    assert (reference.value, reference.role) == ("http://localhost:1", role)
    assert text[slice(*reference.span)] == "http://localhost:1"


def test_entities_are_decoded() -> None:
    text = '<a href="http://localhost:1?a=1&amp;b=2">'
    (reference,) = read(text).references
    assert reference.value == "http://localhost:1?a=1&b=2"
    assert text[slice(*reference.span)] == "http://localhost:1?a=1&amp;b=2"


def test_template_languages_and_data_are_no_scripts() -> None:
    assert read("<script type='text/template'>fetch('http://localhost:1')</script>").references == []
    (reference,) = read('<script type=\'application/json\'>{"u": "http://localhost:1"}</script>').references
    assert reference.role == "config"


def test_form_action_is_a_route() -> None:
    (reference,) = read('<form action="/api/x" method=post>').references
    assert (reference.kind, reference.value) == ("route", "/api/x")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<script>",
                "</script>",
                "<a href=",
                "'",
                '"',
                "http://localhost:1",
                ">",
                "<",
                "{{",
                "}}",
                "<%",
                "%>",
                "<!--",
                "-->",
                "\n",
                "&amp;",
                "{",
                "}",
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_never_raises(text: str) -> None:
    for path in ("a.html", "a.ejs"):
        for reference in read(text, path).references:
            assert 0 <= reference.span.start <= reference.span.end <= len(text)
