"""Where a literal may be replaced by a call: an allow-list of (parent, field), tried against the TypeScript compiler.

Everything that is not listed is refused: enum members, literal types, import paths, keys, directives, case labels,
decorator arguments, tagged templates and `as const` do not take a call (docs/design.md, "Rewriting").
"""

from tree_sitter import Node

from unmoor.syntax.grammars import broken

_WRAPPERS = (
    "parenthesized_expression",
    "non_null_expression",
    "satisfies_expression",
    "as_expression",
    "type_assertion",
)
_ALLOWED = {
    ("variable_declarator", "value"),
    ("pair", "value"),
    ("assignment_expression", "right"),
    ("augmented_assignment_expression", "right"),
    ("assignment_pattern", "right"),
    ("object_assignment_pattern", "right"),
    ("public_field_definition", "value"),
    ("field_definition", "value"),
    ("required_parameter", "value"),
    ("optional_parameter", "value"),
    ("binary_expression", "left"),
    ("binary_expression", "right"),
    ("ternary_expression", "consequence"),
    ("ternary_expression", "alternative"),
    ("arrow_function", "body"),
    ("member_expression", "object"),
    ("export_statement", "value"),
    ("new_expression", "arguments"),
}
_CHILD_OF = (
    "arguments",
    "array",
    "return_statement",
    "template_substitution",
    "jsx_attribute",
    "jsx_expression",
    "await_expression",
    "yield_expression",
    "spread_element",
    "sequence_expression",
    "throw_statement",
)
_COMPARISONS = ("==", "===", "!=", "!==", "<", ">", "in", "instanceof")
_LOADERS = ("require", "import", "require.resolve", "import.meta.resolve", "jest.mock", "vi.mock")


def refusal(node: Node) -> str:
    """Why no call may stand in place of this string, or ""."""
    if broken(node):
        return "the code around it does not parse"
    inner = node
    while inner.parent is not None and inner.parent.type in _WRAPPERS:
        if inner.parent.type in ("as_expression", "type_assertion") and _constant(inner.parent):
            return "it is `as const`: its type is the literal itself"
        inner = inner.parent
    parent = inner.parent
    if parent is None:
        return "it stands alone"
    if parent.type == "call_expression" and node.type == "template_string":
        return "it is the text of a tagged template"
    if parent.type == "binary_expression" and _operator(parent) in _COMPARISONS:
        return "it is compared, not called"
    if parent.type == "expression_statement" and inner.type == "parenthesized_expression":
        return ""  # the whole expression of a template's attribute; a directive has no parentheses
    if parent.type not in _CHILD_OF and (parent.type, _field(parent, inner)) not in _ALLOWED:
        return f"a call cannot stand here ({_words(parent, inner)})"
    return _surroundings(parent)


def _constant(cast: Node) -> bool:
    return any(child.text in (b"const", b"<const>") for child in cast.children)


def _surroundings(parent: Node) -> str:
    if parent.type == "arguments" and parent.parent is not None:
        called = parent.parent.child_by_field_name("function") or parent.parent.child_by_field_name("constructor")
        text = (called.text or b"").decode("utf-8", "replace") if called is not None else ""
        if text in _LOADERS:
            return "it names a module"
        if text == "URL" and b"import.meta.url" in (parent.text or b""):
            return "it is a path beside this module"
    if parent.type == "variable_declarator":
        kind = parent.child_by_field_name("type")
        if kind is not None and any(c.type in ("literal_type", "template_literal_type") for c in kind.named_children):
            return "its declared type is a literal"
    node: Node | None = parent
    while node is not None:
        if node.type == "decorator":
            return "a decorator's argument must be constant"
        if node.type in ("enum_declaration", "ambient_declaration", "import_attribute", "literal_type"):
            return f"a call cannot stand in {_article(node.type)}"
        node = node.parent
    return ""


def _field(parent: Node, child: Node) -> str:
    for index, node in enumerate(parent.children):
        if node == child:
            return parent.field_name_for_child(index) or ""
    return ""


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return operator.type if operator is not None else ""


_WORDS = {
    "enum_assignment": "the value of an enum member",
    "enum_body": "the name of an enum member",
    "literal_type": "a type",
    "import_statement": "a module path",
    "export_statement": "a module path",
    "import_require_clause": "a module path",
    "module": "a module name",
    "property_signature": "a type's key",
    "method_definition": "a method's name",
    "expression_statement": "a directive",
    "switch_case": "a case label",
    "subscript_expression": "an index",
    "computed_property_name": "a computed key",
    "pair": "a key",
    "class_body": "a field's name",
}


def _words(parent: Node, child: Node) -> str:
    return _WORDS.get(parent.type, f"{parent.type.replace('_', ' ')} {_field(parent, child)}".strip())


def _article(kind: str) -> str:
    words = kind.replace("_", " ")
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
