"""Which files run together, which stack a page speaks of, and where a file runs."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from unmoor.topology.link import Topology, link
from unmoor.topology.worlds import own_world


def _load(name: str) -> Any:
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


projects = _load("projects")
WEB = "services:\n  web:\n    image: acme/web\n"
OVERLAY = "services:\n  web:\n    command: serve\n"


def linked(files: dict[str, str], **settings: Any) -> Topology:
    """The topology of files."""
    return link(projects.project_of(files, **settings))


def stacks(files: dict[str, str], **settings: Any) -> list[list[str]]:
    """The files of each stack."""
    return [stack.files for stack in linked(files, **settings).stacks]


def test_a_default_file_takes_its_override_and_alternatives_stand_alone() -> None:
    files = {"docker-compose.yml": WEB, "docker-compose.override.yml": OVERLAY, "docker-compose.prod.yml": WEB}
    topology = linked(files)
    assert [(stack.files, stack.default, stack.environment) for stack in topology.stacks] == [
        (["docker-compose.yml", "docker-compose.override.yml"], True, ""),
        (["docker-compose.prod.yml"], False, "production"),
    ]


def test_an_overlay_goes_with_the_file_that_has_its_services() -> None:
    assert stacks({"compose.yaml": WEB, "compose.dev.yaml": OVERLAY}) == [
        ["compose.yaml"],
        ["compose.yaml", "compose.dev.yaml"],
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("up.sh", "#!/bin/sh\ndocker compose -f base.compose.yml -f extra.compose.yml up -d\n"),
        ("README.md", "```sh\ndocker compose -f base.compose.yml -f extra.compose.yml up\n```\n"),
        (".env", "COMPOSE_FILE=base.compose.yml:extra.compose.yml\n"),
        (
            ".github/workflows/ci.yml",
            "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
            "      - run: docker compose -f base.compose.yml -f extra.compose.yml up\n",
        ),
    ],
)
def test_files_named_together_run_together(path: str, text: str) -> None:
    found = stacks({"base.compose.yml": WEB, "extra.compose.yml": OVERLAY, path: text})
    assert ["base.compose.yml", "extra.compose.yml"] in found
    assert ["extra.compose.yml"] not in found


def test_files_that_a_script_names_from_its_own_folder_run_together_in_the_first_one_s_folder() -> None:
    files = {
        "compose.yaml": "services: {db: {image: postgres}}",
        "scripts/extra/compose.yaml": "services: {db2: {image: postgres, depends_on: [db], volumes: [./scripts:/x]}}",
        "scripts/extra/add.sh": 'HERE="$(cd "$(dirname "$0")" && pwd)"\n'
        "docker compose -f $HERE/../../compose.yaml -f $HERE/compose.yaml up -d db2\n",
    }
    assert stacks(files) == [["compose.yaml"], ["compose.yaml", "scripts/extra/compose.yaml"]]
    assert linked(files).stacks[1].project_dir == ""


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("docker compose -f deploy/compose.yaml up", "deploy"),
        ("cd deploy && docker compose -f compose.yaml -f ../tools/extra.yaml up", "deploy"),
        ("docker compose --project-directory . -f deploy/compose.yaml up", ""),
        ("docker compose -p run-$CI_JOB -f deploy/compose.yaml up", "deploy"),
    ],
)
def test_the_project_directory_is_that_of_the_first_file(command: str, folder: str) -> None:
    text = "services:\n  web:\n    image: acme/web\n    volumes: ['./site:/site']\n"
    files = {"deploy/compose.yaml": text, "tools/extra.yaml": OVERLAY, "up.sh": f"#!/bin/sh\n{command}\n"}
    stack = linked(files).stacks[0]
    assert stack.services["web"].mounts[0].source_path == f"{folder}/site".lstrip("/")
    assert (stack.project, stack.pinned) == (folder, False)


def test_the_settings_name_stacks() -> None:
    topology = linked(
        {"a.compose.yml": WEB, "b.compose.yml": OVERLAY}, stacks={"all": ["a.compose.yml", "b.compose.yml"]}
    )
    assert topology.stack("all") is not None


@pytest.mark.parametrize(
    ("files", "project", "pinned"),
    [
        ({"My.App/compose.yaml": WEB}, "myapp", False),
        ({"app/compose.yaml": f"name: shop\n{WEB}"}, "shop", True),
        ({"app/compose.yaml": WEB, "app/.env": "COMPOSE_PROJECT_NAME=fixed\n"}, "fixed", True),
        ({"compose.yaml": WEB}, "", False),
    ],
)
def test_project_names(files: dict[str, str], project: str, pinned: bool) -> None:
    stack = linked(files).stacks[0]
    assert (stack.project, stack.pinned) == (project, pinned)


def test_the_default_of_compose_project_name_is_never_taken() -> None:
    text = "services:\n  web: {image: a, container_name: '${COMPOSE_PROJECT_NAME:-x}-web'}\n"
    web = linked({"compose.yaml": text, ".env.example": "COMPOSE_PROJECT_NAME=y\n"}).stacks[0].services["web"]
    assert web.container_name is not None and web.container_name.text is None
    web = linked({"shop/compose.yaml": text}).stacks[0].services["web"]
    assert web.container_name is not None and web.container_name.text == "shop-web"


def test_a_page_speaks_of_its_own_folder_first() -> None:
    topology = linked({"compose.yaml": WEB, "demo/compose.yaml": WEB, "demo/README.md": "# x\n", "docs/a.md": "# x\n"})
    assert [stack.name for stack in topology.stacks_for("demo/README.md")] == ["demo/compose.yaml"]
    assert [stack.name for stack in topology.stacks_for("docs/a.md")] == ["compose.yaml"]


# ------------------------------------------------------------------------------------------ where a file runs

REPO = {
    "compose.yaml": """services:
  web: {build: ./web, env_file: [web.env]}
  api: {build: {context: ., dockerfile: api/Dockerfile}}
  worker: {image: acme/worker, volumes: ["./worker:/app"]}
  proxy: {image: "nginx:1", volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]}
