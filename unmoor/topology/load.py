"""Several compose files as one tree: interpolation, `extends`, `include`, then the merge."""

from collections.abc import Callable

from msgspec import Struct, field

from unmoor.model.facts import Node
from unmoor.model.spans import Location
from unmoor.project import normalise
from unmoor.topology.environ import UNSETTLED
from unmoor.topology.interpolate import Lookup, Use, interpolate
from unmoor.topology.items import Item, convert
from unmoor.topology.merge import empty, merge, normal, strip_resets
from unmoor.topology.model import Value

_CHAIN = 20  # extends of extends; longer is a cycle


class Source(Struct):
    """Where compose files come from. tree: the located tree of a path, None if it is not there or not understood.

    variables: the values that interpolation sees, given the env files (None: `.env`) and the project directory.
    unset: what a variable with neither value nor default becomes; None: it stays unknown.
    """

    tree: Callable[[str], Node | None]
    variables: Callable[[list[str] | None, str | None], Lookup]
    unset: str | None = None


class Loaded(Struct):
    """The merged tree, the files that went into it, the variables read, and why it may be incomplete."""

    tree: Item
    files: list[str] = field(default_factory=list)
    variables: dict[str, Value] = field(default_factory=dict)
    incomplete: list[str] = field(default_factory=list)


def load(files: list[str], project_dir: str | None, source: Source, env_files: list[str] | None = None) -> Loaded:
    """The files laid over each other in order, as `docker compose -f a -f b` does from `project_dir`."""
    return _Loader(source, source.variables(env_files, project_dir)).files(files, project_dir)


