"""Paths inside containers, followed back through WORKDIR, COPY and mounts to the repository's files."""

from functools import cached_property
from posixpath import join, normpath

from unmoor.link.builders import Builders
from unmoor.link.existence import Made, Sought, clean, excused, find, unknowable
from unmoor.link.naming import judge_container
from unmoor.link.places import file_kind
from unmoor.link.recipes import Recipe, recipes
from unmoor.link.suggest import near_path
from unmoor.model.facts import Reference
from unmoor.project import Project, normalise
from unmoor.topology.model import Service


class Inside:
    """Answers whether a path that a command names inside a container comes from a file that is there."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.builders = Builders(project)
        self.made = Made(project)

    @cached_property
    def recipes(self) -> dict[str, Recipe]:
        """Every Dockerfile."""
        return recipes(self.project)

    def seek(self, path: str, reference: Reference) -> Sought | None:
        """What is known of the path; None if it cannot be followed."""
        value = clean(reference.value)
        if (
            not value
            or "$" in value
            or (unknowable(value) and not value.startswith("/"))
            or reference.attrs.get("adrift")
        ):
            return None
        if reference.cwd is not None and reference.cwd.startswith("/"):
            value = normpath(join(reference.cwd, value))
        name = reference.runtime.partition(":")[2]
        if reference.runtime.startswith("container:") and name:
            return self._in_service(path, reference, value, name)
        if reference.runtime == "container:" or file_kind(path, reference) == "dockerfile":
            return self._in_image(path, self.recipes.get(path), self._contexts(path), value, "")
        if reference.runtime == "container" and value.startswith("/"):
            return self._in_any(path, value)
        if value.startswith("/") and not reference.runtime.startswith("container"):
            return self._copied(path, value)
        return None

    def _in_service(self, path: str, reference: Reference, value: str, name: str) -> Sought | None:
        """In every service that the name may mean: missing only if it is missing from each."""
        results = [self._of_service(path, service, value) for service in self._services(path, reference, name)]
        if not results or any(one is None or one.state != "missing" for one in results):
            return None
        return results[0]

    def _services(self, path: str, reference: Reference, name: str) -> list[Service]:
        """The services that a name may mean: by itself, by its container, or, for a file of ours, any that is built."""
        stacks = list(self.project.topology.stacks_for(path, reference))
        found = [service for stack in stacks if (service := stack.services.get(name) or stack.find(name)) is not None]
        if found:
            return found
        named = judge_container(self.project, name, stacks, document=True)
        stack = self.project.topology.stack(named.stack) if named.service else None
        if stack is not None and named.service in stack.services:
            return [stack.services[named.service]]
        if not near_path(clean(reference.value), self.project):
            return []
        return [service for stack in stacks for service in stack.services.values() if service.build is not None]

    def _of_service(self, path: str, service: Service, value: str) -> Sought | None:
        build = service.build
        recipe = self.recipes.get(build.dockerfile_path or "") if build is not None else None
        stage = recipe.stage(build.target.text or "" if build is not None and build.target else "") if recipe else None
        workdir = service.working_dir or (stage.workdir if stage is not None else "")
        if not value.startswith("/") and not workdir:
            return None
        inner = normpath(join(workdir or "/", value))
        mounted = self._mounted(service, inner)
        if mounted is not None:
            return mounted if mounted.state == "there" or recipe is None else self._mount_miss(mounted)
        if recipe is None or build is None or build.context_path is None:
            return None
        return self._in_image(
            path, recipe, [build.context_path], inner, build.target.text or "" if build.target else ""
        )

    def _mounted(self, service: Service, inner: str) -> Sought | None:
        """Through the mount that covers the path most closely."""
        best = None
        for mount in service.mounts:
            target = normpath(mount.target)
            covers = inner == target or inner.startswith(target.rstrip("/") + "/")
            if covers and (best is None or len(target) > len(normpath(best.target))):
                best = mount
        if best is None:
            return None
        if best.kind != "bind" or best.source_path is None:
            return Sought("unknowable", "", "in a volume")
        rest = inner[len(normpath(best.target)) :].lstrip("/")
        where = normalise(rest, best.source_path) or best.source_path
        return self._look([where])

    def _mount_miss(self, mounted: Sought) -> Sought:
        return mounted

    def _contexts(self, dockerfile: str) -> list[str]:
        return [builder.context for builder in self.builders.of(dockerfile)]

    def _in_image(
        self, path: str, recipe: Recipe | None, contexts: list[str], value: str, target: str
    ) -> Sought | None:
        stage = recipe.stage(target) if recipe is not None else None
        if recipe is None or stage is None or not contexts:
            return None
        inner = normpath(join(stage.workdir, value))
        origins, elsewhere = recipe.origins(inner, stage)
        if not origins or elsewhere:
            return None
        wanted = [
            where for context in contexts for origin in origins if (where := normalise(origin, context)) is not None
        ]
        wanted = [where for where in wanted if not self._below_file(where)]
        found = self._look(wanted)
        if found is not None and found.state == "missing":
            return found._replace(why=f"`{inner}` of the image is {found.path} of the repository, which is not there")
        return found

    def _look(self, wanted: list[str]) -> Sought | None:
        for path in wanted:
            if find(self.project.tree, path, "") is not None:
                return Sought("there", path, "")
        for path in wanted:
            if excused(self.project, path, path, self.made):
                return Sought("unknowable", path, "")
        return Sought("missing", wanted[0], f"there is no {wanted[0]}") if wanted else None

    def _in_any(self, path: str, value: str) -> Sought | None:
        """In an image that is not named: missing only if every Dockerfile that could have put it there lacks it."""
        found = [
            self._in_image(path, recipe, self._contexts(dockerfile) or [""], value, "")
            for dockerfile, recipe in self.recipes.items()
        ]
        known = [one for one in found if one is not None]
        if not known or any(one.state != "missing" for one in known) or not near_path(known[0].path, self.project):
            return None
        return known[0]

    def _below_file(self, path: str) -> bool:
        """Whether a part of the path is a file, so that nothing lies below it."""
        head = path.rpartition("/")[0]
        while head:
            if head in self.project.tree.files:
                return True
            head = head.rpartition("/")[0]
        return False

    def _copied(self, path: str, value: str) -> Sought | None:
        """An absolute path in a file that an image takes in: as seen in that image."""
        results = []
        for dockerfile, recipe in self.recipes.items():
            contexts = self._contexts(dockerfile) or [""]
            stage = recipe.stage("")
            takes = stage is not None and any(
                find(self.project.tree, source, context) == path
                for copy in stage.copies
                if not copy.origin
                for source in copy.sources
                for context in contexts
            )
            if takes:
                results.append(self._in_image(path, recipe, contexts, value, ""))
        if not results or any(one is None or one.state != "missing" for one in results):
            return None
        return results[0]
