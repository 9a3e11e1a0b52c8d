"""Reads of environment variables in Python: os.environ, os.getenv, environ/decouple wrappers, settings classes."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from unmoor.model.facts import Declaration, Reference
from unmoor.scanners.python.roles import name_of
from unmoor.scanners.python.strings import Text, literal
from unmoor.scanners.unit import Unit

_OS = re.compile(r"(^|\.)(os\.)?(getenvb?|environb?\.(get|pop|setdefault))$")
_COPIED = re.compile(r"(^|\.)_?(env|environ|environment|new_env|child_env|env_vars)\.(get|setdefault|pop)$")
_HELPER = re.compile(
    r"(?i)(^|\.)(_?(get|read|load|require|fetch)_?(required_|optional_)?env(_?(var|variable|str|int|bool|float|list|value|or_\w+))?|_?env_(str|int|bool|float|list|var|or|flag)|getenv_\w+)$"
)
_WRAPPED = re.compile(
    r"^(env|environ|config|_env|_config|decouple\.config|environ\.Env\(\)|self\.env)(\.(str|int|bool|float|list|url|db|db_url|cache|cache_url|json|dict|tuple|path|search_url|email_url|date|datetime|timedelta|log_level))?$"
)
_WRAPPERS = (b"environs", b"decouple", b"import environ", b"from environ", b"starlette.config", b"prettyconf")
_WSGI = re.compile(rb"\bstart_response\b|(?i:\bwsgi)|\bdef\s+\w+\([^)]*\benviron\b")
_FROM_OS = re.compile(rb"\bfrom\s+os\s+import\s+(?:\([^)]*|[^\n]*)\benvironb?\b")
_OF_REQUEST = re.compile(r"(^|\.)(req|request|wsgi\w*|scope)\.environ\b")
NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def access_of(name: str, source: bytes) -> str:
    """How a call of this name reads the environment ("os.environ", "env()", "helper"), or "" if it does not."""
    if _OS.search(name):
        return "os.environ" if _of_process(name, source) else ""
    if _WRAPPED.match(name) and any(word in source for word in _WRAPPERS):
        return "env()"
    if _HELPER.search(name):
        return "helper"
    return "os.environ" if _COPIED.search(name) and b"environ" in source else ""


def _of_process(name: str, source: bytes) -> bool:
    """Whether `environ` is the process's: a WSGI application is given a mapping of this name for each request."""
    if name.startswith("environ"):
        return _FROM_OS.search(source) is not None or _WSGI.search(source) is None
    return _OF_REQUEST.search(name) is None


