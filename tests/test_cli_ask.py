"""`unmoor fix --interactive` on a real terminal: what is shown, what each key does, and that a stop leaves no trace."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

Unmoor = Callable[..., Ran]
Git = Callable[..., str]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")

FILES = {
    "compose.yaml": """services:
  web:
    build: {context: ., dockerfile: web/Dockerfil}
    environment:
      DATABASE_URL: postgresql://u:hunter2@localhost:5432/shop
      CACHE_URL: redis://localhost:6379
    depends_on: [database, cache]
  database: {image: "postgres:16"}
  cache: {image: "redis:7"}
""",
    "web/docker/Dockerfil": "FROM node:22\n",
    "web/b.yaml": "a: 1\n",
}


@pytest.fixture
def shop(write: Callable[[dict[str, str]], Path], git: Git) -> Path:
    root = write(FILES)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    return root


def listening(terminal: int) -> None:
    """Wait until the program takes single keys: what is typed before is thrown away when it begins to."""
    import termios

    end = time.monotonic() + 20
    while termios.tcgetattr(terminal)[3] & termios.ICANON and time.monotonic() < end:
        time.sleep(0.005)


def ask(root: Path, keys: list[str], *arguments: str, seconds: float = 60) -> tuple[int, str]:
    """Press a key at each question; (exit code, all that the terminal showed)."""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(root)
        os.environ["TERM"] = "xterm-256color"
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a runner in the background may have it ignored
        os.execv(
            sys.executable, [sys.executable, "-m", "unmoor", "fix", "--interactive", "--no-cache", *arguments]
        )
    said, answered, end = b"", 0, time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        said += chunk
        if said.count(b"Make this change?") > answered and said.endswith((b"] ", b"] \x1b[0m")):
            listening(terminal)
            os.write(terminal, keys[answered].encode() if answered < len(keys) else b"q")
            answered += 1
    else:
        os.kill(pid, 9)
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), said.decode()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")


def test_the_question_shows_finding_reason_and_change(shop: Path) -> None:
    code, said = ask(shop, ["y", "q"], "--rule", "localhost-in-container")
    assert "\x1b[32m+" in said, "the hunk is shown in colour"
    text = plain(said)
    assert "error[localhost-in-container]" in text
    assert "--> compose.yaml:5:21" in text
    assert "+      DATABASE_URL: postgresql://u:hunter2@database:5432/shop" in text
    assert "= " in text.partition("Make this change?")[0], "the reasons"
    after = (shop / "compose.yaml").read_text()
    assert "@database:5432" in after
    assert "redis://localhost" in after
    assert "not asked" in text or "declined" in text
    assert code == 1


@pytest.mark.parametrize(
    ("keys", "mended"),
    [
        (["n", "y"], ["redis://cache"]),
        (["a"], ["@database:5432", "redis://cache"]),
        (["d"], []),
        (["s"], []),
        (["q"], []),
        (["?", "y", "n"], ["@database:5432"]),
        (["x\ny", "n"], ["@database:5432"]),
    ],
)
def test_each_key_does_what_it_says(shop: Path, keys: list[str], mended: list[str]) -> None:
    _, said = ask(shop, keys, "--rule", "localhost-in-container")
    after = (shop / "compose.yaml").read_text()
    assert [word for word in ("@database:5432", "redis://cache") if word in after] == mended
    assert "mended" in plain(said)
    if "?" in keys:
        assert "leave the rest of this file" in said


@pytest.mark.parametrize("stop", ["\x03", "\x04"])
def test_a_stop_leaves_no_trace(shop: Path, git: Git, stop: str) -> None:
    code, said = ask(shop, ["y", stop], "--rule", "localhost-in-container")
    assert code == 130
    assert "nothing was changed" in said
    assert git("status", "--porcelain") == ""


def test_other_ways_out_can_be_chosen(shop: Path) -> None:
    _, said = ask(shop, ["2"], "--rule", "missing-dockerfile")
    text = plain(said)
    assert "[y,n,1,2" in text
    assert "new link web/Dockerfil -> web/docker/Dockerfil" in text
    assert (shop / "web/Dockerfil").is_symlink()
    assert (shop / "web/Dockerfil").read_text() == FILES["web/docker/Dockerfil"]


def test_a_dirty_tree_is_refused_before_the_first_question(shop: Path) -> None:
    (shop / "compose.yaml").write_text(FILES["compose.yaml"] + "# mine\n")
    code, said = ask(shop, [])
    assert code == 2
    assert "uncommitted" in said
    assert "Make this change?" not in said


def test_without_a_terminal_it_says_so(shop: Path, unmoor: Unmoor) -> None:
    ran = unmoor("fix", "--interactive", stdin=b"y\n")
    assert ran.code == 2
    assert "needs a terminal" in ran.err
    assert subprocess.run(["git", "-C", str(shop), "status", "--porcelain"], capture_output=True).stdout == b""


def test_a_link_and_a_scaffold_are_offered_and_proven(write: Callable[[dict[str, str]], Path], unmoor: Unmoor) -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: {context: ., dockerfile: web/Dockerfile}\n",
        "dockerfiles/Dockerfile": "FROM node:22\n",
        "tools/compose.yaml": "services:\n  api:\n    build: ./api\n",
        "tools/api/package.json": '{"scripts": {"start": "node ."}}\n',
    }
    root = write(files)
    _, said = ask(root, ["2", "n"], "--unsafe-fixes", "--rule", "missing-dockerfile")
    text = plain(said)
    assert "1 use `dockerfiles/Dockerfile` (unsafe)" in text
    assert "2 link web/Dockerfile to dockerfiles/Dockerfile" in text
    assert (root / "web/Dockerfile").is_symlink()
    assert (root / "web/Dockerfile").read_text() == "FROM node:22\n"
    assert (root / "compose.yaml").read_text() == files["compose.yaml"]
    _, said = ask(root, ["3"], "--rule", "missing-dockerfile")
    assert "3 begin tools/api/Dockerfile" in plain(said)
    assert "FROM node" in (root / "tools/api/Dockerfile").read_text()
    assert unmoor("scan", "--select", "missing-dockerfile", "--exit-zero").out.count("missing-dockerfile") == 0


def test_a_scaffold_that_would_be_wrong_is_not_made_even_if_chosen(write: Callable[[dict[str, str]], Path]) -> None:
    """There is no `start` script for it to run."""
    root = write({"compose.yaml": "services:\n  api:\n    build: ./api\n", "api/package.json": "{}\n"})
    _, said = ask(root, ["y"], "--rule", "missing-dockerfile")
    assert "begin api/Dockerfile" in plain(said)
    assert "the fix would make another finding (missing-script)" in plain(said)
    assert not (root / "api/Dockerfile").exists()
