"""What fixes write into compose files is accepted by `docker-compose config` (1.29) and `podman-compose config`.

Run with `pytest -m oracle`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from tests.laws import mend, request
from tests.test_compose_rewrites import composition
from unmoor.model.findings import Refusal

pytestmark = pytest.mark.oracle
FEW = settings(max_examples=int(os.environ.get("ORACLE_EXAMPLES", "15")), deadline=None, derandomize=True,
               phases=(Phase.explicit, Phase.generate),
               suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
DB = {"db": {"image": "postgres:16", "healthcheck": {"test": "pg_isready"}}}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "healthcheck": ({"ports": ["7:8"]}, {"image": "postgres:16"}),
    "depends-condition": ({"depends_on": ["db", "first"]}, {"dependency": "db"}),
    "extra-hosts": ({"extra_hosts": ["a:1.2.3.4"]}, {"host": "host.docker.internal"}),
    "build-arg": (
        {"build": "./web", "environment": ["VITE_A=b c"]},
        {"name": "VITE_A", "dockerfile": "web/Dockerfile"},
    ),
}


def config(program: str, root: Path) -> dict[str, Any]:
    """The file as the program understands it."""
    command = [shutil.which("docker-compose") or "docker-compose"]
    environment = dict(os.environ)
    if program == "podman-compose":
        stub = root / "bin" / "podman"
        stub.parent.mkdir(exist_ok=True)
        stub.write_text('#!/bin/sh\necho "podman version 5.0.0"\n')
        stub.chmod(0o755)
        command = [sys.executable, "-m", "podman_compose"]
        environment["PATH"] = f"{stub.parent}:{environment['PATH']}"
    if program == "docker-compose" and shutil.which(program) is None:
        pytest.skip("docker-compose is not installed")
    ran = subprocess.run([*command, "-f", "compose.yaml", "config"], cwd=root, env=environment, capture_output=True,
                         text=True, check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr + (root / "compose.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(ran.stdout)["services"]
    return found


@pytest.mark.parametrize("program", ["docker-compose", "podman-compose"])
@pytest.mark.parametrize("codemod", sorted(CASES))
def test_the_rewritten_file_is_accepted(program: str, codemod: str, tmp_path: Path) -> None:
    service, attrs = CASES[codemod]

    @FEW
    @given(composition(service, DB))
    def holds(made: tuple[str, str, int]) -> None:
        text, name, _ = made
        text = text.removeprefix("\ufeff")
        files = {"compose.yaml": text, "web/Dockerfile": "FROM node\nRUN npm run build\n"}
        result = mend(codemod, request(files, "compose.yaml", "img/target", finding_attrs=attrs), files)
        assert not isinstance(result, Refusal)
        (tmp_path / "web").mkdir(exist_ok=True)
        (tmp_path / "compose.yaml").write_text(text)
        before = config(program, tmp_path)
        (tmp_path / "compose.yaml").write_text(result["compose.yaml"])
        after = config(program, tmp_path)
        assert {**after, name: None} == {**before, name: None}
        key = {"depends-condition": "depends_on", "extra-hosts": "extra_hosts", "build-arg": "build"}.get(
            codemod, codemod
        )
        assert after[name][key] != before[name].get(key)

    holds()
