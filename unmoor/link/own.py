"""What this repository itself is called, and which of its files are held to their word."""

import re
from typing import Any

from unmoor.link.places import place
from unmoor.model.facts import Reference
from unmoor.project import Project


def own_names(project: Project) -> set[str]:
    """Names of the checkout's folder, of the remotes' repositories and of the root package, lower-case."""
    names = set(project.history.names)
    for name in list(names):
        names.update(re.split(r"__|\+", name)[-1:])  # checkouts that are kept as owner__name
    facts = project.facts.get("package.json")
    names.update(name.lower() for name in (facts.traits.get("name", []) if facts is not None else []))
    return names | _drawn(project)


def _drawn(project: Project) -> set[str]:
    """The name at the root of the layout that the front page draws, if the folders below it are those of the root."""
    page = next((name for name in ("README.md", "README.rst", "README.adoc") if name in project.tree.files), None)
    text = project.read(page).decode("utf-8", "replace") if page else ""
    names = set()
    for match in _LAYOUT.finditer(text):
        entries = re.findall(r"(?m)^[ \t]*[├└]─+[ \t]*([\w.-]+)", match.group(2))
        if sum(project.tree.has(entry) for entry in entries) >= 2:
            names.add(match.group(1).lower())
    return names


_LAYOUT = re.compile(r"(?m)^[ \t]*([\w.-]+)/?[ \t]*(?:#.*)?\n((?:[ \t]*[│├└][^\n]*\n)+)")


_DATA = re.compile(
    r"(?i)(^|/)(mocks?|__mocks__|fixtures?|__fixtures__|testdata|test-data|snapshots|__snapshots__|stories)/"
)


def standing(project: Project, path: str, reference: Reference | None = None) -> dict[str, Any]:
    """The attributes `world` and `file-kind`. A test is a world of its own for addresses; what its scripts, pages and
    compose files run and name must be there all the same. What is kept as data for tests stays out."""
    found = place(project, path, reference)
    if is_test(found["world"]) and found["file-kind"] not in ("code", "data") and not _DATA.search(path):
        found["world"] = ""
    return found


def is_test(world: str) -> bool:
    """Whether a world is that of tests; archives, vendored and generated trees are others."""
    return bool(world) and not re.search(
        r"kept for the record|not written here|generat|not in use|vendored|archived|example", world
    )
