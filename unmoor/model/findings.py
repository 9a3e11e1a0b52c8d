"""Findings, edits and fixes: what rules and codemods make, and what reports and the writer read."""

from enum import IntEnum
from typing import Any, Literal

from msgspec import Struct, field

from unmoor.model.facts import Reference
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Reason, Target

Applicability = Literal["safe", "unsafe", "display-only"]


class Severity(IntEnum):
    """Ordered: a gate `--fail-on warning` lets notes pass."""

    note = 0
    warning = 1
    error = 2


class Edit(Struct, frozen=True, order=True):
    """Replace the bytes of `span` in `path` (relative to the root) by `text`."""

    path: str
    span: Span
    text: str


class Fix(Struct, frozen=True):
    """Edits, possibly in several files, that go in whole or not at all.

    symlinks and new files are edits of the tree: `creates` maps a path to its content, `links` a path to its target.
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...] = ()
    creates: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Refusal(Struct, frozen=True):
    """Why a codemod made no fix here; shown in the summary of `unmoor fix`."""

    reason: str


class Finding(Struct):
    """A rule's hit. `baseline` is "new" or "known"; `suppressed` holds the reason given, or None."""

    rule: str
    family: str
    severity: Severity
    confidence: str
    location: Location
    value: str
    message: str
    reasons: list[Reason] = field(default_factory=list)
    related: list[Reason] = field(default_factory=list)
    reference: Reference | None = None
    runtime: str = ""
    target: Target | None = None
    attrs: dict[str, Any] = field(default_factory=dict)
    suggestion: str = ""
    scope: str = ""
    fixes: list[Fix] = field(default_factory=list)
    refusal: str = ""
    suppressed: str | None = None
    baseline: str = "new"
    fingerprint: str = ""

    @property
    def path(self) -> str:
        """The file, relative to the root."""
        return self.location.path

    @property
    def span(self) -> Span:
        """The bytes of the value."""
        return self.location.span


class Skipped(Struct, frozen=True):
    """A file that was listed and not (wholly) understood, with the place and the reason. line 0: the whole file."""

    path: str
    reason: str
    line: int = 0


class Report(Struct):
    """All that a report may show. `sources` gives the bytes of a path for excerpts; topology is its JSON form.

    places: (line, column, end line, end column) of locations whose source is not at hand (a report read from JSON).
    """

    root: str
    listed: int
    scanned: int
    findings: list[Finding]
    skipped: list[Skipped]
    sources: dict[str, bytes] = field(default_factory=dict)
    topology: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    places: dict[Location, tuple[int, int, int, int]] = field(default_factory=dict)
