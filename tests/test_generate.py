"""What generators write is accepted by those who read it: engines, shells, parsers, test runners."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.generate import resolver, texts
from unmoor.generate.checks import check_for
from unmoor.generate.choose import plan_of
from unmoor.generate.dockerfile import scaffold
from unmoor.generate.plan import Endpoint, Plan, from_marker
from unmoor.project import Project

SHOP = {
    "compose.yaml": """services:
  web:
    build: ./web
    ports: ["3000:3000"]
    depends_on: [api]
  api:
    build: ./api
    ports: ["3011:8000"]
    environment:
      DATABASE_URL: postgresql://db:5432/shop
  db:
    image: postgres:16
""",
    "web/package.json": '{"dependencies": {"next": "16.0.0"}}',
    "web/Dockerfile": "FROM node:22\nCOPY . .\n",
    "web/src/a.ts": "export const a = process.env.NEXT_PUBLIC_API_URL || 'http://localhost:3011'\n",
    "api/Dockerfile": "FROM python:3.13\nCOPY . .\n",
    "api/main.py": 'import os\nKEY = os.environ["API_SECRET"]\nMODE = os.getenv("SHOP_MODE", "plain")\n',
}


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    for path, text in SHOP.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return engine.load(tmp_path, Settings(), cache=False)


def endpoint(variable: str = "API_URL", internal: str = "") -> Endpoint:
    return Endpoint("api", "getApiUrl", "getApiWebSocketUrl", "getApiPublicUrl", variable, internal, "http://api:8000",
                    "http://localhost:3011", "compose.yaml")  # fmt: skip


def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not here")
    return found


def test_the_resolver_reads_the_variable_that_code_already_reads(shop: Project) -> None:
    plan = plan_of(shop, "typescript", "web")
    assert plan.path == "web/src/lib/service-urls.ts"
    assert [(e.service, e.function, e.variable, e.internal_variable) for e in plan.endpoints] == [
        ("api", "getApiUrl", "NEXT_PUBLIC_API_URL", "API_INTERNAL_URL")
    ]
    text = resolver.module(plan)
    assert "process.env.API_INTERNAL_URL || process.env.NEXT_PUBLIC_API_URL" in text
    assert "process.env[" not in text  # bundlers put in literal reads only
    assert from_marker(plan.marker()) == plan
    assert resolver.content(plan.marker()) == text


@pytest.mark.parametrize("framework", ["next", "node", "browser"])
@pytest.mark.parametrize("style", ["cjs", "esm"])
def test_generated_unit_tests_pass_in_node(tmp_path: Path, framework: str, style: str) -> None:
    internal = "API_INTERNAL_URL" if framework == "next" else ""
    plan = Plan("service-urls.js", framework, style, False, False, (endpoint(internal=internal),), "node")
    (tmp_path / "package.json").write_text(json.dumps({"type": "module" if style == "esm" else "commonjs"}))
    (tmp_path / plan.path).write_text(resolver.module(plan))
    path, text = resolver.tests(plan)
    (tmp_path / path).write_text(text)
    run = subprocess.run([node(), "--test", path], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_resolver_in_a_browser_at_build_and_in_production(tmp_path: Path) -> None:
    plan = Plan("r.js", "next", "cjs", False, False, (endpoint("NEXT_PUBLIC_API_URL", "API_INTERNAL_URL"),), "node")
    (tmp_path / "r.js").write_text(resolver.module(plan))
    script = """
    const r = require('./r.js'), out = []
    const t = (f) => { try { out.push(f()) } catch (e) { out.push('! ' + e.message) } }
    process.env.API_INTERNAL_URL = 'http://inside:1/'; process.env.NEXT_PUBLIC_API_URL = 'https://out.test'
    t(() => r.getApiUrl('/x')); t(() => r.getApiPublicUrl('/x'))
    globalThis.window = {}; t(() => r.getApiUrl('/x')); t(() => r.getApiWebSocketUrl('/s')); delete globalThis.window
    delete process.env.API_INTERNAL_URL; delete process.env.NEXT_PUBLIC_API_URL
    process.env.NODE_ENV = 'production'; t(() => r.getApiUrl()); t(() => r.getApiPublicUrl())
    process.env.NEXT_PHASE = 'phase-production-build'; t(() => r.getApiUrl('/x')); t(() => r.getApiPublicUrl('/x'))
    console.log(JSON.stringify(out))
    """
    run = subprocess.run([node(), "-e", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    inside, public, browser, socket, server, client, build, page = json.loads(run.stdout)
    assert (inside, public, browser) == ("http://inside:1/x", "https://out.test/x", "https://out.test/x")
    assert socket == "wss://out.test/s"
    assert server.startswith("! API_INTERNAL_URL is not set")
    assert client.startswith("! NEXT_PUBLIC_API_URL is not set")
    assert (build, page) == ("http://api:8000/x", "/x")  # an inside address never ends in a page


def test_generated_python_and_its_tests(shop: Project, tmp_path: Path) -> None:
    plan = plan_of(shop, "python", "api")
    assert plan.path == "api/service_urls.py"
    (tmp_path / "service_urls.py").write_text(resolver.module(plan))
    path, text = resolver.tests(plan)
    assert path == "api/test_service_urls.py"
    (tmp_path / "test_service_urls.py").write_text(text.replace("api.service_urls", "service_urls"))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_env_example_and_docs(shop: Project) -> None:
    import io

    from dotenv import dotenv_values

    text = texts.env_example(shop, None)
    values = dotenv_values(stream=io.StringIO(text))
    assert values["API_SECRET"] == ""
    assert values["SHOP_MODE"] == "plain"
    assert "# required; read in api/main.py\nAPI_SECRET=\n" in text
    assert "| `SHOP_MODE` | no | `plain` | `api/main.py` |" in texts.env_docs(shop, None)
    assert "SHOP_MODE" not in texts.env_example(shop, None, "web")


def test_an_example_file_holds_nothing_of_one_machine(tmp_path: Path) -> None:
    lines = ["A = os.getenv('DEPLOY_HOST', '192.168.40.12')", "B = os.getenv('API_SERVER', 'http://192.168.0.5:8080')",
             "C = os.getenv('IMAGES', '/home/ada/images')", "D = os.getenv('REGION', None)",
             "E = os.getenv('WORKERS', '8')", "F = os.getenv('API', 'http://localhost:8000')"]  # fmt: skip
    (tmp_path / "main.py").write_text("\n".join(["import os", *lines, ""]))
    text = texts.env_example(engine.load(tmp_path, Settings(), cache=False), None)
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert values == {
        "DEPLOY_HOST": "", "API_SERVER": "", "IMAGES": "", "REGION": "", "WORKERS": "8", "API": "http://localhost:8000"
    }  # fmt: skip


def test_jobs_and_the_access_matrix(shop: Project) -> None:
    assert "audit" in yaml.safe_load(texts.ci(shop, None, "github"))["jobs"]
    assert "script" in yaml.safe_load(texts.ci(shop, None, "gitlab"))["unmoor"]
    matrix = texts.access_matrix(shop, None)
    assert tomllib.loads(matrix)["allow"] == ["api -> db", "web -> api"]
    assert '#   "web -> db"' in matrix


@pytest.mark.parametrize("deny", [[], ["frontend -> database"]])
def test_with_todays_matrix_in_the_configuration_nothing_is_violated(tmp_path: Path, deny: list[str]) -> None:
    root = Path(__file__).parents[1] / "examples" / "shop"
    allow = tomllib.loads(texts.access_matrix(engine.load(root, Settings(deny=deny), cache=False), None))["allow"]
    assert ("frontend -> database" in allow) is (deny == [])
    found = engine.scan(root, Settings(select=["isolation-violation"], allow=allow, deny=deny), cache=False).findings
    assert {(f.attrs["from"], f.attrs["to"]) for f in found} == ({("frontend", "database")} if deny else set())


def test_what_a_server_says_of_a_page_is_no_edge(shop: Project, tmp_path: Path) -> None:
    """Allowed origins and redirects name the front end as browsers see it: the back end never calls it."""
    (tmp_path / "api" / "main.py").write_text(
        'import os\nORIGINS = os.getenv("CORS_ORIGINS", "http://localhost:3000").split(",")\n'
        'def back():\n    return redirect("http://localhost:3000/account")\n'
    )
    project = engine.load(tmp_path, Settings(), cache=False)
    assert tomllib.loads(texts.access_matrix(project, None))["allow"] == ["api -> db", "web -> api"]


NEXT = '{"scripts": {"build": "next build", "start": "next start"}, "dependencies": {"next": "16"}}'
VITE = '{"scripts": {"build": "vite build"}, "devDependencies": {"vite": "8"}}'
BAKED = ("NEXT_PUBLIC_API_URL", "VITE_API_URL")


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        ({"package.json": NEXT, "package-lock.json": ""}, [
            "RUN npm ci", "ARG NEXT_PUBLIC_API_URL", "RUN npm run build && npm prune --omit=dev",
            "ENV NODE_ENV=production", 'CMD ["npm", "start"]']),
        ({"package.json": NEXT, "pnpm-lock.yaml": ""}, [
            "RUN corepack enable", "RUN pnpm install --frozen-lockfile", "RUN pnpm run build",
            'CMD ["pnpm", "start"]']),
        ({"package.json": VITE}, ["ARG VITE_API_URL", "COPY --from=build /app/dist /usr/share/nginx/html"]),
        ({"package.json": "broken"}, ["RUN npm install", 'CMD ["node", "index.js"]']),
        ({"pyproject.toml": "dependencies = ['fastapi']", "app/main.py": ""}, [
            "RUN pip install --no-cache-dir .",
            'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]']),
        ({"requirements.txt": "django", "manage.py": ""}, ['CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]']),
        ({"pyproject.toml": "", "uv.lock": ""}, ["RUN uv sync --frozen --no-dev --no-install-project"]),
        ({"requirements.txt": "flask", "app.py": ""}, ["USER app", "EXPOSE 8000"]),
        ({"go.mod": ""}, ["RUN go mod download", "EXPOSE 8000", 'CMD ["app"]']),
        ({}, ["FROM alpine:3.22"]),
    ],
)  # fmt: skip
def test_dockerfiles_are_what_the_folder_needs_and_parse(files: dict[str, str], lines: list[str]) -> None:
    text = scaffold("", files.__contains__, lambda path: files[path].encode(), port=8000, baked=BAKED)
    parser = pytest.importorskip("dockerfile")
    commands = [one.cmd.upper() for one in parser.parse_string(text)]
    assert commands[0] == "FROM"
    assert "EXPOSE" in commands
    for line in lines:
        assert line in text.splitlines()
    assert not {"ARG NEXT_PUBLIC_API_URL", "ARG VITE_API_URL"} <= set(text.splitlines())
    assert "\n\n\n" not in text


def test_a_template_of_the_users_goes_first(shop: Project, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "ci.github.j2").write_text("mine: {{ branch }}\n")
    assert texts.ci(shop, tmp_path / "mine", "github") == "mine: main\n"
    assert "script" in texts.ci(shop, tmp_path / "mine", "gitlab")


def test_checks_only_where_a_tool_is_known() -> None:
    assert check_for("postgres:16-alpine", None) is not None
    assert check_for("node:22", None) is None
    assert check_for("acme/thing", 80) is None
    for image in ("mongo-express", "oliver006/redis_exporter", "opensearchproject/opensearch-dashboards:2",
                  "prometheuscommunity/postgres-exporter", "postgrest/postgrest", "minio/mc"):  # fmt: skip
        assert check_for(image, None) is None, image


@pytest.mark.parametrize(
    ("image", "tool"),
    [
        ("mongo:4.2.0", "mongo"),
        ("mongo:7", "mongosh"),
        ("quay.io/debezium/example-mongodb:3.0", "mongosh"),
        ("mongo", "mongosh"),
        ("mariadb:10.6.4-focal", "mariadb-admin"),
        ("mariadb:10.3", "mysqladmin"),
        ("registry:5000/bitnami/postgresql:16", "pg_isready"),
        ("valkey/valkey:8", "valkey-cli"),
        ("docker.elastic.co/elasticsearch/elasticsearch:7.17.0", "curl -s "),
        ("opensearchproject/opensearch:2", "curl -s "),
        ("elasticsearch:8.15.0", "curl -s "),
        ("minio/minio:RELEASE.2021-06-17T00-10-46Z", "curl"),
        ("minio/minio", "mc"),
        ("clickhouse/clickhouse-server:24", "wget"),
    ],
)
def test_the_check_is_one_that_the_version_holds(image: str, tool: str) -> None:
    test = check_for(image, None)
    assert test is not None
    assert test[1].startswith(tool)


def test_a_service_that_is_started_by_hand_keeps_its_address_and_variable(tmp_path: Path) -> None:
    files = {
        **SHOP,
        "compose.yaml": SHOP["compose.yaml"].replace('    ports: ["3011:8000"]\n', '    expose: ["8000"]\n'),
        "web/src/a.ts": "export const a = process.env.NEXT_PUBLIC_ITEMS_URL || 'http://localhost:8000'\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (one,) = plan_of(engine.load(tmp_path, Settings(), cache=False), "typescript", "web").endpoints
    assert (one.variable, one.development, one.internal) == (
        "NEXT_PUBLIC_ITEMS_URL",
        "http://localhost:8000",
        "http://api:8000",
    )


def test_a_variable_that_holds_a_path_is_not_the_base_address(tmp_path: Path) -> None:
    code = "export const a = process.env.NEXT_PUBLIC_API_URL || 'http://localhost:3011/api/v1'\n"
    for path, text in {**SHOP, "web/src/a.ts": code}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (one,) = plan_of(engine.load(tmp_path, Settings(), cache=False), "typescript", "web").endpoints
    assert one.variable == "NEXT_PUBLIC_API_BASE_URL"
