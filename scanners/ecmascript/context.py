"""What a value is for: the way up from a literal to the statement, read as a role with its reason."""

import re

from tree_sitter import Node

from unmoor.scanners.ecmascript import names, switches
from unmoor.scanners.ecmascript.calls import read_argument
from unmoor.scanners.ecmascript.literals import is_sum
from unmoor.scanners.ecmascript.role import Context, env_name, take_branch, take_default
from unmoor.scanners.ecmascript.source import FUNCTIONS, Chain, Source, unwrap

TRANSPARENT = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "await_expression",
        "type_assertion",
        "template_substitution",
        "template_string",
        "spread_element",
        "jsx_expression",
        "sequence_expression",
        "yield_expression",
        "unary_expression",
    }
)
_TYPES = frozenset(
    {
        "literal_type",
        "template_literal_type",
        "type_annotation",
        "type_arguments",
        "type_alias_declaration",
        "interface_declaration",
        "property_signature",
        "index_signature",
        "union_type",
        "template_type",
        "ambient_declaration",
    }
)
_SKIP = frozenset({"import_statement", "import_require_clause", "import_attribute", "module"})
_PAGE_ADDRESS = re.compile(r"\blocation(?:\?)?\.(?:origin|href)$")
_BARE_BASE = re.compile(r"""["'`]https?://localhost/?["'`]$""")
_COMPARING = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"})
MOST_STEPS = 200


def context_of(source: Source, chain: Chain, top: int) -> Context:
    """The context of `chain[top]`, a literal or the whole concatenation it stands in."""
    context = Context()
    at = top
    while at > 0 and top - at < MOST_STEPS:
        if not _step(source, chain, at, context):
            break
        at -= 1
    _statement(source, chain, max(at, 1), context)
    if not context.why:
        context.why = f"a value ({context.position or 'expression'})"
    context.attrs["position"] = context.position or "expression"
    if context.keys:
        context.attrs.setdefault("key", context.keys[0])
    return context


def _statement(source: Source, chain: Chain, at: int, context: Context) -> None:
    """What the statements around say: environment switches outrank what a value is used for."""
    if context.role in ("comparison", "display", "type", "dummy-base", "bind") or context.skip:
        return
    branch, side = switches.surrounding(source, chain, at)
    take_branch(context, branch, "inside a branch of an environment switch")
    context.runtime = context.runtime or side


def _step(source: Source, chain: Chain, at: int, context: Context) -> bool:
    """Read the parent of `chain[at]`; False where the way up ends."""
    node, slot = chain[at]
    parent = chain[at - 1].node
    kind = parent.type
    if kind in TRANSPARENT:
        if kind == "template_substitution":
            context.place("substitution")
        return True
    if kind in _TYPES:
        context.settle("type", "a type, not a value", "type")
        return False
    if kind in _SKIP or (kind == "export_statement" and slot == "source"):
        context.skip = True
        context.place("module")
        return False
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(source, chain, at, context)
    if kind in FUNCTIONS:
        if kind == "arrow_function" and slot == "body" and node.type != "statement_block":
            context.place("return")
            return _returned(source, chain, at, context)
        return False
    return kind not in ("program", "statement_block", "class_body", "switch_body", "ERROR")


def _returned(source: Source, chain: Chain, at: int, context: Context) -> bool:
    """`() => 'x'`: goes on up only where the function is an argument or property, so that the call names it."""
    outer = chain[at - 2].node.type if at > 1 else ""
    return outer in ("variable_declarator", "pair", "public_field_definition")


def _binary(source: Source, chain: Chain, at: int, context: Context) -> bool:
    slot = chain[at].field
    parent = chain[at - 1].node
    operator = source.name(parent.child_by_field_name("operator"))
    if operator in _COMPARING:
        context.settle("comparison", f"compared with `{operator}`", "comparison")
        return False
    left = parent.child_by_field_name("left")
    if operator in ("||", "??") and slot == "right" and left is not None:
        context.place("fallback")
        _stands_in(source, chain[at].node, left, context)
        take_default(source, left, context, f"right of `{operator}`")
    elif operator == "&&" and slot == "right" and left is not None:
        take_branch(context, switches.branch(source, left, True), "behind an environment test")
    elif is_sum(parent):
        context.place("concatenation")
    return True


