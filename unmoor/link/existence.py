"""Whether a path that a text names is there, seen from the folders it may be meant from; and what need not be there.

A path is *there*, *unknowable* (a placeholder, computed, outside the repository, built, ignored by git, made by a
command or by hand), or *missing*. Only `missing` is ever reported.
"""

import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from unmoor.files.discovery import foreign
from unmoor.project import Project, Tree, normalise

# Folders that tools make. One that the repository itself holds is not an output.
OUTPUTS = frozenset(
    {
        "dist",
        "build",
        "out",
        "output",
        "outputs",
        "target",
        "node_modules",
        "bower_components",
        ".next",
        ".nuxt",
        ".output",
        ".svelte-kit",
        ".astro",
        ".vercel",
        ".netlify",
        ".turbo",
        ".cache",
        "cache",
        "coverage",
        "htmlcov",
        "venv",
        ".venv",
        "env",
        "virtualenv",
        ".tox",
        ".nox",
        "__pycache__",
        "obj",
        "release",
        "releases",
        "debug",
        "generated",
        "gen",
        "tmp",
        "temp",
        ".tmp",
        "logs",
        "log",
        "report",
        "reports",
        "test-results",
        "results",
        "playwright-report",
        "allure-results",
        "artifacts",
        "storybook-static",
        "site-packages",
        ".git",
        ".terraform",
        "_site",
        "_build",
        "public-build",
        "backups",
        "backup",
        "uploads",
        "downloads",
        "dumps",
        "screenshots",
        "vendor",
        "cmake-build-debug",
        ".gradle",
        ".mvn",
        ".idea",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        "lib64",
        "publish",
        "standalone",
        ".parcel-cache",
        ".docusaurus",
        ".vitepress",
        "letsencrypt",
        "certs",
    }
)
# What programs write, or what a reader brings: its absence from the repository says nothing.
_WRITTEN = re.compile(
    r"(?i)(\.(jar|war|ear|class|o|a|exe|msi|dll|so|dylib|pyc|wasm|log|pid|sock|tar|tgz|gz|bz2|xz|zip|7z|whl|deb|rpm|dmg|apk"
    r"|aab|ipa|bak|dump|sqlite3?|db|rdb|pem|key|crt|cer|cert|csr|p12|pfx|jks|keystore|kdbx|asc|gpg|out|iso|img|vhdx?|wim"
    r"|parquet|onnx|pt|pth|bin|safetensors|gguf|tfstate|tfplan|pub|lock|kubeconfig|ovpn)|[-_.]backup\.\w+|-SNAPSHOT[\w.-]*|-runner)$"
)
_BY_HAND = re.compile(
    r"(?i)(^|/)(\.env(\.[\w.-]+)?|[\w.-]*\.env|env\.sh|\.netrc|\.npmrc|\.pgpass|\.htpasswd|id_(rsa|ed25519|ecdsa)[\w.]*"
    r"|[\w.-]*(credential|secret|service[-_]?account|api[-_]?key|token|password|private[-_]?key)s?[\w.-]*"
    r"|[\w.-]*\.local(\.[\w.-]+)?|[\w-]*override\.[\w.]+|terraform\.tfvars|\S+\.auto\.tfvars|kubeconfig|local\.\w+"
    r"|settings\.local\.json|config\.local\.\w+)$"
)
_EXAMPLE = re.compile(r"(?i)(^|/)(\.?env|[\w-]*\.env)(\.[\w-]+)?[._-](example|sample|template|dist|tmpl)(\.\w+)?$")
_STANDIN = re.compile(
    r"(?i)(^|[/_.-])(path[-_]?to|to[-_]file|foo|bar|baz|qux|xxx+|yyyy|placeholder"
    r"|todo|changeme|dummy|acme|name[-_]of|file[-_]?name|topic[-_]name|file\d+|dir[-_]?name|project[-_]?name|service[-_]?name|new)"
    r"([-_/.]|$)|(^|[/_.-])(your|my|mine|some|any)([-_/]|$)|(^|/)(example|sample)s?\.\w+$|(^|/)(?-i:XX+|NNN+|N|X|[A-Z]{2,}_[A-Z_]+)(/|\.|$)|\.{3}|…"
)
_HOLES = re.compile(r"[<>{}$%`|]|\(\(|\)\)|\[[A-Z_ -]{2,}\]")
_ALTERNATIVES = re.compile(r"(?<!\$)\{[\w./-]*(?:,[\w./-]*)+\}")
_GLOB = re.compile(r"[*?]|\[[^\]]+\]")
_SUFFIX = re.compile(r"(::.*|:\d+(?:[:-]\d+)?|#L\d+(?:-L?\d+)?|#[\w.-]*|\?[\w=&.%-]*)$")
_TWINS = (
    ".example",
    ".sample",
    ".template",
    ".tmpl",
    ".dist",
    ".tpl",
    ".default",
    "-example",
    "-sample",
    "-template",
    ".in",
    ".j2",
)


class Sought(NamedTuple):
    """state: "there", "unknowable" or "missing". path: where it is, or was expected, from the root. why: in words."""

    state: str
    path: str
    why: str


