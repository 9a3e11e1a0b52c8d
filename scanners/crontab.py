"""Crontabs: the command behind the schedule, and the variables above."""

import re

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import commands, shell
from unmoor.scanners.commands import State
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class

_FIELD = rb"[\d*/,\-A-Za-z#?LW]+"
_JOB = re.compile(
    rb"[ \t]*(?:@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly|every_\w+)|(?:"
    + _FIELD
    + rb"[ \t]+){4}"
    + _FIELD
    + rb")[ \t]+"
)
_USER = re.compile(rb"([a-z_][a-z0-9_-]*)[ \t]+(?=\S)")
_SET = re.compile(rb"[ \t]*[A-Za-z_]\w*[ \t]*=")
_SYSTEM_USERS = {
    b"root",
    b"www-data",
    b"nobody",
    b"postgres",
    b"app",
    b"node",
    b"ubuntu",
    b"deploy",
    b"nginx",
    b"daemon",
}


def scan(unit: Unit) -> Facts:
    """The facts of a crontab; a system crontab (with a column for the user) is told by that column."""
    facts = Facts()
    text = unit.text.text
    system = re.search(r"(^|/)etc/|cron\.d/", unit.path) is not None
    state = State.of(unit)
    state.cwd = None  # cron starts in the user's home
    at = 0
    while at < len(text):
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        stop = end - 1 if text[at:end].endswith(b"\r") else end
        _line(unit, facts, at, stop, state, system)
        at = end + 1
    return facts


def _line(unit: Unit, facts: Facts, lo: int, hi: int, state: State, system: bool) -> None:
    text = unit.text.text
    if text[lo:hi].lstrip().startswith(b"#"):
        found = commands.read_word(commands.plain_word(unit, lo, hi), State(), "comment", "in a comment")
        facts.references += [
            r
            for r in found.references
            if host_class(r.attrs["host"]) in ("loopback", "private", "tailnet", "docker-internal")
        ]
        return
    if _SET.match(text, lo, hi):
        facts.add(shell.scan_in(structs.replace(unit, text=unit.text.slice(lo, hi)), state))
        return
    match = _JOB.match(text, lo, hi)
    if match is None:
        if text[lo:hi].strip():
            facts.add(unit.problem(lo, hi, "not a line of a crontab"))
        return
    start = match.end()
    user = _USER.match(text, start, hi)
    if user and (system or user[1] in _SYSTEM_USERS):
        start = user.end()
    facts.add(shell.scan_in(structs.replace(unit, text=unit.text.slice(start, hi)), state.copy()))
