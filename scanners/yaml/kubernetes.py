"""Kubernetes manifests: addresses, `env` lists, probes and commands. Names are never matched with compose services."""

from unmoor.model.facts import Facts
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, inner, walk
from unmoor.scanners.yaml import generic

_RUNTIME = "container:pod"


def scan(unit: Unit, root: Value) -> Facts:
    """The references of a manifest. What runs in a pod has the runtime `container:pod`: no compose service."""
    facts = Facts()
    kind = root.string("kind")
    scope = f"{kind}.{root.string('metadata', 'name')}"
    named = _environment(unit, facts, root, scope)
    config = kind in ("ConfigMap", "Secret")
    for found in generic.references(unit, root, Place(scope=scope, runtime="" if config else _RUNTIME)):
        if found.span.start not in named:
            facts.references.append(found)
    return facts


def _environment(unit: Unit, facts: Facts, root: Value, scope: str) -> set[int]:
    """`env: [{name: X, value: …}]`: the value belongs to X. Returns where such references begin."""
    seen: set[int] = set()
    for path, _, value in walk(root):
        if path and path[-1] == "env" and value.kind == "map":
            name, item = value.string("name"), value.get("value")
            if name and item is not None and item.scalar:
                below = f"{scope}.{'.'.join(path)}.{name}"
                text = inner(unit, item, scope=below)
                end = len(text.text.text)
                facts.declarations.append(
                    text.declaration("env", 0, end, name, item.text, "yaml", attrs={"where": "kubernetes"})
                )
                found = list(draw(unit, item, Place(name, below, runtime=_RUNTIME, variable=True)))
                seen |= {reference.span.start for reference in found}
                facts.references += found
    return seen
