"""The summary of `unmoor fix`: what was mended, by rule; what was left, by reason, and what can be done about it."""

from collections import Counter
from collections.abc import Callable, Iterable

from unmoor.cli.terminal import Style
from unmoor.fixing.places import Kind
from unmoor.fixing.plan import Outcome, Refused
from unmoor.model.findings import Finding
from unmoor.text.positions import Lines

# In the order in which they are told: what can be done about it comes first.
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("unsafe", "to be had with --unsafe-fixes; look at them with --diff first"),
    ("shown", "to be chosen with --interactive, since there are several ways out"),
    ("declined", "declined"),
    ("unproven", "tried, but the fix failed its proof"),
    ("none", "without a fix here"),
)

# What can be done where a fix was refused, by how the reason begins; said once for each that occurs.
HINTS: tuple[tuple[str, str], ...] = (
    ("the topology names no service at this address", "name it under `[services]` in .unmoor.toml"),
    ("no resolver function is configured for", "`unmoor generate resolver` writes one"),
    ("there is no example file to add it to", "`unmoor generate env-example` writes one"),
)


def summary(outcome: Outcome, *, written: bool, verbose: bool, read: Callable[[str], bytes], color: bool) -> str:
    """A few lines; with `verbose` every place too."""
    return "\n".join(_Summary(outcome, verbose, read, Style(color)).lines(written))


class _Summary:
    def __init__(self, outcome: Outcome, verbose: bool, read: Callable[[str], bytes], style: Style) -> None:
        self.outcome, self.verbose, self.read, self.style = outcome, verbose, read, style
        self._tables: dict[str, Lines] = {}

    def lines(self, written: bool) -> list[str]:
        outcome, style = self.outcome, self.style
        if not outcome.applied and not outcome.refused:
            return [style("32", "nothing to mend")]
        verb = "mended" if written else "would mend"
        files = number(len(outcome.changed) + len(outcome.links), "file")
        out = [style("1;32", f"{verb} {number(len(outcome.applied), 'finding')}") + f" in {files}"]
        if not outcome.applied:
            out = [style("1", "nothing was mended" if written else "nothing would be mended")]
        out += self._applied()
        if outcome.refused:
            out.append(style("1", f"left {number(len(outcome.refused), 'finding')} as {_be(outcome.refused)}"))
            for kind, words in _KINDS:
                out += self._left([one for one in outcome.refused if one.kind == kind], words, kind)
        reasons = {one.reason for one in outcome.refused if one.kind == "none"}
        out += [f"  {style('32', 'help')}: {start} …: {what}" for start, what in HINTS
                if any(reason.startswith(start) for reason in reasons)]  # fmt: skip
        if outcome.revealed:
            seen = Counter(finding.rule for finding in outcome.revealed)
            rules = ", ".join(f"{rule} ×{n}" if n > 1 else rule for rule, n in _most(seen))
            out.append(f"{style('1', number(len(outcome.revealed), 'finding'))} came to light: {style('2', rules)}")
            if self.verbose:
                out += [f"        {self._place(one)} {one.rule}" for one in outcome.revealed]
        if outcome.problem:
            out.append(f"{style('1;33', 'warning')}: {outcome.problem}")
        return out

    def _applied(self) -> list[str]:
        rules = Counter(item.finding.rule for item in self.outcome.applied)
        out = []
        for rule, count in _most(rules):
            places = [item.finding for item in self.outcome.applied if item.finding.rule == rule]
            paths = {finding.path for finding in places}
            where = next(iter(paths)) if len(paths) == 1 else f"{len(paths)} files"
            out.append(f"  {count:>4}  {self.style('36', rule)}  {self.style('2', where)}")
            if self.verbose:
                out += [f"          {path}" for path in sorted(paths)]
        made = [path for path in self.outcome.changed if self.outcome.originals.get(path) is None]
        out += [f"  {self.style('32', 'new')}   {path}" for path in made]
        out += [f"  {self.style('32', 'link')}  {path} -> {target}" for path, target in self.outcome.links.items()]
        return out

    def _left(self, refused: list[Refused], words: str, kind: Kind) -> list[str]:
        if not refused:
            return []
        out = [f"  {len(refused):>4}  {words}"]
        if kind in ("unsafe", "shown", "declined"):
            return [*out, *self._reason(refused, "")]
        for reason, _ in _most(Counter(one.reason for one in refused)):
            out += self._reason([one for one in refused if one.reason == reason], reason)
        return out

    def _reason(self, refused: list[Refused], reason: str) -> list[str]:
        rules = ", ".join(f"{rule} ×{n}" if n > 1 else rule for rule, n in _most(Counter(_rules(refused))))
        text = f"{reason}  {self.style('2', rules)}" if reason else self.style("2", rules)
        out = [f"        {len(refused):>4} × {text}" if reason else f"        {text}"]
        if self.verbose:
            out += [f"              {self._place(one.finding)} {one.finding.rule}" for one in refused]
        return out

    def _place(self, finding: Finding) -> str:
        """`path:line:column` as the file is now."""
        path = finding.path
        if path not in self._tables:
            after = self.outcome.overlay.get(path)
            self._tables[path] = Lines(after if after is not None else self.read(path))
        line, column = self._tables[path].position(finding.span.start)
        return f"{path}:{line}:{column}"


def _rules(refused: list[Refused]) -> Iterable[str]:
    return (one.finding.rule for one in refused)


def _most(counts: "Counter[str]") -> list[tuple[str, int]]:
    """Commonest first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _be(refused: list[Refused]) -> str:
    return "it was" if len(refused) == 1 else "they were"


def number(count: int, word: str) -> str:
    """ "1 file", "2 files"."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
