"""Paths that building and starting need: contexts, Dockerfiles, targets, mounts, env files, COPY sources."""

from collections.abc import Iterator
from functools import cached_property
from posixpath import relpath
from typing import Any

from unmoor.link.bases import above, bases
from unmoor.link.copies import copy_sources
from unmoor.link.existence import Made, excused, seek, standin
from unmoor.link.inside import Inside
from unmoor.link.mounted import mount_subjects
from unmoor.link.own import standing
from unmoor.link.places import file_kind
from unmoor.link.suggest import near_dockerfile, near_name, near_path
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project, normalise
from unmoor.topology.model import Build, Service, Stack

_PLATFORMS = (
    "coolify",
    "dokploy",
    "railway",
    "render",
    "portainer",
    "caprover",
    "easypanel",
    "project-directory",
    "project directory",
    "repository root",
    "repo root",
)


def subjects(project: Project) -> Iterator[Subject]:
    """Subjects `build`, `build-target`, `compose-path`, `copy-source` and `dockerfile`."""
    reader = Paths(project)
    yield from reader.compose_builds()
    yield from reader.other_builds()
    yield from mount_subjects(project, reader.made, reader.at)
    yield from copy_sources(project, reader.inside)
    yield from reader.unused()


def _places(build: Build) -> list[Location]:
    """The places that decide a build: where it begins, and the target that an overlay gives it."""
    overlaid = build.target is not None and build.target.at.path != build.at.path
    return [build.at, build.target.at] if overlaid and build.target is not None else [build.at]


