"""Bringing a name into a Python module: after the docstring and `__future__`, once, and never over another binding."""

import re
import sys
from typing import NamedTuple

from tree_sitter import Node

from unmoor.model.findings import Edit, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_IMPORTS = ("import_statement", "import_from_statement")


class Imported(NamedTuple):
    """The expression to write in this file, and the edit that brings it in (None: it is there)."""

    local: str
    edit: Edit | None


def bring_os(path: str, data: bytes, root: Node, at: int) -> Imported | Refusal:
    """`os`, by the name that the file gives it at a byte."""
    for node in _head(root)[1]:
        if node.type != "import_statement":
            continue
        for part in node.named_children:
            text = data[part.start_byte : part.end_byte].decode()
            if text == "os":
                return Refusal("`os` is bound to something else here") if _rebound(data, "os") else Imported("os", None)
            if match := re.fullmatch(r"os\s+as\s+(\w+)", text):
                return Imported(match.group(1), None)
    if _rebound(data, "os"):
        return Refusal("`os` is bound to something else here")
    if _in_block(data, root, at, "os"):
        return Imported("os", None)
    return Imported("os", _standard(path, data, root))


def bring_name(path: str, data: bytes, root: Node, module: str, name: str) -> Imported | Refusal:
    """`name` of a module: the import is reused, extended or inserted."""
    for node in _head(root)[1]:
        source = node.child_by_field_name("module_name") if node.type == "import_from_statement" else None
        if source is None or data[source.start_byte : source.end_byte].decode() != module:
            continue
        names = node.children_by_field_name("name")
        for part in names:
            text = data[part.start_byte : part.end_byte].decode()
            if text == name:
                return Imported(name, None)
            if match := re.fullmatch(rf"{name}\s+as\s+(\w+)", text):
                return Imported(match.group(1), None)
        if names:
            local = _free(data, name)
            return Imported(local, _extended(path, data, names, _as(name, local)))
    local = _free(data, name)
    return Imported(local, _appended(path, data, root, f"from {module} import {_as(name, local)}"))


def _in_block(data: bytes, root: Node, at: int, name: str) -> bool:
    """Whether a block of the module that holds a byte imports the name before it (`if __name__ == …: import os`)."""
    block = next((node for node in root.named_children if node.start_byte <= at < node.end_byte), None)
    body = block.child_by_field_name("consequence") if block is not None and block.type == "if_statement" else None
    if body is None or not body.start_byte <= at < body.end_byte:
        return False
    imports = [node for node in body.named_children if node.type == "import_statement" and node.end_byte <= at]
    parts = [part for node in imports for part in node.named_children]
    return name in [data[part.start_byte : part.end_byte].decode() for part in parts]


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
        return Edit(path, Span(at, at), f"{end}{'' if after.type == 'future_import_statement' else end}{line}")
    first = next((node for node in root.named_children if node.type != "comment"), None)
    at = first.start_byte if first is not None else len(data)
    return Edit(path, Span(at, at), f"{line}{end}{end}")


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


def _rebound(data: bytes, name: str) -> bool:
    """Whether anything but an import binds the name, in any scope. LibCST decides, and only where a look says maybe."""
    word = name.encode()
    if not re.search(rb"\b" + word + rb"\s*(=[^=]|:|,|\))|\bas\s+" + word + rb"\b|\bdef\s+" + word, data):
        return False
    import libcst
    from libcst.metadata import Assignment, ImportAssignment, MetadataWrapper, ScopeProvider

    try:
        wrapper = MetadataWrapper(libcst.parse_module(data), unsafe_skip_copy=True)
    except libcst.ParserSyntaxError:
        return True
    scopes = {scope for scope in wrapper.resolve(ScopeProvider).values() if scope is not None}
    for scope in scopes:
        for assignment in scope.assignments[name]:
            if isinstance(assignment, Assignment) and not isinstance(assignment, ImportAssignment):
                return True
    return False
