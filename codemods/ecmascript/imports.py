"""Bringing a name into a module: reuse an import, extend one, or insert one; never twice, never over a taken name."""

import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods.ecmascript.source import Source
from unmoor.model.findings import Edit
from unmoor.model.spans import Span

_LICENCE = re.compile(rb"@license|@preserve|copyright|SPDX-|licen[sc]ed|^/\*!", re.IGNORECASE)
_NAMES = ("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern", "type_identifier")


class Imported(NamedTuple):
    """The name to call in this file, and the edit that brings it in (None: it is there)."""

    local: str
    edit: Edit | None


def bring(
    source: Source, name: str, specifiers: tuple[str, ...], seen: tuple[Source, ...] = (), usual: bool = False
) -> Imported:
    """Make `name` of a module callable. specifiers: the one to write, then other spellings of the same module.

    seen: other scripts of a component, whose imports count here. usual: whether the package's scripts `require`.
    """
    every = [statement for one in (source, *seen) for statement in _statements(one)]
    existing = [statement for statement in every if statement.specifier in specifiers]
    for statement in existing:
        local = statement.names.get(name)
        if local:
            return Imported(local, None)
        if statement.namespace:
            return Imported(f"{statement.namespace}.{name}", None)
    local = free_name(source, name)
    for statement in existing:
        edit = _extend(source, statement, name, local)
        if edit is not None:
            return Imported(local, edit)
    return Imported(local, _insert(source, name, local, specifiers[0], commonjs(source, usual)))


class _Statement(NamedTuple):
    node: Node
    specifier: str
    names: dict[str, str]
    namespace: str
    clause: Node | None
    typed: bool
    required: bool


def _statements(source: Source) -> list[_Statement]:
    found = []
    for node in source.root.children:
        if node.type == "import_statement":
            found.append(_import(source, node))
        elif node.type in ("lexical_declaration", "variable_declaration"):
            found += [s for s in (_require(source, node, child) for child in node.named_children) if s is not None]
    return found


def _import(source: Source, node: Node) -> _Statement:
    where = node.child_by_field_name("source")
    specifier = source.text(where)[1:-1] if where is not None else ""
    clause = next((child for child in node.children if child.type == "import_clause"), None)
    typed = any(child.type in ("type", "typeof") for child in node.children)
    names: dict[str, str] = {}
    namespace = ""
    for part in clause.named_children if clause is not None else []:
        if part.type == "namespace_import" and not typed:
            namespace = source.text(part.named_children[-1])
        if part.type == "named_imports" and not typed:
            names |= dict(_specifier(source, one) for one in part.named_children if one.type == "import_specifier")
    return _Statement(node, specifier, names, namespace, clause, typed, False)


def _specifier(source: Source, node: Node) -> tuple[str, str]:
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    text = source.text(name) if name is not None else ""
    if source.text(node).startswith("type "):
        return "", ""
    return text, source.text(alias) if alias is not None else text


def _require(source: Source, node: Node, declarator: Node) -> _Statement | None:
    value = declarator.child_by_field_name("value")
    match = re.fullmatch(r"require\(\s*[\"'](.+?)[\"']\s*\)", source.text(value)) if value is not None else None
    name = declarator.child_by_field_name("name")
    if match is None or name is None:
        return None
    if name.type == "identifier":
        return _Statement(node, match.group(1), {}, source.text(name), None, False, True)
    names = {}
    for part in name.named_children:
        pieces = source.text(part).split(":")
        names[pieces[0].strip()] = pieces[-1].strip()
    return _Statement(node, match.group(1), names, "", name, False, True)


def _extend(source: Source, statement: _Statement, name: str, local: str) -> Edit | None:
    if statement.clause is None or statement.typed:
        return None
    named = statement.clause
    if not statement.required:
        found = [c for c in statement.clause.named_children if c.type == "named_imports"]
        if not found:
            at = statement.clause.end_byte
            return Edit(source.path, Span(at, at), f", {{ {_as(name, local)} }}")
        named = found[0]
    if not named.named_children or any(c.type == "comment" for c in named.children):
        return None
    last = named.named_children[-1]
    before = source.data[: last.start_byte]
    lead = re.search(rb"\n[ \t]*$", before)
    gap = source.newline + lead.group()[1:].decode() if lead else " "
    written = f"{name}: {local}" if statement.required and name != local else _as(name, local)
    return Edit(source.path, Span(last.end_byte, last.end_byte), f",{gap}{written}")


def _as(name: str, local: str) -> str:
    return name if name == local else f"{name} as {local}"


def free_name(source: Source, name: str) -> str:
    """The name itself, or one like it that nothing in the file uses."""
    second = "resolve" + name[3:] if name.startswith("get") and len(name) > 3 else name + "Resolved"
    for candidate in (name, second, *(f"{second}{number}" for number in range(2, 50))):
        if not _used(source, candidate):
            return candidate
    raise AssertionError("fifty spellings of one name are taken")


