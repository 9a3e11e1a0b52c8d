"""The wheel that is built holds all that the program needs, and runs in an environment of its own.

The dependencies are taken from the environment of the tests, so that nothing is downloaded.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KEPT = ("unmoor", "scanners", "codemods", "rules", "reports", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in KEPT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name, **({"symlinks": True} if copy is shutil.copytree else {}))
    backend = "import setuptools.build_meta as b, sys; b.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", backend, str(out)], cwd=source, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, in an environment that holds the wheel's files and sees the dependencies of this one."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    site = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    others = site / "dependencies"
    others.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "unmoor" not in path.name.lower():
            (others / path.name).symlink_to(path)
    (site / "dependencies.pth").write_text(f"{others}\n")
    return home / "bin" / "python"


def run(program: Path, *arguments: str, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "UNMOOR_"))}
    ran = subprocess.run(
        [program, "-I", "-m", "unmoor", *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.stdout


def test_every_package_and_data_file_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for top, name in (("unmoor", "unmoor"), *((room, f"unmoor/{room}") for room in KEPT[1:5])):
        folder = ROOT / top
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            linked = top == "unmoor" and inside.parts[0] in KEPT[1:5]
            if path.is_file() and not linked and "__pycache__" not in path.parts:
                assert f"{name}/{inside.as_posix()}" in names


def test_it_is_the_wheel_that_runs(program: Path, tmp_path: Path) -> None:
    code = "import unmoor.scanners, sys; print(unmoor.scanners.__file__)"
    where = subprocess.run([program, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert str(program.parents[1]) in where


def test_it_scans_lists_rules_and_renders(program: Path, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(ROOT / "examples" / "shop", shop)
    assert "hardcoded-url" in run(program, "rules", "list", cwd=shop)
    assert "localhost-in-container" in run(program, "scan", "--output-format", "concise", cwd=shop)
    run(program, "scan", "-q", "-o", "html:audit.html", "-o", "sarif:audit.sarif", cwd=shop)
    assert "<html" in (shop / "audit.html").read_text()
    assert "getApiUrl" in run(program, "generate", "resolver", cwd=shop)
    assert '"fail-on"' in run(program, "config", "schema", cwd=shop)
