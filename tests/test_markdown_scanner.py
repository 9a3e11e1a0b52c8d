"""The Markdown scanner: blocks equal to CommonMark, links, code spans, fences, tables, tasks."""

import sys
import types
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from unmoor.model.facts import Facts, Reference
from unmoor.scanners.markdown import scan
from unmoor.scanners.markdown.blocks import read
from unmoor.scanners.markdown.fences import commands
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

LANGUAGES = ["shell", "yaml", "dotenv", "python", "powershell"]


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Unit]]]:
    """Stand-ins for the scanners of fences, which note what they were given and report it as one path."""
    given_: list[tuple[str, Unit]] = []

    def stand_in(name: str) -> types.ModuleType:
        module = types.ModuleType(name)

        def take(unit: Unit) -> Facts:
            given_.append((name, unit))
            text = unit.text.text.decode("utf-8", "replace")
            return Facts(references=[unit.reference("path", 0, len(unit.text.text), text, "config", name, "")])

        module.scan = take  # type: ignore[attr-defined]
        return module

    for name in LANGUAGES:
        monkeypatch.setitem(sys.modules, f"unmoor.scanners.{name}", stand_in(name))
    yield given_


def facts(text: str, path: str = "docs/page.md") -> Facts:
    return scan(Unit.of(path, text.encode()))


def found(text: str, kind: str = "path", path: str = "docs/page.md") -> list[str]:
    return [ref.value for ref in facts(text, path).references if ref.kind == kind]


def one(text: str, kind: str = "path") -> Reference:
    references = [ref for ref in facts(text).references if ref.kind == kind]
    assert len(references) == 1, references
    return references[0]


@pytest.mark.parametrize(
    ("text", "value", "use"),
    [
        ("see [a](../b.md#part)", "../b.md", "link"),
        ("![a](/img/x%20y.png)", "/img/x y.png", "image"),
        ('[a](<b c.md> "title")', "b c.md", "link"),
        ("[a](b(1).md)", "b(1).md", "link"),
        ("[a\n](b.md)", "b.md", "link"),
        ("[ref]: ./b.md", "./b.md", "link"),
        ('<a href="b.md">x</a>', "b.md", "link"),
        ('<div>\n<img src="b.png">\n</div>', "b.png", "image"),
        ("> [a](b.md)", "b.md", "link"),
        ("| a |\n|---|\n| [a](b.md) |", "b.md", "link"),
    ],
)
def test_relative_links_and_images_are_paths(text: str, value: str, use: str) -> None:
    link = one(text)
    assert (link.value, link.attrs["use"], link.runtime) == (value, use, "docs")


@pytest.mark.parametrize(
    "text", ["[a](#part)", "[a](mailto:a@b.c)", "`[a](b.md)`", "\\[a](b.md)", "<!-- [a](b.md) -->"]
)
def test_what_is_no_relative_link(text: str) -> None:
    assert found(text) == []


def test_an_image_in_a_link_gives_both() -> None:
    assert found("[![x](a.png)](b.md)") == ["a.png", "b.md"]


def test_the_span_of_a_link_is_the_path_alone() -> None:
    text = "see [a](../b.md?x=1#part)"
    span = one(text).span
    assert text[span.start : span.end] == "../b.md"
    assert one(text).attrs["anchor"] == "part"


@pytest.mark.parametrize(
    "text",
    [
        "open http://localhost:3000/x.",
        "`http://localhost:3000/x`",
        "[a](http://localhost:3000/x)",
        "<http://localhost:3000/x>",
    ],
)
def test_addresses_are_displayed(text: str) -> None:
    url = one(text, "url")
    assert (url.value, url.role, url.runtime) == ("http://localhost:3000/x", "display", "docs")


@pytest.mark.parametrize(
    ("span", "value"),
    [
        ("src/main.py", "src/main.py"),
        ("docs/", "docs/"),
        ("app.py:12", "app.py"),
        ("tests/test_a.py::test_b", "tests/test_a.py"),
        ("docker-compose.yml", "docker-compose.yml"),
        ("/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf"),
        (".env.example", ".env.example"),
    ],
)
def test_code_spans_that_are_paths(span: str, value: str) -> None:
    path = one(f"see `{span}` there")
    assert (path.value, path.attrs["use"]) == (value, "code-span")


