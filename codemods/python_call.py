"""A hard-wired address in Python: a call of the configured resolver, or a read of the environment that fails loudly."""

import re

from msgspec import structs

from unmoor.codemods import python_default as default
from unmoor.codemods import python_imports as imports
from unmoor.codemods import python_reach as reach
from unmoor.codemods.python_site import Site, refusal, string_at, tree, unreadable
from unmoor.codemods.request import Request
from unmoor.config.settings import ResolverSettings
from unmoor.generate.plan import snake
from unmoor.model.findings import Fix, Refusal
from unmoor.model.spans import Span

_ROLES = ("bind", "comparison", "display", "comment", "example", "dummy-base", "cors-origin", "healthcheck", "type")


def fix(request: Request) -> Fix | Refusal:
    """The rewrite, or why there is none."""
    reference = request.reference
    if reference.role in _ROLES:
        return Refusal(f"it is no address that is called ({reference.role})")
    if request.finding.attrs.get("well-known-tool"):
        return Refusal("it is a tool's own documented address")
    made = _made(request)
    bare = reference.role == "default" and not reference.attrs.get("scheme") and not reference.attrs.get("explicit")
    # A host alone may be right wherever this runs outside of a container: for a person to say.
    return structs.replace(made, applicability="display-only") if bare and isinstance(made, Fix) else made


def _made(request: Request) -> Fix | Refusal:
    root = tree(request.source)
    node = string_at(root, request.reference.span)
    if node is None:
        return Refusal("it is no string")
    site = Site(request, root, node)
    name = function(site)
    resolver = (lambda: called(site, name)) if name and not site.in_pieces() and not site.other_port() else None
    found = unreadable(site) or default.without(site) or refusal(site) or default.required(site, resolver)
    if found is not None:
        return found
    if not request.service:
        return Refusal("the topology names no service at this address")
    if request.service == request.finding.attrs.get("runtime.service"):
        return Refusal(f"`{request.service}` itself ships this code; a resolver is for calls of others")
    if site.other_port():
        return Refusal(f"the variable of `{request.service}` stands for another of its ports")
    if reason := site.in_pieces():
        return Refusal(reason)
    written = called(site, name) if name else _read(site)
    return written if isinstance(written, Refusal) else default.placed(site, written)


def function(site: Site) -> str:
    """The configured resolver's function for the service, "" where none can be called from this file."""
    service, options = site.request.service, site.options
    if not options.module or not service or service == site.request.finding.attrs.get("runtime.service"):
        return ""
    fixed = bool(options.function) and "{service}" not in options.function
    if fixed and service not in options.functions and list(options.env) not in ([], [service]):
        return ""  # a function of one name resolves one service
    name = function_of(service, options, websocket=site.websocket)
    return name if reach.importable(site.request, options.module, name) else ""


def called(site: Site, name: str) -> default.Written:
    """The call with the path that stood behind the address, and all that is built on it, as its argument."""
    module = reach.spelled(site.request, site.options.module)
    brought = imports.bring_name(site.path, site.source, site.root, site.node.start_byte, module, name)
    argument = _left(site) + site.tail if site.rest else re.sub(r"^[\s\\]*\+[\s\\]*", "", site.tail)
    title = f"call `{name}`, the resolver of `{site.request.service}`"
    span = Span(site.unit.start_byte, site.unit.end_byte)
    return default.Written(span, f"{brought.local}({argument})", title, brought)


def _read(site: Site) -> default.Written | Refusal:
    """The variable with the path that stood behind the address; what is built on it stays as it is."""
    if site.websocket:
        return Refusal("no variable stands for a WebSocket address")
    brought = imports.bring_environ(site.path, site.source, site.root, site.node.start_byte)
    if isinstance(brought, Refusal):
        return brought
    name, filled = site.variable(), site.formatted and "{" in site.rest
    quote = ("'" if site.quote == '"' else '"') if filled else site.quote
    base = f"{brought.local}[{quote}{name}{quote}]"
    if filled:
        text = f"{site.prefix}{site.mark}{{{base}}}{site.rest}{site.mark}"
    else:
        text = f"{base} + {_left(site)}" if site.rest else base
    return default.Written(Span(site.node.start_byte, site.node.end_byte), text, f"read it from `{name}`", brought)


def _left(site: Site) -> str:
    """The literal without the address."""
    prefix = site.prefix if "{" in site.rest else re.sub(r"[fF]", "", site.prefix)
    return f"{prefix}{site.mark}{site.rest}{site.mark}"


def function_of(service: str, options: ResolverSettings, *, websocket: bool) -> str:
    """The resolver's function for a service."""
    name = options.functions.get(service) or (options.function or "{service}_url").replace("{service}", snake(service))
    if not websocket:
        return name
    stem = name.removesuffix("_url")
    return (options.websocket or f"{stem}_websocket_url").replace("{service}", snake(service))
