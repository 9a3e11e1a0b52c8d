"""Proxy routes: what a front end calls, handed to the service that answers it."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from unmoor.generate import health, services
from unmoor.generate.calls import Call, Calls, declared, handlers, literal, prefixes
from unmoor.generate.plan import constant, join
from unmoor.generate.render import render
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.generate.services import ServiceAddress
    from unmoor.project import Project

_FRONT_ENDS = {
    "next": ("next",),
    "vite": ("vite",),
    "nginx": ("next", "vite", "nuxt", "react", "vue", "svelte", "@angular/core", "preact", "solid-js", "astro"),
}
_TYPED = ("ts", "mts")
_PUBLIC = ("NEXT_PUBLIC_", "VITE_", "NUXT_PUBLIC_", "REACT_APP_", "PUBLIC_", "VUE_APP_")


class Route(Struct, frozen=True):
    """A path prefix that a proxy hands to a service.

    variable: what holds the service's address for the proxy; internal, development: its base URL on the stack's network
    and on the host. below, exact: whether calls go below the prefix, and to the prefix itself. socket: a WebSocket is
    opened there. slash: some call ends in a slash.
    """

    prefix: str
    service: str
    variable: str
    internal: str
    development: str
    below: bool = True
    exact: bool = False
    socket: bool = False
    slash: bool = False


class FrontEnd(Struct, frozen=True):
    """Who calls. folder: of its package.json. typed: it is configured in TypeScript. service: what serves its pages."""

    folder: str
    typed: bool
    service: "ServiceAddress | None"


def proxy(
    project: "Project", templates: Path | None, kind: str, package: str = "", wanted: tuple[str, ...] = ()
) -> str:
    """Rewrites for next, vite or nginx. wanted: services that are routed besides those that the front end calls."""
    front = front_end(project, kind, package)
    found = routes(project, front, wanted)
    if not found:
        raise UserError(
            "nothing is known that a front end calls", help="name a service (--service) or the front end (--package)"
        )
    return render(f"proxy.{kind}.j2", templates, routes=found, typed=front.typed, front=front.service)


def usual(project: "Project", kind: str, package: str) -> str:
    """Where the file goes beside the front end's configuration; "" where only the user knows."""
    front = front_end(project, kind, package)
    name = {"next": "rewrites", "vite": "service-proxy"}.get(kind, "")
    return join(front.folder, f"{name}.{'ts' if front.typed else 'mjs'}") if name else ""


def front_end(project: "Project", kind: str, package: str) -> FrontEnd:
    """The package whose pages call: the named one, else the one of this kind that calls most."""
    known = services.of(project)
    packages = project.topology.packages
    folders = [package] if package else sorted(f for f, one in packages.items() if one.uses(*_FRONT_ENDS[kind]))
    if not folders:
        raise UserError(f"no package.json here uses {' or '.join(_FRONT_ENDS[kind])}", help="name one: --package DIR")
    folder = max(folders, key=lambda one: len(Calls(project, known, one).all()), default="")
    shipping = {one.name for _, one in project.topology.shippers(join(folder, "package.json"))} if folder else set()
    typed = any(project.tree.has(join(folder, f"{name}.config.{end}")) for name in ("next", "vite") for end in _TYPED)
    serving = next((one for one in known if one.name in shipping or (folder and one.context == folder)), None)
    return FrontEnd(folder, typed, serving)


def routes(project: "Project", front: FrontEnd, wanted: tuple[str, ...] = ()) -> list[Route]:
    """Prefix → service, longest prefix first: what the front end calls of the application's own services."""
    everyone = {one.name: one for one in services.of(project)}
    unknown = [name for name in wanted if name not in everyone]
    if unknown:
        raise UserError(f"no service `{unknown[0]}` is reached by URL", help=f"there are: {', '.join(everyone)}")
    page = front.service.name if front.service is not None and not declared(project, front.service.name) else ""
    others = [one for one in everyone.values() if one.name != page]
    own = tuple(one for one in others if services.ours(project, one) or one.name in wanted)
    if not own and front.service is not None:
        own = (front.service,)  # one image holds the pages and what answers them
    called = Calls(project, own, front.folder).all()
    silent = [one for one in own if not any(call.service == one.name for call in called)]
    addressed = [one for one in own if _addressed(one, front.folder)] or (list(own) if len(own) == 1 else [])
    for one in silent:
        if one.name in wanted or (not called and one in addressed):
            called |= _assumed(project, one, len(own) == 1)
    found = [
        _route(everyone[service], prefix, calls, front.folder)
        for service, prefix, calls in prefixes(called, {literal(one) for one in handlers(project, front.folder)})
    ]
    return sorted(found, key=lambda route: (-route.prefix.count("/"), route.prefix))


def _addressed(one: "ServiceAddress", folder: str) -> bool:
    return any(not folder or f"{at}/".startswith(f"{folder}/") for _, at in one.uses)


def _assumed(project: "Project", one: "ServiceAddress", alone: bool) -> set[Call]:
    """For a service whose called paths are not known: `/api`, the tops of its own routes, or a prefix of its name."""
    stack = next(stack for stack in project.topology.stacks if stack.name == one.stack)
    asked = {end.path for end in health.endpoints(project, stack) if end.service == one.name}
    tops = {"/" + literal(route).strip("/").partition("/")[0] for route in declared(project, one.name) | asked}
    if "/api" in tops or not 0 < len(tops) <= 20:
        tops = {"/api" if "/api" in tops or (alone and one.context is not None) else f"/{one.name}"}
    return {Call(one.name, top, more=True) for top in tops}


def _route(one: "ServiceAddress", prefix: str, calls: list[Call], folder: str) -> Route:
    near = [name for name, at in one.uses if name and f"{at}/".startswith(f"{folder}/" if folder else "")]
    inside = [name for name in near if not name.startswith(_PUBLIC)]
    return Route(
        prefix,
        one.name,
        next(iter(inside), f"{constant(one.name)}_INTERNAL_URL"),
        one.internal,
        one.development or one.internal,
        below=any(call.more or call.path.rstrip("/") != prefix for call in calls),
        exact=any(not call.more and call.path.rstrip("/") == prefix for call in calls),
        socket=any(call.socket for call in calls),
        slash=any(call.path.endswith("/") for call in calls),
    )
