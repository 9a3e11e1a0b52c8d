"""`.dockerignore`, as BuildKit reads it: patterns from the context's root, the last match wins, `!` lets through again.

Format: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

import re
from functools import lru_cache
from typing import NamedTuple


class Pattern(NamedTuple):
    """One line: its regular expression, whether it lets through again, the text, the 1-based line number."""

    regex: re.Pattern[str]
    again: bool
    text: str
    line: int


class DockerIgnore:
    """The patterns of one ignore file; an empty one drops nothing."""

    def __init__(self, source: str = "") -> None:
        self.patterns: list[Pattern] = []
        for number, line in enumerate(source.lstrip("\ufeff").splitlines(), 1):
            text = line.strip()
            if not text or line.startswith("#"):
                continue
            again = text.startswith("!")
            cleaned = _clean(text[1:].strip() if again else text)
            if cleaned:
                self.patterns.append(Pattern(_compile(cleaned), again, text, number))

    def drops(self, path: str) -> Pattern | None:
        """The pattern that keeps a file (relative to the context) out of it, or None. A parent's match counts."""
        culprit: Pattern | None = None
        places = _with_parents(path)
        for pattern in self.patterns:
            if pattern.again != (culprit is not None):
                continue  # an exclusion matters only while it is let in, and the reverse
            if any(pattern.regex.fullmatch(place) for place in places):
                culprit = None if pattern.again else pattern
        return culprit


def _clean(text: str) -> str:
    parts: list[str] = []
    for part in text.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if parts:
                parts.pop()
            continue
        parts.append(part)
    return "/".join(parts)


def _with_parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


@lru_cache(1024)
def _compile(pattern: str) -> re.Pattern[str]:
    out = ""
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            out, at = out + ".*", at + 2
        elif pattern[at] == "*":
            out, at = out + "[^/]*", at + 1
        elif pattern[at] == "?":
            out, at = out + "[^/]", at + 1
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            body = pattern[at + 1 : end]
            negated = body.startswith(("^", "!"))
            body = body[1:] if negated else body
            out += "[" + ("^" if negated else "") + body.replace("\\", "\\\\").replace("[", "\\[") + "]"
            at = end + 1
        elif pattern[at] == "\\" and at + 1 < len(pattern):
            out, at = out + re.escape(pattern[at + 1]), at + 2
        else:
            out, at = out + re.escape(pattern[at]), at + 1
    try:
        return re.compile(out, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))
