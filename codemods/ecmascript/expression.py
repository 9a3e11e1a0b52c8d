"""The call that takes the place of an address, for every shape in which an address is written."""

import html
import json
import re
from collections.abc import Collection
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods.ecmascript import address
from unmoor.codemods.ecmascript.source import Source
from unmoor.model.spans import Span

_READ = re.compile(
    r"(?:process\.env|import\.meta\.env|globalThis\.process\.env)(?:\??\.(\w+)|\[\s*[\"'](\w+)[\"']\s*\])(?:!|\s+as\s+string)?$"
)
_UNWRAP = ("binary_expression", "variable_declarator", "arguments", "return_statement", "assignment_expression", "pair",
           "member_expression", "template_substitution", "arrow_function", "call_expression", "field_definition",
           "public_field_definition")  # fmt: skip


class Rewrite(NamedTuple):
    """Replace `span` by `text`. absorbed: the variables that the resolver reads itself and that were dropped here."""

    span: Span
    text: str
    absorbed: tuple[str, ...] = ()


def rewrite(source: Source, node: Node, at: int, call: str, known: Collection[str]) -> Rewrite | str:
    """The rewrite of the string `node` whose address lies at byte `at`, or why there is none.

    call: the resolver's local name. known: variables that the resolver reads; a chain of these in front is dropped.
    """
    place = address.locate(source, node, at)
    if isinstance(place, str):
        return place
    if node.type == "template_string":
        return _template(source, node, place, call, known)
    if place.before:
        return "the address is only a part of a longer text"
    if node.parent is not None and node.parent.type == "jsx_attribute":
        return _attribute(source, node, place, call)
    if place.open:
        return _concatenation(source, node, call)
    if not place.explicit and (fault := _unsure_end(source, node, place)):
        return fault
    if place.after:
        quote = chr(source.data[node.start_byte])
        return Rewrite(_span(node), f"{call}({quote}{place.after.decode()}{quote})")
    if fault := _continues(source, node):
        return fault
    return _chain(source, node, call, known)


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


def _template(source: Source, node: Node, place: address.Place, call: str, known: Collection[str]) -> Rewrite | str:
    if place.open:
        return "its host or port comes from the text that follows"
    if place.before:
        if re.search(rb"[\w}]$", place.before):
            return "the address is only a part of a longer text"
        rest = re.match(rb"(?:[^\s\"'`<>\\$;,()]|\$(?!\{))*", place.after)
        path = rest.group() if rest is not None else b""
        argument = f"{source.quote}{path.decode()}{source.quote}" if path else ""
        return Rewrite(Span(place.start, place.end + len(path)), f"${{{call}({argument})}}")
    if not place.after:
        return _chain(source, node, call, known)
    if place.after.startswith(b"${"):
        if not place.explicit:
            return "its port may come from the expression that follows"
        return Rewrite(Span(place.start, place.end), f"${{{call}()}}")
    text = place.after.decode()
    if "${" not in text and "`" not in text and "\n" not in text and "'" not in text and '"' not in text:
        return Rewrite(_span(node), f"{call}({source.quote}{text}{source.quote})")
    return Rewrite(_span(node), f"{call}(`{text}`)")


def _attribute(source: Source, node: Node, place: address.Place, call: str) -> Rewrite | str:
    """A JSX attribute's string has HTML entities and no JavaScript escapes; an expression has it the other way."""
    path = html.unescape(place.after.decode())
    if not path:
        return Rewrite(_span(node), f"{{{call}()}}")
    text = json.dumps(path, ensure_ascii=False)
    if source.quote == "'" and "'" not in path and '\\"' not in text:
        text = f"'{text[1:-1]}'"
    return Rewrite(_span(node), f"{{{call}({text})}}")


def _concatenation(source: Source, node: Node, call: str) -> Rewrite | str:
    """`'http://localhost:' + PORT + …`: the literal and the next operand are the address together."""
    parent = node.parent
    right = parent.child_by_field_name("right") if parent is not None else None
    if parent is None or right is None or parent.type != "binary_expression" or not _plus(parent):
        return "its host or port comes from the text that follows"
    if parent.child_by_field_name("left") != node or not address.simple(right) or right.type == "string":
        return "its host or port is computed by more than a name"
    if fault := _continues(source, parent):
        return fault
    return Rewrite(_span(parent), f"{call}()")


