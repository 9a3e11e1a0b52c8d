"""The cache of facts: what it holds comes back, and a file that did not change is not parsed again."""

import subprocess
from pathlib import Path

import pytest

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.files import cache, scanning
from unmoor.files.cache import Cache, Entry
from unmoor.files.history import History
from unmoor.files.remembered import Remembered


def test_entries_survive_with_and_without_facts(tmp_path: Path) -> None:
    store = Cache(tmp_path / "facts.bin")
    store.put("a.py", Entry(1, 2, b"digest", "python/1", b"\x90", ((7, "not understood"),)))
    store.put("b.py", Entry(3, 4, b"other", "python/1", None))
    store.write(complete=True)
    again = Cache(tmp_path / "facts.bin")
    found = again.by_stat("a.py", (1, 2), "python/1")
    assert found is not None and found.facts == b"\x90" and found.unread == ((7, "not understood"),)
    empty = again.by_content("b.py", b"other", "python/1")
    assert empty is not None and empty.facts is None
    assert again.by_stat("a.py", (1, 2), "python/2") is None


def test_other_scanners_do_not_meet_these_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Cache(tmp_path / "facts.bin")
    store.put("a.py", Entry(1, 2, b"digest", "python/1", b"\x90"))
    store.write(complete=True)
    monkeypatch.setattr(cache, "_makers", lambda: b"edited")
    assert Cache(tmp_path / "facts.bin").by_stat("a.py", (1, 2), "python/1") is None


def test_a_second_scan_parses_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  api:\n    build: ./api\n")
    (tmp_path / "app.py").write_text("import os\nURL = os.environ['URL']\nrequests.get('http://localhost:3011')\n")
    first = engine.scan(tmp_path, Settings())
    parsed: list[str] = []
    original = scanning._parse
    monkeypatch.setattr(scanning, "_parse", lambda path, *rest: (parsed.append(path), original(path, *rest))[1])
    second = engine.scan(tmp_path, Settings())
    assert parsed == []
    assert [f.fingerprint for f in second.findings] == [f.fingerprint for f in first.findings]
    (tmp_path / "app.py").write_text("requests.get('http://localhost:3012/x')\n")
    engine.scan(tmp_path, Settings())
    assert parsed == ["app.py"]


def test_git_is_asked_for_the_past_once_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    (root / "old.py").write_text("print('a file that is long enough to be known again')\n")
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["commit", "-qm", "1"],
        ["mv", "old.py", "new.py"],
        ["commit", "-qm", "2"],
    ):
        subprocess.run([*git, *command], check=True)
    asked: list[str] = []
    original = History._git
    monkeypatch.setattr(History, "_git", lambda self, *words: (asked.append(words[0]), original(self, *words))[1])
    store = tmp_path / "kept" / "history.bin"
    assert Remembered(root, store).renamed("old.py") == "new.py"
    assert Remembered(root, store).renamed("old.py") == "new.py"
    assert asked == ["log"]
    subprocess.run([*git, "mv", "new.py", "newer.py"], check=True)
    subprocess.run([*git, "commit", "-qm", "3"], check=True)
    assert Remembered(root, store).renamed("old.py") == "newer.py"
    store.write_bytes(b"damaged")
    assert Remembered(root, store).renamed("old.py") == "newer.py"
