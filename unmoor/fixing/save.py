"""Putting a run on disk: all of it, or nothing."""

from pathlib import Path

from unmoor.files.writing import expect, link, remove, write
from unmoor.fixing.plan import Outcome
from unmoor.model.errors import UserError


def save(root: Path, outcome: Outcome) -> list[str]:
    """Write the outcome; the paths written. Raises UserError, with the tree as it was, if one may not be written."""
    for path in outcome.changed:
        expect(root, path, outcome.originals[path])
    done: list[str] = []
    try:
        for path in outcome.changed:
            write(root, path, outcome.overlay[path], outcome.originals[path])
            done.append(path)
        for path, target in outcome.links.items():
            link(root, path, target)
            done.append(path)
    except BaseException as fault:  # Ctrl-C too
        _take_back(root, outcome, done)
        if isinstance(fault, OSError):
            raise UserError(
                f"{fault.filename or root} cannot be written", fault.strerror or str(fault), "nothing was changed"
            ) from fault
        raise
    return done


def _take_back(root: Path, outcome: Outcome, done: list[str]) -> None:
    for path in reversed(done):
        before = outcome.originals.get(path)
        if before is None:
            remove(root, path)
        else:
            write(root, path, before, outcome.overlay[path])
