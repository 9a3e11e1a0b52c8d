"""What is encoded for a layer decodes back to itself, in the layer's own reader."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.scanners import commands
from unmoor.scanners.dockerfile_lexer import json_string, value_words
from unmoor.scanners.dotenv import entries, word_of
from unmoor.scanners.unit import Unit
from unmoor.text.encode import encode, encode_or_none
from unmoor.text.mapped import Mapped

TEXT = st.one_of(
    st.text(max_size=20),
    st.text("ab$\\\"'`{}() #:-/,[]&<>!?*~%@\n\t", max_size=12),
    st.sampled_from(
        ["http://db:5432/x?a=1&b=2#c", "${API_URL}/x", "it's", "a b", "$X", "yes", "12:30", "0644", "a: b"]
    ),
)


def in_shell(before: str, text: str, after: str) -> str:
    raw = (before + text + after).encode()
    return commands.shell_word(Unit.of("x.sh", raw), 0, len(raw)).value


@pytest.mark.parametrize(
    ("layer", "quotes"),
    [
        ("shell:word", ("", "")),
        ("shell:single", ("'", "'")),
        ("shell:double", ('"', '"')),
        ("shell:ansi", ("$'", "'")),
    ],
)
@given(text=TEXT)
def test_shell(layer: str, quotes: tuple[str, str], text: str) -> None:
    written = encode_or_none((layer,), text)
    if written is not None and "\x00" not in text and not _lone_brace(text):
        assert in_shell(quotes[0], written, quotes[1]) == text


def _lone_brace(text: str) -> bool:
    """`$(` or `${` without its end is no substitution for the writer; the reader's idea of one is wider."""
    return "${" in text or "$(" in text


@given(text=TEXT)
def test_yaml_against_pyyaml(text: str) -> None:
    for layer, form in (
        ("yaml:plain", "k: {}\n"),
        ("yaml:plain-flow", "{{k: {}}}\n"),
        ("yaml:single", "k: '{}'\n"),
        ("yaml:double", 'k: "{}"\n'),
        ("yaml:literal", "k: |-\n  {}\n"),
        ("yaml:folded", "k: >-\n  {}\n"),
    ):
        written = encode_or_none((layer,), text)
        if written is not None and text and all(c.isprintable() or c in " \t" for c in text):
            assert yaml.safe_load(form.format(written))["k"] == text, (layer, written)


@given(text=TEXT)
def test_json(text: str) -> None:
    written = encode(("json:string",), text)
    assert json.loads(f'"{written}"') == text
    raw = f'"{written}"'.encode("utf-8", "surrogatepass")
    assert json_string(Mapped.whole(raw), 0, len(raw)).text == text.encode("utf-8", "surrogatepass")


@given(text=TEXT)
def test_dotenv(text: str) -> None:
    for layer, quote in (("dotenv:plain", ""), ("dotenv:single", "'"), ("dotenv:double", '"')):
        written = encode_or_none((layer,), text)
        if written is None:
            continue
        unit = Unit.of(".env", f"K={quote}{written}{quote}\nL=1\n".encode())
        first = next(iter(entries(unit.text.text)))
        assert not isinstance(first, tuple) or hasattr(first, "name")
        assert word_of(unit, first).value == text  # type: ignore[arg-type]


@given(text=TEXT)
def test_dockerfile_words_stay_one_word(text: str) -> None:
    for layer, quote in (("dockerfile:word", ""), ("dockerfile:double", '"'), ("dockerfile:single", "'")):
        written = encode_or_none((layer,), text)
        if written:
            raw = f"K={quote}{written}{quote} L=1".encode()
            words = [raw[lo:hi].decode() for lo, hi in value_words(raw, 0, len(raw), b"\\")]
            assert words == [f"K={quote}{text}{quote}", "L=1"]


@given(text=TEXT)
@settings(max_examples=50)
def test_layers_are_encoded_inside_out(text: str) -> None:
    written = encode_or_none(("yaml:double", "shell:double"), text)
    if written is not None and not _lone_brace(text) and "\x00" not in text:
        shell = yaml.safe_load(f'"{written}"')
        assert in_shell('"', shell, '"') == text


@pytest.mark.parametrize(
    ("layers", "text", "written"),
    [
        (("yaml:plain",), "${X:?must be set: see docs}", None),
        (("yaml:plain-flow",), "${API_URL}", None),
        (("yaml:plain",), "${API_URL}", "${API_URL}"),
        (("yaml:plain",), "12:30", None),
        (("yaml:plain",), "yes", None),
        (("shell:single",), "it's", "it'\\''s"),
        (("shell:word",), "a b", "a\\ b"),
        (("shell:word",), "${X}/a", "${X}/a"),
        (("json:string", "shell:double"), 'a"b', 'a\\\\\\"b'),
        (("jsx:attribute",), "/x?a=1&amp;b", "/x?a=1&amp;amp;b"),
        (("js:template",), "a`${b}", "a\\`${b}"),
        (("dotenv:plain",), "http://x/#frag", None),
        (("dockerfile:single",), "it's", None),
        (("make:recipe", "shell:double"), "$X", "$$X"),
        (("no-such:layer",), "db-1.x:5432", "db-1.x:5432"),
        (("no-such:layer",), "a b", None),
    ],
)
def test_forms(layers: tuple[str, ...], text: str, written: str | None) -> None:
    assert encode_or_none(layers, text) == written
