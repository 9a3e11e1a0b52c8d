"""Facts cached by content: one file, read at once, written atomically. A damaged or foreign cache is ignored."""

import contextlib
import os
import tempfile
from collections.abc import Container
from hashlib import blake2b
from pathlib import Path

import msgspec

from unmoor import __version__
from unmoor.model.facts import Facts

_FORMAT = 4
_MOST_BYTES = 256_000_000
_PACKAGE = Path(__file__).parent.parent
# What an unchanged file's facts come from besides its bytes. Their content is a part of the key, so that neither an
# edited scanner nor another installation of the same version ever meets facts that it would not have made itself.
_MAKERS = ("scanners", "text", "syntax", "model", "files")


class Entry(msgspec.Struct, array_like=True, gc=False):
    """What is known of one path: its stat, its content hash, the scanner that read it, its facts (None: nothing in it).

    unread: (line, message) of each region that the scanner did not understand.
    """

    mtime: int
    size: int
    digest: bytes
    scanner: str
    facts: bytes | None
    unread: tuple[tuple[int, str], ...] = ()


class _File(msgspec.Struct, array_like=True, gc=False):
    version: str
    format: int
    makers: bytes
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

    def by_stat(self, path: str, stat: tuple[int, int] | None, scanners: Container[str]) -> Entry | None:
        """The entry, by one of the scanners, of a file whose time and size did not change; it need not be read."""
        entry = self._old.get(path)
        if entry is None or stat is None or (entry.mtime, entry.size) != stat or entry.scanner not in scanners:
            return None
        self._new[path] = entry
        return entry

    def by_content(self, path: str, key: bytes, scanner: str) -> Entry | None:
        """The entry of a file whose bytes did not change (a fresh clone, a touch). Nothing is changed by asking."""
        entry = self._old.get(path)
        return entry if entry is not None and entry.digest == key and entry.scanner == scanner else None

    def put(self, path: str, entry: Entry) -> None:
        """Remember what was read."""
        if self._path is not None:
            self._new[path] = entry
            self._changed = True

    def write(self, *, complete: bool) -> None:
        """Keep it for the next run; what could not be written is not missed. complete: forget paths not seen."""
        if self._path is None or not (self._changed or (complete and len(self._new) != len(self._old))):
            return
        entries = self._new if complete else {**self._old, **self._new}
        data = _encoder.encode(_File(__version__, _FORMAT, _makers(), entries))
        if len(data) > _MOST_BYTES:
            return
        keep(self._path, data)


def keep(path: Path, data: bytes) -> None:
    """Put a file into a folder of caches, atomically; what cannot be written is not missed."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)


def _read(path: Path) -> dict[str, Entry]:
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=_File)
    except (OSError, msgspec.MsgspecError, ValueError):
        return {}
    if (found.version, found.format) != (__version__, _FORMAT) or found.makers != _makers():
        return {}
    return found.entries


def _makers() -> bytes:
    """A hash of the code that makes facts."""
    found = blake2b(digest_size=16)
    for room in _MAKERS:
        for folder, folders, names in os.walk(_PACKAGE / room):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 (at every start)
                        found.update(name.encode() + b"\0" + file.read())
    return found.digest()


def encode(facts: Facts) -> bytes:
    """Facts as they stand in the cache."""
    return _encoder.encode(facts)


def decode(raw: bytes) -> Facts:
    """The reverse. Raises msgspec.MsgspecError for foreign bytes."""
    return _decoder.decode(raw)
