"""Whether a changed file reads as well as before: the same grammar, no new error in it."""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from unmoor.syntax.grammars import MAX_BYTES, errors, parse
from unmoor.syntax.tags import Tag, tags

_BY_SUFFIX = (
    (r"\.(ts|mts|cts)$", "typescript"),
    (r"\.tsx$", "tsx"),
    (r"\.(js|jsx|mjs|cjs)$", "javascript"),
    (r"\.ya?ml$", "yaml"),
    (r"\.(sh|bash|zsh|ksh|bats)$", "shell"),
    (r"\.pyi?$", "python"),
    (r"\.(tf|tfvars|hcl)$", "hcl"),
    (r"\.(json|jsonc|json5|webmanifest)$", "json"),
    (r"\.go$", "go"),
    (r"\.(java)$", "java"),
)
_SCRIPT = re.compile(rb"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_YAML_ROWS = 32_000  # the pinned YAML grammar miscounts rows above 32,767


def grammar_of(path: str) -> str:
    """The grammar that reads a path, or "" where there is none (Dockerfile, dotenv, Markdown: any text is valid)."""
    return next((name for pattern, name in _BY_SUFFIX if re.search(pattern, path, re.IGNORECASE)), "")


def worse(path: str, before: bytes, after: bytes) -> str:
    """Why the file reads worse than before, or "". A file that was broken may stay as broken as it was."""
    if after.count(b"\0") > before.count(b"\0"):
        return "a NUL byte was written"
    name = grammar_of(path)
    if path.endswith((".vue", ".svelte", ".astro")):
        return _component_worse(path.rpartition(".")[2], before, after)
    if not name or len(after) > MAX_BYTES or (name == "yaml" and after.count(b"\n") > _YAML_ROWS):
        return ""
    fresh = errors(parse(name, after))
    if fresh and len(fresh) > len(errors(parse(name, before))):
        line = after.count(b"\n", 0, fresh[0][0]) + 1
        return f"line {line} would no longer parse as {name}"
    return _python_worse(before, after) if name == "python" else ""


def _component_worse(language: str, before: bytes, after: bytes) -> str:
    """By its scripts, and by the code in its template's attributes, of which none may get lost."""
    if _faults(_scripts(language, after)) > _faults(_scripts(language, before)):
        return "the script would no longer parse"
    old, new = list(tags(before, language)), list(tags(after, language))
    if len(new) < len(old) or sum(len(t.attributes) for t in new) < sum(len(t.attributes) for t in old):
        return "the template would no longer read as it did"
    if _faults(_bound(language, after, new)) > _faults(_bound(language, before, old)):
        return "an expression of the template would no longer parse"
    return ""


def _faults(sources: Iterable[bytes]) -> int:
    return sum(len(errors(parse("typescript", source))) for source in sources)


def _scripts(language: str, source: bytes) -> Iterator[bytes]:
    front = _FRONT.match(source) if language == "astro" else None
    if front is not None:
        yield front.group(1)
    for match in _SCRIPT.finditer(source, front.end() if front is not None else 0):
        yield match.group(2)


def _bound(language: str, source: bytes, found: list[Tag]) -> Iterator[bytes]:
    for tag in found:
        for name, _, lo, hi, quote in tag.attributes:
            if quote in ("{", "`") or (language == "vue" and name.startswith((":", "v-bind:"))):
                around = 1 if quote == "`" else 0
                yield b"(" + source[lo - around : hi + around] + b")"


def _python_worse(before: bytes, after: bytes) -> str:
    """The running Python's own parser sees what the grammar lets pass: `from __future__` too late, a stray quote."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(before, "<before>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except (SyntaxError, ValueError):
            return ""
        try:
            compile(after, "<after>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as fault:
            return f"Python would refuse it: {fault}"
    return ""
