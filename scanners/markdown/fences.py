"""Fenced code: commands are read as shell with prompts dropped, other languages as examples, trees as layouts.

Where a fence's commands run is not written down: the candidates are the folder that earlier fences of the section have
changed to, the page's folder and the root. The first is the reference's `cwd`, all of them stand in attrs `cwds`.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from unmoor.model.facts import Facts, Reference
from unmoor.scanners import scan_embedded
from unmoor.scanners.addresses import addresses_in
from unmoor.scanners.markdown.blocks import Fence
from unmoor.scanners.markdown.words import ADDRESS, is_command
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

_SHELL = frozenset(
    [
        "sh",
        "bash",
        "shell",
        "console",
        "zsh",
        "terminal",
        "shell-session",
        "sh-session",
        "bash-session",
        "shellsession",
        "term",
        "cmd-line",
        "commandline",
        "fish",
    ]
)
_LANGUAGES = {
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "jsonc": "json",
    "json5": "json",
    "dockerfile": "dockerfile",
    "docker": "dockerfile",
    "containerfile": "dockerfile",
    "env": "dotenv",
    "dotenv": "dotenv",
    ".env": "dotenv",
    "ts": "typescript",
    "typescript": "typescript",
    "tsx": "tsx",
    "jsx": "javascript",
    "js": "javascript",
    "javascript": "javascript",
    "mjs": "javascript",
    "py": "python",
    "python": "python",
    "python3": "python",
    "go": "go",
    "golang": "go",
    "java": "java",
    "kotlin": "java",
    "toml": "toml",
    "hcl": "hcl",
    "terraform": "hcl",
    "tf": "hcl",
    "nginx": "nginx",
    "caddy": "caddyfile",
    "caddyfile": "caddyfile",
    "make": "makefile",
    "makefile": "makefile",
    "properties": "properties",
    "ini": "properties",
    "html": "markup",
    "powershell": "powershell",
    "ps1": "powershell",
    "pwsh": "powershell",
    "bat": "powershell",
    "cmd": "powershell",
    "vue": "component",
    "svelte": "component",
    "rust": "literals",
    "ruby": "literals",
    "php": "literals",
    "csharp": "literals",
    "cs": "literals",
}
_COMMAND_LANGUAGES = ("powershell",)
_PROMPT = re.compile(rb"^[ \t]*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[:\w~/. -]*)?[$%]\s+|^PS [^>\n]*>\s+")
_CONTINUED = re.compile(rb"^>\s")
_CD = re.compile(r"(?:^|&&|;)\s*cd\s+([\"']?)([\w./@+~-]+)\1\s*(?=$|&&|;|#)")
_CLONE = re.compile(r"\bgit\s+clone\s+(?:-\S+\s+(?:\d+\s+)?)*([^\s;&]+)(?:[ \t]+([\w./-]+))?")
_TREE = re.compile(
    "^[│| \u00a0\t]*[├└╰+`|][─\\-]+[ \u00a0]*([\\w.@*<\\[({$][\\w./@+*<>\\[\\](){}$=,~-]*)(?=[\\s#←│]|$)"
)
_ENV_LINE = re.compile(r"^\s*#|^\s*$|^(export\s+)?[A-Z][A-Z0-9_]*=")


class Place(NamedTuple):
    """Where the reader stands: the page's folder, the folder changed to in this chain, folders changed to before."""

    page: str
    now: str | None = None
    earlier: tuple[str, ...] = ()
    level: int = 0

    def folders(self) -> list[str]:
        """Candidate folders, likeliest first."""
        ordered = [*([self.now] if self.now is not None else []), self.page, "", *self.earlier]
        return list(dict.fromkeys(ordered))


def language(fence: Fence) -> str:
    """The fence's language: "shell", a scanner's name, "layout", or "" for none that is known."""
    match = re.match(r"\{?\.?([\w.+#-]+)", fence.info)
    word = match.group(1).lower() if match else ""
    text = fence.content.text.decode("utf-8", "replace")
    if re.search(r"(?m)^.{0,40}[├└]", text):
        return "layout"
    if word in _SHELL:
        return "shell"
    if word in _LANGUAGES:
        return _LANGUAGES[word]
    if word in ("", "text", "txt", "plaintext", "plain", "none"):
        return _guess(text)
    return ""


