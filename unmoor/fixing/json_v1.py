"""The run for programs, `unmoor-fixes/1`: what was done to which bytes, and what was left and why.

Offsets are bytes, lines and columns 1-based, and all are of the files as they were before the run. The edits of a file
are all that was done to it: they touch nowhere, and made in any order they give its new content. The edits of a finding
are its share of them; where a later pass wrote into what an earlier one had written, the place is that of the earlier.
Keys are added, never renamed or dropped.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from unmoor import __version__
from unmoor.fixing import plan
from unmoor.fixing.patch import diff
from unmoor.fixing.places import Kind
from unmoor.fixing.trail import Trail
from unmoor.model import findings as model
from unmoor.model.spans import Span
from unmoor.text.positions import Lines
from unmoor.text.secrets import clean

SCHEMA = "unmoor-fixes/1"


class Position(Struct, frozen=True):
    """A place: line and column (characters) for people, byte offset for programs."""

    line: int
    column: int
    byte: int


class Edit(Struct, frozen=True):
    """Replace the bytes from `start` to `end` of `path` by `text`."""

    path: str
    start: int
    end: int
    text: str


class Link(Struct, frozen=True):
    """A symlink that is made; both paths relative to the root."""

    path: str
    target: str


class File(Struct, frozen=True):
    """A file that changes, or is made: the edits, and the same as a diff that `git apply` takes."""

    path: str
    created: bool
    edits: list[Edit]
    patch: str


class Finding(Struct, frozen=True):
    """What names a finding, as in `unmoor/1`."""

    rule: str
    severity: str
    path: str
    start: Position
    end: Position
    value: str
    fingerprint: str


class Applied(Finding, frozen=True):
    """A finding that was mended. pass: 1, or more for what could only be mended after something else was."""

    title: str
    applicability: str
    turn: int = msgspec.field(name="pass")
    edits: list[Edit]
    creates: list[str]
    links: list[Link]


class Refused(Finding, frozen=True):
    """A finding that was left.

    kind: "unsafe" (wants --unsafe-fixes), "shown" (a person must choose), "declined", "unproven" (the fix failed its
    proof), "none" (no fix could be made).
    """

    kind: Kind
    reason: str


class Summary(Struct, frozen=True):
    """How many of each."""

    files: int
    applied: int
    refused: int


class Document(Struct, frozen=True):
    """The whole run. written: whether the tree has been changed, or only would be.

    revealed: findings that could not be seen before, since what they depend on was missing.
    """

    schema: str
    tool: dict[str, str]
    written: bool
    passes: int
    files: list[File]
    links: list[Link]
    applied: list[Applied]
    refused: list[Refused]
    revealed: list[Finding]
    problem: str | None
    summary: Summary


def render(outcome: plan.Outcome, read: Callable[[str], bytes], *, written: bool) -> bytes:
    """The document as indented JSON."""
    document = _Writer(outcome, read).document(written=written)
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


class _Writer:
    def __init__(self, outcome: plan.Outcome, read: Callable[[str], bytes]) -> None:
        self.outcome, self.read = outcome, read
        self.trail = Trail.of(outcome)
        self._lines: dict[str, Lines] = {}

    def document(self, *, written: bool) -> Document:
        outcome = self.outcome
        files = [self._file(path) for path in outcome.changed]
        applied = [self._applied(item) for item in outcome.applied]
        refused = [
            Refused(*self._finding(item.finding, None), kind=item.kind, reason=item.reason) for item in outcome.refused
        ]
        return Document(
            schema=SCHEMA,
            tool={"name": "unmoor", "version": __version__},
            written=written,
            passes=outcome.passes,
            files=files,
            links=[Link(_name(path), _name(target)) for path, target in sorted(outcome.links.items())],
            applied=applied,
            refused=refused,
            revealed=[Finding(*self._finding(one, None)) for one in outcome.revealed],
            problem=outcome.problem or None,
            summary=Summary(len(files), len(applied), len(refused)),
        )

    def _file(self, path: str) -> File:
        before = self.outcome.originals.get(path)
        patch = diff(path, before, self.outcome.overlay[path]).decode("utf-8", "replace")
        return File(_name(path), before is None, [_edit(edit) for edit in self.trail.edits(path)], patch)

    def _applied(self, item: plan.Applied) -> Applied:
        fix = item.fix
        return Applied(
            *self._finding(item.finding, item.turn),
            title=clean(fix.title),
            applicability=fix.applicability,
            turn=item.turn,
            edits=[_edit(e, self.trail.origin(e.path, e.span, item.turn)) for e in fix.edits],
            creates=[_name(path) for path, _ in fix.creates],
            links=[Link(_name(path), _name(target)) for path, target in fix.links],
        )

    def _finding(self, found: model.Finding, turn: int | None) -> tuple[str, str, str, Position, Position, str, str]:
        span = self.trail.origin(found.path, found.span, turn)
        start, end = self._position(found.path, span.start), self._position(found.path, span.end)
        return found.rule, found.severity.name, _name(found.path), start, end, clean(found.value), found.fingerprint

    def _position(self, path: str, offset: int) -> Position:
        if path not in self._lines:
            original = self.outcome.originals
            self._lines[path] = Lines((original[path] or b"") if path in original else self.read(path))
        line, column = self._lines[path].position(offset)
        return Position(line, column, offset)


def _edit(edit: model.Edit, span: Span | None = None) -> Edit:
    place = span or edit.span
    return Edit(_name(edit.path), place.start, place.end, edit.text)


def _name(path: str) -> str:
    """A path as JSON can hold it: bytes that are no UTF-8 are lost."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def schema() -> dict[str, object]:
    """The JSON schema of the document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Run of `unmoor fix`, {SCHEMA}",
        **msgspec.json.schema(Document),
    }
