"""Files → facts: read, look at the bytes, parse what can matter, keep the rest from being read twice."""

import os
import re
from typing import NamedTuple

import msgspec

from unmoor.files import forking
from unmoor.files.cache import Cache, Entry, decode, digest, encode
from unmoor.files.discovery import foreign
from unmoor.files.workspace import Workspace
from unmoor.model.facts import Facts, Problem
from unmoor.model.findings import Skipped
from unmoor.scanners import SCANNERS, Scanner, scan, scanner_of
from unmoor.text.ports import spoken_ports
from unmoor.text.positions import Lines

MOST_BYTES = 5_000_000
_CONFLICT = re.compile(rb"^<{7} [^\n]*\n(?:.*\n)*?={7}\r?\n(?:.*\n)*?>{7} ", re.M)
_PROSE = (".md", ".mdx", ".json")  # what they say of ports proves no listener
_CODE = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx", ".py", ".go", ".java", ".kt", ".cs", ".rb", ".php")
# What generators write at the top of a file: that they made it, and that nobody should change it by hand.
_GENERATED = re.compile(
    rb"(?i)^[ \t]*(?:/\*|\*|//|#|\"\"\").*(?:@generated\b|auto-? ?generated|generated (?:by|from|with)|code generated)"
    rb"(?:.*\n[ \t]*(?:\*|//|#)){0,4}?.*\b(?:do not|don't|should not|must not)\b.{0,30}\b(?:edit|modif|chang|touch)",
    re.M,
)
_PARALLEL_ABOVE = 400_000  # bytes to read; below, forking costs more than it gains


_KEYS = {scanner.name: f"{scanner.name}/{scanner.version}" for scanner in SCANNERS}
_VALID = frozenset(_KEYS.values())


class Job(NamedTuple):
    """A file to be read. scanner None: its first line tells."""

    path: str
    scanner: Scanner | None
    stat: tuple[int, int] | None


class Result(msgspec.Struct, array_like=True, gc=False):
    """What came of a job. reason: why the file was skipped. known: the cache has the facts already.

    scanner "": no scanner takes the file. facts None: no anchor of the scanner stands in it.
    """

    scanner: str = ""
    digest: bytes = b""
    facts: bytes | None = None
    unread: tuple[tuple[int, str], ...] = ()
    reason: str = ""
    known: bool = False


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Result)


class Outcome(NamedTuple):
    """The facts of each file that was parsed or remembered, and what could not be read, wholly or in part."""

    facts: dict[str, Facts]
    skipped: list[Skipped]


def scan_files(workspace: Workspace, paths: list[str], cache: Cache, jobs: int = 0) -> Outcome:
    """Facts of all files that some scanner takes. jobs: processes; 0 for as many as pay."""
    entries: dict[str, Entry] = {}
    skipped: list[Skipped] = []
    todo: list[Job] = []
    for path in paths:
        _look(workspace, path, cache, entries, skipped, todo)
    for job, result in zip(todo, _run(workspace, todo, cache, jobs), strict=True):
        if result.reason:
            skipped.append(Skipped(job.path, result.reason))
        elif result.scanner:
            entries[job.path] = _remember(job, result, cache)
    facts: dict[str, Facts] = {}
    for path in sorted(entries):
        entry = entries[path]
        if entry.facts is not None:
            facts[path] = decode(entry.facts)
            skipped.extend(Skipped(path, message, line) for line, message in entry.unread)
    return Outcome(facts, skipped)


def _look(
    workspace: Workspace, path: str, cache: Cache, entries: dict[str, Entry], skipped: list[Skipped], todo: list[Job]
) -> None:
    """Put what is remembered or refused where it belongs, and what must be read on the list. Nothing is opened."""
    stat = workspace.stat(path)
    entry = cache.by_stat(path, stat, _VALID)
    if entry is not None:
        entries[path] = entry
        return
    if foreign(path):
        return
    scanner = scanner_of(path)
    if scanner is None and "." in path.rpartition("/")[2]:
        return
    if stat is not None and stat[1] > MOST_BYTES:
        if scanner is not None and scanner.name != "json":
            skipped.append(Skipped(path, f"larger than {MOST_BYTES // 1_000_000} MB"))
        return
    todo.append(Job(path, scanner, stat))


