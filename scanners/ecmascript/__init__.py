"""TypeScript, TSX, JavaScript: addresses with their roles, environment reads, routes, ports, constants, commands.

The grammar is chosen by the file's extension, or by the layer that embeds the text ("fence:tsx", "script:js").
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from tree_sitter import Node

from unmoor.model.facts import Facts, Problem, Reference
from unmoor.scanners.ecmascript import declarations, endpoints, environment, routes
from unmoor.scanners.ecmascript.commands import commands
from unmoor.scanners.ecmascript.heading import heading_of, read_heading
from unmoor.scanners.ecmascript.marks import ENV, PAIRS, Marks, marks
from unmoor.scanners.ecmascript.role import Context
from unmoor.scanners.ecmascript.source import Chain, Source
from unmoor.scanners.ecmascript.traits import traits
from unmoor.scanners.ecmascript.uses import apply_uses
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import MAX_BYTES, errors

_EXTENSIONS = {
    "ts": "typescript",
    "mts": "typescript",
    "cts": "typescript",
    "tsx": "tsx",
    "js": "javascript",
    "jsx": "javascript",
    "mjs": "javascript",
    "cjs": "javascript",
    "typescript": "typescript",
    "javascript": "javascript",
    "node": "javascript",
}
_CALLEE = re.compile(
    rb"(?:\b(?:get|post|put|patch|delete|head|options|all|del|use|ws|route|mount|register|request|open|listen|serve|axios|ky|got|io|sendBeacon"
    rb"|WebSocket|EventSource|useSWR\w*|\w*[fF]etch\w*|\w*Api|\w*API|\w*Request|exec\w*|spawn\w*|\w*Server|Get|Post|Put|Patch|Delete|All|Head"
    rb"|Options|Sse|MessagePattern|Controller|WebSocketGateway)|\$)$"
)
_MOST_READ = 20_000  # bytes of a node that may be one read of the environment
MOST_HITS = 40_000


def grammar_of(unit: Unit) -> str:
    """The grammar for a unit: by its last layer if it is embedded, else by its extension."""
    if unit.layers:
        return _EXTENSIONS.get(unit.layers[-1].rpartition(":")[2].lower(), "tsx")
    return _EXTENSIONS.get(unit.path.rpartition(".")[2].lower(), "javascript")


def scan(unit: Unit) -> Facts:
    """The facts of one text. Never raises on any bytes; regions that do not parse are problems."""
    if len(unit.text.text) > MAX_BYTES:
        return unit.problem(0, len(unit.text.text), f"larger than {MAX_BYTES} bytes")
    grammar, may = grammar_of(unit), marks(unit.text.text)
    heading = read_heading(unit.text.text)
    if heading is not None and not any(may):
        return Facts(traits=traits(unit, grammar, heading))
    source = Source(unit, grammar)
    nodes = source.find(_query(source, may, tree_heading=heading is None))
    source.declarators = nodes.get("declarator", [])
    facts = Facts(traits=traits(unit, grammar, heading or heading_of(source, nodes.get("module", []))))
    read = _calls(source, nodes, may, facts)
    interest = endpoints.Interest(source.text)
    found: list[tuple[Reference, Context]] = []
    done: set[int] = set()
    literals = [node for node in nodes.get("literal", []) if interest.worth(node) and node.start_byte not in read]
    for chain in source.walk(_most(source, literals, MOST_HITS, facts)):
        found.extend(endpoints.addresses(source, chain, done, interest))
    facts.references += apply_uses(source, found)
    _notes(source, nodes.get("note", []), facts)
    if may.env:
        _environment(source, nodes, facts)
    for lo, hi in errors(source.tree):
        facts.problems.append(Problem(unit.span(lo, hi), "not understood"))
    return facts


def _most(source: Source, nodes: list[Node], most: int, facts: Facts) -> list[Node]:
    """The first `most` nodes in order of place; the region of those left out is a problem, never silence."""
    if len(nodes) > most:
        lo, hi = nodes[most].start_byte, max(node.end_byte for node in nodes[most:])
        facts.problems.append(Problem(source.unit.span(lo, hi), f"more than {most} {nodes[most].type} nodes"))
    return nodes[:most]


def _query(source: Source, may: Marks, *, tree_heading: bool) -> str:
    """One query for all that the bytes say may be there: a pass over a tree costs a third of its parse."""
    literals = {
        "typescript": "(template_literal_type)",
        "tsx": "(template_literal_type) (jsx_text)",
        "javascript": "(jsx_text)",
    }
    parts = ["(variable_declarator) @declarator"]
    if tree_heading:
        parts.append("[(import_statement) (export_statement source: (string))] @module")
    if may.addresses:
        parts.append(f"[(string) (template_string) {literals[source.grammar]}] @literal")
    if may.env or may.calls:
        parts.append("[(call_expression) (new_expression)] @call")
    if may.env:
        parts.append("[(member_expression) (subscript_expression)] @member")
    if may.pairs or (may.env and environment.is_schema(source)):
        parts.append("(pair) @pair")
    if may.notes:
        parts.append("[(comment) (regex)] @note")
    return "\n".join(parts)


def _calls(source: Source, nodes: dict[str, list[Node]], may: Marks, facts: Facts) -> set[int]:
    """Calls and properties: routes, ports, constants, commands. Returns where literals were read as commands."""
    read: set[int] = set()
    for chain in source.walk(
        node for node in nodes.get("pair", []) if PAIRS.match(source.text, node.start_byte, node.end_byte)
    ):
        facts.declarations.extend(declarations.served_ports(source, chain))
        facts.declarations.extend(routes.configured(source, chain))
    wanted = [node for node in nodes.get("call", []) if _interesting(source, node)] if may.calls else []
    for chain in source.walk(_most(source, wanted, MOST_HITS, facts)):
        read |= _call(source, chain, facts)
    declarators = source.declarators if may.ports else []
    for chain in source.walk(_most(source, declarators, declarations.MOST_CONSTANTS, facts)):
        facts.declarations.extend(declarations.constants(source, chain))
    return read


def _interesting(source: Source, call: Node) -> bool:
    """Whether the last name of a callee is one that asks, serves, listens or runs something."""
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    if function is None:
        return False
    start, end = function.start_byte, function.end_byte
    return bool(_CALLEE.search(source.text, max(start, end - 40), end))


def _call(source: Source, chain: Chain, facts: Facts) -> set[int]:
    facts.references.extend(routes.calls(source, chain))
    facts.declarations.extend(routes.served(source, chain))
    facts.declarations.extend(declarations.listens(source, chain))
    if chain[-1].node.type != "call_expression":
        return set()
    inner, parts = commands(source, chain)
    facts.add(inner)
    return {node.start_byte for node in parts}


def _notes(source: Source, nodes: list[Node], facts: Facts) -> None:
    readers: dict[str, Callable[[Source, Node], Iterator[Reference]]] = {
        "comment": endpoints.comment,
        "regex": endpoints.pattern,
    }
    for node in nodes:
        facts.references.extend(readers[node.type](source, node))


def _environment(source: Source, nodes: dict[str, list[Node]], facts: Facts) -> None:
    """Reads and settings of the environment. A node is followed only if its own bytes speak of one."""
    hits = [match.start() for match in ENV.finditer(source.text)]
    wanted = [node for kind in ("member", "call") for node in nodes.get(kind, []) if _speaks(hits, node)]
    wanted += [node for node in source.declarators if _speaks(hits, node)]
    if environment.is_schema(source):
        wanted += nodes.get("pair", [])
    wanted.sort(key=lambda node: node.start_byte)
    for chain in source.walk(_most(source, wanted, MOST_HITS, facts)):
        facts.references.extend(environment.reads(source, chain))
        facts.declarations.extend(environment.given(source, chain))


def _speaks(hits: list[int], node: Node) -> bool:
    start, end = node.start_byte, node.end_byte
    at = bisect_left(hits, start)
    return at < len(hits) and hits[at] < end and end - start < _MOST_READ
