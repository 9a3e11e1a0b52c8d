"""Calls that declare or name something in Python: listeners, routes, requests for relative routes, child processes."""

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from unmoor.model.facts import Declaration, Facts, Reference
from unmoor.scanners import scan_embedded
from unmoor.scanners.python.roles import name_of
from unmoor.scanners.python.strings import Part, Text, literal
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

_SERVER = re.compile(
    r"(?i)(^|\.)(uvicorn\.run|uvicorn\.config|config|app\.run|application\.run|socketio\.run|web\.run_app|run_app|run_simple"
    r"|serve|hypercorn\.run|demo\.launch|launch|mcp\.run|server\.run|run_server|app\.listen|listen|httpserver|tcpserver"
    r"|threadinghttpserver|threadingtcpserver|websockets?\.serve|make_server|start_server|create_server|start_http_server"
    r"|tcpsite|bind|granian)$"
)
_VERBS = frozenset(
    [
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "route",
        "api_route",
        "websocket",
        "websocket_route",
        "add_api_route",
        "add_url_rule",
    ]
)
_HTTP = re.compile(
    r"(?i)(^|[._])(client|session|requests|httpx|http|c|test_client|ac|async_client|api)\.(get|post|put|patch|delete|head|options|request|stream|websocket_connect)$"
)
_PROCESS = re.compile(
    r"(^|\.)(subprocess\.(run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|os\.(system|popen)|Popen"
    r"|check_call|check_output|(asyncio\.)?create_subprocess_(shell|exec)|(c|ctx|context|conn)\.run|pexpect\.spawn)$"
)
_SPECIAL = re.compile(rb"[^\w@%+=:,./{}-]")


_WORDS = _VERBS | frozenset(
    [
        "config",
        "pop",
        "setdefault",
        "include_router",
        "register_blueprint",
        "mount",
        "path",
        "re_path",
        "url",
        "request",
        "stream",
        "websocket_connect",
        "run",
        "call",
        "check_call",
        "check_output",
        "Popen",
        "getoutput",
        "getstatusoutput",
        "system",
        "popen",
        "create_subprocess_shell",
        "create_subprocess_exec",
        "spawn",
        "Config",
    ]
)
_CASTS = frozenset(
    [
        "str",
        "int",
        "bool",
        "float",
        "list",
        "db",
        "db_url",
        "cache",
        "cache_url",
        "json",
        "dict",
        "tuple",
        "search_url",
        "email_url",
        "date",
        "datetime",
        "timedelta",
        "log_level",
    ]
)


def interesting(name: bytes) -> bool:
    """Whether a call of this (possibly dotted) name can declare, read or name anything; by its last word, cheaply."""
    dotted = name.decode("utf-8", "replace")
    owner, _, last = dotted.rpartition(".")
    return last in _WORDS or (last in _CASTS and bool(owner)) or "env" in last.lower() or bool(_SERVER.search(last))


def arguments(source: bytes, call: Node) -> tuple[list[Node], dict[str, Node]]:
    """(positional arguments, keyword arguments) of a call."""
    holder = call.child_by_field_name("arguments")
    placed: list[Node] = []
    named: dict[str, Node] = {}
    for node in holder.named_children if holder is not None else []:
        value = node.child_by_field_name("value")
        if node.type == "keyword_argument" and value is not None:
            named[name_of(source, node.child_by_field_name("name"))] = value
        elif node.type != "comment":
            placed.append(node)
    return placed, named


def listener(unit: Unit, source: bytes, call: Node, name: str) -> Iterator[Declaration]:
    """The port that a server call opens."""
    if not _SERVER.search(name):
        return
    placed, named = arguments(source, call)
    pair = next((node for node in placed if node.type == "tuple"), None)
    inside = [node for node in pair.named_children if node.type != "comment"] if pair is not None else placed
    port = named.get("port") or named.get("server_port") or next((n for n in inside if n.type == "integer"), None)
    if port is None:
        return
    text = source[port.start_byte : port.end_byte].decode("utf-8", "replace")
    number = re.search(r"(?<![\w.])(\d{2,5})(?![\w.])", text)
    if number is None or port.type not in ("integer", "call", "boolean_operator", "string"):
        return
    host = literal(source, named.get("host") or (inside[0] if inside and inside[0].type == "string" else None))
    lo = port.start_byte + len(text[: number.start()].encode())
    attrs: dict[str, object] = {"host": host.value if host else None, "call": name}
    variable = re.search(r"(?:getenv|environ\.get)\(\s*[\"'](\w+)", text)
    if variable:
        attrs["env"] = variable.group(1)
    yield unit.declaration("port", lo, lo + len(number.group(1)), "listen", number.group(1), "python", attrs=attrs)


