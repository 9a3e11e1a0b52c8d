"""Where a value ends up: in markup, which a server may render and a browser reads, or in a call."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from unmoor.codemods.ecmascript.source import Source

_FOLLOWED = ("href", "src", "action", "formAction", "poster", "srcSet", "cite", "canonical", "metadataBase", "ogImage")
_METADATA = (b"metadata", b"viewport", b"generateMetadata", b"generateViewport")
_FUNCTIONS = ("arrow_function", "function_expression", "function_declaration", "method_definition",
              "generator_function_declaration", "generator_function")  # fmt: skip
_REQUEST = re.compile(
    rb"(^|\.)(fetch|\$fetch|axios|ky|got|io|request|useSWR|useFetch|useQuery|Request|WebSocket|EventSource|sendBeacon)$"
    rb"|(^|\.)(axios|ky|got|http|client|api)\.\w+$"
)
_REDIRECT = re.compile(
    rb"^(redirect|permanentRedirect|navigate|window\.open|open)$|\.redirect$|(^|\.)location\.(assign|replace)$"
    rb"|^(router|history|navigation)\.(push|replace|navigate)$"
)
_CARRY = re.compile(rb"^(URL|encodeURI(Component)?|String|Object\.freeze|useMemo|useState)$")
_END = re.compile(r"_statement$|^(statement_block|class_body|program|public_field_definition|field_definition)$")


def in_markup(source: Source, node: Node) -> bool:
    """Whether a value ends in an element's attribute or text, in page metadata, or where a browser is sent.

    Constants and functions of the file that hold it are followed to their uses.
    """
    return _ends(source, node, frozenset())


def _ends(source: Source, node: Node, followed: frozenset[bytes]) -> bool:
    current, plain = node, True  # plain: what is held is still the address itself
    while (parent := current.parent) is not None:
        kind = parent.type
        if kind == "jsx_attribute":
            return _rendered(parent)
        if kind == "jsx_expression" and parent.parent is not None and parent.parent.type.startswith("jsx_element"):
            return True
        if kind == "pair":
            key = parent.child_by_field_name("key")
            if key is not None and (key.text or b"").decode("utf-8", "replace").strip("'\"") in _FOLLOWED:
                return True
            plain = False
        elif kind == "arguments":
            called = _called(parent)
            if _REDIRECT.search(called):
                return True
            if _REQUEST.search(called):
                return False
            plain = plain and _CARRY.search(called) is not None
        elif kind == "await_expression":
            return False
        elif kind == "assignment_expression":
            left = parent.child_by_field_name("left")
            return left is not None and bool(
                re.search(rb"(\.(href|src|action)|^(window\.)?location)$", left.text or b"")
            )
        elif kind == "variable_declarator":
            name = parent.child_by_field_name("name")
            return name is not None and (name.text in _METADATA or (plain and _used(source, name, followed)))
        elif kind in _FUNCTIONS or kind == "return_statement":
            return _returned(source, current, parent, plain, followed)
        elif _END.search(kind):
            return False
        current = parent
    return False


def _rendered(attribute: Node) -> bool:
    """Whether an attribute ends in the page: one of an element of its own, or one that every component passes on."""
    name = (attribute.children[0].text or b"").decode("utf-8", "replace")
    element = attribute.parent.child_by_field_name("name") if attribute.parent is not None else None
    return name in _FOLLOWED or (element is not None and (element.text or b"A")[:1].islower())


def _called(arguments: Node) -> bytes:
    call = arguments.parent
    function = (
        (call.child_by_field_name("function") or call.child_by_field_name("constructor")) if call is not None else None
    )
    return (function.text or b"").replace(b"?.", b".") if function is not None else b""


def _returned(source: Source, current: Node, parent: Node, plain: bool, followed: frozenset[bytes]) -> bool:
    """A value that a function gives back: the function's uses tell."""
    function: Node | None = parent
    while function is not None and function.type not in _FUNCTIONS:
        function = function.parent
    if function is None or (parent == function and parent.child_by_field_name("body") != current):
        return False
    name = function.child_by_field_name("name")
    holder = function.parent
    if name is None and holder is not None and holder.type == "variable_declarator":
        name = holder.child_by_field_name("name")
    if name is None or function.type == "method_definition":
        return False
    return name.text in _METADATA or (plain and _used(source, name, followed))


def _used(source: Source, name: Node, followed: frozenset[bytes]) -> bool:
    """Whether a use of the name ends in markup."""
    text = name.text or b""
    if name.type != "identifier" or text in followed or len(followed) > 4:
        return False
    return any(_ends(source, use, followed | {text}) for use in _uses(source, text) if use != name)


def _uses(source: Source, text: bytes) -> Iterator[Node]:
    for match in re.finditer(rb"(?<![\w$.])" + re.escape(text) + rb"(?![\w$])", source.data):
        node = source.root.descendant_for_byte_range(match.start(), match.end() - 1)
        if node is not None and node.type == "identifier":
            yield node
