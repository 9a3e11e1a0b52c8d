"""Relative calls of browser code against what serves them; rewrites that hide or miss; Traefik labels."""

import re
from collections.abc import Iterator

from unmoor.link import traefik
from unmoor.link.places import place, world_of
from unmoor.link.route_patterns import expression, of_file, sample
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.packages import Package, nearest
from unmoor.topology.proxies import Route

_CALLS = re.compile(
    r"^(window\.)?(fetch|EventSource|XMLHttpRequest\.open|xhr\.open|WebSocket|axios(\.\w+)?|ky(\.\w+)?|useSWR|\$fetch)$"
)
_SERVER_FILE = re.compile(r"(src/)?middleware\.[jt]s$|(src/)?proxy\.[jt]s$|server\.[cm]?[jt]s$|src/setupProxy")
_PREFIX_SOURCES = (
    "nginx",
    "caddy",
    "traefik",
    "vite-proxy",
    "webpack-proxy",
    "cra-proxy",
    "angular-proxy",
    "netlify",
    "proxy-middleware",
    "vercel",
)


def subjects(project: Project) -> Iterator[Subject]:
    """`route-call`, `route` and `traefik-label` subjects."""
    table = Table(project)
    yield from _calls(project, table)
    yield from _shadowed(project, table)
    yield from _websockets(project, table)
    yield from traefik.subjects(project)


class Table:
    """What serves paths, by the package it belongs to."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.routes = [route for route in project.topology.routes if not world_of(route.at.path)]
        self.handlers = [(path, of_file(path)) for path in sorted(project.tree.files) if of_file(path)]

    def package(self, path: str) -> Package | None:
        """The package.json nearest above a file."""
        return nearest(self.project.topology.packages, path)

    def serving(self, path: str, called: str) -> str:
        """What serves a called path for a page of the package that `path` lies in: a word, or "" for nothing."""
        package = self.package(path)
        folder = package.folder if package else ""
        target = sample(called)
        for route in self.routes:
            inside = not folder or route.at.path.startswith(folder + "/")
            if (inside or route.source in _PREFIX_SOURCES) and _covers(route, target):
                return f"{route.source} in {route.at.path}"
        for file, pattern in self.handlers:
            if (not folder or file.startswith(folder + "/")) and expression(pattern).match(target):
                return file
        for public in ("public", "static", "src/assets", "assets", "dist"):
            if self.project.tree.has("/".join(p for p in (folder, public, target.strip("/")) if p)):
                return public
        return self._unseen(folder, target)

    def _unseen(self, folder: str, target: str) -> str:
        """What may serve it without our seeing: middleware, a server of the package's own, a page route."""
        prefix = folder + "/" if folder else ""
        name = target.rpartition("/")[2]
        if "." in name:  # a file of the package that its build copies to where it is asked for
            copied = next((one for one in self.project.tree.by_name.get(name, ()) if one.startswith(prefix)), "")
            if copied:
                return copied
        for path, facts in self.project.facts.items():
            if not path.startswith(prefix):
                continue
            if _SERVER_FILE.match(path[len(prefix) :]):
                return path
            if {"msw", "miragejs"} & set(facts.traits.get("imports", ())):
                return path
        return ""


def _covers(route: Route, target: str) -> bool:
    prefix = route.source in _PREFIX_SOURCES or route.pattern.rstrip("/").endswith("*")
    pattern = re.sub(r"^[~^*= ]+|/:\w+\*$", "", route.pattern)  # `/api/:path*` takes `/api` as well
    if route.source == "nginx" and pattern == "/":
        return bool(route.destination)
    try:
        return bool(expression(pattern, prefix=prefix).match(target))
    except re.error:
        return True


def _calls(project: Project, table: Table) -> Iterator[Subject]:
    for path, reference in project.asked_references("route"):
        if (
            not _CALLS.match(str(reference.attrs.get("call", "")))
            or reference.attrs.get("base")
            or reference.role != "request"
        ):
            continue
        if not reference.value.startswith("/") or reference.value.startswith("//") or reference.attrs.get("base_name"):
            continue
        runtimes = project.topology.runtimes(path, reference)
        package = table.package(path)
        framework = _framework(package)
        served = table.serving(path, reference.value)
        attrs = {
            **place(project, path, reference),
            "runtime": runtimes[0].kind if runtimes else "",
            "framework": framework,
            "served": bool(served),
            "known-elsewhere": any(expression(r.pattern).match(sample(reference.value)) for r in table.routes),
            "computed-start": reference.value.startswith(("/${", "/{")),
            "rewrites": sum(r.source == "next-rewrite" for r in table.routes),
        }
        related = [Reason("a route of this name is served by another process", r.at) for r in table.routes
                   if expression(r.pattern).match(sample(reference.value))][:3]  # fmt: skip
        yield Subject("route-call", path, reference.span, reference.value, attrs, related=related, reference=reference)


def _framework(package: Package | None) -> str:
    """next, vite, cra, or "" where it is not known what serves the page."""
    if package is None:
        return ""
    for name, deps in (("next", ("next",)), ("cra", ("react-scripts",)), ("vite", ("vite",))):
        if package.uses(*deps):
            return name
    return ""


def _shadowed(project: Project, table: Table) -> Iterator[Subject]:
    """A rewrite behind an earlier, wider one of the same file; order decides for Next rewrites only."""
    earlier: list[Route] = []
    for route in sorted(table.routes, key=lambda r: (r.at.path, r.order)):
        if route.source != "next-rewrite":
            continue
        hiding = next(
            (e for e in earlier if e.at.path == route.at.path and e.pattern != route.pattern and _wider(e, route)), None
        )
        earlier.append(route)
        attrs = {**place(project, route.at.path), "shadowed": hiding is not None,
                 "by": hiding.pattern if hiding else "",
                 "pattern": route.pattern, "source": route.source, "called": _called(project, route),
                 "websocket-missing": False}  # fmt: skip
        related = [Reason("this one comes first", hiding.at)] if hiding else []
        yield Subject("route", *route.at, route.pattern, attrs, related=related)


def _wider(first: Route, second: Route) -> bool:
    return bool(expression(first.pattern).match(sample(re.sub(r":\w+[*+?]?", "x", second.pattern))))


def _called(project: Project, route: Route) -> bool:
    pattern = expression(route.pattern)
    return any(pattern.match(sample(reference.value)) for _, reference in project.references("route")
               if reference.value.startswith("/"))  # fmt: skip


def _websockets(project: Project, table: Table) -> Iterator[Subject]:
    """A socket opened on a path for which the proxy in front has a route without upgrade."""
    for path, reference in project.references("route"):
        if not re.search(r"WebSocket", str(reference.attrs.get("call", ""))) or world_of(path):
            continue
        target = sample(reference.value)
        matching = [
            r for r in table.routes if r.source in ("nginx", "vite-proxy") and r.pattern != "/" and _covers(r, target)
        ]
        if matching and not any(route.websocket for route in matching):
            route = matching[0]
            attrs = {**place(project, route.at.path), "shadowed": False, "by": "", "pattern": route.pattern,
                     "source": route.source, "called": True, "websocket-missing": True}  # fmt: skip
            yield Subject("route", *route.at, route.pattern, attrs,
                          related=[Reason("a socket is opened here", Location(path, reference.span))])  # fmt: skip