def seek(project: Project, value: str, bases: Sequence[str], made: "Made | None" = None) -> Sought:
    """Look for a path from each folder in turn. The first base is the one that a miss is reported for."""
    cleaned = clean(value)
    if not cleaned or unknowable(cleaned):
        return Sought("unknowable", "", unknowable(cleaned) or "empty")
    if _HOLES.search(_ALTERNATIVES.sub("", cleaned)):
        return Sought("unknowable", "", "computed")
    for base in bases:
        found = find(project.tree, cleaned, base)
        if found is not None:
            return Sought("there", found, "")
    expected = [path for base in bases if (path := normalise(cleaned, base)) is not None]
    if not expected or _beside(project.tree, cleaned):
        return Sought("unknowable", "", "outside the repository")
    for path in expected:
        if why := excused(project, path, cleaned, made):
            return Sought("unknowable", path, why)
    return Sought("missing", _likeliest(project.tree, expected), "")


def _beside(tree: Tree, path: str) -> bool:
    """Whether a path climbs into a folder of which the repository has none: a checkout beside this one."""
    parts = path.split("/")
    climbed = [part for part in parts if part not in ("..", ".")]
    return parts[0] == ".." and len(climbed) > 1 and not any(f.rpartition("/")[2] == climbed[0] for f in tree.folders)


def _likeliest(tree: Tree, expected: list[str]) -> str:
    """Of the places where a path could have been, the one of whose folders most are there."""
    return max(expected, key=lambda path: _depth_there(tree, path))  # the first of equals


def _depth_there(tree: Tree, path: str) -> float:
    """How much of a path is there: the share of its folders that exist."""
    folders = path.rstrip("/").split("/")[:-1]
    there = 0
    while there < len(folders) and "/".join(folders[: there + 1]) in tree.folders:
        there += 1
    return there / len(folders) if folders else 0.0


def clean(value: str) -> str:
    """The path alone: quotes, line numbers, anchors, test ids gone; backslashes as slashes; percent escapes decoded."""
    text = value.strip().strip("\"'`")
    if "\\" in text and "/" not in text:
        text = text.replace("\\", "/")
    text = _SUFFIX.sub("", text)
    return unquote(text) if "%" in text else text


def unknowable(path: str) -> str:
    """Why a path says nothing of the tree whatever it holds: "" if it may be looked for."""
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:[/\\]", path):
        return "outside the repository"
    if "://" in path or path.startswith(("@", "-", "#", "mailto:", "data:")):
        return "no path"
    if path in (".", "..", "./", "../", "-"):
        return "no path"
    return ""


def find(tree: Tree, path: str, base: str) -> str | None:
    """Where a path (or a glob that matches something) is, seen from a folder; None if nowhere."""
    if "{" in path and "}" in path:
        return next((hit for one in _braces(path) if (hit := find(tree, one, base)) is not None), None)
    joined = normalise(path, base)
    if joined is None:
        return None
    if tree.has(joined):
        return joined
    if _GLOB.search(joined) or "..." in joined:
        return _match(tree, joined)
    return None


def _match(tree: Tree, pattern: str) -> str | None:
    pattern = pattern.removesuffix("/...").removesuffix("...") or "*"
    head = _GLOB.split(pattern, maxsplit=1)[0]
    if head == pattern:
        return pattern if tree.has(pattern.rstrip("/")) else None
    regex = _glob_regex(pattern.rstrip("/"))
    for known in (tree.files, tree.folders):
        for path in known:
            if path.startswith(head) and regex.fullmatch(path):
                return path
    return None


@lru_cache(1024)
def _glob_regex(pattern: str) -> re.Pattern[str]:
    """`*` stays within a folder, `**` crosses folders."""
    text = translate(pattern.replace("**/", "\1").replace("**", "\2").replace("*", "\3"))
    text = text.replace("\1", "(?:.*/)?").replace("\2", ".*").replace("\3", "[^/]*")
    return re.compile(text)


def _braces(path: str) -> Iterator[str]:
    match = re.search(r"\{([^{}]*)\}", path)
    if not match or "," not in match.group(1):
        return
    for part in match.group(1).split(","):
        one = path[: match.start()] + part + path[match.end() :]
        yield from _braces(one) if "{" in one else [one]


def excused(project: Project, path: str, written: str, made: "Made | None" = None) -> str:
    """Why a path that is not there need not be: "" if nothing excuses it. `path` is from the root."""
    tree = project.tree
    if standin(written):
        return "a stand-in"
    if output(tree, path):
        return "built or written by a program"
    if not _EXAMPLE.search(path):  # which exists to be in git
        if by_hand(tree, path):
            return "made by hand from its example, or secret"
        if ignored(tree, path) and not tree.has(project.history.renamed(path) or "/"):
            return "ignored by git"
    if made is not None and (made.has(path, written) or made.written(path)):
        return "made by a command"
    return ""


def standin(written: str) -> bool:
    """Whether the text is a placeholder or a syntax sample rather than a name."""
    return bool(_HOLES.search(written) or _STANDIN.search(written))


