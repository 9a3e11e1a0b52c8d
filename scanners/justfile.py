"""Justfiles: recipes with their dependencies, variables, and bodies read as shell.

`script` declarations (tool "just"; attrs dependencies, parameters). `{{…}}` in a body is not known.
"""

import re

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import commands, shell
from unmoor.scanners.commands import State
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class
from unmoor.text.mapped import Mapped

LANGUAGE = "justfile"
_RECIPE = re.compile(
    rb"^@?([A-Za-z_][\w-]*)((?:[ \t]+[^:=\n]*?(?:=[ \t]*(?:'[^'\n]*'|\"[^\"\n]*\"|[^\s:]+))?)*)[ \t]*:(?!=)([^\n]*)$"
)
_VARIABLE = re.compile(rb"^(?:export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*")
_ALIAS = re.compile(rb"^alias[ \t]+([\w-]+)[ \t]*:=[ \t]*([\w-]+)")
_IMPORT = re.compile(rb"^(?:import|mod)(\??)[ \t]+(?:[\w-]+[ \t]+)?['\"]([^'\"\n]+)['\"]")
_LITERAL = re.compile(rb"^(?:\"([^\"\\\n]*)\"|'([^'\n]*)')")
_DEFAULTED = re.compile(rb"^env(?:_var_or_default)?\([ \t]*['\"](\w+)['\"][ \t]*,[ \t]*(['\"])(.*?)\2[ \t]*\)")


def scan(unit: Unit) -> Facts:
    """The facts of a justfile."""
    facts = Facts()
    text = unit.text.text
    state = State.of(unit)
    state.home = unit.cwd
    body: list[tuple[int, int]] = []
    name = ""
    at = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    while at < len(text):
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        raw = text[at:end].rstrip(b"\r")
        if raw[:1] in (b" ", b"\t") and name:
            body.append((at, at + len(raw)))
        elif raw.strip():
            _body(unit, facts, name, body, state)
            body, name = [], _line(unit, facts, at, raw, state)
        elif body:
            body.append((at, at))
        at = end + 1
    _body(unit, facts, name, body, state)
    return facts


def _line(unit: Unit, facts: Facts, at: int, raw: bytes, state: State) -> str:
    """Read a line outside of bodies; the name of the recipe that it begins, or ""."""
    if raw.startswith(b"#"):
        found = commands.read_word(commands.plain_word(unit, at, at + len(raw)), State(), "comment", "in a comment")
        facts.references += [
            structs.replace(r, language=LANGUAGE)
            for r in found.references
            if host_class(r.attrs["host"]) in ("loopback", "private", "tailnet", "docker-internal")
        ]
    elif match := _VARIABLE.match(raw):
        _variable(unit, facts, at, raw, match, state)
    elif match := _ALIAS.match(raw):
        _declare(unit, facts, at, match, [match[2].decode()])
    elif match := _IMPORT.match(raw):
        facts.references.append(
            unit.reference(
                "path",
                at + match.start(2),
                at + match.end(2),
                match[2].decode("utf-8", "replace"),
                "config",
                LANGUAGE,
                "",
                attrs={"use": "config", "guarded": bool(match[1]), "verb": "import"},
            )
        )
    elif match := _RECIPE.match(raw):
        needs = re.findall(
            r"(?:^|[\s(&])([A-Za-z_][\w-]*)", re.sub(r"'[^']*'|\"[^\"]*\"|#.*", "", match[3].decode("utf-8", "replace"))
        )
        _declare(unit, facts, at, match, needs, match[2].decode("utf-8", "replace").split())
        return match[1].decode()
    return ""


def _declare(
    unit: Unit, facts: Facts, at: int, match: "re.Match[bytes]", needs: list[str], parameters: list[str] | None = None
) -> None:
    facts.declarations.append(
        unit.declaration(
            "script",
            at + match.start(1),
            at + match.end(1),
            match[1].decode(),
            None,
            LANGUAGE,
            attrs={"tool": "just", "dependencies": needs, "parameters": parameters or []},
        )
    )


def _variable(unit: Unit, facts: Facts, at: int, raw: bytes, match: "re.Match[bytes]", state: State) -> None:
    name = match[1].decode()
    rest = raw[match.end() :]
    literal, default = _LITERAL.match(rest), _DEFAULTED.match(rest)
    if literal:
        group = 1 if literal[1] is not None else 2
        lo, hi = (at + match.end() + n for n in literal.span(group))
        word = commands.plain_word(unit, lo, hi)
        state.variables[name] = [word]
        found = commands.read_value(word, name, state)
        facts.declarations.append(
            structs.replace(
                word.declaration(
                    "env", name, word.value, attrs={"where": "makefile", "exported": raw.startswith(b"export")}
                ),
                language=LANGUAGE,
            )
        )
    elif default:
        lo, hi = (at + match.end() + n for n in default.span(3))
        variable = default[1].decode()
        word = commands.plain_word(unit, lo, hi)
        found = commands.read_value(word, variable, state, "default", f"the default of {variable}")
        lo, hi = (at + match.end() + n for n in default.span(1))
        facts.references.append(
            unit.reference(
                "env",
                lo,
                hi,
                variable,
                "config",
                LANGUAGE,
                "",
                attrs={
                    "default": word.value,
                    "has_default": True,
                    "required": False,
                    "access": "just",
                    "dynamic": False,
                },
            )
        )
    else:
        return
    found.references = [structs.replace(r, language=LANGUAGE) for r in found.references]
    facts.add(found)


def _body(unit: Unit, facts: Facts, name: str, body: list[tuple[int, int]], state: State) -> None:
    """A body with a shebang is one script; else each line is a shell of its own."""
    text = unit.text.text
    while body and body[-1][0] == body[-1][1]:
        body.pop()
    if not body:
        return
    indent = min((len(text[lo:hi]) - len(text[lo:hi].lstrip(b" \t")) for lo, hi in body if hi > lo), default=0)
    rows = [(min(lo + indent, hi), hi) for lo, hi in body]
    scripts: list[list[tuple[int, int]]] = []
    if text[rows[0][0] : rows[0][1]].startswith(b"#!"):
        scripts.append(rows)
    else:
        joined = False
        for lo, hi in rows:
            while lo < hi and text[lo : lo + 1] in b"@-" and not joined:
                lo += 1
            if joined:
                scripts[-1].append((lo, hi))
            else:
                scripts.append([(lo, hi)])
            joined = text[lo:hi].endswith(b"\\")
    for script in scripts:
        mapped = Mapped.build([part for lo, hi in script for part in ((text[lo:hi], lo, hi), (b"\n", hi, hi))])
        inner = structs.replace(unit, text=unit.text.compose(mapped), scope=name)
        facts.add(shell.scan_in(inner, state.copy()))
