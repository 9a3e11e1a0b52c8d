"""Dockerfiles: the lexer against BuildKit's own parser, and the facts made from instructions."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.model.facts import Declaration, Facts, Reference
from unmoor.scanners.dockerfile import scan
from unmoor.scanners.dockerfile_lexer import Instruction, exec_form, json_string, old_form, parse, value_words
from unmoor.scanners.unit import Unit

dockerfile = pytest.importorskip("dockerfile")
_INSTRUCTIONS = {"FROM", "RUN", "ENV", "ARG", "COPY", "CMD", "LABEL", "EXPOSE", "HEALTHCHECK", "USER", "ONBUILD"}
Row = tuple[str, str, bool, tuple[str, ...], tuple[str, ...]]


def facts(source: str | bytes) -> Facts:
    data = source.encode() if isinstance(source, str) else source
    return scan(Unit.of("app/Dockerfile", data))


def found(source: str, kind: str) -> list[Reference]:
    return [reference for reference in facts(source).references if reference.kind == kind]


def declared(source: str, kind: str) -> list[Declaration]:
    return [declaration for declaration in facts(source).declarations if declaration.kind == kind]


def _strings(line_text: Instruction, items: tuple[tuple[int, int], ...]) -> list[str]:
    return [json_string(line_text.line, lo, hi).text.decode() for lo, hi in items]


def _values(given_: Instruction, escape: bytes) -> tuple[bool, list[str]]:
    text = given_.line.text
    if given_.exec_ is not None:
        return True, _strings(given_, given_.exec_)
    if given_.name == "HEALTHCHECK":
        match = re.match(rb"(\S+)\s*", given_.text)
        kind = match[1].decode().upper() if match else ""
        if match is None or kind != "CMD":
            return False, [kind] if kind else []
        items = exec_form(text, given_.lo + match.end(), given_.hi)
        rest = [text[given_.lo + match.end() : given_.hi].decode()]
        return items is not None, [kind, *(rest if items is None else _strings(given_, items))]
    if given_.name in ("ENV", "LABEL"):
        old = old_form(text, given_.lo, given_.hi, escape)
        if old is not None:
            return False, [text[lo:hi].decode() for lo, hi in old]
        pairs = [text[lo:hi].decode().partition("=") for lo, hi in value_words(text, given_.lo, given_.hi, escape)]
        return False, [part for name, _, value in pairs for part in (name, value)]
    if given_.name == "ARG":
        return False, [text[lo:hi].decode() for lo, hi in value_words(text, given_.lo, given_.hi, escape)]
    if given_.name in ("FROM", "EXPOSE", "COPY", "ADD", "VOLUME"):
        return False, re.split(r"[\t\v\f\r ]+", given_.text.decode()) if given_.text else []
    return False, [given_.text.decode()] if given_.text else []


def ours(source: bytes) -> list[Row]:
    document = parse(source)
    rows: list[Row] = []
    for item in document.instructions:
        effective = item.trigger or item
        as_json, values = _values(effective, document.escape)
        line = item.line.text
        flags = tuple(f"--{f.name}" + (f"={f.value}" if line[f.lo - 1 : f.lo] == b"=" else "") for f in item.flags)
        rows.append((item.name, item.trigger.name if item.trigger else "", as_json, flags, tuple(values)))
    return rows


def theirs(source: bytes) -> list[Row] | None:
    try:
        commands = dockerfile.parse_string(source.decode())
    except dockerfile.GoParseError:
        return None
    if any(c.cmd is None for c in commands):  # an "empty instruction"
        return None
    return [
        (c.cmd.upper(), (c.sub_cmd or "").upper(), c.json, tuple(c.flags), _upper(c.cmd, c.value)) for c in commands
    ]


def _upper(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """HEALTHCHECK's CMD and NONE in capitals; no argument and an empty one alike."""
    values = () if tuple(values) == ("",) else tuple(values)
    return (values[0].upper(), *values[1:]) if name.upper() == "HEALTHCHECK" and values else values


def _known(rows: list[Row]) -> list[Row]:
    """Without the arguments of unknown instructions, which BuildKit does not read."""
    rows = [row if row[0] in _INSTRUCTIONS else (row[0], "", False, (), ()) for row in rows]
    return [(*row[:4], tuple(filter(None, row[4]))) if row[0] == "HEALTHCHECK" else row for row in rows]


