"""Whether what a plan names is in the repository. None where that cannot be known."""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from unmoor.claims.names import Name, makes, of_item
from unmoor.claims.plan import Item
from unmoor.link.existence import seek
from unmoor.link.places import file_kind, world_of
from unmoor.link.route_patterns import of_file
from unmoor.project import Project
from unmoor.text.addresses import parse

if TYPE_CHECKING:
    from unmoor.topology.model import Service

_LOOPBACK = ("localhost", "127.0.0.1", "0.0.0.0", "::1")


class Judged(Struct):
    """An item with its verdict.

    verdict: "met" (done and there), "unmet" (done, something absent), "unticked" (open though all is there), "open"
    (open, and not all there), "unknown" (nothing that can be looked up). there, absent: names as (kind, value).
    """

    item: Item
    verdict: str
    there: list[tuple[str, str]] = field(default_factory=list)
    absent: list[tuple[str, str]] = field(default_factory=list)
    still: list[tuple[str, str]] = field(default_factory=list)


class Checker:
    """Answers for one project; what is read once is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.topology = project.topology

    def judge(self, page: str, item: Item) -> Judged:
        """The verdict on an item of a page (a path from the root)."""
        names = of_item(item)
        judged = Judged(item, "unknown")
        places = [name.value for name in names if name.role == "place" and name.kind == "path"]
        news = False
        for name in names:
            if name.role == "other":
                continue
            found = self.find(name, page, places, item.whole)
            if found is None:
                continue
            pair = (name.kind, name.value)
            if name.role == "gone":
                (judged.still if found else judged.there).append(pair)
            else:
                (judged.there if found else judged.absent).append(pair)
            news = news or name.role != "place"
        judged.verdict = _verdict(item, judged, news)
        return judged

    def find(self, name: Name, page: str, places: list[str], text: str) -> bool | None:
        """Whether a name is there; None if the repository cannot tell."""
        ask = {
            "path": lambda: self._path(name, page),
            "env": lambda: self._variable(name.value, page, places),
            "route": lambda: self._route(name.value),
            "script": lambda: self._script(name.value, name.extra),
            "service": lambda: self._service(name.value, name.extra),
            "container": lambda: self._container(name.value),
            "port": lambda: self._port(int(name.value)),
            "url": lambda: self._url(name.value),
            "compose-key": lambda: self._key(name, text),
        }
        return ask[name.kind]()

    def _path(self, name: Name, page: str) -> bool | None:
        value, tree = name.value, self.project.tree
        folders, head = [], page.rpartition("/")[0]
        while head:
            folders.append(head)
            head = head.rpartition("/")[0]
        found = seek(self.project, value, ["", *folders])
        if found.state == "there":
            return True
        if name.role == "gone":
            return False
        bare = value.removeprefix("./").strip("/")
        if any(path.endswith("/" + bare) for path in tree.by_name.get(bare.rpartition("/")[2], ())):
            return True
        if any(folder.endswith("/" + bare) for folder in tree.folders):
            return True
        if found.state == "unknowable" or (name.extra == "maybe" and bare.partition("/")[0] not in tree.folders):
            return None
        return False

    def _variable(self, name: str, page: str, places: list[str]) -> bool | None:
        for place in places:
            path = place.removeprefix("./")
            if path in self.project.tree.files and file_kind(path) in ("env-example", "env-file", "compose"):
                return re.search(rb"\b" + name.encode() + rb"\b", self.project.read(path)) is not None
        return name in self._words

    @cached_property
    def _words(self) -> set[str]:
        """Every upper-case word with an underscore in a file that is no document."""
        found: set[bytes] = set()
        word = re.compile(rb"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
        for path in self.project.tree.files:
            if file_kind(path) != "doc" and not re.search(
                r"\.(png|jpe?g|gif|ico|pdf|woff2?|zip|gz|svg|lock|map)$", path
            ):
                try:
                    data = self.project.read(path)
                except OSError:
                    continue
                if len(data) < 2_000_000:
                    found.update(word.findall(data))
        return {one.decode() for one in found}

    @cached_property
    def _routes(self) -> list[list[str]]:
        """Declared routes as their fixed segments."""
        patterns = [d.name for path, d in self.project.declarations("route") if not world_of(path)]
        patterns += [route for path in self.project.tree.files if (route := of_file(path))]
        return [_segments(pattern) for pattern in patterns]

    def _route(self, value: str) -> bool | None:
        wanted = _segments(value.split()[-1])
        if not self._routes or not wanted:
            return None
        last = wanted[-1]
        for known in self._routes:
            if known == wanted[len(wanted) - len(known) :] if known else False:
                return True
            if wanted == known[len(known) - len(wanted) :]:
                return True
        return None if any(last in known for known in self._routes) else False

    def _script(self, name: str, tool: str) -> bool | None:
        if tool in ("npm", "pnpm", "yarn", "bun"):
            packages = self.topology.packages.values()
            return any(name in package.scripts for package in packages) if packages else None
        known = {d.name for _, d in self.project.declarations("script") if d.attrs.get("tool") == tool}
        return name in known if known else None

    def _services(self) -> "list[Service]":
        return [service for stack in self.topology.stacks for service in stack.services.values()]

    def _service(self, name: str, port: str) -> bool | None:
        services = self._services()
        if not services or name in _LOOPBACK:
            return self._port(int(port)) if port and name in _LOOPBACK else None
        mine = [service for service in services if name in service.names()]
        if not mine:
            return None if port and "." in name else False
        if not port:
            return True
        if any(listener.port == int(port) for service in mine for listener in service.listens):
            return True
        return False if all(service.listens_known and service.listens for service in mine) else None

    def _container(self, name: str) -> bool | None:
        services = self._services()
        if not services:
            return None
        names = {service.container_name.text for service in services if service.container_name}
        names |= {d.name for _, d in self.project.declarations("container")}
        return name in names or any(name in service.names() for service in services)

    def _port(self, port: int) -> bool | None:
        services = self._services()
        if not services:
            return None
        if any(mapping.publishes(port) or mapping.container == port for s in services for mapping in s.ports):
            return True
        if any(listener.port == port for s in services for listener in s.listens) or port in self.topology.openers:
            return True
        return None if any(mapping.host is None for s in services for mapping in s.ports) else False

    def _url(self, value: str) -> bool | None:
        address = parse(value)
        if address is None or address.port is None:
            return None
        return (
            self._service(address.host, str(address.port))
            if "." not in address.host or address.host in _LOOPBACK
            else None
        )

    def _key(self, name: Name, text: str) -> bool | None:
        services = self._services()
        if not services:
            return None
        if name.value == "container_name" and name.extra:
            return self._container(name.extra.strip("\"'"))
        named = set(re.findall(r"`([\w-]+)`", text))
        mine = [service for service in services if service.name in named] or services
        return any(name.value in service.keys for service in mine)


def _verdict(item: Item, judged: Judged, news: bool) -> str:
    if not (judged.there or judged.absent or judged.still):
        return "unknown"
    wrong = judged.absent or judged.still
    if item.done:
        return "unmet" if wrong else "met"
    if wrong:
        return "open"
    return "unticked" if news and makes(item) and item.done is False and not item.children else "unknown"


def _segments(pattern: str) -> list[str]:
    """The fixed parts of a route: parameters stand as `*`."""
    parts = [part for part in re.split(r"[?#]", pattern)[0].strip("^$").split("/") if part]
    return ["*" if re.search(r"[:{}<>\[\]*$]", part) else part for part in parts]
