"""Path patterns, as .gitignore and Ruff read them: `*` stays in a folder, `**` crosses, a bare name fits anywhere."""

import re
from functools import lru_cache


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path relative to the root: the file itself, or a folder above it."""
    return _compile(pattern).match(path) is not None


@lru_cache(1024)
def _compile(pattern: str) -> re.Pattern[str]:
    anchored = "/" in pattern.rstrip("/")
    body = translate(pattern.strip("/"))
    return re.compile(("" if anchored else "(?:.*/)?") + body + r"(?:/.*)?\Z", re.S)


def translate(pattern: str) -> str:
    """The regular expression of one pattern, without anchors."""
    out, at = [], 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif pattern[at] == "*":
            out.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            out.append("[^/]")
            at += 1
        elif pattern[at] == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            inner = pattern[at + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + inner[1:] if inner[0] in "!^" else inner) + "]")
            at = end + 1
        elif pattern[at] == "{" and "}" in pattern[at:]:
            end = pattern.index("}", at)
            out.append("(?:" + "|".join(translate(part) for part in pattern[at + 1 : end].split(",")) + ")")
            at = end + 1
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return "".join(out)
