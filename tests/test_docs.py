"""What the README and the guides tell a reader to type, set or click is there and works."""

import importlib.util
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import yaml

from unmoor.cli.options import FORMATS
from unmoor.config.settings import Settings
from unmoor.rules import load

ROOT = Path(__file__).parents[1]
GUIDES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "design.md")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDES]
# Nothing of these is run here: they install, need a network, or are the suite itself.
ELSEWHERE = ("pip", "uvx", "pipx", "make")


def fences(page: Path, *languages: str) -> list[str]:
    text = page.read_text()
    pattern = rf"^ *(```+)(?:{'|'.join(languages)})\n(.*?)^ *\1$"
    return [found[2] for found in re.finditer(pattern, text, re.S | re.M)]


def commands() -> Iterator[str]:
    """Every unmoor command of a fence."""
    for page in PAGES:
        for fence in fences(page, "bash", "console"):
            for line in fence.splitlines():
                words = line.removeprefix("$ ").partition("  #")[0].strip()
                if words.startswith("unmoor "):
                    yield words
        for fence in fences(page, "yaml"):
            for found in re.finditer(r"run: (unmoor .*)", fence):
                yield found[1]


def mentioned() -> Iterator[str]:
    """Every unmoor command in a code span."""
    for page in PAGES:
        prose = re.sub(r"^( *)(```+).*?^ *\2", "", page.read_text(), flags=re.S | re.M)
        for found in re.finditer(r"`(unmoor [^`]+)`", prose):
            yield " ".join(found[1].split())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("docs") / "shop"
    shutil.copytree(ROOT / "examples" / "shop", root, ignore=shutil.ignore_patterns(".unmoor_cache"))
    (root / "unmoor.json").write_text('{"schema": "unmoor-v1"}')
    return root


def _runnable(command: str) -> bool:
    """Commands with a placeholder, those that write, and those about history have tests of their own."""
    words = command.split()
    if words[1] in ("report", "baseline") or "--baseline-commit" in words or words[1:3] == ["rules", "new"]:
        return False
    writes = words[1] == "fix" and "--diff" not in words
    return not writes and "<" not in command and "--add-ignores" not in words and "--write" not in words


@pytest.mark.parametrize("command", [command for command in dict.fromkeys(commands()) if _runnable(command)])
def test_a_command_works(unmoor: Callable[..., Any], shop: Path, command: str) -> None:
    arguments = shlex.split(command)[1:]
    ran = unmoor(*arguments, cwd=shop)
    assert ran.code in (0, 1), ran.err
    assert "Traceback" not in ran.err and "error:" not in ran.err
    assert ran.out or ran.err


@pytest.mark.parametrize("command", sorted({*mentioned(), *(c for c in commands() if not _runnable(c))}))
def test_a_command_that_is_only_mentioned_has_its_options(unmoor: Callable[..., Any], command: str) -> None:
    if command.startswith("unmoor: "):
        return  # a suppression comment
    words = shlex.split(command.replace("<", "").replace(">", ""))[1:]
    groups = ("baseline", "rules", "generate", "config")
    depth = 2 if words[0] in groups and len(words) > 1 and not words[1].startswith("-") else 1
    shown = unmoor(*words[:depth], "--help").out
    assert "Usage:" in shown
    for option in (word for word in words if re.match(r"--?[a-z]", word)):
        assert option in shown, option


def test_a_shown_answer_is_the_answer(unmoor: Callable[..., Any], shop: Path) -> None:
    shown = [fence for fence in fences(ROOT / "docs" / "resolve.md", "console") if fence.count("\n") > 1]
    assert shown
    for fence in shown:
        command, _, answer = fence.partition("\n")
        assert unmoor(*shlex.split(command)[2:], cwd=shop).out == answer


@pytest.mark.parametrize("page", [page for page in PAGES if fences(page, "toml")], ids=lambda page: page.name)
def test_a_configuration_example_is_valid(page: Path) -> None:
    for fence in fences(page, "toml"):
        settings = msgspec.convert(tomllib.loads(fence), Settings)
        known = load(()).rules
        families = {rule.family for rule in known.values()}
        for name in [*settings.select, *settings.ignore, *settings.extend_select, *settings.severity]:
            assert name in known or name in families, name


def test_the_configuration_guide_names_every_key() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    missing = [f.encode_name for f in msgspec.structs.fields(Settings) if not re.search(rf"\b{f.encode_name}\b", text)]
    assert missing == []


def test_hooks_named_are_there() -> None:
    ids = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    for page in PAGES:
        for fence in fences(page, "yaml"):
            assert set(re.findall(r"id: (unmoor[\w-]*)", fence)) <= ids
    table = set(re.findall(r"^\| `(unmoor[\w-]*)`", (ROOT / "docs" / "pre-commit.md").read_text(), re.M))
    assert table == ids


def test_make_targets_named_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for page in PAGES:
        for fence in fences(page, "bash"):
            assert set(re.findall(r"^make (\w+)", fence, re.M)) <= targets


def test_formats_named_are_there() -> None:
    text = "".join(page.read_text() for page in PAGES)
    assert set(re.findall(r"-o (\w+):", text)) | set(re.findall(r"--output-format (\w+)", text)) <= {*FORMATS, "patch"}


@pytest.mark.parametrize("page", [page for page in GUIDES if page.name.startswith("adding-")], ids=lambda p: p.name)
def test_at_most_six_steps(page: Path) -> None:
    assert 3 <= len(re.findall(r"^\d+\. ", page.read_text(), re.M)) <= 6


def test_the_example_rule_passes_its_own_examples(unmoor: Callable[..., Any], tmp_path: Path) -> None:
    (page,) = fences(ROOT / "docs" / "adding-a-rule.md", "markdown")
    name = re.search(r"^# (\S+)$", page, re.M)
    assert name
    folder = tmp_path / ".unmoor" / "rules"
    folder.mkdir(parents=True)
    (folder / f"{name[1]}.md").write_text(page)
    ran = unmoor("rules", "test", ".unmoor/rules")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_rule_table_is_that_of_the_rules() -> None:
    text = (ROOT / "README.md").read_text()
    assert generator().with_table(text) == text, "run `make docs`"


@pytest.mark.parametrize("name", ["scan.svg", "resolve.svg"])
def test_the_pictures_show_what_is_printed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    made = generator()
    assert made.picture(made.PICTURES[name]) == (ROOT / "docs" / "images" / name).read_text(), "run `make docs`"