def _ternary(source: Source, chain: Chain, at: int, context: Context) -> bool:
    slot = chain[at].field
    parent = chain[at - 1].node
    condition = parent.child_by_field_name("condition")
    if slot == "condition" or condition is None:
        context.place("condition")
        return True
    context.place("ternary")
    positive = slot == "consequence"
    other = parent.child_by_field_name("alternative" if positive else "consequence")
    _stands_in(source, chain[at].node, other, context)
    branch = switches.branch(source, condition, positive)
    side = switches.side(source, condition, positive)
    if branch:
        take_branch(context, branch, "one arm of an environment switch")
    elif side:
        context.runtime = context.runtime or side
    elif not context.decided:
        name = env_name(source, condition)
        test = unwrap(condition)
        plain_test = test is not None and test.type in (
            "identifier",
            "member_expression",
            "unary_expression",
            "subscript_expression",
        )
        if name or (plain_test and not positive):
            take_default(source, condition, context, "the other arm of a conditional")
    return True


def _stands_in(source: Source, node: Node, other: Node | None, context: Context) -> None:
    """A bare `http://localhost` where there is no page to ask for its own address: a base that is thrown away."""
    if _PAGE_ADDRESS.search(source.name(other)[-80:]) and _BARE_BASE.match(source.name(node)[:40]):
        context.settle("dummy-base", "stands in for the page's own address")


def _pair(source: Source, chain: Chain, at: int, context: Context) -> bool:
    slot = chain[at].field
    pair = chain[at - 1].node
    if slot == "key":
        context.settle("type", "a property key, not a value", "pair-key")
        return False
    context.place("property")
    key = _key(source, pair.child_by_field_name("key"))
    context.keys.append(key)
    branch = switches.keyed(key) if _has_environments(source, chain, at) else ""
    take_branch(context, branch, f"the value for `{key}` in an object keyed by environment")
    if context.decided and context.role != "default":
        return True
    if key.startswith("/") and len(key) > 1:
        context.attrs["proxy_key"] = key
    if names.CORS_KEY.match(key):
        context.settle("cors-origin", f"the value of `{key}`")
    elif names.COMPARISON_KEY.match(key):
        context.settle("comparison", f"a host to compare with (`{key}`)")
    elif key in ("remotePatterns", "images"):
        context.settle("comparison", f"hosts that `{key}` allows")
    elif key in ("default", "defaultValue", "fallback"):
        context.settle("default", f"the value of `{key}`")
    elif names.EXAMPLE_KEY.match(key):
        context.settle("example", f"the value of `{key}`")
    elif names.DISPLAY_KEY.match(key) and len(context.keys) == 1:
        context.settle("display", f"shown (`{key}`)")
    elif (
        key == "destination"
        or (key == "proxy" and len(context.keys) > 1)
        or (key == "router" and "target" in context.keys)
    ):
        context.settle("proxy-target", f"the target of a proxy (`{key}`)")
    elif (
        key in ("server", "devServer", "preview", "hmr")
        and context.keys[0] in ("host", "public", "hostname")
        and len(context.keys) == 2
    ):
        context.settle("bind", f"the address that `{key}` binds")
    return True


def _has_environments(source: Source, chain: Chain, at: int) -> bool:
    """Whether the object around a pair has keys for at least two environments."""
    found = 0
    for pair in chain[at - 2].node.named_children[:20] if at > 1 else []:
        if pair.type == "pair" and switches.keyed(_key(source, pair.child_by_field_name("key"))):
            found += 1
    return found > 1


