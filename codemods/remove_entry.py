"""An entry that nothing needs goes, with its line; only where the line holds nothing else."""

import re

from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span

_DOTENV = re.compile(r"\s*(?:#\s*)?(?:export\s+)?[\w.-]+\s*=\s*(?:[^\"'\r\n]*|\"[^\"\r\n]*\"|'[^'\r\n]*')\s*(?:#.*)?")
_COMMAND = re.compile(rb"(?m)^[ \t]*(?:case|if|for|while|esac|fi|done|\.|source|alias)(?:[ \t]|$)")
_YAML_ITEM = re.compile(r"\s*-\s+[^\s&*!|>{\[-][^\r\n]*")
_YAML_PAIR = re.compile(r"\s*[\w.\"'/-]+\s*:\s+[^\s&|>{\[][^\r\n]*|\s*[\w.\"'/-]+\s*:\s*")


def fix(request: Request) -> Fix | Refusal:
    """Remove the line of the finding."""
    source, span, path = request.source, request.finding.span, request.finding.path
    start = source.rfind(b"\n", 0, span.start) + 1
    end = source.find(b"\n", span.end)
    line = source[start : len(source) if end < 0 else end].decode().rstrip("\r")
    if source.count(b"\n", span.start, span.end):
        return Refusal("it goes over several lines")
    yaml = path.endswith((".yml", ".yaml"))
    if yaml:
        refusal = _yaml_refusal(source, start, line, end)
        if refusal:
            return Refusal(refusal)
    elif not _DOTENV.fullmatch(line):
        return Refusal("the line holds more than this entry")
    elif _COMMAND.search(source):
        return Refusal("the file is a script")
    lo, hi = (start, end + 1) if end >= 0 else (_line_before(source, start), len(source))
    if not yaml and end >= 0:
        lo, hi = _with_heading(source, lo, hi)
    return Fix("remove it", request.applicability, (Edit(path, Span(lo, hi), ""),))


def _with_heading(source: bytes, lo: int, hi: int) -> tuple[int, int]:
    """With the comment above it where that is of nothing else, and one of the blank lines that would meet."""
    above = source[:lo].splitlines(keepends=True)
    below = source[hi : hi + 200].splitlines(keepends=True)
    if below and below[0].strip():
        return lo, hi
    heading = 0
    while heading < len(above) and above[-1 - heading].lstrip().startswith(b"#"):
        heading += 1
    rest = above[: len(above) - heading]
    if (rest and rest[-1].strip()) or b"=" in b"".join(above[len(above) - heading :]):
        return lo, hi  # it goes on above, or a variable that is commented out stands there
    lo -= sum(len(line) for line in above[len(rest) :])
    if rest and below:
        hi += len(below[0])
    return lo, hi


def _line_before(source: bytes, start: int) -> int:
    """Of a last line without a line break, the break before it goes instead."""
    return start - (2 if source[start - 2 : start] == b"\r\n" else 1 if start else 0)


def _yaml_refusal(source: bytes, start: int, line: str, end: int) -> str:
    if not (_YAML_ITEM.fullmatch(line) or _YAML_PAIR.fullmatch(line)):
        return "the line holds more than this entry"
    indent = len(line) - len(line.lstrip())
    after = source[end + 1 :].decode("utf-8", "replace").splitlines() if end >= 0 else []
    before = source[:start].decode("utf-8", "replace").splitlines()
    following = next((one for one in after if one.strip() and not one.lstrip().startswith("#")), "")
    if following and len(following) - len(following.lstrip()) > indent:
        return "other entries hang on it"
    previous = next((one for one in reversed(before) if one.strip() and not one.lstrip().startswith("#")), "")
    alone = len(previous) - len(previous.lstrip()) < indent or (previous.rstrip().endswith(":") and _item(line))
    last = len(following) - len(following.lstrip()) < indent or (_item(line) and not _item(following))
    return "it is the only entry of its list" if alone and last else ""


def _item(line: str) -> bool:
    return line.lstrip().startswith("- ")
