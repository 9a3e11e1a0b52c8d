"""Procfiles: `name: command` lines, each a process."""

import re

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import shell
from unmoor.scanners.unit import Unit

LANGUAGE = "procfile"
_PROCESS = re.compile(rb"^[ \t]*([A-Za-z0-9_-]+)[ \t]*:[ \t]*([^\r\n]*)", re.M)


def scan(unit: Unit) -> Facts:
    """`script` declarations (tool "procfile") and the facts of their commands."""
    facts = Facts()
    for match in _PROCESS.finditer(unit.text.text):
        name = match[1].decode()
        facts.declarations.append(
            unit.declaration(
                "script",
                match.start(2),
                match.end(2),
                name,
                match[2].decode("utf-8", "replace"),
                LANGUAGE,
                attrs={"tool": "procfile"},
            )
        )
        facts.add(shell.scan(structs.replace(unit, text=unit.text.slice(match.start(2), match.end(2)), scope=name)))
    return facts