def _remember(job: Job, result: Result, cache: Cache) -> Entry:
    facts, unread = result.facts, result.unread
    if result.known:
        old = cache.by_content(job.path, result.digest, _key(result.scanner))
        assert old is not None
        facts, unread = old.facts, old.unread
    mtime, size = job.stat or (0, -1)
    entry = Entry(mtime, size, result.digest, _key(result.scanner), facts, unread)
    if job.stat is not None:
        cache.put(job.path, entry)
    return entry


def _read_and_parse(workspace: Workspace, job: Job, cache: Cache) -> Result:
    """All that is done with the bytes of one file; in a process of its own, so that nothing but the answer is kept."""
    try:
        data = workspace.fetch(job.path)
    except OSError as error:
        if job.scanner is not None and not isinstance(error, FileNotFoundError):
            return Result(reason=f"cannot be read: {error.strerror}")
        return Result()
    scanner = job.scanner or scanner_of(job.path, data[:80])
    if scanner is None or not data:
        return Result()
    key = digest(data)
    if cache.by_content(job.path, key, _key(scanner.name)) is not None:
        return Result(scanner.name, key, known=True)
    if scanner.anchors and not any(anchor in data for anchor in scanner.anchors):
        return Result(scanner.name, key)
    refusal = undecodable(data)
    if refusal:
        return Result(reason=refusal)
    try:
        facts = _parse(job.path, data, scanner)
    except Exception as error:  # a fault of ours in one file must not lose the others; it is reported, never hidden
        return Result(reason=f"internal error in scanner {scanner.name}: {type(error).__name__}: {error}")
    return Result(scanner.name, key, encode(facts), _unread(data, facts.problems))


def _parse(path: str, data: bytes, scanner: Scanner) -> Facts:
    facts = scan(path, data, scanner=scanner)
    if b"unmoor:" in data:
        facts.traits["suppressions"] = ["yes"]
    if path.endswith(_CODE) and b"generated" in (head := data[:1500].lower()) and _GENERATED.search(head):
        facts.traits["generated"] = ["yes"]
    if not path.endswith(_PROSE) and (ports := spoken_ports(data)):
        facts.traits["ports"] = ports
    if _minified(path, data):
        facts.traits["minified"] = ["yes"]
    return facts


def _minified(path: str, data: bytes) -> bool:
    """Whether a script was written by a bundler: lines of more than five hundred bytes, in the mean of a large file."""
    return len(data) > 20_000 and path.endswith((".js", ".mjs", ".cjs")) and data.count(b"\n") * 500 < len(data)


def undecodable(data: bytes) -> str:
    """Why a file is no text that may be edited, or ""."""
    if b"\0" in data:
        return "holds NUL bytes"
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8 (byte {error.start})"
    return ""


def _unread(data: bytes, problems: list[Problem]) -> tuple[tuple[int, str], ...]:
    """(line, message) of the regions that a scanner did not understand, one a line."""
    if not problems:
        return ()
    lines = Lines(data)
    conflict = _CONFLICT.search(data)
    if conflict:
        return ((lines.line(conflict.start()), "a merge conflict stands here: resolve it, then scan again"),)
    found: dict[int, str] = {}
    for problem in problems:
        found.setdefault(lines.line(problem.span.start), problem.message)
    return tuple(found.items())


def _key(scanner: str) -> str:
    return _KEYS[scanner]


def _run(workspace: Workspace, todo: list[Job], cache: Cache, jobs: int) -> list[Result]:
    """The results in the order of `todo`. Largest files first over forked processes, where that pays."""
    processes = jobs or min(os.cpu_count() or 1, 8)
    sizes = [job.stat[1] if job.stat else len(workspace.overlay.get(job.path, b"")) for job in todo]
    if processes == 1 or sum(sizes) < _PARALLEL_ABOVE or not forking.available():
        return [_read_and_parse(workspace, job, cache) for job in todo]
    order = sorted(range(len(todo)), key=lambda index: -sizes[index])

    def work(index: int) -> bytes:
        return _encoder.encode(_read_and_parse(workspace, todo[index], cache))

    answers = forking.spread(order, work, processes)
    lost = Result(reason="the process that read it was ended")
    return [_decoder.decode(answers[index]) if index in answers else lost for index in range(len(todo))]
