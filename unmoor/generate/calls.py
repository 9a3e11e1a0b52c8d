"""The paths that a front end calls, by the service that answers them."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from unmoor.text.addresses import host_class, parse

if TYPE_CHECKING:
    from unmoor.generate.services import ServiceAddress
    from unmoor.project import Project

_PAGES = ("browser", "universal")


class Call(NamedTuple):
    """A called path, its literal beginning only. service: "" where nothing says whose it is. more: something computed
    follows."""

    service: str
    path: str
    socket: bool = False
    more: bool = False


class Calls:
    """What code below a folder asks of services. folder: "" for the whole repository."""

    def __init__(self, project: "Project", known: tuple["ServiceAddress", ...], folder: str) -> None:
        self.project, self.folder = project, folder
        self.by_name = {one.name: one for one in known}
        self.by_port = {one.published: one.name for one in reversed(known) if one.published}
        self.by_variable = _owners(known)
        self.near = [one.name for one in known if any(self._below(at) for _, at in one.uses)]
        self.handlers = handlers(project, folder)
        self.declared = {one.name: declared(project, one.name) for one in known}

    def _below(self, path: str) -> bool:
        return not self.folder or f"{path}/".startswith(f"{self.folder}/")

    def all(self) -> set[Call]:
        """Every call that a page makes, or code that may run in one."""
        from unmoor.link.places import world_of

        found = set()
        for path, reference in self.project.references("route", "url"):
            if not self._below(path) or world_of(path) or reference.role not in ("request", "default", "config"):
                continue
            if not any(runtime.kind in _PAGES for runtime in self.project.topology.runtimes(path, reference)):
                continue
            attrs = reference.attrs
            socket = "WebSocket" in str(attrs.get("call")) or str(attrs.get("scheme")) in ("ws", "wss")
            whole = str(attrs.get("rest") or "") if reference.kind == "url" else reference.value
            called = literal(whole)
            if called in ("", "/") or (reference.kind == "route" and self._answered(whole, attrs)):
                continue
            if reference.kind == "url":
                service = self._addressed(str(attrs.get("host")), attrs.get("port"))
            else:
                service = self._of(called, attrs)
            found.add(Call(service, called, socket, len(called) < len(re.split(r"[?#]", whole)[0])))
        return {call for call in found if call.service}

    def _answered(self, path: str, attrs: dict[str, object]) -> bool:
        """Whether a relative call is one of the front end's own route handlers."""
        from unmoor.link.route_patterns import expression, sample

        relative = not (attrs.get("base") or attrs.get("base_name"))
        return relative and any(expression(handler).match(sample(path)) for handler in self.handlers)

    def _addressed(self, host: str, port: object) -> str:
        if host in self.by_name:
            return host
        return self.by_port.get(port, "") if isinstance(port, int) and host_class(host) == "loopback" else ""

    def _of(self, path: str, attrs: dict[str, object]) -> str:
        """Whose a called path is: as the base in front of it says, else as the services' own routes do."""
        base = str(attrs.get("base_name") or "")
        address = parse(str(attrs.get("base_value") or ""))
        if address is not None:
            return self._addressed(address.host, address.port)
        named = next((name for variable, name in self.by_variable.items() if re.search(rf"\b{variable}\b", base)), "")
        if named:
            return named
        serving = [name for name, routes in self.declared.items() if any(covers(route, path) for route in routes)]
        if len(serving) == 1:
            return serving[0]
        alone = self.near or list(self.by_name)
        if len(alone) != 1 or serving:
            return ""
        # A base that is computed may end in a path of its own: then only a route that is known tells whose it is.
        return "" if base or attrs.get("base") else alone[0]


def _owners(known: tuple["ServiceAddress", ...]) -> dict[str, str]:
    """Variable → the service that it stands for in most places; a stale default elsewhere may name another."""
    counts = Counter((name, one.name) for one in known for name, _ in one.uses if name)
    return {name: service for (name, service), _ in reversed(counts.most_common())}


def declared(project: "Project", service: str) -> set[str]:
    """The routes that a service's application declares, as whole paths, without `/`."""
    from unmoor.generate.health import whole

    return {
        declaration.name
        for path, declaration in project.declarations("route")
        if literal(declaration.name) not in ("", "/") and whole(declaration)
        if service in {one.name for _, one in project.topology.shippers(path)}
    }


def handlers(project: "Project", folder: str) -> set[str]:
    """The routes that the front end's own server answers (route handlers of its tree)."""
    from unmoor.link.route_patterns import of_file

    return {of_file(path) for path in project.tree.files if not folder or path.startswith(f"{folder}/")} - {"", "/"}


def covers(route: str, path: str) -> bool:
    """Whether a declared route or mount point is, or lies above, a called path."""
    from unmoor.link.route_patterns import expression

    return bool(expression(route, prefix=True).match(path))


def literal(path: str) -> str:
    """The beginning of a path in front of what is computed, in whole segments, without a query."""
    if not path.startswith("/") or path.startswith("//"):
        return ""
    bare = re.split(r"[?#]", path)[0]
    cut = re.search(r"\$?\{|:|\[|<|\*", bare)
    return bare[: bare.rfind("/", 0, cut.start()) + 1].rstrip("/") if cut else bare


def prefixes(calls: set[Call], kept: set[str]) -> Iterator[tuple[str, str, list[Call]]]:
    """(service, prefix, calls): the shortest prefixes that take no other service's calls and nothing of `kept`."""
    for service in sorted({call.service for call in calls}):
        foreign = {call.path for call in calls if call.service != service} | kept
        found: dict[str, list[Call]] = {}
        for call in sorted(call for call in calls if call.service == service):
            found.setdefault(_prefix(call.path, foreign), []).append(call)
        for prefix, below in found.items():
            yield service, prefix, below


def _prefix(path: str, foreign: set[str]) -> str:
    parts = path.strip("/").split("/")
    for count in range(1, len(parts)):
        prefix = "/" + "/".join(parts[:count])
        if not any(f"{other}/".startswith(f"{prefix}/") for other in foreign):
            return prefix
    return "/" + "/".join(parts)
