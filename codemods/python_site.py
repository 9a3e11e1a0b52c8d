"""Where a hard-wired address stands in a Python file: the literal, what of it is the address, what is built on it."""

import re
from functools import lru_cache

from tree_sitter import Node

from unmoor.codemods.request import Request
from unmoor.config.settings import ResolverSettings
from unmoor.generate.plan import constant
from unmoor.model.findings import Refusal
from unmoor.model.spans import Span
from unmoor.syntax.grammars import broken, parse

_CHILD_OF = (
    "argument_list", "return_statement", "list", "tuple", "set", "parenthesized_expression", "yield", "expression_list",
    "boolean_operator", "conditional_expression", "await", "interpolation", "lambda", "list_splat",
)  # fmt: skip
_FIELDS = {("assignment", "right"), ("keyword_argument", "value"), ("pair", "value"), ("named_expression", "value"),
           ("augmented_assignment", "right"), ("default_parameter", "value"), ("typed_default_parameter", "value"),
           ("for_statement", "right")}  # fmt: skip
_ADDRESS = re.compile(rb"(https?|wss?)://([^/?#\\\s\"'{}@:%]+|\{[\w.]+\})(:(\d+|\{[\w.]+\}))?")
_OPEN = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_CONSTANTS = re.compile(r"__(all|slots|match_args|version|author)__")


class Site:
    """A string literal that holds an address. unit: the literal with what is built on it by `+`, `%` and `.format`."""

    def __init__(self, request: Request, root: Node, node: Node) -> None:
        self.request, self.root, self.node = request, root, node
        self.path, self.source = request.finding.path, request.source
        self.options = request.settings.resolver.get("python", ResolverSettings())
        opening = _OPEN.match(self.text(node))
        assert opening is not None
        self.prefix, self.mark = opening.group(1), opening.group(2)
        self.match = _ADDRESS.match(self.source, node.start_byte + opening.end(), node.end_byte)
        self.unit = _unit(self, node)

    def text(self, node: Node) -> str:
        """A node as it is written."""
        return self.source[node.start_byte : node.end_byte].decode()

    @property
    def parent(self) -> Node:
        """What holds the unit."""
        assert self.unit.parent is not None
        return self.unit.parent

    @property
    def rest(self) -> str:
        """What stands behind the address in the literal, as written."""
        assert self.match is not None
        return self.source[self.match.end() : self.node.end_byte - len(self.mark)].decode()

    @property
    def tail(self) -> str:
        """What is built on the literal, as written behind it."""
        return self.source[self.node.end_byte : self.unit.end_byte].decode()

    @property
    def quote(self) -> str:
        """The quotes for a name beside the literal."""
        return self.mark[0]

    @property
    def formatted(self) -> bool:
        """Whether fields of the literal are filled in by itself."""
        return "f" in self.prefix.lower()

    @property
    def websocket(self) -> bool:
        """Whether it is a WebSocket's address."""
        return self.match is not None and self.match.group(1).startswith(b"ws")

    def variable(self) -> str:
        """The variable of the service: as configured, as other Python code has it, or made from its name."""
        head, service = self.path.partition("/")[0], self.request.service
        uses = [pair for one in self.request.services if one.name == service for pair in one.uses]
        used = next((name for name, folder in uses if name and folder.partition("/")[0] == head), "")
        return self.options.env.get(service) or used or (f"{constant(service)}_URL" if service else "")

    def other_port(self) -> bool:
        """Whether the address is of another port of the service than the one that its variable stands for."""
        known = next((one for one in self.request.services if one.name == self.request.service), None)
        port = self.request.reference.attrs.get("port")
        return known is not None and isinstance(port, int) and port not in (known.port, known.published)

    def in_pieces(self) -> str:
        """Why the literal's address cannot be taken out of it, or ""."""
        if self.match is None:
            whole = b"://" in self.source[self.node.start_byte : self.node.end_byte]
            longer = whole and not re.search(rb"//[^/]*@", self.source[self.node.start_byte : self.node.end_byte])
            if longer:
                return "the address is only a part of a longer text"
            return "credentials stand in it" if whole else "its scheme is not written in the same string"
        if "t" in self.prefix.lower():
            return "a template string has no text of its own"
        port = bool(re.search(rb":(\d+|\{[\w.]+\})$", self.match.group()))
        if self.rest:
            if self.rest[0] in "{%" and not port:
                return "its port may come from the expression that follows"
            return "" if self.rest[0] in "/?#{%" else "the address is not written in one piece"
        following = re.match(r"[\s\\]*\+[\s\\]*([A-Za-z]{0,2})(['\"]*)(.?)", self.tail)
        if self.tail and following is None:
            return "the address is not written in one piece"
        if following is None or (following.group(2) and following.group(3) in "/?#"):
            return ""
        return "" if port and not following.group(2) else "its port may come from the expression that follows"


