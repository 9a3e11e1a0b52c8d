"""The AsciiDoc scanner: macros, listings, sections, comments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.scanners.asciidoc import scan
from unmoor.scanners.unit import Unit

PAGE = """\
= Title

See link:docs/a.md[A], xref:b.adoc#c[B] and http://localhost:8080/q[Open].
image::img/a.png[alt]
include::part.adoc[]

== Run
[source,bash]
----
cd demo
./start.sh
----
// http://localhost:1
////
http://localhost:2
////
* [x] done `a/b.py`
<<other.adoc#z,Other>>
"""


def facts(text: str) -> Facts:
    return scan(Unit.of("docs/page.adoc", text.encode()))


def test_macros_are_paths() -> None:
    paths = [(r.value, r.attrs["use"]) for r in facts(PAGE).references if r.kind == "path" and r.layers == ("md:link",)]
    assert paths == [
        ("docs/a.md", "link"),
        ("b.adoc", "link"),
        ("img/a.png", "image"),
        ("part.adoc", "include"),
        ("other.adoc", "link"),
    ]


def test_addresses_stand_without_their_label_and_comments_are_left_out() -> None:
    assert [r.value for r in facts(PAGE).references if r.kind == "url"] == ["http://localhost:8080/q"]


def test_listings_are_commands_with_their_folder() -> None:
    script = next(r for r in facts(PAGE).references if r.value == "./start.sh")
    assert (script.runtime, script.cwd, script.scope) == ("host", "docs/demo", "Run")
    assert PAGE.encode()[script.span.start : script.span.end] == b"./start.sh"


def test_sections_and_tasks() -> None:
    page = facts(PAGE)
    assert [(d.name, d.attrs["level"]) for d in page.declarations if d.kind == "heading"] == [("Title", 1), ("Run", 2)]
    assert [r.attrs["done"] for r in page.references if r.kind == "claim"] == [True]


@pytest.mark.parametrize("text", ["----\nunclosed", "////", "[source,", "= ", "include::{dir}/a.adoc[]", "<<a>>"])
def test_fragments_are_read(text: str) -> None:
    assert not facts(text).problems


def test_an_attribute_in_a_target_is_not_known() -> None:
    assert not facts("include::{dir}/a.adoc[]").references
    assert facts("include::a/{x}.adoc[]").references[0].attrs["placeholder"] is True


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    scan(Unit.of("a.adoc", data))
