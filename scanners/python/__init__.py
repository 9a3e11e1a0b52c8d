"""Python: addresses with their roles, environment reads, routes, listeners, child processes, home directories.

Facts start from what the grammar's queries find (strings, calls, subscripts, comments, settings classes); a string is
decoded only if its bytes can hold something.
"""

import re
from collections.abc import Iterator

from msgspec import structs
from tree_sitter import Node

from unmoor.model.facts import Declaration, Facts, Problem, Reference
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.python import calls, env, roles
from unmoor.scanners.python.strings import Text, decode, outermost
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import captures, errors, parse

_LANGUAGE = "python"
_QUERY = """
(string) @string
(call function: [(identifier) (attribute)]) @call
(subscript value: (_) @environ (#match? @environ "environb?$")) @subscript
(comparison_operator) @comparison
(comment) @comment
(class_definition superclasses: (_)) @class
(assignment right: (call)) @assignment
(import_statement name: (_) @import)
(import_from_statement module_name: (_) @import)
"""
_WORTH = re.compile(
    rb"://|localhost|host\.docker\.internal|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|::1|/home/|/Users/|:\d{2,5}\b|:\{|:%[sd]"
)
_HOST_KEY = re.compile(
    r"(?i)(^|_)(host|hostname|servers?|brokers?|endpoint)$|^(db|redis|postgres|pg|mysql|mongo|kafka|rabbitmq|smtp)_?(host|server|addr)$"
)
_DOTLESS = re.compile(r"^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$")
_DOTLESS_PORT = re.compile(r"^[a-z][a-z0-9-]*(?:[._-][a-z0-9]+)*:(?:80|443|[1-9]\d{3,4})(?:/[\w./-]*)?$")
_HOME = re.compile(r"(?<![\w.:/])/(?:home|Users)/(?!(?:node|app|user|username|appuser|runner|ubuntu|vscode|linuxbrew)\b)[A-Za-z][\w.-]*(?:/[\w./@+-]*)?")
_FRAMEWORKS = ("fastapi", "django", "flask", "celery", "pytest", "aiohttp", "starlette", "streamlit", "tornado", "sanic")


def scan(unit: Unit) -> Facts:
    """The facts of a Python source."""
    source = unit.text.text
    tree = parse("python", source)
    return _Module(unit, source, captures("python", _QUERY, tree.root_node)).facts(errors(tree))


