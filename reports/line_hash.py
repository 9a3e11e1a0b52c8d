"""CodeQL's `primaryLocationLineHash`, by which GitHub tells whether an alert is an old one.

A rolling polynomial hash of the hundred characters from the start of a line, blanks left out, and a counter among equal
hashes; from github/codeql-action, `src/fingerprints.ts`. Characters are UTF-16 units, as in JavaScript.
"""

from array import array

_BLOCK = 100
_MOD = 37
_MASK = (1 << 64) - 1
_FIRST = pow(_MOD, _BLOCK, 1 << 64)
_TAB, _LF, _CR, _SPACE, _EOF = 9, 10, 13, 32, 65535


def line_hashes(source: bytes) -> dict[int, str]:
    """1-based line → hash, for every line of a file."""
    units, lines = _units(source)
    units.extend([0] * _BLOCK)
    hashes: dict[int, str] = {}
    counts: dict[int, int] = {}
    value, filled = 0, 0
    for start, line in lines:
        while filled < start + _BLOCK:
            gone = units[filled - _BLOCK] if filled >= _BLOCK else 0
            value = (value * _MOD + units[filled] - _FIRST * gone) & _MASK
            filled += 1
        counts[value] = counts.get(value, 0) + 1
        hashes[line] = f"{value:x}:{counts[value]}"
    return hashes


def _units(source: bytes) -> tuple["array[int]", list[tuple[int, int]]]:
    """The characters that count, closed by CodeQL's own end mark, and (index, line) of the first one of each line."""
    wide = array("H")
    wide.frombytes(source.decode("utf-8", "replace").encode("utf-16-le", "surrogatepass"))
    kept = array("H")
    lines: list[tuple[int, int]] = []
    line, fresh, after_cr = 0, True, False
    wide.append(_EOF)
    for unit in wide:
        if unit in (_SPACE, _TAB) or (after_cr and unit == _LF):
            after_cr = False
            continue
        after_cr = unit == _CR
        if fresh:
            line += 1
            lines.append((len(kept), line))
        fresh = unit in (_LF, _CR)
        kept.append(_LF if unit == _CR else unit)
    return kept, lines
