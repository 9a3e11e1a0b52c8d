"""Files → facts: read, look at the bytes, parse what can matter, keep the rest from being read twice."""

import multiprocessing
import os
import re
from typing import NamedTuple

from unmoor.files.cache import Cache, decode, digest, encode
from unmoor.files.discovery import foreign
from unmoor.files.workspace import Workspace
from unmoor.model.facts import Facts
from unmoor.model.findings import Skipped
from unmoor.scanners import Scanner, scan, scanner_of
from unmoor.text.positions import Lines

MOST_BYTES = 5_000_000
_CONFLICT = re.compile(rb"^<{7} [^\n]*\n(?:.*\n)*?={7}\r?\n(?:.*\n)*?>{7} ", re.M)
_PARALLEL_ABOVE = 1_500_000  # bytes to parse; below, forking costs more than it gains


class Job(NamedTuple):
    """A file to be parsed."""

    path: str
    data: bytes
    scanner: Scanner


class Outcome(NamedTuple):
    """The facts of each file that was parsed or remembered, and what could not be read."""

    facts: dict[str, Facts]
    skipped: list[Skipped]


def scan_files(workspace: Workspace, paths: list[str], cache: Cache, jobs: int = 0) -> Outcome:
    """Facts of all files that some scanner takes. jobs: processes; 0 for as many as pay."""
    facts: dict[str, Facts] = {}
    skipped: list[Skipped] = []
    todo: list[Job] = []
    for path in paths:
        job = _look(workspace, path, cache, facts, skipped)
        if job is not None:
            todo.append(job)
    for job, encoded, reason in _run(todo, jobs):
        if reason:
            skipped.append(Skipped(job.path, reason))
            continue
        cache.put(job.path, workspace.stat(job.path), digest(job.data), _key(job.scanner), encoded)
        facts[job.path] = decode(encoded)
    return Outcome(facts, skipped)


def unread(workspace: Workspace, facts: dict[str, Facts]) -> list[Skipped]:
    """The regions that scanners did not understand, with their lines."""
    found: list[Skipped] = []
    for path in sorted(facts):
        problems = facts[path].problems
        if not problems:
            continue
        data = workspace.read(path)
        lines = Lines(data)
        conflict = _CONFLICT.search(data)
        if conflict:
            found.append(Skipped(path, "a merge conflict stands here: resolve it, then scan again", lines.line(conflict.start())))
            continue
        seen: set[int] = set()
        for problem in problems:
            line = lines.line(problem.span.start)
            if line not in seen:
                seen.add(line)
                found.append(Skipped(path, problem.message, line))
    return found


def _look(
    workspace: Workspace, path: str, cache: Cache, facts: dict[str, Facts], skipped: list[Skipped]
) -> Job | None:
    """A job if the file must be parsed; what is remembered or refused is put where it belongs."""
    if foreign(path):
        return None
    scanner = scanner_of(path)
    if scanner is None and "." in path.rpartition("/")[2]:
        return None
    stat = workspace.stat(path)
    if stat is not None and stat[1] > MOST_BYTES:
        if scanner is not None and scanner.name != "json":
            skipped.append(Skipped(path, f"larger than {MOST_BYTES // 1_000_000} MB"))
        return None
    if scanner is not None:
        entry = cache.by_stat(path, stat, _key(scanner))
        if entry is not None:
            if entry.facts is not None:
                facts[path] = decode(entry.facts)
            return None
    try:
        data = workspace.read(path)
    except OSError as error:
        if scanner is not None and not isinstance(error, FileNotFoundError):
            skipped.append(Skipped(path, f"cannot be read: {error.strerror}"))
        return None
    return _consider(path, data, scanner or scanner_of(path, data[:80]), stat, cache, facts, skipped)


def _consider(
    path: str, data: bytes, scanner: Scanner | None, stat: tuple[int, int] | None, cache: Cache,
    facts: dict[str, Facts], skipped: list[Skipped],
) -> Job | None:  # fmt: skip
    if scanner is None or not data:
        return None
    key = digest(data)
    entry = cache.by_content(path, stat, key, _key(scanner))
    if entry is not None:
        if entry.facts is not None:
            facts[path] = decode(entry.facts)
        return None
    if scanner.anchors and not any(anchor in data for anchor in scanner.anchors):
        cache.put(path, stat, key, _key(scanner), None)
        return None
    refusal = undecodable(data)
    if refusal:
        skipped.append(Skipped(path, refusal))
        return None
    return Job(path, data, scanner)


def undecodable(data: bytes) -> str:
    """Why a file is no text that may be edited, or ""."""
    if b"\0" in data:
        return "holds NUL bytes"
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start})"
    return ""


def _key(scanner: Scanner) -> str:
    return f"{scanner.name}/{scanner.version}"


def _parse(job: Job) -> tuple[bytes, str]:
    try:
        facts = scan(job.path, job.data, scanner=job.scanner)
        if b"unmoor:" in job.data:
            facts.traits["suppressions"] = ["yes"]
        return encode(facts), ""
    except Exception as error:  # a fault of ours in one file must not lose the others; it is reported, never hidden
        return b"", f"internal error in scanner {job.scanner.name}: {type(error).__name__}: {error}"


_JOBS: list[Job] = []


def _parse_index(index: int) -> tuple[int, bytes, str]:
    return (index, *_parse(_JOBS[index]))


def _run(todo: list[Job], jobs: int) -> "list[tuple[Job, bytes, str]]":
    """Largest first over forked processes where it pays; the answer keeps the order of `todo`."""
    processes = jobs or min(os.cpu_count() or 1, 8)
    total = sum(len(job.data) for job in todo)
    if processes == 1 or total < _PARALLEL_ABOVE or not hasattr(os, "fork"):
        return [(job, *_parse(job)) for job in todo]
    _JOBS[:] = todo
    order = sorted(range(len(todo)), key=lambda index: -len(todo[index].data))
    results: dict[int, tuple[bytes, str]] = {}
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for index, encoded, reason in pool.imap_unordered(_parse_index, order, chunksize=8):
            results[index] = (encoded, reason)
    _JOBS.clear()
    return [(job, *results[index]) for index, job in enumerate(todo)]
