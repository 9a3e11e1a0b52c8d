"""`unmoor fix --interactive`: the finding, why it is one, what its fix would change, and a key to press."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from unmoor.cli.terminal import Style
from unmoor.fixing.loop import Preview
from unmoor.fixing.patch import coloured, hunks
from unmoor.model.errors import UserError
from unmoor.model.findings import Finding, Fix, Refusal
from unmoor.text.positions import Lines
from unmoor.text.secrets import clean

_HELP = """\
  y  make this change
  n  leave this finding as it is
  1… make the change of that number
  a  make this change, and that of every finding of the same rule from here on
  d  leave this rule alone from here on
  s  leave the rest of this file as it is
  q  ask no more; what was said yes to is made
  Ctrl-C  stop; nothing is made
  ?  print this
"""
_SEVERITY = {"error": "1;31", "warning": "1;33", "note": "1;36"}


def refuse_without_terminal() -> None:
    """Raises UserError where there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UserError(
            "--interactive needs a terminal",
            "stdin or stderr is none",
            "`unmoor fix --diff` shows the changes; --rule and --path narrow them",
        )


class Asking:
    """The questions of one run. What holds for more than one finding is remembered."""

    def __init__(self, color: bool) -> None:
        self._style, self._color = Style(color), color
        self._all: set[str] = set()
        self._none: set[str] = set()
        self._files: set[str] = set()
        self._stopped = False

    def __call__(self, finding: Finding, fixes: list[Fix], preview: Preview) -> Fix | Refusal:
        """Which of the fixes to make."""
        if self._stopped:
            return Refusal("not asked")
        if finding.rule in self._none or finding.path in self._files:
            return Refusal("declined")
        if finding.rule in self._all and fixes[0].applicability != "display-only":
            return fixes[0]
        self._show(finding, fixes, preview)
        while True:
            answer = self._answer(finding, fixes)
            if answer is not None:
                return answer

    def _answer(self, finding: Finding, fixes: list[Fix]) -> Fix | Refusal | None:
        """None: ask again."""
        key = self._press(fixes)
        if key == "?":
            click.echo(_HELP, err=True, nl=False)
            return None
        if key.isdigit():
            return fixes[int(key) - 1]
        if key == "a":
            self._all.add(finding.rule)
        elif key == "d":
            self._none.add(finding.rule)
        elif key == "s":
            self._files.add(finding.path)
        elif key == "q":
            self._stopped = True
            return Refusal("not asked")
        return fixes[0] if key in "ya" else Refusal("declined")

    def _press(self, fixes: list[Fix]) -> str:
        numbers = [str(number) for number in range(1, min(len(fixes), 9) + 1)] if len(fixes) > 1 else []
        keys = [*"yn", *numbers, *"adsq?"]
        with _keys() as press:
            click.echo(self._style("1;34", f"Make this change? [{','.join(keys)}] "), err=True, nl=False)
            while True:
                key = press().lower()
                if key in ("\x03", "\x04", ""):
                    raise KeyboardInterrupt
                if key in keys:
                    click.echo(key, err=True)
                    return key

    def _show(self, finding: Finding, fixes: list[Fix], preview: Preview) -> None:
        style, first = self._style, preview(fixes[0])
        source = first.get(finding.path, (None, b""))[0]
        place = finding.path
        if source is not None:
            line, column = Lines(source).position(finding.span.start)
            place = f"{place}:{line}:{column}"
        severity = finding.severity.name
        head = f"{style(_SEVERITY[severity], f'{severity}[{finding.rule}]')} {style('1', clean(finding.message))}"
        click.echo(f"\n{head}\n  {style('34', '-->')} {_visible(place)}", err=True)
        for reason in finding.reasons:
            click.echo(f"  {style('34', '=')} {clean(reason.text)}", err=True)
        for number, fix in enumerate(fixes, 1):
            mark = f"{number} " if len(fixes) > 1 else ""
            sure = {"safe": "", "unsafe": " (unsafe)", "display-only": " (for you to judge)"}[fix.applicability]
            click.echo(f"{style('32', f'{mark}{clean(fix.title)}')}{style('2', sure)}", err=True)
            self._changes(fix, first if number == 1 else preview(fix))

    def _changes(self, fix: Fix, changes: dict[str, tuple[bytes | None, bytes]]) -> None:
        most = max(os.get_terminal_size(2).lines - 12, 12) if sys.stderr.isatty() else 40
        for path, (before, after) in changes.items():
            text = hunks(path, before, after, context=1)
            lines = text.splitlines(keepends=True)
            if before is None or len(changes) > 1:
                click.echo(self._style("1", f"  {'new file ' if before is None else ''}{_visible(path)}"), err=True)
            shown = b"".join(lines[:most])
            click.echo((coloured(shown) if self._color else shown), err=True, nl=False)
            if len(lines) > most:
                click.echo(self._style("2", f"  … {len(lines) - most} more lines"), err=True)
        for path, target in fix.links:
            click.echo(self._style("1", f"  new link {_visible(path)} -> {_visible(target)}"), err=True)


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """Single keys from the terminal, without their echo; what was typed ahead is kept."""
    try:
        import termios
        import tty
    except ImportError:
        yield click.getchar
        return
    before = termios.tcgetattr(0)
    tty.setcbreak(0, termios.TCSADRAIN)
    try:
        yield lambda: os.read(0, 1).decode("latin-1")
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _visible(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode() if path.isprintable() else repr(path)[1:-1]
