"""Relative calls (`fetch('/api/x')`) and what serves them (`app.get('/x')`, rewrites, development proxies)."""

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from unmoor.model.facts import Declaration, Reference
from unmoor.scanners.ecmascript import names
from unmoor.scanners.ecmascript.calls import callee_of
from unmoor.scanners.ecmascript.endpoints import scope_of
from unmoor.scanners.ecmascript.literals import Literal, is_sum, literal, plain
from unmoor.scanners.ecmascript.source import Chain, Source, arguments, unwrap

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "all", "del"})
_SERVER_MAKERS = re.compile(
    r"^(?:express|fastify|Fastify|Router|new (?:Hono|Koa|Router|KoaRouter|Elysia|OpenAPIHono)"
    r"|express\.Router|polka|restify\.createServer|jsonServer\.\w+|\w+\.Router)\b"
)
_FUNCTIONS = ("arrow_function", "function_expression", "function", "generator_function")
_CLIENT_MAKERS = re.compile(
    r"(?:^|\.)(?:create|extend|defaults|createClient|createApiClient|\w*[cC]reate\w*(?:Client|Axios|Api|Instance))$"
)
_PATH = re.compile(r"^/(?!/)[^\s<>]*$")
_JOINED = re.compile(r"^\$\{([A-Za-z_$][\w.$]*)\}(/[^\s]*)$")
_NEST = {"Get", "Post", "Put", "Patch", "Delete", "All", "Head", "Options", "Sse", "MessagePattern"}
_FETCHERS = re.compile(
    r"^(?:window\.|globalThis\.)?(?:\$?fetch|\w*[fF]etch\w*|\$fetch|useFetch|useSWR\w*|axios|ky|got|request|\w*[rR]equest|WebSocket|EventSource|io|navigator\.sendBeacon|\w*[aA]pi\w*)$"
)
_NOT_CLIENTS = re.compile(
    r"(?i)^(?:map|\w*map|cache|\w*cache|params|searchParams|headers|\w*headers|formdata|\w*params|store|\w*store|registry|cookies?|session|storage|localstorage|redis|\w*set|config|\w*config|t|i18n|nock|msw|http|rest|page|history|navigate|path)$"
)


def calls(source: Source, chain: Chain) -> Iterator[Reference]:
    """The route that a call asks for."""
    node = chain[-1].node
    callee = callee_of(source, node)
    given = arguments(node)
    if not callee or not given:
        return
    receiver, _, method = callee.rpartition(".")
    options = next((a for a in given if a.type == "object"), None)
    place, verb = given[0], ""
    if _is_fetcher(callee):
        verb = _option(source, options, "method").upper() or "GET"
        if place.type == "object":
            place = _value(source, place, "url") or place
        elif callee.endswith("sendBeacon"):
            verb = "POST"
    elif method in _METHODS and _is_client(source, receiver, given):
        verb = method.upper()
    elif method == "open" and len(given) > 1 and re.search(r"(?i)xhr|request", receiver):
        verb, place, receiver = (plain(source, given[0]) or "").upper(), given[1], ""
    elif method == "request" and _is_client(source, receiver, given):
        verb = _option(source, options, "method").upper() or "GET"
        place = (_value(source, place, "url") or place) if place.type == "object" else place
    else:
        return
    yield from _reference(source, chain, place, callee, verb, receiver)


def _is_fetcher(callee: str) -> bool:
    return bool(_FETCHERS.match(callee)) and not re.match(r"(?:prefetch|on[A-Z])", callee)


def _is_client(source: Source, receiver: str, given: list[Node]) -> bool:
    """Whether `receiver.get(…)` asks, and does not serve."""
    last = receiver.rpartition(".")[2]
    if any(argument.type in _FUNCTIONS for argument in given[1:]) or _serves(source, receiver):
        return False
    if receiver in ("this", "super") or receiver.startswith("()"):
        return True
    return (bool(names.CLIENTS.match(last)) and not _NOT_CLIENTS.match(last)) or _made_client(source, last) is not None


def _serves(source: Source, receiver: str) -> bool:
    value = source.values.get(receiver)
    if value is not None:
        return bool(_SERVER_MAKERS.match(source.name(value)[:80]))
    return receiver != "api" and bool(names.SERVERS.match(receiver.rpartition(".")[2]))


