"""Reads of environment variables: `process.env.X`, `import.meta.env.X`, destructuring, wrappers, schemas."""

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from unmoor.model.facts import Declaration, Reference
from unmoor.scanners.ecmascript import names
from unmoor.scanners.ecmascript.calls import callee_of
from unmoor.scanners.ecmascript.endpoints import scope_of
from unmoor.scanners.ecmascript.literals import literal, plain
from unmoor.scanners.ecmascript.source import Chain, Source, arguments

_ACCESS = {
    "process.env": "process.env",
    "import.meta.env": "import.meta.env",
    "Bun.env": "Bun.env",
    "globalThis.process.env": "process.env",
    "global.process.env": "process.env",
    "self.process.env": "process.env",
    "window.process.env": "process.env",
    "window.__ENV": "runtime-config",
    "window._env_": "runtime-config",
    "window.ENV": "runtime-config",
    "window.env": "runtime-config",
}
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_LOOSE = re.compile(r"^(?:\w+\.)*(?:env|ENV)$")
_OF_TEXT = re.compile(
    r"^(?:length|at|char(?:At|CodeAt)|codePointAt|concat|(?:starts|ends)With|includes|(?:lastI|i)ndexOf|localeCompare"
    r"|match(?:All)?|normalize|pad(?:Start|End)|repeat|replace(?:All)?|search|slice|split|substr(?:ing)?"
    r"|to(?:Locale)?(?:Lower|Upper)Case|toString|trim(?:Start|End)?|valueOf)$"
)
_SCHEMA = re.compile(
    r"^(?:z|zod|Joi|joi|v|yup|t|Type|S|Config|Schema|e|envsafe|str|num|bool|url|port|host|email|json|makeValidator)\b"
)
_SCHEMA_FILE = re.compile(rb"process\.env|import\.meta\.env|createEnv|cleanEnv|envsafe|ConfigModule|Bun\.env")
_TRANSPARENT = (
    "parenthesized_expression",
    "as_expression",
    "non_null_expression",
    "satisfies_expression",
    "template_substitution",
)


def reads(source: Source, chain: Chain) -> Iterator[Reference]:
    """The variables that the node at the end of the chain reads."""
    node = chain[-1].node
    if node.type in ("member_expression", "subscript_expression"):
        yield from _member(source, chain, node)
    elif node.type == "call_expression":
        yield from _call(source, chain, node)
    elif node.type == "variable_declarator":
        yield from _destructured(source, chain, node)
    elif node.type == "pair":
        yield from _schema(source, chain, node)


def given(source: Source, chain: Chain) -> Iterator[Declaration]:
    """The variable that the node at the end of the chain sets (`process.env.X = …`): the program gives it to itself and
    to what it starts."""
    node = chain[-1].node
    above = chain[-2].node if len(chain) > 1 else None
    if above is None or above.type != "assignment_expression" or chain[-1].field != "left":
        return
    if node.type not in ("member_expression", "subscript_expression"):
        return
    if _owner(source, node.child_by_field_name("object")) not in ("process.env", "Bun.env"):
        return
    index = node.child_by_field_name("index")
    name = plain(source, index) if index is not None else source.name(node.child_by_field_name("property"))
    if name is not None and _NAME.match(name):
        value = above.child_by_field_name("right") or node
        yield source.unit.declaration(
            "env", value.start_byte, value.end_byte, name, plain(source, value), source.grammar,
            attrs={"where": "script"},
        )  # fmt: skip


def _owner(source: Source, node: Node | None) -> str:
    """How an expression reaches the environment ("process.env", …), "" if it does not."""
    if node is None or node.end_byte - node.start_byte > 80:
        return ""
    text = re.sub(r"\s+|\?(?=\.)|^\(|(?:asany)?\)$|!$", "", source.name(node))
    if text in _ACCESS:
        return _ACCESS[text]
    if node.type == "identifier":
        value = source.values.get(text)
        if value is not None and re.match(
            r"(?:\{\s*\.\.\.)?\s*(?:process\.env|import\.meta\.env)\b(?!\.)|(?:\w+\.)?loadEnv\(",
            source.name(value)[:80],
        ):
            return "import.meta.env" if "import" in source.name(value)[:30] else "process.env"
    return "env" if _LOOSE.match(text) and text != "c.ENV" else ""


