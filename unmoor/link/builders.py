"""Who builds a Dockerfile, with which context: compose files, `docker build`, workflows, platforms' configuration."""

from functools import cached_property

from msgspec import Struct

from unmoor.link.bases import bases
from unmoor.link.places import file_kind
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.project import Project, normalise


class Builder(Struct, frozen=True):
    """One way in which a Dockerfile is built. context: from the root. by: compose, command, workflow, configuration."""

    dockerfile: str
    context: str
    by: str
    at: Location | None = None
    target: str = ""


class Builders:
    """Every builder that the repository knows of."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def all(self) -> dict[str, list[Builder]]:
        """Dockerfile → its builders."""
        found: dict[str, list[Builder]] = {}
        for builder in [*self._compose(), *self._references()]:
            found.setdefault(builder.dockerfile, []).append(builder)
        return found

    def of(self, dockerfile: str) -> list[Builder]:
        """The builders of a Dockerfile, one for each context."""
        return list({builder.context: builder for builder in reversed(self.all.get(dockerfile, []))}.values())

    def _compose(self) -> list[Builder]:
        found = []
        for stack in self.project.topology.stacks:
            for service in stack.services.values():
                build = service.build
                if build is None or build.context_path is None or build.dockerfile_path is None or build.inline:
                    continue
                at = build.context.at if build.context else build.at
                found.append(Builder(build.dockerfile_path, build.context_path, "compose", at))
        return found

    def _references(self) -> list[Builder]:
        """`docker build -f D C`, build-push-action and platforms: references with use "dockerfile" and "context"."""
        found = []
        for path, reference in self.project.references("path"):
            use = reference.attrs.get("use")
            if file_kind(path, reference) == "doc":
                continue  # where the reader stands is not certain enough
            if use == "dockerfile":
                found += self._of_dockerfile(path, reference)
            elif use == "context" and not reference.attrs.get("dockerfile"):
                found += self._of_context(path, reference)
        return found

    def _of_dockerfile(self, path: str, reference: Reference) -> list[Builder]:
        kind = file_kind(path, reference)
        if kind == "compose":
            return []
        context = reference.attrs.get("context")
        found = []
        for base in self._folders(path, reference):
            file = normalise(reference.value, base)
            given = str(context) if isinstance(context, str) and context else ""
            folder = normalise(given, base) if given else base
            where = file if file in self.project.tree.files or folder is None else normalise(reference.value, folder)
            if folder is None or where is None or where not in self.project.tree.files:
                continue
            by = "workflow" if kind == "workflow" else "configuration" if kind == "config" else "command"
            found.append(Builder(where, folder, by, Location(path, reference.span)))
            break
        return found

    def _of_context(self, path: str, reference: Reference) -> list[Builder]:
        kind = file_kind(path, reference)
        if kind == "compose":
            return []
        for base in self._folders(path, reference):
            folder = normalise(reference.value, base)
            where = normalise("Dockerfile", folder) if folder is not None else None
            if folder is not None and where in self.project.tree.files and where is not None:
                return [
                    Builder(
                        where, folder, "workflow" if kind == "workflow" else "command", Location(path, reference.span)
                    )
                ]
        return []

    def _folders(self, path: str, reference: Reference) -> list[str]:
        return bases(self.project, path, reference) or ([reference.cwd] if reference.cwd is not None else [])
