"""Suppression comments: `unmoor: ignore[rule-id, other] reason`, in the comment of whatever language.

Lexical, over bytes: a comment is a comment marker with `unmoor:` right behind it, so the same few lines serve every
language, block scalars and heredocs included. There is no blanket form: each comment names its rules.

    ignore[…]        on the line, or alone on the line above: then for the whole statement that follows
    ignore-file[…]   for the file
    disable[…] … enable[…]   for the lines between
"""

import re
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct, field

from unmoor.fingerprints import stamp
from unmoor.model.findings import Finding, Severity
from unmoor.model.spans import Location, Span
from unmoor.statements import Extent
from unmoor.text.positions import Lines

_MARKER = rb"(?P<marker>\{/\*|/\*+|<!--|//+|#+|--|;+|\bREM\b|(?m:^)[ \t]*\*)"
_DIRECTIVE = re.compile(
    _MARKER + rb"[ \t]*unmoor:[ \t]*(?P<verb>ignore-file|file-ignore|ignore|disable|enable)[ \t]*"
    rb"\[(?P<ids>[^\]\r\n]*)\](?P<reason>[^\r\n]*)"
)
_ID = re.compile(rb"[^\s,]+")
_CLOSERS = re.compile(rb"\s*(\*/\}?|--+>)(.*)$")
_PROSE = (".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt")
UNUSED, UNKNOWN = "unused-suppression", "unknown-suppression"


class Directive(Struct):
    """One comment. ids: rule id → its span. lines: the first and last line it speaks for (1-based, both in).

    span: the whole comment, marker and closer in. alone: nothing else stands on its line. exact: the byte range of a
    trailing comment's own line, for reports. quoted: it stands in prose as an example, so it is never "unused".
    """

    verb: str
    ids: dict[str, Span]
    reason: str
    span: Span
    alone: bool
    lines: tuple[int, int]
    quoted: bool = False
    used: set[str] = field(default_factory=set)


def apply(
    findings: list[Finding],
    sources: Mapping[str, bytes],
    ignore: bool = False,
    *,
    rules: Collection[str] | None = None,
    known: Collection[str] | None = None,
) -> list[Finding]:
    """The findings, with `suppressed` set where a comment says so, and with findings about the comments themselves.

    ignore: leave every comment out of account. rules: ids that ran (a comment for another is not "unused"); known: ids
    that exist; None takes the built-in catalogue and `rules`.
    """
    if ignore:
        return findings
    added: list[Finding] = []
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    for path, source in sources.items():
        if b"unmoor:" not in source:
            continue
        found = directives(path, source)
        lines = Lines(source)
        for finding in by_path.get(path, ()):
            _suppress(finding, found, lines)
        added.extend(_complain(path, found, rules, known))
    stamp(added, sources)
    return findings + added


def _suppress(finding: Finding, found: list[Directive], lines: Lines) -> None:
    first = lines.line(finding.span.start)
    last = lines.line(max(finding.span.end - 1, finding.span.start))
    for directive in found:
        if finding.rule not in directive.ids:
            continue
        low, high = directive.lines
        if low <= first <= high or (not directive.alone and first <= low <= last):
            directive.used.add(finding.rule)
            if finding.suppressed is None:
                finding.suppressed = directive.reason


def _complain(
    path: str, found: list[Directive], rules: Collection[str] | None, known: Collection[str] | None
) -> Iterator[Finding]:
    """Findings about ids that no rule has, and about comments that nothing needs."""
    if not found:
        return
    everything = _catalogue(rules) if known is None else set(known)
    for directive in found:
        if directive.quoted or directive.verb == "enable":
            continue
        for name, span in directive.ids.items():
            if name not in everything:
                if rules is None or UNKNOWN in rules:
                    yield _finding(UNKNOWN, path, directive, name, span, _unknown_message(name, everything))
            elif name not in directive.used and (rules is None or (name in rules and UNUSED in rules)):
                message = f"nothing here needs `{directive.verb}[{name}]` any more"
                yield _finding(UNUSED, path, directive, name, span, message)


