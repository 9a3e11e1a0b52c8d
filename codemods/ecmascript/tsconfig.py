"""`paths` and `baseUrl` of the nearest tsconfig.json or jsconfig.json, as the TypeScript compiler reads them.

`extends` may be a list, of which the later wins, and may name a package of the workspace; `paths` are relative to
`baseUrl` where there is one, else to the file that holds them. https://www.typescriptlang.org/tsconfig/#extends
"""

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
_WORKSPACES = ("packages", "tooling", "config", "configs", "libs", "internal", "")

Read = Callable[[str], bytes]
Has = Callable[[str], bool]
Mapping = list[tuple[str, list[str]]]


class Options(NamedTuple):
    """What a configuration says of modules. base: of `baseUrl`. paths: as written; home: the folder of their file."""

    base: str | None = None
    paths: dict[str, list[str]] | None = None
    home: str = ""
    module: str = ""


def options(folder: str, read: Read, has: Has) -> Options:
    """Those of the nearest configuration; of its projects where it has no paths itself."""
    config = nearest(f"{folder}/x", ("tsconfig.json", "jsconfig.json"), has)
    if not config:
        return Options()
    found = _read(config, config.rpartition("/")[0], read, has, ())
    here = config.rpartition("/")[0]
    for one in load(config, read).get("references") or [] if found.paths is None else ():
        for path in _existing(str(one.get("path", "")) if isinstance(one, dict) else "", here, read, has):
            other = _read(path, path.rpartition("/")[0], read, has, ())
            if other.paths is not None:
                return other
    return found


def mapping(folder: str, read: Read, has: Has) -> Mapping:
    """(pattern, targets from the root) of every alias, `baseUrl` itself last."""
    found = options(folder, read, has)
    base = found.home if found.base is None else found.base
    maps = [
        (pattern, [_join(base, target) for target in targets if isinstance(target, str)])
        for pattern, targets in (found.paths or {}).items()
        if isinstance(targets, list)
    ]
    return maps + ([("*", [_join(found.base, "*")])] if found.base is not None else [])


def _read(path: str, outer: str, read: Read, has: Has, seen: tuple[str, ...]) -> Options:
    """A configuration with what it extends. outer: the folder that `${configDir}` means."""
    if path in seen or len(seen) > 12:
        return Options()
    document, here = load(path, read), path.rpartition("/")[0]
    base, paths, home, module = Options()
    extended = document.get("extends")
    for name in extended if isinstance(extended, list) else [extended]:
        for parent in _existing(name, here, read, has) if isinstance(name, str) else ():
            above = _read(parent, outer, read, has, (*seen, path))
            base = base if above.base is None else above.base
            paths, home = (paths, home) if above.paths is None else (above.paths, above.home)
            module = above.module or module
    own = document.get("compilerOptions") or {}
    if isinstance(own.get("baseUrl"), str):
        base = _join(here, _placed(own["baseUrl"], outer))
    if isinstance(own.get("paths"), dict):
        paths, home = own["paths"], here
    if paths and any("${configDir}" in str(targets) for targets in paths.values()):
        paths = {key: [_placed(one, outer) for one in targets] for key, targets in paths.items()}
    return Options(base, paths, home, str(own.get("module") or module))


def _placed(text: str, outer: str) -> str:
    return text.replace("${configDir}", f"/{outer}")


def _join(folder: str, path: str) -> str:
    """From the root; an absolute path is one from the root."""
    full = posixpath.normpath(posixpath.join(f"/{folder}", path)).lstrip("/")
    return "" if full == "." else full


def _existing(name: str, here: str, read: Read, has: Has) -> list[str]:
    """The configuration that a path or package name means, none or one."""
    full = _join(here, name) if name.startswith(".") else _packaged(name, read, has)
    every = (full, f"{full}.json", f"{full}/tsconfig.json") if full else ()
    return [path for path in every if path.endswith(".json") and has(path)][:1]


def _packaged(name: str, read: Read, has: Has) -> str:
    """The path behind `@acme/tsconfig/next.json`, if a package of this workspace is called so."""
    parts = name.split("/")
    size = 2 if name.startswith("@") else 1
    package, rest = "/".join(parts[:size]), "/".join(parts[size:])
    for folder in (_join(parent, parts[size - 1]) for parent in _WORKSPACES if len(parts) >= size):
        if has(f"{folder}/package.json") and load(f"{folder}/package.json", read).get("name") == package:
            return f"{folder}/{rest or 'tsconfig.json'}"
    return ""


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
