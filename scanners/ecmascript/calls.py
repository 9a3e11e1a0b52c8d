"""What a value that is handed to a call is for: asked, shown, compared, bound, the default of a schema."""

import re

from tree_sitter import Node

from unmoor.scanners.ecmascript import names
from unmoor.scanners.ecmascript.literals import plain
from unmoor.scanners.ecmascript.role import Context, take_branch
from unmoor.scanners.ecmascript.source import Chain, Source, arguments

_NO_PORT = re.compile(r"https?://localhost/?$")
_DUMMY = re.compile(
    r"(?i)(?:\.(?:url|href|path|originalUrl|pathname)\b|url$|href$|^(?:input|trimmed\w*|raw\w*|value|link|str|path\w*|target)$)"
)


def read_argument(source: Source, chain: Chain, at: int, context: Context) -> bool:
    """The value is an argument: of what?"""
    call = chain[at - 2].node
    callee = callee_of(source, call)
    first = "call" not in context.attrs
    if callee:
        context.attrs.setdefault("call", callee)
    context.place("argument")
    if callee in ("require", "import", "require.resolve", "jest.mock", "vi.mock"):
        context.skip = True
        return False
    if callee in names.CASTS:
        context.attrs.pop("call", None)
        return True
    context.called = context.called or not callee.endswith((".freeze", ".default", "defineConfig"))
    index = next((i for i, a in enumerate(arguments(call)) if a.start_byte == chain[at].node.start_byte), 0)
    _call(source, call, callee, index, context, first)
    return not (context.decided and context.role in ("comparison", "display", "bind", "dummy-base"))


def callee_of(source: Source, call: Node) -> str:
    """What is called: `axios.get`, `new` left out, chains of calls cut to their last name."""
    function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    if function is None:
        return ""
    if function.type == "member_expression":
        inner = function.child_by_field_name("object")
        if inner is not None and inner.type in (
            "call_expression",
            "new_expression",
            "template_string",
            "string",
            "array",
            "regex",
            "subscript_expression",
        ):
            return "()." + source.name(function.child_by_field_name("property"))
    if function.end_byte - function.start_byte > 120:
        return ""
    return re.sub(r"\s+|\?(?=\.)|<[^<>]*>$", "", source.name(function))


def _call(source: Source, call: Node, callee: str, index: int, context: Context, first: bool) -> None:
    given = arguments(call)
    if callee == "URL" or callee.endswith(".URL"):
        _url(source, given, index, context)
    elif names.COMPARISON.search(callee):
        context.settle("comparison", f"an argument of `{callee}`")
    elif names.DISPLAY.match(callee):
        context.settle("display", f"shown by `{callee}`")
    elif callee.endswith((".default", ".prefault", ".catch")):
        context.settle("default", f"the default of a schema (`{callee.rpartition('.')[2]}`)")
        context.attrs["schema"] = True
    elif index > 0 and re.search(r"\.(?:option|requiredOption|argument)$", callee):
        context.settle(
            *(("default", "the default of a command-line option") if index > 1 else ("display", "describes an option"))
        )
    elif callee.endswith(".when") and re.search(r"_?ENV(?:IRONMENT)?$", plain(source, given[0]) or ""):
        production = "production" in source.name(given[1])[:400].partition("then")[0]
        away = "otherwise" in context.keys
        take_branch(context, "development" if production == away else "production", "a schema's environment switch")
    elif index > 0 and (names.GETENV.search(callee) or _by_name(source, given, index, callee)):
        name = plain(source, given[0]) or ""
        if names.UPPER.match(name):
            context.attrs.setdefault("env", name)
        context.settle("default", f"the default that `{callee}` is given")
    elif names.LISTEN.search(callee):
        context.settle("bind", f"the address that `{callee}` binds")
    elif (
        re.search(r"(?:^|\.)(?:setHeader|header|set|append|writeHead)$", callee)
        and index
        and _is_cors(plain(source, given[0]) or "")
    ):
        context.settle("cors-origin", "a cross-origin header")
    elif names.CORS_CALL.search(callee) and any(map(names.CORS_KEY.match, context.keys or ["origin"])):
        context.settle("cors-origin", f"an origin given to `{callee}`")
    elif re.search(
        r"(?:^|\.)(?:createProxyMiddleware|createProxyServer|createProxy|httpProxy|proxy|proxyRequest)$", callee
    ):
        context.settle("proxy-target", f"the target of `{callee}`")
    elif names.REQUEST.match(callee) and _requested(context, index):
        context.settle("request", f"called by `{callee}`")


def _by_name(source: Source, given: list[Node], index: int, callee: str) -> bool:
    """`optionalString("API_URL", "http://…")`: a wrapper of any name, told by the variable that it is given first."""
    return index == 1 and bool(names.VARIABLE.match(plain(source, given[0]) or "")) and not names.SETTER.search(callee)


def _requested(context: Context, index: int) -> bool:
    """Of a client's options only the address is called, not a header or a body."""
    if not context.keys:
        return True
    return all(
        names.REQUEST_KEY.match(key) or key in ("socket", "connection", "options", "redis") for key in context.keys
    )


def _is_cors(name: str) -> bool:
    return bool(names.CORS_KEY.match(name))


def _url(source: Source, given: list[Node], index: int, context: Context) -> None:
    if index != 1:
        context.settle("request", "parsed by `new URL`")
        return
    text = source.name(given[0]) if given else ""
    literal = plain(source, given[0]) if given else None
    context.attrs["dummy"] = True
    base = plain(source, given[1] if given[1].type != "identifier" else source.values.get(source.name(given[1])))
    if _NO_PORT.match(base or ""):
        context.settle("dummy-base", "the base of `new URL`; without a port nobody is called there")
    elif literal is None and given[0].type != "template_string" and _DUMMY.search(text):
        context.settle("dummy-base", "the base of `new URL`, thrown away")
    else:
        context.attrs["base_of"] = text[:80]
        context.settle(
            "dummy-base" if literal is None and given[0].type != "template_string" else "request",
            "the base of `new URL`",
        )
