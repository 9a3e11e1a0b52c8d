"""JSON files: a located tree, package.json and other manifests by their format, addresses in everything else."""

import re
from collections.abc import Callable

from unmoor.model.facts import Facts, Problem
from unmoor.scanners import manifests
from unmoor.scanners.configuration import Place
from unmoor.scanners.jsontree import read
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, node_of
from unmoor.scanners.yaml import compose, generic

_LOCAL = (b"localhost", b"127.0.0.1", b"host.docker.internal", b"192.168.")
# What a value holds that is an address, or a key that says so of its value.
_MAY_MATTER = re.compile(
    rb":(?:\\?/){2}|localhost|\d\.\d+\.\d+\.\d|\$\{|::1\]|docker\.internal"
    rb"|(?i:hosts?|hostname|addr|address|addresses|servers?|brokers?|list|endpoints?|listeners?)[\"']?\s*:"
)
_BIG = 1_000_000  # bytes; above it only a local address makes a file worth reading
_SMALL = 100_000  # bytes; above it a file that holds no address at all is data, not configuration
# Trees that are asked for: compose files, Kubernetes' manifests, the families of tsconfig.json; manifests go by name.
_ASKED = re.compile(rb"[\"'](?:services|include|networks|volumes|apiVersion|compilerOptions|extends)[\"']\s*:")
_MANIFEST = re.compile(
    r"(?i)(^|/)((package|deno|composer|vercel|angular|nx|turbo|project|app|manifest)\.json[c5]?"
    r"|[jt]sconfig[^/]*|docker-bake[^/]*|[^/]*compose[^/]*|proxy[^/]*)$|(^|/)\.?devcontainer|(^|/)\."
)
_MOST_NODES = 20_000  # a larger tree is data; its references are kept, the tree is not
_LOCK = re.compile(r"(^|/)(package-lock|npm-shrinkwrap|composer\.lock|.*[.-]lock)\.json$")
_EXAMPLE = re.compile(r"(?i)openapi|swagger|postman|insomnia|fixture|mock|__snapshots__|(^|/)samples?/")

_READERS: tuple[tuple[re.Pattern[str], Callable[[Unit, Value], Facts]], ...] = (
    (re.compile(r"(^|/)package\.json$"), manifests.package),
    (re.compile(r"(^|/)\.?devcontainer(/[^/]+)?(/devcontainer)?\.json$"), manifests.devcontainer),
    (re.compile(r"(^|/)vercel\.json$"), manifests.vercel),
    (re.compile(r"(?i)(^|/)proxy[\w.-]*\.(json|conf\.json)$"), manifests.angular_proxy),
    (re.compile(r"(^|/)docker-bake(\.\w+)?\.json$"), manifests.bake),
)


def scan(unit: Unit) -> Facts:
    """The document, references and declarations of a JSON text."""
    source = unit.text.text
    if _LOCK.search(unit.path) or (len(source) > _BIG and not any(address in source for address in _LOCAL)):
        return Facts()
    matters = bool(_MAY_MATTER.search(source))
    if not matters and (len(source) > _SMALL or not (_MANIFEST.search(unit.path) or _ASKED.search(source))):
        return Facts()
    roots, problems = read(source)
    facts = Facts(problems=[Problem(unit.span(lo, hi), message) for lo, hi, message in problems])
    if sum(root.size for root in roots) <= _MOST_NODES:
        facts.documents = [node_of(unit, root) for root in roots]
    for root in roots:
        if root.kind == "map" or matters:
            facts.add(_document(unit, root, matters))
    return facts


def _document(unit: Unit, root: Value, matters: bool) -> Facts:
    for pattern, reader in _READERS:
        if root.kind == "map" and pattern.search(unit.path):
            return reader(unit, root)
    if root.kind == "map" and compose.matches(unit.path, root):
        facts = compose.scan(unit, root)
        facts.traits["format"] = ["compose"]
        return facts
    if not matters or (root.get("nbformat") is not None and root.get("cells") is not None):
        return Facts()
    return Facts(references=list(generic.references(unit, root, _place(unit, root))))


def _place(unit: Unit, root: Value) -> Place:
    if root.get("openapi") is not None or root.get("swagger") is not None:
        return Place(language="json", role="display", why="an API description")
    if root.get("panels") is not None and root.get("schemaVersion") is not None:
        return Place(language="json", role="display", why="the labels and queries of a dashboard")
    schema = root.string("info", "schema") or root.string("$schema")
    if "postman" in schema or _EXAMPLE.search(unit.path):
        return Place(language="json", role="example", why="a collection of sample requests or data")
    return Place(language="json")
