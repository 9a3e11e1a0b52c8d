"""A plan in figures and words: per section how far it is, per item what was found."""

from collections import Counter
from typing import Any

from unmoor.claims.check import Checker, Judged
from unmoor.claims.plan import parse
from unmoor.project import Project
from unmoor.text.positions import Lines

# Verdict → (mark, words), in the order in which they are counted.
VERDICTS = {
    "met": ("✓", "done and there"),
    "unmet": ("✗", "done but absent"),
    "unticked": ("!", "open though there"),
    "open": ("·", "open"),
    "unknown": ("?", "cannot tell"),
}


def judge(project: Project, page: str, source: bytes) -> list[dict[str, Any]]:
    """Every item of a page as a plain row: line, number, text, section, done, verdict, there, absent, requirements."""
    checker, lines = Checker(project), Lines(source)
    return [_row(checker.judge(page, item), lines.line(item.span.start)) for item in parse(source)]


def _row(judged: Judged, line: int) -> dict[str, Any]:
    item = judged.item
    return {
        "line": line,
        "number": item.number,
        "text": item.text,
        "section": list(item.section),
        "done": item.done,
        "optional": item.optional,
        "depth": item.depth,
        "verdict": judged.verdict,
        "there": [{"kind": kind, "value": value} for kind, value in judged.there],
        "absent": [{"kind": kind, "value": value} for kind, value in judged.absent],
        "still": [{"kind": kind, "value": value} for kind, value in judged.still],
        "requirements": list(item.requirements),
    }


def sections(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(title, rows) in order; the title is the heading nearest above, without the page's own where there are others."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        path = row["section"][1:] if len(row["section"]) > 1 else row["section"]
        found.setdefault(" › ".join(path), []).append(row)
    return list(found.items())


def progress(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many items are ticked and how many there are, and how many have each verdict."""
    counts = Counter(row["verdict"] for row in rows)
    return {"items": len(rows), "done": sum(row["done"] is True for row in rows), **{v: counts[v] for v in VERDICTS}}


def requirements(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Requirement → "unmet" if an item for it is, "done" if all its items are ticked, else "open"; by number."""
    states: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        for name in row["requirements"]:
            states.setdefault(name, []).append(row)
    return {name: _state(states[name]) for name in sorted(states, key=_natural)}


def _state(rows: list[dict[str, Any]]) -> str:
    if any(row["verdict"] == "unmet" for row in rows):
        return "unmet"
    return "done" if all(row["done"] for row in rows) else "open"


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in name.split("."))


def text(page: str, rows: list[dict[str, Any]], *, everything: bool) -> str:
    """For people. everything: also the items that need nobody's attention (met, open, cannot tell)."""
    out = [f"{page}: {_figures(progress(rows))}"]
    for title, inside in sections(rows):
        counts = progress(inside)
        out += ["", f"{title or 'Items'}  {_bar(counts)} {counts['done']}/{counts['items']}"]
        for row in inside:
            if everything or row["verdict"] in ("unmet", "unticked"):
                out += _lines(row)
    served = requirements(rows)
    if served:
        groups = {state: [name for name in served if served[name] == state] for state in ("done", "open", "unmet")}
        out += [
            "",
            "Requirements: " + "; ".join(f"{', '.join(names)} {state}" for state, names in groups.items() if names),
        ]
    return "\n".join(out) + "\n"


def _figures(counts: dict[str, int]) -> str:
    parts = [f"{counts['done']} of {counts['items']} items done"]
    parts += [f"{counts[verdict]} {words}" for verdict, (_, words) in VERDICTS.items() if counts[verdict]]
    return ", ".join(parts)


def _bar(counts: dict[str, int]) -> str:
    filled = round(10 * counts["done"] / counts["items"]) if counts["items"] else 0
    return "█" * filled + "░" * (10 - filled)


def _lines(row: dict[str, Any]) -> list[str]:
    box = "[x]" if row["done"] else "[ ]" if row["done"] is False else "[-]"
    first = f"  {'  ' * row['depth']}{VERDICTS[row['verdict']][0]} {row['line']:>4} {box} {row['text'][:100]}"
    return [first, *(f"         {'  ' * row['depth']}{note}" for note in notes(row))]


def notes(row: dict[str, Any]) -> list[str]:
    """What was looked up, in words: absent, still there, and for what is open, there."""
    found = []
    for key, words in (("absent", "is not there"), ("still", "is still there"), ("there", "is there")):
        if row[key] and (key != "there" or row["verdict"] == "unticked"):
            found += [f"{one['kind']} `{one['value']}` {words}" for one in row[key]]
    return found


def markdown(page: str, rows: list[dict[str, Any]]) -> str:
    """A table a section, for a pull request or a wiki."""
    out = [f"## {page}", "", _figures(progress(rows)), ""]
    for title, inside in sections(rows):
        counts = progress(inside)
        out += [
            f"### {title or 'Items'} ({counts['done']}/{counts['items']})",
            "",
            "| line | item | found |",
            "|---|---|---|",
        ]
        for row in inside:
            found = "; ".join([VERDICTS[row["verdict"]][1], *notes(row)])
            out.append(f"| {row['line']} | {'☑' if row['done'] else '☐'} {_cell(row['text'])} | {_cell(found)} |")
        out.append("")
    return "\n".join(out)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
