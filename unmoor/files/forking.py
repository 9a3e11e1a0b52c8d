"""Work over forked processes: each takes the next piece as soon as it is done with one, and sends its answers back.

`multiprocessing.Pool` takes 5 ms and imports 30 modules for the same, and waits for ever for a worker that was killed.
"""

import os
import select
import signal
import struct
from collections.abc import Callable, Sequence

_FRAME = struct.Struct("<II")  # the number of the piece, the length of the answer behind it
_TOKEN = struct.Struct("<I")
_MOST_TOKENS = 8192  # 32 KiB, less than a pipe holds, so that all can be written before anyone reads


def available() -> bool:
    """Whether this system can fork."""
    return hasattr(os, "fork") and hasattr(select, "poll")


def spread(pieces: Sequence[int], work: Callable[[int], bytes], processes: int) -> dict[int, bytes]:
    """The answer of `work` for every number in `pieces`, which are taken in order by as many processes as asked for.

    A piece whose process died has no answer.
    """
    step = -(-len(pieces) // _MOST_TOKENS) or 1
    groups = [pieces[at : at + step] for at in range(0, len(pieces), step)]
    tokens, feed = os.pipe()
    os.write(feed, b"".join(_TOKEN.pack(number) for number in range(len(groups))))
    os.close(feed)
    children: dict[int, int] = {}  # the pipe that we read from → process
    try:
        for _ in range(min(processes, len(groups))):
            source, sink = os.pipe()
            child = os.fork()
            if child == 0:
                _serve(tokens, sink, groups, work)
            os.close(sink)
            children[source] = child
        return _collect(list(children))
    finally:
        os.close(tokens)
        for source, child in children.items():
            os.close(source)
            _end(child)


def _serve(tokens: int, sink: int, groups: list[Sequence[int]], work: Callable[[int], bytes]) -> None:
    """The life of a child. It ends here, whatever happens: nothing of the parent's may run twice."""
    status = 1
    try:
        with os.fdopen(sink, "wb", 1 << 16) as out:
            while token := os.read(tokens, _TOKEN.size):
                for piece in groups[_TOKEN.unpack(token)[0]]:
                    answer = work(piece)
                    out.write(_FRAME.pack(piece, len(answer)))
                    out.write(answer)
        status = 0
    finally:
        os._exit(status)


def _collect(sources: list[int]) -> dict[int, bytes]:
    received = {source: bytearray() for source in sources}
    poll = select.poll()
    for source in sources:
        poll.register(source, select.POLLIN | select.POLLHUP)
    waiting = len(sources)
    while waiting:
        for source, _ in poll.poll():
            chunk = os.read(source, 1 << 20)
            received[source] += chunk
            if not chunk:
                poll.unregister(source)
                waiting -= 1
    answers: dict[int, bytes] = {}
    for buffer in received.values():
        at = 0
        while at + _FRAME.size <= len(buffer):
            piece, length = _FRAME.unpack_from(buffer, at)
            at += _FRAME.size
            if at + length <= len(buffer):  # else the process died in the midst of it
                answers[piece] = bytes(buffer[at : at + length])
            at += length
    return answers


def _end(child: int) -> None:
    """Wait for a child; one that still works (we were interrupted) is ended."""
    if os.waitpid(child, os.WNOHANG) == (0, 0):
        # Its pipe is at its end or we give up: either way nothing that it could still say is wanted.
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
