"""What can be run by name: scripts of package.json, make targets, just recipes, tasks, Python modules."""

import re
from functools import cached_property

from unmoor.link.bases import above
from unmoor.model.facts import Node
from unmoor.project import Project, normalise

FILES = {
    "npm": ("package.json",),
    "make": ("GNUmakefile", "Makefile", "makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": (
        "Taskfile.yml",
        "Taskfile.yaml",
        "taskfile.yml",
        "taskfile.yaml",
        "Taskfile.dist.yml",
        "Taskfile.dist.yaml",
    ),
}
_NODE_TOOLS = ("npm", "yarn", "pnpm", "bun")
# Binaries that a package of another name installs.
_BINARIES = {
    "tsc": "typescript",
    "next": "next",
    "vite": "vite",
    "eslint": "eslint",
    "jest": "jest",
    "vitest": "vitest",
    "playwright": "@playwright/test",
    "prisma": "prisma",
    "storybook": "storybook",
    "nx": "nx",
    "turbo": "turbo",
    "lerna": "lerna",
    "ng": "@angular/cli",
    "nest": "@nestjs/cli",
    "tauri": "@tauri-apps/cli",
    "expo": "expo",
    "changeset": "@changesets/cli",
    "cap": "@capacitor/cli",
    "react-scripts": "react-scripts",
    "wrangler": "wrangler",
}


def family(tool: str) -> str:
    """The manifest family of a tool: npm, make, just, task, python-module."""
    return "npm" if tool in _NODE_TOOLS else tool


class Manifests:
    """Every manifest of a repository and what it offers."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def scripts(self) -> dict[str, dict[str, str]]:
        """Manifest → name → command."""
        found: dict[str, dict[str, str]] = {}
        for path, declaration in self.project.declarations("script"):
            found.setdefault(path, {})[declaration.name] = declaration.value or ""
        return found

    @cached_property
    def packages(self) -> dict[str, list[str]]:
        """Package name → the folders of every package.json that has it; a root may be called as one of its packages."""
        found: dict[str, list[str]] = {}
        for path in self.project.tree.by_name.get("package.json", ()):
            name = scalar(self.tree(path), "name")
            if name:
                found.setdefault(name, []).append(path.rpartition("/")[0])
        return found

    def tree(self, path: str) -> Node | None:
        """The located tree of a manifest."""
        facts = self.project.facts.get(path)
        return facts.documents[0] if facts is not None and facts.documents else None

    def nearest(self, folder: str, tool: str) -> str | None:
        """The manifest that a tool takes in a folder: the one there or, but for make, in the next folder above."""
        folders = above(folder) if family(tool) != "make" else [folder]
        for here in folders:
            for name in FILES.get(family(tool), ()):
                path = f"{here}/{name}" if here else name
                if path in self.project.tree.files:
                    return path
        return None

    def offers(self, manifest: str, name: str, tool: str) -> bool | None:
        """Whether a manifest has a script, target or recipe of the name; None if that cannot be known."""
        if name in self.scripts.get(manifest, {}):
            return True
        kind = family(tool)
        if kind == "npm":
            return self._package(manifest, name, tool)
        text = self._text(manifest)
        if kind == "make":
            return self._make(manifest, name, text, set())
        if kind == "just":
            if re.search(rf"(?m)^(alias\s+{re.escape(name)}\s*:=|@?{re.escape(name)}\b[^:=\n]*:(?!=))", text):
                return True
            return None if re.search(r"(?m)^(import|mod)\b", text) or "::" in name else False
        if kind == "task":
            if ":" in name and re.search(r"(?m)^includes:", text):
                return None
            return bool(re.search(rf"(?m)^\s+[\"']?{re.escape(name)}[\"']?:", text))
        return None

    def _package(self, manifest: str, name: str, tool: str) -> bool | None:
        node = self.tree(manifest)
        if node is None:
            return None
        if (
            name == "start"
            and tool == "npm"
            and f"{manifest.rpartition('/')[0]}/server.js".lstrip("/") in self.project.tree.files
        ):
            return True
        if name in ("restart", "stop") or name in self._tasks(manifest):
            return True
        if tool == "npm":
            return False
        names = {key.text for field in ("dependencies", "devDependencies", "bin") for key, _ in _items(node, field)}
        package = _BINARIES.get(name, name)
        return name in names or package in names or any(other.rpartition("/")[2] == name for other in names)

    def _tasks(self, manifest: str) -> set[str]:
        """Scripts that the names before `pre`/`post` hooks give, and nothing else."""
        return set()

    def _make(self, manifest: str, name: str, text: str, seen: set[str]) -> bool | None:
        seen.add(manifest)
        folder = manifest.rpartition("/")[0]
        if re.search(rf"(?m)^(?:[^\s#:=][^:=\n]*\s)?{re.escape(name)}(?:\s[^:=\n]*)?\s*::?(?!=)", text):
            return True
        if (normalise(name, folder) or "") in self.project.tree.files:
            return True
        if re.search(r"(?m)^[^\s#:=]*%[^:=\n]*:", text) and _pattern(text, name):
            return True
        unknown = bool(re.search(r"(?m)^\$[({]|^\.DEFAULT\s*:|\$\(eval\b|\$\(foreach\b[^\n]*:", text))
        if re.search(r"(?m)^\$[({][\w.-]+[)}]\s*::?", text) and re.search(rf"\b{re.escape(name)}\b", text):
            return True
        for line in re.findall(r"(?m)^-?s?include\s+(.+)$", text):
            for word in line.split():
                if "$" in word or "*" in word:
                    unknown = True
                    continue
                inner = normalise(word, folder)
                inner = inner if inner in self.project.tree.files else normalise(word, "")
                if inner is None or inner not in self.project.tree.files:
                    unknown = True
                elif inner not in seen and self._make(inner, name, self._text(inner), seen):
                    return True
        return None if unknown else False

    def _text(self, path: str) -> str:
        try:
            return self.project.read(path).decode("utf-8", "replace")
        except OSError:
            return ""

    def module(self, name: str, folders: list[str]) -> bool | None:
        """Whether a Python module is there, seen from the folders; None if it may be an installed one."""
        parts = name.split(".")
        for folder in folders:
            for root in (folder, f"{folder}/src" if folder else "src"):
                first = f"{root}/{parts[0]}" if root else parts[0]
                if first in self.project.tree.folders or f"{first}.py" in self.project.tree.files:
                    return self._module_in(root, parts)
        return None

    def _module_in(self, root: str, parts: list[str]) -> bool | None:
        path = "/".join([root, *parts] if root else parts)
        files = self.project.tree.files
        if f"{path}.py" in files or f"{path}/__main__.py" in files or f"{path}/__init__.py" in files:
            return True
        if path in self.project.tree.folders:
            return True
        head = "/".join([root, *parts[:-1]] if root else parts[:-1])
        holds = any(file.startswith(head + "/") and file.endswith(".py") for file in files)
        return False if len(parts) > 1 and holds else None


def _pattern(text: str, name: str) -> bool:
    for match in re.finditer(r"(?m)^([^\s#:=]*%[^\s:=]*)[^:=\n]*:", text):
        if re.fullmatch(re.escape(match.group(1)).replace("%", ".+"), name):
            return True
    return False


def scalar(node: Node | None, key: str) -> str:
    """The text of a top-level scalar; "" if it is not there."""
    for name, value in node.items if node is not None and node.kind == "map" else ():
        if name.text == key:
            return value.text
    return ""


def _items(node: Node, key: str) -> list[tuple[Node, Node]]:
    for name, value in node.items if node.kind == "map" else ():
        if name.text == key:
            return [pair for pair in value.items if pair[0].text] or [(value, value)]
    return []
