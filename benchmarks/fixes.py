"""What `unmoor fix --unsafe-fixes` does to given repositories, and whether it keeps its word.

    python benchmarks/fixes.py [-v] REPOSITORY...

Each repository is copied to a temporary folder as one fresh commit (without a past, so git's renames are not known) and
mended by the real command line. Then everything is checked from outside:

- every changed file reads as well as before: by the prover that the run itself used, and by a parser that it does not
  know (Python's own, PyYAML, bash, BuildKit's for Dockerfiles, json, TypeScript), where one is at hand;
- the edits of the JSON, made on the original, give the file on disk;
- every hunk of `git diff` lies on lines of an edit of an applied fix, and every edit of a fix lies on its finding's
  line, in an import, or only adds, or rewrites what its codemod declares (`ELSEWHERE`);
- a second run on the result, as a commit, changes nothing;
- a fresh scan finds nothing at warning or above that was not there before.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from readers import worse_elsewhere

UNMOOR = [sys.executable, "-m", "unmoor"]
GIT = ["git", "-c", "user.email=bench@localhost", "-c", "user.name=bench", "-c", "commit.gpgsign=false",
       "-c", "core.autocrlf=false", "-c", "core.quotepath=off"]  # fmt: skip


def git(root: Path, *arguments: str) -> str:
    """What git answers. Raises CalledProcessError."""
    run = subprocess.run([*GIT, *arguments], cwd=root, capture_output=True, check=True)
    return run.stdout.decode("utf-8", "surrogateescape")


def unmoor(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line. Raises RuntimeError where it fails."""
    run = subprocess.run([*UNMOOR, *arguments], cwd=root, capture_output=True, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"unmoor {' '.join(arguments)} ended with {run.returncode}:\n{run.stderr.decode()}")
    return run


def copy(source: Path, root: Path) -> None:
    """The tracked files of a repository (of a folder without one: all), as one commit."""
    listed = subprocess.run(["git", "ls-files", "-z", "."], cwd=source, capture_output=True, check=False).stdout
    names = [os.fsdecode(name) for name in listed.split(b"\0") if name] or [
        str(path.relative_to(source)) for path in source.rglob("*") if not path.is_dir() or path.is_symlink()
    ]
    for name in names:
        here = source / name
        if not os.path.lexists(here) or (here.is_dir() and not here.is_symlink()):
            continue
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(here, root / name, follow_symlinks=False)
    git(root, "init", "-q")
    git(root, "add", "-Af")
    git(root, "commit", "-qm", "as it was")


