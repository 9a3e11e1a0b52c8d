"""The generated smoke test, against a stack that stubs of docker and curl simulate: every line, and the exit code."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.generate import smoke

FILES = {
    "compose.yaml": """services:
  web:
    build: ./web
    ports: ["3000:3000"]
    environment: {API: "http://api:8000"}
    networks: [front]
  api:
    build: ./api
    ports: ["3011:8000"]
    environment:
      DATABASE_URL: postgresql://db:5432/shop
    healthcheck: {test: ["CMD", "curl", "-f", "http://127.0.0.1:8000/ready"]}
    depends_on:
      migrate: {condition: service_completed_successfully}
    networks: [front, back]
  search:
    image: getmeili/meilisearch:v1.10
    healthcheck: {test: ["CMD", "curl", "-f", "http://127.0.0.1:7700/health"]}
    networks: [back]
  migrate:
    build: ./api
    networks: [back]
  db:
    image: postgres:16
    networks: [back]
networks: {front: {}, back: {}}
""",
    "web/Dockerfile": "FROM node:22\nCOPY . .\nEXPOSE 3000\n",
    "api/Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 8000\n",
    "api/main.py": "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/healthz')\ndef well():\n    return ''\n",
}
# Simulates a running stack: STUB/state/SERVICE is what `docker inspect` says, STUB/open holds "SERVICE HOST PORT",
# STUB/exec/SERVICE the exit code of every command in that container.
DOCKER = r"""#!/bin/sh
case "$*" in
  "compose version") exit "${NO_COMPOSE:-0}" ;;
  "compose ps -a -q "*) [ ! -f "$STUB/state/$5" ] || echo "$5" ;;
  inspect*) for id; do :; done; cat "$STUB/state/$id" ;;
  "compose exec -T "*)
    service=$4
    [ ! -f "$STUB/exec/$service" ] || exit "$(cat "$STUB/exec/$service")"
    shift 6  # compose exec -T SERVICE sh -c
    [ $# -eq 3 ] && exec sh -c "case '$3' in *:7700/health) exit 0 ;; *) exit 41 ;; esac"
    grep -qx "$service $3 $4" "$STUB/open" || exit 41 ;;
  *) echo "not asked for: $*" >&2; exit 99 ;;
