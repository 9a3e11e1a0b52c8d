"""Imports, re-exports and directives of a module: from the bytes of its head where they are plain, else from the tree.

Nearly every module imports something and most hold nothing else for us, so that this spares most files their parse.
"""

import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.scanners.ecmascript.literals import plain
from unmoor.scanners.ecmascript.source import Source

_BLANK = re.compile(rb"\s+|//[^\n]*|/\*.*?\*/|;", re.S)
_STRING = rb"(?:'([^'\\\n]*)'|\"([^\"\\\n]*)\")"
_NAME = rb"[A-Za-z_$][\w$]*"
_DIRECTIVE = re.compile(rb"(['\"])(use [a-z]+)\1[ \t]*(?:;|\r?\n\s*(?=[A-Za-z/@'\"]))")
_IMPORT = re.compile(
    rb"import\b(?:\s*(?:type\s+(?!from\b|,))?(?:(" + _NAME + rb")(?<!\btype)\s*,?\s*)?"
    rb"(?:\*\s*as\s+(" + _NAME + rb")|\{([\w$\s,]*)\})?\s*(?<![\w$,])from)?\s*" + _STRING + rb"(?!\s*(?:with|assert)\b)"
)
_AGAIN = re.compile(
    rb"export\s*(?:type\s*(?=\{))?(?:\*(?:\s*as\s+" + _NAME + rb")?\s*|\{[\w$\s,]*\}\s*)from\s*" + _STRING
    + rb"(?!\s*(?:with|assert)\b)"
)  # fmt: skip
_MORE = (
    re.compile(rb"from\s*(?:['\"]|/[*/])"),
    re.compile(rb"import\s*(?:['\"]|/[*/]|(?:type\s+)?[\w$]+\s*=)"),
)
_SPECIFIER = re.compile(rb"(?:type\s+)?(" + _NAME + rb")(?:\s+as\s+(" + _NAME + rb"))?$")
_MOST_BEFORE = 10  # comments and directives before one; further down the tree's first children would not show it
_MOST = 2000
_QUOTES = (b"'", b'"', b"`")


class Heading(NamedTuple):
    """modules: imported and re-exported, in order. bound: "local=module#name". end: where the last import ends."""

    directives: list[str]
    modules: list[str]
    bound: list[str]
    again: list[str]
    end: int


def read_heading(text: bytes) -> Heading | None:
    """The heading where all imports stand at the head of the text in plain forms; None if only the tree can tell."""
    found = Heading([], [], [], [], 0)
    at, comments, end = 0, 0, 0
    if text.startswith((b"#!", b"\xef\xbb\xbf#!")):
        found.directives.append("shebang")
        at = text.find(b"\n") if b"\n" in text else len(text)
    elif text.startswith(b"\xef\xbb\xbf"):
        at = 3
    while True:
        if match := _BLANK.match(text, at):
            comments += match.group().startswith(b"/")
        elif match := _IMPORT.match(text, at):
            if not _take_import(match, found):
                return None
            end = match.end()
        elif match := _AGAIN.match(text, at):
            module = _module(match)
            found.modules.append(module)
            found.again.append(module)
        elif not found.modules and (match := _DIRECTIVE.match(text, at)):
            if comments + len(found.directives) > _MOST_BEFORE:
                return None
            found.directives.append(match.group(2).decode())
        else:
            break
        at = match.end()
    if (
        any(more.search(text, at) for more in _MORE)
        or len(found.modules) > _MOST
        or text[at : at + 1] in (b"'", b'"', b"`")
    ):
        return None
    return found._replace(modules=list(dict.fromkeys(found.modules)), end=end)


def _module(match: "re.Match[bytes]") -> str:
    return (match[match.lastindex or 0]).decode("utf-8", "replace")


def _take_import(match: "re.Match[bytes]", found: Heading) -> bool:
    """Add what an import binds; False if a name in it needs the tree."""
    module = _module(match)
    default, namespace, names = match.group(1), match.group(2), match.group(3)
    found.modules.append(module)
    if default:
        found.bound.append(f"{default.decode()}={module}#default")
    if namespace:
        found.bound.append(f"{namespace.decode()}={module}#*")
    for part in names.split(b",") if names else ():
        text = part.strip()
        specifier = _SPECIFIER.match(text)
        if text and (specifier is None or specifier.group(1) in (b"type", b"as")):
            return False
        if specifier:
            name, local = specifier.group(1), specifier.group(2) or specifier.group(1)
            found.bound.append(f"{local.decode()}={module}#{name.decode()}")
    return True


def heading_of(source: Source, nodes: list[Node]) -> Heading:
    """The heading that the tree gives, from its import statements and re-exports."""
    modules: dict[str, None] = {}
    bound: list[str] = []
    again: list[str] = []
    for node in nodes[:_MOST]:
        module = plain(source, node.child_by_field_name("source"))
        if module is None:
            continue
        modules[module] = None
        if node.type == "export_statement":
            again.append(module)
        else:
            bound += _bound(source, node, module)
    end = max((node.end_byte for node in nodes if node.type == "import_statement"), default=0)
    return Heading(_directives(source), list(modules), bound, again, end)


def _directives(source: Source) -> list[str]:
    found = ["shebang"] if source.text.lstrip(b"\xef\xbb\xbf").startswith(b"#!") else []
    for node in source.tree.root_node.named_children[:12]:
        if node.type in ("comment", "hash_bang_line"):
            continue
        inner = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
        if inner is None or inner.type != "string":
            break
        found.append(plain(source, inner) or "")
    return found


def _bound(source: Source, node: Node, module: str) -> list[str]:
    found: list[str] = []
    for clause in node.named_children:
        if clause.type != "import_clause":
            continue
        for part in clause.named_children:
            if part.type == "identifier":
                found.append(f"{source.name(part)}={module}#default")
            elif part.type == "namespace_import":
                found.append(f"{source.name(part.named_children[-1])}={module}#*")
            elif part.type == "named_imports":
                for item in part.named_children:
                    name = source.name(item.child_by_field_name("name"))
                    local = source.name(item.child_by_field_name("alias")) or name
                    if name:
                        found.append(f"{local}={module}#{name}")
    return found
