"""Whether a file can import the resolver: the module is there, it is not the file itself, and it does not need it."""

import re

from unmoor.codemods.request import Request

_IMPORT = re.compile(rb"(?m)^(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+([\w., \t(]+)|import[ \t]+([\w., \t]+))")


def importable(request: Request, module: str, name: str) -> bool:
    """Whether `from module import name` works in the finding's file. A module of elsewhere is taken at its word."""
    path = request.finding.path
    home = _home(request, path, module)
    if home is None:
        return True
    root, file = home
    if file == path or not _defines(request.read(file), name):
        return False
    return _finds(request, path, root, module) and path not in _needed(request, root, file)


def _home(request: Request, path: str, module: str) -> tuple[str, str] | None:
    """(folder that the module's name begins at, its file), beside the file or above it; None where it is not here."""
    folder = path.rpartition("/")[0]
    while True:
        for root in (folder, f"{folder}/src" if folder else "src"):
            found = _file(request, root, module)
            if found:
                return root, found
        if not folder:
            return None
        folder = folder.rpartition("/")[0]


def _file(request: Request, root: str, module: str) -> str:
    stem = "/".join(part for part in (root, module.replace(".", "/")) if part)
    return next((one for one in (f"{stem}.py", f"{stem}/__init__.py") if request.has(one)), "")


def _defines(source: bytes, name: str) -> bool:
    return re.search(rb"(?m)^(?:async[ \t]+)?def[ \t]+" + name.encode() + rb"\b|^" + name.encode() + rb"\b[^=\n]*="
                     rb"|^from[^\n]*\bimport\b[^\n]*\b" + name.encode() + rb"\b", source) is not None  # fmt: skip


def _finds(request: Request, path: str, root: str, module: str) -> bool:
    """Whether Python finds the module from the file: it lies at the folder, in a package below it, or imports of it
    already. A script that is run by its path sees its own folder only."""
    folder = path.rpartition("/")[0]
    below = folder[len(root) :].strip("/") if folder.startswith(root) else None
    if below == "":
        return True
    top = (below or "").partition("/")[0]
    if below is not None and top == module.partition(".")[0]:
        return True
    if below is not None and request.has("/".join(part for part in (root, top, "__init__.py") if part)):
        return True
    package = module.partition(".")[0].encode()
    return re.search(rb"(?m)^[ \t]*(?:from|import)[ \t]+" + package + rb"\b", request.source) is not None


def _needed(request: Request, root: str, file: str) -> set[str]:
    """The files that a module imports when it is itself imported."""
    found: set[str] = set()
    waiting = [file]
    while waiting and len(found) < 200:
        current = waiting.pop()
        try:
            source = request.read(current)
        except (OSError, KeyError):
            continue
        new = {one for name in _imports(source, root, current) if (one := _file(request, root, name))}
        waiting += sorted(new - found)
        found |= new
    return found


def _imports(source: bytes, root: str, file: str) -> set[str]:
    """The absolute names of what the top of a module imports, with the submodules that a `from` may mean."""
    names: set[str] = set()
    package = file[len(root) :].strip("/").split("/")[:-1]
    for match in _IMPORT.finditer(source):
        if match.group(3):
            names.update(part.split()[0] for part in match.group(3).decode().split(",") if part.split())
            continue
        module = match.group(1).decode()
        dots = len(module) - len(module.lstrip("."))
        if dots:
            module = ".".join([*package[: len(package) - dots + 1], *filter(None, [module.lstrip(".")])])
        names.add(module)
        names.update(f"{module}.{word}" for word in re.findall(r"\w+", match.group(2).decode()))
    return {name for name in names if name}


def spelled(request: Request, module: str) -> str:
    """The module as the file's own imports name its package: relative where they all are."""
    path, package = request.finding.path, module.partition(".")[0]
    home = _home(request, path, module)
    absolute = re.search(rb"(?m)^[ \t]*(?:from|import)[ \t]+" + package.encode() + rb"\b", request.source)
    if home is None or absolute or not re.search(rb"(?m)^from[ \t]+\.", request.source):
        return module
    own = path[len(home[0]) :].strip("/").split("/")[:-1]
    wanted = module.split(".")
    common = next((i for i, (a, b) in enumerate(zip(own, wanted, strict=False)) if a != b), min(len(own), len(wanted)))
    return "." * (len(own) - common + 1) + ".".join(wanted[common:]) if common else module
