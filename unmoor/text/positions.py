"""Lines and columns for people. Lines and columns are 1-based, columns count characters, offsets are bytes."""

from bisect import bisect_right


class Lines:
    """The line table of one source. A byte that is not UTF-8 counts as one character."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        starts, at = [0], source.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = source.find(b"\n", at + 1)
        self.starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of a byte offset; an offset past the end gives the place behind the last character."""
        offset = max(0, min(offset, len(self._source)))
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        before = self._source[start:offset].decode("utf-8", "replace")
        return line, len(before.lstrip("\ufeff") if line == 1 else before) + 1

    def line(self, offset: int) -> int:
        """1-based line of a byte offset."""
        return bisect_right(self.starts, max(0, min(offset, len(self._source))))

    def text(self, line: int) -> str:
        """A line without its ending, for an excerpt; "" outside the file."""
        if not 1 <= line <= len(self.starts):
            return ""
        end = self.starts[line] if line < len(self.starts) else len(self._source)
        raw = self._source[self.starts[line - 1] : end].decode("utf-8", "replace")
        return raw.rstrip("\r\n").lstrip("\ufeff" if line == 1 else "")

    def offset(self, line: int) -> int:
        """Byte offset at which a 1-based line begins; the end of the file for a line behind the last."""
        return self.starts[line - 1] if line <= len(self.starts) else len(self._source)
