"""The folders that a path may be meant from, the likeliest first."""

import re
from posixpath import join, normpath, relpath

from unmoor.link.places import file_kind
from unmoor.model.facts import Reference
from unmoor.project import Project
from unmoor.topology.stacks import DEFAULTS


def bases(project: Project, path: str, reference: Reference) -> list[str]:
    """Folders from the root for a reference of a text that runs on a host; [] where that cannot be known.

    A page is read from its own folder, its project's or the root; a script is started from its folder, the root or a
    folder between, unless the path begins with a folder that the script computed; a workflow, a package's scripts and
    hooks run in one folder only.
    """
    home = path.rpartition("/")[0]
    kind = file_kind(path, reference)
    if kind == "doc":
        return _of_page(project, path, home, reference)
    if reference.cwd is None:
        return []
    if reference.attrs.get("anchored"):
        return [reference.cwd] if _real(project, reference.cwd) else []
    if kind == "script" or reference.attrs.get("or_root"):
        started = started_from(project, path) if reference.cwd == home else None
        return above(started) if started is not None else _of_script(project, home, reference.cwd)
    return [reference.cwd] if _real(project, reference.cwd) else []


def started_from(project: Project, path: str) -> str | None:
    """The folder above its own in which a script must be started: it calls Compose there without naming a file."""
    home = path.rpartition("/")[0]
    facts = project.facts.get(path)
    if not home or facts is None:
        return None
    for declaration in facts.declarations:
        attrs = declaration.attrs
        if declaration.kind != "command" or declaration.name != "docker compose" or attrs.get("files"):
            continue
        if attrs.get("cwd") == home and not attrs.get("project-directory"):
            folder = next((one for one in above(home) if _composes(project, one)), None)
            return folder if folder not in (None, home) else None
    return None


def _composes(project: Project, folder: str) -> bool:
    prefix = f"{folder}/" if folder else ""
    return any(prefix + name in project.tree.files for name in DEFAULTS)


def above(folder: str) -> list[str]:
    """A folder and every folder above it, up to the root."""
    found = [folder]
    while folder:
        folder = folder.rpartition("/")[0]
        found.append(folder)
    return found


_MARKS = re.compile(rb"(?m)^(?:#{1,6} |==+ |[ \t>]*(?:```|~~~))")
_FOLDER_WORD = re.compile(r"[`*\"](\.?[\w@][\w./@-]*|\./[\w./@-]+)[`*\"]|\b([\w./-]+) (?:directory|folder|dir)\b")


def _of_page(project: Project, path: str, home: str, reference: Reference) -> list[str]:
    attrs = reference.attrs
    if attrs.get("use") in ("link", "image"):
        return [home]
    folders = [str(one) for one in attrs.get("cwds") or []]
    if not folders and reference.cwd is None:
        return []
    folders = folders or [reference.cwd or ""]
    found = [
        f for folder in folders for f in ([folder] if _real(project, folder) else _from_the_root(project, home, folder))
    ]
    if not found:
        return []
    moved = folders[0] not in ("", home) and _real(project, folders[0])
    rest = [] if moved and attrs.get("use") not in ("code-span", "cd") else above(home)
    return list(dict.fromkeys([*found, *rest, *_in_words(project, path, reference)]))


def section_before(project: Project, path: str, reference: Reference) -> str:
    """What a page's section says up to the end of a reference's line; of a long one the last two thousand bytes."""
    source = project.read(path)
    at = reference.span.start
    end = source.find(b"\n", reference.span.end)
    start, fenced = max(at - 2000, 0), False
    for mark in _MARKS.finditer(source, 0, at):
        if mark.group().lstrip()[:3] in (b"```", b"~~~"):
            fenced = not fenced
        elif not fenced:  # a comment of a shell looks like a heading
            start = max(start, mark.start())
    return source[start : end if end >= 0 else len(source)].decode("utf-8", "replace")


def _in_words(project: Project, path: str, reference: Reference) -> list[str]:
    """Folders that the section names before the command, or its line: "from the `frontend` directory"."""
    text = section_before(project, path, reference)
    home = path.rpartition("/")[0]
    found = []
    for match in _FOLDER_WORD.finditer(text):
        name = (match.group(1) or match.group(2)).strip("/").removeprefix("./")
        found += [one for base in (home, "") if name and _real(project, one := f"{base}/{name}".lstrip("/"))]
    return found


def _from_the_root(project: Project, home: str, folder: str) -> list[str]:
    """What a folder is without its first parts: the folder that a clone makes, or where the last `cd` started."""
    found = []
    parts = folder.split("/")
    for start in range(1, len(parts)):
        tail = "/".join(parts[start:])
        found += [one for one in (tail, f"{home}/{tail}".lstrip("/")) if _real(project, one)]
    return found


def _of_script(project: Project, home: str, cwd: str) -> list[str]:
    """From where a script stands: in its own folder, or the folder changed to, seen from wherever it was started."""
    inner = relpath(cwd or ".", home or ".")
    if inner == ".":
        return above(home)
    found = [cwd]
    if not inner.startswith(".."):
        found += [normpath(join(folder, inner)) for folder in above(home)]
    return [folder for folder in dict.fromkeys(found) if _real(project, folder)]


def _real(project: Project, folder: str) -> bool:
    return folder in project.tree.folders or project.tree.has(folder)
