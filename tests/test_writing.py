"""Writing: beside the target, whole or not at all, never out of the root, and never over what git does not know."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from unmoor.files.writing import TEMPORARY, dirty, link, write
from unmoor.model.errors import UserError


def test_write_keeps_mode_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "a.sh"
    target.write_bytes(b"old")
    target.chmod(0o4755)
    write(tmp_path, "a.sh", b"new", b"old")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o4755
    assert list(tmp_path.iterdir()) == [target]


def test_write_follows_a_link_inside_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path, "link", b"new", b"old")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def _outside(root: Path) -> None:
    (root.parent / "outside").write_bytes(b"old")
    (root / "x").symlink_to(root.parent / "outside")


def _hard(root: Path) -> None:
    (root / "y").write_bytes(b"old")
    os.link(root / "y", root / "x")


@pytest.mark.parametrize(
    "prepare", [_outside, _hard, lambda root: os.mkfifo(root / "x"), lambda root: (root / "x").write_bytes(b"other")]
)
def test_write_refuses(tmp_path: Path, prepare: Callable[[Path], object]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    prepare(root)
    with pytest.raises(UserError):
        write(root, "x", b"new", b"old")
    assert not list(root.glob(f"{TEMPORARY}*"))
    if (tmp_path / "outside").exists():
        assert (tmp_path / "outside").read_bytes() == b"old"


def test_write_never_leaves_the_root_or_replaces_what_it_makes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="leads out"):
        write(tmp_path, "../x", b"", None)
    write(tmp_path, "deep/er/new.ts", b"made", None)
    assert (tmp_path / "deep/er/new.ts").read_bytes() == b"made"
    with pytest.raises(UserError, match="already there"):
        write(tmp_path, "deep/er/new.ts", b"again", None)
    link(tmp_path, "deep/link", "deep/er/new.ts")
    assert os.readlink(tmp_path / "deep/link") == "er/new.ts"  # noqa: PTH115


def test_dirty_names_tracked_changes_and_wanted_untracked(tmp_path: Path) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t", *args], check=True)

    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-q", "-m", "x")
    (tmp_path / "new").write_text("1")
    assert dirty(tmp_path) == []
    assert dirty(tmp_path, ["new"]) == ["new"]
    (tmp_path / "a").write_text("2")
    assert dirty(tmp_path) == ["a"]
    assert dirty(tmp_path / "nowhere") == []
