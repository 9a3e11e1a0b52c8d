"""Masks: source that a grammar is known to misread, overwritten by something of the same length that it reads.

Each is a bug of the pinned grammar, reported upstream (docs/design.md, "Parsers").
"""

import re
from collections.abc import Callable

_EXPORT_TYPE = re.compile(rb"\bexport\s+type(?=\s*\*)")
_TYPEOF_IMPORT = re.compile(rb"(?<=<)typeof (?=import\()")
_JSX_TEXT_AMP = re.compile(rb"&(?!\w+;|#\d+;|#x[0-9a-fA-F]+;)")
_JSX_ATTRIBUTE = re.compile(rb"=\s*(\"[^\"\n]*&[^\"\n]*\"|'[^'\n]*&[^'\n]*')")
_JSX_TEXT = re.compile(rb">[^<>{}()=;\n]*&[^<>{}()=;\n]*<")



def _amp(match: "re.Match[bytes]") -> bytes:
    return _JSX_TEXT_AMP.sub(b"+", match.group())


def _ecmascript(source: bytes) -> bytes:
    if b"export" in source and b"*" in source:
        source = _EXPORT_TYPE.sub(lambda m: b"export" + b" " * (len(m.group()) - 6), source)
    if b"<typeof import(" in source:
        source = _TYPEOF_IMPORT.sub(b"       ", source)
    if b"&" in source and b"<" in source:
        source = _JSX_TEXT.sub(_amp, _JSX_ATTRIBUTE.sub(_amp, source))
    return source


_MASKS: dict[str, Callable[[bytes], bytes]] = {
    "typescript": _ecmascript,
    "tsx": _ecmascript,
    "javascript": _ecmascript,
}


def mask(name: str, source: bytes) -> bytes:
    """The source as the grammar `name` can read it; the length never changes."""
    function = _MASKS.get(name)
    if function is None:
        return source
    masked = function(source)
    assert len(masked) == len(source)
    return masked
