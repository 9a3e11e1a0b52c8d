"""Shell commands that code runs: `execSync('docker …')`, `spawn('docker', ['exec', …])`, zx's `$`."""

import re

from tree_sitter import Node

from unmoor.model.facts import Facts
from unmoor.scanners import scan_embedded
from unmoor.scanners.ecmascript import names
from unmoor.scanners.ecmascript.calls import callee_of
from unmoor.scanners.ecmascript.literals import literal
from unmoor.scanners.ecmascript.source import Chain, Source, arguments
from unmoor.text.mapped import Mapped, Segment

_BARE = re.compile(rb"^[\w@%+=:,./${}-]+$")


def commands(source: Source, chain: Chain) -> tuple[Facts, list[Node]]:
    """The facts of the command that a call runs, and the literals that were read as a part of it."""
    node = chain[-1].node
    callee = callee_of(source, node)
    holder = node.child_by_field_name("arguments")
    if holder is not None and holder.type == "template_string":
        if callee not in ("$", "$$", "zx.$", "Bun.$", "shell"):
            return Facts(), []
        given = [holder]
    elif not names.EXEC.search(callee) or _is_regex_exec(source, callee):
        return Facts(), []
    else:
        given = arguments(node)
    if not given:
        return Facts(), []
    first = literal(source, given[0])
    if first is None:
        return Facts(), []
    parts = [given[0]]
    text, layer = first.text, first.layer
    if len(given) > 1 and given[1].type == "array":
        parts += [argument for argument in given[1].named_children if argument.type != "comment"]
        text, layer = _joined(source, parts), "js:arguments"
    runtime = source.unit.runtime
    return scan_embedded("shell", source.unit.inner(text, layer, cwd=None, runtime=runtime, role="")), parts


def _is_regex_exec(source: Source, callee: str) -> bool:
    """`pattern.exec(text)` runs no command."""
    receiver, _, method = callee.rpartition(".")
    return (
        method == "exec"
        and bool(receiver)
        and not re.search(r"(?:child_process|cp|shell|shelljs|proc|childProcess|sh)$", receiver)
    )


def _joined(source: Source, nodes: list[Node]) -> Mapped:
    """The words of an argument list as one command line, quoted where they need it."""
    text = bytearray()
    segments: list[Segment] = []

    def put(made: bytes, at: int) -> None:
        segments.append(Segment(len(text), len(text) + len(made), at, at, False))
        text.extend(made)

    for node in nodes:
        found = literal(source, node)
        word = found.text if found is not None else Mapped.build([(b"${_}", node.start_byte, node.end_byte)])
        bare = bool(_BARE.match(word.text))
        if text:
            put(b" ", node.start_byte)
        if not bare:
            put(b"'", node.start_byte)
        for s in word.segments:
            segments.append(Segment(s.lo + len(text), s.hi + len(text), s.start, s.end, s.copy))
        text.extend(word.text.replace(b"'", b"_"))
        if not bare:
            put(b"'", node.end_byte)
    return Mapped(bytes(text), segments)