def output(tree: Tree, path: str) -> bool:
    """Whether a path lies in a folder that a tool makes (and the repository does not hold), or is of a written kind."""
    if _WRITTEN.search(path.rstrip("/")) or path.endswith("_/husky.sh"):
        return True
    parts = path.rstrip("/").split("/")
    for end, part in enumerate(parts, 1):
        if part.lower() in OUTPUTS and "/".join(parts[:end]) not in tree.folders:
            return True
    return False


def by_hand(tree: Tree, path: str) -> bool:
    """Whether a person makes the file: from an example beside it, or since it holds what must not be in git."""
    path = path.rstrip("/")
    if _BY_HAND.search(path) and "compose" not in path.rpartition("/")[2]:
        return True
    head, _, name = path.rpartition("/")
    prefix = f"{head}/" if head else ""
    stem, dot, ending = name.partition(".")
    names = [name + twin for twin in _TWINS]
    names += [f"{stem}{twin}{dot}{ending}" for twin in _TWINS]
    names += [f"{word}{joint}{name}" for word in ("example", "sample", "template") for joint in (".", "-", "_")]
    return any(prefix + twin in tree.files for twin in names)


def ignored(tree: Tree, path: str) -> bool:
    """Whether git ignores the path, as a file or as a folder."""
    path = path.rstrip("/")
    return tree.ignored(path) or tree.ignored(path + "/x")


_PROGRAMS = re.compile(r"(?i)\.(py|js|mjs|cjs|rb|pl|groovy|gradle)$")
_WRITE = re.compile(
    rb"[\"']w[b+]?[\"']|[Ww]rite|>>?\s*[\w\"'$./]|\btee\b|\bcurl\b|\bwget\b|\bcp\b|\bmv\b|to_(sql|csv|json|parquet)"
    rb"|\.save|savefig|[Dd]ownload|dump\(|extractall|mkdir"
)
_DATA = re.compile(
    r"(?i)\.(sql|csv|json|jsonl|txt|xml|ya?ml|toml|ini|conf|html?|png|jpe?g|svg|pdf|md|env|properties|tsv|avro|avsc|dat)$"
)
_ENDING = re.compile(rb"[\"']\.([A-Za-z]\w{0,7})[\"']")
_STEM = re.compile(rb"[\"']([\w-]+)[\"']")
_TOKEN = re.compile(rb"[\w-][\w.-]*\.[A-Za-z][\w]{0,8}\b")


class Made:
    """Files and folders that commands make, by scripts anywhere and by the page or script at hand."""

    def __init__(self, project: Project) -> None:
        self._by_file: dict[str, list[tuple[str, int]]] = {}
        self._anywhere: set[str] = set()
        for path, declaration in project.declarations("path"):
            name = clean(declaration.name).removeprefix("./").rstrip("/")
            if not name or (name.startswith("/") and len(name) < 2):
                continue
            self._by_file.setdefault(path, []).append((name, declaration.span.start))
            self._anywhere.add(name.rpartition("/")[2])
        self._here = ""
        self._project = project

    @cached_property
    def _written(self) -> tuple[set[bytes], list[tuple[set[bytes], set[bytes]]]]:
        """What programs of the repository that write files speak of: file names, and stems beside a lone ending."""
        names: set[bytes] = set()
        halves: list[tuple[set[bytes], set[bytes]]] = []
        for path in self._project.tree.files:
            if not _PROGRAMS.search(path) or foreign(path):
                continue
            try:
                data = self._project.read(path)
            except OSError:
                continue
            if len(data) < 200_000 and _WRITE.search(data):
                names.update(_TOKEN.findall(data))
                endings = set(_ENDING.findall(data))
                if endings:
                    halves.append((set(_STEM.findall(data)), endings))
        return names, halves

    def of(self, path: str) -> "Made":
        """The same, asked from one file."""
        self._here = path
        return self

    def has(self, path: str, written: str) -> bool:
        """Whether a command makes the path or a folder above it."""
        written = written.removeprefix("./").rstrip("/")
        for name, _ in self._by_file.get(self._here, ()):
            if _HOLES.search(name):
                continue
            if written == name or written.startswith(name + "/") or path == name or path.startswith(name + "/"):
                return True
            if "/" not in name and name == written.rpartition("/")[2]:
                return True
        last = written.rpartition("/")[2]
        return last in self._anywhere and not _HOLES.search(last)

    def written(self, name: str) -> bool:
        """Whether a program of the repository that writes files names a data file so; programs are no data."""
        last = name.rstrip("/").rpartition("/")[2]
        if not _DATA.search(last) or "compose" in last:
            return False
        names, halves = self._written
        stem, _, ending = last.encode().rpartition(b".")
        return last.encode() in names or any(stem in stems and ending in endings for stems, endings in halves)

    def folder(self, name: str) -> bool:
        """Whether the file at hand makes a folder of that very name (`git clone`, `mkdir`, an archive)."""
        name = name.removeprefix("./").rstrip("/")
        return any(known == name or known.rpartition("/")[2] == name for known, _ in self._by_file.get(self._here, ()))
