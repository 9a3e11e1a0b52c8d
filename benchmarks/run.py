"""How long `unmoor` takes on given repositories, as multiples of a search with ripgrep or `git grep`.

    python benchmarks/run.py [--runs N] REPOSITORY...

For each repository: a scan without cache, a rescan of the unchanged tree, a hook with one file and with twenty, where
nothing is to be judged in them and where something is. User and system time are summed over all processes, since a
clock tells more of the machine's other work than of ours; the clock is printed beside them. Runs are interleaved and
the median counts. Nothing is written into the repositories: caches go to a temporary folder.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PATTERN = r"https?://(localhost|127\.0\.0\.1)"
UNMOOR = [sys.executable, "-m", "unmoor"]
CODE = (".ts", ".tsx", ".js", ".py")


class Cost(NamedTuple):
    """Seconds of processor time over all processes, seconds by the clock, and the largest process in MiB."""

    cpu: float
    clock: float
    memory: float


class Row(NamedTuple):
    """A line of the table. prepare: what is done before each run, and not measured."""

    name: str
    command: list[str]
    prepare: Callable[[], None] = lambda: None


def measure(command: list[str], folder: Path) -> Cost:
    """Run a command once in a child of ours that measures it alone. Raises OSError if it cannot be started."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    clock = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise OSError(f"{' '.join(command)} ended with {process.returncode}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(used.ru_utime + used.ru_stime, clock, used.ru_maxrss / scale)


def files_of(root: Path) -> tuple[list[str], list[str]]:
    """(files of code that hold nothing to judge, files that do), up to twenty of each."""
    from unmoor.files.clean import clean

    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=True).stdout
    quiet: list[str] = []
    loud: list[str] = []
    for name in os.fsdecode(listed).split("\0"):
        if name.endswith(CODE) and (root / name).is_file():
            (quiet if clean(root, [name]) else loud).append(name)
        if len(quiet) >= 20 and len(loud) >= 20:
            break
    return quiet[:20], loud[:20]


def rows(root: Path, cache: Path) -> list[Row]:
    """What is run on a repository. The peers search for the two addresses that every rule of the family `url` knows."""
    quiet, loud = files_of(root)
    scan = [*UNMOOR, "scan", "--exit-zero", "--cache-dir", str(cache)]

    def empty() -> None:
        shutil.rmtree(cache, ignore_errors=True)

    found = [
        Row("bare interpreter", [sys.executable, "-c", "pass"]),
        Row("git grep", ["git", "grep", "-qcE", PATTERN]),
        Row("cold scan", scan, empty),
        Row("unchanged rescan", scan),
    ]
    if shutil.which("rg"):
        found.insert(1, Row("ripgrep", ["rg", "-c", "--hidden", PATTERN]))
    for count in (1, 20):
        if len(quiet) >= count:
            found.append(Row(f"hook, {count} clean", [*scan, "--", *quiet[:count]]))
        if len(loud) >= count:
            found.append(Row(f"hook, {count} to judge", [*scan, "--", *loud[:count]]))
    return found


def table(root: Path, runs: int) -> str:
    """The medians of a repository, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = rows(root, Path(folder) / "cache")
        costs: dict[str, list[Cost]] = {task.name: [] for task in tasks}
        for _ in range(runs):
            for task in tasks:
                task.prepare()
                costs[task.name].append(measure(task.command, root))
    middle = {name: Cost(*(statistics.median(column) for column in zip(*all_))) for name, all_ in costs.items()}
    peer = "ripgrep" if "ripgrep" in middle else "git grep"
    lines = [
        f"### {root.name}",
        "",
        f"| | CPU s | clock s | largest process MiB | clock ÷ {peer} | clock ÷ bare interpreter |",
        "|---|---|---|---|---|---|",
    ]
    for name, cost in middle.items():
        over = cost.clock / middle[peer].clock
        bare = cost.clock / middle["bare interpreter"].clock
        lines.append(f"| {name} | {cost.cpu:.2f} | {cost.clock:.2f} | {cost.memory:.0f} | {over:.1f} | {bare:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """The table of every repository named; the exit code is 2 if one is none."""
    parser = argparse.ArgumentParser(description="Measure unmoor on repositories.")
    parser.add_argument("--runs", type=int, default=7, help="interleaved runs of each row (7)")
    parser.add_argument("repositories", nargs="+", type=Path)
    given = parser.parse_args()
    for root in given.repositories:
        if not (root / ".git").exists():
            print(f"{root} is no git repository", file=sys.stderr)
            return 2
        print(table(root.resolve(), given.runs))
    print(f"load while measuring: {', '.join(f'{one:.1f}' for one in os.getloadavg())}; {os.cpu_count()} processors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
