"""The variables of a project, as examples, documentation and compose entries need them."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from unmoor.text.addresses import host_class, parse

if TYPE_CHECKING:
    from unmoor.link.env_index import Variables
    from unmoor.project import Project

_SECRET = re.compile(r"(?i)secret|token|password|passwd|credential|private|api_?key|_key$|_pat$|salt")
_CODE = ("process.env", "import.meta.env", "os.environ", "os.getenv", "go", "java", "settings")


class Variable(Struct, frozen=True):
    """One variable. readers: files that read it. default: the commonest literal default, None if there is none.

    required: some reader has no default. declared: files that give it a value. services: those whose code reads it.
    """

    name: str
    readers: tuple[str, ...]
    default: str | None
    required: bool
    declared: tuple[str, ...]
    services: tuple[str, ...]

    @property
    def secret(self) -> bool:
        """Whether its value is not for an example file."""
        return bool(_SECRET.search(self.name))

    @property
    def example(self) -> str:
        """What an example file says: the default, unless it is a secret, needs quoting or is of one machine only."""
        if self.default is None or self.secret or not re.fullmatch(r"[\w.:/@+,=?&%-]*", self.default):
            return ""
        return "" if self.bound or self.default in ("None", "null", "undefined") else self.default

    @property
    def bound(self) -> bool:
        """Whether the default is somebody's own folder or network: it serves on that machine only."""
        address = parse(self.default or "")
        own = address is not None and host_class(address.host) in ("private", "tailnet")
        return own or bool(re.match(r"/(home|Users|root)/", self.default or ""))


def of(project: "Project", folder: str = "") -> list[Variable]:
    """Every variable that code, scripts or compose below a folder read, well-known ones and tests left out."""
    from unmoor.link.env_index import TEST_SWITCH, WELL_KNOWN, Variables
    from unmoor.link.places import world_of

    index = Variables(project)
    found = []
    for name in sorted(index.reads):
        reads = [
            r
            for r in index.reads[name]
            if not world_of(r.path) and f"{r.path}/".startswith(f"{folder}/" * bool(folder))
        ]
        plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        if not reads or not plain or WELL_KNOWN.match(name) or TEST_SWITCH.search(name):
            continue
        if all(_local(read.reference.attrs) for read in reads) or name in project.settings.env_ignore:
            continue
        defaults = [d for read in reads if isinstance(d := read.reference.attrs.get("default"), str)]
        found.append(
            Variable(
                name,
                tuple(dict.fromkeys(read.path for read in reads)),
                max(defaults, key=defaults.count) if defaults else None,
                any(not read.reference.attrs.get("has_default") for read in reads),
                tuple(dict.fromkeys(d.path for d in index.declared.get(name, ()))),
                _services(project, index, [read.path for read in reads]),
            )
        )
    return found


def _local(attrs: dict[str, object]) -> bool:
    """A shell's own variables are no configuration."""
    return bool(attrs.get("local") or attrs.get("dynamic"))


def _services(project: "Project", index: "Variables", paths: list[str]) -> tuple[str, ...]:
    topology = project.topology
    names = {service.name for path in dict.fromkeys(paths) for _, service in topology.shippers(path)}
    return tuple(sorted(names))
