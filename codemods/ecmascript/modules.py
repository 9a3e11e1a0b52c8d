"""How one module names another: the alias of tsconfig or jsconfig where the file uses it, else a relative path."""

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any

from unmoor.codemods.ecmascript.source import Source

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
_IMPORT = re.compile(rb"""(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["']([^"'\n]+)["']""")
_SUFFIX = re.compile(r"\.(?:d\.)?[cm]?[jt]sx?$")

Read = Callable[[str], bytes]
Has = Callable[[str], bool]


def specifiers(source: Source, module: str, read: Read, has: Has) -> tuple[str, ...]:
    """How to name `module` (a path relative to the root) in this file, best first, with its other spellings."""
    folder = source.path.rpartition("/")[0]
    stem = _SUFFIX.sub("", module)
    relative = posixpath.relpath(stem, folder or ".")
    relative = relative if relative.startswith(".") else f"./{relative}"
    used = [found.decode() for found in _IMPORT.findall(source.data)]
    suffix = _suffix(source, used, module, read, has)
    aliases = _aliases(folder, stem, read, has)
    every = [f"{alias}{suffix}" for alias in aliases] + [relative + suffix]
    best = _best(used, every, [prefix for prefix in (_prefix(alias) for alias in aliases) if prefix])
    others = {spelling + ending for spelling in (*aliases, relative) for ending in ("", ".js", ".ts", ".mjs")}
    return (best, *sorted(others - {best}))


def _best(used: list[str], every: list[str], prefixes: list[str]) -> str:
    aliased = [spelling for spelling in every[:-1] if any(use.startswith(_prefix(spelling)) for use in used)]
    relatives = sum(use.startswith(".") for use in used)
    if aliased and sum(any(use.startswith(p) for p in prefixes) for use in used) >= relatives:
        return aliased[0]
    return every[-1]


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
    if source.path.endswith(".js") and module.endswith(".js") and package_type(source.path, read, has) == "module":
        return ".js"
    return ""


def package_type(path: str, read: Read, has: Has) -> str:
    """`type` of the nearest package.json: "module", "commonjs" or ""."""
    found = nearest(path, ("package.json",), has)
    document = load(found, read) if found else {}
    return str(document.get("type", ""))


def nearest(path: str, names: tuple[str, ...], has: Has) -> str:
    """The nearest file of one of these names beside or above a path, or ""."""
    folder = path.rpartition("/")[0]
    while True:
        for name in names:
            candidate = f"{folder}/{name}" if folder else name
            if has(candidate):
                return candidate
        if not folder:
            return ""
        folder = folder.rpartition("/")[0]


def load(path: str, read: Read) -> dict[str, Any]:
    """A JSON file with comments and trailing commas; {} if it cannot be read."""
    try:
        text = read(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, KeyError):
        return {}
    text = _COMMENT.sub(lambda m: m.group(1) or " ", text)
    text = _TRAILING.sub(lambda m: m.group(1) or "", text)
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _aliases(folder: str, stem: str, read: Read, has: Has) -> list[str]:
    """The spellings of a module through `paths` and `baseUrl`."""
    found = []
    for pattern, base, targets in path_map(folder, read, has):
        for target in targets:
            full = posixpath.normpath(posixpath.join(base, target))
            head, star, tail = full.partition("*")
            if star and stem.startswith(head) and stem.endswith(tail):
                found.append(pattern.replace("*", stem[len(head) : len(stem) - len(tail)], 1))
            elif not star and _SUFFIX.sub("", full) == stem:
                found.append(pattern)
    return list(dict.fromkeys(found))


def path_map(folder: str, read: Read, has: Has) -> list[tuple[str, str, list[str]]]:
    """(pattern, base folder, targets) of the nearest tsconfig or jsconfig, with `extends` and references followed."""
    config = nearest(f"{folder}/x", ("tsconfig.json", "jsconfig.json"), has)
    queue = [config] if config else []
    seen: set[str] = set()
    maps: list[tuple[str, str, list[str]]] = []
    while queue and len(seen) < 12:
        path = queue.pop(0)
        if path in seen:
            continue
        seen.add(path)
        document = load(path, read)
        options = document.get("compilerOptions") or {}
        here = path.rpartition("/")[0]
        base = posixpath.normpath(posixpath.join(here, str(options.get("baseUrl", ".")))) if options else here
        paths = options.get("paths")
        if isinstance(paths, dict):
            maps += [(pattern, "" if base == "." else base, _texts(targets)) for pattern, targets in paths.items()]
            break
        queue += _followed(document, here, has)
    return maps


def _followed(document: dict[str, Any], here: str, has: Has) -> list[str]:
    extended = document.get("extends")
    names = _texts(extended if isinstance(extended, list) else [extended])
    names += _texts([one.get("path") for one in document.get("references") or [] if isinstance(one, dict)])
    found = []
    for name in names:
        if name.startswith("."):
            full = posixpath.normpath(posixpath.join(here, name))
            found += [c for c in (full, f"{full}.json", f"{full}/tsconfig.json") if c.endswith(".json") and has(c)][:1]
    return found


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
