"""Example files and documentation of variables: what is missing is added, what is there stays as it is."""

import re
from typing import Any

from unmoor.generate.variables import Variable, of
from unmoor.link.env_index import Variables
from unmoor.project import Project
from unmoor.text.edits import newline

_ENTRY = re.compile(rb"(?m)^[ \t]*(?:#[ \t]*)?(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=")
BEGIN, END = "<!-- unmoor: env -->", "<!-- /unmoor: env -->"


def missing(project: Project, source: bytes, folder: str = "") -> list[Variable]:
    """The variables read below a folder that an example file does not name, also not in a comment."""
    there = {name.decode() for name in _ENTRY.findall(source)}
    fixed = _fixed(project)
    return [one for one in _outside(project, folder) if one.name not in there and one.name not in fixed]


def _outside(project: Project, folder: str = "") -> list[Variable]:
    """The variables that come from outside: not those that a script makes for itself."""
    index = Variables(project)
    return [one for one in of(project, folder) if not _local(index, one)]


def _local(index: Variables, one: Variable) -> bool:
    makers = {
        d.path for d in index.declared.get(one.name, ()) if d.declaration.attrs.get("where") in ("shell", "makefile")
    }
    return set(one.readers) <= makers and not any(
        f"{{{one.name}" in (d.declaration.value or "") for d in index.declared[one.name]
    )


def _fixed(project: Project) -> set[str]:
    """Variables that compose gives as a literal to every service that reads them: nobody sets those by hand."""
    index = Variables(project)
    return {
        name
        for name, entries in index.passed.items()
        if all("$" not in e.value.raw and e.value.raw for e in entries)
        and not any(r.attrs.get("access") == "compose" for _, r in index.reads.get(name, ()))
    }


def complete(project: Project, source: bytes, folder: str = "") -> bytes:
    """The example file with a commented entry for each missing variable at its end; order and comments are kept."""
    lacking = missing(project, source, folder)
    if not lacking:
        return source
    end = newline(source)
    lead = "" if not source else end if source.endswith(b"\n") else end * 2
    blocks = []
    for one in lacking:
        who = ", ".join(one.services) or one.readers[0]
        need = "required" if one.required else "optional"
        blocks.append(f"# {need}; read by {who}{end}{one.name}={one.example}{end}")
    return source + (lead + end.join(blocks)).encode()


def table(project: Project) -> str:
    """A Markdown table of every variable: default, whether it is required, who reads it, what it is set by."""
    rows = ["| variable | default | required | read by | set in |", "|---|---|---|---|---|"]
    for one in _outside(project):
        default = f"`{one.default}`" if one.default and not one.secret else ""
        readers = ", ".join(one.services) or f"`{one.readers[0]}`"
        rows.append(
            f"| `{one.name}` | {default.replace('|', chr(92) + '|')} | {'yes' if one.required else 'no'} | {readers} "
            f"| {', '.join(f'`{path}`' for path in one.declared[:4])} |"
        )
    return "\n".join(rows) + "\n"


def document(project: Project, source: bytes) -> bytes:
    """A page with the table: between its marks if it has them, else at its end. A second run changes nothing."""
    text, end = source.decode("utf-8"), newline(source)
    block = f"{BEGIN}\n\n{table(project)}\n{END}".replace("\n", end)
    if BEGIN in text and END in text:
        head, _, rest = text.partition(BEGIN)
        return (head + block + rest.partition(END)[2]).encode()
    lead = "" if not text else end if text.endswith(end * 2) else end * (1 if text.endswith(end) else 2)
    return f"{text}{lead}{block}{end}".encode()


def as_rows(variables: list[Variable]) -> list[dict[str, Any]]:
    """For programs."""
    return [
        {
            "name": one.name,
            "default": None if one.secret else one.default,
            "required": one.required,
            "readers": list(one.readers),
            "services": list(one.services),
            "declared": list(one.declared),
        }
        for one in variables
    ]
