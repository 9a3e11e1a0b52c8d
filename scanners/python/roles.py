"""What a string of Python code is for, from the syntax around it."""

import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.model.facts import Role

_REQUEST = re.compile(
    r"(?i)(^|\.)(requests?|httpx|session|client|http|aiohttp|_?client|_?session|urllib3?|pool|opener|api|async_client"
    r"|http_client|self\._?(client|session|http))\.(get|post|put|patch|delete|head|options|request|stream|ws_connect|urlopen|send)$"
    r"|(^|\.)(urlopen|urlretrieve|ws_connect|create_connection|websocket_connect|Request)$|(^|\.)websockets?\.connect$"
)
_CLIENT = re.compile(
    r"(?i)(^|\.)(\w*redis\w*|from_url|connect|create_(async_)?engine|\w*mongo\w*client|kafka\w*|aiokafka\w*|producer"
    r"|consumer|adminclient|\w*client|\w*connection|\w*connector|connection_?pool|create_pool|celery|elasticsearch"
    r"|opensearch|qdrantclient|minio|smtp|smtp_ssl|influxdb\w*|\w*exporter|\w*transport|insecure_channel|secure_channel"
    r"|urlparameters|\w*_params|openai|asyncopenai|chat\w+|httpx?|\w*session|driver|cluster|celery|broker\w*)$"
)
_BIND = re.compile(
    r"(?i)(^|\.)((uvicorn|app|application|hypercorn|granian|web|waitress|server|socketio|demo|mcp|bjoern|tornado)\."
    r"(run|serve|run_app|listen|launch|run_server|start)|run_app|run_simple|start_server|create_server|make_server"
    r"|websockets?\.serve|httpserver|tcpserver|threadinghttpserver|threadingtcpserver|bind|listen|serve|tcpsite"
    r"|add_insecure_port|add_secure_port|start_http_server|simplexmlrpcserver|run_server|uvicorn\.config)$"
)
_SHOWN = re.compile(
    r"(?i)(^|\.)(print|pprint|echo|secho|style|debug|info|warning|warn|error|exception|critical|log|fatal|success|notice"
    r"|write_line|panel|rule|markdown|caption|fail|skip|exit|abort|add_row|badparameter|usageerror|\w*exception"
    r"|\w*error|console\.\w+|logger\.\w+|logging\.\w+|log\.\w+|st\.\w+|rprint|cprint|input|prompt|confirm)$"
)
_COMPARED = re.compile(
    r"(?i)(^|\.)(startswith|endswith|match|fullmatch|search|sub|compile|findall|replace|split|strip|rstrip|lstrip|find"
    r"|index|count|removeprefix|removesuffix|partition|rpartition|ip_network|ip_address|isinstance|assert\w+)$"
)
_DUMMY = re.compile(r"(?i)(^|\.)(testclient|asgitransport|werkzeug\w*|apiclient|test_client|requestfactory)$")
_ENV_CALL = re.compile(
    r"(?i)(^|\.)(getenv|environb?\.(get|pop|setdefault)|get_?env\w*|_?env(_\w+)?|env\.\w+|read_env\w*|config|decouple\.config"
    r"|require_env|getenv_\w+|_?get_env_\w+)$"
)
_DEFAULTED = re.compile(
    r"(?i)(^|\.)(get|setdefault|pop|getattr|get_setting|get_config|get_secret|next|getoption|Field|field"
    r"|Setting|Option|Argument|Query|Header|Form|Body|option|argument|add_argument|add_option|Param|attrib|ib|optional)$"
)
_SWITCH = re.compile(
    r"(?i)debug|environment|\benv\b|_env\b|\bis_?(dev|prod|local|docker|production|development)\w*|production|development|\bdev(_mode)?\b"
    r"|\bstage\b|node_env|flask_env|app_env|in_docker|running_in"
)
_ORIGIN = re.compile(r"(?i)cors|origins?$|csrf_trusted|allowed_origins?|allow_origins?|content.security|connect.src")
_LISTED = re.compile(
    r"(?i)(allowed_?hosts?|trusted|block|deny|disallow|forbid|skip|ignor|private|reserved|internal|local|loopback|bogon|safe|whitelist|blacklist"
    r"|no_?proxy|excluded?|known)(\w*)(host|ip|net|range|domain|addr|cidr|proxy|name)?\w*$"
)
_DISPLAY_KEYS = frozenset(
    [
        "help",
        "description",
        "summary",
        "message",
        "msg",
        "detail",
        "title",
        "label",
        "placeholder",
        "epilog",
        "text",
        "hint",
        "caption",
        "usage",
        "tooltip",
        "docs_url_note",
        "error",
    ]
)
_EXAMPLE_KEYS = frozenset(["example", "examples", "json_schema_extra", "schema_extra", "openapi_examples"])
_BIND_KEYS = frozenset(["bind", "listen", "bind_host", "bind_address", "listen_host", "server_host", "server_name"])


