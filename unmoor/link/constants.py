"""Constants followed across the imports of a workspace: who uses an exported address, and which port a name holds."""

from functools import cached_property
from weakref import WeakKeyDictionary

from unmoor.model.facts import Reference
from unmoor.model.spans import Location, Span
from unmoor.project import Project
from unmoor.topology.model import Runtime
from unmoor.topology.modules import Modules

_KNOWN: "WeakKeyDictionary[Project, Constants]" = WeakKeyDictionary()
_MOST_SHOWN = 3
_UNDECIDED = ("universal",)


def of(project: Project) -> "Constants":
    """The constants of a project, read once."""
    if project not in _KNOWN:
        _KNOWN[project] = Constants(project)
    return _KNOWN[project]


class Constants:
    """What files import from each other, as far as it is called like an address."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def _modules(self) -> Modules:
        packages = self._project.topology.packages
        return Modules(self._project, {one.name: folder for folder, one in packages.items() if one.name})

    @cached_property
    def _uses(self) -> dict[tuple[str, str], list[Location]]:
        """(file, exported name) → the first use in each file that imports it; of names that an address is called by."""
        addresses = self._project.references("url", "host")
        wanted = {name for _, reference in addresses if (name := _exported(reference))}
        found: dict[tuple[str, str], list[Location]] = {}
        for path in sorted(self._project.facts):
            traits = self._project.facts[path].traits
            if "used" not in traits:
                continue
            bound = dict(entry.partition("=")[::2] for entry in traits.get("imported", []))
            for entry in traits["used"]:
                local, _, place = entry.partition("@")
                module, _, name = bound.get(local, "").rpartition("#")
                origin = self._modules.origin(path, module, name) if module and name in wanted else None
                if origin is not None and origin != path:
                    start, _, end = place.partition("-")
                    found.setdefault((origin, name), []).append(Location(path, Span(int(start), int(end))))
        return found

    def users(self, path: str, reference: Reference) -> list[Location]:
        """Where other files use the exported constant that an address is the value of."""
        name = _exported(reference)
        return self._uses.get((path, name), []) if name else []

    def shown(self, path: str, reference: Reference) -> list[Location]:
        """A few of the users, for a report."""
        return self.users(path, reference)[:_MOST_SHOWN]

    def runtimes(self, path: str, reference: Reference, found: list[Runtime]) -> list[Runtime]:
        """The runtimes of an address: a constant of code that may run on either side runs where its users do."""
        if not any(one.kind in _UNDECIDED for one in found):
            return found
        users = self.users(path, reference)
        kinds = {one.kind: user for user in users for one in self._project.topology.place(user.path)}
        if "browser" not in kinds:
            return found
        why = f"used by {kinds['browser'].path}, which runs in the browser"
        return [Runtime("browser", one.service, one.stack, why) if one.kind in _UNDECIDED else one for one in found]

    def port(self, path: str, reference: Reference) -> int | None:
        """The port of `http://localhost:${PORTS.API}` where another file of the workspace declares the constant."""
        local, _, members = str(reference.attrs.get("port_name") or "").partition(".")
        facts = self._project.facts.get(path)
        for entry in facts.traits.get("imported", []) if local and facts is not None else ():
            bound, _, target = entry.partition("=")
            module, _, name = target.rpartition("#")
            if bound != local:
                continue
            wanted = members if name == "*" else f"{name}.{members}" if members else name
            declared = self._modules.constant(path, module, wanted)
            text = (declared[1].value or "") if declared is not None and not declared[1].attrs.get("env") else ""
            return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else None
        return None


def _exported(reference: Reference) -> str:
    """The exported constant that an address is the value of, or ""."""
    return str(reference.attrs.get("constant") or "").partition(".")[0] if reference.attrs.get("exported") else ""
