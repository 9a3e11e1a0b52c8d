"""Places in files. Bytes are the one currency; lines and columns are made at the edge (see `unmoor.text.positions`)."""

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of bytes in one file."""

    start: int
    end: int

    def contains(self, other: "Span") -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a byte, or are empty at the same offset."""
        return (self.start < other.end and other.start < self.end) or self == other


class Location(NamedTuple):
    """A span of one file. `path` is relative to the root, with forward slashes."""

    path: str
    span: Span
