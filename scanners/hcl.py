"""HCL (Terraform, Packer, docker-bake): strings and heredocs with the block that they stand in.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re

from tree_sitter import Node as Syntax

from unmoor.model.facts import Facts, Problem, Role
from unmoor.scanners.configuration import Place, draw_text
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Part, segments
from unmoor.syntax.grammars import captures, errors, parse
from unmoor.text.mapped import Mapped

_STRINGS = "[(quoted_template) (string_lit) (heredoc_template)] @string"
_MAY_MATTER = re.compile(
    rb"://|localhost|\d\.\d+\.\d+\.\d|\.internal|(?i:host|server|broker|addr|endpoint|dockerfile|context)"
)
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\$\$\{|%%\{", re.S)
_SHORT = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_HEREDOC = re.compile(rb"<<(-?)([^\s\r\n]+)[^\n]*\n")
_EXPONENT = re.compile(rb"(?<![\w.])(\d+)[eE][-+]?\d+\b")
_BOUND = re.compile(r"(^|_)(cidr|cidr_blocks?|subnet|source_ranges|allow|ingress|egress|prefix(es)?)")


def scan(unit: Unit) -> Facts:
    """The references of an HCL text."""
    source = unit.text.text
    if not _MAY_MATTER.search(source):
        return Facts()
    # The grammar knows no exponents; digits of the same length are read instead.
    tree = parse("hcl", _EXPONENT.sub(lambda match: b"1" * len(match.group()), source))
    facts = Facts()
    facts.problems = [Problem(unit.span(lo, hi), "not HCL") for lo, hi in errors(tree, 20)]
    seen: set[int] = set()
    nodes = captures("hcl", _STRINGS, tree.root_node).get("string", [])
    for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
        if node.start_byte not in seen and node.parent is not None and node.parent.type != "block":
            seen.add(node.start_byte)
            _string(unit, facts, node)
    return facts


def _string(unit: Unit, facts: Facts, node: Syntax) -> None:
    source = unit.text.text
    lo, hi = node.start_byte, node.end_byte
    if node.type == "heredoc_template":
        text, layer = _heredoc(source, lo, hi), "hcl:heredoc"
    else:
        text, layer = _quoted(source, lo + 1, max(lo + 1, hi - 1)), "hcl:double"
    blocks, keys = _around(node, source)
    scope = ".".join([*(part for block in blocks for part in block), *keys])
    key = keys[-1] if keys else ""
    inner = unit.inner(text, layer, scope=scope)
    place = Place(key, scope, _role(blocks, key), language="hcl", attrs={"terraform": _place(unit.path, blocks)})
    value = text.text.decode("utf-8", "replace")
    if blocks and blocks[0][0] in ("target", "group") and key in ("dockerfile", "context") and "://" not in value:
        attrs = {"use": key, "key": key}
        facts.references.append(inner.reference("path", 0, len(text.text), value, "config", "hcl", "", attrs=attrs))
        return
    facts.references += draw_text(inner, 0, len(text.text), place)


def _role(blocks: list[list[str]], key: str) -> Role:
    if key in ("description", "source", "homepage", "error_message"):
        return "display"
    if _BOUND.search(key):
        return "comparison"
    return "default" if blocks and blocks[0][0] == "variable" else "config"


def _place(path: str, blocks: list[list[str]]) -> str:
    """Where a value stands: the default of a variable or the value given to one, a local, a resource, an output."""
    if path.endswith(".tfvars"):
        return "variable-value"
    first = blocks[0][0] if blocks else ""
    return {"variable": "variable-default", "locals": "local"}.get(first, first or "value")


def _around(node: Syntax, source: bytes) -> tuple[list[list[str]], list[str]]:
    """The enclosing blocks (type and labels each), and the attribute and object keys, outermost first."""
    blocks: list[list[str]] = []
    keys: list[str] = []
    at = node.parent
    before = node
    while at is not None:
        if at.type == "block":
            labels = [child for child in at.named_children if child.type in ("identifier", "string_lit")]
            blocks.append([_text(label, source).strip('"') for label in labels])
        elif at.type == "attribute" and at.named_children:
            keys.append(_text(at.named_children[0], source))
        elif at.type == "object_elem" and at.named_children and at.named_children[0] != before:
            keys.append(_text(at.named_children[0], source).strip('"'))
        before, at = at, at.parent
    return blocks[::-1], keys[::-1]


def _text(node: Syntax, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _quoted(source: bytes, lo: int, hi: int) -> Mapped:
    parts: list[Part] = []
    at = lo
    for match in _ESCAPE.finditer(source, lo, hi):
        parts += [(source[at : match.start()], at, match.start()), (_escaped(match), match.start(), match.end())]
        at = match.end()
    return segments(source, [*parts, (source[at:hi], at, hi)])


def _escaped(match: "re.Match[bytes]") -> bytes:
    code = match.group(1) or match.group(2)
    if code:
        number = int(code, 16)
        return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"
    if match.group(3):
        return _SHORT.get(match.group(3), match.group(3))
    return match.group()[1:]


def _heredoc(source: bytes, lo: int, hi: int) -> Mapped:
    """The lines between `<<EOF` and `EOF`; `<<-` takes the least indentation away. `$${` stands for `${`."""
    head = _HEREDOC.match(source, lo, hi)
    if head is None:
        return Mapped(b"", [])
    lines = [match.span() for match in re.finditer(rb"[^\n]*\n|[^\n]+\Z", source[:hi]) if match.start() >= head.end()]
    body = [(a, b) for a, b in lines if source[a:b].strip() != head.group(2)]
    indents = [len(source[a:b]) - len(source[a:b].lstrip(b" \t")) for a, b in body if source[a:b].strip()]
    indent = min(indents, default=0) if head.group(1) else 0
    parts: list[Part] = []
    for start, end in body:
        at = min(start + indent, end)
        for match in re.finditer(rb"\$\$\{|%%\{", source[at:end]):
            hit = at + match.start()
            parts += [(source[start + indent : hit], start + indent, hit), (match.group()[1:], hit, hit + 3)]
            start = hit + 3 - indent
        parts.append((source[min(start + indent, end) : end], min(start + indent, end), end))
    return segments(source, parts)
