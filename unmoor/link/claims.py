"""Checklists: what an item names against what is there."""

from collections.abc import Iterator

from unmoor.claims.check import Checker, Judged
from unmoor.claims.plan import is_plan, parse
from unmoor.link.places import place
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project

_PAGES = (".md", ".mdx", ".markdown")
# What people fill in anew each time says nothing of the repository.
_FORMS = ("pull_request_template", "issue_template", "release_template", "changelog", "contributing")


def subjects(project: Project) -> Iterator[Subject]:
    """One `claim` subject an item of any page that holds a checklist."""
    checker = Checker(project)
    for path in sorted(project.facts):
        if not path.lower().endswith(_PAGES) or any(form in path.lower() for form in _FORMS) or not project.asked(path):
            continue
        source = project.read(path)
        if is_plan(source):
            for item in parse(source):
                yield _subject(project, path, checker.judge(path, item))


def _subject(project: Project, path: str, judged: Judged) -> Subject:
    item = judged.item
    attrs = {
        **place(project, path),
        "done": bool(item.done),
        "section": " / ".join(item.section),
        "there": _list(judged.there),
        "absent": _list(judged.absent),
        "still": _list(judged.still),
        "optional": item.optional,
    }
    reasons = [Reason(f"{kind} `{value}` is not there") for kind, value in judged.absent]
    reasons += [Reason(f"{kind} `{value}` is still there") for kind, value in judged.still]
    reasons += [Reason(f"{kind} `{value}` is there") for kind, value in judged.there]
    return Subject("claim", path, item.span, item.text[:200], attrs, judged.verdict, reasons,
                   scope=item.number or (item.section[-1] if item.section else ""))  # fmt: skip


def _list(pairs: list[tuple[str, str]]) -> list[str]:
    return [f"`{value}`" for _, value in pairs]