def _key(source: Source, node: Node | None) -> str:
    """The name of a property, without quotes or brackets."""
    return source.name(node).strip("[]'\"`")[:100]


def _assignment(source: Source, chain: Chain, at: int, context: Context) -> bool:
    """`a = 'x'`, `a ||= 'x'`."""
    if chain[at].field != "right":
        return False
    parent = chain[at - 1].node
    left = parent.child_by_field_name("left")
    operator = source.name(parent.child_by_field_name("operator"))
    target = source.name(left)[:120]
    context.place("assignment")
    name = target.rpartition(".")[2].strip("[]'\"`")
    context.attrs.setdefault("key", context.keys[0] if context.keys else name)
    if operator in ("||=", "??=") and left is not None:
        take_default(source, left, context, f"right of `{operator}`")
    elif env_name(source, left) and left is not None and left.type == "member_expression":
        context.attrs.setdefault("env", env_name(source, left))
        context.attrs["sets_env"] = True
    elif re.search(r"(?:^|\.)location(?:\.href)?$", target):
        context.settle("request", "navigated to")
    elif names.CORS_KEY.match(name):
        context.settle("cors-origin", f"assigned to `{name}`")
    elif names.DISPLAY_KEY.match(name) or re.search(
        r"(?:^|\.)(?:textContent|innerText|innerHTML|placeholder)$", target
    ):
        context.settle("display", f"shown (`{name}`)")
    return False


def _parameter(source: Source, chain: Chain, at: int, context: Context) -> bool:
    """A default of a parameter or of destructuring."""
    if chain[at].field not in ("value", "right"):
        return False
    parent = chain[at - 1].node
    left = parent.child_by_field_name("left") or parent.child_by_field_name("pattern")
    name = source.name(left)[:80]
    context.place("parameter" if parent.type.endswith("parameter") else "destructuring")
    outer = next(
        (step.node for step in reversed(chain[max(0, at - 6) : at]) if step.node.type == "variable_declarator"), None
    )
    if parent.type in ("object_assignment_pattern", "assignment_pattern") and outer is not None:
        above = chain[at - 2].node
        key = _key(source, above.child_by_field_name("key")) if above.type == "pair_pattern" else name
        if re.search(r"(?:^|\.)env$", source.name(outer.child_by_field_name("value"))):
            context.attrs["env"] = key
        context.attrs.setdefault("key", key)
    context.attrs.setdefault("key", name)
    context.settle("default", f"the default of `{name}`")
    return False


def _declarator(source: Source, chain: Chain, at: int, context: Context) -> bool:
    parent = chain[at - 1].node
    name = source.name(parent.child_by_field_name("name"))[:100]
    if context.called:
        return False
    context.place("constant")
    context.attrs["constant"] = name
    context.attrs["exported"] = any(step.node.type == "export_statement" for step in chain[max(0, at - 4) : at])
    if not context.decided or context.role == "default":
        _named(name, context)
    return False


def _named(name: str, context: Context) -> None:
    """What the name of a constant says of its value."""
    if names.CORS_KEY.match(name):
        context.settle("cors-origin", f"the constant `{name}`")
    elif names.COMPARISON_KEY.match(name) or re.search(
        r"(?i)(?:^|_)(?:local|loopback)\w*(?:hosts?|address\w*|names?)$|pattern|regex", name
    ):
        context.settle("comparison", f"hosts to compare with (`{name}`)")
    elif re.search(
        r"(?i)(?:^|_)(?:placeholder|example|sample|message|help|usage|banner|description)$|(?:Placeholder|Example|Message|HelpText)$",
        name,
    ):
        context.settle("display", f"shown (`{name}`)")


def _field(source: Source, chain: Chain, at: int, context: Context) -> bool:
    if chain[at].field not in ("value", ""):
        context.settle("type", "a property key, not a value", "pair-key")
        return False
    parent = chain[at - 1].node
    name = source.name(parent.child_by_field_name("name") or parent.child_by_field_name("property"))[:100]
    if context.called:
        return False
    context.place("field")
    context.attrs["constant"] = name
    context.attrs.setdefault("key", name)
    if not context.decided or context.role == "default":
        _named(name, context)
    return False


