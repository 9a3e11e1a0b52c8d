"""What git told of the past, kept beside the facts: the past of a commit never changes, and asking takes seconds."""

import subprocess
import time
from functools import cached_property
from pathlib import Path

import msgspec

from unmoor.files.cache import keep
from unmoor.files.history import SECONDS, History


class _Answers(msgspec.Struct, array_like=True):
    """head: the commit asked at, and whether the clone is shallow. answers: arguments of git → what it wrote."""

    head: bytes
    answers: dict[str, bytes]


class Remembered(History):
    """A history that asks git once a commit. `store`: the file that keeps the answers."""

    def __init__(self, root: Path, store: Path) -> None:
        super().__init__(root)
        self._store = store

    @cached_property
    def _head(self) -> bytes:
        command = ["git", "-C", str(self.root), "rev-parse", "HEAD", "--is-shallow-repository"]
        try:
            run = subprocess.run(command, capture_output=True, check=False)
        except OSError:
            return b""
        return run.stdout if run.returncode == 0 else b""

    @cached_property
    def _known(self) -> dict[str, bytes]:
        try:
            found = msgspec.msgpack.decode(self._store.read_bytes(), type=_Answers)
        except (OSError, msgspec.MsgspecError, ValueError):
            return {}
        return found.answers if found.head == self._head else {}

    def _git(self, *arguments: str) -> bytes:
        if arguments[0] != "log" or not self._head:
            return super()._git(*arguments)
        question = "\0".join(arguments)
        if question not in self._known:
            began = time.monotonic()
            answer = super()._git(*arguments)
            if time.monotonic() - began >= SECONDS:
                return answer  # it was cut short: another time it may be whole
            self._known[question] = answer
            keep(self._store, msgspec.msgpack.encode(_Answers(self._head, self._known)))
        return self._known[question]