def _catalogue(rules: Collection[str] | None) -> set[str]:
    from unmoor.rules import load

    return {*load().rules, *(rules or ())}


def _unknown_message(name: str, everything: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(everything), 1)
    return f"no rule is called `{name}`" + (f"; did you mean `{near[0]}`?" if near else "")


def _finding(rule: str, path: str, directive: Directive, name: str, span: Span, message: str) -> Finding:
    """`attrs` tell the codemod where the comment stands and what would be left of it."""
    from difflib import get_close_matches

    known = sorted(_catalogue(None)) if rule == UNKNOWN else []
    return Finding(
        rule=rule,
        family="unmoor",
        severity=Severity.warning,
        confidence="high",
        location=Location(path, span),
        value=name,
        message=message,
        suggestion=next(iter(get_close_matches(name, known, 1)), ""),
        attrs={
            "comment": list(directive.span),
            "alone": directive.alone,
            "verb": directive.verb,
            "others": [other for other in directive.ids if other != name],
        },
    )


def directives(path: str, source: bytes) -> list[Directive]:
    """Every suppression comment of a file, in order."""
    found: list[Directive] = []
    lines = Lines(source)
    extent = Extent(path, source, lines)
    for match in _DIRECTIVE.finditer(source):
        begin = match.start("marker")
        before = source[source.rfind(b"\n", 0, begin) + 1 : begin]
        if before[-1:] in (b"`", b'"', b"'"):
            continue  # quoted: a text about suppression comments
        reason, end = _reason(match)
        alone = not before.replace(b"\xef\xbb\xbf", b"").strip(b" \t*>") and not source[end:].split(b"\n", 1)[0].strip()
        ids: dict[str, Span] = {}
        for word in _ID.finditer(match.group("ids")):
            at = match.start("ids") + word.start()
            ids.setdefault(word.group().decode("utf-8", "replace"), Span(at, at + len(word.group())))
        verb = match.group("verb").decode().replace("file-ignore", "ignore-file")
        line = lines.line(begin)
        quoted = path.lower().endswith(_PROSE) and (
            match.group("marker") not in (b"<!--", b"{/*") or extent.in_fence(line)
        )
        scope = _scope(verb, line, alone, extent, lines)
        found.append(Directive(verb, ids, reason, Span(begin, end), alone, scope, quoted))
    return _close(found)


def _reason(match: "re.Match[bytes]") -> tuple[str, int]:
    """The words behind the brackets without the comment's closer, and where the comment ends."""
    raw, end = match.group("reason"), match.end()
    marker = match.group("marker")
    if marker.startswith((b"/*", b"{/*", b"<!--")) or marker.strip() == b"*":
        closer = _CLOSERS.search(raw)
        if closer:
            end -= len(closer.group(2))
            raw = raw[: closer.start()]
    return raw.decode("utf-8", "replace").strip().lstrip(":-–— ").strip(), end


def _scope(verb: str, line: int, alone: bool, extent: Extent, lines: Lines) -> tuple[int, int]:
    if verb == "ignore-file":
        return 1, len(lines.starts)
    if verb in ("disable", "enable"):
        return line, len(lines.starts)
    return extent.below(line) if alone else extent.on(line)


def _close(found: list[Directive]) -> list[Directive]:
    """End each `disable` at the next `enable` that names one of its rules; split where only some are named."""
    result: list[Directive] = []
    for index, directive in enumerate(found):
        if directive.verb != "disable":
            result.append(directive)
            continue
        for name, span in directive.ids.items():
            end = next(
                (later.lines[0] for later in found[index + 1 :] if later.verb == "enable" and name in later.ids),
                directive.lines[1],
            )
            result.append(
                Directive(
                    "disable",
                    {name: span},
                    directive.reason,
                    directive.span,
                    directive.alone,
                    (directive.lines[0], end),
                    directive.quoted,
                )
            )
    return [directive for directive in result if directive.verb != "enable"]
