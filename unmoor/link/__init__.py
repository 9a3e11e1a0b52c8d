"""Linkers: each takes one kind of fact, asks the topology and the tree, and yields subjects for the rules.

A linker is a function `subjects(project) -> Iterator[Subject]`. It decides nothing about severity; it only knows.
"""

from collections.abc import Iterator
from importlib import import_module

from unmoor.model.subjects import Subject
from unmoor.project import Project

# Module → the subject kinds it yields. A rule set that selects none of them leaves the module alone.
LINKERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("addresses", ("address",)),
    ("ports", ("port", "service")),
    ("names", ("container", "service-name", "resource-name", "container-name")),
    ("composition", ("compose-key", "dependency", "stack")),
    ("paths", ("build", "build-target", "compose-path", "copy-source", "dockerfile")),
    ("scripts", ("script", "command-path", "doc-command")),
    ("documents", ("doc-path", "doc-command", "home-path")),
    ("variables", ("env-read", "env-variable", "env-build", "build-arg", "env-declaration", "env-document")),
    ("routes", ("route-call", "route", "traefik-label")),
    ("networks", ("reach", "edge", "published-datastore", "internal-host")),
    ("healthchecks", ("healthcheck", "wait")),
    ("claims", ("claim",)),
)


def subjects(project: Project, kinds: set[str]) -> Iterator[Subject]:
    """Every subject of the wanted kinds."""
    for module, offered in LINKERS:
        if kinds & set(offered):
            for subject in import_module(f"unmoor.link.{module}").subjects(project):
                if subject.kind in kinds:
                    yield subject
