"""A suppression that nothing needs goes: its rule id, or the whole comment where it was the only one."""

import re

from unmoor.codemods.placing import narrowed
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span


def fix(request: Request) -> Fix | Refusal:
    """Remove the id or the comment; an unknown id with a near one is corrected instead."""
    finding, source = request.finding, request.source
    path = finding.path
    if finding.rule.startswith("unknown") and finding.suggestion:
        edit = narrowed(path, finding.span, finding.value, finding.suggestion)
        return Fix(f"write `{finding.suggestion}`", request.applicability, (edit,))
    comment = finding.attrs.get("comment")
    if finding.attrs.get("others"):
        lo, hi = finding.span
        before = re.search(rb",\s*$", source[:lo])
        after = re.match(rb"\s*,\s*", source[hi : hi + 40])
        span = Span(lo, hi + after.end()) if after else Span(before.start() if before else lo, hi)
        return Fix(f"remove `{finding.value}`", request.applicability, (Edit(path, span, ""),))
    if not comment:
        return Refusal("where the comment stands is not known")
    lo, hi = int(comment[0]), int(comment[1])
    if finding.attrs.get("alone"):
        start = source.rfind(b"\n", 0, lo) + 1
        end = source.find(b"\n", hi)
        span = Span(start, len(source) if end < 0 else end + 1)
    else:
        blank = re.search(rb"[ \t]*$", source[:lo])
        span = Span(blank.start() if blank else lo, hi)
    return Fix("remove the comment", request.applicability, (Edit(path, span, ""),))
