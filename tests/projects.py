"""Projects made in memory, for tests of what is linked from facts."""

from typing import Any

from unmoor.config.settings import Settings
from unmoor.files.history import History
from unmoor.model.facts import Facts
from unmoor.project import Project, Tree
from unmoor.scanners import scan, scanner_of


def project_of(files: dict[str, str], **settings: Any) -> Project:
    """A scanned project of files (path → text). settings: keys of `Settings`."""
    data = {path: text.encode() for path, text in files.items()}
    facts: dict[str, Facts] = {}
    for path, source in data.items():
        scanner = scanner_of(path, source[:64])
        if scanner is not None:
            facts[path] = scan(path, source, scanner)
    return Project(Tree(set(files)), facts, Settings(**settings), data.__getitem__, History(None))
