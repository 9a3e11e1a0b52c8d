"""`unmoor env`: lineage, example files and documentation of variables."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Ran
from tests.projects import project_of
from unmoor.env.example import complete, document
from unmoor.env.lineage import environment_of, lineage

FILES = {
    "compose.yaml": (
        "services:\n  api:\n    build: ./api\n    environment:\n      API_URL: ${API_URL:-http://localhost:3011}\n"
    ),
    "api/Dockerfile": 'FROM python:3.12\nCOPY . /app\nCMD ["python", "/app/main.py"]\n',
    "api/main.py": (
        "import os\nURL = os.environ.get('API_URL', 'http://localhost:3012')\n"
        "TOKEN = os.environ['BOT_TOKEN']\nLEVEL = os.getenv('VERBOSITY', 'info')\n"
    ),
    ".env.example": "# the API\nAPI_URL=http://localhost:3011\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_lineage_of_a_variable() -> None:
    row = lineage(project_of(FILES), ("API_URL",))[0]
    steps = [(s["step"], s["path"], s["line"], s["service"]) for s in row["steps"]]
    assert steps == [
        ("declared", ".env.example", 2, ""),
        ("interpolated", "compose.yaml", 5, "api"),
        ("injected", "compose.yaml", 5, "api"),
        ("read", "api/main.py", 2, "api"),
    ]
    assert row["defaults"] == ["http://localhost:3011", "http://localhost:3012"]
    assert row["disagree"]


def test_secrets_are_masked() -> None:
    files = {".env": "ADMIN_PASSWORD=geheim\nDATABASE_URL=postgresql://me:geheim@db/x\n", "a.py": "import os\n"}
    assert "geheim" not in json.dumps(lineage(project_of(files)))


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        (".env.example", "example"), (".env.production", "production"), ("compose.prod.yaml", "production"),
        (".env.test", "test"), ("docker-compose.dev.yml", "development"), ("compose.yaml", ""),
        (".github/workflows/build.yml", "ci"),
    ],
)  # fmt: skip
def test_environments_by_file_name(path: str, environment: str) -> None:
    assert environment_of(path) == environment


def test_the_example_is_completed_at_its_end() -> None:
    source = FILES[".env.example"].encode()
    after = complete(project_of(FILES), source)
    assert after.startswith(source)
    assert b"# required; read by api\nBOT_TOKEN=\n" in after
    assert b"# optional; read by api\nVERBOSITY=info\n" in after
    assert complete(project_of({**FILES, ".env.example": after.decode()}), after) == after


@given(st.lists(st.sampled_from(["A=1", "# BOT_TOKEN=x", "export VERBOSITY=", "", "# note", "API_URL=x"]), max_size=5),
       st.sampled_from(["\n", "\r\n"]), st.booleans())  # fmt: skip
def test_completing_keeps_what_is_there_and_is_idempotent(lines: list[str], end: str, closed: bool) -> None:
    source = (end.join(lines) + end * closed).encode()
    once = complete(project_of(FILES), source)
    assert once.startswith(source)
    assert complete(project_of(FILES), once) == once
    assert once.count(b"BOT_TOKEN=") == max(1, source.count(b"BOT_TOKEN="))


def test_documentation_goes_between_its_marks_and_is_idempotent() -> None:
    project = project_of(FILES)
    page = b"# Title\n\nText.\n"
    once = document(project, page)
    assert once.startswith(page)
    assert b"| `BOT_TOKEN` |  | yes | api |" in once
    assert document(project, once + b"Tail.\n") == once + b"Tail.\n"


def test_the_commands(unmoor: Callable[..., Ran], root: Path) -> None:
    assert "API_URL  (api)" in unmoor("env", "API_URL").out
    assert json.loads(unmoor("env", "--output-format", "json").out)["variables"]
    assert unmoor("env", "check").code in (0, 1)
    assert "| `API_URL` |" in unmoor("env", "docs").out
    assert "BOT_TOKEN=" in unmoor("env", "example").out
    assert "BOT_TOKEN" not in (root / ".env.example").read_text()
    assert unmoor("env", "example", "--write").code == 0
    assert "BOT_TOKEN=" in (root / ".env.example").read_text()
    assert unmoor("env", "docs", "--write", "ENVIRONMENT.md").code == 0
    assert "| `BOT_TOKEN` |" in (root / "ENVIRONMENT.md").read_text()


def test_a_name_that_nothing_knows_has_a_near_one(unmoor: Callable[..., Ran], root: Path) -> None:
    ran = unmoor("env", "API_URI")
    assert ran.code == 2
    assert "did you mean `API_URL`?" in ran.err
