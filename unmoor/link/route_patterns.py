"""Route patterns of different frameworks, brought to one form, and whether one covers a path."""

import re
from functools import lru_cache

_PARAMETER = re.compile(r":\w+[*+?]?|\{[^}]*\}|<[^>]*>|\[\[?\.{0,3}\w+\]?\]|\$\{[^}]*\}|\*+")


@lru_cache(8192)
def expression(pattern: str, *, prefix: bool = False) -> re.Pattern[str]:
    """A regular expression for a pattern: `:id`, `{id}`, `<int:id>`, `[id]`, `[...all]`, `*`. prefix: all below too."""
    out, at = [], 0
    text = "/" + pattern.strip().strip("^").lstrip("/").rstrip("$")
    for match in _PARAMETER.finditer(text):
        out.append(re.escape(text[at : match.start()]))
        token = match.group()
        wide = token.endswith(("*", "+")) or "..." in token or ":path}" in token or token.startswith(("<path", "{*"))
        out.append(".*" if wide else "[^/]+")
        at = match.end()
    out.append(re.escape(text[at:]).rstrip("/"))
    tail = "(?:/.*)?" if prefix else "/?"
    return re.compile("".join(out) + tail + r"\Z")


def sample(path: str) -> str:
    """A called path as one concrete path: without query, its substitutions as one segment."""
    bare = re.split(r"[?#]", re.sub(r"\$\{[^}]*\}|\{[^}]*\}", "x", path))[0]
    return re.sub(r"/+", "/", bare)


def of_file(path: str) -> str:
    """The route that a Next.js file serves (`app/**/route.ts`, `pages/api/**`), or "" for any other file."""
    match = re.search(r"(?:^|/)(?:src/)?app/(.*?/?)route\.[jt]sx?$", path)
    if match:
        parts = [p for p in match.group(1).strip("/").split("/") if p and not re.match(r"^[(@]", p)]
        return "/" + "/".join(parts)
    match = re.search(r"(?:^|/)(?:src/)?pages/(api(?:/.*)?)\.[jt]sx?$", path)
    if match:
        return "/" + match.group(1).removesuffix("/index")
    return ""