class _Loader:
    """One call of `load`, with the variables that hold in it."""

    def __init__(self, source: Source, lookup: Lookup, chain: tuple[str, ...] = ()) -> None:
        self.source, self.lookup, self.chain = source, lookup, chain
        self.loaded = Loaded(empty("", ""))
        self._memo: dict[tuple[str, str | None], Item | None] = {}

    def files(self, paths: list[str], project_dir: str | None) -> Loaded:
        """Read, interpolate, extend and merge."""
        merged: Item | None = None
        for path in paths:
            tree = self.tree(path, project_dir)
            if tree is None:
                self.loaded.incomplete.append(f"{path} is not in the repository")
                continue
            self.loaded.files.append(path)
            tree = self._extended(tree, path, project_dir)
            self._included(tree, path, project_dir)
            merged = tree if merged is None else merge(merged, tree)
        merged = merged or empty(paths[0] if paths else "", project_dir)
        strip_resets(merged)
        self._fill(merged)
        included = self.loaded.tree
        self.loaded.tree = merge(included, merged) if included.entries else merged
        return self.loaded

    def _fill(self, tree: Item) -> None:
        """Variables named without a value (`- TOKEN`) get what interpolation would see, as Compose gives it to them."""
        services = tree.get("services")
        for service in services.entries.values() if services is not None else ():
            given = service.get("environment")
            if given is None:
                continue
            given = normal(given, ("services", "*", "environment"))
            service.entries["environment"] = given
            for name, value in given.entries.items():
                known = self.lookup(name) if value.kind == "null" else None
                if known is not None:
                    given.entries[name] = Item("str", given.keys[name], known, name, base=value.base)

    def tree(self, path: str, base: str | None) -> Item | None:
        """One file, interpolated."""
        if (path, base) not in self._memo:
            node = self.source.tree(path)
            item = convert(node, path, base) if node is not None and node.kind == "map" else None
            if item is not None:
                self._interpolate(item)
            self._memo[path, base] = item
        return self._memo[path, base]

    def _interpolate(self, item: Item) -> None:
        for value in [*item.entries.values(), *item.items]:
            self._interpolate(value)
        if item.kind == "str" and "$" in item.text:
            result = interpolate(item.text, self.lookup, self.source.unset)
            item.text, item.known = result.text, result.known and UNSETTLED not in result.text
            for use in result.uses:
                self._remember(use, item.raw, item.at)

    def _remember(self, use: Use, raw: str, at: Location) -> None:
        value = self.lookup(use.name)
        known = value if value is not None else use.default
        old = self.loaded.variables.get(use.name)
        if old is None or (old.text is None and known is not None):
            self.loaded.variables[use.name] = Value(known, raw[use.lo : use.hi], at)

    def _extended(self, tree: Item, path: str, base: str | None) -> Item:
        services = tree.get("services")
        if services is None or services.kind != "map":
            return tree
        done = empty(path, base)
        done.at = services.at
        for name, service in services.entries.items():
            done.entries[name] = self._extend(service, path, base, (f"{path}#{name}",))
            done.keys[name] = services.keys[name]
        return Item("map", tree.at, base=base, entries={**tree.entries, "services": done}, keys=dict(tree.keys))

    def _extend(self, service: Item, path: str, base: str | None, chain: tuple[str, ...]) -> Item:
        """The service with what it extends underneath; `extends` stays, so that linkers can see it."""
        extends = service.get("extends") if service.kind == "map" else None
        if extends is None or len(chain) > _CHAIN:
            return service
        extends = normal(extends, ("services", "*", "extends"))
        name, file = extends.get("service"), extends.get("file")
        if name is None:
            return service
        where = path if file is None else normalise(file.text, base or "") if base is not None and file.known else None
        if where is None or f"{where}#{name.text}" in chain:
            self.loaded.incomplete.append(f"`extends` of {name.text} in {path} cannot be followed")
            return service
        folder = base if file is None else where.rpartition("/")[0]
        parent = self._parent(where, folder, name.text)
        if parent is None:
            self.loaded.incomplete.append(f"`extends`: {where} has no service {name.text}")
            return service
        parent = self._extend(parent, where, folder, (*chain, f"{where}#{name.text}"))
        merged = merge(parent, service, ("services", "*"))
        merged.at = service.at
        return merged

    def _parent(self, path: str, base: str | None, name: str) -> Item | None:
        tree = self.tree(path, base)
        services = tree.get("services") if tree is not None else None
        return services.get(name) if services is not None else None

    def _included(self, tree: Item, path: str, base: str | None) -> None:
        include = tree.get("include")
        for entry in include.items if include is not None else []:
            paths, folder, env_files = self._include_entry(entry, base)
            if not paths or any(p in self.chain for p in paths) or len(self.chain) > _CHAIN:
                self.loaded.incomplete.append(f"an `include` of {path} leads outside of the repository")
                continue
            inner = self.source.variables(env_files, folder)
            loader = _Loader(self.source, _either(self.lookup, inner), (*self.chain, path, *paths))
            found = loader.files(paths, folder)
            self.loaded.tree = merge(self.loaded.tree, found.tree)
            self.loaded.files += [file for file in found.files if file not in self.loaded.files]
            self.loaded.incomplete += found.incomplete
            for name, value in found.variables.items():
                self.loaded.variables.setdefault(name, value)

    def _include_entry(self, entry: Item, base: str | None) -> tuple[list[str], str | None, list[str] | None]:
        """(files, project directory, env files) of an `include` entry; no files if any cannot be known."""
        long = entry if entry.kind == "map" else Item("map", entry.at, entries={"path": entry})
        paths = [_resolve(one, base) for one in _list(long.get("path"))]
        if not paths or any(path is None for path in paths):
            return [], None, None
        known = [path for path in paths if path is not None]
        given = long.get("project_directory")
        folder = known[0].rpartition("/")[0] if given is None else _resolve(given, base)
        env = long.get("env_file")
        env_files = None if env is None else [p for p in (_resolve(one, base) for one in _list(env)) if p is not None]
        return known, folder, env_files


def _resolve(item: Item, base: str | None) -> str | None:
    return normalise(item.text, base) if base is not None and item.known else None


def _list(item: Item | None) -> list[Item]:
    if item is None:
        return []
    return item.items if item.kind == "seq" else [item]


def _either(first: Lookup, second: Lookup) -> Lookup:
    def lookup(name: str) -> str | None:
        value = first(name)
        return second(name) if value is None else value

    return lookup
