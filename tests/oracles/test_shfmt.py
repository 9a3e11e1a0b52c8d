"""Words of shell scripts against shfmt's syntax tree."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from unmoor.scanners import commands
from unmoor.scanners.unit import Unit

SHFMT = shutil.which("shfmt") or shutil.which("shfmt", path=str(Path(sys.executable).parent))
pytestmark = pytest.mark.oracle
SCRIPTS = [
    'docker exec -it "$C" sh -c \'a "b" c\' && curl -f http://h:1/${X:-y}?q=1 "a b"c\'d\'\n',
    'x=$(cat "$f" | grep \'a b\') y="${a[@]}" cmd --flag="v w" $\'a\\nb\' a\\ b `date` $((1 + 2)) {a,b} ~/x\n',
    'if [ -f "a b" ]; then echo "$(echo "in $(pwd)")" >out 2>&1; fi\nfor s in a \'b c\'; do docker logs "$s"; done\n',
    'curl -d \'{"a": "b"}\' -H "X: y" http://localhost:3000/a?b=c#d | jq \'.x[0]\' || true\n',
]


def calls(node: Any) -> Iterator[list[tuple[int, int]]]:
    """(start, end) of the words of every simple command."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            if current.get("Type") == "CallExpr" and current.get("Args"):
                yield [(a["Pos"]["Offset"], a["End"]["Offset"]) for a in current["Args"]]
            stack += current.values()
        elif isinstance(current, list):
            stack += current


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_simple_commands(script: str) -> None:
    assert SHFMT is not None
    tree = json.loads(
        subprocess.run([SHFMT, "--to-json"], input=script, capture_output=True, text=True, check=True).stdout
    )
    found = list(calls(tree))
    assert found
    for bounds in found:
        lo, hi = bounds[0][0], bounds[-1][1]
        raw = script.encode()
        ours = [
            (w.lo, w.hi)
            for w in commands.split(Unit.of("x.sh", raw), lo, hi)
            if not raw[w.lo : w.hi].startswith((b">", b"2>"))
        ]
        assert ours == bounds