def _continues(source: Source, node: Node) -> str:
    """Where text is added to a bare address, a literal piece must begin a path, or it would lengthen the port."""
    parent = node.parent
    if parent is None or parent.type != "binary_expression" or not _plus(parent):
        return ""
    if parent.child_by_field_name("left") != node:
        return ""
    right = parent.child_by_field_name("right")
    if right is not None and right.type in ("string", "template_string", "number"):
        text = source.text(right).strip("'\"`")
        if text and text[0] not in "/?#$":
            return "the text added to it would be a part of its host or port"
    return ""


def _unsure_end(source: Source, node: Node, place: address.Place) -> str:
    """`'http://localhost' + x`: x may be the port."""
    parent = node.parent
    added = parent is not None and parent.type == "binary_expression" and _plus(parent)
    if place.after or not added or parent is None or parent.child_by_field_name("left") != node:
        return ""
    right = parent.child_by_field_name("right")
    if right is not None and right.type == "string" and source.text(right)[1:2] in ("/", "?", "#"):
        return ""
    return "its port may come from the text that follows"


def _plus(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type == "+"


def _chain(source: Source, node: Node, call: str, known: Collection[str]) -> Rewrite:
    """A bare base address. Reads of known variables in front of it are the resolver's own business."""
    top, start, absorbed = node, node.start_byte, []
    current = node
    while current.parent is not None:
        parent = current.parent
        if parent.type == "parenthesized_expression" and parent.parent is not None and _defaulting(parent.parent):
            current = parent
            continue
        if read := _chosen(source, parent, current, known):
            absorbed.append(read)
            top, current, start = parent, parent, parent.start_byte
            continue
        if not _defaulting(parent) or parent.child_by_field_name("right") != current:
            break
        left = parent.child_by_field_name("left")
        kept, dropped = _strip(source, left, known) if left is not None else (left, [])
        if not dropped:
            break
        absorbed += dropped
        if kept is not None:
            start = _after_operator(source, kept)
            top = node if current == node else current
            return Rewrite(Span(start, max(top.end_byte, node.end_byte)), f"{call}()", tuple(absorbed))
        top, current = parent, parent
        start = parent.start_byte
    span = Span(start, top.end_byte)
    if absorbed:
        span = _without_parentheses(source, top, span)
    return Rewrite(span, f"{call}()", tuple(absorbed))


def _chosen(source: Source, parent: Node, current: Node, known: Collection[str]) -> str:
    """The known variable of `process.env.X ? process.env.X : '…'`, which says `process.env.X || '…'`; else ""."""
    if parent.type != "ternary_expression" or parent.child_by_field_name("alternative") != current:
        return ""
    asked, given = (parent.child_by_field_name(name) for name in ("condition", "consequence"))
    if asked is None or given is None or source.text(asked) != source.text(given):
        return ""
    match = _READ.match(source.text(asked))
    name = (match.group(1) or match.group(2)) if match else ""
    return name if name in known else ""


def _defaulting(node: Node) -> bool:
    operator = node.child_by_field_name("operator") if node.type == "binary_expression" else None
    return operator is not None and operator.type in ("||", "??")


def _strip(source: Source, left: Node, known: Collection[str]) -> tuple[Node | None, list[str]]:
    """What is left of `A || B` once known reads are taken from its right end, and their names."""
    dropped: list[str] = []
    node: Node | None = left
    while node is not None:
        last = node.child_by_field_name("right") if _defaulting(node) else node
        match = _READ.match(source.text(last)) if last is not None else None
        name = (match.group(1) or match.group(2)) if match else ""
        if not name or name not in known:
            return node, dropped
        dropped.append(name)
        node = node.child_by_field_name("left") if _defaulting(node) else None
    return None, dropped


def _after_operator(source: Source, kept: Node) -> int:
    """The start of the operand behind `kept ||`."""
    match = re.compile(rb"\s*(?:\|\||\?\?)\s*").match(source.data, kept.end_byte)
    return match.end() if match else kept.end_byte


def _without_parentheses(source: Source, top: Node, span: Span) -> Span:
    """`(process.env.X || '…') + '/api'` needs no parentheses once it is a call."""
    around = top.parent
    if around is None or around.type != "parenthesized_expression" or around.parent is None:
        return span
    if around.parent.type not in _UNWRAP or source.data[around.start_byte - 1 : around.start_byte].isalnum():
        return span
    if len(around.named_children) != 1:  # a comment inside
        return span
    return Span(around.start_byte, around.end_byte)
