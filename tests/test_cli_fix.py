"""`unmoor fix` from the command line, over real scans: what it writes, refuses, shows, and what it leaves alone."""

import json
import subprocess
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
    assert "to be had with --unsafe-fixes" in ran.err
    assert "hunter2" not in ran.out + ran.err


def test_what_a_narrowed_fix_brings_about_is_mended_with_it(unmoor: Unmoor, shop: Path, git: Git) -> None:
    (shop / ".env.example").write_text("DATABASE_URL=\n")
    git("add", "-A")
    git("commit", "-q", "-m", "y")
    ran = unmoor("fix", "--unsafe-fixes", "--rule", "hardcoded-url")
    assert "getBackendUrl('/api/users')" in (shop / "web/src/Users.tsx").read_text()
    example = (shop / ".env.example").read_text()
    assert "NEXT_PUBLIC_API_URL=" in example or "NEXT_PUBLIC_BACKEND_URL=" in example, example + ran.err
    assert "localhost:5432" in (shop / "compose.yaml").read_text()  # another rule's, and there before


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


def test_a_rule_that_is_none_is_named_with_its_neighbour(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("fix", "--rule", "hardcoded-ulr")
    assert ran.code == 2
    assert "did you mean `hardcoded-url`?" in ran.err
    assert "has no fix" in unmoor("fix", "--dry-run", "--rule", "port-conflict").err
    assert "no file of the repository matches" in unmoor("fix", "--dry-run", "--path", "nowhere/**").err


def test_a_family_is_as_good_as_its_rules_and_the_gate_looks_at_them_alone(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("fix", "--rule", "localhost-in-container")
    assert ran.code == 0, "the hard-coded URLs that are left were not asked for"
    ran = unmoor("fix", "--unsafe-fixes", "--dry-run", "--allow-dirty", "--rule", "url", "--output-format", "json")
    assert {item["rule"] for item in json.loads(ran.out)["applied"]} == {"hardcoded-url"}


def test_exit_non_zero_on_fix(unmoor: Unmoor, shop: Path) -> None:
    arguments = ("fix", "--rule", "localhost-in-container", "--exit-non-zero-on-fix")
    assert unmoor(*arguments).code == 1
    assert unmoor(*arguments, "--allow-dirty").code == 0
    assert unmoor("fix", "--fail-on", "never", "--allow-dirty").code == 0


def test_what_was_done_is_written_beside_and_done(unmoor: Unmoor, shop: Path, git: Git, tmp_path: Path) -> None:
    ran = unmoor("fix", "--unsafe-fixes", "-o", "json:../fixes.json", "-o", "../fixes.patch")
    told = json.loads((shop.parent / "fixes.json").read_text())
    assert told["written"] is True
    assert told["summary"]["files"] == len(told["files"]) == 3
    assert "wrote json" not in ran.out
    after = {file["path"]: (shop / file["path"]).read_bytes() for file in told["files"]}
    git("stash", "-u", "-q")
    subprocess.run(["git", "-C", str(shop), "apply", str(shop.parent / "fixes.patch")], check=True)
    assert {path: (shop / path).read_bytes() for path in after} == after
    assert unmoor("fix", "-o", "fixes.what").code == 2


def test_from_stdin_to_stdout(unmoor: Unmoor, shop: Path) -> None:
    text = FILES["compose.yaml"]
    ran = unmoor("fix", "--stdin-filename", "compose.yaml", stdin=text.encode())
    assert ran.out == text.replace("localhost:5432", "database:5432")
    assert (shop / "compose.yaml").read_text() == text
    # The resolver would be another file.
    users = FILES["web/src/Users.tsx"]
    ran = unmoor("fix", "--unsafe-fixes", "--stdin-filename", "web/src/Users.tsx", stdin=users.encode())
    assert ran.out == users
    assert "would have to change too" in ran.err


def test_a_read_only_file_is_left_and_the_rest_is_mended(unmoor: Unmoor, shop: Path) -> None:
    (shop / "compose.yaml").chmod(0o444)
    ran = unmoor("fix", "--unsafe-fixes")
    assert (shop / "compose.yaml").read_text() == FILES["compose.yaml"]
    assert "compose.yaml is read-only" in ran.err
    assert "getBackendUrl" in (shop / "web/src/Users.tsx").read_text()


def test_without_git_it_works_too(unmoor: Unmoor, write: Callable[[dict[str, str]], Path]) -> None:
    root = write(FILES)
    assert unmoor("fix").code == 1
    assert "database:5432" in (root / "compose.yaml").read_text()


def test_an_untracked_file_that_would_change_is_refused(unmoor: Unmoor, shop: Path) -> None:
    new = FILES["compose.yaml"].replace("services:", "name: other\nservices:")
    (shop / "other").mkdir()
    (shop / "other/compose.yaml").write_text(new)
    ran = unmoor("fix")
    assert ran.code == 2
    assert "other/compose.yaml" in ran.err
    assert (shop / "compose.yaml").read_text() == FILES["compose.yaml"]
    assert unmoor("fix", "--path", "compose.yaml").code in (0, 1)


def test_the_summary_groups_by_what_can_be_done(unmoor: Unmoor, shop: Path) -> None:
    ran = unmoor("fix", "--dry-run", "-v")
    assert "would mend 1 finding in 1 file" in ran.err
    assert "to be had with --unsafe-fixes" in ran.err
    assert "web/src/Users.tsx:4:33 hardcoded-url" in ran.err
    assert "\x1b" not in ran.err
    assert "\x1b[1;32mwould mend" in unmoor("fix", "--dry-run", "--color", "always").err


def test_hints_are_for_reasons_that_codemods_give() -> None:
    from unmoor.cli.mended import HINTS

    sources = "".join(path.read_text() for path in (Path(__file__).parents[1] / "codemods").rglob("*.py"))
    for start, what in HINTS:
        assert f'"{start}' in sources or f'f"{start}' in sources
        assert "`" in what
