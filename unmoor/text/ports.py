"""Numbers that a text names as ports: beside a word of listening, behind a colon at the end of a word, in a band."""

import re

# `$((30100 + SLOT))`, `base = 30100 + slot`: one process takes its port from a band of a hundred.
_BAND = re.compile(rb"(?i)port[^\n]{0,40}?(?<![\d.])([1-9]\d{1,2}00)\s*\+\s*(?:\$?\{?[A-Za-z_])")
_SUM = re.compile(rb"00\s*\+\s*\$?\{?[A-Za-z_]")  # begins with a literal, which is found at once
_NUMBER = re.compile(rb"(?<![\d.])\d{2,5}(?![\d.])")
_WORDS = (b"port", b"listen", b"serve", b"bind", b"addr")
_REACH = 60  # bytes between a word and its number, on one line
_ENDS = frozenset(b"\"'`,) \t\n\r\x0b\x0c")
_MOST_BYTES = 1_000_000


def spoken_ports(data: bytes) -> list[str]:
    """The numbers, sorted and once each; none for a text of more than a million bytes. A word names one number."""
    if len(data) >= _MOST_BYTES:
        return []
    found: set[int] = set()
    named = 0  # where the last number that was named ends
    for match in _NUMBER.finditer(data):
        start, end = match.span()
        if _worded(data, named, start):
            named = end
        elif end - start > 3 and start > named and data[start - 1] == 0x3A and end < len(data) and data[end] in _ENDS:
            named = end + 1
        else:
            continue
        found.add(int(match.group()))
    for match in _BAND.finditer(data) if _SUM.search(data) else ():
        found.update(range(int(match.group(1)), int(match.group(1)) + 100))
    return [str(number) for number in sorted(found)]


def _worded(data: bytes, after: int, start: int) -> bool:
    """Whether a word of listening stands on the line within reach before a place."""
    low = max(after, start - _REACH - max(map(len, _WORDS)))
    line = data[max(data.rfind(b"\n", low, start) + 1, low) : start].lower()
    return any((at := line.rfind(word)) >= 0 and len(line) - at - len(word) <= _REACH for word in _WORDS)
