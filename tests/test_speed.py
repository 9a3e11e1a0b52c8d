"""Speed by counts, not by the clock: what a run imports, opens and parses."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unmoor import engine
from unmoor.config.settings import Settings
from unmoor.files import forking
from unmoor.files.clean import clean
from unmoor.files.workspace import Workspace
from unmoor.link import env_files, env_stacks

# What a hook on clean files has no need of. Each of them costs more than the interpreter's own start, or pulls in the
# linkers, which only make sense with the whole repository.
HEAVY = (
    "asyncio", "click", "difflib", "importlib.metadata", "jinja2", "libcst", "logging", "markdown_it",
    "multiprocessing", "rich", "sqlite3", "subprocess", "yaml",
    "unmoor.codemods", "unmoor.engine", "unmoor.generate", "unmoor.link", "unmoor.rules", "unmoor.topology",
)  # fmt: skip
CLEAN = "import { useMemo } from 'react'\nexport const double = (n: number) => useMemo(() => n * 2, [n])\n"
DIRTY = "export const load = () => fetch('http://localhost:3011/items')\n"


def _modules(tmp_path: Path, *files: str) -> set[str]:
    code = (
        "import sys; from unmoor.cli.start import start\n"
        f"status = start(['scan', *{files!r}])\n"
        "print(*sys.modules); sys.exit(status)"
    )
    ours = ("UNMOOR_", "GITHUB_", "COV_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split("\n")[-2].split())


def test_a_hook_on_clean_files_imports_little(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text(CLEAN)
    (tmp_path / "b.tsx").write_text(CLEAN)
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert not set(HEAVY) & (_modules(tmp_path, "a.ts", "b.tsx") - set(bare.stdout.split()))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.ts", CLEAN, True),
        ("a.ts", DIRTY, False),
        ("a.ts", "export const url = process.env.API_URL\n", False),
        ("a.ts", "// unmoor: ignore[hardcoded-url] no longer needed\nexport const a = 1\n", False),
        ("a.ts", "export const a = {{{ fetch('/x')\n", False),
        ("a.ts", "export const a = {{{\n", True),
        ("a.py", "import math\nprint(math.pi)\n", True),
        ("a.py", "import requests\nrequests.get('http://localhost:3011')\n", False),
        ("compose.yaml", "services: {}\n", False),
        ("picture.png", "localhost:3000", True),
        ("node_modules/a/index.js", DIRTY, True),
        ("run", "#!/bin/sh\ndocker exec web ls\n", False),
    ],
)
def test_clean_says_no_where_a_finding_could_be(tmp_path: Path, name: str, text: str, expected: bool) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert clean(tmp_path, [name]) is expected


def test_a_file_that_is_not_there_is_not_clean(tmp_path: Path) -> None:
    assert not clean(tmp_path, ["a.ts"])


def test_an_unchanged_repository_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (tmp_path / f"m{number}.ts").write_text(CLEAN)
    (tmp_path / "compose.yaml").write_text("services:\n  api:\n    image: redis:7\n")
    engine.scan(tmp_path, Settings())
    opened: list[str] = []
    fetch = Workspace.fetch
    monkeypatch.setattr(Workspace, "fetch", lambda self, path: (opened.append(path), fetch(self, path))[1])
    engine.scan(tmp_path, Settings())
    assert not [path for path in opened if path.endswith(".ts")]


def test_only_asked_files_are_reported_and_their_findings_are_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ts").write_text(DIRTY)
    (tmp_path / "compose.yaml").write_text("services:\n  api:\n    image: x\n    ports: ['3011:3000']\n")
    everything = engine.scan(tmp_path, Settings()).findings
    part = engine.scan(tmp_path, Settings(), paths=["a.ts"])
    wanted = [finding for finding in everything if finding.path == "a.ts"]
    assert wanted and [f.fingerprint for f in part.findings] == [f.fingerprint for f in wanted]
    assert [f.message for f in part.findings] == [f.message for f in wanted]
    assert part.listed == part.scanned == 1


def test_what_is_not_asked_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook on a file of code asks neither what services read nor which name a document means."""
    (tmp_path / "a.ts").write_text(DIRTY)
    (tmp_path / "b.ts").write_text("export const token = process.env.API_TOKEN\n")
    (tmp_path / "README.md").write_text("Set `API_TOKENS` and `OTHER_TOKEN`:\n\n```sh\nexport API_TOKENS=1\n```\n")
    (tmp_path / "compose.yaml").write_text("services:\n  api:\n    build: .\n    environment: {X_Y: 1}\n")
    monkeypatch.setattr(env_stacks, "_reads_by_service", lambda variables: pytest.fail("services were judged"))
    monkeypatch.setattr(env_files, "get_close_matches", lambda *given, **more: pytest.fail("documents were judged"))
    assert engine.scan(tmp_path, Settings(), paths=["a.ts"]).findings


def test_many_processes_answer_as_one(tmp_path: Path) -> None:
    if not forking.available():
        pytest.skip("no fork here")
    pieces = list(range(1000))
    answers = forking.spread(pieces, lambda piece: b"x" * (piece * 7), 3)
    assert answers == {piece: b"x" * (piece * 7) for piece in pieces}


def test_a_process_that_dies_loses_its_piece_alone() -> None:
    if not forking.available():
        pytest.skip("no fork here")

    def work(piece: int) -> bytes:
        if piece == 3:
            os._exit(9)
        return b"done"

    assert forking.spread([3, 1, 2], work, 2) == {1: b"done", 2: b"done"}


def test_a_comment_that_speaks_of_generation_is_read_at_once(tmp_path: Path) -> None:
    """Lines that could be split in many ways once took half a minute."""
    line = "// this is generated by // the search # and then * by hand // of whoever calls it # again\n"
    (tmp_path / "a.ts").write_text(line * 30 + "export const url = process.env.API_URL\n")
    began = time.process_time()
    engine.scan(tmp_path, Settings(), jobs=1)
    assert time.process_time() - began < 3
