"""What an import of TypeScript or JavaScript means: which file, and which of its constants.

Relative imports, `paths` and `baseUrl` of the nearest tsconfig.json or jsconfig.json (`extends` followed), and packages
of the same workspace by their name. https://www.typescriptlang.org/docs/handbook/modules/reference.html
"""

from functools import cached_property

from msgspec import Struct, field

from unmoor.model.facts import Declaration, Node
from unmoor.project import Project, normalise

_SUFFIXES = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
_CODE = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
_MOST_HOPS = 4


class Paths(Struct):
    """How a tsconfig.json names folders. base: `baseUrl`, None if unset. paths: pattern → targets, from the root."""

    base: str | None = None
    paths: dict[str, list[str]] = field(default_factory=dict)


class Modules:
    """The modules of a repository. `packages`: package name → its folder."""

    def __init__(self, project: Project, packages: dict[str, str]) -> None:
        self.project = project
        self.packages = packages
        self._paths: dict[str, Paths] = {}

    @cached_property
    def _configurations(self) -> list[str]:
        names = ("tsconfig.json", "tsconfig.app.json", "tsconfig.base.json", "jsconfig.json")
        return [path for path in sorted(self.project.facts) if path.rpartition("/")[2] in names]

    def file(self, path: str, module: str) -> str | None:
        """The file that `module`, imported in `path`, means; None if it is not of this repository."""
        home = path.rpartition("/")[0]
        if module.startswith("."):
            return self._existing(normalise(module, home))
        for target in self._mapped(home, module):
            found = self._existing(target)
            if found is not None:
                return found
        return self._packaged(module)

    def constant(self, path: str, module: str, name: str, hops: int = 0) -> tuple[str, Declaration] | None:
        """Where a constant that `path` imports from `module` under `name` is declared, re-exports followed."""
        file = self.file(path, module)
        facts = self.project.facts.get(file or "")
        if file is None or facts is None:
            return None
        for declaration in facts.declarations:
            if declaration.kind == "constant" and declaration.name == name and declaration.attrs.get("exported"):
                return file, declaration
        for again in facts.traits.get("reexports", []) if hops < _MOST_HOPS else ():
            found = self.constant(file, again, name, hops + 1)
            if found is not None:
                return found
        return None

    def origin(self, path: str, module: str, name: str, hops: int = 0) -> str | None:
        """The file that exports `name`, where `path` imports it from `module`; re-exports followed."""
        file = self.file(path, module)
        facts = self.project.facts.get(file or "")
        if file is None or facts is None:
            return None
        if name in facts.traits.get("exports", []):
            return file
        for again in facts.traits.get("reexports", []) if hops < _MOST_HOPS else ():
            found = self.origin(file, again, name, hops + 1)
            if found is not None:
                return found
        return None

    def _existing(self, target: str | None) -> str | None:
        if target is None:
            return None
        files = self.project.tree.files
        bare = target.removesuffix(".js").removesuffix(".mjs")
        for stem in dict.fromkeys((target, bare)):
            for suffix in _SUFFIXES:
                if stem + suffix in files and (stem + suffix).endswith(_CODE):
                    return stem + suffix
        return next((f"{target}/index{s}" for s in _SUFFIXES[1:] if f"{target}/index{s}" in files), None)

    def _mapped(self, home: str, module: str) -> list[str]:
        """The places that the nearest configuration gives a module."""
        found: list[str] = []
        near = [path for path in self._configurations if _holds(path.rpartition("/")[0], home)]
        for path in sorted(near, key=lambda one: -one.count("/")):
            known = self._read(path)
            for pattern, targets in known.paths.items():
                start, star, end = pattern.partition("*")
                if module == pattern or (star and module.startswith(start) and module.endswith(end)):
                    middle = module[len(start) : len(module) - len(end)]
                    found += [target.replace("*", middle, 1) for target in targets]
            if known.base is not None:
                found.append(f"{known.base}/{module}".lstrip("/"))
        return found

    def _read(self, path: str, hops: int = 0) -> Paths:
        if path in self._paths:
            return self._paths[path]
        known = self._paths[path] = Paths()
        facts = self.project.facts.get(path)
        if facts is None or not facts.documents:
            return known
        home, root = path.rpartition("/")[0], facts.documents[0]
        options = _get(root, "compilerOptions")
        parent = _get(root, "extends")
        if parent is not None and parent.text.startswith(".") and hops < _MOST_HOPS:
            above = normalise(parent.text, home)
            inherited = self._read(above if above and above.endswith(".json") else f"{above}.json", hops + 1)
            known.base, known.paths = inherited.base, dict(inherited.paths)
        base = _get(options, "baseUrl")
        if base is not None:
            known.base = normalise(base.text, home)
        patterns = _get(options, "paths")
        for key, targets in patterns.items if patterns is not None else ():
            places = [
                normalise(target.text, (known.base or "") if base is not None else home) for _, target in targets.items
            ]
            known.paths[key.text] = [place for place in places if place is not None]
        return known

    def _packaged(self, module: str) -> str | None:
        """A package of this workspace: its index, or the file below it that a longer name means."""
        for size in (2, 1):
            parts = module.split("/")
            folder = self.packages.get("/".join(parts[:size]))
            if folder is None or len(parts) < size:
                continue
            rest = "/".join(parts[size:])
            places = (f"{folder}/src/{rest}", f"{folder}/{rest}") if rest else (f"{folder}/src", folder)
            return next((found for place in places if (found := self._existing(place.strip("/")))), None)
        return None


def _holds(folder: str, home: str) -> bool:
    return not folder or home == folder or home.startswith(folder + "/")


def _get(node: Node | None, key: str) -> Node | None:
    for name, value in node.items if node is not None and node.kind == "map" else ():
        if name.text == key:
            return value
    return None