class Paths:
    """The build side of a repository."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.made = Made(project)
        self.inside = Inside(project)

    @cached_property
    def _by_place(self) -> dict[tuple[str, int], Reference]:
        return {(path, reference.span.start): reference for path, reference in self.project.references("path")}

    def at(self, location: Location) -> Reference | None:
        """The reference that stands at a location."""
        return self._by_place.get((location.path, location.span.start))

    def compose_builds(self) -> Iterator[Subject]:
        """Contexts, Dockerfiles and targets of compose files. A place is wrong only if it is wrong in every stack."""
        uses: dict[Location, list[tuple[Stack, Service, Build]]] = {}
        for stack in self.project.topology.stacks:
            for service in stack.services.values():
                if service.build is not None and service.build.at.path in self.project.facts:
                    for place in _places(service.build):
                        uses.setdefault(place, []).append((stack, service, service.build))
        seen: set[tuple[str, int]] = set()
        for several in uses.values():
            found = [list(self._compose_build(stack, service, build)) for stack, service, build in several]
            for subject in found[0] if all(found) else ():
                if (subject.path, subject.span.start) not in seen:
                    seen.add((subject.path, subject.span.start))
                    yield subject

    def _compose_build(self, stack: Stack, service: Service, build: Build) -> Iterator[Subject]:
        context = build.context_path
        if context is None or build.inline or (build.context.text or "").startswith(("http", "git")):
            return
        if self._by_platform(build):
            return
        if context and context not in self.project.tree.folders and not self.project.tree.has(context):
            yield from self._wrong_context(service, build, context)
            return
        path = build.dockerfile_path
        if path is None or (build.dockerfile is not None and (build.dockerfile.text or "").startswith("/")):
            return
        if not self.project.tree.has(path):
            yield from self._wrong_dockerfile(service, build, path)
        elif build.target is not None and build.target.text:
            yield from self._target(service, path, build.target.text, build.target.at)

    def _by_platform(self, build: Build) -> bool:
        """Whether the file says that a platform builds it from the root, where everything is."""
        written = (
            build.context.text or ".",
            build.dockerfile.text or "Dockerfile" if build.dockerfile else "Dockerfile",
        )
        context = normalise(written[0], "")
        if context is None or not self.project.tree.has(normalise(written[1], context) or ""):
            return False
        head = self.project.read(build.at.path)[:3000].decode("utf-8", "replace").lower()
        return any(word in head or word in build.at.path.lower() for word in _PLATFORMS)

    def _wrong_context(self, service: Service, build: Build, context: str) -> Iterator[Subject]:
        at = build.context.at
        if self._away(context, build.context.raw):
            return
        near = near_path(context, self.project, folder=True)
        yield self._build(
            at,
            "missing-context",
            "context",
            service.name,
            context,
            near,
            build.context.raw,
            f"there is no folder {context}",
        )

    def _away(self, path: str, written: str) -> bool:
        """Whether a context or Dockerfile need not be there: ignored, a stand-in, a submodule, cloned by a script."""
        return bool(excused(self.project, path, written, self.made)) or self._submodule(path) or standin(written)

    def _submodule(self, path: str) -> bool:
        if ".gitmodules" not in self.project.tree.files:
            return False
        text = self.project.read(".gitmodules").decode("utf-8", "replace")
        folders = {line.partition("=")[2].strip() for line in text.splitlines() if line.strip().startswith("path")}
        return any(path == folder or path.startswith(folder + "/") for folder in folders)

    def _wrong_dockerfile(self, service: Service, build: Build, path: str) -> Iterator[Subject]:
        if self._away(path, build.dockerfile.raw if build.dockerfile else "Dockerfile"):
            return
        value = build.dockerfile if build.dockerfile is not None else build.context
        near = self._near_dockerfile(path, service.name)
        reason = f"there is no {path}"
        if build.dockerfile is None:
            reason += ", which a build without `dockerfile:` takes"
        yield self._build(value.at, "missing-dockerfile", "dockerfile", service.name, path, near, value.raw, reason)

    def _near_dockerfile(self, path: str, service: str) -> str:
        recipes = self.inside.recipes
        return near_dockerfile(path, service, recipes, set(recipes) - set(self.inside.builders.all), self.project)

    def _build(
        self,
        at: Location,
        verdict: str,
        part: str,
        service: str,
        expected: str,
        near: str,
        value: str,
        reason: str,
        by: str = "compose",
    ) -> Subject:
        attrs: dict[str, Any] = {
            **standing(self.project, at.path),
            "part": part,
            "service": service,
            "expected": expected,
            "near": near,
            "by": by,
            "certain": self._certain(near, expected),
        }
        reasons = [Reason(reason)] + ([Reason(f"the nearest is {near}")] if near else [])
        return Subject(
            "build",
            at.path,
            at.span,
            value,
            attrs,
            verdict,
            reasons,
            [],
            None,
            self._written(near, expected, value, at) if near else "",
            self.at(at),
            f"services.{service}.build",
        )

    def _certain(self, near: str, expected: str) -> bool:
        """Whether the near path is the one that was meant: of the same name that not every project has, or where git
        moved it."""
        name = near.rpartition("/")[2]
        same = name == expected.rpartition("/")[2] and name != "Dockerfile"
        return bool(near) and (same or self.project.history.renamed(expected) == near)

    def _written(self, near: str, expected: str, value: str, at: Location) -> str:
        """The near path, seen from where the wrong one was looked for; "" if that place is not known."""
        folders = [stack.project_dir for stack in self.project.topology.stacks_of(at.path)]
        folders += [
            service.build.context_path
            for stack in self.project.topology.stacks_of(at.path)
            for service in stack.services.values()
            if service.build and service.build.context_path is not None
        ]
        for base in [*folders, *above(at.path.rpartition("/")[0])]:
            if normalise(value, base) == expected:
                found = relpath(near, base or ".")
                return "./" + found if value.startswith("./") and not found.startswith(".") else found
        return ""

    def _target(self, service: Service, path: str, target: str, at: Location) -> Iterator[Subject]:
        recipe = self.inside.recipes.get(path)
        if recipe is None or recipe.stage(target) is not None or target.isdigit():
            return
        known = [stage.name for stage in recipe.stages if stage.name]
        near = near_name(target, known, least=0.6)
        attrs = {
            **standing(self.project, at.path),
            "service": service.name,
            "dockerfile": path,
            "known": known,
            "near": near,
        }
        yield Subject(
            "build-target",
            at.path,
            at.span,
            target,
            attrs,
            "missing",
            [Reason(f"{path} has the stages {', '.join(known) or '(none with a name)'}")],
            [Reason("the Dockerfile", None)],
            None,
            near,
            self.at(at),
        )

    def other_builds(self) -> Iterator[Subject]:
        """Dockerfiles and contexts that workflows, scripts and platforms name."""
        for path, reference in self.project.references("path"):
            use, kind = reference.attrs.get("use"), file_kind(path, reference)
            if (
                use not in ("dockerfile", "context")
                or kind in ("compose", "doc")
                or path in self.project.topology.compose_files
            ):
                continue
            if reference.attrs.get("guarded") or reference.attrs.get("remote") or "://" in reference.value:
                continue
            yield from self._other(path, reference, str(use), kind)

    def _other(self, path: str, reference: Reference, use: str, kind: str) -> Iterator[Subject]:
        folders = bases(self.project, path, reference)
        if not folders:
            return
        context = reference.attrs.get("context")
        inner = [folder for base in folders if (folder := normalise(str(context), base)) is not None] if context else []
        if kind not in ("workflow", "script"):
            folders = [*folders, *above(path.rpartition("/")[0])]
        sought = seek(self.project, reference.value, [*folders, *inner], self.made.of(path))
        if sought.state != "missing" or self._submodule(sought.path):
            return
        near = (
            self._near_dockerfile(sought.path, "")
            if use == "dockerfile"
            else near_path(sought.path, self.project, folder=True)
        )
        by = "workflow" if kind == "workflow" else "command" if kind == "script" else "configuration"
        verdict = "missing-dockerfile" if use == "dockerfile" else "missing-context"
        yield self._build(
            Location(path, reference.span),
            verdict,
            use,
            "",
            sought.path,
            near,
            reference.value,
            f"there is no {sought.path}",
            by,
        )

    def unused(self) -> Iterator[Subject]:
        """Dockerfiles that nothing builds."""
        built = self.inside.builders.all
        known = (path for path in sorted(self.inside.recipes) if path in self.project.facts and path not in built)
        unbuilt = [path for path in known if self.project.asked(path)]
        mentioned = self._mentioned() if unbuilt else set()
        for path in unbuilt:
            if path in mentioned:
                continue
            declared = next(d for d in self.project.facts[path].declarations if d.kind == "stage")
            yield Subject(
                "dockerfile",
                path,
                declared.span,
                path,
                {**standing(self.project, path)},
                "unused",
                [Reason("no compose file, script, workflow or platform's configuration builds it")],
            )

    def _mentioned(self) -> set[str]:
        """Dockerfiles that a reference of any kind leads to."""
        found: set[str] = set()
        names = {path.rpartition("/")[2] for path in self.inside.recipes}
        for path, reference in self.project.references("path"):
            last = next((part for part in reversed(reference.value.split("/")) if part not in ("", ".")), "")
            if last not in names and last not in ("", ".."):
                continue  # it leads elsewhere, whatever it is seen from
            for base in [*bases(self.project, path, reference), ""]:
                where = normalise(reference.value, base)
                if where is not None and where in self.inside.recipes:
                    found.add(where)
        return found
