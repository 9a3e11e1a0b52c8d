"""Ports that the repository's own code or configuration names beside a word of listening.

A document's `localhost:N` is only called wrong if nothing in the repository speaks of N as a port: a process that we
cannot read may open it.
"""

from weakref import WeakKeyDictionary

from unmoor.link.places import file_kind
from unmoor.project import Project
from unmoor.topology.worlds import own_world

_KINDS = ("code", "config", "env-file", "env-example", "script", "dockerfile")
_found: "WeakKeyDictionary[Project, set[int]]" = WeakKeyDictionary()


def port_mentioned(project: Project, port: int | None) -> bool:
    """Whether code, configuration or an env file of the repository names the port; documents and tests do not count."""
    if port is None:
        return False
    if project not in _found:
        _found[project] = _all(project)
    return port in _found[project]


def _all(project: Project) -> set[int]:
    ports: set[int] = set()
    for path, facts in project.facts.items():
        spoken = facts.traits.get("ports")
        if not spoken:
            continue
        languages = {r.language for r in facts.references[:1]} | {d.language for d in facts.declarations[:1]}
        code = bool(languages & {"typescript", "tsx", "javascript", "python", "go", "java", "rust"})
        if (file_kind(path) not in _KINDS and not code) or own_world(path) or path.endswith((".md", ".mdx", ".json")):
            continue
        ports.update(int(number) for number in spoken)
    return ports