def _made_client(source: Source, name: str) -> Node | None:
    """The `axios.create({…})` that a name was declared with."""
    value = unwrap(source.values.get(name))
    if value is None or value.type not in ("call_expression", "new_expression"):
        return None
    return value if _CLIENT_MAKERS.search(callee_of(source, value)) else None


def _reference(source: Source, chain: Chain, place: Node, callee: str, verb: str, receiver: str) -> Iterator[Reference]:
    inner = unwrap(place)
    found = literal(source, inner) if inner is not None else None
    if found is None and inner is not None and inner.type == "identifier":
        target = source.values.get(source.name(inner))
        found = (
            literal(source, target)
            if (target is not None and target.type in ("string", "template_string"))
            or (target is not None and is_sum(target))
            else None
        )
    if found is None:
        return
    text, lo = found.value, 0
    attrs: dict[str, Any] = {"method": verb, "call": callee, "base": False}
    joined = _JOINED.match(text)
    if joined:
        lo = len(text) - len(joined.group(2))
        attrs.update({"base": True, "base_name": joined.group(1), **_base_of(source, joined.group(1))})
        text = joined.group(2)
    elif not _PATH.match(text):
        return
    else:
        attrs.update(_receiver(source, receiver))
    if found.holes:
        attrs["computed"] = True
    yield _emit(source, chain, found, text, lo, attrs)


def _emit(source: Source, chain: Chain, found: Literal, text: str, lo: int, attrs: dict[str, Any]) -> Reference:
    unit = source.unit.inner(
        found.text, found.layer, scope=scope_of(source, chain, len(chain) - 1) or source.unit.scope
    )
    start = len(found.value[:lo].encode())
    return unit.reference(
        "route",
        start,
        start + len(text.encode()),
        text,
        "request",
        source.grammar,
        "",
        why=f"called by `{attrs['call']}`",
        attrs=attrs,
    )


def _base_of(source: Source, name: str) -> dict[str, Any]:
    """What a joined name holds, if the text says: "" and "/x" are no absolute base."""
    value = source.values.get(name)
    text = plain(source, value)
    if text is None:
        return {}
    return (
        {"base": bool(text) and not text.startswith("/"), "base_path": text}
        if "://" not in text
        else {"base_value": text}
    )


def _receiver(source: Source, receiver: str) -> dict[str, Any]:
    """What stands before a path that a client is given."""
    if not receiver or receiver in ("axios", "ky", "got", "window", "$", "jQuery", "globalThis", "navigator"):
        defaults = re.search(rb"axios\.defaults\.baseURL\s*=", source.text) if receiver == "axios" else None
        return {"base": True, "base_name": "axios.defaults.baseURL"} if defaults else {}
    if receiver in ("this", "super"):
        return {"base": True, "base_name": receiver}
    made = _made_client(source, receiver)
    if made is None:
        return {"base_name": receiver, "base": not receiver.startswith("()")}
    options = next((a for a in arguments(made) if a.type == "object"), None)
    base = next(
        (
            found
            for key in ("baseURL", "baseUrl", "prefixUrl", "base_url", "url")
            if (found := _value(source, options, key)) is not None
        ),
        None,
    )
    if base is None:
        return {"base_name": receiver, "base": options is None}
    text = plain(source, base)
    if text is not None and (not text or text.startswith("/")):
        return {"base_name": receiver, "base": False, "base_path": text}
    return {"base_name": receiver, "base": True}


def _value(source: Source, node: Node | None, key: str) -> Node | None:
    """The value of a property of an object literal."""
    for pair in node.named_children[:80] if node is not None and node.type == "object" else []:
        if pair.type == "pair" and source.name(pair.child_by_field_name("key")).strip("'\"") == key:
            return pair.child_by_field_name("value")
    return None


def _option(source: Source, node: Node | None, key: str) -> str:
    return plain(source, _value(source, node, key)) or ""


