"""Subjects → findings: which rules hold, at which severity, in which words, and which one speaks for a place."""

import re
from collections.abc import Iterable
from typing import Any

from unmoor.model.findings import Finding, Severity
from unmoor.model.spans import Location
from unmoor.model.subjects import Subject
from unmoor.rules.page import Rule
from unmoor.rules.predicate import attribute
from unmoor.text.addresses import redact

_FIELD = re.compile(r"\{([\w.-]+)\}")


def judge(subjects: Iterable[Subject], rules: Iterable[Rule]) -> list[Finding]:
    """The findings, one a family at each place, in order of path and place. Own worlds need the persona `pedantic`."""
    by_kind: dict[str, list[Rule]] = {}
    for rule in rules:
        for kind in rule.on:
            by_kind.setdefault(kind, []).append(rule)
    chosen: dict[tuple[str, int, str], tuple[tuple[bool, int], Finding]] = {}
    for subject in subjects:
        for rule in by_kind.get(subject.kind, ()):
            if rule.predicate(subject):
                finding = make(rule, subject)
                place = (subject.path, subject.span.start, rule.family)
                order = (finding.severity == Severity.note, rule.rank)
                if place not in chosen or order < chosen[place][0]:
                    chosen[place] = (order, finding)
    return sorted((finding for _, finding in chosen.values()), key=lambda f: (f.path, f.span, f.rule))


def make(rule: Rule, subject: Subject) -> Finding:
    """The finding of a rule at a subject. Credentials never get into value or message."""
    runtime = str(attribute(subject, "runtime") or "")
    service = attribute(subject, "runtime.service")
    return Finding(
        rule=rule.id,
        family=rule.family,
        severity=Severity[severity(rule, subject)],
        confidence=str(subject.attrs.get("confidence") or rule.confidence),
        location=Location(subject.path, subject.span),
        value=redact(subject.value),
        message=redact(word(rule.message, subject)),
        reasons=subject.reasons,
        related=subject.related,
        reference=subject.reference,
        runtime=f"{runtime}:{service}" if service and runtime == "container" else runtime,
        target=subject.target,
        attrs=subject.attrs,
        suggestion=subject.suggestion,
        scope=subject.scope or (subject.reference.scope if subject.reference else ""),
    )


def severity(rule: Rule, subject: Subject) -> str:
    """The first level that holds, else the rule's own; `lower: true` of a subject takes one step down."""
    found = next((name for predicate, name in rule.levels if predicate(subject)), rule.severity)
    if subject.attrs.get("lower"):
        return {"error": "warning", "warning": "note"}.get(found, found)
    return found


def word(template: str, subject: Subject) -> str:
    """The message: `{key}` is an attribute. A clause in `[…]` falls away if one of its keys is empty."""

    def value(key: str) -> str:
        found: Any = attribute(subject, key)
        if isinstance(found, list | tuple):
            return ", ".join(str(item) for item in found)
        return "" if found is None else str(found)

    def clause(match: "re.Match[str]") -> str:
        keys = _FIELD.findall(match.group(1))
        return match.group(1) if keys and all(value(key) for key in keys) else "" if keys else match.group()

    text = re.sub(r"\[\[(.*?)\]\]", clause, template)
    return _FIELD.sub(lambda match: value(match.group(1)), text).strip()
