"""Which stack a command, a page or a file speaks of."""

from typing import TYPE_CHECKING

from unmoor.model.facts import Reference
from unmoor.project import normalise
from unmoor.topology.model import Stack
from unmoor.topology.worlds import is_document

if TYPE_CHECKING:
    from unmoor.topology.link import Topology


def stacks_for(topology: "Topology", path: str, reference: Reference | None = None) -> list[Stack]:
    """The near stacks; every stack where none is near."""
    return near(topology, path, reference) or list(topology.stacks)


def near(topology: "Topology", path: str, reference: Reference | None = None) -> list[Stack]:
    """The stacks that a file surely speaks of, best first; none if nothing tells.

    The `-f` files of the reference; the stacks that the file is part of; what the page's commands name, then the
    default of the working directory, of the file's folder, of the folders above; else those that use the file (a
    document is read by people, whichever image happens to hold it).
    """
    if reference is not None:
        files = reference.attrs.get("files")
        if isinstance(files, list | tuple) and files:
            found = _by_files(topology, path, reference.cwd, [str(one) for one in files])
            if found:
                return found
    own = topology.stacks_of(path)
    if own:
        return own
    named = _named_on_page(topology, path)
    folder = reference.cwd if reference is not None and reference.cwd is not None else path.rpartition("/")[0]
    found = _by_folder(topology, folder)
    if not found and folder != path.rpartition("/")[0]:
        found = _by_folder(topology, path.rpartition("/")[0])
    using = [] if found or is_document(path) else _users(topology, path)
    return _unique([*named, *found, *using])


def _unique(stacks: list[Stack]) -> list[Stack]:
    return list({id(stack): stack for stack in stacks}.values())


def _by_files(topology: "Topology", path: str, cwd: str | None, files: list[str]) -> list[Stack]:
    for folder in dict.fromkeys([cwd or "", *folders_up(path.rpartition("/")[0])]):
        wanted = [normalise(file, folder) for file in files]
        exact = [stack for stack in topology.stacks if stack.files == wanted]
        if exact:
            return exact
        holding = [s for s in topology.stacks if all(one in s.files for one in wanted)]
        if holding:
            return holding
    return []


def _named_on_page(topology: "Topology", path: str) -> list[Stack]:
    facts = topology.project.facts.get(path)
    found: list[Stack] = []
    for declaration in facts.declarations if facts is not None else []:
        files = declaration.attrs.get("files") if declaration.kind == "command" else None
        if isinstance(files, list | tuple) and files:
            cwd = declaration.attrs.get("cwd")
            found += _by_files(topology, path, cwd if isinstance(cwd, str) else None, [str(one) for one in files])
    return found


def _by_folder(topology: "Topology", folder: str) -> list[Stack]:
    """The stacks of the nearest folder that holds any, or an overlay: its default, else all of its alternatives."""
    for above in folders_up(folder):
        here = [s for s in topology.stacks if s.project_dir == above or s.files[0].rpartition("/")[0] == above]
        here = here or [s for s in topology.stacks if any(file.rpartition("/")[0] == above for file in s.files)]
        default = [stack for stack in here if stack.default]
        if default:
            return default
        if here:
            return here
    return []


def _users(topology: "Topology", path: str) -> list[Stack]:
    return [stack for stack, _ in topology.shippers(path)]


def folders_up(folder: str) -> list[str]:
    """A folder and those above it, up to the root ("")."""
    found = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found
