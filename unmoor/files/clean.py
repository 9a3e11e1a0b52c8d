"""Whether files are clean beyond doubt, told from their own bytes: then a hook need not know the repository.

A finding in a file of code comes from a reference or a declaration in it. A file whose scan yields neither cannot have
one, whatever all the others say, so that nothing else need be read, linked or judged.
"""

import os
import stat
from pathlib import Path

from unmoor.files.discovery import foreign

_MOST_FILES = 40  # a longer list is most likely to hold a file that is not clean
_MOST_BYTES = 400_000  # of all of them together; above, parsing them here and once more costs too much
_SILENT = ("constant",)  # declarations that others look up and no linker judges


def clean(root: Path, paths: list[str]) -> bool:
    """Whether no rule of ours can find anything in any of the files. False where that takes more than their bytes."""
    if len(paths) > _MOST_FILES:
        return False
    left = _MOST_BYTES
    for path in paths:
        data = _bytes(f"{root}{os.sep}{path}", left)
        if data is None or not _without_facts(path, data):
            return False
        left -= len(data)
    return True


def _bytes(name: str, most: int) -> bytes | None:
    """The content of a regular file of at most `most` bytes, else None."""
    try:
        found = os.lstat(name)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            return None
        with open(name, "rb", 0) as file:  # noqa: PTH123 (as quick as can be)
            return file.read()
    except OSError:
        return None


def _without_facts(path: str, data: bytes) -> bool:
    """Whether the file's scan yields nothing that a linker judges."""
    if foreign(path) or not data:
        return True
    from unmoor.scanners import scan, scanner_of

    scanner = scanner_of(path, data[:80])
    if scanner is None:
        return True
    if not scanner.anchors or b"unmoor:" in data or b"\0" in data:
        return False
    if not any(anchor in data for anchor in scanner.anchors):
        return True
    try:
        facts = scan(path, data, scanner)
    except Exception:  # the run over the whole repository meets it again and reports it
        return False
    silent = all(declaration.kind in _SILENT for declaration in facts.declarations)
    return silent and not facts.references and not facts.documents and not facts.problems
