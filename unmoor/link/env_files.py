"""Env files and documents: values that no reader takes, variables that nobody reads, documents of what is not there."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from unmoor.link.env_index import WELL_KNOWN, Declared, Variables
from unmoor.link.places import file_kind, place, world_of
from unmoor.model.facts import Declaration, Reference
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Reason, Subject

_PLACEHOLDER = re.compile(r"^#|<|>|\.\.\.|x{3,}|your|change|replace|example|\$\{|\$\(|^\s*$", re.I)
_SCHEMELESS = re.compile(r"^[a-z0-9][a-z0-9.-]*(:\d{2,5}(/\S*)?|/\S+)$", re.I)


def subjects(variables: Variables) -> Iterator[Subject]:
    """`env-declaration` and `env-document` subjects."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Declared] = {}
    for name in sorted(variables.declared):
        for declared in variables.declared[name]:
            if declared.declaration.attrs.get("where") != "dotenv" or not variables.project.asked(declared.path):
                continue
            if not declared.declaration.attrs.get("commented"):
                counts[declared.path, name] += 1
            key = (declared.path, name)
            yield _declaration(variables, name, declared, first.setdefault(key, declared), counts[key])
    yield from _documents(variables)


def _declaration(variables: Variables, name: str, declared: Declared, first: Declared, count: int) -> Subject:
    path, declaration, kind = declared
    value = declaration.value or ""
    commented = bool(declaration.attrs.get("commented"))
    problem = "" if commented else str(declaration.attrs.get("problem") or "") or _malformed(variables, name, value)
    attrs = {
        **place(variables.project, path),
        "file-kind": kind,
        "name": name,
        "commented": commented,
        "problem": problem,
        "fault": problem or "the file gives it another value above",
        "duplicate": count > 1 and not commented and first is not declared
        and (first.declaration.value or "") != value,
        "read": _mentioned(variables, name),
        "well-known": bool(WELL_KNOWN.match(name)),
    }
    return Subject("env-declaration", path, declaration.span, name, attrs, suggestion="", scope=name)


def _malformed(variables: Variables, name: str, value: str) -> str:
    """What is wrong with a value for every reader: a port that is no number, a parsed URL without a scheme."""
    if _PLACEHOLDER.search(value):
        return ""
    if re.search(r"(^|_)PORT$", name) and not re.fullmatch(r"\d{1,5}([-,/:]\S*)?|\S*:\d+", value):
        return f"`{value}` is no port number"
    bare = name.endswith("_URL") and "://" not in value and _SCHEMELESS.match(value)
    if bare and _parsed_as_url(variables, name):
        return f"`{value}` has no scheme"
    return ""


def _parsed_as_url(variables: Variables, name: str) -> bool:
    """Whether some code reads the variable in a place where an address with a scheme is its default."""
    return any("://" in str(r.attrs.get("default") or "") for _, r in variables.reads.get(name, ()))


def _mentioned(variables: Variables, name: str) -> bool:
    """Whether anything but an env file or a document names the variable, or a dependency is called as it begins."""
    if variables.reads.get(name) or variables.passed.get(name) or name in variables.defined:
        return True
    first = name.partition("_")[0].lower()
    return len(first) > 3 and first in variables.dependency_words


def _spoken(variables: Variables, names: set[str]) -> set[str]:
    """Those of the names that code or scripts hold, be it in a string. The files are read once."""
    found: set[str] = set()
    kinds = ("code", "script", "config", "workflow")
    for path in variables.project.facts if names else ():
        if file_kind(path) in kinds and not path.endswith((".json", ".lock", ".svg")):
            data = variables.project.read(path)
            inside = [name for name in names - found if name.encode() in data]
            found.update(name for name in inside if re.search(rb"(?<!\w)%b(?!\w)" % name.encode(), data))
    return found


def _candidates(
    variables: Variables, real: set[str]
) -> Iterator[tuple[str, list[tuple[str, Span, Reference | None]], list[str], list[str]]]:
    """Variables that only documents name: their places, and the real names near to each, by spelling and by its end."""
    names = sorted(real)
    for name in sorted((set(variables.documented) | set(variables.shown)) - real):
        places: list[tuple[str, Span, Reference | None]]
        places = [(path, reference.span, reference) for path, reference in variables.documented.get(name, ())]
        shown = ((path, at) for path, at in variables.shown.get(name, ()) if not _used(variables, path, name))
        places += [(path, _named(variables, path, name, at), None) for path, at in shown]
        places = [one for one in places if variables.project.asked(one[0])]
        close = get_close_matches(name, names, 1, cutoff=0.85) if places else []
        yield name, places, close, _wider(name, real) if places and not close else []


def _documents(variables: Variables) -> Iterator[Subject]:
    """Variables in documents that nothing reads or declares, though a near name is: the document went stale."""
    real = {name for name in variables.reads if any(not world_of(p) for p, _ in variables.reads[name])}
    real |= set(variables.declared) | set(variables.passed)
    by_page: dict[str, set[str]] = defaultdict(set)
    for name, reads in variables.documented.items():
        for path, _ in reads:
            by_page[path].add(name)
    for name, values in variables.shown.items():
        for path, _ in values:
            by_page[path].add(name)
    found = list(_candidates(variables, real))
    spoken = _spoken(variables, {name for name, _, close, wider in found if close or wider})
    for name, places, close, wider in found:
        if name in spoken:
            close, wider = [], []  # some text of the code names it: a shim that is written out, a workflow's secret
        for path, span, reference in places:
            near = next(iter(close), "") or next((one for one in wider if one not in by_page[path]), "")
            known = len(by_page[path] & real)
            attrs = {
                **place(variables.project, path, reference),
                "name": name,
                "near": near,
                "page-is-ours": known >= 2,
                "hedged": bool(reference.attrs.get("hedged")) if reference is not None else False,
                "well-known": bool(WELL_KNOWN.match(name)),
            }
            related = []
            if near:
                at = next(((p, r.span) for p, r in variables.reads.get(near, ())), None)
                related = [Reason(f"`{near}` is read here", Location(*at))] if at else []
            yield Subject("env-document", path, span, name, attrs, related=related, reference=reference,
                          suggestion=near)  # fmt: skip


def _named(variables: Variables, path: str, name: str, declaration: Declaration) -> Span:
    """Where the name of a value stands: before it, in the same line."""
    at = variables.project.read(path).rfind(name.encode(), 0, declaration.span.start)
    return Span(at, at + len(name.encode())) if at >= 0 else declaration.span


def _used(variables: Variables, page: str, name: str) -> bool:
    """Whether the page itself uses the value (`curl -H "X-Key: $API_KEY"`), so that it is the reader's own."""
    return re.search(rb"\$\{?" + re.escape(name.encode()) + rb"\b", variables.project.read(page)) is not None


def _wider(name: str, known: set[str]) -> list[str]:
    """The one variable that has all the words of `name` in their order and one more: `S3_BUCKET`, `AWS_S3_BUCKET`."""
    words = name.split("_")
    if len(words) < 2:
        return []
    found = []
    for other in known:
        more = other.split("_")
        if len(more) == len(words) + 1 and any(more[:at] + more[at + 1 :] == words for at in range(len(more))):
            found.append(other)
    return found if len(found) == 1 else []
