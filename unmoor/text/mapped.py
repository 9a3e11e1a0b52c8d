"""Decoded text that knows the bytes it came from.

One type for every embedding: shell inside a YAML scalar inside Markdown is a `Mapped` of a `Mapped`. Text and offsets
are UTF-8 bytes throughout, since that is what the parsers take.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from unmoor.model.spans import Span


class Segment(NamedTuple):
    """`text[lo:hi]` came from `source[start:end]`; `copy` if byte for byte, else as one atom (an escape, a fold)."""

    lo: int
    hi: int
    start: int
    end: int
    copy: bool


class Mapped:
    """Decoded `text` and its segments, in order and without gaps in `text` (gaps in the source are allowed)."""

    __slots__ = ("_lows", "segments", "text")

    def __init__(self, text: bytes, segments: Sequence[Segment]) -> None:
        self.text = text
        self.segments = segments
        self._lows = [segment.lo for segment in segments]

    @classmethod
    def whole(cls, source: bytes) -> "Mapped":
        """A file as it is: a byte-order mark stays (parsers skip it and count its bytes)."""
        return cls(source, [Segment(0, len(source), 0, len(source), True)])

    @classmethod
    def build(cls, parts: Iterable[tuple[bytes, int, int]]) -> "Mapped":
        """From (decoded, start, end) parts; a part whose decoded length equals its source length is a copy."""
        chunks: list[bytes] = []
        segments: list[Segment] = []
        at = 0
        for decoded, start, end in parts:
            if not decoded:
                continue
            copy = len(decoded) == end - start
            last = segments[-1] if segments else None
            if copy and last and last.copy and last.end == start:
                segments[-1] = Segment(last.lo, at + len(decoded), last.start, end, True)
            else:
                segments.append(Segment(at, at + len(decoded), start, end, copy))
            chunks.append(decoded)
            at += len(decoded)
        return cls(b"".join(chunks), segments)

    def span(self, lo: int, hi: int) -> Span:
        """The source bytes of `text[lo:hi]`. An end inside an atom widens to the whole atom."""
        if not self.segments:
            return Span(0, 0)
        if lo >= hi:
            at = self._offset(lo, upper=False)
            return Span(at, at)
        return Span(self._offset(lo, upper=False), self._offset(hi, upper=True))

    def _offset(self, at: int, *, upper: bool) -> int:
        index = bisect_right(self._lows, at - 1 if upper else at) - 1
        segment = self.segments[max(index, 0)]
        if segment.copy:
            return min(segment.start + at - segment.lo, segment.end)
        if upper:
            return segment.end
        return segment.start if at < segment.hi else segment.end

    def exact(self, lo: int, hi: int) -> bool:
        """Whether `text[lo:hi]` is one unbroken copy of source bytes, which may be replaced without re-encoding."""
        span = self.span(lo, hi)
        return span.end - span.start == hi - lo and not any(
            not s.copy for s in self.segments if s.lo < hi and lo < s.hi
        )

    def slice(self, lo: int, hi: int) -> "Mapped":
        """The part `text[lo:hi]`, still mapped to the source."""
        parts: list[Segment] = []
        for s in self.segments[max(bisect_right(self._lows, lo) - 1, 0) :]:
            if s.lo >= hi:
                break
            if s.hi <= lo:
                continue
            a, b = max(s.lo, lo), min(s.hi, hi)
            start = s.start + a - s.lo if s.copy else s.start
            end = s.start + b - s.lo if s.copy else s.end
            parts.append(Segment(a - lo, b - lo, start, end, s.copy))
        return Mapped(self.text[lo:hi], parts)

    def compose(self, inner: "Mapped") -> "Mapped":
        """`inner` was decoded from this text; the result is `inner` mapped straight to this text's source."""
        if len(self.segments) == 1 and self.segments[0].copy:
            return inner.shifted(self.segments[0].start)
        segments: list[Segment] = []
        for s in inner.segments:
            if not s.copy:
                segments.append(Segment(s.lo, s.hi, *self.span(s.start, s.end), False))
                continue
            for part in self.slice(s.start, s.end).segments:
                segments.append(Segment(s.lo + part.lo, s.lo + part.hi, part.start, part.end, part.copy))
        return Mapped(inner.text, segments)

    def shifted(self, by: int) -> "Mapped":
        """The same text, its source bytes lying `by` further on (the source is one piece of a larger one)."""
        if by == 0:
            return self
        return Mapped(self.text, [Segment(s.lo, s.hi, s.start + by, s.end + by, s.copy) for s in self.segments])

    def masked(self, lo_hi: Iterable[tuple[int, int]], fill: bytes = b"_") -> "Mapped":
        """The same length of text with some ranges overwritten by `fill`; spans are unchanged. Newlines stay."""
        text = bytearray(self.text)
        for lo, hi in lo_hi:
            for at in range(lo, hi):
                if text[at] not in b"\r\n":
                    text[at] = fill[0]
        return Mapped(bytes(text), self.segments)