def router_prefixes(source: bytes, assignments: Iterable[Node]) -> dict[str, str]:
    """Variable → path prefix of routers and blueprints made in this file."""
    found: dict[str, str] = {}
    for node in assignments:
        right = node.child_by_field_name("right")
        if right is None or right.type != "call":
            continue
        made = name_of(source, right.child_by_field_name("function")).rpartition(".")[2]
        if made in ("APIRouter", "Blueprint", "APIBlueprint", "Router"):
            _, named = arguments(source, right)
            prefix = literal(source, named.get("prefix") or named.get("url_prefix"))
            found[name_of(source, node.child_by_field_name("left"))] = prefix.value if prefix else ""
    return found


def route(
    unit: Unit, source: bytes, call: Node, name: str, prefixes: dict[str, str]
) -> Iterator[Declaration | Reference]:
    """A route that a decorator, `include_router` or a Django `path()` declares, or that a client calls."""
    owner, _, verb = name.rpartition(".")
    placed, named = arguments(source, call)
    path = literal(source, placed[0] if placed else named.get("path") or named.get("rule"))
    above = call.parent
    decorated = above is not None and above.type == "decorator"
    if path is not None and owner and verb in _VERBS and (decorated or verb.startswith("add_")):
        if path.value.startswith("/") or path.value == "":
            source_ = "flask" if verb in ("route", "add_url_rule") else "fastapi"
            yield _declared(unit, path, prefixes.get(owner, "") + path.value, source_, verb, owner)
    elif verb in ("include_router", "register_blueprint", "mount"):
        prefix = literal(
            source,
            named.get("prefix") or named.get("url_prefix") or (placed[0] if verb == "mount" and placed else None),
        )
        if prefix is not None:
            kind = "mount" if verb == "mount" else "prefix"
            yield _declared(unit, prefix, prefix.value, "fastapi" if "router" in verb else "flask", kind, owner)
    elif name in ("path", "re_path", "url") and path is not None and b"django" in source and len(placed) > 1:
        included = (
            name_of(source, placed[1].child_by_field_name("function")) == "include"
            if placed[1].type == "call"
            else False
        )
        yield _declared(unit, path, "/" + path.value.lstrip("^/"), "django", "prefix" if included else "any", "")
    elif (
        path is not None
        and path.value.startswith("/")
        and not path.value.startswith("//")
        and not decorated
        and _HTTP.search(name)
    ):
        yield _span(unit, path).reference(
            "route",
            0,
            len(path.mapped.text),
            path.value,
            "request",
            "python",
            path.layer,
            attrs={"method": verb.upper(), "call": name, "base": False, "computed": path.computed},
        )


def _span(unit: Unit, text: Text) -> Unit:
    inner = unit.inner(text.mapped, "x")
    return type(unit)(unit.path, inner.text, unit.layers, unit.scope, unit.runtime, unit.cwd, unit.role)


def _declared(unit: Unit, text: Text, path: str, source: str, method: str, owner: str) -> Declaration:
    attrs = {"source": source, "method": method, "owner": owner, "websocket": "websocket" in method}
    return _span(unit, text).declaration("route", 0, len(text.mapped.text), path, text.value, "python", attrs=attrs)


def process(unit: Unit, source: bytes, call: Node, name: str) -> Facts:
    """The commands of a child process: a shell string, or a list of words."""
    if not _PROCESS.search(name):
        return Facts()
    placed, named = arguments(source, call)
    given = placed[0] if placed else named.get("args")
    words = placed if name.endswith("create_subprocess_exec") else []
    text = literal(source, given)
    if given is not None and given.type == "list":
        words = [node for node in given.named_children if node.type != "comment"]
    if words:
        mapped, layer = _joined(source, words), "py:list"
    elif text is not None:
        mapped, layer = text.mapped, text.layer
    else:
        return Facts()
    inner = unit.inner(mapped, layer, runtime=unit.runtime, cwd=None if "cwd" in named else unit.cwd)
    found = scan_embedded("shell", inner)
    for reference in found.references:
        reference.attrs.setdefault("subprocess", True)
    found.problems = []
    return found


def _joined(source: bytes, words: list[Node]) -> Mapped:
    """A list of words as one shell command; what is computed stands as `$_`."""
    parts: list[Part] = []
    for node in words:
        text = literal(source, node)
        at = node.start_byte
        if parts:
            parts.append((b" ", at, at))
        if text is None or text.computed:
            parts.append((b"$_", at, node.end_byte) if node.end_byte - at != 2 else (b"$__", at, node.end_byte))
        elif not text.mapped.text or _SPECIAL.search(text.mapped.text):
            parts.append((b"'", at, at))
            parts += _parts(text.mapped)
            parts.append((b"'", node.end_byte, node.end_byte))
        else:
            parts += _parts(text.mapped)
    return Mapped.build(parts)


def _parts(mapped: Mapped) -> Iterator[Part]:
    for s in mapped.segments:
        yield mapped.text[s.lo : s.hi].replace(b"'", b'"'), s.start, s.end