def _sound(rows: list[Row]) -> bool:
    """Whether no instruction is refused later for its arguments (the oracle leaves those empty)."""
    return all(row[4] or row[0] not in ("FROM", "ENV", "LABEL", "ARG", "COPY", "EXPOSE", "ONBUILD") for row in rows)


@pytest.mark.parametrize(
    "source",
    [
        "FROM a\nENV OLD x # y\nENV B=1\nLABEL x y # z\nLABEL p=q\n",  # P20
        "FROM a\nRUN cat <<<x\nRUN a=$((1<<2))\nRUN echo done\n",  # P21
        "FROM a\nARG A=${X/a/b}\nRUN echo $A\n",  # P22
        "# escape=`\nFROM a\nRUN echo c:\\\nRUN echo `\n  more\n",  # P23
        "# a comment\n# escape=`\nFROM a\nRUN echo `\nRUN b\n",  # P23: too late
        "FROM a\nRUN one \\\n# comment\n\n  two \\ \n  three\nRUN last \\",  # P24
        "FROM a\nCMD ['a']\n",
        'FROM a\nCMD ["a", b]\n',
        "FROM a\nCMD [ ]\n",
        'FROM a\nCMD ["a","b\\"c"]\n',  # P25
        "FROM a\nCOPY <<A <<B /d/\nx\nA\ny\nB\nRUN z\n",  # P26
        "FROM a\nRUN <<-'E'\n\techo\n\tE\nRUN z\n",
        'FROM a\nRUN <<"one two"\nx\none two\nRUN z\n',
        "FROM a\nUSER <<X\nRUN y\n",
        "FROM a\nONBUILD RUN x\nHEALTHCHECK NONE\nhealthcheck --interval=5s cmd curl x\n",  # P27
        '\ufefffrom a\r\nRun x \\\r\n  y\r\nCMD ["z"]',
        "FROM a\nENV 'X'='$Y' A=1 B=$A\n",  # P27, P28
        "FROM --platform=$P a AS b\nCOPY --from=b --chown=1:1 x y\nCOPY --link a b\n",
        "FROM a\n   # indented comment\n  RUN x\n\nEXPOSE 1 2/udp 3-5\n",
    ],
)
def test_as_buildkit_reads_it(source: str) -> None:
    expected = theirs(source.encode())
    assert expected is not None
    assert ours(source.encode()) == expected


_WORD = st.sampled_from(
    [
        "x",
        "a=b",
        '"q r"',
        "'s t'",
        "$V",
        "${V:-d}",
        "\\",
        "\\ ",
        "#",
        "# c",
        "<<E",
        "<<-E",
        "<<<E",
        "--f=v",
        "--g",
        "[",
        "]",
        '["a"]',
        '["a",',
        '"b"]',
        "&&",
        "=",
        "\\\n",
        "\\\n# c\n",
        "\\\n\n",
        "\\\r\n",
        "`",
        "http://h:1/",
        "E",
        "\t",
        "\n",
        "\nE\n",
    ]
)
_NAME = st.sampled_from(
    ["FROM", "RUN", "ENV", "ARG", "COPY", "CMD", "LABEL", "EXPOSE", "HEALTHCHECK CMD", "USER", "ONBUILD RUN"]
)


@given(st.lists(st.tuples(_NAME, st.lists(_WORD, min_size=1, max_size=6)), max_size=4), st.booleans())
@settings(max_examples=300)
def test_fuzz_against_buildkit(lines: list[tuple[str, list[str]]], directive: bool) -> None:
    body = "\n".join(f"{name} {' '.join(words)}" for name, words in lines)
    source = (("# escape=`\n" if directive else "") + "FROM base\n" + body + "\n").encode()
    expected = theirs(source)
    # A lone continuation mark makes an "empty instruction" there; we read on.
    if expected is not None and _sound(expected) and not re.search(rb"(?m)^\s*[\\`][ \t]*\r?$", source):
        assert _known(ours(source)) == _known(expected)