@pytest.mark.parametrize(
    "span",
    [
        "/api/users",
        "GET /x.json",
        "application/json",
        "Next.js",
        "*.py",
        "foo()",
        "a: b",
        "@scope/pkg",
        "and/or",
        "--flag",
        "x = 1.py",
        "{id}",
    ],
)
def test_code_spans_that_are_not_paths(span: str) -> None:
    assert found(f"see `{span}` there") == []


def test_two_words_with_a_slash_may_be_a_package() -> None:
    assert one("the `org/name` model").attrs["ambiguous"] is True
    assert "ambiguous" not in one("the `./org/name` folder").attrs


@pytest.mark.parametrize(
    "line", ["the deleted `src/a.py`", "`src/a.py` → `src/a.py`", "TODO: `src/a.py`", "e.g. `src/a.py`"]
)
def test_hedges_are_noted(line: str) -> None:
    assert facts(line).references[0].attrs["hedged"] is True


def test_a_plain_line_is_not_hedged() -> None:
    assert "hedged" not in one("The entry point is `src/a.py`.").attrs


def test_what_the_text_makes_is_declared() -> None:
    page = facts("Create a file `config/local.py` first. Then copy `a.py` to `b.py`.")
    assert {d.name for d in page.declarations if d.kind == "path"} >= {"config/local.py", "b.py"}


def test_placeholders_are_marked() -> None:
    assert one("[a](path/to/x.md)").attrs["placeholder"] is True


def test_variables_in_code_spans_and_tables() -> None:
    page = facts("Set `API_URL`.\n\n| Variable | Default |\n|---|---|\n| `DB_HOST` | `localhost` |\n| PORT | 3000 |\n")
    reads = {ref.value: ref.attrs for ref in page.references if ref.kind == "env"}
    assert reads["API_URL"]["access"] == "doc" and not reads["API_URL"]["has_default"]
    assert (reads["DB_HOST"]["default"], reads["PORT"]["default"]) == ("localhost", "3000")


def test_commands_in_code_spans_run_on_the_host(embedded: list[tuple[str, Unit]]) -> None:
    assert facts("run `docker logs web`").references[0].attrs["code_span"] is True
    assert [(name, unit.text.text, unit.runtime) for name, unit in embedded] == [("shell", b"docker logs web", "host")]


def test_prompts_and_output_are_dropped(embedded: list[tuple[str, Unit]]) -> None:
    facts("```console\n$ docker ps \\\n  -a\nCONTAINER ID\n$ ls\n```\n")
    assert embedded[0][1].text.text == b"docker ps \\\n  -a\nls\n"


def test_dropped_lines_leave_the_places_right() -> None:
    content = commands(Mapped.whole(b"$ a\nout\n$ b\n"))
    assert content.text == b"a\nb\n" and content.span(2, 3) == (10, 11)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("```sh\ncd x\n```", "shell"),
        ("```\nnpm run x\n```", "shell"),
        ("~~~ {.yaml}\na: 1\n~~~", "yaml"),
        ('```yaml title="docker-compose.yml"\na: 1\n```', "yaml"),
        ("```env\nA=1\n```", "dotenv"),
        ("```\nA=1\nB_C=2\n```", "dotenv"),
    ],
)
def test_fences_go_to_their_scanner(text: str, name: str, embedded: list[tuple[str, Unit]]) -> None:
    facts(text)
    assert [given_ for given_, _ in embedded] == [name]


def test_indented_commands_and_bare_commands_are_read(embedded: list[tuple[str, Unit]]) -> None:
    facts("Run:\n\n    $ docker ps\n    out\n\n- docker logs web\n\nmake sure that it runs.\n")
    assert [unit.text.text for _, unit in embedded] == [b"docker ps\n", b"docker logs web"]


def test_addresses_in_text_of_no_known_language_are_examples() -> None:
    assert one("```text\nat http://localhost:3\n```", "url").role == "example"


def test_examples_stay_examples() -> None:
    assert facts("```yaml\na: 1\n```").references[0].role == "example"


def folders(text: str) -> list[tuple[str | None, object]]:
    return [(ref.cwd, ref.attrs["cwds"]) for ref in facts(text).references if ref.kind == "path"]


def test_a_cd_carries_on_to_later_fences_of_the_section() -> None:
    text = "# A\n```sh\ncd backend\n```\n## B\n```sh\npython a.py\n```\n# C\n```sh\npython b.py\n```\n"
    assert [cwd for cwd, _ in folders(text)] == ["docs", "docs/backend", "docs"]


