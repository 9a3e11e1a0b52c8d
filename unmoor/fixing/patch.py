"""What a run of fixes would change, as a unified diff that `git apply` takes, and in colour for a terminal."""

import os
import posixpath
import re
from difflib import unified_diff

from unmoor.fixing.plan import Outcome

_COLOURS = {b"+": b"32", b"-": b"31", b"@": b"36"}
_QUOTED = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
_END = b"\\ No newline at end of file\n"


def patch(outcome: Outcome) -> bytes:
    """The diff of every changed and created file, and of every link, by path."""
    made = {path: diff(path, outcome.originals.get(path), outcome.overlay[path]) for path in outcome.changed}
    made |= {path: _header(path, b"120000") + hunks(path, None, aim(path, to), header=True)
             for path, to in outcome.links.items()}  # fmt: skip
    return b"".join(made[path] for path in sorted(made))


def diff(path: str, before: bytes | None, after: bytes, context: int = 3) -> bytes:
    """The diff of one file; `before` None for a file that is made. Bytes and line endings are kept as they are."""
    if before == after:
        return b""
    return _header(path, b"100644" if before is None else b"") + hunks(path, before, after, context, header=True)


def _header(path: str, made: bytes) -> bytes:
    mode = b"new file mode " + made + b"\n" if made else b""
    return b"diff --git " + name("a/", path) + b" " + name("b/", path) + b"\n" + mode


def aim(path: str, target: str) -> bytes:
    """What a symlink at `path` holds, so that it leads to `target`; both relative to the root."""
    return os.fsencode(posixpath.relpath(target, posixpath.dirname(path) or "."))


def hunks(path: str, before: bytes | None, after: bytes, context: int = 3, *, header: bool = False) -> bytes:
    """The hunks of a diff, with or without the two lines that name the file."""
    # latin-1 stands for the bytes themselves: difflib compares text.
    old, new = _lines(before or b""), _lines(after)
    lines = [line.encode("latin-1") for line in unified_diff(old, new, "", "", n=context)][2:]
    body = b"".join(line if line.endswith(b"\n") else line + b"\n" + _END for line in lines)
    if not header or not body:
        return body
    source = b"/dev/null" if before is None else name("a/", path, tab=True)
    return b"--- " + source + b"\n+++ " + name("b/", path, tab=True) + b"\n" + body


def name(prefix: str, path: str, *, tab: bool = False) -> bytes:
    """A path as git writes it: quoted as in C where it holds what would end it, else as it is.

    tab: put one behind a name with blanks, as git does in the lines that could hold a date there.
    """
    raw = prefix.encode() + os.fsencode(path)
    if any(byte < 32 or byte in (34, 92, 127) for byte in raw) or not _utf8(raw):
        text = "".join(f"\\{_QUOTED[b]}" if b in _QUOTED else chr(b) if 31 < b < 127 else f"\\{b:03o}" for b in raw)
        return b'"' + text.encode() + b'"'
    return raw + (b"\t" if tab and b" " in raw else b"")


def _utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes) -> list[str]:
    """Lines as git counts them: only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("latin-1"))


def coloured(diff: bytes) -> bytes:
    """A diff with ANSI colours. Control characters of the file itself are shown, and do nothing."""
    out = []
    for line in _plain(diff).splitlines(keepends=True):
        if line.startswith((b"diff ", b"+++", b"---", b"new file")):
            out.append(b"\x1b[1m" + line.rstrip(b"\n") + b"\x1b[0m\n")
        elif line[:1] in _COLOURS:
            out.append(b"\x1b[" + _COLOURS[line[:1]] + b"m" + line.rstrip(b"\n") + b"\x1b[0m\n")
        else:
            out.append(line)
    return b"".join(out)


def _plain(diff: bytes) -> bytes:
    return re.sub(rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|\r(?!\n)", lambda match: b"^" + bytes([match[0][0] ^ 64]), diff)
