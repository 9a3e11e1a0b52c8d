"""The pitfalls of docs/pitfalls.md that no other test holds, and that every test named there exists."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from tests.projects import project_of
from unmoor.files.writing import write
from unmoor.model.facts import Facts
from unmoor.scanners import SCANNERS, by_name, scan
from unmoor.scanners.yaml.repair import read as read_yaml
from unmoor.topology.images import dockerfiles

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "pitfalls.md"
URL = "http://localhost:1"
ROW = re.compile(r"^\| (P\d+[ab]?) \|(.*)\|(.*)\|$", re.M)


def facts(text: str, name: str, path: str) -> Facts:
    return scan(path, text.encode(), by_name(name))


def urls(text: str, name: str, path: str) -> list[str]:
    return [r.value for r in facts(text, name, path).references if r.kind == "url"]


def test_every_pitfall_has_a_row() -> None:
    rows = [match.group(1) for match in ROW.finditer(PAGE.read_text())]
    wanted = [f"P{number}" for number in range(1, 51)]
    assert sorted(rows) == sorted([*wanted, "P20a", "P20b", "P39b"])


@pytest.mark.parametrize("row", ROW.findall(PAGE.read_text()), ids=lambda row: row[0])
def test_the_tests_of_a_pitfall_exist(row: tuple[str, str, str]) -> None:
    named = re.findall(r"`(?:tests/)?([\w/]+?)(?:\.py)?::(\w+)`", row[2])
    assert named
    for file, test in named:
        assert re.search(rf"^def {test}\(", (ROOT / "tests" / f"{file}.py").read_text(), re.M), f"{file}::{test}"


@pytest.mark.parametrize("lines", [32_769, 65_534, 65_535, 65_536])
def test_comments_by_the_ten_thousand(lines: int) -> None:
    documents, problems = read_yaml(("# c\n" * lines + f"a: {URL}\n").encode())
    assert documents[0].string("a") == URL and not problems


def test_what_is_an_exec_form_as_buildkit_has_it() -> None:
    """Its JSON decoder stops behind the array; what is no array of strings is a shell form."""
    found = facts('FROM a\nCMD ["a"] x\nCMD ["a", b]\nCMD ["a"]\n', "dockerfile", "Dockerfile")
    assert [d.attrs["exec"] for d in found.declarations if d.name == "CMD"] == [True, False, True]


def test_one_env_instruction_expands_with_what_was_before_it() -> None:
    text = "FROM a\nENV A=old\nENV A=new B=$A\nENV C=$A\n"
    (stage,) = dockerfiles(project_of({"Dockerfile": text}))["Dockerfile"].stages
    assert {name: value.text for name, value in stage.env.items()} == {"A": "new", "B": "old", "C": "new"}


@pytest.mark.parametrize(
    "text",
    [f"case $x in\r\n  *://*) curl {URL};;\r\nesac\r\n", f"if true; then\r\n  curl '{URL}'\r\nfi\r\n"],
)
def test_scripts_with_line_ends_of_windows(text: str) -> None:
    found = facts(text, "shell", "a.sh")
    assert not found.problems
    assert [text.encode()[slice(*r.span)] for r in found.references if r.kind == "url"] == [URL.encode()]


def test_a_pipe_in_a_table_is_no_error() -> None:
    text = f"| a | b |\n|---|:-:|\n| `x \\| y` | {URL} |\n| one cell only\n"
    assert urls(text, "markdown", "a.md") == [URL] and not facts(text, "markdown", "a.md").problems


@pytest.mark.parametrize(
    ("language", "fragment"),
    [
        ("json", f'"url": "{URL}",\n"more": {{'),
        ("json", f'{{\n  ...\n  "url": "{URL}"\n}}'),
        ("ts", f"  url: '{URL}',\n}}\n}})"),
        ("tsx", f"<A href='{URL}'>\n  ..."),
        ("yaml", f"  a: {URL}\n b: [\n"),
        ("dockerfile", f"  && curl {URL} \\\n"),
        ("sh", f"then curl {URL}\nfi )"),
        ("python", f"  return get('{URL}')\n else:"),
    ],
)
def test_fragments_in_fences_are_read_and_never_fail(language: str, fragment: str) -> None:
    found = facts(f"# a\n\n```{language}\n{fragment}\n```\n\nafter `curl {URL}/after`\n", "markdown", "a.md")
    assert [r.value for r in found.references if r.kind == "url" and "/after" in r.value] == [f"{URL}/after"]
    assert not found.problems


def test_killed_in_the_middle_of_a_write(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    child = os.fork()
    if not child:  # dies after the new bytes are on the disk, before they are the file
        Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment,method-assign]
        write(tmp_path, "a.txt", b"new", b"old")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert target.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    write(tmp_path, "a.txt", b"new", b"old")
    assert target.read_bytes() == b"new"


def test_extended_attributes_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    try:
        os.setxattr(target, "user.unmoor", b"x")
    except (AttributeError, OSError):
        pytest.skip("no extended attributes here")
    write(tmp_path, "a.txt", b"new", b"old")
    assert os.getxattr(target, "user.unmoor") == b"x"


FILES = {
    "dockerfile": "Dockerfile", "dotenv": ".env", "makefile": "Makefile", "justfile": "justfile",
    "procfile": "Procfile", "crontab": "crontab", "nginx": "nginx.conf", "caddyfile": "Caddyfile", "yaml": "a.yaml",
    "json": "a.json", "toml": "a.toml", "hcl": "a.tf", "markdown": "a.md", "asciidoc": "a.adoc", "shell": "a.sh",
    "powershell": "a.ps1", "typescript": "a.ts", "tsx": "a.tsx", "javascript": "a.js", "component": "a.vue",
    "markup": "a.html", "python": "a.py", "go": "a.go", "java": "a.java", "literals": "a.rb",
    "properties": "a.properties",
}  # fmt: skip
SHAPES = {
    "words": "http://localhost:1 ",
    "quotes": '"http://localhost:1", ',
    "assignments": "A=b; ",
    "brackets": "({[",
    "dollars": "${A:-",
    "backslashes": "\\",
    "angles": "<a ",
    "heredocs": "<<A ",
}


# Known to grow with the square of the line: junk of such a length is no configuration and no code.
SQUARE = {
    *[("nginx", "brackets"), ("nginx", "dollars"), ("yaml", "words"), ("python", "words")],
    *[("properties", "words"), ("properties", "quotes"), ("properties", "dollars")],
    *[(name, "brackets") for name in ("typescript", "tsx", "javascript")],
}


def _seconds(name: str, data: bytes) -> float:
    started = time.process_time()
    scan(FILES[name], data, by_name(name))
    return time.process_time() - started


def test_every_scanner_is_tried() -> None:
    assert set(FILES) == {scanner.name for scanner in SCANNERS}


@pytest.mark.parametrize("name", FILES)
def test_five_megabytes_on_one_line(name: str) -> None:
    assert _seconds(name, b'x = "http://localhost:1/' + b"a" * 4_990_000 + b'"') < 20


@pytest.mark.parametrize(("name", "shape"), sorted({(n, s) for n in FILES for s in SHAPES} - SQUARE))
def test_the_time_grows_with_the_line(name: str, shape: str) -> None:
    """Eight times the bytes may take up to thirty times as long (quadratic would be 64), or a moment at the most."""
    small = (SHAPES[shape] * 2_000)[:2_000].encode()
    assert _seconds(name, small * 8) < max(30 * _seconds(name, small), 1.5)


@pytest.mark.parametrize("name", FILES)
def test_the_same_bytes_give_the_same_facts_and_every_span_lies_inside(name: str) -> None:
    data = f"x = \"{URL}/é\" # {URL}\n$(curl '{URL}') ${{A:-{URL}}}\n<a href='{URL}'>\n".encode()
    one, two = (scan(FILES[name], data, by_name(name)) for _ in range(2))
    assert one == two
    for fact in (*one.references, *one.declarations, *one.problems):
        assert 0 <= fact.span.start <= fact.span.end <= len(data)
