"""Subjects: linked facts, as rules see them.

A linker (`unmoor.link`) takes a fact, asks the topology, and says what it learnt: attributes, a verdict, the chain of
reasons, the right value. A rule is a predicate over a subject and adds nothing of its own.
"""

from typing import Any, NamedTuple

from msgspec import Struct, field

from unmoor.model.facts import Reference
from unmoor.model.spans import Location, Span


class Reason(NamedTuple):
    """One link in the chain that led to a verdict; `at` is the line that decides, if there is one."""

    text: str
    at: Location | None = None


class Target(Struct, frozen=True):
    """What a reference means to reach. `address` is the right value from where the reference is evaluated."""

    service: str = ""
    stack: str = ""
    port: int | None = None
    address: str = ""
    verdict: str = "unknown"


class Subject(Struct):
    """A linked fact.

    kind: what a rule's `on:` selects; the kinds and the attributes of each are listed in `unmoor.link.vocabulary`.
    attrs: what a rule's `when:` and `message:` may name, by dotted key ("runtime.service").
    suggestion: the right value in place of `value`, if the topology or the tree knows it; what a codemod writes.
    """

    kind: str
    path: str
    span: Span
    value: str
    attrs: dict[str, Any] = field(default_factory=dict)
    verdict: str = ""
    reasons: list[Reason] = field(default_factory=list)
    related: list[Reason] = field(default_factory=list)
    target: Target | None = None
    suggestion: str = ""
    reference: Reference | None = None
    scope: str = ""