def from_call(unit: Unit, source: bytes, call: Node, name: str, access: str) -> Iterator[Reference]:
    """The read that a call makes."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return
    given = [node for node in arguments.named_children if node.type != "comment"]
    if not given or given[0].type in ("keyword_argument", "dictionary_splat", "list_splat"):
        return
    variable = literal(source, given[0])
    if variable is None or variable.computed:
        if access == "os.environ" and not _COPIED.search(name):
            text = source[given[0].start_byte : given[0].end_byte].decode("utf-8", "replace")
            yield _read(unit, given[0].start_byte, given[0].end_byte, text, access, None, False, False, "", True)
        return
    if not NAME.match(variable.value) or (access != "os.environ" and not re.search(r"[A-Z]", variable.value)):
        return
    fallback = _fallback(source, call, given)
    required = fallback is None and (access == "env()" or "require" in name.lower())
    required = required or (fallback is None and _checked(source, call))
    found = _named(unit, variable, access, _constant(source, fallback), fallback is not None, required)
    found.attrs["optional"] = fallback is None and not required and _compared(source, call)
    yield found


def from_subscript(unit: Unit, source: bytes, node: Node) -> Iterator[Reference | Declaration]:
    """`os.environ["X"]`: a read that must be there; as the target of an assignment, a declaration."""
    value = node.child_by_field_name("value")
    name = name_of(source, value)
    if not re.search(r"(^|\.)environb?$", name) or not _of_process(name, source):
        return
    index = node.child_by_field_name("subscript")
    variable = literal(source, index)
    if index is None:
        return
    if variable is None or variable.computed:
        text = source[index.start_byte : index.end_byte].decode("utf-8", "replace")
        yield _read(unit, index.start_byte, index.end_byte, text, "os.environ", None, False, False, "", True)
        return
    if not NAME.match(variable.value):
        return
    above = node.parent
    if above is not None and above.type == "assignment" and above.child_by_field_name("left") == node:
        given = literal(source, above.child_by_field_name("right"))
        lo, hi = (given.lo, given.hi) if given else (variable.lo, variable.hi)
        yield unit.declaration(
            "env", lo, hi, variable.value, given.value if given else None, "python", attrs={"where": "script"}
        )
    elif above is None or above.type != "delete_statement":
        yield _named(unit, variable, "os.environ", None, False, not _guarded(source, node, variable.value))


def from_membership(unit: Unit, source: bytes, node: Node) -> Iterator[Reference]:
    """`"X" in os.environ`: a question, not a need."""
    parts = [child for child in node.named_children if child.type != "comment"]
    if len(parts) == 2 and re.search(r"(^|\.)environb?$", name_of(source, parts[1])):
        variable = literal(source, parts[0])
        if variable is not None and NAME.match(variable.value):
            yield _named(unit, variable, "os.environ", None, False, False, guard=True)


def settings_fields(unit: Unit, source: bytes, node: Node) -> Iterator[tuple[Reference, Node | None, str]]:
    """(read, node of the default, variable) of every field of a pydantic settings class."""
    bases = node.child_by_field_name("superclasses")
    body = node.child_by_field_name("body")
    if (
        bases is None
        or body is None
        or not re.search(rb"\bBaseSettings\b|\b\w*Settings\b", source[bases.start_byte : bases.end_byte])
    ):
        return
    if b"BaseSettings" not in source and b"pydantic" not in source:
        return
    prefix = _prefix(source, body)
    for statement in body.named_children:
        assignment = (
            statement.named_children[0]
            if statement.type == "expression_statement" and statement.named_children
            else None
        )
        if assignment is None or assignment.type != "assignment" or assignment.child_by_field_name("type") is None:
            continue
        name = assignment.child_by_field_name("left")
        if name is None or name.type != "identifier":
            continue
        yield from _field(unit, source, assignment, name, prefix)


def _field(
    unit: Unit, source: bytes, assignment: Node, name: Node, prefix: str
) -> Iterator[tuple[Reference, Node | None, str]]:
    written = source[name.start_byte : name.end_byte].decode()
    kind = assignment.child_by_field_name("type")
    annotation = source[kind.start_byte : kind.end_byte].decode("utf-8", "replace") if kind is not None else ""
    if (
        written.startswith("_")
        or written == "model_config"
        or "ClassVar" in annotation
        or written.endswith("_settings_config")
    ):
        return
    right = assignment.child_by_field_name("right")
    if _settings_of_its_own(source, annotation):
        return
    default, has = right, right is not None
    aliases: list[tuple[int, int, str]] = []
    if (
        right is not None
        and right.type == "call"
        and name_of(source, right.child_by_field_name("function")).endswith("Field")
    ):
        default, aliases, has = _field_call(source, right)
    names = aliases or [(name.start_byte, name.end_byte, (prefix + written).upper())]
    for lo, hi, variable in names:
        text = _constant(source, default)
        optional = has or "Optional" in annotation or "None" in annotation
        yield _read(unit, lo, hi, variable, "settings", text, has, not optional, "", False), default, variable


def _settings_of_its_own(source: bytes, annotation: str) -> bool:
    """Whether a field's type is another settings class or model of the file, which reads its variables itself."""
    return bool(
        re.fullmatch(r"[A-Za-z_]\w*", annotation)
        and re.search(rb"(?m)^[ \t]*class[ \t]+" + annotation.encode() + rb"\b", source)
    )


def _field_call(source: bytes, call: Node) -> tuple[Node | None, list[tuple[int, int, str]], bool]:
    """(default, aliases, has a default) of `Field(default, alias="X")`."""
    arguments = call.child_by_field_name("arguments")
    default: Node | None = None
    has = False
    aliases: list[tuple[int, int, str]] = []
    for number, node in enumerate(arguments.named_children if arguments is not None else []):
        key, value = "", node
        if node.type == "keyword_argument":
            key = name_of(source, node.child_by_field_name("name"))
            value = node.child_by_field_name("value") or node
        if (number == 0 and not key) or key == "default":
            has = source[value.start_byte : value.end_byte] != b"..."
            default = value if has else None
        elif key == "default_factory":
            has = True
        elif key in ("alias", "validation_alias", "env"):
            inner = [value] if value.type == "string" else [c for c in _arguments(value) if c.type == "string"]
            aliases += [(t.lo + 1, t.hi - 1, t.value) for t in (literal(source, i) for i in inner) if t is not None]
    return default, [alias for alias in aliases if NAME.match(alias[2])], has


