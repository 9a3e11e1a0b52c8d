"""A hard-wired address in Python: a call of the configured resolver, or a read of the environment that fails loudly."""

import re
from functools import lru_cache

from tree_sitter import Node

from unmoor.codemods import python_imports as imports
from unmoor.codemods.request import Request
from unmoor.config.settings import ResolverSettings
from unmoor.generate.plan import constant, snake
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.syntax.grammars import broken, parse

_ROLES = ("bind", "comparison", "display", "comment", "example", "dummy-base", "cors-origin", "healthcheck", "type")
_CHILD_OF = (
    "argument_list",
    "return_statement",
    "list",
    "tuple",
    "set",
    "parenthesized_expression",
    "yield",
    "expression_list",
    "boolean_operator",
    "conditional_expression",
    "await",
    "interpolation",
    "lambda",
)
_FIELDS = {("assignment", "right"), ("keyword_argument", "value"), ("pair", "value"), ("binary_operator", "left"),
           ("named_expression", "value"), ("augmented_assignment", "right")}  # fmt: skip
_ADDRESS = re.compile(rb"(https?|wss?)://([^/?#\\\s\"'{}@:]+|\{[\w.]+\})(:(\d+|\{[\w.]+\}))?")
_READ = re.compile(r"(?:os\.)?(?:getenv|environ\.get)$")


def fix(request: Request) -> Fix | Refusal:
    """The rewrite, or why there is none."""
    reference, service = request.reference, request.service
    if reference.role in _ROLES:
        return Refusal(f"it is no address that is called ({reference.role})")
    if request.finding.attrs.get("well-known-tool"):
        return Refusal("it is a tool's own documented address")
    if not service:
        return Refusal("the topology names no service at this address")
    if service == request.finding.attrs.get("runtime.service"):
        return Refusal(f"`{service}` itself ships this code; a resolver is for calls of others")
    root = _tree(request.source)
    node = _string_at(root, reference.span)
    if node is None:
        return Refusal("it is no string")
    refusal = _refusal(request.source, node)
    if refusal:
        return Refusal(refusal)
    match = _ADDRESS.search(request.source, node.start_byte, node.end_byte)
    if match is None or match.start() > max(reference.span.start, node.start_byte + 1):
        return Refusal("its scheme is not written in the same string")
    options = request.settings.resolver.get("python", ResolverSettings())
    return _Rewrite(request, root, node, match, service, options).fix()


@lru_cache(4)
def _tree(source: bytes) -> Node:
    return parse("python", source).root_node


def _string_at(root: Node, span: Span) -> Node | None:
    node: Node | None = root.descendant_for_byte_range(span.start, max(span.start, span.end - 1))
    while node is not None and node.type != "string":
        node = node.parent
    return node


def _refusal(source: bytes, node: Node) -> str:
    if broken(node):
        return "the code around it does not parse"
    parent = node.parent
    start = source[node.start_byte : node.start_byte + 3].lower()
    if re.match(rb"[rbu]*b", start):
        return "it is bytes"
    if parent is None or parent.type == "concatenated_string":
        return "it is a part of an implicit concatenation"
    field = next((parent.field_name_for_child(i) or "" for i, c in enumerate(parent.children) if c == node), "")
    if parent.type not in _CHILD_OF and (parent.type, field) not in _FIELDS:
        return f"a call cannot stand here ({parent.type.replace('_', ' ')})"
    if parent.type == "parenthesized_expression" and parent.parent is not None and "pattern" in parent.parent.type:
        return "a pattern must be constant"
    current: Node | None = parent
    while current is not None:
        if current.type in ("case_clause", "case_pattern") and node.end_byte <= _pattern_end(current):
            return "a pattern must be constant"
        if current.type in ("type", "decorator"):
            return f"a call cannot stand in a {current.type}"
        if current.type in ("function_definition", "lambda"):
            break
        if current.type == "class_definition" and re.search(rb"BaseSettings|BaseModel", _head(source, current)):
            return "the default of a settings field: remove it, or set the variable"
        current = current.parent
    return ""


