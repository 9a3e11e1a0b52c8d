"""What a name means at a place of a Python module. A look at the text says maybe; LibCST's scopes decide."""

import re
from typing import Any

from tree_sitter import Node


def taken(data: bytes, root: Node, at: int, name: str, origin: str) -> bool:
    """Whether the name may mean something else at a byte than what `origin` (`os`, `app.urls.backend_url`) imports."""
    imported = rb"(?m)^[ \t]*import[ \t]+os\b.*$" if origin == "os" else rb"(?!)"
    text = re.sub(imported, b"", data)
    if not re.search(rb"(?<![\w.])" + name.encode() + rb"\b(?!\s*[.(\[])", text):
        return False
    import libcst
    from libcst.metadata import MetadataWrapper, ScopeProvider

    try:
        wrapper = MetadataWrapper(libcst.parse_module(data), unsafe_skip_copy=True)
    except (libcst.ParserSyntaxError, UnicodeDecodeError):
        return True
    path = _path(data, root, at)
    scopes = {scope for scope in wrapper.resolve(ScopeProvider).values() if scope is not None}
    return any(_binds(scope, name, origin) for scope in scopes if _visible(scope, path))


def _binds(scope: Any, name: str, origin: str) -> bool:
    """Whether a scope binds the name to anything but the import. What it takes from scopes above is theirs."""
    from libcst.metadata import Assignment, ImportAssignment

    for assignment in scope.assignments[name]:
        if assignment.scope is not scope or not isinstance(assignment, Assignment):
            continue
        if not isinstance(assignment, ImportAssignment):
            return True
        if {one.name for one in assignment.get_qualified_names_for(name)} != {origin}:
            return True
    return False


def _visible(scope: Any, path: list[str]) -> bool:
    """Whether code in the functions and classes of a path sees what a scope binds; where that is not known, it does."""
    from libcst.metadata import ClassScope, FunctionScope

    names: list[str] = []
    current = scope
    while isinstance(current, FunctionScope | ClassScope):
        name = getattr(getattr(current, "node", None), "name", None)
        if name is None:
            return True
        names.insert(0, str(name.value))
        current = current.parent
    return names == path if isinstance(scope, ClassScope) else names == path[: len(names)]


def _path(data: bytes, root: Node, at: int) -> list[str]:
    """The names of the functions and classes around a byte, outermost first."""
    found: list[str] = []
    node: Node | None = root.descendant_for_byte_range(at, at)
    while node is not None:
        body = node.child_by_field_name("body")
        if node.type in ("function_definition", "class_definition") and body is not None and body.start_byte <= at:
            name = node.child_by_field_name("name")
            found.insert(0, data[name.start_byte : name.end_byte].decode() if name is not None else "")
        node = node.parent
    return found
