"""Bringing a name into a Python module: after the docstring and `__future__`, once, and never over another binding."""

import re
import sys
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods.python_names import taken
from unmoor.model.findings import Edit, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_IMPORTS = ("import_statement", "import_from_statement")


class Imported(NamedTuple):
    """The expression to write in this file, and the edit that brings it in (None: it is there)."""

    local: str
    edit: Edit | None


def bring_environ(path: str, data: bytes, root: Node, at: int) -> Imported | Refusal:
    """`os.environ`, by the name that the file gives it at a byte."""
    for node in [*_head(root)[1], *_around(root, at)]:
        for part in node.named_children:
            text = data[part.start_byte : part.end_byte].decode()
            whole = node.type == "import_statement"
            match = re.fullmatch(r"os(?:\.\w+|\s+as\s+(\w+))?" if whole else r"environ(?:\s+as\s+(\w+))?", text)
            if match is None or not (whole or _from(data, node) == "os"):
                continue
            local = match.group(1) or ("os" if whole else "environ")
            if not taken(data, root, at, local, "os" if whole else "os.environ"):
                return Imported(f"{local}.environ" if whole else local, None)
    if taken(data, root, at, "os", "os"):
        return Refusal("`os` is bound to something else here")
    return Imported("os.environ", _standard(path, data, root))


def bring_name(path: str, data: bytes, root: Node, at: int, module: str, name: str) -> Imported:
    """`name` of a module, at a byte: the import is reused, extended or inserted."""
    for node in [*_head(root)[1], *_around(root, at)]:
        if _from(data, node) != module:
            continue
        names = node.children_by_field_name("name")
        for part in names:
            match = re.fullmatch(rf"{name}(?:\s+as\s+(\w+))?", data[part.start_byte : part.end_byte].decode())
            local = (match.group(1) or name) if match else ""
            if local and not taken(data, root, at, local, f"{module}.{name}"):
                return Imported(local, None)
        if names and _alone(data, node):
            local = _free(data, name)
            return Imported(local, _extended(path, data, names, _as(name, local)))
    local = _free(data, name)
    return Imported(local, _appended(path, data, root, f"from {module} import {_as(name, local)}"))


def _from(data: bytes, node: Node) -> str:
    """The module of a `from … import`, "" for any other import."""
    source = node.child_by_field_name("module_name") if node.type == "import_from_statement" else None
    return data[source.start_byte : source.end_byte].decode() if source is not None else ""


def _around(root: Node, at: int) -> list[Node]:
    """The imports before a byte in the blocks around it: of functions and of `if`, not of classes."""
    found: list[Node] = []
    node: Node | None = root.descendant_for_byte_range(at, at)
    while node is not None and node.parent is not None:
        holder = node.parent.parent if node.parent.type == "block" else None
        if holder is not None and holder.type != "class_definition":
            found += [one for one in node.parent.named_children if one.type in _IMPORTS and one.end_byte <= at]
        node = node.parent
    return found


def _as(name: str, local: str) -> str:
    return name if name == local else f"{name} as {local}"


def _free(data: bytes, name: str) -> str:
    candidates = (name, f"resolve_{name}", *(f"{name}_{number}" for number in range(2, 50)))
    return next(one for one in candidates if not re.search(rb"\b" + one.encode() + rb"\b", data))


def _extended(path: str, data: bytes, names: list[Node], text: str) -> Edit:
    last = names[-1]
    lead = re.search(rb"\n[ \t]*$", data[: last.start_byte])
    gap = newline(data) + lead.group()[1:].decode() if lead else " "
    return Edit(path, Span(last.end_byte, last.end_byte), f",{gap}{text}")


def _head(root: Node) -> tuple[Node | None, list[Node]]:
    """What an import must follow (docstring, `__future__`), and the imports of the file's head in order."""
    after: Node | None = None
    imports: list[Node] = []
    for number, node in enumerate(root.named_children):
        if node.type == "comment":
            continue
        if node.type == "future_import_statement" or (_docstring(node) and not imports and number < 40):
            after = node
        elif node.type in _IMPORTS:
            imports.append(node)
        elif node.type not in ("try_statement", "if_statement"):
            break
    return after, imports


def _docstring(node: Node) -> bool:
    return node.type == "expression_statement" and node.named_children[0].type in ("string", "concatenated_string")


def _standard(path: str, data: bytes, root: Node) -> Edit:
    """`import os`, among the imports of the standard library where they stand."""
    end = newline(data)
    imports = [node for node in _head(root)[1] if _alone(data, node)]
    if not imports:
        return _appended(path, data, root, "import os")
    standard = [node for node in imports if _module(data, node) in sys.stdlib_module_names]
    plain = [node for node in standard if node.type == "import_statement"]
    before = next((node for node in plain if _module(data, node) > "os"), None)
    if before is not None:
        return Edit(path, Span(before.start_byte, before.start_byte), f"import os{end}")
    if plain:
        at = _line_end(data, plain[-1].end_byte)
        return Edit(path, Span(at, at), f"{end}import os")
    gap = "" if standard else end
    return Edit(path, Span(imports[0].start_byte, imports[0].start_byte), f"import os{end}{gap}")


def _appended(path: str, data: bytes, root: Node, line: str) -> Edit:
    """Behind the last import of the head, else behind docstring and `__future__`, else before the first statement."""
    end = newline(data)
    after, imports = _head(root)
    if imports:
        at = _line_end(data, imports[-1].end_byte)
        return Edit(path, Span(at, at), f"{end}{line}")
    if after is not None:
        at = _line_end(data, after.end_byte)
        return Edit(path, Span(at, at), f"{end}{end}{line}")
    at = _behind_heading(data, root)
    return Edit(path, Span(at, at), f"{line}{end}{end}")


def _behind_heading(data: bytes, root: Node) -> int:
    """Before the first statement and the comment that belongs to it; behind the comments that head the file."""
    nodes = root.named_children
    count = next((number for number, node in enumerate(nodes) if node.type != "comment"), len(nodes))
    at = nodes[count].start_byte if count < len(nodes) else len(data)
    for node in reversed(nodes[:count]):
        between = data[node.end_byte : at]
        heading = re.match(
            rb"#!|#.*coding[:=]|#.*(?i:copyright|licen[sc]e|spdx)", data[node.start_byte : node.end_byte]
        )
        if heading or between.count(b"\n") != 1:
            break
        at = node.start_byte
    return at


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end - (data[end - 1 : end] == b"\r")


def _alone(data: bytes, node: Node) -> bool:
    """Whether a statement begins its line at the margin."""
    return node.start_byte == 0 or data[node.start_byte - 1 : node.start_byte] == b"\n"


def _module(data: bytes, node: Node) -> str:
    text = data[node.start_byte : node.end_byte].decode()
    match = re.match(r"(?:import|from)\s+([\w.]*)", text)
    return match.group(1).partition(".")[0] if match else ""