class Run:
    """One repository, mended and looked at."""

    def __init__(self, source: Path, root: Path) -> None:
        self.name, self.root = source.name, root
        copy(source, root)
        used = os.times()
        self.before = self._scan()
        self.scan_cpu = _cpu(used)
        kept = root.parent / "fixes.json"
        began, used = time.perf_counter(), os.times()
        unmoor(root, "fix", "--unsafe-fixes", "--no-cache", "-q", "-o", f"json:{kept}")
        self.seconds, self.cpu = time.perf_counter() - began, _cpu(used)
        self.told: dict[str, Any] = json.loads(kept.read_bytes())
        git(root, "add", "-A")
        self.hunks = _hunks(git(root, "diff", "--cached", "-U0", "--no-renames"))
        git(root, "commit", "-q", "--allow-empty", "-m", "mended")
        self.after = self._scan()
        self.again = unmoor(root, "fix", "--unsafe-fixes", "--no-cache", "--diff", "-q").stdout.decode()

    def _scan(self) -> list[dict[str, Any]]:
        told = json.loads(unmoor(self.root, "scan", "--no-cache", "--output-format", "json").stdout)
        return [f for f in told["findings"] if f["suppressed"] is None]

    def original(self, path: str) -> bytes:
        """A file as it was."""
        run = subprocess.run(["git", "show", f"HEAD~1:{path}"], cwd=self.root, capture_output=True, check=False)
        return run.stdout

    def fixable(self) -> int:
        """Findings with a fix before the run."""
        return sum(bool(finding["fixes"]) for finding in self.before)

    def unlike(self) -> list[str]:
        """Files that are not what the edits of the JSON make of them."""
        wrong = []
        for file in self.told["files"]:
            data = b"" if file["created"] else self.original(file["path"])
            for edit in sorted(file["edits"], key=lambda edit: -edit["start"]):
                data = data[: edit["start"]] + edit["text"].encode() + data[edit["end"] :]
            if data != (self.root / file["path"]).read_bytes():
                wrong.append(file["path"])
        return wrong

    def worse(self) -> list[str]:
        """Files that read worse than before."""
        from unmoor.fixing.proof import worse

        found = []
        for file in self.told["files"]:
            path, after = file["path"], (self.root / file["path"]).read_bytes()
            before = self.original(path)
            why = worse(path, before, after) or worse_elsewhere(path, None if file["created"] else before, after)
            if why:
                found.append(f"{path}: {why}")
        return found

    def strays(self) -> list[str]:
        """Changed lines that no fix accounts for, and edits that have no business where they are."""
        from unmoor.codemods import CODEMODS
        from unmoor.fixing.belonging import stray
        from unmoor.model.findings import Edit
        from unmoor.model.spans import Location, Span
        from unmoor.rules import load

        modules = dict(CODEMODS)
        declared = {rule.id for rule in load().rules.values()
                    if rule.fix and hasattr(_module(modules[str(rule.fix["codemod"])]), "ELSEWHERE")}  # fmt: skip
        made = {file["path"] for file in self.told["files"] if file["created"]}
        lines: dict[str, set[int]] = {}
        found = []
        for item in self.told["applied"]:
            for edit in item["edits"]:
                if edit["path"] in made:
                    continue
                source = self.original(edit["path"])
                lines.setdefault(edit["path"], set()).update(_touched(source, edit))
                at = Location(item["path"], Span(item["start"]["byte"], item["end"]["byte"]))
                made_of = Edit(edit["path"], Span(edit["start"], edit["end"]), edit["text"])
                if item["rule"] not in declared and stray(at, made_of, source):
                    was = source[edit["start"] : edit["end"]].decode()
                    found.append(f"{edit['path']}: {item['rule']}: {was!r} -> {edit['text']!r}")
        for path, hunk in self.hunks:
            if path not in made and not hunk <= lines.get(path, set()):
                found.append(f"{path}: lines {sorted(hunk - lines.get(path, set()))} are no fix's")
        return found

    def new(self) -> list[str]:
        """Findings at warning or above that were not there before.

        One whose value a fix of another rule rewrote is counted as the one that it was; one that a mended finding at
        the same address had hidden, and what the run itself says came to light, was there before.
        """
        told = self.told
        known = {_name(one) for one in [*self.before, *told["revealed"]] if one["severity"] != "note"}
        known |= {_address(one) for one in told["applied"]}
        now = {_name(one) for one in self.after}
        gone = Counter(_name(one)[:2] for one in self.before if _name(one) not in now)
        gone -= Counter((one["rule"], one["path"]) for one in told["applied"])
        found = []
        for one in self.after:
            if one["severity"] == "note" or {_name(one), _address(one)} & known:
                continue
            if gone[_name(one)[:2]] > 0:
                gone[_name(one)[:2]] -= 1
            else:
                found.append(" ".join(_name(one)))
        return found

    def remaining(self) -> "Counter[str]":
        """Findings of rules of which something was mended that are still there, by why."""
        mended = {item["rule"] for item in self.told["applied"]}
        reasons = Counter(f"{one['rule']}: {one['reason']}" for one in self.told["refused"] if one["rule"] in mended)
        left = Counter(one["rule"] for one in self.after if one["rule"] in mended)
        told = Counter(one["rule"] for one in self.told["refused"] if one["rule"] in mended)
        return reasons + Counter({f"{rule}: UNEXPLAINED": n for rule, n in (left - told).items()})


def _name(finding: dict[str, Any]) -> tuple[str, str, str]:
    return finding["rule"], finding["path"], finding["value"]


