"""Numbers that a text names as ports: beside a word of listening, behind a colon at the end of a word, in a band."""

import re

_SPOKEN = re.compile(
    rb"(?i)(?:port|listen|serve|bind|addr)[^\n]{0,60}?(?<![\d.])(\d{2,5})(?![\d.])|:(\d{4,5})[\"'`,\s)]"
)
# `$((30100 + SLOT))`, `base = 30100 + slot`: one process takes its port from a band of a hundred.
_BAND = re.compile(rb"(?i)port[^\n]{0,40}?(?<![\d.])([1-9]\d{1,2}00)\s*\+\s*(?:\$?\{?[A-Za-z_])")
_MOST_BYTES = 1_000_000


def spoken_ports(data: bytes) -> list[str]:
    """The numbers, sorted and once each; none for a text of more than a million bytes."""
    if len(data) >= _MOST_BYTES:
        return []
    found = {int(number) for match in _SPOKEN.finditer(data) for number in match.groups() if number}
    for match in _BAND.finditer(data):
        found.update(range(int(match.group(1)), int(match.group(1)) + 100))
    return [str(number) for number in sorted(found)]
