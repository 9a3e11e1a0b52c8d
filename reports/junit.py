"""JUnit XML: a test suite a file, a failed test case a finding; notes pass and are told in `system-out`.

The shape is what Jenkins, GitLab and Azure read (https://github.com/testmoapp/junitxml).
"""

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from unmoor.model.findings import Finding, Report, Severity
from unmoor.reports.excerpts import Places, active, closing
from unmoor.text.secrets import clean

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, *, color: bool = False, width: int = 100) -> str:
    """The document; a scan without findings holds one case that passed, since an empty file reads as a failure."""
    places = Places(report)
    suites = []
    findings = active(report)
    for path, group in groupby(findings, key=lambda finding: finding.path):
        cases = list(group)
        failed = sum(_fails(finding) for finding in cases)
        body = "".join(_case(finding, places) for finding in cases)
        suites.append(
            f'  <testsuite name={_attribute(path)} tests="{len(cases)}" failures="{failed}">\n{body}  </testsuite>\n'
        )
    if not suites:
        passed = f"<system-out>{_text(closing(report))}</system-out>"
        case = f'    <testcase name="scan" classname="unmoor">{passed}</testcase>\n'
        suites.append(f'  <testsuite name="unmoor" tests="1" failures="0">\n{case}  </testsuite>\n')
    failures = sum(_fails(finding) for finding in findings)
    head = (
        f'<testsuites name="unmoor" tests="{max(1, len(findings))}" failures="{failures}" time="{report.seconds:.3f}">'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{"".join(suites)}</testsuites>\n'


def _fails(finding: Finding) -> bool:
    return finding.severity > Severity.note


def _case(finding: Finding, places: Places) -> str:
    place = places.of(finding.location)
    name = f"{finding.rule} {place.line}:{place.column}"
    where = f'classname={_attribute(place.path)} file={_attribute(place.path)} line="{place.line}"'
    head = f"    <testcase name={_attribute(name)} {where}>"
    lines = [f"{place}", clean(finding.message), *(clean(reason.text) for reason in finding.reasons)]
    lines += [f"use {clean(finding.suggestion)}"] if finding.suggestion else []
    body = _text("\n".join(lines))
    if _fails(finding):
        message = _attribute(clean(finding.message))
        body = f'<failure message={message} type="{finding.severity.name}">{body}</failure>'
    else:
        body = f"<system-out>{body}</system-out>"
    return f"{head}{body}</testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_ILLEGAL.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _text(text: str) -> str:
    return escape(_ILLEGAL.sub("\ufffd", text))