class Use(NamedTuple):
    """What a string is for. `env`: the node of the call or expression that reads the variable it stands in for."""

    role: Role
    why: str
    call: str = ""
    key: str = ""
    constant: str = ""
    position: str = ""
    source: Node | None = None
    switch: bool = False


def name_of(source: bytes, node: Node | None) -> str:
    """A dotted name as text: `os.environ.get`; calls and subscripts inside it are left out."""
    if node is None:
        return ""
    text = source[node.start_byte : node.end_byte][-120:].decode("utf-8", "replace")
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\s+", "", text)


def use_of(source: bytes, node: Node) -> Use:
    """The use of a string expression: the nearest thing around it that says what it is for."""
    use = _nearest(source, node)
    if use.role in ("config", "request", "default", "display") and use.role != "display" and _switched(source, node):
        return use._replace(role="dev-branch", why="behind an environment switch", switch=True)
    return use


def _nearest(source: bytes, node: Node) -> Use:
    key, call, child, parent = "", "", node, node.parent
    for _ in range(40):
        if parent is None:
            break
        kind = parent.type
        if kind == "keyword_argument":
            key = key or name_of(source, parent.child_by_field_name("name"))
        elif kind == "pair":
            if _is_field(parent, "key", child):
                return Use("type", "a key", position="pair-key")
            key = key or _bare(source, parent.child_by_field_name("key"))
            if key == "default":
                return Use("default", "the default of a field", call, key)
        elif kind == "argument_list" and parent.parent is not None and parent.parent.type == "call":
            name = name_of(source, parent.parent.child_by_field_name("function"))
            found = _in_call(source, parent, child, name, key)
            if found is not None:
                return found
            call = call or name
        else:
            found = _in_syntax(source, parent, child, key, call)
            if found is not None:
                return found
        child, parent = parent, parent.parent
    return Use("config", "a value", call=call, key=key)


def _is_field(parent: Node, field: str, child: Node) -> bool:
    return parent.child_by_field_name(field) == child


def _bare(source: bytes, node: Node | None) -> str:
    return name_of(source, node).strip("\"'rbfRBF") if node is not None else ""


def _in_call(source: bytes, arguments: Node, child: Node, name: str, key: str) -> Use | None:
    """The use of an argument, by the name of what is called and the keyword."""
    call = arguments.parent
    lower = key.lower()
    first = bool(arguments.named_children) and arguments.named_children[0] == child
    if lower in _EXAMPLE_KEYS:
        return Use("example", f"shown by `{key}`", name, key)
    if lower in _DISPLAY_KEYS or (_SHOWN.search(name) and not _REQUEST.search(name)):
        return Use("display", f"text given to `{name}`", name, key)
    if lower in _BIND_KEYS or (_BIND.search(name) and (lower in ("", "host", "hostname", "address", "interface"))):
        return Use("bind", f"the address that `{name}` listens at", name, key)
    if _ORIGIN.search(lower):
        return Use("cors-origin", f"an origin given to `{name}`", name, key)
    if lower == "default" or (not first and not key and (_ENV_CALL.search(name) or _defaulted(name, arguments, child))):
        return Use("default", f"the default of `{name}`", name, key, source=call)
    if _DUMMY.search(name):
        return Use("dummy-base", "the base of a test client", name, key)
    if _COMPARED.search(name) and not _REQUEST.search(name):
        return Use("comparison", f"compared by `{name}`", name, key, position="argument")
    if _REQUEST.search(name) or _CLIENT.search(name):
        return Use("request", f"called through `{name}`", name, key, position="argument")
    return None


