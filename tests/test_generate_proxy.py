"""Generated proxy routes: only what pages call of the application's own services, in files that their readers take."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.generate import proxies
from unmoor.model.errors import UserError
from unmoor.project import Project

FILES = {
    "compose.yaml": """services:
  web:
    build: ./web
    ports: ["3000:3000"]
  api:
    build: ./api
    ports: ["3011:8000"]
  search:
    build: ./search
    ports: ["3012:8100"]
  grafana:
    image: grafana/grafana
    ports: ["3030:3000"]
""",
    "web/Dockerfile": "FROM node:22\nCOPY . .\nEXPOSE 3000\n",
    "web/package.json": '{"dependencies": {"next": "16.0.0", "vite": "8.0.0", "react": "19.0.0"}}',
    "web/vite.config.ts": "import { defineConfig } from 'vite'\nexport default defineConfig({ plugins: [] })\n",
    "web/app/api/session/route.ts": "export const GET = () => new Response()\n",
    "web/app/page.tsx": """'use client'
import { useEffect } from 'react'

export default function Page() {
  useEffect(() => {
    fetch('/api/users')
    fetch(`/api/users/${1}`)
    fetch('/search?q=x')
    fetch('http://localhost:3011/uploads/logo.png')
    fetch('/api/session')
    new WebSocket('ws://localhost:3011/live')
    fetch('https://api.stripe.com/v1/charges')
  }, [])
  return <a href="http://localhost:3030/d/1">graphs</a>
}
""",
    "api/Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 8000\n",
    "api/main.py": "app = FastAPI()\n\n@app.get('/api/users/{id}')\ndef one(id): ...\n\n"
    "@app.get('/api/users')\ndef all(): ...\n\n@app.get('/metrics')\ndef metrics(): ...\n",
    "search/Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 8100\n",
    "search/main.py": "import os\n\napp = FastAPI()\nINDEX = os.environ['INDEX']\n\n"
    "@app.get('/search')\ndef search(): ...\n",
}


def load(root: Path, files: dict[str, str]) -> Project:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return engine.load(root, Settings(), cache=False)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load(tmp_path, FILES)


def node(folder: Path, script: str, **environment: str) -> str:
    found = shutil.which("node")
    assert found is not None
    run = subprocess.run(
        [found, "--input-type=module", "-e", script],
        cwd=folder, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_routes_are_what_the_pages_call(project: Project) -> None:
    found = proxies.routes(project, proxies.front_end(project, "next", ""))
    assert [(r.prefix, r.service, r.exact, r.below, r.socket) for r in found] == [
        ("/api/users", "api", True, True, False),  # not /api: the front end answers /api/session itself
        ("/live", "api", True, False, True),
        ("/search", "search", True, False, False),
        ("/uploads", "api", False, True, False),
    ]


def test_a_tool_is_routed_to_only_on_request(project: Project) -> None:
    assert "grafana" not in proxies.proxy(project, None, "nginx")
    assert "proxy_pass $grafana;" in proxies.proxy(project, None, "nginx", "", ("grafana",))
    with pytest.raises(UserError, match="no service `grafama` is reached by URL"):
        proxies.proxy(project, None, "nginx", "", ("grafama",))


def test_next_rewrites_come_after_the_applications_own(project: Project, tmp_path: Path) -> None:
    text = proxies.proxy(project, None, "next")
    (tmp_path / "web" / "rewrites.mjs").write_text(text.replace(": string", ""))
    script = "import { rewrites } from './web/rewrites.mjs'; console.log(JSON.stringify(await rewrites()))"
    shown = json.loads(node(tmp_path, script, API_INTERNAL_URL="http://api:8000/"))
    assert list(shown) == ["fallback"]
    assert shown["fallback"][0] == {
        "source": "/api/users/:path*", "destination": "http://api:8000/api/users/:path*"
    }  # fmt: skip
    assert shown["fallback"][2]["destination"] == "http://localhost:3012/search/:path*"
    script = "import { rewrites } from './web/rewrites.mjs'; await rewrites().catch((e) => console.log(e.message))"
    said = node(tmp_path, script, NODE_ENV="production")
    assert said == "API_INTERNAL_URL is not set: next build needs it for the rewrites\n"


def test_the_vite_plugin_reads_env_files_and_upgrades_sockets(tmp_path: Path) -> None:
    files = {key: text for key, text in FILES.items() if key != "web/vite.config.ts"}
    text = proxies.proxy(load(tmp_path, files), None, "vite")
    (tmp_path / "service-proxy.mjs").write_text(text)
    vite = tmp_path / "node_modules" / "vite"
    vite.mkdir(parents=True)
    (vite / "package.json").write_text('{"name": "vite", "type": "module", "main": "index.js"}')
    (vite / "index.js").write_text("export const loadEnv = (mode) => ({ SEARCH_INTERNAL_URL: `http://${mode}:1` })\n")
    script = (
        "import { serviceProxy } from './service-proxy.mjs'\n"
        "console.log(JSON.stringify(serviceProxy().config({}, { mode: 'staging' }).server.proxy))"
    )
    shown = json.loads(node(tmp_path, script, API_INTERNAL_URL="http://api:8000"))
    assert shown["/live"] == {"target": "http://api:8000", "changeOrigin": True, "ws": True}
    assert shown["/search"] == {"target": "http://staging:1", "changeOrigin": True, "ws": False}


def test_typescript_where_the_configuration_is(project: Project) -> None:
    text = proxies.proxy(project, None, "vite")
    assert "import { loadEnv, type Plugin } from 'vite'" in text
    assert "'./service-proxy'`" in text


def test_nginx_has_both_spellings_of_a_prefix_and_upgrades(project: Project) -> None:
    text = proxies.proxy(project, None, "nginx")
    assert "location /api/users {" in text  # called with and without more behind it
    assert "location /uploads/ {" in text
    assert "set $api http://api:8000;\n        proxy_pass $api;" in text
    assert "set $web http://web:3000;\n        proxy_pass $web;" in text
    assert text.count("proxy_read_timeout") == 1
    assert "proxy_set_header Upgrade $http_upgrade;" in text


@pytest.mark.parametrize("kind", ["next", "vite", "nginx"])
def test_what_is_generated_is_read_back(tmp_path: Path, kind: str) -> None:
    """With the file in place, unmoor itself sees every call served, and the socket's route upgrade."""
    files = {**FILES, "web/app/page.tsx": FILES["web/app/page.tsx"].replace("ws://localhost:3011/live", "/live")}
    place = {"next": "web/rewrites.ts", "vite": "web/service-proxy.ts", "nginx": "nginx/default.conf"}[kind]
    before = load(tmp_path, files)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(proxies.proxy(before, None, kind))
    settings = Settings(select=["uncovered-route", "missing-websocket-route", "shadowed-route"])
    assert [f.value for f in engine.scan(tmp_path, settings, cache=False).findings] == []