def served(source: Source, chain: Chain) -> Iterator[Declaration]:
    """Routes that a call declares: `app.get('/x', handler)`, `router.use('/x', …)`, `@Get('x')`."""
    node = chain[-1].node
    callee, given = callee_of(source, node), arguments(node)
    receiver, _, method = callee.rpartition(".")
    if len(chain) > 1 and chain[-2].node.type == "decorator":
        yield from _nest(source, chain, callee, given)
        return
    if not given:
        return
    if method == "route" and given[0].type == "object" and _serves(source, receiver):
        place = _value(source, given[0], "url") or _value(source, given[0], "path")
        verb, handled = _option(source, given[0], "method").upper(), True
    elif method in (*_METHODS, "use", "ws", "route", "mount", "register"):
        place, verb = given[0], "" if method in ("use", "all", "route", "mount", "register") else method.upper()
        handled = _serves(source, receiver) or (
            method in _METHODS
            and receiver not in ("http", "rest", "nock")
            and any(a.type in _FUNCTIONS for a in given[1:])
        )
    else:
        return
    path = plain(source, place)
    if not handled or place is None or path is None or not path.startswith(("/", "*")):
        return
    attrs: dict[str, Any] = {
        "method": verb,
        "source": "express",
        "websocket": method == "ws",
        "order": node.start_byte,
        "receiver": receiver,
    }
    if method in ("use", "mount", "register") and len(given) > 1:
        attrs["prefix"] = True
        attrs["mounts"] = source.name(given[-1])[:80]
        target = _proxy_target(source, given[-1])
        if target:
            attrs.update(target, source="http-proxy-middleware")
    yield _declare(source, chain, place, path, attrs)


def _proxy_target(source: Source, node: Node) -> dict[str, Any]:
    if node.type != "call_expression" or not re.search(r"(?i)proxy", callee_of(source, node)):
        return {}
    options = next((a for a in arguments(node) if a.type == "object"), None)
    return {
        "destination": _option(source, options, "target"),
        "websocket": source.name(_value(source, options, "ws")) == "true",
    }


def _nest(source: Source, chain: Chain, callee: str, given: list[Node]) -> Iterator[Declaration]:
    if callee not in _NEST and callee not in ("Controller", "WebSocketGateway"):
        return
    place = given[0] if given else None
    if place is not None and place.type == "object":
        place = _value(source, place, "path")
    path = plain(source, place) or ""
    attrs = {
        "method": "" if callee in ("Controller", "All") else callee.upper(),
        "source": "nest",
        "prefix": callee == "Controller",
        "websocket": callee == "WebSocketGateway",
        "order": chain[-1].node.start_byte,
    }
    yield _declare(source, chain, place or chain[-1].node, "/" + path.lstrip("/"), attrs)


def _declare(source: Source, chain: Chain, place: Node, path: str, attrs: dict[str, Any]) -> Declaration:
    quoted = place.type in ("string", "template_string")
    lo, hi = (place.start_byte + 1, place.end_byte - 1) if quoted else (place.start_byte, place.end_byte)
    return source.unit.declaration(
        "route",
        lo,
        max(lo, hi),
        path,
        None,
        source.grammar,
        attrs=attrs,
        scope=scope_of(source, chain, len(chain) - 1) or source.unit.scope,
    )


_SERVERS = {"devServer": "webpack-proxy", "server": "vite-proxy", "preview": "vite-proxy"}
# A table that is put together elsewhere: any path may be in it.
_UNREAD_PROXY = {"method": "", "order": 0, "destination": "${…}", "prefix": True, "websocket": True}


def configured(source: Source, chain: Chain) -> Iterator[Declaration]:
    """Routes that a property configures: Next's `{source, destination}`, `proxy: {'/api': …}` of Vite and webpack."""
    node = chain[-1].node
    key = source.name(node.child_by_field_name("key")).strip("'\"")
    if key == "destination" and len(chain) > 1 and chain[-2].node.type == "object":
        yield from _rewrite(source, chain[:-1], chain[-2].node)
        return
    value = unwrap(node.child_by_field_name("value"))
    if value is None:
        return
    if key in _SERVERS and value.type == "object":
        for short in value.named_children[:200]:
            if short.type == "shorthand_property_identifier" and source.name(short) == "proxy":
                yield from _table(source, chain, short, _SERVERS[key])
    if key != "proxy":
        return
    owner = next(
        (
            source.name(step.node.child_by_field_name("key"))
            for step in reversed(chain[:-1])
            if step.node.type == "pair"
        ),
        "",
    )
    yield from _table(source, chain, value, _SERVERS.get(owner, "proxy"))


