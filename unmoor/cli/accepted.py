"""What was accepted before: the baseline file, and `--baseline-commit`, which needs no file."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from unmoor import baseline, engine
from unmoor.baseline import Entry
from unmoor.cli.place import Place
from unmoor.cli.terminal import say
from unmoor.config.settings import Settings
from unmoor.files.writing import write
from unmoor.model.errors import UserError
from unmoor.model.findings import Report


def accept(report: Report, settings: Settings, place: Place, values: dict[str, Any]) -> int:
    """Mark what is known, write the file where that was asked for; returns how many entries are stale."""
    if values["baseline_commit"]:
        entries = at_commit(place.root, values["baseline_commit"], settings)
        baseline.apply(report.findings, entries, lambda path: (place.root / path).exists())
        return 0
    file = path_of(settings, place, values)
    old = baseline.read(file) if file.exists() or not values["update_baseline"] else []
    inside = [item for item in old if _in_scope(item, report, place)]
    if values["update_baseline"]:
        found = {baseline.entry(f) for f in report.findings if f.suppressed is None}
        save(file, [*(item for item in old if item not in inside), *found], values)
        for finding in report.findings:
            finding.baseline = "known"
        return 0
    stale = baseline.apply(report.findings, inside, lambda path: (place.root / path).exists())
    if settings.min_confidence != "low":
        return 0  # findings that were not even made cannot show that an entry is stale
    if values["prune_baseline"]:
        save(file, set(old) - set(stale), values)
        return 0
    for item in stale[:10]:
        say(f"stale baseline entry: {item.path}: {item.rule}: {item.value}")
    if stale:
        more = f" (and {len(stale) - 10} more)" if len(stale) > 10 else ""
        say(f"error: {len(stale)} baseline entries match nothing any more{more}")
        say("  help: well done; drop them with `unmoor scan --prune-baseline` or `unmoor baseline prune`")
    return len(stale)


def path_of(settings: Settings, place: Place, values: dict[str, Any]) -> Path:
    """The baseline file: of the command line relative to where one stands, of the settings relative to the root."""
    if values.get("baseline"):
        return Path(values["baseline"])
    return place.root / (settings.baseline or baseline.DEFAULT)


def save(file: Path, entries: Any, values: dict[str, Any]) -> None:
    """Write a baseline."""
    text = baseline.render(entries)
    try:
        write(file.parent, file.name, text.encode(), file.read_bytes() if file.exists() else None)
    except OSError as error:
        raise UserError(f"{file}: cannot be written", error.strerror or str(error)) from None
    if not values.get("quiet"):
        number = text.count("\n") - 1
        say(f"wrote {file}: {number} " + ("entry" if number == 1 else "entries"))


def _in_scope(item: Entry, report: Report, place: Place) -> bool:
    """Whether this run could have found the entry's finding: its rule ran, and its file was asked for."""
    if report.rules and item.rule not in report.rules:
        return False
    if place.paths is None:
        return True
    return any(item.path == path or item.path.startswith(path.rstrip("/") + "/") for path in place.paths)


def at_commit(root: Path, revision: str, settings: Settings) -> list[Entry]:
    """The findings that a commit had, as entries; those of files renamed since stand under their new names."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}").strip()
    if not commit:
        raise UserError(
            f"--baseline-commit {revision}: no such commit",
            f"in {root}",
            "a shallow clone has only the newest commits: fetch more (fetch-depth: 0)",
        )
    renamed = _renames(root, commit)
    with tempfile.TemporaryDirectory(prefix="unmoor-") as folder:
        tree = Path(folder) / "tree"
        _check_out(root, commit, tree)
        report = engine.scan(tree, settings, cache=False)
    entries = [baseline.entry(f) for f in report.findings if f.suppressed is None]
    return _renumbered(item.moved(renamed.get(item.path, item.path)) for item in entries)


def _renumbered(entries: Any) -> list[Entry]:
    """Ordinals anew, since two files may have become one."""
    counts: dict[tuple[str, str, str, str], int] = {}
    result = []
    for item in sorted(entries):
        key = (item.path, item.rule, item.scope, item.value)
        counts[key] = counts.get(key, -1) + 1
        result.append(Entry(*key, ordinal=counts[key]))
    return result


def _renames(root: Path, commit: str) -> dict[str, str]:
    fields = _git(root, "diff", "-M", "--name-status", "-z", "--diff-filter=R", commit).split("\0")
    return {fields[at + 1]: fields[at + 2] for at in range(0, len(fields) - 2, 3)}


def _check_out(root: Path, commit: str, target: Path) -> None:
    """The tree of a commit in a folder of its own, with the history behind it; nothing of the repository changes."""
    clone = ["clone", "--quiet", "--shared", "--no-checkout", "--no-tags", str(root), str(target)]
    if _run(root, *clone).returncode == 0:
        done = _run(target, "-c", "core.hooksPath=/dev/null", "checkout", "--quiet", "--detach", commit)
        if done.returncode == 0:
            return
    target.mkdir(exist_ok=True)
    archive = subprocess.run(["git", "-C", str(root), "archive", commit], capture_output=True, check=False)
    if archive.returncode:
        raise UserError(f"commit {commit[:12]} cannot be read", archive.stderr.decode("utf-8", "replace").strip())
    subprocess.run(["tar", "-x", "-C", str(target)], input=archive.stdout, check=True)


def _run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)


def _git(root: Path, *arguments: str) -> str:
    try:
        return _run(root, *arguments).stdout.decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UserError("git is needed for --baseline-commit", str(error)) from None
