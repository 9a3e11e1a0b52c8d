"""GitLab CI (https://docs.gitlab.com/ci/yaml/): scripts, variables, services, includes."""

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, inner
from unmoor.scanners.yaml import generic
from unmoor.scanners.yaml.commands import run

_SCRIPTS = ("before_script", "script", "after_script")
_READ = frozenset(["variables", "include", *_SCRIPTS])


def scan(unit: Unit, root: Value) -> Facts:
    """The references of a pipeline; its commands run at the root of the repository."""
    unit = structs.replace(unit, cwd="", runtime=unit.runtime or "ci")
    facts = Facts()
    _job(unit, facts, "", root)
    for name, job in root.items:
        if job.kind == "map" and name.text not in ("variables", "include"):
            _job(unit, facts, name.text, job)
    for item in root.values("include") or [value for _, value in root.pairs("include")]:
        found = item.get("local") if item.kind == "map" else item
        if found is not None and found.scalar and "://" not in found.text and "$" not in found.text:
            text = inner(unit, found, scope="include")
            path = found.text.lstrip("/")
            lo = len(found.text) - len(path)
            attrs = {"use": "config", "key": "include"}
            facts.references.append(
                text.reference("path", lo, len(text.text.text), path, "config", "yaml", "", attrs=attrs)
            )
    return facts


def _job(unit: Unit, facts: Facts, name: str, job: Value) -> None:
    scope = f"{name}." if name else ""
    for key, value in job.pairs("variables"):
        at = value.get("value") if value.kind == "map" else value
        if at is not None and at.scalar:
            text = inner(unit, at, scope=f"{scope}variables.{key.text}")
            end = len(text.text.text)
            facts.declarations.append(
                text.declaration("env", 0, end, key.text, at.text, "yaml", attrs={"where": "workflow"})
            )
            facts.references += draw(unit, at, Place(key.text, f"{scope}variables.{key.text}", variable=True))
    for section in _SCRIPTS:
        _script(unit, facts, job.get(section), f"{scope}{section}")
    if name:
        for key, value in job.items:
            if key.text not in _READ:
                role = "display" if key.text == "environment" else "config"
                place = Place(key.text, f"{scope}{key.text}", role=role)  # type: ignore[arg-type]
                facts.references += generic.references(unit, value, place)


def _script(unit: Unit, facts: Facts, script: Value | None, scope: str) -> None:
    """A script is text or a list of texts; `!reference` and nested lists are walked too."""
    pending = [script] if script is not None else []
    while pending:
        value = pending.pop()
        if value.kind == "str" and value.tag != "!reference":
            facts.add(run("shell", inner(unit, value, scope=scope)))
        elif value.kind == "seq" and value.tag != "!reference":
            pending.extend(item for _, item in reversed(value.items))