""",
    "web/Dockerfile": "FROM node:20\nCOPY . .\n",
    "web/package.json": '{"dependencies": {"next": "15", "react": "19"}}',
    "web/app/page.tsx": "export default function Page() { return fetch('http://localhost:1') }\n",
    "web/app/api/x/route.ts": "export const GET = () => fetch('http://localhost:1')\n",
    "web/components/a.tsx": "'use client'\nexport const A = () => fetch('http://localhost:1')\n",
    "web/next.config.js": "module.exports = {env: {A: 'http://localhost:1'}}\n",
    "api/Dockerfile": "FROM python:3.12\nCOPY api /app\n",
    "api/main.py": "import fastapi\nX = 'http://localhost:1'\n",
    "api/tests/test_a.py": "X = 'http://localhost:1'\n",
    "worker/job.py": "X = 'http://localhost:1'\n",
    "other/tool.py": "X = 'http://localhost:1'\n",
    "scripts/up.sh": "curl http://localhost:1\n",
    "nginx.conf": "events {}\n",
    "web.env": "A=http://localhost:1\n",
    ".github/workflows/a.yml": "on: push\njobs: {}\n",
    "README.md": "# x\n",
}


@pytest.mark.parametrize(
    ("path", "runtimes"),
    [
        ("web/app/page.tsx", ["server:web"]),
        ("web/app/api/x/route.ts", ["server:web"]),
        ("web/components/a.tsx", ["browser:web"]),
        ("web/next.config.js", ["build:web"]),
        ("web/Dockerfile", ["build:web"]),
        ("api/main.py", ["server:api"]),
        ("api/tests/test_a.py", ["test"]),
        ("worker/job.py", ["server:worker"]),
        ("other/tool.py", ["server"]),
        ("scripts/up.sh", ["host"]),
        ("nginx.conf", ["container:proxy"]),
        ("web.env", ["container:web"]),
        (".github/workflows/a.yml", ["ci"]),
        ("README.md", ["docs"]),
    ],
)
def test_where_a_file_runs(path: str, runtimes: list[str]) -> None:
    assert [str(runtime) for runtime in linked(REPO).runtimes(path)] == runtimes


def test_the_configuration_decides_before_everything_else() -> None:
    from unmoor.config.settings import RuntimeSettings

    topology = linked(REPO, runtimes=[RuntimeSettings(["other/**"], "container:worker")])
    assert [str(one) for one in topology.runtimes("other/tool.py")] == ["container:worker"]


@pytest.mark.parametrize(
    "path",
    ["tests/a.py", "src/a.test.ts", "e2e/x.ts", "a/__mocks__/x.js", "archive/run.sh", "node_modules/a/b.js", "b.min.js",
     "deploy.sh.disabled", "Button.stories.tsx", "pkg/a_test.go", "web/__test__/setup.ts"],
)  # fmt: skip
def test_own_worlds(path: str) -> None:
    assert own_world(path)


@pytest.mark.parametrize(
    "path", ["src/latest.py", "contest/a.py", "src/testing_ground.ts", "docs/tests/README.md", "inspect.ts"]
)
def test_not_a_world_of_its_own(path: str) -> None:
    assert not own_world(path)


def test_a_public_variable_is_read_by_the_browser_unless_a_test_service_gets_it() -> None:
    text = """services:
  web: {build: ./web, environment: {VITE_API_URL: "http://api:8000", API_URL: "http://api:8000"}}
  playwright: {build: ./web, environment: {VITE_API_URL: "http://api:8000"}}
  api: {image: acme/api, ports: ["8000:8000"]}
"""
    topology = linked({**REPO, "compose.yaml": text})
    found = {}
    for reference in topology.project.facts["compose.yaml"].references:
        if reference.kind == "url":
            for runtime in topology.runtimes("compose.yaml", reference):
                found[runtime.service, str(reference.attrs.get("key") or reference.attrs.get("env"))] = runtime.kind
    assert found == {
        ("web", "VITE_API_URL"): "browser",
        ("web", "API_URL"): "container",
        ("playwright", "VITE_API_URL"): "container",
    }
