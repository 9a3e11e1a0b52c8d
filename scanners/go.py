"""Go: addresses, os.Getenv and its kin, listeners. Read by tokens: Go's strings and calls need no more."""

from unmoor.model.facts import Facts
from unmoor.scanners.lexical import Tongue, read
from unmoor.scanners.unit import Unit

GO = Tongue(
    "go",
    comment=rb"//[^\n]*|/\*.*?(?:\*/|\Z)",
    raw=rb"`[^`]*`",
    string=rb"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n]){1,10}'",
)


def scan(unit: Unit) -> Facts:
    """The facts of a Go source."""
    return read(unit, GO)
