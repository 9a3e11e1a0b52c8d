"""YAML: a located tree of every document, and the references in it by the kind of file it is.

`compose`, `github`, `gitlab` and so on know their format; what no format claims is read by its keys alone.
"""

import re
from collections.abc import Callable
from importlib import import_module

from unmoor.model.facts import Facts, Problem
from unmoor.scanners.configuration import Place
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, node_of
from unmoor.scanners.yaml import generic
from unmoor.scanners.yaml.kinds import format_of
from unmoor.scanners.yaml.repair import read

_MAY_MATTER = re.compile(
    rb"://|localhost|\d\.\d+\.\d+\.\d|\$|(?i:host|server|broker|addr|endpoint)|image|script|docker|services|build|include|jobs|run:|command"
)
_LOCK = re.compile(r"(^|/)(pnpm-lock\.yaml|yarn\.lock|.*[.-]lock\.ya?ml)$")
# A format's module and function; formats without one are read by their keys with the given place.
_READERS: dict[str, str] = {
    "compose": "compose",
    "github-workflow": "github",
    "github-action": "github",
    "gitlab-ci": "gitlab",
    "kubernetes": "kubernetes",
    "prometheus": "monitoring",
    "traefik": "monitoring",
    "taskfile": "automation",
    "pre-commit": "automation",
    "dependabot": "automation",
    "circleci": "automation",
    "azure-pipelines": "automation",
    "cloudbuild": "automation",
    "mkdocs": "automation",
}
_PLACES: dict[str, Place] = {
    "openapi": Place(role="display", why="an API description"),
    "spring": Place(dialect="spring", access="spring"),
    "helm-values": Place(),
}


def scan(unit: Unit) -> Facts:
    """The documents, references and declarations of a YAML text."""
    if _LOCK.search(unit.path) or not _MAY_MATTER.search(unit.text.text):
        return Facts()
    documents, problems = read(unit.text.text)
    facts = Facts(documents=[node_of(unit, root) for root in documents])
    formats: list[str] = []
    for root in documents:
        name = format_of(unit, root)
        if name and name not in formats:
            formats.append(name)
        facts.add(_document(unit, root, name))
    if formats:
        facts.traits["format"] = formats
    facts.references += generic.comments(unit, documents)
    facts.problems += [Problem(unit.span(lo, hi), message) for lo, hi, message in problems]
    return facts


def _document(unit: Unit, root: Value, name: str) -> Facts:
    if name in _READERS:
        reader: Callable[[Unit, Value], Facts] = import_module(f"unmoor.scanners.yaml.{_READERS[name]}").scan
        return reader(unit, root)
    place = _PLACES.get(name, Place())
    return Facts(references=list(generic.references(unit, root, place)))
