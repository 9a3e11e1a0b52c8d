"""The patch is one that git applies: any bytes, any names, new files and links, checked by git itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unmoor.fixing import Outcome
from unmoor.fixing.patch import coloured, diff, patch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not have")

PIECES = st.sampled_from(
    [b"a", b"", b"\xc3\xa9", b"\xff", b"+x", b"-- y", b"@@", b"\x0c", b"\x1c", b"\xe2\x80\xa8", b"\r"]
)
ENDS = st.sampled_from([b"\n", b"\r\n"])
CONTENT = st.tuples(st.lists(st.tuples(PIECES, ENDS), max_size=12), PIECES).map(
    lambda parts: b"".join(piece + end for piece, end in parts[0]) + parts[1]
)
PART = st.text(st.sampled_from('ab é"\\\t\n$`*;[]{}\'→\udcff'), min_size=1, max_size=6).filter(
    lambda text: text.strip(". ") == text
)
NAME = st.lists(PART, min_size=1, max_size=2).map("/".join)


def git(root: Path, *arguments: str, data: bytes = b"") -> bytes:
    run = subprocess.run(["git", "-C", str(root), *arguments], input=data, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode("utf-8", "replace") + data.decode("utf-8", "replace")
    return run.stdout


def put(root: Path, path: str, data: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(NAME, st.tuples(st.none() | CONTENT, CONTENT), min_size=1, max_size=3),
    st.none() | NAME,
    st.booleans(),
)
def test_git_makes_of_it_what_the_run_made(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, tuple[bytes | None, bytes]],
    link: str | None,
    executable: bool,
) -> None:
    names = sorted(files)
    if any(b.startswith(a + "/") for a in names for b in names):
        return
    if link is not None and any(a == link or a.startswith(link + "/") or link.startswith(a + "/") for a in names):
        link = None
    root = tmp_path_factory.mktemp("r")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for path, (before, _) in files.items():
        if before is not None:
            put(root, path, before)
            if executable:
                (root / path).chmod(0o755)
    git(root, "add", "-A")
    outcome = Outcome(
        overlay={path: after for path, (_, after) in files.items()},
        originals={path: before for path, (before, _) in files.items()},
        links={link: names[0]} if link else {},
    )
    git(root, "apply", "--index", "--whitespace=nowarn", "-", data=patch(outcome) or diff("none", None, b"x\n"))
    for path, (before, after) in files.items():
        assert (root / path).read_bytes() == after
        assert bool((root / path).stat().st_mode & 0o100) is (executable and before is not None)
    if link:
        assert (root / link).resolve() == (root / names[0]).resolve()
        assert not os.readlink(root / link).startswith("/")  # noqa: PTH115


def test_colours_let_no_control_character_through() -> None:
    shown = coloured(diff("a", b"x\n", b"\x1b]0;owned\x07\x1b[2J\n"))
    assert b"\x1b]" not in shown and b"\x07" not in shown and b"\x1b[2J" not in shown
    assert b"\x1b[32m+^[]0;owned^G" in shown
