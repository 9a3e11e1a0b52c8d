"""A rule page: front matter, prose and examples of one Markdown file (docs/design.md, "Subjects and rules")."""

import re
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, field

from unmoor.model.errors import UserError
from unmoor.rules.predicate import Predicate, PredicateError, compile_table

_FRONT = re.compile(r"\A---\r?\n(.*?)^---\s*$\r?\n?", re.S | re.M)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEYS = {"severity", "levels", "on", "when", "fix", "message", "confidence", "persona", "rank", "fingerprint", "family"}
_SEVERITIES = ("error", "warning", "note")
_MARK = re.compile(r"[ \t]*(?:#|//|<!--|/\*|;|--|\{/\*|REM)?[ \t]*<- (finding|note)\b[^\n]*?(?:-->|\*/\}?)?[ \t]*(?=\r?$)", re.M)


class Example(Struct):
    """A small project. files: path → content without marks. marks: (path, line, is a note) that must be found there."""

    title: str
    line: int
    files: dict[str, str]
    marks: list[tuple[str, int, bool]] = field(default_factory=list)


class Rule(Struct):
    """One rule. `levels` are tried in order before `severity`."""

    id: str
    family: str
    severity: str
    on: tuple[str, ...]
    predicate: Predicate
    message: str
    source: str
    levels: tuple[tuple[Predicate, str], ...] = ()
    fix: dict[str, Any] = field(default_factory=dict)
    confidence: str = "high"
    persona: str = "regular"
    rank: int = 50
    summary: str = ""
    body: str = ""


def read(path: Path, vocabulary: dict[str, dict[str, str]], family: str = "") -> Rule:
    """The rule of a page. Raises UserError with file, line and a hint where the page is wrong."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read", str(error)) from None
    match = _FRONT.match(text)
    if not match:
        raise UserError(f"{path}:1: no front matter", help="a rule page begins with `---`, its table, and `---`")
    table = _table(path, match.group(1))
    body = text[match.end() :]
    try:
        return _rule(path, table, body, vocabulary, family)
    except PredicateError as error:
        raise UserError(f"{path}:{_line_of(match.group(1), error.key)}: {error}") from None


def _table(path: Path, front: str) -> dict[str, Any]:
    try:
        table = yaml.load(front, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UserError(f"{path}:{mark.line + 2 if mark else 1}: front matter is no YAML", str(error)) from None
    if not isinstance(table, dict):
        raise UserError(f"{path}:1: front matter is no table")
    # YAML 1.1 reads the key `on` as true
    return {("on" if key is True else str(key)): value for key, value in table.items()}


def _rule(path: Path, table: dict[str, Any], body: str, vocabulary: dict[str, dict[str, str]], family: str) -> Rule:
    for key in table:
        if key not in _KEYS:
            raise PredicateError(f"unknown key `{key}`; known are {', '.join(sorted(_KEYS))}", key)
    kinds = table.get("on", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    for kind in kinds:
        if kind not in vocabulary:
            raise PredicateError(f"`on: {kind}` is no subject; known are {', '.join(sorted(vocabulary))}", "on")
    known = {"verdict", "value", "path", "suggestion", "kind", "role", "language", "target.service", "target.port"}
    known |= {key for kind in kinds for key in vocabulary[kind]}
    levels = []
    for level in table.get("levels", []):
        _severity(level.get("severity"))
        levels.append((compile_table(level.get("when", {}), known), level["severity"]))
    heading = re.search(r"^# (.+)$", body, re.M)
    if not heading or heading.group(1).strip() != path.stem:
        raise PredicateError(f"the page's heading must be `# {path.stem}`", "severity")
    prose = [part for part in re.split(r"\n\s*\n", body[heading.end() :].strip()) if not part.startswith("#")]
    return Rule(
        path.stem, str(table.get("family", family)), _severity(table.get("severity")), tuple(kinds),
        compile_table(table.get("when", {}), known), str(table.get("message", "")), str(path), tuple(levels),
        table.get("fix", {}) or {}, str(table.get("confidence", "high")), str(table.get("persona", "regular")),
        int(table.get("rank", 50)), " ".join(prose[0].split()) if prose else "", body,
    )  # fmt: skip


def _severity(value: Any) -> str:
    if value not in _SEVERITIES:
        raise PredicateError(f"severity `{value}` is none of error, warning, note", "severity")
    return str(value)


def _line_of(front: str, key: str) -> int:
    for number, line in enumerate(front.splitlines(), 2):
        if re.search(rf"(^|[\s{{,\-]){re.escape(key)}\s*:", line):
            return number
    return 1


def examples(rule: Rule, section: str) -> list[Example]:
    """The examples of a section ("Bad", "Fixed", "Good"); a `###` heading begins the next one."""
    front = len(Path(rule.source).read_text("utf-8").splitlines()) - len(rule.body.splitlines())
    found: list[Example] = []
    current, inside = None, False
    lines = rule.body.splitlines(keepends=True)
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.startswith("## "):
            inside, current = line[3:].strip() == section, None
        elif line.startswith("### ") and inside:
            current = Example(line[4:].strip(), front + number + 1, {})
            found.append(current)
        fence = re.match(r"(`{3,}|~{3,})\S*\s+.*?file=(\S+)", line) if inside else None
        if fence or re.match(r"(`{3,}|~{3,})", line):
            end = _fence_end(lines, number)
            if fence:
                if current is None:
                    current = Example("", front + number + 1, {})
                    found.append(current)
                _add(current, fence.group(2), "".join(lines[number + 1 : end]))
            number = end
        number += 1
    return found


def _fence_end(lines: list[str], start: int) -> int:
    opening = re.match(r"(`{3,}|~{3,})", lines[start])
    assert opening is not None
    for number in range(start + 1, len(lines)):
        if lines[number].startswith(opening.group(1)):
            return number
    return len(lines)


def _add(example: Example, path: str, content: str) -> None:
    for number, line in enumerate(content.splitlines(), 1):
        mark = _MARK.search(line)
        if mark:
            example.marks.append((path, number, mark.group(1) == "note"))
    example.files[path] = _MARK.sub("", content)
