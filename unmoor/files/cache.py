"""Facts cached by content: one file, read at once, written atomically. A damaged or foreign cache is ignored."""

import contextlib
import os
import tempfile
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import msgspec

from unmoor import __version__
from unmoor.model.facts import Facts

_FORMAT = 3
_MOST_BYTES = 256_000_000


class Entry(msgspec.Struct, array_like=True, gc=False):
    """What is known of one path: stat, content hash, the scanner that read it, its facts (None: nothing in it)."""

    mtime: int
    size: int
    digest: bytes
    scanner: str
    facts: bytes | None  # not `Raw`: in a union with None it takes nothing but None


class _File(msgspec.Struct, array_like=True, gc=False):
    version: str
    format: int
    entries: dict[str, Entry]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Facts)


def digest(data: bytes) -> bytes:
    """The identity of a content."""
    return blake2b(data, digest_size=16).digest()


class Cache:
    """The facts of an earlier run. `path` None: nothing is read or kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._old: dict[str, Entry] = {}
        self._new: dict[str, Entry] = {}
        self._changed = False
        if path is not None:
            self._old = _read(path)

    def by_stat(self, path: str, stat: tuple[int, int] | None, scanner: str) -> Entry | None:
        """The entry of a file whose time and size did not change; its bytes need not be read."""
        entry = self._old.get(path)
        if entry is None or stat is None or (entry.mtime, entry.size) != stat or entry.scanner != scanner:
            return None
        self._new[path] = entry
        return entry

    def by_content(self, path: str, stat: tuple[int, int] | None, key: bytes, scanner: str) -> Entry | None:
        """The entry of a file whose bytes did not change (a fresh clone, a touch)."""
        entry = self._old.get(path)
        if entry is None or entry.digest != key or entry.scanner != scanner:
            return None
        if stat is not None:
            entry = Entry(*stat, key, scanner, entry.facts)
            self._changed = True
        self._new[path] = entry
        return entry

    def put(self, path: str, stat: tuple[int, int] | None, key: bytes, scanner: str, facts: bytes | None) -> None:
        """Remember what was read. `facts` are encoded; None means that no anchor stood in the file."""
        if self._path is not None and stat is not None:
            self._new[path] = Entry(*stat, key, scanner, facts)
            self._changed = True

    def write(self, *, complete: bool) -> None:
        """Keep it for the next run; what could not be written is not missed. complete: forget paths not seen."""
        if self._path is None or not (self._changed or (complete and len(self._new) != len(self._old))):
            return
        entries = self._new if complete else {**self._old, **self._new}
        data = _encoder.encode(_File(_version(), _FORMAT, entries))
        if len(data) > _MOST_BYTES:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            ignore = self._path.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(self._path)


def _read(path: Path) -> dict[str, Entry]:
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError, ValueError):
        return {}
    return found.entries if (found.version, found.format) == (_version(), _FORMAT) else {}


@lru_cache(1)
def _version() -> str:
    """The program's version, and when the code that makes facts last changed: in a checkout it does so unversioned."""
    package = Path(__file__).parent.parent
    folders = ("scanners", "syntax", "text", "model")
    times = [path.stat().st_mtime_ns for folder in folders for path in (package / folder).resolve().rglob("*.py")]
    return f"{__version__}/{max(times, default=0)}"


def encode(facts: Facts) -> bytes:
    """Facts as they stand in the cache."""
    return _encoder.encode(facts)


def decode(raw: bytes) -> Facts:
    """The reverse. Raises msgspec.MsgspecError for foreign bytes."""
    return _decoder.decode(raw)
