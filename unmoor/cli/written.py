"""Where `unmoor fix` puts what it has to say: the tree, stdout, files (`-o`), and stderr for people."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmoor.cli.place import Place
from unmoor.cli.terminal import say, use_color
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.fixing import Outcome

_BY_ENDING = {".json": "json", ".patch": "patch", ".diff": "patch"}


class Writing:
    """What the command line asks for. Raises UserError at once for a file that has no format."""

    def __init__(self, place: Place, values: dict[str, Any], read: Callable[[str], bytes]) -> None:
        self._values, self._read, self._stdin = values, read, place.overlay
        self._targets = [_target(item) for item in values["output"]]
        # Whether the tree is to be changed at all.
        self.wanted = not (
            values["diff"] or values["dry_run"] or values["output_format"] != "text" or self._stdin is not None
        )

    def show(self, outcome: "Outcome") -> None:
        """All of it."""
        from unmoor.cli.mended import summary
        from unmoor.fixing.patch import coloured, patch

        values = self._values
        for name, path in self._targets:
            _to_file(path, self._rendered(outcome, name))
            if not values["quiet"]:
                say(f"wrote {path}")
        if values["output_format"] != "text":
            _to_stdout(self._rendered(outcome, values["output_format"]))
            return
        if values["diff"]:
            text = patch(outcome)
            _to_stdout(coloured(text) if use_color(values["color"]) else text)
        elif self._stdin is not None:
            for path, before in self._stdin.items():
                _to_stdout(outcome.overlay.get(path, before))
        if not values["quiet"]:
            color = use_color(values["color"], sys.stderr)
            say(summary(outcome, written=self.wanted, verbose=values["verbose"], read=self._read, color=color))

    def _rendered(self, outcome: "Outcome", name: str) -> bytes:
        from unmoor.fixing.json_v1 import render
        from unmoor.fixing.patch import patch

        return patch(outcome) if name == "patch" else render(outcome, self._read, written=self.wanted)


def _target(item: str) -> tuple[str, str]:
    """(format, path) of `[FORMAT:]FILE`."""
    name, colon, path = item.partition(":")
    if colon and name in _BY_ENDING.values():
        if not path:
            raise UserError(f"-o {item}: no file behind the colon")
        return name, path
    format_ = _BY_ENDING.get(Path(item).suffix.lower())
    if not format_:
        raise UserError(f"-o {item}: which format?", help=f"put it in front: -o json:{item}, -o patch:{item}")
    return format_, item


def _to_stdout(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _to_file(path: str, data: bytes) -> None:
    if path == "-":
        _to_stdout(data)
        return
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise UserError(f"-o {path}: cannot be written", error.strerror or str(error)) from None
