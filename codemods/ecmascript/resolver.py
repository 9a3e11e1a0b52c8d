"""`fetch('http://localhost:3011/api/x')` → `fetch(getBackendUrl('/api/x'))`, with the import that it needs."""

import re
from functools import lru_cache

from tree_sitter import Node

from unmoor.codemods.ecmascript import component, destination, imports, loading, modules, positions, tsconfig
from unmoor.codemods.ecmascript.component import Place
from unmoor.codemods.ecmascript.expression import rewrite
from unmoor.codemods.ecmascript.source import Source
from unmoor.codemods.request import Request
from unmoor.generate import frameworks
from unmoor.generate.plan import Endpoint, Plan, package_of, typescript
from unmoor.generate.services import ServiceAddress
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.text.addresses import parse

_ROLES = {
    "bind": "it is an address that a server binds to",
    "comparison": "it is compared, not called",
    "display": "it is shown, not called",
    "comment": "it stands in a comment",
    "example": "it is an example",
    "dummy-base": "it is a base that is thrown away",
    "cors-origin": "an allow-list names origins, it calls none",
    "healthcheck": "a check runs beside the server it asks",
    "type": "it is a type",
}
_SCHEMES = ("http", "https", "ws", "wss")


def fix(request: Request) -> Fix | Refusal:
    """The call of the resolver of the very service that the topology names, or why there is none."""
    reference, finding, service = request.reference, request.finding, request.service
    if reference.role in _ROLES:
        return Refusal(_ROLES[reference.role])
    if finding.attrs.get("well-known-tool"):
        return Refusal("it is a tool's own documented address")
    if not service:
        return Refusal("the topology names no service at this address")
    if service == finding.attrs.get("runtime.service") or _own(request, service):
        return Refusal(f"`{service}` itself ships this code; a resolver is for calls of others")
    refusal = loading.no_module(request)
    if refusal:
        return Refusal(refusal)
    place = place_of(finding.path, request.source, reference.span.start)
    if isinstance(place, str):
        return Refusal(place)
    node = place.source.string_at(reference.span) if place.source is not None else None
    if place.source is not None and node is None:
        return Refusal("it is no string or template")
    refusal = positions.refusal(node) if node is not None else ""
    if refusal:
        return Refusal(refusal)
    services = _services(request, service)
    plan = typescript(finding.path, request.settings, services, request.has, request.read, service)
    refusal = loading.refusal(request, place.home, plan)
    if refusal:
        return Refusal(refusal)
    return _fix(request, place, node, plan, service)


def _own(request: Request, service: str) -> bool:
    """Whether the file lies in the folder that the service is built from."""
    package = package_of(request.finding.path, request.has)
    return bool(package) and any(one.name == service and one.context == package for one in request.services)


def place_of(path: str, data: bytes, at: int) -> Place | str:
    """The code around a byte, or why there is none; one parse serves all findings of a plain file."""
    if path.endswith((".vue", ".svelte", ".astro")):
        return component.place(path, data, at)
    source = _parsed(path, data)
    return Place(source, source)


@lru_cache(4)
def _parsed(path: str, data: bytes) -> Source:
    return Source(path, data, 0)


def _services(request: Request, service: str) -> tuple[ServiceAddress, ...]:
    """What the topology told, and at least the service in question."""
    target = request.finding.target
    stack = target.stack if target is not None else ""
    # Two stacks may each have a service of that name, at other ports: only the target's is meant.
    known = tuple(one for one in request.services if one.name != service or not stack or one.stack in ("", stack))
    if any(one.name == service for one in known):
        return known
    address = parse(request.reference.value)
    local = address is not None and address.host in ("localhost", "127.0.0.1")
    variable = str(request.reference.attrs.get("env") or "")
    folder = request.finding.path.rpartition("/")[0]
    bare = not request.reference.attrs.get("rest")
    one = ServiceAddress(
        service,
        target.port if target is not None else None,
        address.port if address is not None and local else None,
        stack,
        uses=((variable if bare else "", folder),),
    )
    return (*known, one)


def _fix(request: Request, place: Place, node: Node | None, plan: Plan, service: str) -> Fix | Refusal:
    endpoint = plan.endpoint(service)
    if plan.path == request.finding.path:
        return Refusal("this is the resolver itself")
    if endpoint is None:
        return Refusal(f"no resolver function is configured for `{service}`")
    scheme = str(request.reference.attrs.get("scheme") or "").lower()
    if scheme not in _SCHEMES:
        return Refusal(f"a resolver of URLs has no `{scheme}:` addresses" if scheme else "it is no URL")
    module = _content(request, plan)
    shown = place.shown or (place.source is not None and node is not None and destination.in_markup(place.source, node))
    name = _function(endpoint, plan, module, scheme, shown)
    if isinstance(name, Refusal):
        return name
    if plan.exists and not exports(module, name):
        return Refusal(f"{plan.path} does not export `{name}` (`unmoor generate resolver` shows what it would hold)")
    imported = _imported(request, place, plan, name)
    known = _known(plan, endpoint, module, name, request)
    edits = _edits(request, place, node, imported.local, known)
    if isinstance(edits, str):
        return Refusal(edits)
    if imported.edit is not None:
        edits.append(imported.edit)
    if place.options is not None and place.home is not None:
        entry = component.exposed(place.home, place.options, imported.local)
        edits += [entry] if entry is not None else []
    creates = () if plan.exists else ((plan.path, plan.marker()),)
    title = f"call `{name}`, the resolver of `{service}`"
    return Fix(title, request.applicability, tuple(edits), creates)


