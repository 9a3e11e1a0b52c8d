"""Whether a changed file reads as well as before: the same grammar, no new error in it."""

import ast
import re
import warnings

from unmoor.syntax.grammars import MAX_BYTES, errors, parse

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
        return _scripts_worse(before, after)
    if not name or len(after) > MAX_BYTES or (name == "yaml" and after.count(b"\n") > _YAML_ROWS):
        return ""
    fresh = errors(parse(name, after))
    if fresh and len(fresh) > len(errors(parse(name, before))):
        line = after.count(b"\n", 0, fresh[0][0]) + 1
        return f"line {line} would no longer parse as {name}"
    return _python_worse(before, after) if name == "python" else ""


def _scripts_worse(before: bytes, after: bytes) -> str:
    def count(source: bytes) -> int:
        return sum(len(errors(parse("typescript", match.group(2)))) for match in _SCRIPT.finditer(source))

    return "the script would no longer parse" if count(after) > count(before) else ""


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