def _member(source: Source, chain: Chain, node: Node) -> Iterator[Reference]:
    access = _owner(source, node.child_by_field_name("object"))
    if not access:
        return
    if node.type == "member_expression":
        place = node.child_by_field_name("property")
        name = source.name(place)
        if place is None or name in ("env", "get") or not _NAME.match(name):
            return
        if access in ("env", "runtime-config") and not names.UPPER.match(name):
            return
        yield from _read(source, chain, name, place.start_byte, place.end_byte, access, "")
        return
    index = node.child_by_field_name("index")
    text = plain(source, index)
    if index is None or (text is None and access in ("env", "runtime-config")):
        return
    if text is not None and _NAME.match(text):
        if access == "env" and not names.UPPER.match(text):
            return
        yield from _read(source, chain, text, index.start_byte + 1, index.end_byte - 1, access, "js:index")
    elif text is None and not _is_target(chain):
        yield _dynamic(source, chain, index, access)


def _dynamic(source: Source, chain: Chain, index: Node, access: str) -> Reference:
    """A computed name: all that is known is how it is written, and the literal it may begin with."""
    found = literal(source, index)
    value = found.value if found is not None else source.name(index)
    return source.unit.reference(
        "env",
        index.start_byte,
        index.end_byte,
        value[:200],
        "config",
        source.grammar,
        "",
        why="the name is computed",
        scope=scope_of(source, chain, len(chain) - 1),
        attrs={"access": access, "dynamic": True, "default": None, "has_default": False, "required": False},
    )


def _is_target(chain: Chain) -> bool:
    """Whether the node is assigned to or deleted, not read."""
    parent, step = chain[-2].node if len(chain) > 1 else None, chain[-1]
    if parent is None:
        return False
    if parent.type == "assignment_expression" and step.field == "left":
        return True
    return parent.type == "unary_expression" and bool(parent.children) and parent.children[0].type == "delete"


def _holds_more(source: Source, chain: Chain) -> bool:
    """Whether a part of what is read is taken that no text has: `env.DB.prepare(…)` is a binding, no variable."""
    above = chain[-2] if len(chain) > 1 else None
    if above is None or chain[-1].field != "object":
        return False
    if above.node.type != "member_expression":
        return above.node.type == "subscript_expression"
    return not _OF_TEXT.match(source.name(above.node.child_by_field_name("property")))


def _read(
    source: Source, chain: Chain, name: str, lo: int, hi: int, access: str, layer: str, **more: Any
) -> Iterator[Reference]:
    if _is_target(chain) or (access == "env" and _holds_more(source, chain)):
        return
    attrs: dict[str, Any] = {
        "access": access,
        "dynamic": False,
        "default": None,
        "has_default": False,
        "required": False,
    }
    attrs.update(_fate(source, chain))
    attrs.update(more)
    yield source.unit.reference(
        "env",
        lo,
        hi,
        name,
        "config",
        source.grammar,
        layer,
        why=f"read through {access}",
        scope=scope_of(source, chain, len(chain) - 1),
        attrs=attrs,
    )


