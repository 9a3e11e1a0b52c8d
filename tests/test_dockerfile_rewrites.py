"""Dockerfiles that nobody wrote by hand, through the codemods, as BuildKit's own parser reads them.

The instruction that holds the address differs by it; every other one is the same.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.laws import BACKEND, applied, check, request
from tests.projects import project_of
from unmoor.codemods import fix as make
from unmoor.model.facts import Reference
from unmoor.model.findings import Fix, Refusal
from unmoor.model.spans import Location
from unmoor.text.edits import apply

buildkit = pytest.importorskip("dockerfile")

URL = "http://localhost:3011"
EXPANDED = (
    "ENV A={}",
    'ENV A="{}/x" B=c',
    "ENV A {}",
    "ARG U={}",
    "RUN curl {} && echo 'a b'",
    'RUN curl "{}" \\\n  # why\n  && curl {}',
    "RUN sh -c 'curl {}'",
    "CMD curl {}",
    'ENTRYPOINT ["sh", "-c", "curl {} -s"]',
    "HEALTHCHECK --interval=5s \\\n  CMD curl -f {} || exit 1",
    "RUN <<EOF\ncurl {}\nEOF",
    "run --mount=type=cache,target=/x curl '{}'",
)
FIXED = (
    'CMD ["curl", "{}"]',
    'HEALTHCHECK CMD ["curl", "-f", "{}"]',
    "ENV A='{}'",
)
NOISE = (
    "WORKDIR /app",
    "COPY . .",
    "EXPOSE 80 443/tcp",
    "LABEL a=b c='d e'",
    "USER 1000:1000",
    "# a comment with http://localhost:1",
    "",
    'RUN ["echo", "a b"]',
    "ENV X=$Y Z=${Y:-a}",
    'SHELL ["/bin/bash", "-c"]',
    "RUN echo \\\n\n  b",
)
BUILDS = (
    "RUN npm run build",
    "RUN \\\n  # it\n  yarn workspace web build",
    "run npm ci && next build",
    "RUN <<EOF\nnpm ci\nvite build --mode x\nEOF",
    "RUN --mount=type=cache,target=/x \\\n\\\n  pnpm -r build:web",
)
NO_BUILDS = ("RUN apt-get install -y build-essential", "RUN export A=b && npm ci --build-from-source", "RUN echo build")
TAILS = st.from_regex(r"(/[a-z0-9._~-]{1,4}){0,2}", fullmatch=True)


@st.composite
def dockerfiles(draw: st.DrawFn, shapes: tuple[str, ...]) -> str:
    lines = ["FROM node:22 AS build"]
    for shape in draw(st.lists(st.sampled_from(shapes), min_size=1, max_size=3)):
        lines += draw(st.lists(st.sampled_from(NOISE), max_size=2))
        lines.append(shape.format(*([URL + draw(TAILS)] * shape.count("{}"))))
    text = "\n".join([*lines, *draw(st.lists(st.sampled_from(NOISE), max_size=2))])
    return (text + draw(st.sampled_from(["", "\n"]))).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def addresses(text: str) -> list[Reference]:
    references = project_of({"Dockerfile": text}).facts["Dockerfile"].references
    return [one for one in references if one.kind == "url" and one.value.startswith(URL) and one.role != "comment"]


def instructions(text: str) -> list[tuple[Any, ...]]:
    return [(one.cmd.lower(), one.flags, one.json, one.value, one.original) for one in buildkit.parse_string(text)]


def mended(codemod: str, text: str, reference: Reference, **more: Any) -> str | Refusal:
    files = {"Dockerfile": text}
    asked = request(files, "Dockerfile", reference.value, services=(BACKEND,), **more)
    role = "default" if reference.role == "default" and codemod != "env-reference" else "request"
    asked.finding.reference = structs.replace(reference, role=role)
    asked.finding.location = Location("Dockerfile", reference.span)
    made = make(codemod, asked)
    if isinstance(made, Refusal):
        return made
    assert isinstance(made, Fix)
    check(codemod, asked, made, files, applied(made, files))
    return apply(text.encode(), made.edits).decode()


@given(st.data())
def test_the_address_of_a_service_changes_alone(data: st.DataObject) -> None:
    text = data.draw(dockerfiles((*EXPANDED, *FIXED)))
    found = addresses(text)
    assert found, text
    reference = data.draw(st.sampled_from(found))
    after = mended("service-address", text, reference, suggestion="http://backend:4")
    assert isinstance(after, str)
    assert len(after.splitlines()) == len(text.splitlines())
    was, now = instructions(text), instructions(after)
    assert [one for one, two in zip(was, now, strict=True) if one != two] != []
    assert sum(one != two for one, two in zip(was, now, strict=True)) == 1
    assert after.count("backend:4") == 1
    assert after.replace("backend:4", "localhost:3011") == text


@given(st.data())
def test_a_variable_where_something_expands_it_and_nowhere_else(data: st.DataObject) -> None:
    text = data.draw(dockerfiles(EXPANDED))
    reference = data.draw(st.sampled_from(addresses(text)))
    after = mended("env-reference", text, reference)
    assert isinstance(after, str), f"{after}\n{text}"
    assert after.count("${BACKEND_URL}") == 1
    was, now = instructions(text), instructions(after)
    assert len(was) == len(now)
    changed = [(one, two) for one, two in zip(was, now, strict=True) if one != two]
    assert len(changed) == 1
    assert changed[0][0][:3] == changed[0][1][:3], "the same instruction in the same form"
    assert changed[0][1][4].count(URL) == changed[0][0][4].count(URL) - 1


@given(st.data())
def test_never_in_the_exec_form_or_single_quotes(data: st.DataObject) -> None:
    text = data.draw(dockerfiles(FIXED))
    for reference in addresses(text):
        assert isinstance(mended("env-reference", text, reference), Refusal)


@given(st.data())
def test_an_argument_is_declared_before_the_build(data: st.DataObject) -> None:
    noise = data.draw(st.lists(st.sampled_from(NOISE), max_size=4))
    build = data.draw(st.sampled_from(BUILDS))
    stage = data.draw(st.sampled_from(["", *(f"FROM node:22 AS deps\n{line}\n" for line in NO_BUILDS)]))
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    text = f"{stage}FROM node:22 AS build\n{''.join(line + chr(10) for line in noise)}{build}\nFROM nginx\nCOPY x y\n"
    text = text.replace("\n", end)
    files = {
        "compose.yaml": "services:\n  web:\n    build: ./web\n    environment:\n      VITE_A: http://x\n",
        "web/Dockerfile": text,
    }
    asked = request(files, "compose.yaml", "VITE_A", finding_attrs={"name": "VITE_A", "dockerfile": "web/Dockerfile"})
    made = make("build-arg", asked)
    assert isinstance(made, Fix), f"{made}\n{text}"
    after = applied(made, files)["web/Dockerfile"].decode()
    was, now = instructions(text), instructions(after)
    added = [one for one in now if one not in was]
    assert [one[0] for one in added] == ["arg", "env"]
    assert [one for one in now if one in was] == was
    at = [one[0] for one in now].index("arg")
    assert [one[0] for one in now][at : at + 3] == ["arg", "env", "run"]
    assert now[at + 2] == instructions(f"{build}\n".replace("\n", end))[0]
    assert after.count("\n") == after.count(end)
