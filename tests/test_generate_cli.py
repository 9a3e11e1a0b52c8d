"""`unmoor generate` as its users meet it: places, what is there already, templates of their own, twice the same."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.generate import compose, render, texts

Unmoor = Callable[..., Any]
ROOT = Path(__file__).parents[1]
COMMANDS = [
    "resolver --package frontend", "resolver --language python", "proxy --kind next", "proxy --kind nginx",
    "env-example", "env-docs", "compose-env", "compose-env --all", "healthcheck", "smoke-test", "ci --kind github",
    "ci --kind gitlab", "access-matrix", "dockerfile --context frontend",
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    shutil.copytree(ROOT / "examples" / "shop", root, ignore=shutil.ignore_patterns(".unmoor_cache"))
    return root


@pytest.mark.parametrize("command", COMMANDS)
def test_twice_the_same_bytes(unmoor: Unmoor, shop: Path, command: str) -> None:
    first = unmoor("generate", *command.split(), cwd=shop)
    assert first.code == 0, first.err
    assert first.out.endswith("\n") and not first.out.endswith("\n\n")
    assert unmoor("generate", *command.split(), cwd=shop).out == first.out


@pytest.mark.parametrize(
    ("command", "places"),
    [
        ("proxy --kind next", ["frontend/rewrites.ts"]),
        ("env-docs", ["docs/env-of-all.md"]),
        ("smoke-test", ["scripts/smoke-test.sh"]),
        ("ci", [".github/workflows/unmoor.yml"]),
        ("ci --kind gitlab", [".gitlab-ci.yml"]),
        ("dockerfile --context backend", ["backend/Dockerfile"]),
        (
            "resolver --language python",
            ["recommendations/app/service_urls.py", "recommendations/app/test_service_urls.py"],
        ),
    ],
)
def test_the_usual_place_and_never_over_what_is_there(
    unmoor: Unmoor, shop: Path, command: str, places: list[str]
) -> None:
    where = "auto" if "env-docs" not in command else places[0]
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    ran = unmoor("generate", *command.split(), "--write", where, cwd=shop)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [f"wrote {place}" for place in places]
    written = {path: (shop / path).read_bytes() for path in places}
    again = unmoor("generate", *command.split(), "--write", where, cwd=shop)
    assert again.code == 2 and f"{places[0]} is already there" in again.err
    assert {path: (shop / path).read_bytes() for path in places} == written
    assert {path: path.read_bytes() for path in before} == before
    assert bool((shop / places[0]).stat().st_mode & 0o100) is places[0].endswith(".sh")


def test_a_module_is_not_written_where_its_tests_are_there(unmoor: Unmoor, shop: Path) -> None:
    (shop / "recommendations/app/test_service_urls.py").write_text("")
    assert unmoor("generate", "resolver", "--language", "python", "--write", "auto", cwd=shop).code == 2
    assert not (shop / "recommendations/app/service_urls.py").exists()


@pytest.mark.parametrize("command", ["resolver", "proxy --kind next", "ci", "env-example", "smoke-test"])
def test_nothing_is_written_outside_the_root(unmoor: Unmoor, shop: Path, command: str) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=shop, check=True)
    ran = unmoor("generate", *command.split(), "--write", "../out.txt", cwd=shop)
    assert ran.code == 2 and "lies outside" in ran.err
    assert not (shop.parent / "out.txt").exists()


def test_where_there_is_no_usual_place(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("generate", "access-matrix", "--write", "auto", cwd=shop)
    assert ran.code == 2 and "say where: --write PATH" in ran.err


def test_an_example_file_is_completed_and_then_left(unmoor: Unmoor, shop: Path) -> None:
    before = (shop / ".env.example").read_text()
    assert unmoor("generate", "env-example", "--write", "auto", cwd=shop).err == "completed .env.example\n"
    after = (shop / ".env.example").read_text()
    assert after.startswith(before)
    names = re.findall(r"(?m)^#?\s*([A-Z_]+)=", after)
    assert len(names) == len(set(names)) and "TRAINER_TOKEN" in names
    assert unmoor("generate", "env-example", "--write", "auto", cwd=shop).err == ".env.example is complete\n"
    assert (shop / ".env.example").read_text() == after
    (shop / ".env.example").unlink()
    assert unmoor("generate", "env-example", "--write", "auto", cwd=shop).err == "wrote .env.example\n"


def template(shop: Path, name: str, text: str) -> None:
    (shop / ".unmoor" / "templates").mkdir(parents=True, exist_ok=True)
    (shop / ".unmoor" / "templates" / name).write_text(text)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\nb: {{ brach }}\n", 2, ["'brach' is undefined", "did you mean `branch`?", "is given: branch, version"]),
        ("a\n\n{% for x in %}\n", 3, ["Expected an expression", "is given: branch, version"]),
        ("{{ branch }}\n{% endfor %}\n", 2, ["endfor"]),
        ("\n\n{{ branch / 2 }}\n", 3, ["unsupported operand"]),
    ],
)
def test_a_mistake_in_a_template_of_the_users(
    unmoor: Unmoor, shop: Path, text: str, line: int, words: list[str]
) -> None:
    template(shop, "ci.github.j2", text)
    ran = unmoor("generate", "ci", cwd=shop)
    assert (ran.code, ran.out) == (2, "")
    assert f".unmoor/templates/ci.github.j2:{line}: " in ran.err
    assert "Traceback" not in ran.err and "fault of unmoor" not in ran.err
    for word in words:
        assert word in ran.err


def test_a_mistake_in_a_part_is_told_there_and_a_missing_part_by_its_name(unmoor: Unmoor, shop: Path) -> None:
    template(shop, "ci.github.j2", "x\n{% include '_head.j2' %}\n")
    assert "there is no template `_head.j2` to include" in unmoor("generate", "ci", cwd=shop).err
    template(shop, "_head.j2", "1\n2\n{{ nobody }}\n")
    ran = unmoor("generate", "ci", cwd=shop)
    assert "_head.j2:3: 'nobody' is undefined" in ran.err
    assert "warning" not in ran.err
    template(shop, "_head.j2", "of {{ branch }}\n")
    assert unmoor("generate", "ci", cwd=shop).out == "x\nof main\n"


def test_a_name_that_is_no_template_is_pointed_out(unmoor: Unmoor, shop: Path) -> None:
    template(shop, "ci.githup.j2", "")
    template(shop, "notes.txt", "")
    ran = unmoor("generate", "access-matrix", cwd=shop)
    assert ran.code == 0 and ran.out.startswith("# For .unmoor.toml")
    assert ".unmoor/templates/ci.githup.j2 is no template" in ran.err
    assert "did you mean `ci.github.j2`?" in ran.err
    assert "notes.txt is no template of unmoor's and has no effect; the names are: Dockerfile.j2, access" in ran.err


def test_the_table_of_templates_is_that_of_the_code(
    unmoor: Unmoor, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, set[str]] = {}
    original = render._environment

    def recording(folder: Path | None) -> Any:
        made = original(folder)
        get = made.get_template

        def get_template(name: str) -> Any:
            found = get(name)
            shown = found.render
            found.render = lambda **values: (given.setdefault(name, set(values)), shown(**values))[1]
            return found

        made.get_template = get_template
        return made

    monkeypatch.setattr(render, "_environment", recording)
    (shop / "frontend/vite.config.ts").write_text("")
    (shop / "frontend/package.json").write_text('{"dependencies": {"next": "16", "vite": "8"}}')
    for command in [*COMMANDS, "resolver --tests", "resolver --language python --tests", "proxy --kind vite"]:
        assert unmoor("generate", *command.split(), cwd=shop).code == 0, command
    page = (ROOT / "docs" / "generators.md").read_text()
    rows = dict(re.findall(r"^\| `([\w.-]+\.j2)` \| (.*) \|$", page, re.M))
    assert sorted(rows) == sorted(given) == render.names()
    assert {name: set(re.findall(r"`(\w+)`", row)) for name, row in rows.items()} == given


def test_what_compose_lacks_is_read_from_where_the_container_is(shop: Path) -> None:
    project = engine.load(shop, Settings(), cache=False)
    made = yaml.safe_load(compose.environment(project, None))["services"]
    assert made["recommendations"]["environment"]["REDIS_HOST"] == "${REDIS_HOST:?REDIS_HOST is not set}"
    assert "DATABASE_URL" not in made["recommendations"]["environment"]  # compose gives it
    whole = yaml.safe_load(compose.environment(project, None, "recommendations", True))["services"]
    assert list(whole) == ["recommendations"]
    assert whole["recommendations"]["environment"]["CACHE_URL"] == "${CACHE_URL:-redis://cache:6379/1}"  # not localhost
    args = made["frontend"]["build"]["args"]
    assert "NEXT_PUBLIC_SITE_URL" in args and "NEXT_PUBLIC_SITE_URL" not in made["frontend"].get("environment", {})


def test_an_optional_variable_without_a_value_is_handed_on(tmp_path: Path) -> None:
    """An empty string is a value: `int("")` fails where the code's own default would have served."""
    files = {
        "compose.yaml": "services:\n  api:\n    build: ./api\n    ports: ['8000:8000']\n",
        "api/Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 8000\n",
        "api/main.py": "import os\nN = int(os.getenv('WORKERS', cores()))\nA = os.environ['KEY']\n"
        "H = os.getenv('DIR', '/home/me/x')\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    project = engine.load(tmp_path, Settings(), cache=False)
    assert yaml.safe_load(compose.environment(project, None))["services"]["api"]["environment"] == {
        "DIR": "${DIR:?DIR is not set}", "KEY": "${KEY:?KEY is not set}", "WORKERS": None
    }  # fmt: skip


def test_merged_snippets_are_taken_by_compose(shop: Path, environment: dict[str, str]) -> None:
    project = engine.load(shop, Settings(), cache=False)
    (shop / "env.yaml").write_text(compose.environment(project, None))
    (shop / "checks.yaml").write_text(compose.healthcheck(project, None))
    stub = shop.parent / "podman"
    stub.write_text("#!/bin/sh\necho podman version 5.0.0\n")
    stub.chmod(0o755)
    values = dict.fromkeys(re.findall(r"\$\{(\w+)", "".join(p.read_text() for p in shop.glob("*.yaml"))), "1")
    command = [sys.executable, "-m", "podman_compose"]
    for name in ("compose.yaml", "env.yaml", "checks.yaml"):
        command += ["-f", name]
    variables = {**environment, **values, "PATH": f"{stub.parent}:{environment['PATH']}"}
    run = subprocess.run([*command, "config"], cwd=shop, env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    merged = yaml.safe_load(run.stdout)["services"]
    assert merged["cache"]["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]
    assert "/api/health" in merged["frontend"]["healthcheck"]["test"][-1]
    assert "recommendations" not in yaml.safe_load((shop / "checks.yaml").read_text())["services"]  # it has one


def test_nothing_to_add_is_said_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  db:\n    image: acme/thing\n")
    project = engine.load(tmp_path, Settings(), cache=False)
    for text in (compose.environment(project, None), compose.healthcheck(project, None)):
        assert yaml.safe_load(text) == {"services": {}}
        assert text.startswith("# Nothing")


def test_the_job_is_of_the_default_branch(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "trunk", "."], cwd=tmp_path, check=True)
    project = engine.load(tmp_path, Settings(), cache=False)
    job = yaml.safe_load(texts.ci(project, None, "github", tmp_path))
    assert job[True]["push"]["branches"] == ["trunk"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f'pip install "unmoor=={version}"' in texts.ci(project, None, "gitlab", tmp_path)