def _fate(source: Source, chain: Chain) -> dict[str, Any]:
    """What happens to a read value: a default, a test, a failure where it is missing."""
    for at in range(len(chain) - 1, max(0, len(chain) - 14), -1):
        parent, step = chain[at - 1].node, chain[at]
        kind = parent.type
        if kind == "non_null_expression":
            return {"required": True, "asserted": True}
        if kind in _TRANSPARENT or kind == "template_string":
            continue
        if kind == "arguments" and callee_of(source, chain[at - 2].node) in names.CASTS:
            continue
        if kind == "call_expression" or (kind == "member_expression" and step.field == "object"):
            continue
        if kind == "binary_expression":
            fate = _binary_fate(source, parent, step.field, chain, at)
            if fate is None:
                continue
            return fate
        if kind == "augmented_assignment_expression" and step.field == "left":
            return _given(source, parent.child_by_field_name("right"))
        if kind == "ternary_expression":
            if step.field != "condition":
                return _given(source, parent.child_by_field_name("alternative")) if step.field == "consequence" else {}
            other = parent.child_by_field_name("alternative")
            return {**_given(source, other), "tested": True}
        if kind == "unary_expression":
            return _tested(source, chain, at)
        if kind == "arguments":
            call = callee_of(source, chain[at - 2].node)
            return (
                {"required": True}
                if re.search(r"(?:^|\.)(?:assert|invariant|must|required?|ensure\w*|assert\w*|require\w+)$", call)
                else {}
            )
        if kind == "variable_declarator":
            return _checked_later(source, parent)
        return {"tested": True} if kind == "if_statement" else {}
    return {}


def _binary_fate(source: Source, parent: Node, field: str, chain: Chain, at: int) -> dict[str, Any] | None:
    operator = source.name(parent.child_by_field_name("operator"))
    if operator in ("||", "??"):
        if field == "right":
            return None
        right = parent.child_by_field_name("right")
        last, step = right, at - 1
        while step > 0 and chain[step - 1].node.type in ("binary_expression", "parenthesized_expression"):
            above = chain[step - 1].node
            if (
                above.type == "binary_expression"
                and source.name(above.child_by_field_name("operator")) in ("||", "??")
                and chain[step].field == "left"
            ):
                last = above.child_by_field_name("right")
            step -= 1
        return _given(source, last)
    if operator == "+":
        return None
    other = parent.child_by_field_name("left" if field == "right" else "right")
    compared = operator in ("==", "===", "!=", "!==") and bool(plain(source, other))
    return {"tested": True, "optional": True} if compared else {"tested": True}


def _given(source: Source, node: Node | None) -> dict[str, Any]:
    """The default that an expression is."""
    if node is None or node.type in ("undefined", "null") or source.of(node) in (b"undefined", b"null", b"void 0"):
        return {}
    text = plain(source, node)
    if text is None and node.type in ("true", "false"):
        text = node.type
    if text is None and node.type == "identifier":
        text = plain(source, source.values.get(source.name(node)))
    if (
        text is None
        and node.type in ("call_expression", "arrow_function", "parenthesized_expression")
        and b"throw" in source.of(node)[:300]
    ):
        return {"required": True}
    if text is None and re.match(rb"(?:process\.env|import\.meta\.env)\b", source.of(node)):
        return {"fallback_env": source.name(node)[:80]}
    return {"default": text, "has_default": True}


def _tested(source: Source, chain: Chain, at: int) -> dict[str, Any]:
    """`if (!process.env.X) throw …`"""
    for step in reversed(chain[max(0, at - 5) : at]):
        if step.node.type == "if_statement":
            return {"tested": True, "required": _fails(source, step.node.child_by_field_name("consequence"))}
    return {"tested": True}


def _fails(source: Source, body: Node | None) -> bool:
    return bool(re.search(rb"\bthrow\b|process\.exit\(|\.exit\(1\)", source.of(body)[:600]))


def _checked_later(source: Source, declarator: Node) -> dict[str, Any]:
    """`const x = process.env.X; if (!x) throw …`"""
    name = re.escape(source.of(declarator.child_by_field_name("name"))[:80])
    if not name or name.startswith(b"\\{"):
        return {}
    after = source.text[declarator.end_byte : declarator.end_byte + 600]
    match = re.search(rb"if\s*\(\s*!" + name + rb"\s*\)\s*\{?\s*([^}]{0,300})", after)
    return {"required": bool(re.match(rb"(?:.*\n)?.*(?:throw\b|process\.exit)", match.group(1)))} if match else {}