def _enum(source: Source, chain: Chain, at: int, context: Context) -> bool:
    if chain[at].field != "value":
        context.settle("type", "the name of an enum member", "pair-key")
        return False
    owner = next((s.node for s in reversed(chain[:at]) if s.node.type == "enum_declaration"), None)
    member = source.name(chain[at - 1].node.child_by_field_name("name"))
    context.place("enum")
    context.attrs["constant"] = f"{source.name(owner.child_by_field_name('name')) if owner else ''}.{member}"
    context.attrs["exported"] = any(step.node.type == "export_statement" for step in chain[:at])
    return False


def _case(source: Source, chain: Chain, at: int, context: Context) -> bool:
    if chain[at].field == "value":
        context.settle("comparison", "a case of a switch", "switch-case")
    return False


def _subscript(source: Source, chain: Chain, at: int, context: Context) -> bool:
    if chain[at].field == "index":
        context.settle("type", "an index", "subscript")
        return False
    return True


def _member(source: Source, chain: Chain, at: int, context: Context) -> bool:
    """`'x'.includes(y)`, `['a', 'b'].some(…)`: the value is what a method is called on."""
    name = source.name(chain[at - 1].node.child_by_field_name("property"))
    if names.COMPARISON.search("." + name) and name not in ("split", "replace", "replaceAll"):
        context.settle("comparison", f"`.{name}` is asked of it", "comparison")
        return False
    return True


def _attribute(source: Source, chain: Chain, at: int, context: Context) -> bool:
    parent = chain[at - 1].node
    name = source.name(parent.named_children[0]) if parent.named_children else ""
    context.place(f"jsx-attribute:{name}")
    context.attrs["position_attribute"] = name
    context.attrs.setdefault("key", context.keys[0] if context.keys else name)
    if names.NAMESPACE_ATTRIBUTE.match(name):
        context.settle("display", "an XML namespace")
    elif names.DISPLAY_KEY.match(name):
        context.settle("display", f"shown (`{name}`)")
    elif names.REQUEST_ATTRIBUTE.match(name):
        context.settle("request", f"followed or loaded from `{name}`")
    return False


def _element(source: Source, chain: Chain, at: int, context: Context) -> bool:
    context.settle("display", "text of an element", "jsx-text")
    return False


def _return(source: Source, chain: Chain, at: int, context: Context) -> bool:
    context.place("return")
    return False


def _array(source: Source, chain: Chain, at: int, context: Context) -> bool:
    context.place("array")
    return True


def _throw(source: Source, chain: Chain, at: int, context: Context) -> bool:
    context.settle("display", "thrown", "throw")
    return False


def _tagged(source: Source, chain: Chain, at: int, context: Context) -> bool:
    if chain[at].field == "arguments":
        context.place("tagged-template")
    return True


def _directive(source: Source, chain: Chain, at: int, context: Context) -> bool:
    context.place("directive")
    return False


_READERS = {
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "arguments": read_argument,
    "pair": _pair,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment,
    "assignment_pattern": _parameter,
    "object_assignment_pattern": _parameter,
    "required_parameter": _parameter,
    "optional_parameter": _parameter,
    "variable_declarator": _declarator,
    "public_field_definition": _field,
    "field_definition": _field,
    "enum_assignment": _enum,
    "enum_body": _enum,
    "switch_case": _case,
    "subscript_expression": _subscript,
    "member_expression": _member,
    "jsx_attribute": _attribute,
    "jsx_element": _element,
    "jsx_fragment": _element,
    "return_statement": _return,
    "array": _array,
    "throw_statement": _throw,
    "call_expression": _tagged,
    "expression_statement": _directive,
}