def _used(source: Source, name: str) -> bool:
    region = source.region
    for match in re.finditer(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", source.data):
        if source.embedded and not region.start <= match.start() < region.end:
            return True  # in a template, or in another script
        node = source.root.descendant_for_byte_range(match.start(), match.end() - 1)
        if node is not None and node.type in _NAMES and not _passed_on(node):
            return True
    return False


def _passed_on(node: Node) -> bool:
    """`export { x } from '…'` binds nothing here."""
    around = node.parent.parent if node.parent is not None and node.parent.type == "export_specifier" else None
    return around is not None and around.parent is not None and around.parent.child_by_field_name("source") is not None


def commonjs(source: Source, usual: bool = False) -> bool:
    """Whether the file brings modules in by `require`. usual: what its package's scripts do, if it does not tell."""
    if source.path.endswith(".cjs"):
        return True
    if source.path.endswith((".mjs", ".mts")) or source.embedded:
        return False
    if any(child.type in ("import_statement", "export_statement") for child in source.root.children):
        return False
    if re.search(rb"\brequire\(|\bmodule\.exports\b|\bexports\.\w+\s*=", source.data):
        return True
    return usual and source.path.endswith(".js")


def line_of(name: str, local: str, specifier: str, quote: str = "'", end: str = "") -> str:
    """The import as a line of its own."""
    return f"import {{ {_as(name, local)} }} from {quote}{specifier}{quote}{end}"


def _insert(source: Source, name: str, local: str, specifier: str, required: bool) -> Edit:
    quote, end = source.quote, source.semicolon
    if required:
        bound = name if name == local else f"{name}: {local}"
        line = f"const {{ {bound} }} = require({quote}{specifier}{quote}){end}"
    else:
        line = line_of(name, local, specifier, quote, end)
    brought = [s.node for s in _statements(source)]
    if brought:
        return _after(source, brought[-1], line)
    return _at_top(source, line)


def _after(source: Source, node: Node, line: str) -> Edit:
    """On a line of its own behind a statement and whatever else stands on that line."""
    end = source.data.find(b"\n", node.end_byte, source.region.end)
    at = source.region.end if end < 0 else end - (source.data[end - 1 : end] == b"\r")
    start = source.data.rfind(b"\n", 0, node.start_byte) + 1
    indent = re.match(rb"[ \t]*", source.data[start : node.start_byte])
    return Edit(source.path, Span(at, at), source.newline + (indent.group().decode() if indent else "") + line)


def _at_top(source: Source, line: str) -> Edit:
    """Behind a byte-order mark, shebang, licence and directives, in front of the first statement."""
    last: Node | None = None
    first: Node | None = None
    for child in source.root.children:
        head = child.type == "hash_bang_line" or _directive(child) or _heading(source, child, last)
        if not head:
            first = child
            break
        last = child
    if last is None:
        return _before(source, first, line)
    edit = _after(source, last, line)
    spaced = re.match(rb"[ \t]*\r?\n[ \t]*\r?\n", source.data[edit.span.start : edit.span.start + 80])
    after = "" if spaced or first is None else source.newline
    return Edit(edit.path, edit.span, source.newline + edit.text + after)


def _before(source: Source, first: Node | None, line: str) -> Edit:
    at = first.start_byte if first is not None else source.region.end
    if not source.embedded and source.data[:at].strip(b"\xef\xbb\xbf \t\r\n") == b"":
        at = 3 if source.data.startswith(b"\xef\xbb\xbf") else 0
        return Edit(source.path, Span(at, at), line + source.newline + (source.newline if first is not None else ""))
    if source.embedded and source.region.start <= at and b"\n" not in source.data[source.region.start : at]:
        return Edit(source.path, Span(at, at), source.newline + line + source.newline)
    start = source.data.rfind(b"\n", 0, at) + 1
    indent = source.data[start:at].decode() if not source.data[start:at].strip() else ""
    return Edit(source.path, Span(at, at), line + source.newline + indent)


def _directive(node: Node) -> bool:
    return node.type == "expression_statement" and node.named_children[0].type == "string"


def _heading(source: Source, node: Node, last: Node | None) -> bool:
    """A comment that belongs to the file, not to the statement below it."""
    if node.type != "comment":
        return False
    text = source.data[node.start_byte : node.end_byte]
    if _LICENCE.search(text) or text.startswith((b"// @ts-", b"/* eslint", b"// eslint", b"/** @jsx", b"/* @jsx")):
        return True
    return bool(re.match(rb"[ \t]*\r?\n[ \t]*\r?\n", source.data[node.end_byte : node.end_byte + 80]))