@lru_cache(4)
def tree(source: bytes) -> Node:
    """The parsed source; one parse serves all findings of a file."""
    return parse("python", source).root_node


@lru_cache(4)
def python_two(source: bytes) -> bool:
    """Whether no Python 3 reads the file. The running one is asked first; LibCST knows the syntax of all versions."""
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
            return False
        except (SyntaxError, ValueError):
            pass
    import libcst

    try:
        libcst.parse_module(source)
    except (libcst.ParserSyntaxError, UnicodeDecodeError):
        return True
    return False


def string_at(root: Node, span: Span) -> Node | None:
    """The literal in which a reference begins."""
    node: Node | None = root.descendant_for_byte_range(span.start, span.start + 1)
    while node is not None and node.type != "string":
        if node.type in ("binary_operator", "concatenated_string") and node.start_byte == span.start:
            node = node.named_children[0]
            continue
        node = node.parent
    return node


def _unit(site: Site, node: Node) -> Node:
    above = node.parent
    if above is not None and above.type == "attribute" and above.parent is not None:
        call = above.parent
        if call.type == "call" and site.text(above).rpartition(".")[2].strip() == "format":
            node, above = call, call.parent
    if above is not None and _operator(above) == "%" and above.child_by_field_name("left") == node:
        node, above = above, above.parent
    while above is not None and _operator(above) == "+" and above.child_by_field_name("left") == node:
        node, above = above, above.parent
    return node


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator") if node.type == "binary_operator" else None
    return operator.type if operator is not None else ""


def unreadable(site: Site) -> Refusal | None:
    """Why nothing can be made of the literal, wherever it stands."""
    if broken(site.node) or python_two(site.source):
        return Refusal("the code around it does not parse as Python 3")
    return Refusal("it is bytes") if "b" in site.prefix.lower() else None


def refusal(site: Site) -> Refusal | None:
    """Why nothing but a constant can stand there."""
    parent = site.node.parent
    if parent is None or parent.type == "concatenated_string":
        return Refusal("it is a part of an implicit concatenation")
    holder = site.parent
    field = next((holder.field_name_for_child(i) or "" for i, c in enumerate(holder.children) if c == site.unit), "")
    if holder.type not in _CHILD_OF and (holder.type, field) not in _FIELDS:
        return Refusal(f"a call cannot stand here ({holder.type.replace('_', ' ')})")
    if holder.type == "interpolation" and site.text(holder).rstrip("} ").endswith("="):
        return Refusal("the expression itself is shown (`=` in an f-string)")
    return _around(site)


def _around(site: Site) -> Refusal | None:
    current: Node | None = site.parent
    while current is not None:
        if current.type in ("case_clause", "case_pattern") and site.node.end_byte <= _pattern_end(current):
            return Refusal("a pattern of `case` must be constant")
        if current.type == "assignment" and _CONSTANTS.match(site.text(current)):
            return Refusal("tools read this constant without running the file")
        if current.type in ("type", "decorator"):
            return Refusal(f"a call cannot stand in a {current.type}")
        if current.type in ("function_definition", "lambda"):
            break
        if current.type == "class_definition" and re.search(r"\b(Str|Int|Re)?Enum\b", bases(site, current)):
            return Refusal("a member of an enumeration must be constant")
        current = current.parent
    return None


def bases(site: Site, node: Node) -> str:
    """What a class is derived from, as written."""
    found = node.child_by_field_name("superclasses")
    return site.text(found) if found is not None else ""


def _pattern_end(clause: Node) -> int:
    body = clause.child_by_field_name("consequence")
    return body.start_byte if body is not None else clause.end_byte