def _head(source: bytes, node: Node) -> bytes:
    bases = node.child_by_field_name("superclasses")
    return source[bases.start_byte : bases.end_byte] if bases is not None else b""


def _pattern_end(clause: Node) -> int:
    body = clause.child_by_field_name("consequence")
    return body.start_byte if body is not None else clause.end_byte


class _Rewrite:
    def __init__(
        self,
        request: Request,
        root: Node,
        node: Node,
        match: "re.Match[bytes]",
        service: str,
        options: ResolverSettings,
    ) -> None:
        self.request, self.root, self.node, self.match = request, root, node, match
        self.service, self.options = service, options
        self.source, self.path = request.source, request.finding.path

    def fix(self) -> Fix | Refusal:
        """One edit of the expression, one of the imports if they lack something."""
        whole = self._read_with_default()
        if isinstance(whole, Refusal):
            return whole
        if self.options.module:
            return self._call(whole)
        if whole is not None:
            return self._required(*whole)
        return self._environment()

    def _read_with_default(self) -> tuple[Node, str] | Refusal | None:
        """The `os.getenv("X", default)` or `os.getenv("X") or default` around the literal, and X."""
        parent = self.node.parent
        if parent is not None and parent.type == "argument_list" and parent.parent is not None:
            return self._getenv(parent.parent)
        if parent is not None and parent.type == "boolean_operator":
            left = parent.child_by_field_name("left")
            operator = parent.child_by_field_name("operator")
            if operator is not None and operator.type == "or" and left is not None and left.type == "call":
                found = self._getenv(left)
                return (parent, found[1]) if isinstance(found, tuple) else found
        return None

    def _getenv(self, call: Node) -> tuple[Node, str] | Refusal | None:
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is None or arguments is None or not _READ.search(self._text(function)):
            return None
        first = arguments.named_children[0] if arguments.named_children else None
        if first is None or first == self.node:
            return None
        name = re.fullmatch(r"[\"'](\w+)[\"']", self._text(first))
        return (call, name.group(1)) if name else Refusal("the variable's name is computed")

    def _required(self, whole: Node, name: str) -> Fix | Refusal:
        """Without the default: the variable must be set."""
        brought = imports.bring_os(self.path, self.source, self.root, self.node.start_byte)
        if isinstance(brought, Refusal):
            return brought
        text = f"{brought.local}.environ[{self._quote()}{name}{self._quote()}]"
        return self._made(f"require `{name}`", Span(whole.start_byte, whole.end_byte), text, brought)

    def _environment(self) -> Fix | Refusal:
        name = self._variable()
        if (option := self._option_default()) is not None:
            return option
        if self._in_signature():
            return Refusal("a parameter's default is read when the module is imported")
        if self.match.group(1).startswith(b"ws"):
            return Refusal("no variable stands for a WebSocket address")
        brought = imports.bring_os(self.path, self.source, self.root, self.node.start_byte)
        if isinstance(brought, Refusal):
            return brought
        inner = "'" if self._formatted() and self._quote() == '"' else '"' if self._formatted() else self._quote()
        made = self._expression(f"{brought.local}.environ[{inner}{name}{inner}]", call=False)
        if isinstance(made, Refusal):
            return made
        return self._made(f"read it from `{name}`", *made, brought)

    def _call(self, whole: tuple[Node, str] | None) -> Fix | Refusal:
        name = function_of(self.service, self.options, websocket=self.match.group(1).startswith(b"ws"))
        brought = imports.bring_name(self.path, self.source, self.root, self.options.module, name)
        if isinstance(brought, Refusal):
            return brought
        known = self._variable()
        title = f"call `{name}`, the resolver of `{self.service}`"
        if whole is not None and whole[1] == known and not self._rest():
            return self._made(title, Span(whole[0].start_byte, whole[0].end_byte), f"{brought.local}()", brought)
        made = self._expression(brought.local, call=True)
        return made if isinstance(made, Refusal) else self._made(title, *made, brought)

    def _expression(self, base: str, *, call: bool) -> tuple[Span, str] | Refusal:
        """The string with its address replaced: its prefix and quotes stay on what is left of it."""
        text = self._text(self.node)
        opening = re.match(r"([A-Za-z]*)('''|\"\"\"|'|\")", text)
        if opening is None:
            return Refusal("it is no plain string")
        prefix, quote = opening.group(1), opening.group(2)
        if self.match.start() != self.node.start_byte + opening.end():
            return Refusal("the address is only a part of a longer text")
        rest = self._rest()
        span = Span(self.node.start_byte, self.node.end_byte)
        if not rest:
            return span, f"{base}()" if call else base
        if rest.startswith("{") and not re.search(rb":(\d+|\{[\w.]+\})$", self.match.group()):
            return Refusal("its port may come from the expression that follows")
        if rest[0] not in "/?#{":
            return Refusal("the address is not written in one piece")
        left = f"{prefix}{quote}{rest}{quote}"
        if "f" in prefix.lower() and "{" not in rest:
            left = f"{prefix.replace('f', '').replace('F', '')}{quote}{rest}{quote}"
        if call:
            return span, f"{base}({left})"
        if "f" in prefix.lower() and "{" in rest:
            return span, f"{prefix}{quote}{{{base}}}{rest}{quote}"
        parent = self.node.parent
        tight = parent is not None and parent.type in ("binary_operator", "await", "boolean_operator")
        joined = f"{base} + {left}"
        return span, f"({joined})" if tight and "%" in self._text(parent) else joined  # type: ignore[arg-type]

    def _variable(self) -> str:
        """The variable of the service: as configured, as other Python code has it, or made from its name."""
        head = self.path.partition("/")[0]
        uses = [pair for one in self.request.services if one.name == self.service for pair in one.uses]
        used = next((name for name, folder in uses if name and folder.partition("/")[0] == head), "")
        return self.options.env.get(self.service) or used or f"{constant(self.service)}_URL"

    def _rest(self) -> str:
        text = self._text(self.node)
        closing = re.search(r"('''|\"\"\"|'|\")$", text)
        return self.source[self.match.end() : self.node.end_byte - len(closing.group()) if closing else None].decode()

    def _option_default(self) -> Fix | Refusal | None:
        """`add_argument(default="http://…")`: a variable that is not set must not stop `--help`."""
        parent = self.node.parent
        if parent is None or not re.match(r"default\s*=", self._text(parent)) or parent.type != "keyword_argument":
            return None
        if self._rest():
            return Refusal("an option's default with a path behind the address")
        brought = imports.bring_os(self.path, self.source, self.root, self.node.start_byte)
        if isinstance(brought, Refusal):
            return brought
        name, quote = self._variable(), self._quote()
        text = f"{brought.local}.environ.get({quote}{name}{quote})"
        return self._made(f"read it from `{name}`", Span(self.node.start_byte, self.node.end_byte), text, brought)

    def _in_signature(self) -> bool:
        return self.node.parent is not None and "parameter" in self.node.parent.type

    def _formatted(self) -> bool:
        return "{" in self._rest() and b"f" in self.source[self.node.start_byte : self.node.start_byte + 2].lower()

    def _quote(self) -> str:
        text = self._text(self.node)
        return "'" if "'" in text[:4] and '"' not in text[:4] else '"'

    def _text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def _made(self, title: str, span: Span, text: str, brought: imports.Imported) -> Fix:
        edits = [Edit(self.path, span, text)]
        if brought.edit is not None:
            edits.append(brought.edit)
        return Fix(title, self.request.applicability, tuple(edits))


def function_of(service: str, options: ResolverSettings, *, websocket: bool) -> str:
    """The resolver's function for a service."""
    name = options.functions.get(service) or (options.function or "{service}_url").replace("{service}", snake(service))
    if not websocket:
        return name
    stem = name.removesuffix("_url")
    return (options.websocket or f"{stem}_websocket_url").replace("{service}", snake(service))
