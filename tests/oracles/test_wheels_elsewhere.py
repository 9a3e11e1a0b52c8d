"""Every dependency has a wheel, also where nothing can be compiled: asked of the package registry through pip."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.oracle
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "platform", ["manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "musllinux_1_2_x86_64", "win_amd64"]
)
def test_every_dependency_has_a_wheel(platform: str, tmp_path: Path) -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--only-binary=:all:", "--no-deps"]
    older = platform.replace("2_28", "2_17").replace("musllinux_1_2", "musllinux_1_1")
    command += ["--platform", platform, "--platform", older, "--python-version", "3.12", "--target", str(tmp_path)]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
    if "No module named pip" in done.stderr or "onnection" in done.stderr:
        pytest.skip("no pip, or no network")
    assert done.returncode == 0, done.stderr
