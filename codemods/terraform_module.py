"""The variables of a Terraform module: those that its files declare, and where another one is declared."""

import re
from typing import NamedTuple

from unmoor.codemods.request import Request
from unmoor.model.findings import Edit
from unmoor.model.spans import Span
from unmoor.syntax.grammars import parse
from unmoor.text.edits import newline

SUFFIXES = (".tf", ".tofu", ".pkr.hcl")
_FILES = ("variables", "variable", "vars", "inputs", "_variables", "variables-inputs")


class Declared(NamedTuple):
    """The change that declares a variable: nothing, an edit of a file of the module, or a new file."""

    edits: tuple[Edit, ...] = ()
    creates: tuple[tuple[str, str], ...] = ()


class _Variable(NamedTuple):
    default: str
    path: str
    end: int
    described: bool


def variable(request: Request, path: str, wanted: str, value: str, kind: str) -> tuple[str, Declared]:
    """A variable of the module that has this default, else a new one of the wanted name; and its declaration."""
    folder = path.rpartition("/")[0]
    suffix = next(one for one in SUFFIXES if path.endswith(one))
    files = [f"{folder}/{name}" if folder else name for name in request.beside(folder) if name.endswith(suffix)]
    known = {name: one for file in files for name, one in _variables(request, file).items()}
    named = [name for name, one in known.items() if one.default == value and _related(name, wanted)]
    if named:
        return named[0], Declared()
    name, number = wanted, 2
    while name in known:
        name, number = f"{wanted}_{number}", number + 1
    return name, _declaration(request, folder, suffix, files, known, _block(name, value, kind, known))


def _related(name: str, wanted: str) -> bool:
    """Whether two names share a word: the same address under another name may be another machine tomorrow."""
    return bool(set(name.lower().split("_")) & set(wanted.split("_")))


def _variables(request: Request, path: str) -> dict[str, _Variable]:
    source = request.read(path)
    found: dict[str, _Variable] = {}
    if b"variable" not in source:
        return found
    for body in parse("hcl", source).root_node.named_children:
        for block in body.named_children:
            words = [one for one in block.named_children if one.type in ("identifier", "string_lit")]
            text = [source[one.start_byte : one.end_byte].decode().strip('"') for one in words]
            if block.type == "block" and len(text) == 2 and text[0] == "variable":
                own = source[block.start_byte : block.end_byte].decode()
                default = re.search(r"(?m)^\s*default\s*=\s*(\"[^\"\n]*\"|\[[^\]]*\])\s*(?:#.*)?$", own)
                found[text[1]] = _Variable(
                    default.group(1) if default else "", path, block.end_byte, "description" in own
                )
    return found


def _block(name: str, value: str, kind: str, known: dict[str, _Variable]) -> str:
    described = known and sum(one.described for one in known.values()) * 2 > len(known)
    lines = [("description", f'"{name.replace("_", " ").capitalize()}"')] if described else []
    lines += [("type", kind), ("default", value)]
    # As `terraform fmt` has it: a value of several lines is not aligned with its neighbours.
    single = max(len(key) for key, text in lines if "\n" not in text)
    written = [f"  {key:<{0 if chr(10) in text else single}} = {text}\n" for key, text in lines]
    return f'variable "{name}" {{\n' + "".join(written) + "}\n"


def _declaration(
    request: Request, folder: str, suffix: str, files: list[str], known: dict[str, _Variable], block: str
) -> Declared:
    """Behind the variables of the module's file of variables; a module without one gets it."""
    names = [f"{folder}/{name}{suffix}" if folder else f"{name}{suffix}" for name in _FILES]
    home = next((path for path in names if path in files), "")
    if not home and known:
        paths = [one.path for one in known.values()]
        home = max(sorted(set(paths)), key=paths.count)
        source = request.read(home)
        end = newline(source)
        last = max(one.end for one in known.values() if one.path == home)
        return Declared((Edit(home, Span(last, last), f"{end}{end}{_lines(block, end).rstrip()}"),))
    if not home:
        return Declared(creates=((names[0], block),))
    source = request.read(home)
    end, at = newline(source), len(source)
    lead = "" if not source.strip() else end if source.endswith(b"\n") else end * 2
    return Declared((Edit(home, Span(at, at), lead + _lines(block, end)),))


def _lines(text: str, end: str) -> str:
    return text.replace("\n", end)
