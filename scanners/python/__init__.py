"""Python: addresses with their roles, environment reads, routes, listeners, child processes, home directories.

Facts start from what the grammar's queries find (strings, calls, subscripts, comments, settings classes); a string is
decoded only if its bytes can hold something.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec import structs
from tree_sitter import Node

from unmoor.model.facts import Declaration, Facts, Problem, Reference
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.python import calls, env, roles
from unmoor.scanners.python.strings import Text, decode, outermost
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import errors, parse

_LANGUAGE = "python"
_WORTH = re.compile(
    rb"://|localhost|host\.docker\.internal|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|::1|/home/|/Users/|:\d{2,5}\b|:\{|:%[sd]"
)
_HOST_GIVEN = re.compile(
    rb"(?:ost|OST|ame|AME|er|ER|ers|ERS|int|INT|ddr|DDR)[\"']?\s*+(?::[^=\n\"']{0,40})?[=:,]\s*+[rbu]?[\"'](?=[a-z])"
)
_CALL = re.compile(rb"(?<![\w.])([A-Za-z_][\w.]*+)[ \t]*\(|\.(\w++)\(")
_ENVIRON = re.compile(rb"\benvironb?\b")
_SETTINGS = re.compile(rb"(?m)^[ \t]*class\s+\w+\s*\([^)\n]*Settings")
_ROUTER = re.compile(rb"=\s*(?:\w+\.)?(?:APIRouter|Blueprint|APIBlueprint|Router)\s*\(")
_SCOPE = re.compile(rb"(?m)^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+([A-Za-z_]\w*)")
_IMPORT = re.compile(rb"(?m)^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w., \t]+))")
_HOST_KEY = re.compile(
    r"(?i)(^|_)(host|hostname|servers?|brokers?|endpoint)$|^(db|redis|postgres|pg|mysql|mongo|kafka|rabbitmq|smtp)_?(host|server|addr)$"
)
_DOTLESS = re.compile(r"^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$")
_DOTLESS_PORT = re.compile(r"^[a-z][a-z0-9-]*(?:[._-][a-z0-9]+)*:(?:80|443|[1-9]\d{3,4})(?:/[\w./-]*)?$")
_HOME = re.compile(
    r"(?<![\w.:/])/(?:home|Users)/(?!(?:node|app|user|username|appuser|runner|ubuntu|vscode|linuxbrew)\b)[A-Za-z][\w.-]*(?:/[\w./@+-]*)?"
)
_FRAMEWORKS = (
    "fastapi",
    "django",
    "flask",
    "celery",
    "pytest",
    "aiohttp",
    "starlette",
    "streamlit",
    "tornado",
    "sanic",
)


def scan(unit: Unit) -> Facts:
    """The facts of a Python source."""
    source = unit.text.text
    tree = parse("python", source)
    return _Module(unit, source, tree.root_node).facts(errors(tree))


class _Module:
    """One source on its way to facts. `settings`: (start of a default's node) → the variable it stands in for."""

    def __init__(self, unit: Unit, source: bytes, root: Node) -> None:
        self.unit, self.source, self.root = unit, source, root
        self.out = Facts()
        self.settings: dict[int, str] = {}
        self.commands: list[tuple[int, int]] = []
        self.scopes = [(m.start(), len(m.group(1)), m.group(2).decode()) for m in _SCOPE.finditer(source)]

    def _found(self, pattern: re.Pattern[bytes], kind: str, *, end: bool = False) -> Iterator[Node]:
        """The innermost nodes of a kind at the places where a pattern matches, each once, in order."""
        seen: set[int] = set()
        for match in pattern.finditer(self.source):
            at = match.end() - 1 if end else match.start()
            node = self._up(at, kind)
            if node is not None and node.id not in seen:
                seen.add(node.id)
                yield node

    def _up(self, at: int, kind: str) -> Node | None:
        node = self.root.descendant_for_byte_range(at, at + 1)
        for _ in range(6):
            if node is None or node.type == kind:
                return node
            if node.type in ("string", "comment", "block", "module"):
                return None
            node = node.parent
        return None

    def facts(self, broken: list[tuple[int, int]]) -> Facts:
        """All of it; regions that did not parse are problems and stop nothing."""
        self._classes()
        self._calls()
        if b"environ" in self.source:
            self._environ()
        self._strings()
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
        """The unit with the enclosing function or class as its scope; by indentation, since trees can be very deep."""
        line = self.source.rfind(b"\n", 0, node.start_byte) + 1
        text = self.source[line : node.start_byte + 1]
        width = len(text) - len(text.lstrip(b" \t"))
        index = bisect_right(self.scopes, (line, 1 << 30, "")) - 1
        names: list[str] = []
        while index >= 0 and width > 0:
            _, indent, name = self.scopes[index]
            if indent < width:
                names.append(name)
                width = indent
            index -= 1
            if len(names) > 8:
                break
        return structs.replace(self.unit, scope=".".join(reversed(names)) or self.unit.scope)

    def _environ(self) -> None:
        for node in self._found(_ENVIRON, "subscript"):
            for fact in env.from_subscript(self._at(node), self.source, node):
                self._keep(fact)
        for node in self._found(_ENVIRON, "comparison_operator"):
            self.out.references += env.from_membership(self._at(node), self.source, node)

    def _classes(self) -> None:
        for node in self._found(_SETTINGS, "class_definition", end=True):
            for read, default, variable in env.settings_fields(self._at(node), self.source, node):
                self.out.references.append(read)
                if default is not None:
                    self.settings[default.start_byte] = variable

    def _called(self) -> Iterator[Node]:
        """The calls that can mean something, by the last word of what is called."""
        for match in _CALL.finditer(self.source):
            if not calls.interesting(match.group(1) or match.group(2)):
                continue
            node = self.root.descendant_for_byte_range(match.end() - 1, match.end())
            if node is not None and node.parent is not None and node.parent.type == "argument_list":
                call = node.parent.parent
                if call is not None and call.type == "call":
                    yield call

    def _calls(self) -> None:
        prefixes = calls.router_prefixes(self.source, self._found(_ROUTER, "assignment"))
        for node in self._called():
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
        """Strings and comments in which something tells of an address, and strings given to something called host."""
        seen: set[int] = set()
        places = [match.start() for match in _WORTH.finditer(self.source)]
        places += [match.end() - 1 for match in _HOST_GIVEN.finditer(self.source)]
        behind = 0
        for at in sorted(places):
            if at < behind:
                continue
            node = self.root.descendant_for_byte_range(at, at + 1)
            if node is not None and node.type == "comment":
                behind = node.end_byte
                self.out.references += addresses_in(
                    self.unit, node.start_byte, node.end_byte, "comment", _LANGUAGE, "py:comment"
                )
                continue
            while node is not None and node.type != "string" and node.type not in ("block", "module"):
                node = node.parent
            if node is None or node.type != "string" or _in_field(node):
                continue
            whole = outermost(node)
            if whole.id not in seen:
                seen.add(whole.id)
                behind = whole.end_byte if whole.type == "string" and not _has_fields(whole) else 0
                self._string(whole, decode(self.source, whole))

    def _key(self, node: Node) -> str:
        """The name that a string is directly given to: a keyword, a dict key, a variable, a parameter."""
        parent = node.parent
        if parent is None:
            return ""
        field = {
            "keyword_argument": "name",
            "pair": "key",
            "assignment": "left",
            "default_parameter": "name",
            "typed_default_parameter": "name",
        }.get(parent.type)
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
                    yield from host_value(
                        inner,
                        at + lead,
                        at + len(part.rstrip()),
                        use.role,
                        _LANGUAGE,
                        text.layer,
                        why=use.why,
                        attrs=attrs,
                    )
                    at += len(part) + 1
                return
        yield from addresses_in(inner, 0, size, use.role, _LANGUAGE, text.layer, why=use.why, attrs=attrs)

    def _attrs(self, node: Node, text: Text, use: roles.Use) -> dict[str, object]:
        attrs: dict[str, object] = {
            "key": use.key,
            "call": use.call,
            "position": use.position,
            "constant": use.constant,
        }
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
        parent = node.parent if self.settings else None
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
        match = re.search(
            r"(?:env\w*|environb?(?:\.\w+)?|config|getattr)\s*[(\[]\s*(?:[\w.]+,\s*)?[\"'](\w+)[\"']", text, re.I
        )
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
                inner.reference(
                    "path",
                    lo,
                    lo + len(match.group().encode()),
                    match.group(),
                    use.role,
                    _LANGUAGE,
                    text.layer,
                    why=use.why,
                    attrs={"use": "home"},
                )
            )

    def _traits(self) -> None:
        names = [
            name.strip()
            for match in _IMPORT.finditer(self.source)
            for name in (match.group(1) or match.group(2)).decode().split(",")
        ]
        tops = list(dict.fromkeys(name.split(" as ")[0].split(".")[0].strip() for name in names if name))
        tops = [name for name in tops if name]
        if tops:
            self.out.traits["imports"] = tops
        frameworks = [name for name in tops if name in _FRAMEWORKS]
        if frameworks:
            self.out.traits["framework"] = frameworks
        if re.search(rb"(?m)^if\s+__name__\s*==\s*[\"']__main__", self.source):
            self.out.traits["main"] = ["guard"]


def _has_fields(node: Node) -> bool:
    return any(child.type == "interpolation" for child in node.named_children)


def _in_field(node: Node) -> bool:
    """Whether a literal belongs to the format of a field, not to a value."""
    return node.parent is not None and node.parent.type == "format_specifier"


def _number(source: bytes, node: Node) -> int | None:
    text = source[node.start_byte : node.end_byte].strip(b"\"'")
    return int(text) if text.isdigit() and len(text) < 6 else None
