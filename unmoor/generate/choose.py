"""Whose resolver is made, and of which services: the named package, else the one whose code addresses most."""

from typing import TYPE_CHECKING

from msgspec import structs

from unmoor.generate import plan, services
from unmoor.generate.plan import join
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.generate.plan import Plan
    from unmoor.generate.services import ServiceAddress
    from unmoor.project import Project

_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "manage.py", "Pipfile")
_SWITCHES = ("APP_ENV", "ENVIRONMENT", "ENV", "FASTAPI_ENV", "FLASK_ENV", "DJANGO_ENV", "PYTHON_ENV",
             "DJANGO_SETTINGS_MODULE")  # fmt: skip


def plan_of(project: "Project", language: str, package: str, wanted: tuple[str, ...] = ()) -> "Plan":
    """The plan for a package's code: the services that it addresses and those `wanted`; all own ones if it is none."""
    everyone = services.of(project)
    unknown = next((name for name in wanted if name not in {one.name for one in everyone}), "")
    if unknown:
        names = ", ".join(one.name for one in everyone)
        raise UserError(f"no service `{unknown}` is reached by URL", help=f"there are: {names}")
    folder = package or _package(project, language, everyone)
    itself = {one.name for path in _beside(project, folder) for _, one in project.topology.shippers(path)} - {*wanted}
    others = tuple(one for one in everyone if one.name not in itself)
    called = tuple(one for one in others if one.name in wanted or _addresses(one, folder))
    known = called or tuple(one for one in others if services.ours(project, one))
    return _python(project, folder, known) if language == "python" else _typescript(project, folder, known)


def _typescript(project: "Project", folder: str, known: "tuple[ServiceAddress, ...]") -> "Plan":
    def read(path: str) -> bytes:
        return project.read(path)

    # The plan takes the services that the folder's code addresses: each of these counts as one.
    meant = tuple(structs.replace(one, uses=(*one.uses, ("", folder))) for one in known)
    return plan.typescript(join(folder, "x.ts"), project.settings, meant, project.tree.has, read)


def _python(project: "Project", folder: str, known: "tuple[ServiceAddress, ...]") -> "Plan":
    home = _home(project, folder)
    made = plan.python(home, project.settings, known, project.tree.has)
    read = {
        reference.value
        for path, reference in project.references("env")
        if path.endswith(".py") and _below(path, folder) and reference.value in _SWITCHES
    }
    django = {"DJANGO_SETTINGS_MODULE"} if project.tree.has(join(folder, "manage.py")) else set()
    switches = tuple(name for name in _SWITCHES if name in read | django)
    root = join(folder, "src") if f"{made.path}/".startswith(f"{join(folder, 'src')}/") else folder
    inside = made.path[len(root) + 1 :] if root not in ("", ".") else made.path
    return structs.replace(
        made, switches=switches or ("APP_ENV", "ENVIRONMENT"), imported=inside.removesuffix(".py").replace("/", ".")
    )


def _home(project: "Project", folder: str) -> str:
    """The one import package of a Python project, else its folder."""
    for root in (folder, join(folder, "src") if folder else "src"):
        inner = [join(root, name) for name in project.tree.beside(root, folders=True)]
        homes = [one for one in inner if project.tree.has(join(one, "__init__.py")) and "test" not in one]
        if len(homes) == 1:
            return homes[0]
    return folder


def _package(project: "Project", language: str, known: "tuple[ServiceAddress, ...]") -> str:
    """The root where it is a package itself; else the package whose code addresses most services."""
    from unmoor.link.places import world_of

    packages = project.topology.packages
    if language == "python":
        folders = {path.rpartition("/")[0] for name in _PYTHON for path in project.tree.by_name.get(name, [])}
    else:
        folders = {folder for folder, one in packages.items() if not one.workspaces}
    found = sorted((one for one in folders if not world_of(f"{one}/x")), key=lambda one: (one.count("/"), one))
    if "" in found or not found:
        return ""
    return max(found, key=lambda folder: sum(_addresses(one, folder) for one in known))


def _addresses(one: "ServiceAddress", folder: str) -> bool:
    return any(_below(at, folder) for _, at in (*one.uses, *one.sockets))


def _below(path: str, folder: str) -> bool:
    return not folder or f"{path}/".startswith(f"{folder}/")


def _beside(project: "Project", folder: str) -> list[str]:
    """Files that tell which service a package is: all of its code, if it is not the whole repository."""
    return [path for path in project.facts if folder and _below(path, folder)]
