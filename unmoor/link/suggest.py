"""The near miss: which known name or existing path a wrong one most likely means. Never a guess among equals."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from unmoor.project import Project, Tree
from unmoor.topology.worlds import own_world

_COMMON = re.compile(
    r"(?i)^(dockerfile|makefile|package\.json|readme\.\w+|license|index\.\w+|main\.\w+|config\.\w+|setup\.\w+"
    r"|__init__\.py|app\.\w+|server\.\w+|(docker-)?compose\.ya?ml|requirements\.txt|\.env\S*|src|lib|app)$"
)
_APART = re.compile(r"(?i)(^|/)[._-]?(docker(files?)?|build|deploy(ment)?|containers?|images?)?$")
_WORDS = re.compile(r"[A-Za-z]+|\d+")


def near_name(name: str, known: Iterable[str], *, least: float = 0.72) -> str:
    """The one known name that is clearly nearest: a slip, another separator, one word more or less. "" if none."""
    scored = sorted(((likeness(name, other), other) for other in set(known) if other and other != name), reverse=True)
    if not scored or scored[0][0] < least:
        return ""
    if len(scored) > 1 and scored[1][0] == scored[0][0]:
        return ""
    return scored[0][1]


def likeness(one: str, other: str) -> float:
    """0..1: the better of the spelling's likeness and the share of common words."""
    spelling = SequenceMatcher(None, one.lower(), other.lower()).ratio()
    words, others = words_of(one), words_of(other)
    common = len(words & others)
    shared = common / min(len(words), len(others)) * 0.9 if common else 0.0
    if common and len(words) > 2 * common and len(others) > 2 * common:
        shared = 0.0
    return max(spelling, shared)


def words_of(name: str) -> set[str]:
    """The words of a name, lower-case, numbers left out."""
    return {word.lower() for word in _WORDS.findall(name) if not word.isdigit()}


def near_path(path: str, project: Project, *, folder: bool = False) -> str:
    """The path of the tree that a missing one most likely means: where git moved it, else the one file of its name,
    else its neighbour with another extension or a slip of the pen. "" if none stands out. `path` is from the root."""
    tree = project.tree
    moved = project.history.renamed(path)
    if moved and tree.has(moved):
        return moved
    name = path.rstrip("/").rpartition("/")[2]
    if not name:
        return ""
    found = _same_name(path, name, tree, folder) or _neighbour(path, name, tree, folder)
    return "" if own_world(found) and not own_world(path) else found  # a stub of the tests is not what was meant


def near_dockerfile(path: str, service: str, recipes: Iterable[str], unbuilt: Iterable[str], project: Project) -> str:
    """The Dockerfile that is meant by one that is missing: where git moved it, the only one beside it, the one of its
    name or named after the service or folder, the only one in a folder for Dockerfiles near it, or that nothing builds.
    """
    moved = project.history.renamed(path)
    if moved and project.tree.has(moved):
        return moved
    known, (folder, _, name) = sorted(recipes), path.rpartition("/")
    beside = [other for other in known if other.rpartition("/")[0] == folder]
    if len(beside) == 1:
        return beside[0]
    words = {word.lower() for word in (service, folder.rpartition("/")[2], *name.split(".")) if not _APART.match(word)}
    named = [other for other in known if words & set(re.split(r"[./]", other.lower()))]
    apart = [other for other in known if other.endswith(f"/{name}") and _APART.search(other.rpartition("/")[0])]
    above = folder.rpartition("/")[0]
    inside = [other for other in apart if above and other.startswith(f"{above}/")]
    free = [other for other in apart if other in set(unbuilt)]
    found = near_path(path, project)
    return found or next((only[0] for only in (named, inside, free) if len(only) == 1), "")


def _same_name(path: str, name: str, tree: Tree, folder: bool) -> str:
    if folder:
        places = tree.folders_by_name.get(name, [])
    else:
        places = tree.by_name.get(name, [])
    if len(places) == 1 and "/" in path and _COMMON.match(name) and _shared_tail(path, places[0]) < 2:
        return ""  # every project has one
    if len(places) <= 1:
        return places[0] if places else ""
    ends = sorted(((_shared_tail(path, place), place) for place in places), reverse=True)
    if ends[0][0] > 1 and ends[0][0] > ends[1][0]:
        return ends[0][1]
    return ""


def _shared_tail(one: str, other: str) -> int:
    count = 0
    for left, right in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if left != right:
            break
        count += 1
    return count


def _stem(name: str) -> str:
    """A file's name without its endings; that of `.env.example` is `.env`."""
    return name[: 1 + name[1:].find(".")] if "." in name[1:] else name


def _neighbour(path: str, name: str, tree: Tree, folder: bool) -> str:
    head = path.rstrip("/").rpartition("/")[0]
    prefix = f"{head}/" if head else ""
    beside = tree.beside(head, folders=folder)
    same = [other for other in beside if _stem(other) == _stem(name) and other != name]
    if len(same) == 1:
        return prefix + same[0]
    found = near_name(name, beside, least=0.86)
    return prefix + found if found else ""
