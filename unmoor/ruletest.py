"""Runs the examples of rule pages: Bad yields exactly the marked findings, Good none, the fixed Bad equals Fixed."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, convert

from unmoor.config.settings import Settings
from unmoor.engine import scan_workspace
from unmoor.files.workspace import MemoryWorkspace
from unmoor.model.errors import UserError
from unmoor.model.findings import Edit, Finding, Fix, Severity
from unmoor.rules import Example, Rule, examples, load
from unmoor.text.edits import apply, compatible
from unmoor.text.positions import Lines

Outcome = Literal["validated", "reported", "noisy", "missing", "fixed", "misfixed", "empty"]
GOOD: tuple[Outcome, ...] = ("validated", "reported", "fixed")


class Case(Struct):
    """The outcome of one example. validated: a Good stayed silent; reported: a Bad was found; noisy: too much was said;
    missing: too little; fixed, misfixed: what the codemod made of it; empty: no examples. `line` is 1-based.
    """

    rule: str
    title: str
    line: int
    outcome: Outcome
    detail: str = ""


def run(rule: Rule) -> Iterator[Case]:
    """Every example of a page, tested with this rule alone."""
    bad, good, fixed = (examples(rule, section) for section in ("Bad", "Good", "Fixed"))
    if not bad or not good:
        yield Case(rule.id, "", 1, "empty", "a page needs at least one Bad and one Good example")
    for example in bad:
        yield _compare(rule, example, "reported")
    for example in good:
        yield _compare(rule, example, "validated")
    if rule.fix:
        yield from _fixes(rule, bad, fixed)


def _scan(rule: Rule, files: dict[str, str]) -> list[Finding]:
    workspace = MemoryWorkspace({path: text.encode() for path, text in files.items()})
    settings = Settings()
    if ".unmoor.toml" in files:
        import tomllib

        settings = convert(tomllib.loads(files[".unmoor.toml"]), Settings)
    # What a suppression does shows only where the rules run that it names.
    running = list(load().rules.values()) if rule.family == "unmoor" else [rule]
    report = scan_workspace(workspace, settings, rules=running)
    internal = [s for s in report.skipped if s.reason.startswith("internal error")]
    if internal:
        raise UserError(f"{internal[0].path}: {internal[0].reason}")
    return [finding for finding in report.findings if finding.rule == rule.id and finding.suppressed is None]


def _compare(rule: Rule, example: Example, success: Outcome) -> Case:
    found = {_mark(finding, example) for finding in _scan(rule, example.files)}
    wanted = {(path, line, note) for path, line, note in example.marks}
    if found == wanted:
        return Case(rule.id, example.title, example.line, success)
    extra, lacking = sorted(found - wanted), sorted(wanted - found)
    if lacking:
        told = _list("not found", lacking) + _list("; found", extra)
        return Case(rule.id, example.title, example.line, "missing", told)
    return Case(rule.id, example.title, example.line, "noisy", _list("found", extra))


def _list(word: str, marks: list[tuple[str, int, bool]]) -> str:
    places = ", ".join(f"{path}:{line}{' (note)' if note else ''}" for path, line, note in marks)
    return f"{word} {places}" if places else ""


def _mark(finding: Finding, example: Example) -> tuple[str, int, bool]:
    line = Lines(example.files[finding.path].encode()).line(finding.span.start)
    return finding.path, line, finding.severity == Severity.note


def _fixes(rule: Rule, bad: list[Example], fixed: list[Example]) -> Iterator[Case]:
    """Each Fixed belongs to the Bad of the same title, else of the same number; a Bad with neither must refuse."""
    by_title = {example.title: example for example in fixed}
    for number, example in enumerate(bad):
        untitled = fixed[number] if number < len(fixed) and not fixed[number].title else None
        wanted = by_title.get(example.title) or untitled
        if wanted is None:
            continue
        files, detail = fix(rule, example.files)
        expected = {**example.files, **wanted.files}
        wrong = sorted(path for path in {*expected, *files} if files.get(path) != expected.get(path))
        if wrong:
            detail = detail or f"{wrong[0]} became:\n{files.get(wrong[0])}"
            yield Case(rule.id, example.title, wanted.line, "misfixed", detail)
        elif fix(rule, files)[0] != files:
            yield Case(rule.id, example.title, wanted.line, "misfixed", "a second run changes it again")
        else:
            yield Case(rule.id, example.title, wanted.line, "fixed")


def fix(rule: Rule, files: dict[str, str]) -> tuple[dict[str, str], str]:
    """The files with every fix of the rule made (safe or not, never display-only), and the first refusal."""
    from unmoor.generate.resolver import content

    files, refusal = dict(files), ""
    for _ in range(10):
        chosen: list[Fix] = []
        for finding in _scan(rule, files):
            refusal = refusal or finding.refusal
            for candidate in finding.fixes[:1]:
                if candidate.applicability != "display-only" and compatible(chosen, candidate):
                    chosen.append(candidate)
        if not chosen:
            break
        edits: dict[str, list[Edit]] = {}
        for candidate in chosen:
            for edit in candidate.edits:
                edits.setdefault(edit.path, []).append(edit)
            files.update({path: content(text) for path, text in candidate.creates if path not in files})
        for path, changes in edits.items():
            files[path] = apply(files.get(path, "").encode(), changes).decode()
    return files, refusal