def _call(source: Source, chain: Chain, node: Node) -> Iterator[Reference]:
    """`getEnv('X', 'default')`, `Deno.env.get('X')`."""
    function = node.child_by_field_name("function")
    if function is None or function.end_byte - function.start_byte > 80:
        return
    callee = callee_of(source, node)
    if not names.GETENV.search(callee):
        return
    given = arguments(node)
    name = plain(source, given[0]) if given else None
    if name is None or not names.UPPER.match(name) or given[0].type == "number":
        return
    more: dict[str, Any] = {}
    if len(given) > 1:
        more = _given(source, given[1]) if given[1].type != "object" else {}
    if re.search(r"(?i)require|orthrow|must", callee):
        more["required"] = True
    access = "Deno.env" if callee.startswith("Deno.") else callee
    yield from _read(source, chain, name, given[0].start_byte + 1, given[0].end_byte - 1, access, "js:argument", **more)


def _destructured(source: Source, chain: Chain, node: Node) -> Iterator[Reference]:
    """`const { X, Y: y = 'd' } = process.env`"""
    access = _owner(source, node.child_by_field_name("value"))
    pattern = node.child_by_field_name("name")
    if not access or pattern is None:
        return
    for child in pattern.named_children:
        place: Node | None = child
        default: Node | None = None
        if child.type == "object_assignment_pattern":
            place, default = child.child_by_field_name("left"), child.child_by_field_name("right")
        elif child.type == "pair_pattern":
            place = child.child_by_field_name("key")
            value = child.child_by_field_name("value")
            default = (
                value.child_by_field_name("right") if value is not None and value.type == "assignment_pattern" else None
            )
        elif child.type != "shorthand_property_identifier_pattern":
            continue
        name = source.name(place).strip("'\"")
        if place is None or not _NAME.match(name) or (access == "env" and not names.UPPER.match(name)):
            continue
        quote = 1 if source.text[place.start_byte] in b"'\"" else 0
        more = _given(source, default) if default is not None else {}
        yield from _read(
            source, chain, name, place.start_byte + quote, place.end_byte - quote, access, "", destructured=True, **more
        )


def is_schema(source: Source) -> bool:
    """Whether the text validates an environment with a schema library."""
    return bool(_SCHEMA_FILE.search(source.text)) and bool(
        re.search(rb"\b(?:z|zod|Joi|yup|v|t)\.\w+\(|cleanEnv|envsafe", source.text)
    )


def _schema(source: Source, chain: Chain, node: Node) -> Iterator[Reference]:
    """A key of a zod, Joi, envalid or t3-env schema is a read, with the default that its chain gives."""
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    if key is None or value is None or value.type != "call_expression":
        return
    name = source.name(key).strip("'\"")
    text = source.name(value)
    if not names.UPPER.match(name) or not _SCHEMA.match(text):
        return
    quote = 1 if source.text[key.start_byte] in b"'\"" else 0
    more: dict[str, Any] = {"required": True, "schema": True}
    match = re.search(
        r"\.(?:default|prefault|catch)\(\s*(?:(['\"`])(.*?)\1|([\w.]+))|\b(?:default|devDefault)\s*:\s*(?:(['\"`])(.*?)\4|([\w.]+))",
        text,
        re.S,
    )
    if match:
        quoted = (
            match.group(2) if match.group(1) else match.group(5) if match.group(4) else match.group(3) or match.group(6)
        )
        more.update(default=quoted, has_default=True, required=False)
    elif re.search(r"\.(?:optional|nullish|nullable|default|optionalFor)\(", text):
        more["required"] = False
    attrs = {"access": "schema", "dynamic": False, "default": None, "has_default": False, **more}
    yield source.unit.reference(
        "env",
        key.start_byte + quote,
        key.end_byte - quote,
        name,
        "config",
        source.grammar,
        "",
        why="a key of an environment schema",
        scope=scope_of(source, chain, len(chain) - 1),
        attrs=attrs,
    )
