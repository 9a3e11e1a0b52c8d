"""An address in Terraform becomes a variable of its module, with the old value as its default: the plan is the same.

The whole literal where it is nothing else, the whole list where it holds literals only, and the host alone inside of a
longer text (templates and heredocs expand `${var.x}`). A variable that has this very default is used again.
"""

import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods import terraform_module as module
from unmoor.codemods.placing import raw_of, span_of
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.syntax.grammars import broken, parse

_LITERAL_BLOCKS = {"terraform": "`terraform` and its backends", "moved": "`moved`", "removed": "`removed`"}
_LITERAL_KEYS = ("source", "version", "alias", "depends_on", "providers", "required_version")
_GENERIC = re.compile(r"(?i)(this|main|default|self|example|server|instance|vm|node)$")
_TELLS_HOST = re.compile(r"(?i)(^|_)(host|hostname|ip|ips|addr|address|addresses|server|servers|endpoint)\d*$")


class _Part(NamedTuple):
    """What is replaced, what is written there, and the variable's value as written."""

    span: Span
    braces: bool
    value: str
    kind: str


def fix(request: Request) -> Fix | Refusal:
    """The reference to the variable, and its declaration where the module has none that fits."""
    path = request.finding.path
    if not path.endswith(module.SUFFIXES):
        if path.endswith((".json", ".jsonc", ".json5")):
            return Refusal("JSON expands no variables; the program that reads it must take the address from elsewhere")
        return Refusal("it belongs in configuration; in which, and by which name, is for its owner to say")
    root = parse("hcl", request.source).root_node
    node = _string_at(root, span_of(request))
    if node is None or broken(node):
        return Refusal("the code around it does not parse")
    refusal = _refusal(request.source, node, raw_of(request))
    if refusal:
        return Refusal(refusal)
    part = _whole(request, node) or _host(request)
    if isinstance(part, Refusal):
        return part
    wanted = _name(request.source, node)
    if part.braces and not _TELLS_HOST.search(wanted):
        wanted += "_host"
    name, declared = module.variable(request, path, wanted, part.value, part.kind)
    written = f"${{var.{name}}}" if part.braces else f"var.{name}"
    edits = [Edit(path, part.span, written), *declared.edits]
    return Fix(f"read it from `var.{name}`", request.applicability, tuple(edits), declared.creates)


def _string_at(root: Node, span: Span) -> Node | None:
    node: Node | None = root.descendant_for_byte_range(span.start, span.start + 1)
    while node is not None and node.type not in ("string_lit", "quoted_template", "heredoc_template"):
        node = node.parent
    return node


def _refusal(source: bytes, node: Node, raw: str) -> str:
    blocks, keys = _around(source, node)
    kind = blocks[0][0] if blocks else ""
    if not blocks:
        return "it stands outside of every block"
    if kind in _LITERAL_BLOCKS:
        return f"{_LITERAL_BLOCKS[kind]} can hold no variables"
    if kind == "variable":
        return "it is a variable's own value"
    if not keys or keys[-1] in _LITERAL_KEYS:
        return "only a literal can stand here"
    return "credentials stand in it; they are not written anew" if re.search(r"://[^/\s]*@", raw) else ""


def _whole(request: Request, node: Node) -> _Part | None:
    """The literal that is nothing but the address; or the list of literals that it stands in."""
    source, raw = request.source, raw_of(request)
    if node.type != "string_lit" or _text(source, node) != f'"{raw}"':
        return None
    expression = node.parent.parent if node.parent is not None else None
    holder = expression.parent if expression is not None else None
    if holder is None or expression is None:
        return None
    if holder.type == "tuple":
        elements = [one for one in holder.named_children if one.type == "expression"]
        plain = all(one.named_children and _literal(one) for one in elements)
        attribute = holder.parent.parent.parent if holder.parent is not None and holder.parent.parent else None
        if plain and len(elements) > 1 and attribute is not None and attribute.type == "attribute":
            span = Span(holder.start_byte, holder.end_byte)
            return _Part(span, False, _outdented(source, holder), "list(string)")
    return _Part(Span(node.start_byte, node.end_byte), False, f'"{raw}"', "string")


def _literal(expression: Node) -> bool:
    value = expression.named_children[0]
    return value.type == "literal_value" and bool(value.named_children) and value.named_children[0].type == "string_lit"


def _outdented(source: bytes, node: Node) -> str:
    """A list as it is to stand behind `default =` in a block of its own."""
    line = source.rfind(b"\n", 0, node.start_byte) + 1
    indent = re.match(rb"[ \t]*", source[line:]).group().decode()  # type: ignore[union-attr]
    first, *rest = _text(source, node).split("\n")
    return "\n".join([first, *(f"  {one.removeprefix(indent)}" for one in rest)])


def _host(request: Request) -> _Part | Refusal:
    """The host alone, inside of a template or of a longer text."""
    raw, host = raw_of(request), str(request.reference.attrs.get("host") or "")
    at = raw.find(host) if host else -1
    if at < 0 or not re.fullmatch(r"[\w.-]+", host):
        return Refusal("its host is not written in one piece")
    start = span_of(request).start + len(raw[:at].encode())
    return _Part(Span(start, start + len(host)), True, f'"{host}"', "string")


def _name(source: bytes, node: Node) -> str:
    """`proxmox_endpoint` of `provider "proxmox" { endpoint = … }`: what the block is called, and the key."""
    blocks, keys = _around(source, node)
    kind, *labels = blocks[0]
    base = "" if kind == "locals" else labels[-1] if labels else kind
    if kind in ("resource", "data") and len(labels) == 2 and _GENERIC.match(base):
        base = labels[0].partition("_")[2] or labels[0]
    inner = [block[0] for block in blocks[1:]][-1:] if len(keys) == 1 and len(keys[-1]) < 8 else []
    words = [word for word in (_snake(base), *map(_snake, inner), _snake(keys[-1])) if word]
    kept = [word for number, word in enumerate(words) if not any(word in later for later in words[number + 1 :])]
    name = "_".join(kept)
    return name if not name[:1].isdigit() else f"address_{name}"


def _snake(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)).strip("_").lower()


def _around(source: bytes, node: Node) -> tuple[list[list[str]], list[str]]:
    """The enclosing blocks (type and labels) and the keys, outermost first."""
    blocks: list[list[str]] = []
    keys: list[str] = []
    child, at = node, node.parent
    while at is not None:
        if at.type == "block":
            words = [one for one in at.named_children if one.type in ("identifier", "string_lit")]
            blocks.insert(0, [_text(source, one).strip('"') for one in words])
        elif at.type == "attribute" and at.named_children:
            keys.insert(0, _text(source, at.named_children[0]))
        elif at.type == "object_elem":
            key = at.named_children[0]
            keys.insert(0, "source" if key == child else _text(source, key).strip('"'))
        child, at = at, at.parent
    return blocks, keys


def _text(source: bytes, node: Node) -> str:
    return source[node.start_byte : node.end_byte].decode()
