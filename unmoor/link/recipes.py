"""Dockerfiles as recipes for a file tree: what each stage copies where, and from where in the repository it came."""

import re
from posixpath import basename, join, normpath

from msgspec import Struct, field

from unmoor.project import Project


class Copy(Struct):
    """A COPY or ADD. origin: the stage or image of `--from`, "" for the context. workdir: the folder at that point."""

    sources: list[str]
    dest: str
    origin: str
    workdir: str


class Stage(Struct):
    """One FROM. runs: the texts of RUN. workdir: the last one."""

    name: str
    base: str
    copies: list[Copy] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    workdir: str = "/"


class Recipe(Struct):
    """A Dockerfile."""

    path: str
    stages: list[Stage] = field(default_factory=list)

    def stage(self, name: str) -> Stage | None:
        """The stage of a name or number; the last one for ""."""
        if not name:
            return self.stages[-1] if self.stages else None
        if name.isdigit() and int(name) < len(self.stages):
            return self.stages[int(name)]
        return next((stage for stage in self.stages if stage.name.lower() == name.lower()), None)

    def chain(self, stage: Stage) -> list[Stage]:
        """A stage and those it is built on, the outermost first."""
        found = [stage]
        while len(found) < 20:
            at = self.stages.index(found[-1])
            base = next(
                (one for one in self.stages[:at] if one.name and one.name.lower() == found[-1].base.lower()), None
            )
            if base is None:
                return found
            found.append(base)
        return found

    def origins(self, path: str, stage: Stage, depth: int = 0) -> tuple[list[str], bool]:
        """(paths of the context that an absolute path of the image may come from, whether others may too)."""
        found: list[str] = []
        open_ = False
        for one in self.chain(stage):
            for copy in one.copies:
                here, elsewhere = self._through(copy, path, depth)
                found += here
                open_ = open_ or elsewhere
            open_ = open_ or any(basename(path) in run for run in one.runs)
        return list(dict.fromkeys(found)), open_

    def _through(self, copy: Copy, path: str, depth: int) -> tuple[list[str], bool]:
        dest = normpath(join(copy.workdir, copy.dest)) if "$" not in copy.dest else ""
        if not dest:
            return [], True
        found: list[str] = []
        open_ = False
        for source in copy.sources:
            for inner in _inner(copy, source, dest, path):
                if not copy.origin:
                    found.append(inner.lstrip("/"))
                    continue
                stage = self.stage(copy.origin)
                if stage is None or depth > 8:
                    return [], True
                deeper, elsewhere = self.origins(normpath(join("/", inner)), stage, depth + 1)
                found += deeper
                open_ = open_ or elsewhere or not deeper
        return found, open_


def _inner(copy: Copy, source: str, dest: str, path: str) -> list[str]:
    """What `path` of the image is in the source, if a copy of `source` to `dest` covers it: as folder and as file."""
    if "$" in source or "://" in source:
        return []
    into = copy.dest.endswith("/") or copy.dest in (".", "./") or len(copy.sources) > 1
    name = basename(source.rstrip("/"))
    prefix = dest.rstrip("/") + "/"
    found = []
    if path == dest:
        found.append(source)
    if path.startswith(prefix):
        rest = path[len(prefix) :]
        if re.search(r"[*?]", name):
            found.append(join(source.rpartition("/")[0], rest))
        else:
            if into and rest == name:
                found.append(source)
            found.append(join("" if source in (".", "./", "/") else source, rest))
    return [normpath(one) for one in found]


def recipes(project: Project) -> dict[str, Recipe]:
    """Every Dockerfile of the repository, by path."""
    found: dict[str, Recipe] = {}
    for path, facts in project.facts.items():
        recipe = Recipe(path)
        for declaration in facts.declarations:
            if declaration.kind == "stage" and declaration.language == "dockerfile":
                if declaration.layers:
                    break
                base = declaration.value or ""
                recipe.stages.append(Stage(declaration.name, base, workdir=_inherited(recipe, base)))
            elif declaration.kind == "instruction" and recipe.stages and not declaration.layers:
                _read(recipe.stages[-1], declaration.name, declaration.value or "", declaration.attrs)
        if recipe.stages:
            found[path] = recipe
    return found


def _inherited(recipe: Recipe, base: str) -> str:
    stage = next((one for one in recipe.stages if one.name and one.name.lower() == base.lower()), None)
    return stage.workdir if stage is not None else "/"


def _read(stage: Stage, name: str, text: str, attrs: dict[str, object]) -> None:
    if name == "WORKDIR":
        stage.workdir = normpath(join(stage.workdir, text.strip().strip("\"'")))
    elif name in ("COPY", "ADD"):
        sources = attrs.get("sources")
        listed = [str(one) for one in sources] if isinstance(sources, list) else []
        stage.copies.append(Copy(listed, str(attrs.get("dest") or ""), str(attrs.get("from") or ""), stage.workdir))
    elif name in ("RUN", "VOLUME"):
        stage.runs.append(text)