def _guess(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return ""
    if all(_ENV_LINE.match(line) for line in lines):
        return "dotenv"
    first = _PROMPT.sub(b"", lines[0].encode()).decode("utf-8", "replace").strip()
    return "shell" if is_command(first) else ""


def read(unit: Unit, fence: Fence, scope: str, place: Place) -> tuple[Facts, Place]:
    """The facts of a fence, and where the reader stands after it."""
    name = language(fence)
    if name == "shell":
        return _shell(unit, fence, scope, place)
    if name == "layout":
        return Facts(references=list(_layout(unit, fence, scope, place.page))), place
    if not name:
        return _unknown(unit, fence, scope), place
    return _example(unit, fence, name, scope), place


def _unknown(unit: Unit, fence: Fence, scope: str) -> Facts:
    """Text of no known language: its addresses are examples."""
    if not ADDRESS.search(fence.content.text):
        return Facts()
    inner = unit.inner(fence.content, "fence:text", runtime="docs", scope=scope, role="example")
    return Facts(references=list(addresses_in(inner, 0, len(inner.text.text), "example", "markdown", "")))


def _example(unit: Unit, fence: Fence, name: str, scope: str) -> Facts:
    """Code shown to the reader: what it names are examples, its errors are no problem, its trees declare nothing."""
    commands = name in _COMMAND_LANGUAGES
    inner = unit.inner(
        fence.content,
        f"fence:{name}",
        runtime="host" if commands else "docs",
        scope=scope,
        role="" if commands else "example",
    )
    found = scan_embedded(name, inner)
    role = None if commands else "example"
    references = [
        structs.replace(ref, role=role) if role and ref.role != "comment" else ref for ref in found.references
    ]
    for declaration in found.declarations:
        if declaration.kind == "env":
            declaration.attrs["where"] = "doc"
    for reference in references:
        reference.attrs.setdefault("fence", name)
    return Facts(references=references, declarations=found.declarations)


def _shell(unit: Unit, fence: Fence, scope: str, place: Place) -> tuple[Facts, Place]:
    content = commands(fence.content)
    facts = Facts()
    if re.search(rb"\bcd\s+/|\bgit\s+clone\b", content.text):
        place = place._replace(now=None)
    for part, clone in _parts(content):
        folders = place.folders()
        inner = unit.inner(part, "fence:sh", runtime="host", scope=scope, cwd=folders[0], role="")
        found = scan_embedded("shell", inner)
        for reference in found.references:
            candidates(reference, folders)
        for declaration in found.declarations:
            if declaration.kind == "env":
                declaration.attrs["where"] = "doc"
        if clone:
            found.references = [r for r in found.references if not (r.kind == "path" and _clone_path(r, clone))]
        facts.add(found)
        place = _after(place, part.text.decode("utf-8", "replace"), clone)
    return structs.replace(facts, problems=[], documents=[]), place


def _clone_path(reference: Reference, clone: str) -> bool:
    return reference.attrs.get("use") == "cd" and reference.value.strip("/").removeprefix("./").split("/")[0] == clone


def candidates(reference: Reference, folders: list[str]) -> None:
    """Note every folder that the reference may be meant from, beside its own."""
    reference.attrs["or_root"] = True
    if reference.cwd is None:
        return
    rest = posixpath.relpath(reference.cwd or ".", folders[0] or ".") if folders[0] != reference.cwd else "."
    found = [posixpath.normpath(posixpath.join(folder, rest)) for folder in folders]
    reference.attrs["cwds"] = [("" if folder == "." else folder) for folder in found if not folder.startswith("..")]


def _parts(content: Mapped) -> Iterator[tuple[Mapped, str]]:
    """The fence, cut behind the `cd` into a folder that a `git clone` in it has just made; with that folder's name."""
    text = content.text.decode("utf-8", "replace")
    match = _CLONE.search(text)
    if match:
        name = (match.group(2) or match.group(1).rstrip("/").rpartition("/")[2]).removesuffix(".git")
        into = re.compile(rf"(?m)\bcd\s+(?:\./)?{re.escape(name)}\b[^\n]*\n?").search(text, match.end())
        if into:
            cut = len(text[: into.end()].encode())
            yield content.slice(0, cut), name
            if cut < len(content.text):
                yield content.slice(cut, len(content.text)), ""
            return
    yield content, ""


def _after(place: Place, text: str, clone: str) -> Place:
    """Where the reader stands after the commands."""
    now = place.now
    for line in text.splitlines():
        for match in _CD.finditer(line.split(" #")[0]):
            target = match.group(2)
            if target.startswith(("/", "~", "-")):
                now = None
            elif clone and target.strip("/").removeprefix("./").split("/")[0] == clone:
                now = posixpath.normpath(target.removeprefix("./").partition("/")[2] or ".").removeprefix(".")
            else:
                moved = posixpath.normpath(posixpath.join(now if now is not None else place.page, target))
                now = None if moved.startswith("..") else "" if moved == "." else moved
    earlier = place.earlier if now is None or now in place.earlier else (*place.earlier, now)
    return place._replace(now=now, earlier=earlier[-6:])


def commands(content: Mapped) -> Mapped:
    """What is typed: where lines carry prompts, those lines without them; what the machine answers is dropped."""
    lines: list[tuple[int, int, int]] = []
    at = 0
    for line in content.text.splitlines(keepends=True):
        prompt = _PROMPT.match(line)
        lines.append((at, at + len(line), prompt.end() if prompt else 0))
        at += len(line)
    if not any(width for _, _, width in lines):
        return content
    parts: list[tuple[bytes, int, int]] = []
    going = False
    for lo, hi, width in lines:
        line = content.text[lo:hi]
        if width or going:
            skip = width or (2 if _CONTINUED.match(line) else 0)
            parts.append((content.text[lo + skip : hi], lo + skip, hi))
            going = line.rstrip().endswith((b"\\", b"&&", b"|"))
    return content.compose(Mapped.build(parts))


def _layout(unit: Unit, fence: Fence, scope: str, folder: str) -> Iterator[Reference]:
    """The entries of a drawn tree; `cwd` is the folder that the drawing puts each of them in."""
    stack: list[tuple[int, str]] = []
    inner = unit.inner(fence.content, "fence:layout", runtime="docs", scope=scope, role="example")
    at = 0
    for raw in inner.text.text.splitlines(keepends=True):
        line = raw.decode("utf-8", "replace")
        match = _TREE.match(line)
        if match and not re.match(r"^[.…]+$", match.group(1)):
            depth, name = match.start(1), match.group(1)
            while stack and stack[-1][0] >= depth:
                stack.pop()
            lo = at + len(line[: match.start(1)].encode())
            parents = [folder, *(parent for _, parent in stack)]
            yield inner.reference(
                "path",
                lo,
                lo + len(name.encode()),
                name,
                "example",
                "markdown",
                "",
                cwd=posixpath.join(*parents).strip("/"),
                attrs={"use": "layout", "or_root": True},
            )
            stack.append((depth, name.strip("/")))
        at += len(raw)
