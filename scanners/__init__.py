"""Scanners: one module a language. Each turns a text into facts and knows nothing of rules or of other files.

A scanner module offers `scan(unit: Unit) -> Facts`. It never raises on any bytes: what it cannot read is a `Problem`.
"""

import re
from importlib import import_module
from typing import NamedTuple

from unmoor.model.facts import Facts
from unmoor.scanners.unit import Unit


class Scanner(NamedTuple):
    """A registered language.

    module: below this package. files: a pattern on the file name (or on the whole path if it holds a slash).
    anchors: bytes of which one must stand in a file for it to be worth parsing; () means always (declaring files).
    version: goes up when the facts of an unchanged file change; a part of the cache key.
    """

    name: str
    module: str
    files: str
    anchors: tuple[bytes, ...]
    version: int


_CODE = (b"://", b"localhost", b"127.0.0.1", b"env", b"0.0.0.0", b"docker", b"/api", b"192.168.", b"10.", b"100.",
         b"172.", b"/home/", b"/Users/", b"host", b"port", b"fetch", b"axios", b"listen")

# First match wins. The order is part of the table: specific names stand before general suffixes.
SCANNERS: tuple[Scanner, ...] = (
    Scanner("dockerfile", "dockerfile", r"(?i)^(.*\.)?(dockerfile|containerfile)([._-].*)?$", (), 1),
    Scanner(
        "dotenv",
        "dotenv",
        r"(?i)^(?!.*\.([cm]?[jt]sx?|vue|pyi?|go|rb|rs|php|java|kt|cs|mdx?|ya?ml|json|toml|lock|sh)$)(.*\.env([._-].*)?|env\.(template|example|sample)|\.flaskenv|dot-?env.*)$",
        (),
        1,
    ),
    Scanner("makefile", "makefile", r"(?i)^(gnu)?makefile(\..*)?$|\.mk$", (), 1),
    Scanner("justfile", "justfile", r"(?i)^\.?justfile$|\.just$", (), 1),
    Scanner("procfile", "procfile", r"^Procfile(\..*)?$", (), 1),
    Scanner("crontab", "crontab", r"(?i)(^|[._-])cron(tab)?$|\.cron$", (), 1),
    Scanner(
        "nginx",
        "nginx",
        r"(?i)nginx.*\.(conf|template|conf\.template|tpl)$|^.*nginx.*/.*\.(conf|template|tpl)(\.template)?$|(^|/)(sites-(available|enabled)/[^/]+|conf\.d/([^/.]+|[^/]+\.(conf|template|tpl)))$",
        (),
        1,
    ),
    Scanner("caddyfile", "caddyfile", r"(?i)^caddyfile(\..*)?$|\.caddy(file)?$", (), 1),
    Scanner("yaml", "yaml", r"(?i)\.ya?ml(\.(tmpl|tpl|template|example|dist|j2|disabled))?$", (), 1),
    Scanner("json", "json", r"(?i)\.(json|jsonc|json5|webmanifest)$", (), 1),
    Scanner("toml", "toml", r"(?i)\.toml$", (), 1),
    Scanner("hcl", "hcl", r"(?i)\.(tf|tfvars|hcl)$", (), 1),
    Scanner("markdown", "markdown", r"(?i)\.(md|mdx|markdown)$", (), 1),
    Scanner("asciidoc", "asciidoc", r"(?i)\.(adoc|asciidoc)$", (), 1),
    Scanner(
        "shell", "shell", r"(?i)\.(sh|bash|zsh|ksh|bats|command)$|^\.(bashrc|profile|envrc)$|^\.husky/[^/_.]+$", (), 1
    ),
    Scanner("powershell", "powershell", r"(?i)\.(ps1|psm1|bat|cmd)$", (), 1),
    Scanner("typescript", "ecmascript", r"(?i)\.(ts|mts|cts)$", _CODE, 1),
    Scanner("tsx", "ecmascript", r"(?i)\.tsx$", _CODE, 1),
    Scanner("javascript", "ecmascript", r"(?i)\.(js|jsx|mjs|cjs)$", _CODE, 1),
    Scanner("component", "component", r"(?i)\.(vue|svelte|astro)$", _CODE, 1),
    Scanner("markup", "markup", r"(?i)\.(html?|jinja2?|j2|ejs|erb|hbs|njk|liquid)$", _CODE, 1),
    Scanner("python", "python", r"(?i)\.(py|pyi)$", _CODE, 1),
    Scanner("go", "go", r"(?i)\.go$", _CODE, 1),
    Scanner("java", "java", r"(?i)\.(java|kt|kts)$", _CODE, 1),
    Scanner("literals", "literals", r"(?i)\.(cs|rb|php|rs|scala|swift|dart|ex|exs|lua)$", _CODE, 1),
    Scanner("properties", "properties", r"(?i)\.(properties|ini|cfg|conf|service)$", (), 1),
)
_PATTERNS = tuple((re.compile(scanner.files), "/" in scanner.files, scanner) for scanner in SCANNERS)


def scanner_of(path: str, head: bytes = b"") -> Scanner | None:
    """The scanner that takes a path (relative to the root), or None. `head`: the first bytes, for a shebang."""
    name = path.rpartition("/")[2]
    for pattern, _, scanner in _PATTERNS:
        if pattern.search(name) or ("/" in pattern.pattern and pattern.search(path)):
            return scanner
    if head.startswith(b"#!"):
        return _by_shebang(head.partition(b"\n")[0])
    return None


def _by_shebang(line: bytes) -> Scanner | None:
    for word, name in ((b"sh", "shell"), (b"python", "python"), (b"node", "javascript")):
        if re.search(rb"\b[a-z]*" + word + rb"[0-9.]*\b", line):
            return by_name(name)
    return None


def by_name(name: str) -> Scanner:
    """The registered scanner of a name. Raises KeyError if there is none."""
    for scanner in SCANNERS:
        if scanner.name == name:
            return scanner
    raise KeyError(name)


def scan(path: str, data: bytes, scanner: Scanner) -> Facts:
    """The facts of one file."""
    facts: Facts = import_module(f"unmoor.scanners.{scanner.module}").scan(Unit.of(path, data))
    return facts


def scan_embedded(language: str, unit: Unit) -> Facts:
    """The facts of a text in another language inside a file ("shell", "json", "typescript", …); none if unknown."""
    try:
        scanner = by_name(language)
    except KeyError:
        return Facts()
    facts: Facts = import_module(f"unmoor.scanners.{scanner.module}").scan(unit)
    return facts
