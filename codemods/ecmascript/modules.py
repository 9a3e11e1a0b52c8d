"""How one module names another: by an alias where the file or its neighbours use it, else by a relative path."""

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unmoor.codemods.ecmascript.source import Source
from unmoor.codemods.ecmascript.tsconfig import Has, Read, load, mapping, nearest, options

if TYPE_CHECKING:
    from unmoor.codemods.request import Request

_IMPORT = re.compile(rb"""(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["']([^"'\n]+)["']""")
_SUFFIX = re.compile(r"\.(?:d\.)?[cm]?[jt]sx?$")
_CODE = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cjs", ".cts", ".vue", ".svelte", ".astro")
_CONVENTION = re.compile(r"(@|~|~~|#|\$lib|src|app)/(.+)")
_NEIGHBOURS = 40


def specifiers(source: Source, module: str, request: "Request") -> tuple[str, ...]:
    """How to name `module` (a path relative to the root) in this file, best first, with its other spellings."""
    folder = source.path.rpartition("/")[0]
    stem = _SUFFIX.sub("", module)
    relative = posixpath.relpath(stem, folder or ".")
    relative = relative if relative.startswith(".") else f"./{relative}"
    used = imported(source.data)
    suffix = _suffix(source, used, module, request.read, request.has)
    aliases = _aliases(folder, stem, used, request)
    best = _best(folder, used, relative, aliases, request) + suffix
    others = {spelling + ending for spelling in (*aliases, relative) for ending in ("", ".js", ".ts", ".mjs")}
    return (best, *sorted(others - {best}))


def imported(data: bytes) -> list[str]:
    """The modules that a text names in its imports."""
    return [found.decode("utf-8", "replace") for found in _IMPORT.findall(data)]


def _best(folder: str, used: list[str], relative: str, aliases: list[str], request: "Request") -> str:
    """The alias, if the file or else its neighbours reach other folders by it and not by `../`."""
    if not aliases:
        return relative
    for names in (used, *_neighbours(folder, request)):
        chosen = _habit(names, relative, aliases)
        if chosen:
            return chosen
    return relative


def _habit(used: list[str], relative: str, aliases: list[str]) -> str:
    """What these imports would write, "" if they do not tell."""
    known = [alias for alias in aliases if any(use.startswith(_prefix(alias)) for use in used)]
    by_alias = sum(any(use.startswith(_prefix(alias)) for alias in known) for use in used)
    climbs = relative.startswith("../")
    by_path = sum(use.startswith("../" if climbs else ".") for use in used)
    if not by_alias and not by_path:
        return ""
    return known[0] if known and by_alias >= by_path else relative


def _neighbours(folder: str, request: "Request") -> Iterator[list[str]]:
    """The imports of the files beside and above a file, folder by folder, up to the package."""
    left = _NEIGHBOURS
    while left > 0:
        names = [name for name in request.beside(folder) if name.endswith(_CODE)][:left]
        left -= len(names)
        used: list[str] = []
        for name in names:
            try:
                used += imported(request.read(f"{folder}/{name}" if folder else name))
            except OSError:
                continue
        yield used
        if not folder or request.has(f"{folder}/package.json"):
            return
        folder = folder.rpartition("/")[0]


def _prefix(alias: str) -> str:
    head, slash, _ = alias.partition("/")
    return head + slash


def _suffix(source: Source, used: list[str], module: str, read: Read, has: Has) -> str:
    """Node's own resolver wants the extension; bundlers do not. The file's other relative imports tell."""
    ours = [use for use in used if use.startswith(".") and not use.endswith((".json", ".css", ".scss", ".svg"))]
    if ours:
        ended = [match.group() for match in map(_SUFFIX.search, ours) if match]
        if len(ended) * 2 <= len(ours):
            return ""
        return ".ts" if ended[-1] in (".ts", ".tsx") else ".js" if not module.endswith(".mjs") else ".mjs"
    if source.path.endswith(".mjs"):
        return "." + module.rpartition(".")[2].replace("ts", "js")
    if package_type(source.path, read, has) != "module":
        return ""
    if source.path.endswith(".js") and module.endswith(".js"):
        return ".js"
    strict = re.match(r"(?i)node(16|18|20|next)$", options(source.path.rpartition("/")[0], read, has).module)
    return ".js" if strict and source.path.endswith((".ts", ".tsx", ".mts")) else ""


def package_type(path: str, read: Read, has: Has) -> str:
    """`type` of the nearest package.json: "module", "commonjs" or ""."""
    found = nearest(path, ("package.json",), has)
    document = load(found, read) if found else {}
    return str(document.get("type", ""))


def _aliases(folder: str, stem: str, used: list[str], request: "Request") -> list[str]:
    """The spellings of a module through `paths` and `baseUrl`, and through what the file's own imports show."""
    found = []
    for pattern, targets in [*mapping(folder, request.read, request.has), *_shown(folder, used, request.has)]:
        for full in targets:
            head, star, tail = full.partition("*")
            if star and stem.startswith(head) and stem.endswith(tail):
                found.append(pattern.replace("*", stem[len(head) : len(stem) - len(tail)], 1))
            elif not star and _SUFFIX.sub("", full) == stem:
                found.append(pattern)
    return list(dict.fromkeys(found))


def _shown(folder: str, used: list[str], has: Has) -> Iterator[tuple[str, list[str]]]:
    """Aliases that no configuration of the tree declares (bundlers and frameworks bring theirs), read off imports that
    lead to a file: `@/b` is `src/b.ts`, so `@/` is `src`."""
    package = nearest(f"{folder}/x", ("package.json",), has).rpartition("/")[0]
    for use in used:
        match = _CONVENTION.match(use)
        if match is None:
            continue
        alias, rest = match.groups()
        own = {"$lib": ("src/lib",), "src": ("src",), "app": ("app",)}.get(alias, ("src", "", "app"))
        for root in own:
            place = posixpath.normpath(posixpath.join(package or ".", root, rest))
            if any(has(place + ending) for ending in ("", *_CODE, "/index.ts", "/index.tsx", "/index.js")):
                yield f"{alias}/*", [posixpath.normpath(posixpath.join(package or ".", root, "*"))]
                break