def _table(source: Source, chain: Chain, value: Node, kind: str) -> Iterator[Declaration]:
    """The routes of a proxy table, followed to the constant that it is; one that takes any path if it is computed."""
    named = value.type in ("identifier", "shorthand_property_identifier")
    table = unwrap(source.values.get(source.name(value))) if named else value
    if table is not None and table.type == "object":
        for order, pair in enumerate(table.named_children[:200]):
            if pair.type == "pair":
                yield from _proxied(source, chain, pair, kind, order)
    elif table is not None and table.type == "array":
        for order, entry in enumerate(table.named_children[:200]):
            yield from _proxy_entry(source, chain, entry, kind, order)
    elif kind != "proxy" and value.type not in ("false", "undefined", "null"):
        yield _declare(source, chain, value, "/", {**_UNREAD_PROXY, "source": kind})


def _proxied(source: Source, chain: Chain, pair: Node, kind: str, order: int) -> Iterator[Declaration]:
    key, value = pair.child_by_field_name("key"), unwrap(pair.child_by_field_name("value"))
    path = source.name(key).strip("[]'\"`")
    if key is None or value is None or not path.startswith(("/", "^")):
        return
    target = value if value.type != "object" else _value(source, value, "target")
    websocket = value.type == "object" and source.name(_value(source, value, "ws")) == "true"
    attrs = {
        "method": "",
        "source": kind,
        "order": order,
        "destination": _text(source, target),
        "prefix": True,
        "websocket": websocket or _text(source, target).startswith("ws"),
    }
    yield _declare(source, chain, key, path, attrs)


def _proxy_entry(source: Source, chain: Chain, entry: Node, kind: str, order: int) -> Iterator[Declaration]:
    context = _value(source, entry, "context")
    if context is None:
        return
    attrs = {
        "method": "",
        "source": kind,
        "order": order,
        "destination": _text(source, _value(source, entry, "target")),
        "prefix": True,
        "websocket": source.name(_value(source, entry, "ws")) == "true",
    }
    for place in context.named_children if context.type == "array" else [context]:
        path = plain(source, place)
        if path is not None:
            yield _declare(source, chain, place, path, attrs)


def _text(source: Source, node: Node | None) -> str:
    """The text of a target, with what is computed in it as written."""
    inner = unwrap(node)
    found = literal(source, inner) if inner is not None else None
    if found is not None:
        return found.value
    return "" if inner is None else "${" + source.name(inner)[:200] + "}"


def _variable(source: Source, node: Node) -> str:
    """The variable of the environment that a target begins with, followed through names; "" if none."""
    inner = unwrap(node) or node
    for _ in range(3):
        found = literal(source, inner) if inner.type == "template_string" else None
        written = source.name(inner) if found is None else found.value
        start = re.match(r"\$\{([^{}]+)\}", written)
        text = start.group(1) if start else written if found is None else ""
        read = re.match(r"\(?process\.env(?:\.|\[[\"'])([A-Z]\w*)", text)
        if read:
            return read.group(1)
        value = source.values.get(text.strip())
        if value is None:
            return ""
        inner = unwrap(value) or value
    return ""


def _rewrite(source: Source, chain: Chain, node: Node) -> Iterator[Declaration]:
    place, destination = _value(source, node, "source"), _value(source, node, "destination")
    path = plain(source, place)
    if path is None or place is None or destination is None or not path.startswith("/"):
        return
    above = [
        source.name(s.node.child_by_field_name("key") or s.node.child_by_field_name("name"))
        for s in chain[:-1]
        if s.node.type in ("pair", "method_definition", "function_declaration")
    ]
    phase = next((name for name in reversed(above) if name in ("beforeFiles", "afterFiles", "fallback")), "afterFiles")
    redirect = (
        "redirects" in above
        or _value(source, node, "permanent") is not None
        or _value(source, node, "statusCode") is not None
    )
    attrs = {
        "method": "",
        "source": "next-redirect" if redirect else "next-rewrite",
        "destination": _text(source, destination),
        "order": node.start_byte,
        "phase": phase,
        "websocket": False,
        "conditional": _value(source, node, "has") is not None,
        "env": _variable(source, destination),
    }
    yield _declare(source, chain, place, path, attrs)
