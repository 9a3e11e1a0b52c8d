"""TypeScript, TSX, JavaScript: addresses with their roles, environment reads, routes, ports, constants, commands.

The grammar is chosen by the file's extension, or by the layer that embeds the text ("fence:tsx", "script:js").
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from tree_sitter import Node

from unmoor.model.facts import Facts, Problem, Reference
from unmoor.scanners.ecmascript import declarations, endpoints, environment, routes
from unmoor.scanners.ecmascript.commands import commands
from unmoor.scanners.ecmascript.context import Context
from unmoor.scanners.ecmascript.source import Chain, Source
from unmoor.scanners.ecmascript.traits import traits
from unmoor.scanners.ecmascript.uses import apply_uses
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import MAX_BYTES, errors

_EXTENSIONS = {"ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx", "js": "javascript", "jsx": "javascript",
               "mjs": "javascript", "cjs": "javascript", "typescript": "typescript", "javascript": "javascript", "node": "javascript"}
_LITERALS = "[(string) (template_string) (jsx_text)] @literal"
_TYPES = "(template_literal_type) @literal"
_ENV = re.compile(rb"[eE]nv\b|ENV\b|[eE]nv\w*\s*\(|getOrThrow")
_ROUTE = re.compile(rb"['\"`]\s*/|\}/|listen|serve|port\b|Port|exec|spawn|\$`|Controller|WebSocketServer")
MOST_HITS = 40_000


def grammar_of(unit: Unit) -> str:
    """The grammar for a unit: by its last layer if it is embedded, else by its extension; else the most tolerant one."""
    if unit.layers:
        return _EXTENSIONS.get(unit.layers[-1].rpartition(":")[2].lower(), "tsx")
    return _EXTENSIONS.get(unit.path.rpartition(".")[2].lower(), "javascript")


def scan(unit: Unit) -> Facts:
    """The facts of one text. Never raises on any bytes; regions that do not parse are problems."""
    if len(unit.text.text) > MAX_BYTES:
        return unit.problem(0, len(unit.text.text), f"larger than {MAX_BYTES} bytes")
    source = Source(unit, grammar_of(unit))
    facts = Facts(traits=traits(source))
    found: list[tuple[Reference, Context]] = []
    read = _calls(source, facts)
    _literals(source, found, read)
    facts.references += apply_uses(source, found)
    _comments(source, facts)
    if _ENV.search(source.text):
        _environment(source, facts)
    for lo, hi in errors(source.tree):
        facts.problems.append(Problem(unit.span(lo, hi), "not understood"))
    return facts


def _literals(source: Source, found: list[tuple[Reference, Context]], read: set[int]) -> None:
    """Every literal that may hold an address, but for those that were read as commands."""
    done: set[int] = set()
    wanted = source.find(_LITERALS + (" " + _TYPES if source.grammar != "javascript" else ""))
    nodes = [node for node in wanted if node.start_byte not in read and _worth(source, node)]
    for chain in source.walk(nodes[:MOST_HITS]):
        found.extend(endpoints.addresses(source, chain, done))


def _worth(source: Source, node: Node) -> bool:
    """A cheap look at the bytes of a literal before its way up is followed."""
    lo, hi = node.start_byte, node.end_byte
    if endpoints.INTEREST.search(source.text, lo, hi) or source.text.find(b"/home/", lo, hi) >= 0 or source.text.find(b"/Users/", lo, hi) >= 0:
        return True
    return node.type == "string" and hi - lo < 80 and endpoints.maybe_host(source, node)


def _calls(source: Source, facts: Facts) -> set[int]:
    """Calls, properties and objects: routes, ports, commands, constants. Returns where literals were read as commands."""
    read: set[int] = set()
    if _ROUTE.search(source.text):
        kinds = "(call_expression) @c (new_expression) @c (pair) @p (object) @o"
        for chain in source.walk(islice(_shaped(source, kinds), MOST_HITS)):
            read |= _shape(source, chain, facts)
    for chain in source.walk(source.find("(variable_declarator) @d")[: declarations.MOST_CONSTANTS]):
        facts.declarations.extend(declarations.constants(source, chain))
    return read


_PAIRS = re.compile(rb"['\"]?(?:proxy|server|devServer|preview|serve)\b")


def _shaped(source: Source, kinds: str) -> Iterator[Node]:
    for node in source.find(kinds):
        if node.type == "pair":
            if _PAIRS.match(source.text, node.start_byte, node.end_byte):
                yield node
        elif node.type != "object" or source.text.find(b"destination", node.start_byte, min(node.end_byte, node.start_byte + 2000)) >= 0:
            yield node


def _shape(source: Source, chain: Chain, facts: Facts) -> set[int]:
    kind = chain[-1].node.type
    if kind == "pair":
        facts.declarations.extend(declarations.served_ports(source, chain))
        facts.declarations.extend(routes.configured(source, chain))
        return set()
    if kind == "object":
        facts.declarations.extend(routes.configured(source, chain))
        return set()
    facts.references.extend(routes.calls(source, chain))
    facts.declarations.extend(routes.served(source, chain))
    facts.declarations.extend(declarations.listens(source, chain))
    if kind == "call_expression":
        inner, nodes = commands(source, chain)
        facts.add(inner)
        return {node.start_byte for node in nodes}
    return set()


def _comments(source: Source, facts: Facts) -> None:
    readers: dict[str, Callable[[Source, Node], Iterator[Reference]]] = {"comment": endpoints.comment, "regex": endpoints.pattern}
    for node in source.find("[(comment) (regex)] @c"):
        facts.references.extend(readers[node.type](source, node))


def _environment(source: Source, facts: Facts) -> None:
    kinds = environment.CALLS + (" (pair) @p" if environment.is_schema(source) else "")
    nodes = (node for node in source.find(kinds) if node.end_byte - node.start_byte < 20_000 and _env_worth(source, node))
    for chain in source.walk(islice(nodes, MOST_HITS)):
        facts.references.extend(environment.reads(source, chain))


def _env_worth(source: Source, node: Node) -> bool:
    if node.type in ("member_expression", "subscript_expression"):
        return node.end_byte - node.start_byte < 400
    return True
