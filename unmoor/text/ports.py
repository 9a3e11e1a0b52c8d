"""Numbers that a text names as ports: beside a word of listening, or behind a colon at the end of a word."""

import re

_SPOKEN = re.compile(
    rb"(?i)(?:port|listen|serve|bind|addr)[^\n]{0,60}?(?<![\d.])(\d{2,5})(?![\d.])|:(\d{4,5})[\"'`,\s)]"
)
_MOST_BYTES = 1_000_000


def spoken_ports(data: bytes) -> list[str]:
    """The numbers, sorted and once each; none for a text of more than a million bytes."""
    if len(data) >= _MOST_BYTES:
        return []
    found = {int(number) for match in _SPOKEN.finditer(data) for number in match.groups() if number}
    return [str(number) for number in sorted(found)]
