"""Defaults that Python evaluates once, when the module is imported: of parameters and of fields. They come late."""

import re

from tree_sitter import Node

from unmoor.codemods import python_imports as imports
from unmoor.codemods.python_site import Site, bases
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_HARMLESS = re.compile(r"@(?:\w+\.)*(staticmethod|classmethod|override|final|abstractmethod|property)$")


def is_default(site: Site) -> bool:
    """Whether the unit is the default of a parameter."""
    return site.parent.type in ("default_parameter", "typed_default_parameter")


def is_field(site: Site, call: Node | None, key: str) -> bool:
    """Whether the unit is the default of a field of a data class or a pydantic model, bare or in `field(default=…)`."""
    value = call if call is not None and key == "default" else site.unit
    field = value.parent
    if field is None or field.type != "assignment" or field.child_by_field_name("type") is None:
        return False
    owner = class_of(field)
    return owner is not None and bool(_maker(site, owner))


def class_of(assignment: Node) -> Node | None:
    """The class that an assignment is a field of."""
    block = assignment.parent.parent if assignment.parent is not None else None
    owner = block.parent if block is not None and block.type == "block" else None
    return owner if owner is not None and owner.type == "class_definition" else None


def _maker(site: Site, owner: Node) -> tuple[str, str]:
    """(module, function) that makes a field with a factory in this class; () where fields are plain."""
    above = owner.parent
    decorators = (
        [site.text(one) for one in above.named_children if one.type == "decorator"] if above is not None else []
    )
    if any(re.match(r"@(\w+\.)?dataclass\b", one) for one in decorators):
        return "dataclasses", "field"
    return ("pydantic", "Field") if re.search(r"\bBaseModel\b", bases(site, owner)) else ()  # type: ignore[return-value]


def late(site: Site, call: Node | None, text: str, title: str, brought: imports.Imported) -> Fix | Refusal:
    """The value by a factory, or in the body of the function where the parameter is not given."""
    if is_default(site):
        return _in_body(site, text, title, brought)
    value = call if call is not None else site.unit
    assignment = value.parent
    owner = class_of(assignment) if assignment is not None else None
    assert owner is not None
    name = owner.child_by_field_name("name")
    left = assignment.child_by_field_name("left") if assignment is not None else None
    used = f"{site.text(name)}.{site.text(left)}" if name is not None and left is not None else ""
    if used and re.search(rb"\b" + re.escape(used.encode()) + rb"\b", site.source):
        return Refusal("the class itself is asked for this field")
    if call is not None:
        whole = site.parent
        edits = [Edit(site.path, Span(whole.start_byte, whole.end_byte), f"default_factory=lambda: {text}")]
    else:
        module, function = _maker(site, owner)
        maker = imports.bring_name(site.path, site.source, site.root, site.node.start_byte, module, function)
        span = Span(site.unit.start_byte, site.unit.end_byte)
        edits = [Edit(site.path, span, f"{maker.local}(default_factory=lambda: {text})")]
        edits += [maker.edit] if maker.edit is not None else []
    edits += [brought.edit] if brought.edit is not None else []
    return Fix(title, site.request.applicability, tuple(dict.fromkeys(edits)))


def _in_body(site: Site, text: str, title: str, brought: imports.Imported) -> Fix | Refusal:
    parameter, function = site.parent, site.parent.parent.parent if site.parent.parent is not None else None
    name = parameter.child_by_field_name("name")
    if function is None or function.type != "function_definition" or name is None:
        return Refusal("a parameter's default is read when the module is imported")
    word = site.text(name)
    body = function.child_by_field_name("body")
    if (reason := _unfit(site, function, body, word)) or body is None:
        return Refusal(reason)
    first = next((one for one in body.named_children if one.type != "comment" and not _docstring(one)), None)
    if first is None:
        return Refusal("a parameter of a function with no body")
    line = site.source.rfind(b"\n", 0, first.start_byte) + 1
    indent, outside = site.source[line : first.start_byte].decode(), _indent(site, function)
    step, end = indent.removeprefix(outside), newline(site.source)
    edits = [
        Edit(site.path, Span(site.unit.start_byte, site.unit.end_byte), "None"),
        Edit(site.path, Span(line, line), f"{indent}if {word} is None:{end}{indent}{step}{word} = {text}{end}"),
    ]
    kind = parameter.child_by_field_name("type")
    if kind is not None:
        optional = imports.bring_name(site.path, site.source, site.root, site.node.start_byte, "typing", "Optional")
        modern = _unions(site)
        written = f"{site.text(kind)} | None" if modern else f"{optional.local}[{site.text(kind)}]"
        edits.append(Edit(site.path, Span(kind.start_byte, kind.end_byte), written))
        edits += [optional.edit] if optional.edit is not None and not modern else []
    edits += [brought.edit] if brought.edit is not None else []
    return Fix(title, site.request.applicability, tuple(dict.fromkeys(edits)))


def _unions(site: Site) -> bool:
    """Whether `X | None` can be written in the file: it is, annotations are not evaluated, or Python is new enough."""
    if re.search(rb"(?m)\|[ \t]*None\b|\bNone[ \t]*\||^from __future__ import.*\bannotations\b", site.source):
        return True
    folder = site.path
    while folder:
        folder = folder.rpartition("/")[0]
        project = f"{folder}/pyproject.toml" if folder else "pyproject.toml"
        if site.request.has(project):
            needed = re.search(rb"requires-python\s*=\s*[\"'][^\"']*>=\s*3\.(\d+)", site.request.read(project))
            return needed is not None and int(needed.group(1)) >= 10
    return False


def _unfit(site: Site, function: Node, body: Node | None, name: str) -> str:
    """Why the default cannot move into the body."""
    kind = site.parent.child_by_field_name("type")
    if kind is not None and (re.search(r"None|Optional|Any|[\"']", site.text(kind))):
        return "the parameter's type allows None already, or is not written plainly"
    if re.search(rf"\b{name}\s+is\s+(not\s+)?None\b", site.text(function)):
        return "None means something to this parameter already"
    above = function.parent
    for one in above.named_children if above is not None and above.type == "decorated_definition" else ():
        if one.type == "decorator" and not _HARMLESS.match(site.text(one).strip()):
            return "a parameter's default is read when the module is imported, and a decorator may read it"
    if body is None or body.start_point[0] == function.start_point[0] or _one_line(site, body):
        return "a parameter of a function on one line"
    return ""


def _one_line(site: Site, body: Node) -> bool:
    line = site.source.rfind(b"\n", 0, body.start_byte) + 1
    return bool(site.source[line : body.start_byte].strip())


def _indent(site: Site, function: Node) -> str:
    line = site.source.rfind(b"\n", 0, function.start_byte) + 1
    return re.match(rb"[ \t]*", site.source[line:]).group().decode()  # type: ignore[union-attr]


def _docstring(node: Node) -> bool:
    return node.type == "expression_statement" and node.named_children[0].type in ("string", "ellipsis")
