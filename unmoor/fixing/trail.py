"""From the text that a pass saw back to the file as it was: the place in the original, and one set of edits of it."""

from msgspec import Struct

from unmoor.fixing.plan import Outcome
from unmoor.model.findings import Edit
from unmoor.model.spans import Span
from unmoor.text.edits import compose


class Trail(Struct):
    """What each pass made of each file, as edits of the original."""

    steps: list[dict[str, list[Edit]]]

    @classmethod
    def of(cls, outcome: Outcome) -> "Trail":
        """The trail of a run."""
        steps: list[dict[str, list[Edit]]] = [{}]
        for turn in range(1, outcome.passes + 1):
            now, wanted = dict(steps[-1]), _wanted(outcome, turn)
            for path, edits in wanted.items():
                now[path] = compose(outcome.originals[path] or b"", now.get(path, []), edits)
            steps.append(now)
        return cls(steps)

    def edits(self, path: str) -> list[Edit]:
        """What the whole run did to a file, as edits of the original that touch nowhere."""
        return self.steps[-1].get(path, [])

    def origin(self, path: str, span: Span, turn: int | None = None) -> Span:
        """A span of the file before pass `turn` (None: after the last), in the original.

        What a fix has written lies where it was put.
        """
        edits = self.steps[-1 if turn is None else turn - 1].get(path, [])
        return Span(_back(edits, span.start, end=False), _back(edits, span.end, end=True))


def _wanted(outcome: Outcome, turn: int) -> dict[str, list[Edit]]:
    wanted: dict[str, list[Edit]] = {}
    for item in outcome.applied:
        if item.turn != turn:
            continue
        for path, content in item.fix.creates:
            if outcome.originals.get(path) is None:
                wanted[path] = [Edit(path, Span(0, 0), outcome.render(content))]
        for edit in item.fix.edits:
            wanted.setdefault(edit.path, []).append(edit)
    return wanted


def _back(edits: list[Edit], at: int, *, end: bool) -> int:
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        written = len(edit.text.encode())
        if at < start:
            break
        if at < start + written or (at == start + written and end):
            return edit.span.end if end else edit.span.start
        shift += written - (edit.span.end - edit.span.start)
    return at - shift