def _imported(request: Request, place: Place, plan: Plan, name: str) -> imports.Imported:
    path, data = request.finding.path, request.source
    if place.home is not None:
        spellings = _named(request, modules.specifiers(place.home, plan.path, request))
        return imports.bring(place.home, name, spellings, place.seen, plan.style == "cjs")
    source = Source(path, data, 0)
    specifier = _named(request, modules.specifiers(source, plan.path, request))[0]
    local = imports.free_name(source, name)
    line = imports.line_of(name, local, specifier)
    return imports.Imported(local, component.opened(path, data, line, source.newline))


def _edits(request: Request, place: Place, node: Node | None, call: str, known: set[str]) -> list[Edit] | str:
    path, at = request.finding.path, request.reference.span.start
    if place.source is None or node is None:
        assert place.attribute is not None
        return component.plain(path, request.source, place.attribute, at, call)
    made = rewrite(place.source, node, at, call, known)
    if isinstance(made, str):
        return made
    whole = place.attribute is not None and place.attribute.quote == "`" and made.span.start < place.attribute.lo
    return [Edit(path, made.span, f"{{{made.text}}}" if whole else made.text)]


def _content(request: Request, plan: Plan) -> str:
    try:
        return request.read(plan.path).decode() if plan.exists else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _named(request: Request, spellings: tuple[str, ...]) -> tuple[str, ...]:
    """The module as the settings spell it, where that spelling resolves; else as the file's neighbours would."""
    options = request.settings.resolver.get("typescript")
    module = options.module if options is not None else ""
    if not re.match(r"(@|~|#|\$lib)[\w-]*/", module):
        return spellings
    configured = tsconfig.nearest(request.finding.path, ("tsconfig.json", "jsconfig.json"), request.has)
    return (module, *spellings) if module in spellings or not configured else spellings


def _function(endpoint: Endpoint, plan: Plan, module: str, scheme: str, shown: bool) -> str | Refusal:
    if scheme in ("ws", "wss"):
        return endpoint.websocket
    rendered = frameworks.named(plan.framework).rendered
    if (rendered or plan.configured) and shown:
        if not plan.exists or exports(module, endpoint.public):
            return endpoint.public if rendered or plan.exists else endpoint.function
        if rendered:
            return Refusal(f"it ends in a page, and {plan.path} has no `{endpoint.public}` for browsers' addresses")
    return endpoint.function


def exports(module: str, name: str) -> bool:
    """Whether a module's text exports a name."""
    word = re.escape(name)
    return bool(
        re.search(rf"\bexport\s+(?:async\s+)?(?:function|const|let|var)\s+{word}\b", module)
        or re.search(rf"\bexport\s*\{{[^}}]*\b{word}\b", module)
        or re.search(rf"\bexports\.{word}\b|module\.exports\s*=\s*\{{[^}}]*\b{word}\b", module)
        or re.search(r"\bexport\s*\*\s*from", module)
    )


def _known(plan: Plan, endpoint: Endpoint, module: str, name: str, request: Request) -> set[str]:
    """The variables that the resolver's function reads itself: by the plan, the settings, or its own text."""
    if not plan.exists:
        socket = endpoint.socket if name == endpoint.websocket else ""
        return {endpoint.variable, endpoint.internal_variable, socket} - {""}
    options = request.settings.resolver.get("typescript")
    known = {options.env[endpoint.service]} if options and endpoint.service in options.env else set()
    section = re.search(
        rf"\b(?:function|const|let|var) {re.escape(name)}\b(.*?)(?=\n(?:export|/\*\*|function|module\.)|\Z)",
        module,
        re.DOTALL,
    )
    text = section.group(1) if section else ""
    if re.search(rf"return {re.escape(endpoint.public)}\(path\)", text):
        return known | _known(plan, endpoint, module, endpoint.public, request) | _reads(text)
    return known | _reads(text)


def _reads(text: str) -> set[str]:
    return set(re.findall(r"(?:process\.env|import\.meta\.env)\.(\w+)", text)) - {"NODE_ENV", "PROD", "DEV", "MODE"}