esac
"""
CURL = """#!/bin/sh
for url; do :; done
code=$(sed -n "s|^$url ||p" "$STUB/urls")
printf '%s' "${code:-000}"
[ -n "$code" ]
"""
GOOD = """services
ok      api runs and is healthy
ok      db runs
ok      search runs
ok      web runs
ok      migrate has done its work
health endpoints
ok      api is well at http://localhost:3011/healthz: 200
ok      api is well at http://localhost:3011/ready: 204
ok      search is well at http://127.0.0.1:7700/health, asked inside
published ports
ok      api answers at http://localhost:3011/ with 404
ok      web answers at http://localhost:3000/ with 200
edges in use
ok      api reaches db:5432
ok      web reaches api:8000
edges that must be closed
ok      db does not reach web:3000, as it should be
ok      search does not reach web:3000, as it should be
ok      web does not reach db:5432, as it should be
ok      web does not reach search:7700, as it should be
16 checks: 16 ok, 0 failed, 0 skipped
"""
SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"]]


class Ran(NamedTuple):
    code: int
    out: str

    def changed(self) -> list[str]:
        """The lines that differ from those of a stack that is well."""
        return [line for line in self.out.splitlines() if line not in GOOD.splitlines()]


class Stage:
    """A folder with a script, stubs on PATH, and what they answer."""

    def __init__(self, root: Path, script: str) -> None:
        self.root, self.script = root, script
        for name in ("bin", "state", "exec"):
            (root / name).mkdir()
        for name, text in (("docker", DOCKER), ("curl", CURL)):
            self.tool(name, text)
        for name in ("sh", "head", "sed", "grep", "cat"):
            (root / "bin" / name).symlink_to(str(shutil.which(name)))
        for service, state in {"api": "running 0 healthy", "migrate": "exited 0"}.items():
            (root / "state" / service).write_text(state)
        for service in ("db", "search", "web"):
            (root / "state" / service).write_text("running 0")
        (root / "open").write_text("api db 5432\nweb api 8000\napi search 7700\n")
        (root / "urls").write_text(
            "http://localhost:3011/healthz 200\nhttp://localhost:3011/ready 204\n"
            "http://localhost:3011/ 404\nhttp://localhost:3000/ 200\n"
        )

    def tool(self, name: str, text: str) -> None:
        path = self.root / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def put(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def run(self, shell: list[str], **environment: str) -> Ran:
        found = shutil.which(shell[0])
        if found is None:
            pytest.skip(f"{shell[0]} is not here")
        variables = {"PATH": str(self.root / "bin"), "STUB": str(self.root), **environment}
        run = subprocess.run(
            [found, *shell[1:], self.script], env=variables, capture_output=True, text=True, check=False, cwd=self.root
        )
        assert run.stderr == ""
        return Ran(run.returncode, run.stdout)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    for path, text in FILES.items():
        (tmp_path / "repository" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repository" / path).write_text(text)
    project = engine.load(tmp_path / "repository", Settings(deny=["web -> db"]), cache=False)
    script = tmp_path / "smoke-test.sh"
    script.write_text(smoke.smoke_test(project, None))
    return Stage(tmp_path, str(script))


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: str(shell[0]))
def test_a_stack_that_is_well(stage: Stage, shell: list[str]) -> None:
    assert stage.run(shell) == Ran(0, GOOD)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: str(shell[0]))
def test_a_closed_edge_an_open_one_and_sick_services(stage: Stage, shell: list[str]) -> None:
    stage.put("open", "web api 8000\nweb db 5432\n")
    stage.put("state/api", "running 0 unhealthy")
    stage.put("state/web", "running 0 starting")
    stage.put("state/migrate", "exited 3")
    stage.put("state/db", "restarting 1")
    (stage.root / "state" / "search").unlink()
    stage.put("urls", "http://localhost:3011/healthz 503\nhttp://localhost:3011/ 404\nhttp://localhost:3000/ 200\n")
    stage.put("exec/search", "1")
    ran = stage.run(shell)
    assert ran.code == 1
    assert ran.changed() == [
        "FAILED  api is unhealthy",
        "FAILED  db is restarting",
        "FAILED  search has no container",
        "FAILED  web runs, and its check has not succeeded yet",
        "FAILED  migrate ended as: exited 3",
        "FAILED  api is not well at http://localhost:3011/healthz: 503",
        "FAILED  api does not answer at http://localhost:3011/ready",
        "FAILED  search could not be asked for http://127.0.0.1:7700/health: no command ran in its container",
        "FAILED  api does not reach db:5432",
        "FAILED  search -> web:3000 could not be asked: no command ran in search",
        "FAILED  web reaches db:5432, which should be closed to it",
        "16 checks: 5 ok, 11 failed, 0 skipped",
    ]


def test_tools_that_are_not_there(stage: Stage) -> None:
    (stage.root / "bin" / "curl").unlink()
    stage.put("exec/web", "127")
    stage.put("exec/search", "42")
    ran = stage.run(["dash"])
    assert ran.code == 0  # nothing failed, and every check that was not made is told
    assert [line for line in ran.changed() if "curl is not here" in line] == [
        "skipped api at http://localhost:3011/healthz: curl is not here",
        "skipped api at http://localhost:3011/ready: curl is not here",
        "skipped api at http://localhost:3011/: curl is not here",
        "skipped web at http://localhost:3000/: curl is not here",
    ]
    assert "skipped search at http://127.0.0.1:7700/health: its image holds nothing to ask with" in ran.changed()
    assert "skipped web -> api:8000: the image of web holds nothing to ask with" in ran.changed()
    assert ran.out.endswith("16 checks: 7 ok, 0 failed, 9 skipped\n")


def test_no_compose_or_only_the_old_one(stage: Stage) -> None:
    nothing = Ran(2, "docker compose is not here: nothing can be asked\n")
    assert stage.run(["dash"], NO_COMPOSE="1") == nothing
    stage.tool("docker-compose", '#!/bin/sh\nNO_COMPOSE=0 exec docker compose "$@"\n')
    assert stage.run(["dash"], NO_COMPOSE="1") == Ran(0, GOOD)
    (stage.root / "bin" / "docker").unlink()
    assert stage.run(["dash"]) == nothing


@pytest.mark.parametrize("tool", ["nc", "bash", "python3", "node", "php", "curl"])
def test_each_tool_in_an_image_tells_open_from_closed(stage: Stage, tool: str, tmp_path: Path) -> None:
    """The probe itself, with one tool on PATH, against a port that listens and one that does not."""
    import socket

    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not here")
    inside = tmp_path / "inside"
    inside.mkdir()
    for name in (tool, "timeout", "sh"):
        (inside / name).symlink_to(Path(sys.executable if name == "python3" else str(shutil.which(name))).resolve())
    stage.tool("docker", '#!/bin/sh\n[ "$2" = version ] || { shift 4; PATH=$INSIDE exec "$@"; }\n')
    text = Path(stage.script).read_text()
    head = text[: text.index('say "services"')]
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as other:
        listening, silent = server.getsockname()[1], other.getsockname()[1]
        other.close()
        Path(stage.script).write_text(f"{head}\nopen a 127.0.0.1 {listening}\nclosed a 127.0.0.1 {silent}\n")
        if tool == "curl":
            server.close()  # curl speaks HTTP: something must answer
            process = subprocess.Popen(
                [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(listening)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _wait(listening)
        else:
            process = None
        try:
            ran = stage.run(["dash"], INSIDE=str(inside))
        finally:
            if process is not None:
                process.kill()
                process.wait()
    assert ran.out == (
        f"ok      a reaches 127.0.0.1:{listening}\nok      a does not reach 127.0.0.1:{silent}, as it should be\n"
    )


def _wait(port: int) -> None:
    import socket
    import time

    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)


def test_compose_files_that_have_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "my stack.compose.yaml").write_text("services:\n  db:\n    image: postgres:16\n")
    text = smoke.smoke_test(engine.load(tmp_path, Settings(), cache=False), None)
    assert "docker compose -f 'deploy/my stack.compose.yaml' \"$@\"" in text
