"""Folders that a script computes: its own, the one above a known one, the checkout's root.

`$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." &> /dev/null && pwd)/lib` is read from the inside out: each part that
is known becomes a mark that holds a folder from the root, until the word begins with one.
"""

import re
from collections.abc import Mapping
from posixpath import join, normpath

_SCRIPT, _OPEN, _CLOSE, _UNKNOWN = "\ue000", "\ue001", "\ue002", "\ue003"

_TICKS = re.compile(r"`([^`]*)`")
_OWN = re.compile(r"\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?(?::-\$\{?0\}?)?\}?)(?!\w)")
_BESIDE = re.compile(r"\$\{(?:BASH_SOURCE(?:\[0\])?|0)%/\*\}")
_TOP = re.compile(r"\$\(\s*git(?:\s+-C\s+\S+)?\s+rev-parse --show-toplevel[^)]*\)")
_PWD = re.compile(r"\$\(\s*pwd(?:\s+-P)?\s*\)|\$\{PWD\}|\$PWD\b")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_SILENT = r"\s*(?:\d?&?>\s*(?:/dev/null|&\d)\s*)*"
_REAL = re.compile(
    rf'\$\(\s*(?:realpath|g?readlink)(?:\s+-[\w-]+)*\s+"?(?:(?P<own>{_SCRIPT})|{_OPEN}(?P<of>[^{_CLOSE}]*){_CLOSE}"?(?P<on>[^\s"()]*))"?{_SILENT}\)'
)
_DIRNAME = re.compile(
    rf'\$\(\s*dirname(?:\s+--)?\s+"?(?:(?P<own>{_SCRIPT})|{_OPEN}(?P<of>[^{_CLOSE}]*){_CLOSE}"?(?P<on>[^\s"()]*))"?{_SILENT}\)'
)
_CD = re.compile(
    rf'\$\(\s*(?:builtin\s+)?cd(?:\s+-[-LP]+)?\s+"?{_OPEN}(?P<of>[^{_CLOSE}]*){_CLOSE}"?(?P<on>[^\s"();&>]*)"?{_SILENT}'
    rf'(?:(?:&&|;)\s*cd\s+"?(?P<then>[\w./-]+)"?{_SILENT})?(?:&&|;)\s*pwd(?:\s+-[LP])?\s*\)'
)
_HERE = re.compile(r'^"?(?:\$\(\s*pwd|\$\{?PWD|`\s*pwd)\b')
_BEGINS = re.compile(rf'^"?{_OPEN}(?P<folder>[^{_CLOSE}]*){_CLOSE}"?(?P<rest>(?:/.*)?)$', re.S)


def anchor(value: str, home: str | None, cwd: str | None, folders: Mapping[str, str]) -> tuple[str | None, str] | None:
    """(folder from the root or None if it is not known, rest) of a word that begins with a computed folder.

    home: the script's own folder. folders: what shell variables hold. None: it begins with nothing of that kind.
    """
    if not value.startswith(("$", '"$', "`")):
        return None
    text = _TICKS.sub(r"$(\1)", value)
    text = _OWN.sub(_SCRIPT, _BESIDE.sub(_mark(home), text))
    text = _PWD.sub(_mark(cwd), _TOP.sub(_mark(""), text))
    text = _VARIABLE.sub(lambda m: _mark(folders[name]) if (name := m[1] or m[2]) in folders else m[0], text)
    before = ""
    while before != text:
        before = text
        text = _REAL.sub(lambda m: m["own"] or _mark(_moved(m["of"], m["on"])), text)
        text = _DIRNAME.sub(lambda m: _mark(home) if m["own"] else _mark(_moved(m["of"], m["on"], "..")), text)
        text = _CD.sub(lambda m: _mark(_moved(m["of"], m["on"], m["then"] or "")), text)
    match = _BEGINS.match(text)
    if match is None:
        return None
    folder = None if match["folder"] == _UNKNOWN else match["folder"]
    return folder, match["rest"].lstrip("/")


def moves_along(value: str) -> bool:
    """Whether the folder that a word begins with is the one that the script stands in, wherever it was started."""
    return bool(_HERE.match(value))


def _mark(folder: str | None) -> str:
    return _OPEN + (_UNKNOWN if folder is None else folder) + _CLOSE


def _moved(folder: str, *steps: str) -> str | None:
    """The folder after `cd`s, or None where it leaves the checkout or is not known."""
    if folder == _UNKNOWN or any(re.search(r"[$*?]", step) for step in steps):
        return None
    path = normpath(join(folder or ".", *(step.lstrip("/") or "." for step in steps)))
    if path == ".." or path.startswith("../"):
        return None
    return "" if path == "." else path
