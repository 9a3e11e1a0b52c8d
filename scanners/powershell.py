"""PowerShell and batch files, by lexing only."""

from unmoor.model.facts import Facts
from unmoor.scanners.unit import Unit


def scan(unit: Unit) -> Facts:
    """The facts of a script."""
    return Facts()