def _arguments(node: Node) -> list[Node]:
    holder = node.child_by_field_name("arguments") if node.type == "call" else node
    return list(holder.named_children) if holder is not None else []


def _prefix(source: bytes, body: Node) -> str:
    match = re.search(
        rb"\benv_prefix\s*=\s*[\"'](\w*)[\"']|[\"']env_prefix[\"']\s*:\s*[\"'](\w*)[\"']",
        source[body.start_byte : body.end_byte],
    )
    return (match.group(1) or match.group(2) or b"").decode() if match else ""


def _named(
    unit: Unit, variable: Text, access: str, default: str | None, has: bool, required: bool, guard: bool = False
) -> Reference:
    text = variable.mapped.span(0, len(variable.mapped.text))
    return _read(
        unit, text.start, text.end, variable.value, access, default, has, required, variable.layer, False, guard
    )


def _read(
    unit: Unit,
    lo: int,
    hi: int,
    value: str,
    access: str,
    default: str | None,
    has: bool,
    required: bool,
    layer: str,
    dynamic: bool,
    guard: bool = False,
) -> Reference:
    attrs: dict[str, object] = {
        "default": default,
        "has_default": has,
        "required": required,
        "access": access,
        "dynamic": dynamic,
    }
    if guard:
        attrs["guard"] = True
    return unit.reference("env", lo, hi, value, "config", "python", layer, attrs=attrs)


def _fallback(source: bytes, call: Node, given: list[Node]) -> Node | None:
    """The default of a read: its second argument, `default=`, or what stands right of `or`; None for none or `None`."""
    found: Node | None = None
    for number, node in enumerate(given[1:]):
        if node.type == "keyword_argument":
            if name_of(source, node.child_by_field_name("name")) in ("default", "fallback", "default_value"):
                found = node.child_by_field_name("value")
        elif number == 0:
            found = node
    if found is not None and found.type != "none":
        return found
    above = call.parent
    if above is not None and above.type == "boolean_operator" and above.child_by_field_name("left") == call:
        operator = above.child_by_field_name("operator")
        return above.child_by_field_name("right") if operator is not None and operator.type == "or" else None
    return None


def _constant(source: bytes, node: Node | None) -> str | None:
    text = literal(source, node)
    if text is not None:
        return text.value
    if node is not None and node.type in ("integer", "float", "true", "false", "unary_operator"):
        return source[node.start_byte : node.end_byte].decode()
    return None


def _guarded(source: bytes, node: Node, name: str) -> bool:
    """Whether a subscript is caught (`except KeyError`) or asked for first (`if "X" in os.environ`)."""
    parent = node.parent
    for _ in range(60):
        if parent is None or parent.type in ("function_definition", "module"):
            return False
        text = source[parent.start_byte : parent.end_byte]
        if parent.type == "try_statement" and re.search(rb"except\s*(:|\(?[\w., ]*\b(KeyError|Exception)\b)", text):
            return True
        if parent.type in ("if_statement", "conditional_expression"):
            test = parent.child_by_field_name("condition") or parent
            if name.encode() in source[test.start_byte : test.end_byte] and b" in " in text:
                return True
        parent = parent.parent
    return False


def _compared(source: bytes, call: Node) -> bool:
    """Whether a read is only held against a text (`os.getenv("X") == "true"`), so that its absence is one answer."""
    node = call
    while node.parent is not None and node.parent.type in ("attribute", "call", "parenthesized_expression"):
        if node.parent.type == "call" and node.parent.child_by_field_name("function") != node:
            return False
        node = node.parent
    above = node.parent
    if above is None or above.type != "comparison_operator":
        return False
    others = [one for one in above.named_children if one != node]
    return bool(others) and all(
        bool(_constant(source, one)) or one.type in ("tuple", "list", "set") for one in others
    )


def _checked(source: bytes, call: Node) -> bool:
    """Whether the next statement throws or exits without it (`x = os.getenv(…)`; `if not x: raise`)."""
    assignment = call.parent
    if assignment is None or assignment.type != "assignment" or assignment.parent is None:
        return False
    left = name_of(source, assignment.child_by_field_name("left"))
    after = assignment.parent.next_named_sibling
    if after is None or after.type != "if_statement":
        return False
    text = source[after.start_byte : after.end_byte].decode("utf-8", "replace")
    return bool(
        re.match(
            rf"if\s+(not\s+{re.escape(left)}|{re.escape(left)}\s+is\s+None)\b[^\n]*:\s*(#.*\n\s*)?(raise|sys\.exit|exit)\b",
            text,
        )
    )
