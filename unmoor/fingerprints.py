"""The identity of a finding, by content: scheme `unmoor/v1`.

sha256 of rule, path, scope and redacted value, and an ordinal among findings that agree in all four. No line, column,
message, version or time goes in, so edits above a finding, new wording and moved dates change nothing. The scheme is
part of every baseline and of code-scanning histories: it never changes silently.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from unmoor.model.findings import Finding
from unmoor.text.addresses import redact

SCHEME = "unmoor/v1"


def digest(rule: str, path: str, scope: str, value: str) -> str:
    """32 hexadecimal digits for what makes a finding itself, without its ordinal."""
    text = "\0".join((SCHEME, rule, path, scope, normalise(value)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def normalise(value: str) -> str:
    """A value without credentials and with every run of white space as one blank."""
    return " ".join(redact(value).split())


def stamp(findings: Iterable[Finding], sources: Mapping[str, bytes]) -> None:
    """Set the fingerprint of each finding. Ordinals count in the order of the file; `sources` is not needed so far.

    Several findings of one rule at one very place (one address, two runtimes) are told apart by their order too.
    """
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[digest(finding.rule, finding.path, finding.scope, finding.value)].append(finding)
    for key, group in groups.items():
        group.sort(key=lambda finding: (finding.span, finding.message))
        for ordinal, finding in enumerate(group):
            finding.fingerprint = f"{key}:{ordinal}"