def test_where_nothing_is_known(tmp_path: Path) -> None:
    project = load(tmp_path, {"compose.yaml": FILES["compose.yaml"]})
    with pytest.raises(UserError, match=r"no package\.json here uses next"):
        proxies.proxy(project, None, "next")


def test_one_service_of_unknown_routes_is_reached_below_api(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  api:\n    build: ./api\n    ports: ['8000:8000']\n",
        "api/Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 8000\n",
        "web/package.json": '{"devDependencies": {"vite": "8"}}',
    }
    assert "'/api': { target: env.API_INTERNAL_URL || 'http://localhost:8000'" in proxies.proxy(
        load(tmp_path, files), None, "vite"
    )


def test_a_stale_default_does_not_make_another_service_the_variables(tmp_path: Path) -> None:
    stale = "'use client'\nexport const base = process.env.NEXT_PUBLIC_API_URL || 'http://localhost:3012'\n"
    good = "'use client'\nexport const go = () => fetch(`${process.env.NEXT_PUBLIC_API_URL}/orders/1`)\n"
    known = "'use client'\nexport const base = process.env.NEXT_PUBLIC_API_URL || 'http://localhost:3011'\n"
    files = {**FILES, "web/lib/a/x.ts": known, "web/lib/b/x.ts": known, "web/lib/c/x.ts": stale, "web/app/go.tsx": good}
    project = load(tmp_path, files)
    found = {r.prefix: r.service for r in proxies.routes(project, proxies.front_end(project, "next", "web"))}
    assert found["/orders"] == "api"


def test_a_tool_of_another_stack_is_not_the_applications(tmp_path: Path) -> None:
    tool = "services:\n  uptime:\n    image: louislam/uptime-kuma\n    ports: ['3013:3001']\n"
    page = "'use client'\nexport const go = () => fetch('http://localhost:3013/status/x')\n"
    project = load(tmp_path, {**FILES, "compose.tools.yaml": tool, "web/app/go.tsx": page})
    assert "uptime" not in proxies.proxy(project, None, "nginx")
    assert "set $uptime" in proxies.proxy(project, None, "nginx", "", ("uptime",))


def test_pages_that_the_back_ends_own_image_holds_are_developed_beside_it(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  app:\n    build: .\n    ports: ['8000:8000']\n",
        "Dockerfile": "FROM python:3.13\nCOPY web ./web\nCOPY api ./api\nEXPOSE 8000\n",
        "api/main.py": FILES["api/main.py"].replace("@app.", "@router."),
        "web/package.json": '{"devDependencies": {"vite": "8"}}',
    }
    assert "'/api': { target: env.APP_INTERNAL_URL || 'http://localhost:8000'" in proxies.proxy(
        load(tmp_path, files), None, "vite"
    )