def test_all_folders_that_may_be_meant_are_given() -> None:
    text = "```sh\ncd backend\n```\n```sh\npython a.py\n```\n"
    assert folders(text)[1][1] == ["docs/backend", "docs", ""]


def test_a_clone_makes_the_root(embedded: list[tuple[str, Unit]]) -> None:
    facts("```sh\ngit clone https://github.com/o/shop.git\ncd shop\nmake x\n```\n```sh\nmake y\n```\n")
    assert [(unit.text.text, unit.cwd) for _, unit in embedded][1:] == [(b"make x\n", ""), (b"make y\n", "")]


def test_a_layout_gives_each_entry_its_folder() -> None:
    text = "```\napp/\n├── src/\n│   ├── main.py  # entry\n│   └── x.ts\n└── README.md\n```\n"
    entries = [(ref.value, ref.cwd, ref.attrs["use"]) for ref in facts(text, "README.md").references]
    assert entries == [
        ("src/", "", "layout"),
        ("main.py", "src", "layout"),
        ("x.ts", "src", "layout"),
        ("README.md", "", "layout"),
    ]


def test_headings_and_tasks() -> None:
    page = facts("# A `b`\n\n- [x] done `a.py`\n- [ ] open\n\nSub\n---\n")
    assert [(d.name, d.attrs["level"]) for d in page.declarations if d.kind == "heading"] == [("A b", 1), ("Sub", 2)]
    claims = [(r.attrs["done"], r.attrs["text"], r.attrs["section"]) for r in page.references if r.kind == "claim"]
    assert claims == [(True, "done `a.py`", "A b"), (False, "open", "A b")]


def test_front_matter_and_mdx_imports_are_left_alone() -> None:
    assert (
        found("---\nimage: ./a.png\nurl: http://localhost:3\n---\nimport x from './b.md'\n", path="docs/page.mdx") == []
    )


FENCES = [
    "   ```sh\n   a\n    b\n   ```\n",
    "> ```sh\n> a\n> ```\n",
    "- x\n\n  ```sh\n  a\n    b\n\n  c\n  ```\n",
    "1. x\n   > ```\n   > a\n   > ```\n",
    "````md\n```sh\na\n```\n````\n",
    "```sh\nunclosed\n",
    "~~~\n```\n~~~\n",
    "```{.yaml}\na: 1\n```\n",
    '```ts title="x"\na\n```\n',
    "- ```sh\n  a\n  ```\n",
]


@pytest.mark.parametrize("text", FENCES)
def test_fences_equal_those_of_commonmark(text: str) -> None:
    assert _ours(text) == _theirs(text)


LINES = st.sampled_from(
    ["```", "```sh", "  ```", "~~~", "> ```", "> a", "- a", "  a", "    a", "a", "", "   ~~~", "````", "1. b", "# h"]
)


@given(st.lists(LINES, max_size=8))
def test_fences_equal_those_of_commonmark_in_made_up_pages(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    theirs = _theirs(text)
    if theirs and all(content for _, content in theirs):
        assert [content for _, content in _ours(text)] == [content for _, content in theirs]


def _ours(text: str) -> list[tuple[str, str]]:
    return [(fence.info, fence.content.text.decode()) for fence in read(text.encode()).fences]


def _theirs(text: str) -> list[tuple[str, str]]:
    return [(t.info.strip(), t.content) for t in MarkdownIt("commonmark").parse(text) if t.type == "fence"]


def test_line_ends_of_windows_are_those_of_the_fence() -> None:
    fence = read(b"```sh\r\na\r\nb\r\n```\r\n").fences[0]
    assert fence.content.text == b"a\nb\n" and fence.content.span(2, 3) == (10, 11)


def test_cell_escapes() -> None:
    assert found("| a |\n|---|\n| `x\\|y` and `a/b.py` |\n") == ["a/b.py"]


def test_long_and_deep_pages_end() -> None:
    facts("[" * 50_000 + "a](b.md)")
    facts("> " * 2_000 + "x")
    facts("`" * 20_000 + " a `b/c.py`")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    scan(Unit.of("a.md", data))


@given(st.text(alphabet="ab/.`[]()<>|-#\n :$\\", max_size=80))
def test_spans_hold_what_they_claim(text: str) -> None:
    data = text.encode()
    for ref in scan(Unit.of("a.md", data)).references:
        if ref.layers == ("md:code",) and ref.kind == "path":
            assert data[ref.span.start : ref.span.end].decode() == ref.value
