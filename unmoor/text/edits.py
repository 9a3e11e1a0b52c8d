"""Applying edits to one source. Pure: bytes in, bytes out."""

from collections.abc import Iterable

from unmoor.model.findings import Edit, Fix


def newline(source: bytes) -> str:
    """The file's dominant line ending, for inserted lines."""
    crlf = source.count(b"\r\n")
    return "\r\n" if crlf * 2 > source.count(b"\n") else "\n"


def apply(source: bytes, edits: Iterable[Edit]) -> bytes:
    """The source with every edit made. Everything outside the spans stays byte for byte.

    Raises ValueError if two edits overlap or one lies outside the source. Insertions at one place keep their order.
    """
    out: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if not at <= edit.span.start <= edit.span.end <= len(source):
            raise ValueError(f"edit {edit.span} overlaps another or lies outside {edit.path}")
        out.append(source[at : edit.span.start])
        out.append(edit.text.encode())
        at = edit.span.end
    out.append(source[at:])
    return b"".join(out)


def compatible(chosen: Iterable[Fix], candidate: Fix) -> bool:
    """Whether a fix can go in beside the chosen ones in one pass.

    Identical edits (the import that two fixes both need) are one edit; overlapping or touching ones must wait.
    """
    taken = {edit for fix in chosen for edit in fix.edits}
    for edit in candidate.edits:
        if edit in taken:
            continue
        for other in taken:
            if other.path == edit.path and other.span.start <= edit.span.end and edit.span.start <= other.span.end:
                return False
    return True
