"""`unmoor fix` from the command line, over real scans: what it writes, refuses, shows, and what it leaves alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

Unmoor = Callable[..., Ran]
Git = Callable[..., str]

FILES = {
    "compose.yaml": """services:
  web:
    build: ./web
    ports: ["3000:3000"]
    environment:
      DATABASE_URL: postgresql://u:hunter2@localhost:5432/shop  # kept
  backend:
    image: acme/backend
    ports: ["3011:3011"]
  database:
    image: postgres:16
""",
    "web/package.json": '{"dependencies": {"next": "16.0.0"}}\n',
    "web/tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}\n',
    "web/Dockerfile": "FROM node:22\nCOPY . .\n",
    "web/src/Users.tsx": "'use client'\nimport { x } from '@/x'\n\n"
    "export const one = () => fetch('http://localhost:3011/api/users')\n"
    "export const two = (id: string) => fetch(`http://localhost:3011/api/users/${id}`)\n",
    "web/src/x.ts": "export const x = 1\n",
}


@pytest.fixture
def shop(write: Callable[[dict[str, str]], Path], git: Git) -> Path:
    root = write(FILES)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    return root


def test_safe_fixes_are_written_and_nothing_else(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("fix")
    assert ran.code == 1  # hard-coded URLs are left: their fix is unsafe
    after = (shop / "compose.yaml").read_text()
    assert after == FILES["compose.yaml"].replace("localhost:5432", "database:5432")
    assert (shop / "web/src/Users.tsx").read_text() == FILES["web/src/Users.tsx"]
    assert "its fix is unsafe (--unsafe-fixes)" in ran.err
    assert "hunter2" not in ran.out + ran.err


def test_unsafe_fixes_make_the_resolver_too_and_a_second_run_is_quiet(unmoor: Unmoor, shop: Path, git: Git) -> None:
    ran = unmoor("fix", "--unsafe-fixes", "--rule", "hardcoded-url")
    assert ran.code in (0, 1)
    users = (shop / "web/src/Users.tsx").read_text()
    assert users == (
        "'use client'\nimport { x } from '@/x'\nimport { getBackendUrl } from '@/lib/service-urls'\n\n"
        "export const one = () => fetch(getBackendUrl('/api/users'))\n"
        "export const two = (id: string) => fetch(getBackendUrl(`/api/users/${id}`))\n"
    )
    assert "export function getBackendUrl(" in (shop / "web/src/lib/service-urls.ts").read_text()
    git("add", "-A")
    git("commit", "-q", "-m", "fixed")
    again = unmoor("fix", "--unsafe-fixes", "--rule", "hardcoded-url", "--diff")
    assert (again.code, again.out) == (0, "")


def test_a_dirty_work_tree_is_refused_but_may_be_looked_at(unmoor: Unmoor, shop: Path) -> None:
    (shop / "web/src/x.ts").write_text("export const x = 2\n")
    ran = unmoor("fix")
    assert ran.code == 2
    assert "uncommitted" in ran.err
    assert (shop / "compose.yaml").read_text() == FILES["compose.yaml"]
    assert unmoor("fix", "--diff").code == 1
    assert unmoor("fix", "--dry-run").code == 1
    assert unmoor("fix", "--allow-dirty").code == 1
    assert "database:5432" in (shop / "compose.yaml").read_text()


def test_the_patch_is_one_that_git_applies(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("fix", "--unsafe-fixes", "--output-format", "patch")
    assert "hunter2" in ran.out  # the line itself is in the patch, as in any diff
    subprocess.run(["git", "-C", str(shop), "apply", "-"], input=ran.out.encode(), check=True)
    assert "database:5432" in (shop / "compose.yaml").read_text()
    assert (shop / "web/src/lib/service-urls.ts").exists()


def test_json_and_narrowing(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("fix", "--unsafe-fixes", "--output-format", "json", "--path", "web/**")
    told = json.loads(ran.out)
    assert told["schema"] == "unmoor-fixes/1"
    assert [file["path"] for file in told["files"]] == ["web/src/Users.tsx", "web/src/lib/service-urls.ts"]
    assert {entry["path"] for entry in told["applied"]} == {"web/src/Users.tsx"}
    assert (shop / "compose.yaml").read_text() == FILES["compose.yaml"]
    only = json.loads(unmoor("fix", "--output-format", "json", "web").out)
    assert only["files"] == []


def test_a_suppression_stops_the_fix(unmoor: Unmoor, shop: Path) -> None:
    text = FILES["compose.yaml"].replace("# kept", "# unmoor: ignore[localhost-in-container] a sidecar")
    (shop / "compose.yaml").write_text(text)
    unmoor("fix", "--allow-dirty", "--rule", "localhost-in-container")
    assert (shop / "compose.yaml").read_text() == text


def test_interactive_asks_and_obeys(unmoor: Unmoor, shop: Path) -> None:
    arguments = ("fix", "--unsafe-fixes", "--interactive", "--rule", "hardcoded-url")
    ran = unmoor(*arguments, stdin=b"n\ny\n")
    users = (shop / "web/src/Users.tsx").read_text()
    assert "fetch('http://localhost:3011/api/users')" in users
    assert "getBackendUrl(`/api/users/${id}`)" in users
    assert "apply?" in ran.err
    assert "declined" in ran.err


def test_interactive_offers_a_link_and_a_scaffold(unmoor: Unmoor, write: Callable[[dict[str, str]], Path]) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: web/Dockerfile}\n",
        "dockerfiles/Dockerfile": "FROM node:22\n",
        "tools/compose.yaml": "services:\n  api:\n    build: ./api\n",
        "tools/api/package.json": "{}\n",
    }
    root = write(files)
    ran = unmoor("fix", "--unsafe-fixes", "--interactive", "--rule", "missing-dockerfile", stdin=b"2\nn\n")
    assert "compose.yaml:2:" not in ran.err
    assert "compose.yaml:3:37 missing-dockerfile: use `dockerfiles/Dockerfile` (unsafe)" in ran.err
    assert "or [2] link web/Dockerfile to dockerfiles/Dockerfile" in ran.err
    assert (root / "web/Dockerfile").is_symlink()
    assert (root / "web/Dockerfile").read_text() == "FROM node:22\n"
    assert "web/Dockerfile: a link to dockerfiles/Dockerfile" in ran.err
    assert (root / "compose.yaml").read_text() == files["compose.yaml"]
    ran = unmoor("fix", "--interactive", "--rule", "missing-dockerfile", "--allow-dirty", stdin=b"3\n")
    assert "or [3] begin tools/api/Dockerfile" in ran.err
    assert "FROM node" in (root / "tools/api/Dockerfile").read_text()
    assert unmoor("scan", "--select", "missing-dockerfile", "--exit-zero").out.count("missing-dockerfile") == 0


def test_generate_prints_or_writes_but_never_over(unmoor: Unmoor, shop: Path) -> None:
    assert "getBackendUrl" in unmoor("generate", "resolver", "--package", "web").out
    assert unmoor("generate", "ci", "--write", "ci.yml").code == 0
    assert (shop / "ci.yml").exists()
    assert unmoor("generate", "ci", "--write", "ci.yml").code == 2
    assert unmoor("generate", "ci", "--write", "../ci.yml").code == 2
    for name in ("env-example", "env-docs", "compose-env", "healthcheck", "smoke-test", "access-matrix", "dockerfile"):
        assert unmoor("generate", name).code == 0, name
    assert "location /api/" in unmoor("generate", "proxy", "--kind", "nginx").out


def test_a_run_parses_each_file_once_and_then_only_what_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unmoor.config.settings import Settings
    from unmoor.engine import scan_workspace
    from unmoor.files import scanning
    from unmoor.fixing.memory import Ground

    (tmp_path / "a.py").write_text("requests.get('http://localhost:3011')\n")
    (tmp_path / "b.py").write_text("requests.get('http://localhost:3012')\n")
    parsed: list[str] = []
    original = scanning.scan
    monkeypatch.setattr(scanning, "scan", lambda path, *a, **k: (parsed.append(path), original(path, *a, **k))[1])
    ground = Ground(tmp_path, None, cache=False)
    new = {"b.py": b"requests.get('http://localhost:3013')\n", "c.py": b"requests.get('http://localhost:1')\n"}
    for overlay in ({}, new, new, {}):
        scan_workspace(ground.under(overlay), Settings(), cache=ground.store)
    assert parsed == ["a.py", "b.py", "b.py", "c.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_interactive_on_a_real_terminal(shop: Path) -> None:
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(shop)
        os.execv(sys.executable, [sys.executable, "-m", "unmoor", "fix", "--interactive", "--no-cache"])
    said, answered = b"", 0
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        said += chunk
        if said.count(b"[q]uit") > answered:
            os.write(terminal, b"y\n" if answered == 0 else b"q\n")
            answered += 1
    os.waitpid(pid, 0)
    assert b"\x1b[32m+" in said, "the hunk is shown in colour"
    assert b"localhost-in-container" in said
    assert "@database:5432" in (shop / "compose.yaml").read_text()