def _address(finding: dict[str, Any]) -> tuple[str, str, str]:
    return "", finding["path"], finding["value"].rpartition("://")[2]


def _module(name: str) -> ModuleType:
    return import_module(f"unmoor.codemods.{name}")


def _cpu(before: os.times_result) -> float:
    now = os.times()
    return now.children_user + now.children_system - before.children_user - before.children_system


def _hunks(diff: str) -> list[tuple[str, set[int]]]:
    """(path, lines of the old file that a hunk replaces; for an insertion the lines on both sides of it)."""
    found, path = [], ""
    for line in diff.split("\n"):
        if line.startswith("diff --git "):
            path = ""
        elif not path and line.startswith("--- a/"):
            path = line[6:].rstrip("\t")
        elif match := re.match(r"@@ -(\d+)(?:,(\d+))? \+", line):
            start, count = int(match[1]), int(match[2] or 1)
            found.append((path, set(range(start, start + count)) if count else {start}))
    return [(path, lines) for path, lines in found if path]


def _touched(source: bytes, edit: dict[str, Any]) -> set[int]:
    """The old lines that an edit replaces a part of, and the one before an insertion."""
    first = source.count(b"\n", 0, edit["start"]) + 1
    last = source.count(b"\n", 0, max(edit["end"] - 1, edit["start"])) + 1
    # git may show an inserted block one line up or down where its first and last lines are alike
    return set(range(first - 1, last + 2))


def describe(run: Run, verbose: bool) -> None:
    """The figures of a repository."""
    told = run.told
    applied = Counter(item["rule"] for item in told["applied"])
    refused = Counter((item["kind"], item["reason"]) for item in told["refused"])
    zeros = {
        "not as the JSON says": run.unlike(),
        "parse worse": run.worse(),
        "second run": [line for line in run.again.split("\n") if line.startswith("diff ")],
        "stray changes": run.strays(),
        "new findings": run.new(),
        "came to light": [f"{one['path']}: {one['rule']}: {one['value']}" for one in told["revealed"]],
    }
    print(f"\n{run.name}: {run.fixable()} findings with a fix, {len(told['applied'])} applied in "
          f"{len(told['files'])} files, {told['passes']} passes, {run.seconds:.1f} s (cpu {run.cpu:.1f} s, "
          f"{run.cpu / run.scan_cpu:.2f} × a scan)")  # fmt: skip
    for rule, count in applied.most_common():
        print(f"  applied {count:4}  {rule}")
    for (kind, reason), count in refused.most_common():
        print(f"  refused {count:4}  {kind}: {reason}")
    for why, count in run.remaining().most_common():
        if verbose or "UNEXPLAINED" in why:
            print(f"  remains {count:4}  {why}")
    for name, items in zeros.items():
        print(f"  {name}: {len(items)}")
        for item in items if verbose else items[:10]:
            print(f"    {item}")
    if told["problem"]:
        print(f"  problem: {told['problem']}")


def table(runs: list[Run]) -> str:
    """One line a repository."""
    rows = ["| repository | with fix | applied | refused | files | worse | stray | again | new | s | × scan |",
            "|---|" + "---:|" * 10]  # fmt: skip
    for run in runs:
        told = run.told
        again = run.again.count("\ndiff ") + run.again.startswith("diff ")
        rows.append(
            f"| {run.name} | {run.fixable()} | {len(told['applied'])} | {len(told['refused'])} | {len(told['files'])} "
            f"| {len(run.worse())} | {len(run.strays())} | {again} | {len(run.new())} | {run.seconds:.1f} "
            f"| {run.cpu / run.scan_cpu:.2f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Mend each repository in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("-v", "--verbose", action="store_true", help="every item, not the first ten")
    parser.add_argument("--keep", type=Path, help="leave the mended copies in this folder")
    options = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        for source in options.repositories:
            folder = (options.keep or Path(scratch)).resolve() / source.resolve().name
            (folder / "tree").mkdir(parents=True)
            runs.append(Run(source.resolve(), folder / "tree"))
            describe(runs[-1], options.verbose)
        print("\n" + table(runs), flush=True)


if __name__ == "__main__":
    main()
