"""Colour, width and progress of a terminal. stderr is for people, stdout for findings."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

DELAY = 0.5  # seconds of silence before progress is shown


def use_color(
    choice: str = "auto", stream: IO[Any] | None = None, environment: Mapping[str, str] | None = None
) -> bool:
    """flag > NO_COLOR (not empty) > FORCE_COLOR/CLICOLOR_FORCE > CLICOLOR=0/TERM=dumb > whether it is a terminal."""
    env = os.environ if environment is None else environment
    if choice != "auto":
        return choice == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR", "0") not in ("", "0") or env.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    if env.get("CLICOLOR") == "0" or env.get("TERM") == "dumb":
        return False
    return (sys.stdout if stream is None else stream).isatty()


def paint(text: str, code: str) -> str:
    """A text for stderr, coloured where that is wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if use_color(stream=sys.stderr) else text


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 40)).columns


def say(text: str) -> None:
    """A line for people."""
    print(text, file=sys.stderr)  # noqa: T201


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[None]:
    """A line on stderr while work takes longer than half a second; on a terminal only, never under CI.

    A timer signal and not a thread, since scanning forks and a fork must find no thread that holds a lock.
    """
    ci = any(os.environ.get(name) for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"))
    if quiet or ci or not sys.stderr.isatty() or not hasattr(signal, "setitimer"):
        yield
        return
    began, shown, owner = time.monotonic(), [False], os.getpid()

    def tick(number: int, frame: object) -> None:
        if os.getpid() == owner:
            shown[0] = True
            elapsed = time.monotonic() - began
            dot = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[int(elapsed * 10) % 10]
            sys.stderr.write(f"\r\x1b[2K{dot} {label} {elapsed:.1f} s")
            sys.stderr.flush()

    before = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, DELAY, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if shown[0]:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


class Style:
    """Colours for one stream, or none: `style("1;31", "error")`."""

    def __init__(self, color: bool) -> None:
        self.color = color

    def __call__(self, code: str, text: str) -> str:
        """The text in a colour of ECMA-48."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text
