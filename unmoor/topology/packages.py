"""package.json files: scripts, dependencies, workspaces; and which package a file belongs to."""

from msgspec import Struct, field

from unmoor.model.facts import Node
from unmoor.model.spans import Location
from unmoor.project import Project
from unmoor.topology.kubernetes import get


class Package(Struct):
    """A package.json. folder: where it stands. scripts: name → (command, place). workspaces: folder patterns."""

    path: str
    folder: str
    name: str = ""
    scripts: dict[str, tuple[str, Location]] = field(default_factory=dict)
    dependencies: set[str] = field(default_factory=set)
    workspaces: list[str] = field(default_factory=list)
    proxy: str = ""

    def uses(self, *names: str) -> bool:
        """Whether it depends on any of the packages."""
        return not self.dependencies.isdisjoint(names)


def packages_of(project: Project) -> dict[str, Package]:
    """Every package.json, by its folder."""
    found = {}
    for path in sorted(project.facts):
        if path.rpartition("/")[2] == "package.json" and "node_modules/" not in path:
            documents = project.facts[path].documents
            if documents and documents[0].kind == "map":
                package = _package(path, documents[0])
                found[package.folder] = package
    return found


def _package(path: str, node: Node) -> Package:
    package = Package(path, path.rpartition("/")[0], _scalar(get(node, "name")))
    scripts = get(node, "scripts")
    for name, value in scripts.items if scripts is not None and scripts.kind == "map" else ():
        package.scripts[name.text] = (value.text, Location(path, value.span))
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        section = get(node, key)
        package.dependencies.update(name.text for name, _ in (section.items if section is not None else ()) if section)
    workspaces = get(node, "workspaces")
    if workspaces is not None and workspaces.kind == "map":
        workspaces = get(workspaces, "packages")
    if workspaces is not None and workspaces.kind == "seq":
        package.workspaces = [value.text for _, value in workspaces.items]
    package.proxy = _scalar(get(node, "proxy"))
    return package


def _scalar(node: Node | None) -> str:
    return node.text if node is not None and node.kind == "str" else ""


def nearest(packages: dict[str, Package], path: str) -> Package | None:
    """The package that a file belongs to: the nearest package.json above it."""
    folder = path.rpartition("/")[0]
    while True:
        if folder in packages:
            return packages[folder]
        if not folder:
            return None
        folder = folder.rpartition("/")[0]
