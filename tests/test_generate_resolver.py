"""Which resolver is made for which package, and how each framework reads its environment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.generate import frameworks, resolver
from unmoor.generate.choose import plan_of
from unmoor.generate.plan import Endpoint, Plan
from unmoor.model.errors import UserError
from unmoor.project import Project

COMPOSE = """services:
  web:
    build: ./web
    ports: ["3000:3000"]
  api:
    build: ./api
    ports: ["3011:8000"]
  grafana:
    image: grafana/grafana
    ports: ["3030:3000"]
"""
FILES = {
    "compose.yaml": COMPOSE,
    "web/package.json": '{"dependencies": {"vite": "8.0.0"}}',
    "web/Dockerfile": "FROM node:22\nCOPY . .\n",
    "web/src/a.ts": "export const a = import.meta.env.VITE_API_URL || 'http://localhost:3011'\n"
    "export const s = new WebSocket(import.meta.env.VITE_LIVE_URL || 'ws://localhost:3011')\n",
    "api/pyproject.toml": "[project]\nname = 'api'\n",
    "api/Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 8000\n",
    "api/shop/__init__.py": "",
    "api/shop/main.py": 'import os\nMODE = os.getenv("FASTAPI_ENV")\nWEB = os.getenv("WEB_URL", "http://web:3000")\n'
    'ORIGINS = os.getenv("CORS_ORIGINS", "http://localhost:3030")\n',
    "api/tests/test_mail.py": 'URL = "http://localhost:3030/d"\nrequests.get("http://localhost:3030/d")\n',
}


def load(root: Path, files: dict[str, str]) -> Project:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return engine.load(root, Settings(), cache=False)


def test_without_a_package_the_one_that_calls_is_meant_and_never_itself(tmp_path: Path) -> None:
    project = load(tmp_path, FILES)
    made = plan_of(project, "typescript", "")
    assert made.path == "web/src/lib/service-urls.ts"
    assert [(one.service, one.variable, one.socket) for one in made.endpoints] == [
        ("api", "VITE_API_URL", "VITE_LIVE_URL")  # a variable of `ws:` addresses is not that of `http:` ones
    ]
    assert "import.meta.env.VITE_LIVE_URL || getApiUrl()" in resolver.module(made)
    assert [one.service for one in plan_of(project, "python", "").endpoints] == ["web"]  # no test's, no origin


def test_other_services_on_request_and_names_that_are_none(tmp_path: Path) -> None:
    project = load(tmp_path, FILES)
    made = plan_of(project, "typescript", "web", ("grafana",))
    assert [one.service for one in made.endpoints] == ["api", "grafana"]
    with pytest.raises(UserError, match="no service `grafama`"):
        plan_of(project, "typescript", "web", ("grafama",))


def test_python_lies_in_its_import_package_and_asks_the_switch_that_the_code_has(tmp_path: Path) -> None:
    made = plan_of(load(tmp_path, FILES), "python", "api")
    assert (made.path, made.imported) == ("api/shop/service_urls.py", "shop.service_urls")
    assert made.switches == ("FASTAPI_ENV",)
    (tmp_path / made.path).write_text(resolver.module(made))
    path, text = resolver.tests(made)
    (tmp_path / path).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path.removeprefix("api/")]
    run = subprocess.run(command, cwd=tmp_path / "api", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    check = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "shop/service_urls.py"]
    run = subprocess.run(check, cwd=tmp_path / "api", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_django_is_in_development_by_its_settings_module(tmp_path: Path) -> None:
    made = plan_of(load(tmp_path, {**FILES, "api/manage.py": "import os\n"}), "python", "api")
    assert made.switches == ("FASTAPI_ENV", "DJANGO_SETTINGS_MODULE")
    script = resolver.module(made) + "\nprint(web_url('/x'))\n"
    run = subprocess.run(
        [sys.executable, "-c", script], env={"DJANGO_SETTINGS_MODULE": "shop.settings.local"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == "http://localhost:3000/x\n"


READS = {
    "next": "process.env.NEXT_PUBLIC_API_URL", "nuxt": "import.meta.env.VITE_API_URL",
    "sveltekit": "env.PUBLIC_API_URL",
    "remix": "import.meta.env.VITE_API_URL", "astro": "import.meta.env.PUBLIC_API_URL", "angular": "settings.apiUrl",
    "cra": "process.env.REACT_APP_API_URL", "vue-cli": "process.env.VUE_APP_API_URL",
    "vite": "import.meta.env.VITE_API_URL",
    "expo": "process.env.EXPO_PUBLIC_API_URL", "gatsby": "process.env.GATSBY_API_URL", "node": "process.env.API_URL",
    "browser": "attempt(() => process.env.API_URL)",
}  # fmt: skip


def of_framework(name: str, runner: str = "node", style: str = "ts") -> Plan:
    framework = frameworks.named(name)
    internal = "API_INTERNAL_URL" if framework.rendered else ""
    variable = f"{framework.prefix}API_URL"
    endpoint = Endpoint("api", "getApiUrl", "getApiWebSocketUrl", "getApiPublicUrl", variable, internal, "http://api:8000",
                        "http://localhost:3011", "compose.yaml")  # fmt: skip
    suffix = "ts" if style == "ts" else "js"
    return Plan(f"src/lib/service-urls.{suffix}", name, style, False, False, (endpoint,), runner)


@pytest.mark.parametrize("name", READS)
def test_each_framework_reads_as_its_bundler_puts_values_in(name: str) -> None:
    text = resolver.module(of_framework(name))
    assert READS[name] in text
    assert "process.env[" not in text
    assert {one.name for one in frameworks.FRAMEWORKS} | {"node", "browser"} == set(READS)


@pytest.mark.parametrize(
    ("dependencies", "name"),
    [
        ({"next", "react"}, "next"), ({"@sveltejs/kit", "svelte", "vite"}, "sveltekit"), ({"expo", "react"}, "expo"),
        ({"@react-router/dev", "vite", "react"}, "remix"), ({"vue", "@vue/cli-service"}, "vue-cli"), ({"vite"}, "vite"),
        ({"vite", "express"}, "node"), ({"react"}, "browser"), (set(), "node"), ({"gatsby", "react"}, "gatsby"),
    ],
)  # fmt: skip
def test_the_framework_of_a_package(dependencies: set[str], name: str) -> None:
    assert frameworks.of(dependencies).name == name


def test_sveltekit_reads_public_variables_at_run_time_and_the_servers_own_only_there(tmp_path: Path) -> None:
    text = resolver.module(of_framework("sveltekit", "vitest", "esm"))
    text = text.replace("'$app/environment'", "'./app.js'").replace("'$env/dynamic/public'", "'./public.js'")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "urls.js").write_text(text)
    (tmp_path / "public.js").write_text("export const env = {}\n")
    (tmp_path / "app.js").write_text(
        "export let browser = false, building = false, dev = false\n"
        "export const be = (state) => ({ browser, building, dev } = { browser, building, dev, ...state })\n"
    )
    script = """
    import { be } from './app.js'
    import { env } from './public.js'
    import { getApiUrl, getApiPublicUrl, getApiWebSocketUrl } from './urls.js'
    const out = [], t = (f) => { try { out.push(f()) } catch (e) { out.push(e.message.slice(0, 27)) } }
    t(() => getApiUrl('/x')); be({ building: true }); t(() => getApiUrl('/x')); t(() => getApiPublicUrl('/x'))
    be({ building: false, dev: true }); t(() => getApiUrl('/x')); be({ dev: false })
    env.PUBLIC_API_URL = 'https://out.test/'; process.env.API_INTERNAL_URL = 'http://in.test'
    t(() => getApiUrl('/x')); t(() => getApiPublicUrl('/x')); be({ browser: true }); t(() => getApiUrl('/x'))
    t(() => getApiWebSocketUrl('/s'))
    console.log(JSON.stringify(out))
    """
    found = shutil.which("node")
    assert found is not None
    run = subprocess.run(
        [found, "--input-type=module", "-e", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [
        "API_INTERNAL_URL is not set", "http://api:8000/x", "/x", "http://localhost:3011/x",
        "http://in.test/x", "https://out.test/x", "https://out.test/x", "wss://out.test/s",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ({"devDependencies": {"vitest": "4"}}, "from 'vitest'"),
        ({"devDependencies": {"mocha": "11"}}, "from 'mocha'"),
        ({"scripts": {"test": "bun test"}}, "from 'bun:test'"),
        ({"devDependencies": {"jest": "30"}}, "expect(actual).toBe(wanted)"),
        ({}, "from 'node:test'"),
    ],
)
def test_unit_tests_are_for_the_packages_own_runner(tmp_path: Path, manifest: dict[str, object], words: str) -> None:
    files = {**FILES, "web/package.json": json.dumps({**manifest, "dependencies": {"next": "16"}})}
    assert words in resolver.tests(plan_of(load(tmp_path, files), "typescript", "web"))[1]


def test_unit_tests_do_not_see_what_the_machine_has_set(tmp_path: Path) -> None:
    """A developer's own API_URL must not make them red."""
    plan = of_framework("node", "node", "esm")
    (tmp_path / "src" / "lib").mkdir(parents=True)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / plan.path).write_text(resolver.module(plan))
    path, text = resolver.tests(plan)
    (tmp_path / path).write_text(text)
    found = shutil.which("node")
    assert found is not None
    run = subprocess.run(
        [found, "--test", path], cwd=tmp_path, env={"API_URL": "https://mine.test", "NODE_ENV": "production"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
