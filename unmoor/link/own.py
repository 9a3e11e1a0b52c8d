"""What this repository itself is called, by those who clone it."""

import re

from unmoor.project import Project


def own_names(project: Project) -> set[str]:
    """Names of the checkout's folder, of the remotes' repositories and of the root package, lower-case."""
    names = set(project.history.names)
    for name in list(names):
        names.update(re.split(r"__|\+", name)[-1:])  # checkouts that are kept as owner__name
    facts = project.facts.get("package.json")
    names.update(name.lower() for name in (facts.traits.get("name", []) if facts is not None else []))
    return names
