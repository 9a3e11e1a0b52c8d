"""Java properties, ini, systemd units, supervisor and `key value` configuration: by lines.

https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html, systemd.syntax(7)
"""

import re

from unmoor.model.facts import Facts, Role
from unmoor.scanners import scan_embedded
from unmoor.scanners.configuration import Place, draw_text
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import segments

_LINE = re.compile(rb"(?m)^[ \t]*(?:(?P<comment>[#;!][^\r\n]*)|\[(?P<section>[^\]\r\n]+)\][^\r\n]*"
                   rb"|(?P<body>(?:[^\r\n\\]|\\\r?\n|\\.)+))")  # fmt: skip
_KEY = re.compile(rb"([\w.@/%\[\]-]+(?: [\w.-]+)?)[ \t]*[=:][ \t]*")
_BARE = re.compile(rb"([\w.-]+)[ \t]+")
_CONTINUED = re.compile(rb"\\\r?\n[ \t]*")
_EXEC = re.compile(r"(?i)exec(start|stop|reload|startpre|startpost|stoppost|condition)$|^command$")
_PREFIX = re.compile(rb"[-@:+!|]+")
_PAIR = re.compile(
    rb"(?:\"([A-Za-z_]\w*)=([^\"]*)\"|'([A-Za-z_]\w*)=([^']*)'|([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^\s,]*))"
)


def scan(unit: Unit) -> Facts:
    """The references of a file of `key = value` lines, and the commands of units and supervisors."""
    facts = Facts()
    section = ""
    service = unit.path.endswith((".service", ".timer", ".socket")) or b"[program:" in unit.text.text
    dialect = "spring" if unit.path.endswith((".properties", ".cfg")) else ""
    for match in _LINE.finditer(unit.text.text):
        if match.group("section"):
            section = match.group("section").decode("utf-8", "replace")
        elif match.group("body"):
            _entry(unit, facts, section, match.start("body"), match.group("body"), service, dialect)
    if service:
        facts.traits["format"] = ["systemd" if unit.path.endswith(".service") else "supervisor"]
    return facts


def _entry(unit: Unit, facts: Facts, section: str, at: int, body: bytes, service: bool, dialect: str) -> None:
    found = _KEY.match(body) or _BARE.match(body)
    key = found.group(1).decode("utf-8", "replace") if found else ""
    lo, hi = at + (found.end() if found else 0), at + len(body.rstrip())
    if lo >= hi:
        return
    scope = f"{section}.{key}" if section else key
    if service and _EXEC.match(key):
        _command(unit, facts, lo, hi, scope)
    elif service and key.lower() == "environment":
        _environment(unit, facts, lo, hi, scope)
    elif service and key == "EnvironmentFile":
        _path(unit, facts, lo, hi, scope)
    else:
        text = _value(unit, lo, hi, scope)
        role: Role = "display" if key in ("Documentation", "homepage", "url") else "config"
        place = Place(key, scope, role, language="properties", dialect=dialect, access=dialect)
        facts.references += draw_text(text, 0, len(text.text.text), place)


def _value(unit: Unit, lo: int, hi: int, scope: str) -> Unit:
    """The value without its continuations, as a text of its own; matching quotes around it are not part of it."""
    raw = unit.text.text[lo:hi]
    if len(raw) >= 2 and raw[:1] in b"\"'" and raw[-1:] == raw[:1] and raw.count(raw[:1]) == 2:
        lo, hi = lo + 1, hi - 1
    parts: list[tuple[bytes, int, int]] = []
    at = lo
    for match in _CONTINUED.finditer(unit.text.text, lo, hi):
        parts.append((unit.text.text[at : match.start()], at, match.start()))
        at = match.end()
    parts.append((unit.text.text[at:hi], at, hi))
    return unit.inner(segments(unit.text.text, parts), "properties:value", scope=scope)


def _command(unit: Unit, facts: Facts, lo: int, hi: int, scope: str) -> None:
    prefix = _PREFIX.match(unit.text.text, lo, hi)
    text = _value(unit, prefix.end() if prefix else lo, hi, scope)
    runtime = "host" if unit.path.endswith(".service") else unit.runtime
    facts.add(scan_embedded("shell", Unit(text.path, text.text, text.layers, scope, runtime, None, text.role)))


def _environment(unit: Unit, facts: Facts, lo: int, hi: int, scope: str) -> None:
    """`Environment="A=b" C=d` and supervisor's `environment=A="b",C="d"`."""
    text = _value(unit, lo, hi, scope) if unit.text.text[lo:hi].count(b"=") == 1 else unit
    base, end = (0, len(text.text.text)) if text is not unit else (lo, hi)
    for match in _PAIR.finditer(text.text.text, base, end):
        group = next(number for number in (1, 3, 5) if match.group(number))
        name = match.group(group).decode()
        start, stop = match.span(group + 1)
        if text.text.text[start : start + 1] in (b'"', b"'") and stop - start > 1:
            start, stop = start + 1, stop - 1
        value = text.text.text[start:stop].decode("utf-8", "replace")
        attrs = {"where": "systemd"}
        facts.declarations.append(
            text.declaration("env", start, stop, name, value, "properties", attrs=attrs, scope=f"{scope}.{name}")
        )
        place = Place(name, f"{scope}.{name}", language="properties", variable=True)
        facts.references += draw_text(text, start, stop, place)


def _path(unit: Unit, facts: Facts, lo: int, hi: int, scope: str) -> None:
    if unit.text.text[lo : lo + 1] == b"-":
        lo += 1
    path = unit.text.text[lo:hi].decode("utf-8", "replace")
    attrs = {"use": "env-file", "key": "EnvironmentFile"}
    facts.references.append(unit.reference("path", lo, hi, path, "config", "properties", "", scope=scope, attrs=attrs))
