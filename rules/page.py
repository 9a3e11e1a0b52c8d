"""A rule page: front matter, prose and examples of one Markdown file (docs/design.md, "Subjects and rules")."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
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
_MARK = re.compile(
    r"[ \t]*(?:#|//|<!--|/\*|;|--|\{/\*|REM)?[ \t]*<- (finding|note)\b[^\n]*?(?:-->|\*/\}?)?[ \t]*(?=\r?$)", re.M
)


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


def read(path: Path, vocabulary: dict[str, dict[str, str]], family: str = "", *, trusted: bool = False) -> Rule:
    """The rule of a page. Raises UserError with file, line, column and a hint for all that is wrong with the page.

    trusted: a page of ours, whose regular expressions may take Python's engine.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read", str(error)) from None
    match = _FRONT.match(text)
    if not match:
        raise UserError(f"{path}:1: no front matter", help="a rule page begins with `---`, its table, and `---`")
    table = _table(path, match.group(1))
    body = text[match.end() :]
    errors: list[PredicateError] = []
    rule = _rule(path, table, body, vocabulary, family, trusted, errors)
    if errors or rule is None:
        places = [(*_place_of(match.group(1), error), str(error)) for error in errors]
        lines = list(dict.fromkeys(f"{path}:{line}:{column}: {text}" for line, column, text in sorted(places)))
        raise UserError("\n".join(lines), help="`unmoor rules show ID` shows a page of ours")
    return rule


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


def _rule(
    path: Path,
    table: dict[str, Any],
    body: str,
    vocabulary: dict[str, dict[str, str]],
    family: str,
    trusted: bool,
    errors: list[PredicateError],
) -> Rule | None:
    """The rule of a table, or None with `errors` filled: every part is looked at, whatever is wrong with the others."""

    def checked(part: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return part(*arguments, **options)
        except PredicateError as error:
            errors.append(error)
            return None

    for key in table:
        checked(_known_key, key)
    kinds = table.get("on", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    known = {"verdict", "value", "path", "suggestion", "kind", "role", "language", "target.service", "target.port"}
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if checked(_subject, kind, vocabulary):
            known |= set(vocabulary[kind])
    severity = checked(_severity, table.get("severity"))
    when = checked(compile_table, table.get("when", {}) or {}, known, trusted=trusted)
    levels = tuple(checked(_level, level, known, trusted) for level in table.get("levels", []) or [])
    checked(_one_of, "confidence", table.get("confidence", "high"), ("high", "medium", "low"))
    checked(_one_of, "persona", table.get("persona", "regular"), ("regular", "pedantic", "auditor"))
    rank = checked(_number, "rank", table.get("rank", 50))
    fix = checked(_fix, table.get("fix") or {})
    if kinds and not errors:  # findings without a subject are worded by the engine itself
        checked(_message, str(table.get("message", "")), known)
    heading = re.search(r"^# (.+)$", body, re.M)
    checked(_heading, path, heading)
    if errors or heading is None:
        return None
    prose = [part for part in re.split(r"\n\s*\n", body[heading.end() :].strip()) if not part.startswith("#")]
    return Rule(
        path.stem, str(table.get("family", family)), severity, tuple(kinds), when, str(table.get("message", "")),
        str(path), levels, fix, str(table.get("confidence", "high")), str(table.get("persona", "regular")), rank,
        " ".join(prose[0].split()) if prose else "", body,
    )  # fmt: skip


def _known_key(key: str) -> None:
    if key not in _KEYS:
        raise PredicateError(f"unknown key `{key}`{_near(key, _KEYS)}; known are {', '.join(sorted(_KEYS))}", key)


def _near(word: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(word), sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _subject(kind: Any, vocabulary: dict[str, dict[str, str]]) -> bool:
    if not isinstance(kind, str) or kind not in vocabulary:
        hint = _near(kind, vocabulary) or f"; known are {', '.join(sorted(vocabulary))}"
        raise PredicateError(f"`on: {kind}` is no subject{hint}", "on")
    return True


def _level(level: Any, known: set[str], trusted: bool) -> tuple[Predicate, str]:
    if not isinstance(level, dict):
        raise PredicateError("`levels` takes tables with `severity` and `when`", "levels")
    return compile_table(level.get("when", {}), known, trusted=trusted), _severity(level.get("severity"))


def _one_of(key: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise PredicateError(f"{key} `{value}` is none of {', '.join(known)}{_near(value, known)}", key)


def _number(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PredicateError(f"`{key}` takes a whole number", key)
    return value


def _fix(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PredicateError("`fix` takes a table: {codemod: …, applicability: safe}", "fix")
    if value:
        _one_of("applicability", value.get("applicability", "unsafe"), ("safe", "unsafe", "display-only"))
    return value


def _message(message: str, known: set[str]) -> None:
    """Every `{key}` of a message must be an attribute of the subject."""
    for key in re.findall(r"\{([\w.-]+)\}", message):
        if key not in known and known:
            hint = _near(key, known)
            raise PredicateError(f"the message names `{key}`, which the subject does not have{hint}", "message")


def _heading(path: Path, heading: "re.Match[str] | None") -> None:
    if not heading or heading.group(1).strip() != path.stem:
        raise PredicateError(f"the page's heading must be `# {path.stem}`", "#")


def _severity(value: Any) -> str:
    if value not in _SEVERITIES:
        hint = _near(value, _SEVERITIES)
        raise PredicateError(f"severity `{value}` is none of error, warning, note{hint}", "severity")
    return str(value)


def _place_of(front: str, error: PredicateError) -> tuple[int, int]:
    """Line and column of the key at fault, 1-based; the first line where it is not written."""
    for number, line in enumerate(front.splitlines(), 2):
        found = re.search(rf"(?:^|[\s{{,\-])(?P<key>{re.escape(error.key)})\s*:", line)
        if found:
            return number, found.start("key") + 1
    return (len(front.splitlines()) + 3, 1) if error.key == "#" else (1, 1)


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