@given(st.binary(max_size=300))
def test_never_raises_and_spans_lie_inside(data: bytes) -> None:
    read = facts(data)
    for fact in (*read.references, *read.declarations):
        assert 0 <= fact.span.start <= fact.span.end <= len(data)


def test_exec_form_is_mapped_through_continuation_json_and_shell() -> None:
    source = 'CMD ["sh","-c",\\\n # c\n "curl \\"http:\\/\\/localhost:3000\\/x\\""]\n'
    (url,) = found("FROM a\n" + source, "url")
    assert url.value == "http://localhost:3000/x"
    raw = ("FROM a\n" + source).encode()
    assert raw[url.span.start : url.span.end] == rb"http:\/\/localhost:3000\/x"
    assert url.runtime == "container:" and url.layers == ("json:string", "shell:double")


def test_stages_copies_and_ports() -> None:
    source = (
        "FROM node:20 AS build\nWORKDIR /app\nCOPY package.json lock* ./\nCOPY --from=build /a /b\n"
        'ADD https://x.test/z /z\nCOPY ["a b", "/c"]\nCOPY <<E /d\nhello\nE\nFROM build\nEXPOSE 3000 80/udp\n'
    )
    stages = declared(source, "stage")
    assert [(s.name, s.value, s.attrs["index"]) for s in stages] == [("build", "node:20", 0), ("", "build", 1)]
    assert [p.value for p in found(source, "path")] == ["package.json", "lock*", "a b"]
    ports = declared(source, "port")
    assert [(p.name, p.value, p.attrs["protocol"]) for p in ports] == [
        ("expose", "3000", "tcp"),
        ("expose", "80", "udp"),
    ]


def test_variables_are_declared_and_read() -> None:
    source = 'ARG URL="http://localhost:9"\nFROM a:${TAG}\nENV API=http://db:1/x B="x y"\nENV OLD the value\n'
    names = {d.name: (d.value, d.attrs["where"]) for d in declared(source, "env")}
    assert names == {
        "URL": ("http://localhost:9", "dockerfile-arg"),
        "API": ("http://db:1/x", "dockerfile-env"),
        "B": ("x y", "dockerfile-env"),
        "OLD": ("the value", "dockerfile-env"),
    }
    assert [(u.value, u.role, u.attrs["env"]) for u in found(source, "url")] == [
        ("http://localhost:9", "default", "URL"),
        ("http://db:1/x", "config", "API"),
    ]
    assert [e.value for e in found(source, "env")] == ["TAG"]


def test_single_quotes_keep_a_dollar() -> None:  # P28
    source = "FROM a\nENV 'X'='$Y' A=1 B=$A C=\"it's $D\"\n"
    assert [e.value for e in found(source, "env")] == ["A", "D"]
    assert [(d.name, d.value) for d in declared(source, "env")][:2] == [("X", "$Y"), ("A", "1")]


@pytest.mark.parametrize(
    "line",
    [
        "HEALTHCHECK --interval=5s CMD curl -f http://localhost:3000/ || exit 1",
        'HEALTHCHECK CMD ["curl", "http://localhost:3000/"]',
    ],
)
def test_healthchecks(line: str) -> None:
    (url,) = found(f"FROM a\n{line}\n", "url")
    assert (url.value, url.role, url.runtime) == ("http://localhost:3000/", "healthcheck", "container:")
    (check,) = [d for d in declared(f"FROM a\n{line}\n", "instruction") if d.name == "HEALTHCHECK"]
    assert check.attrs["test"][0] in ("CMD", "CMD-SHELL") and "curl" in check.attrs["command"]


@pytest.mark.parametrize(
    "form",
    [
        "RUN <<E\ncurl http://h:1/x\nE\n",
        "RUN bash <<-E\n\tcurl http://h:1/x\n\tE\n",
        "RUN true && \\\n # c\n  curl http://h:1/x\n",
        'RUN ["curl", "http://h:1/x"]\n',
        "ONBUILD RUN curl http://h:1/x\n",
    ],
)
def test_commands_of_a_build(form: str) -> None:
    (url,) = found("FROM a\n" + form, "url")
    raw = ("FROM a\n" + form).encode()
    assert raw[url.span.start : url.span.end] == b"http://h:1/x"
    assert (url.runtime, url.role) == ("build", "request")
