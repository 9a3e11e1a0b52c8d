"""The linkers of variables: what is reported where, and what is left alone, beyond the pages' own examples."""

import pytest

from tests.projects import project_of
from unmoor.link.variables import subjects
from unmoor.rules import judge, load

DOCKERFILE = 'FROM python:3.12\nCOPY . /app\nCMD ["python", "/app/main.py"]\n'


def found(files: dict[str, str], *rules: str) -> list[tuple[str, str, int, str]]:
    """(rule, path, line, value) of every finding of the rules at warning or above."""
    project = project_of(files)
    chosen = [load().rules[name] for name in rules]
    findings = judge(subjects(project), chosen)
    return [(f.rule, f.path, project.lines(f.path).line(f.span.start), f.value) for f in findings if f.severity > 0]


def service(environment: str, code: str, **more: str) -> dict[str, str]:
    compose = f"services:\n  api:\n    build: ./api\n    environment:\n{environment}"
    return {"compose.yaml": compose, "api/Dockerfile": DOCKERFILE, "api/main.py": "import os\n" + code, **more}


def test_a_set_name_that_only_other_scripts_read_is_unread() -> None:
    files = service(
        "      API_KEY: ${API_KEY:-x}\n", "KEY = os.environ.get('INVENTORY_API_KEY', 'dev')\n",
        **{"agent/run.sh": 'API_KEY="${API_KEY:-dev}"\ncurl -H "X: $API_KEY" https://example.com\n'},
    )  # fmt: skip
    assert found(files, "unread-env") == [("unread-env", "compose.yaml", 5, "API_KEY")]


def test_a_name_that_the_image_reads_is_not_unread() -> None:
    code = "KEY = os.environ.get('INVENTORY_API_KEY', 'dev')\nOLD = os.environ.get('API_KEY')\n"
    assert found(service("      API_KEY: x\n", code), "unread-env") == []


def test_an_empty_hand_over_of_what_code_requires_is_undeclared() -> None:
    files = service(
        "      SIGNING_KEY: ${SIGNING_KEY:-}\n", "KEY = os.environ['SIGNING_KEY']\n", **{".env.example": "PORT=8000\n"}
    )
    assert found(files, "undeclared-env") == [("undeclared-env", "compose.yaml", 5, "SIGNING_KEY")]


def test_a_test_workflow_tells_nobody_what_to_set() -> None:
    job = "    runs-on: ubuntu-latest\n    env:\n      SIGNING_KEY: abc\n    steps: [{run: pytest}]\n"
    workflow = f"on: push\njobs:\n  test:\n{job}"
    files = {".env.example": "PORT=1\n", "main.py": "import os\nKEY = os.environ['SIGNING_KEY']\n"}
    expected = [("undeclared-env", "main.py", 2, "SIGNING_KEY")]
    assert found({**files, ".github/workflows/test.yml": workflow}, "undeclared-env") == expected
    assert found({**files, ".github/workflows/deploy.yml": workflow}, "undeclared-env") == []


FORWARD = service(
    "      DATABASE_URL: ${DATABASE_URL}\n", "A = os.environ['DATABASE_URL']\nB = os.environ.get('SMTP_HOST', 'mail')\n"
)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({".env.example": "DATABASE_URL=x\nSMTP_HOST=y\n"}, 1),
        ({".env.example": "DATABASE_URL=x\n# SMTP_HOST=y\n"}, 0),
        ({".env.example": "SMTP_HOST=y\n"}, 0),
        ({"config/.env.example": "DATABASE_URL=x\nSMTP_HOST=y\n"}, 0),
        ({".env.test.example": "DATABASE_URL=x\nSMTP_HOST=y\n"}, 0),
        ({".env.example": "DATABASE_URL=x\nSMTP_HOST=y\n", ".env.template": "DATABASE_URL=x\nSMTP_HOST=y\n"}, 1),
    ],
)
def test_what_is_documented_but_not_forwarded(changes: dict[str, str], count: int) -> None:
    assert len(found({**FORWARD, **changes}, "env-not-forwarded")) == count


def test_an_example_for_runs_on_the_host_forwards_nothing() -> None:
    compose = FORWARD["compose.yaml"] + "  db:\n    image: postgres:16\n    ports: ['5432:5432']\n"
    example = "DATABASE_URL=postgresql://localhost:5432/x\nSMTP_HOST=y\n"
    assert found({**FORWARD, "compose.yaml": compose, ".env.example": example}, "env-not-forwarded") == []
    said = "# for docker compose up\n" + example
    assert len(found({**FORWARD, "compose.yaml": compose, ".env.example": said}, "env-not-forwarded")) == 1


def test_another_tools_prefix_is_not_baked_in() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: ./web\n    environment: {PUBLIC_TRACES: 'https://a.dev'}\n",
        "web/Dockerfile": "FROM node:22\nCOPY . .\nRUN npm run build\n",
        "web/package.json": '{"dependencies": {"next": "15.0.0", "react": "19.0.0"}}',
        "web/src/page.tsx": "'use client'\nexport const x = process.env.PUBLIC_TRACES\n",
    }
    assert found(files, "build-time-env") == []


def test_platforms_set_their_own_variables() -> None:
    files = {".env.example": "PORT=1\n", "a.ts": "export const on = process.env.COOLIFY_FQDN ?? process.env.ZEABUR\n"}
    assert found(files, "undeclared-env") == []


def test_the_line_that_disagrees_among_three_twins_is_the_odd_one() -> None:
    line = "SHELL_APP_URL=http://localhost:"
    files = {
        "apps/a/.env.example": f"{line}3000\nSUPPORT_APP_URL=http://localhost:3003\n",
        "apps/b/.env.example": f"{line}3003\n",
        "apps/c/.env.example": f"{line}3000\n",
        "apps/shell-app/package.json": "{}",
    }
    assert found(files, "conflicting-env") == [("conflicting-env", "apps/b/.env.example", 1, "SHELL_APP_URL")]
