"""Whether an edit has business where it is: on its finding's line, in an import, or as an addition that takes nothing.

What a person reviews is a diff; a line in it that is neither what was found nor what the rewrite needs is one too many.
"""

import re

from unmoor.model.findings import Edit
from unmoor.model.spans import Location

# The beginnings of statements that bring names in.
_IMPORT = re.compile(rb"\s*(import\b|from\s+[\w.]+\s+import\b|export\s*[{*]|(const|let|var)\s.*=\s*require\()")
_OPEN = re.compile(rb"\s*(import\b[^'\"\n]*\{[^}]*|from\s+[\w.]+\s+import\s*\([^)]*)\Z", re.DOTALL)


def stray(at: Location, edit: Edit, source: bytes) -> bool:
    """Whether an edit of `source` neither touches the lines of the finding, nor only adds, nor is about an import.

    source: the bytes of the edit's file.
    """
    if edit.span.start == edit.span.end:
        return False  # it adds, and takes nothing
    start, end = lines_of(source, edit.span.start, edit.span.end)
    if edit.path == at.path:
        first, last = lines_of(source, at.span.start, at.span.end)
        if start < last and first < end:
            return False
    return not (_IMPORT.match(source, start) or _OPEN.search(source, max(start - 4000, 0), start))


def lines_of(source: bytes, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole lines, the last line's ending included."""
    head = source.rfind(b"\n", 0, start) + 1
    tail = source.find(b"\n", max(end - 1, start))
    return head, len(source) if tail < 0 else tail + 1
