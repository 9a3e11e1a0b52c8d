"""The JSON that programs read, `unmoor/1`: its own frozen types, so that the model may change and this may not.

Fields are only ever added. `unmoor-v1.schema.json` beside this file describes it; a test holds the two together.
Positions: lines and columns 1-based, columns count characters, `byte` and edits count bytes, half-open.
"""

import msgspec
from msgspec import Struct

from unmoor import __version__
from unmoor.model import findings as model
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason
from unmoor.reports.excerpts import Places, counts, ordered
from unmoor.text.secrets import clean

SCHEMA = "unmoor/1"


class Tool(Struct, frozen=True):
    """What wrote the document."""

    name: str
    version: str


class Skipped(Struct, frozen=True):
    """A file that was not, or not wholly, understood. line 0: the whole file."""

    path: str
    reason: str
    line: int = 0


class Files(Struct, frozen=True):
    """How many files there are, how many were read, and which could not be."""

    listed: int
    scanned: int
    skipped: list[Skipped]


class Position(Struct, frozen=True):
    """A point in a file."""

    line: int
    column: int
    byte: int


class Reference(Struct, frozen=True):
    """What was found there, where it is evaluated, and what it is for."""

    kind: str
    role: str
    runtime: str
    language: str


class Target(Struct, frozen=True):
    """What the reference means to reach, and what the topology says of it."""

    service: str
    port: int | None
    verdict: str
    address: str = ""


class Related(Struct, frozen=True):
    """A place that decides."""

    path: str
    start: Position
    message: str


class Edit(Struct, frozen=True):
    """Replace the bytes start..end of a file."""

    path: str
    start: int
    end: int
    text: str


class Created(Struct, frozen=True):
    """A new file."""

    path: str
    text: str


class Link(Struct, frozen=True):
    """A new symbolic link."""

    path: str
    target: str


class Fix(Struct, frozen=True, omit_defaults=True):
    """Goes in whole or not at all. creates, links: present only where a fix makes files."""

    title: str
    applicability: str
    edits: list[Edit]
    creates: list[Created] = []
    links: list[Link] = []


class Finding(Struct, frozen=True):
    """One finding. suppressed: the reason given, or null; baseline: "new" or "known"."""

    rule: str
    family: str
    severity: str
    confidence: str
    path: str
    start: Position
    end: Position
    value: str
    message: str
    reasons: list[str]
    reference: Reference | None
    target: Target | None
    related: list[Related]
    fixes: list[Fix]
    suppressed: str | None
    baseline: str
    fingerprint: str
    suggestion: str = ""


class Summary(Struct, frozen=True):
    """Findings that count, by severity, and those that do not."""

    error: int
    warning: int
    note: int
    suppressed: int
    baselined: int


class Document(Struct, frozen=True):
    """The whole report."""

    schema: str
    tool: Tool
    root: str
    files: Files
    findings: list[Finding]
    summary: Summary


def render(report: model.Report, *, color: bool = False, width: int = 100) -> str:
    """The document as indented JSON, one trailing newline. `color` and `width` have no meaning here."""
    return msgspec.json.format(msgspec.json.encode(document(report)), indent=2).decode() + "\n"


def document(report: model.Report) -> Document:
    """The document as a value; every text in it is free of credentials."""
    places = Places(report)
    total = counts(report)
    return Document(
        schema=SCHEMA,
        tool=Tool("unmoor", __version__),
        root=report.root,
        files=Files(report.listed, report.scanned, [Skipped(s.path, s.reason, s.line) for s in report.skipped]),
        findings=[finding(item, places) for item in ordered(report.findings)],
        summary=Summary(*total),
    )


def finding(item: model.Finding, places: Places) -> Finding:
    """One finding as it is written."""
    place = places.of(item.location)
    reference, target = item.reference, item.target
    return Finding(
        rule=item.rule,
        family=item.family,
        severity=item.severity.name,
        confidence=item.confidence,
        path=item.path,
        start=Position(place.line, place.column, place.start),
        end=Position(place.end_line, place.end_column, place.end),
        value=clean(item.value),
        message=clean(item.message),
        reasons=[clean(reason.text) for reason in item.reasons],
        reference=Reference(reference.kind, reference.role, item.runtime or reference.runtime, reference.language)
        if reference
        else None,
        target=Target(target.service, target.port, target.verdict, clean(target.address)) if target else None,
        related=[_related(reason, reason.at, places) for reason in _places(item) if reason.at],
        fixes=[fix(each) for each in item.fixes],
        suppressed=None if item.suppressed is None else clean(item.suppressed) or "no reason given",
        baseline=item.baseline,
        fingerprint=item.fingerprint,
        suggestion=clean(item.suggestion),
    )


def _places(item: model.Finding) -> list[Reason]:
    """Every deciding line once: those of the chain, and those named besides."""
    seen: set[Location] = set()
    found: list[Reason] = []
    for reason in [*item.related, *item.reasons]:
        if reason.at and reason.at not in seen:
            seen.add(reason.at)
            found.append(reason)
    return found


def _related(reason: Reason, at: Location, places: Places) -> Related:
    place = places.of(at)
    return Related(place.path, Position(place.line, place.column, place.start), clean(reason.text))


def fix(item: model.Fix) -> Fix:
    """A fix as it is written. One whose text holds a credential can only be looked at."""
    edits = [Edit(e.path, e.span.start, e.span.end, clean(e.text)) for e in item.edits]
    creates = [Created(path, clean(text)) for path, text in item.creates]
    whole = [e.text for e in edits] == [e.text for e in item.edits] and [c.text for c in creates] == [
        text for _, text in item.creates
    ]
    links = [Link(path, target) for path, target in item.links]
    return Fix(clean(item.title), item.applicability if whole else "display-only", edits, creates, links)