class _Module:
    """One source on its way to facts. `settings`: (start of a default's node) → the variable it stands in for."""

    def __init__(self, unit: Unit, source: bytes, found: dict[str, list[Node]]) -> None:
        self.unit, self.source = unit, source
        self.found = {name: sorted(nodes, key=_place) for name, nodes in found.items()}
        self.out = Facts()
        self.settings: dict[int, str] = {}
        self.commands: list[tuple[int, int]] = []

    def facts(self, broken: list[tuple[int, int]]) -> Facts:
        """All of it; regions that did not parse are problems and stop nothing."""
        self._classes()
        self._calls()
        for node in self.found.get("subscript", []):
            for fact in env.from_subscript(self._at(node), self.source, node):
                self._keep(fact)
        for node in self.found.get("comparison", []):
            self.out.references += env.from_membership(self._at(node), self.source, node)
        self._strings()
        for node in self.found.get("comment", []):
            if _WORTH.search(self.source, node.start_byte, node.end_byte):
                self.out.references += addresses_in(self.unit, node.start_byte, node.end_byte, "comment", _LANGUAGE, "py:comment")
        self._traits()
        self.out.references.sort(key=lambda reference: reference.span)
        self.out.problems += [Problem(self.unit.span(lo, hi), "not understood as Python") for lo, hi in broken[:20]]
        return self.out

    def _keep(self, fact: Reference | Declaration) -> None:
        if isinstance(fact, Reference):
            self.out.references.append(fact)
        else:
            self.out.declarations.append(fact)

    def _at(self, node: Node) -> Unit:
        """The unit with the enclosing function or class as its scope."""
        names: list[str] = []
        parent = node.parent
        while parent is not None:
            if parent.type in ("function_definition", "class_definition"):
                names.append(roles.name_of(self.source, parent.child_by_field_name("name")))
            parent = parent.parent
        return structs.replace(self.unit, scope=".".join(reversed(names)) or self.unit.scope)

    def _classes(self) -> None:
        for node in self.found.get("class", []):
            for read, default, variable in env.settings_fields(self._at(node), self.source, node):
                self.out.references.append(read)
                if default is not None:
                    self.settings[default.start_byte] = variable

    def _calls(self) -> None:
        prefixes = calls.router_prefixes(self.source, self.found.get("assignment", []))
        for node in self.found.get("call", []):
            name = roles.name_of(self.source, node.child_by_field_name("function"))
            access = env.access_of(name, self.source)
            if access:
                self.out.references += env.from_call(self._at(node), self.source, node, name, access)
                continue
            for declaration in calls.listener(self.unit, self.source, node, name):
                self.out.declarations.append(declaration)
            for fact in calls.route(self.unit, self.source, node, name, prefixes):
                self._keep(fact)
            found = calls.process(self.unit, self.source, node, name)
            if found.references or found.declarations:
                holder = node.child_by_field_name("arguments") or node
                self.commands.append((holder.start_byte, holder.end_byte))
                self.out.add(found)

    def _strings(self) -> None:
        seen: set[tuple[int, int]] = set()
        for node in self.found.get("string", []):
            whole = outermost(node)
            place = (whole.start_byte, whole.end_byte)
            if place in seen or self._inside_string(node):
                continue
            seen.add(place)
            worth = _WORTH.search(self.source, *place)
            if not worth and not self._host_like(whole):
                continue
            self._string(whole, decode(self.source, whole))

    def _inside_string(self, node: Node) -> bool:
        """Whether a literal stands inside the field of an f-string that is itself read with its fields."""
        return node.parent is not None and node.parent.type == "format_specifier"

    def _host_like(self, node: Node) -> bool:
        """Whether a string without anything telling in it is the value of something called host."""
        return node.end_byte - node.start_byte <= 80 and bool(_HOST_KEY.search(self._key(node)))

    def _key(self, node: Node) -> str:
        """The name that a string is directly given to: a keyword, a dict key, a variable, a parameter."""
        parent = node.parent
        if parent is None:
            return ""
        field = {"keyword_argument": "name", "pair": "key", "assignment": "left", "default_parameter": "name",
                 "typed_default_parameter": "name"}.get(parent.type)  # fmt: skip
        if field is not None:
            key = parent.child_by_field_name(field)
            return "" if key == node else roles.name_of(self.source, key).strip("\"'").rpartition(".")[2]
        if parent.type == "argument_list" and parent.parent is not None and parent.named_children[-1] == node:
            first = parent.named_children[0]
            name = roles.name_of(self.source, parent.parent.child_by_field_name("function"))
            if first != node and first.type == "string" and env.access_of(name, self.source):
                return roles.name_of(self.source, first).strip("\"'")
        return ""

    def _string(self, node: Node, text: Text) -> None:
        unit = self._at(node)
        inner = structs.replace(unit, text=unit.text.compose(text.mapped))
        use = roles.use_of(self.source, node)
        attrs = self._attrs(node, text, use)
        found = list(self._addresses(inner, node, text, use, attrs))
        in_command = any(lo <= text.lo and text.hi <= hi for lo, hi in self.commands)
        if not in_command:
            self.out.references += found
        if "/home/" in text.value or "/Users/" in text.value:
            self._home(inner, text, use)

    def _addresses(
        self, inner: Unit, node: Node, text: Text, use: roles.Use, attrs: dict[str, object]
    ) -> Iterator[Reference]:
        value = text.value
        size = len(text.mapped.text)
        if use.role not in ("comment", "display") and "://" not in value:
            parts = value.split(",")
            dotless = all(_DOTLESS_PORT.match(part.strip()) for part in parts)
            if not dotless and _DOTLESS.match(value) and _HOST_KEY.search(self._key(node)):
                dotless = True
            if dotless and not text.computed:
                at = 0
                for part in parts:
                    lead = len(part) - len(part.lstrip())
                    yield from host_value(inner, at + lead, at + len(part.rstrip()), use.role, _LANGUAGE, text.layer,
                                          why=use.why, attrs=attrs)  # fmt: skip
                    at += len(part) + 1
                return
        yield from addresses_in(inner, 0, size, use.role, _LANGUAGE, text.layer, why=use.why, attrs=attrs)

    def _attrs(self, node: Node, text: Text, use: roles.Use) -> dict[str, object]:
        attrs: dict[str, object] = {"key": use.key, "call": use.call, "position": use.position, "constant": use.constant}
        attrs = {name: value for name, value in attrs.items() if value}
        if text.computed:
            attrs["computed"] = True
        if text.pieces > 1:
            attrs["pieces"] = text.pieces
        variable = self.settings.get(text.lo) or self._variable(use.source) or self._settings_default(node)
        if variable:
            attrs["env"] = variable
        port = self._sibling_port(node)
        if port is not None:
            attrs["sibling_port"] = port
        if use.switch:
            attrs["switch"] = True
        return attrs

    def _settings_default(self, node: Node) -> str:
        """The variable of the settings field in whose default a string stands (a list, a call)."""
        parent = node.parent
        while parent is not None and parent.type not in ("block", "module"):
            if parent.start_byte in self.settings:
                return self.settings[parent.start_byte]
            parent = parent.parent
        return ""

    def _variable(self, node: Node | None) -> str:
        """The first variable that an expression reads."""
        if node is None:
            return ""
        text = self.source[node.start_byte : min(node.end_byte, node.start_byte + 400)].decode("utf-8", "replace")
        match = re.search(r"(?:env\w*|environb?(?:\.\w+)?|config|getattr)\s*[(\[]\s*(?:[\w.]+,\s*)?[\"'](\w+)[\"']", text, re.I)
        match = match or re.search(r"[\w.]*(?:env|config)\w*(?:\.\w+)?\(\s*[\"'](\w+)[\"']", text, re.I)
        if match is None and "add_argument" not in text:
            match = re.search(r"envvar\s*=\s*[\"'](\w+)[\"']", text)
        return match.group(1) if match else ""

    def _sibling_port(self, node: Node) -> int | None:
        """The port that stands beside a host: `port=5432`, `"port": 5432`, the next argument."""
        parent = node.parent
        if parent is None:
            return None
        holder, after = parent.parent, node.next_named_sibling
        if parent.type in ("argument_list", "tuple") and after is not None and after.type == "integer":
            return _number(self.source, after)
        if holder is None or parent.type not in ("keyword_argument", "pair"):
            return None
        for beside in holder.named_children:
            key = beside.child_by_field_name("name") or beside.child_by_field_name("key")
            value = beside.child_by_field_name("value")
            if value is not None and roles.name_of(self.source, key).strip("\"'").lower() == "port":
                return _number(self.source, value)
        return None

    def _home(self, inner: Unit, text: Text, use: roles.Use) -> None:
        for match in _HOME.finditer(text.value):
            lo = len(text.value[: match.start()].encode())
            self.out.references.append(
                inner.reference("path", lo, lo + len(match.group().encode()), match.group(), use.role, _LANGUAGE, text.layer,
                                why=use.why, attrs={"use": "home"})  # fmt: skip
            )

    def _traits(self) -> None:
        names = [roles.name_of(self.source, node) for node in self.found.get("import", [])]
        tops = list(dict.fromkeys(name.split(" as ")[0].split(".")[0] for name in names if name))
        if tops:
            self.out.traits["imports"] = tops
        frameworks = [name for name in tops if name in _FRAMEWORKS]
        if frameworks:
            self.out.traits["framework"] = frameworks
        if re.search(rb"(?m)^if\s+__name__\s*==\s*[\"']__main__", self.source):
            self.out.traits["main"] = ["guard"]


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, -node.end_byte


def _number(source: bytes, node: Node) -> int | None:
    text = source[node.start_byte : node.end_byte].strip(b"\"'")
    return int(text) if text.isdigit() and len(text) < 6 else None