def _defaulted(name: str, arguments: Node, child: Node) -> bool:
    if not _DEFAULTED.search(name):
        return False
    place = (
        [node for node in arguments.named_children if node.type != "comment"].index(child)
        if child in arguments.named_children
        else -1
    )
    if name.endswith("getattr"):
        return place == 2
    if name.endswith((".get", ".pop", "setdefault", "next")):
        return place == 1 and not _REQUEST.search(name)
    return place == 1


def _in_syntax(source: bytes, parent: Node, child: Node, key: str, call: str) -> Use | None:
    kind = parent.type
    if kind == "expression_statement" and child.type in ("string", "concatenated_string"):
        return Use("comment", "a documentation string")
    if kind == "boolean_operator":
        operator = parent.child_by_field_name("operator")
        if operator is not None and operator.type == "or" and _is_field(parent, "right", child):
            return Use("default", "the right side of `or`", call, key, source=parent.child_by_field_name("left"))
    if kind in ("comparison_operator", "assert_statement", "case_pattern"):
        return Use("comparison", "compared", call, key)
    if kind == "conditional_expression":
        return _ternary(source, parent, child, key, call)
    if kind in ("default_parameter", "typed_default_parameter") and _is_field(parent, "value", child):
        name = name_of(source, parent.child_by_field_name("name"))
        return Use("default", f"the default of parameter `{name}`", call, key or name, position="parameter")
    if kind == "raise_statement":
        return Use("display", "an error message", call, key)
    if kind in ("assignment", "named_expression", "augmented_assignment"):
        return _assigned(source, parent, key, call)
    if kind in ("type", "generic_type", "type_parameter"):
        return Use("type", "a type", call, key)
    if kind in ("function_definition", "class_definition", "lambda", "module"):
        return Use("config", "a value", call, key)
    return None


def _ternary(source: bytes, parent: Node, child: Node, key: str, call: str) -> Use | None:
    parts = [node for node in parent.named_children if node.type != "comment"]
    if len(parts) != 3 or child == parts[1]:
        return None
    condition = source[parts[1].start_byte : parts[1].end_byte].decode("utf-8", "replace")
    if _SWITCH.search(condition):
        return Use("dev-branch", "one side of an environment switch", call, key, switch=True)
    value = source[parts[0].start_byte : parts[0].end_byte].decode("utf-8", "replace")
    if child == parts[2] and re.sub(r"\s+is not None$", "", condition) in value:
        return Use("default", "used where the variable is empty", call, key, source=parts[0])
    return None


def _assigned(source: bytes, parent: Node, key: str, call: str) -> Use:
    left = name_of(source, parent.child_by_field_name("left") or parent.child_by_field_name("name"))
    if _ORIGIN.search(left):
        return Use("cors-origin", f"listed in `{left}`", call, key, left)
    if _LISTED.fullmatch(left.rpartition(".")[2].lstrip("_")) and re.search(r"(?i)s$|_list$|_set$|ips|hosts", left):
        return Use("comparison", f"listed in `{left}`", call, key, left)
    if re.search(r"(?i)(^|_)(bind|listen)(_|$)|^bind$", left):
        return Use("bind", f"the value of `{left}`", call, key, left)
    if re.search(r"(?i)(^|_)examples?(_|$)|^description$|^epilog$|(^|_)help(_text)?$|_?message$", left):
        return Use("example" if "xample" in left.lower() else "display", f"the value of `{left}`", call, key, left)
    field = _field_of_class(parent)
    if field and parent.child_by_field_name("type") is not None:
        return Use("default", f"the default of field `{left}`", call, key or left, left, "field")
    return Use("config", f"the value of `{left}`", call, key or left, left, "field" if field else "value")


def _field_of_class(assignment: Node) -> bool:
    block = assignment.parent.parent if assignment.parent is not None else None
    return (
        block is not None
        and block.type == "block"
        and block.parent is not None
        and block.parent.type == "class_definition"
    )


def _switched(source: bytes, node: Node) -> bool:
    """Whether an `if` around the node (within its function) asks what environment this is."""
    child, parent = node, node.parent
    for _ in range(100):
        if parent is None or parent.type in ("function_definition", "class_definition", "module"):
            return False
        if parent.type in ("if_statement", "elif_clause"):
            test = parent.child_by_field_name("condition")
            if test is not None and child != test:
                text = source[test.start_byte : test.end_byte].decode("utf-8", "replace")
                if _SWITCH.search(text):
                    return True
        child, parent = parent, parent.parent
    return False
