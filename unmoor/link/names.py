"""Names that commands use: containers, services, volumes, networks; and container names themselves."""

import re
from collections.abc import Iterator
from typing import Any

from unmoor.link.naming import Named, fixed_names, judge_container
from unmoor.link.own import standing
from unmoor.link.places import file_kind
from unmoor.link.suggest import near_name
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.model import Service, Stack

_PLACEHOLDER = re.compile(
    r"[<>{}$*%\[\]]|(?i:^(your|my|some)[-_])|^(CONTAINER|NAME|ID|SERVICE)"
    r"|(?i:^(container|service)([-_]?(name|id))?$|^(name|id)$)"
)
_ID = re.compile(r"^[0-9a-f]{6,64}$")
_MIGRATION = re.compile(r"(?i)(^|[/_.-])(migrat|renam|rebrand)")


def subjects(project: Project) -> Iterator[Subject]:
    """Subjects `container`, `service-name`, `resource-name` and `container-name`."""
    reader = _Reader(project)
    for path, reference in project.references("container", "service", "volume", "network"):
        if reference.attrs.get("placeholder") or _PLACEHOLDER.search(reference.value) or reference.role == "comment":
            continue
        if reference.kind == "container":
            yield from reader.container(path, reference)
        elif reference.kind == "service":
            yield from reader.service(path, reference)
        else:
            yield from reader.resource(path, reference)
    yield from _container_names(project)


class _Reader:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.made: dict[str, set[str]] = {}
        self.resources: set[str] = set()
        for path, declaration in project.declarations("container"):
            if declaration.attrs.get("resource"):
                self.resources.add(declaration.name)
            else:
                self.made.setdefault(declaration.name, set()).add(path)

    def container(self, path: str, reference: Reference) -> Iterator[Subject]:
        """The subject of a name given to `docker exec` and its like."""
        name = reference.value.lstrip("/")
        if name in self.made or _ID.match(name) or "/" in name or self._shown(path, name):
            return
        stacks = self._stacks(path, reference)
        found = judge_container(self.project, name, stacks, document=file_kind(path, reference) == "doc")
        remote = (
            bool(reference.attrs.get("remote")) or reference.cwd is None
        )  # after a `cd` to a folder of some machine
        if found.verdict in ("declared", "unknown", "derived") or reference.attrs.get("verb") == "run":
            return
        if not found.sure and (remote or not self._speaks_of(path, stacks)):
            return
        yield self._subject("container", path, reference, name, found, stacks)

    def _speaks_of(self, path: str, stacks: list[Stack]) -> bool:
        """Whether a file names other containers or services of the stacks, so that it is about them."""
        known = {name for stack in stacks for name in (*fixed_names(stack), *stack.services)}
        return any(r.kind in ("container", "service") and r.value in known for r in self.project.facts[path].references)

    def _subject(
        self, kind: str, path: str, reference: Reference, name: str, found: Named, stacks: list[Stack]
    ) -> Subject:
        attrs: dict[str, Any] = {
            **standing(self.project, path, reference),
            "verb": str(reference.attrs.get("verb") or ""),
            "tool": str(reference.attrs.get("tool") or ""),
            "service": found.service,
            "stack": found.stack,
            "near": found.suggestion,
            "sure": found.sure,
            "remote": bool(reference.attrs.get("remote")),
            "guarded": bool(reference.attrs.get("guarded")),
            "lower": found.verdict == "elsewhere",
            "hedged": bool(_MIGRATION.search(path)),
            "known": sorted({n for stack in stacks for n in stack.services}),
        }
        related = self._related(found)
        certain = found.suggestion if kind != "container" or self._fixed(found, stacks) else ""
        return Subject(
            kind,
            path,
            reference.span,
            name,
            attrs,
            found.verdict,
            [Reason(found.reason)],
            related,
            None,
            certain,
            reference,
        )

    def _fixed(self, found: Named, stacks: list[Stack]) -> bool:
        """Whether the suggested name is the same on every machine: written down, not derived from a folder's name."""
        return any(found.suggestion in fixed_names(stack) or stack.pinned for stack in stacks)

    def _related(self, found: Named) -> list[Reason]:
        stack = self.project.topology.stack(found.stack) if found.stack else None
        service = stack.services.get(found.service) if stack is not None else None
        if service is None:
            return []
        at: Location = service.container_name.at if service.container_name is not None else service.at
        return [Reason(f"service `{service.name}` stands here", at)]

    def _stacks(self, path: str, reference: Reference) -> list[Stack]:
        """The stacks that the text speaks of; none where only the whole repository could be meant."""
        stacks = list(self.project.topology.stacks_for(path, reference))
        if len(stacks) > 1 and len(stacks) == len(self.project.topology.stacks):
            home = path.rpartition("/")[0]
            folders = {stack.files[0].rpartition("/")[0] for stack in stacks}
            if len(folders) > 1 and not any(
                not folder or home == folder or home.startswith(folder + "/") for folder in folders
            ):
                return []
        return stacks

    def _shown(self, path: str, name: str) -> bool:
        """Whether a page shows a compose file of its own, or a build plugin's settings, that make the name."""
        if file_kind(path) != "doc":
            return False
        try:
            text = self.project.read(path).decode("utf-8", "replace")
        except OSError:
            return False
        quoted = re.escape(name)
        return bool(re.search(rf"(?m)^\s+{quoted}:\s*$|container_name:\s*[\"']?{quoted}\b|--name[= ]{quoted}\b", text))

    def service(self, path: str, reference: Reference) -> Iterator[Subject]:
        """The subject of a name given to `docker compose exec` and its like."""
        name = reference.value
        files = [str(file) for file in reference.attrs.get("files") or []]
        stacks = self._stacks(path, reference)
        if not stacks or any(stack.incomplete for stack in stacks) or self._files_missing(files, stacks):
            return
        if any(name in stack.services for stack in stacks) or self._shown(path, name) or reference.attrs.get("project"):
            return
        found = self._service(name, stacks)
        if found.verdict == "unknown":
            return
        yield self._subject("service-name", path, reference, name, found, stacks)

    def _files_missing(self, files: list[str], stacks: list[Stack]) -> bool:
        """Whether a file given to `-f` is not among those of the stacks: then another project is meant."""
        known = ["/" + file for stack in stacks for file in stack.files]
        tails = ["/" + re.sub(r"^(\.{1,2}/)+", "", file) for file in files]
        return any("$" in tail or not any(file.endswith(tail) for file in known) for tail in tails)

    def _service(self, name: str, stacks: list[Stack]) -> Named:
        for stack in stacks:
            if name in fixed_names(stack):
                service = fixed_names(stack)[name]
                return Named(
                    "container",
                    service.name,
                    service.name,
                    stack.name,
                    f"`{name}` is the container of service `{service.name}`",
                )
        stack = stacks[0]
        near = near_name(name, stack.services, least=0.6)
        reason = f"{' and '.join(stack.files)} has no service `{name}`: it has {', '.join(stack.services)}"
        elsewhere = [s for s in self.project.topology.stacks if name in s.services and s not in stacks]
        if elsewhere:
            reason += f"; {' and '.join(elsewhere[0].files)} has one"
            return Named("elsewhere", near, "", stack.name, reason)
        return Named("undefined", near, near, stack.name, reason)

    def resource(self, path: str, reference: Reference) -> Iterator[Subject]:
        """The subject of a volume or network that a command names: reported where it nearly is one of ours."""
        name, kind = reference.value, reference.kind
        stacks = self._stacks(path, reference)
        if (
            name in self.resources
            or not stacks
            or reference.attrs.get("verb") in ("create", "run")
            or self._shown(path, name)
        ):
            return
        everywhere: set[str] = set()
        for stack in self.project.topology.stacks:
            everywhere |= _resources(stack, kind)
        if name in everywhere:
            return
        suffixes = {short for stack in stacks for short in (stack.volumes if kind == "volume" else stack.networks)}
        short = next(
            (s for s in sorted(suffixes, key=len, reverse=True) if name.endswith(("_" + s, "-" + s)) or name == s), ""
        )
        if not short:
            return
        stack = next(s for s in stacks if short in (s.volumes if kind == "volume" else s.networks))
        real = _real(stack, kind, short)
        if not real or real == name or not (stack.pinned or name == short):
            return
        found = Named(
            "stale", real, "", stack.name, f"{kind} `{short}` of {' and '.join(stack.files)} is called `{real}`"
        )
        subject = self._subject("resource-name", path, reference, name, found, stacks)
        subject.attrs["noun"] = kind
        yield subject


def _real(stack: Stack, kind: str, short: str) -> str:
    item = (stack.volumes if kind == "volume" else stack.networks).get(short)
    if item is None:
        return ""
    if item.external or item.real_name:
        return item.real_name or short
    return f"{stack.project}_{short}" if stack.project else ""


def _resources(stack: Stack, kind: str) -> set[str]:
    """The names that Docker knows a stack's volumes or networks by."""
    table = stack.volumes if kind == "volume" else stack.networks
    return {real for short in table if (real := _real(stack, kind, short))}


def _container_names(project: Project) -> Iterator[Subject]:
    """Every `container_name`, with whether another service of its stack has it and whether it fits the style."""
    pattern = _compiled(project.settings.container_name_pattern)
    done: set[Location] = set()
    for stack in project.topology.stacks:
        taken: dict[str, Service] = {}
        for service in stack.services.values():
            value = service.container_name
            if value is None or not value.text or value.at.path not in project.facts:
                continue
            first = taken.setdefault(value.text, service)
            if value.at in done:
                continue
            if first is not service:
                done.add(value.at)
                yield _duplicate(project, stack, first, service)
            elif pattern is not None and not pattern.search(value.text):
                done.add(value.at)
                attrs = {
                    **standing(project, value.at.path),
                    "service": service.name,
                    "stack": stack.name,
                    "pattern": project.settings.container_name_pattern,
                    "other": "",
                }
                yield Subject(
                    "container-name",
                    value.at.path,
                    value.at.span,
                    value.text,
                    attrs,
                    "off-style",
                    [Reason(f"`{value.text}` does not match {project.settings.container_name_pattern}")],
                    scope=f"services.{service.name}",
                )


def _duplicate(project: Project, stack: Stack, first: Service, second: Service) -> Subject:
    assert first.container_name is not None and second.container_name is not None
    apart = bool(first.profiles and second.profiles and not set(first.profiles) & set(second.profiles))
    one, other = sorted((first, second), key=lambda service: _order(stack, service))
    later = other.container_name
    assert later is not None and one.container_name is not None
    attrs = {
        **standing(project, later.at.path),
        "service": other.name,
        "other": one.name,
        "stack": stack.name,
        "pattern": "",
    }
    return Subject(
        "container-name",
        later.at.path,
        later.at.span,
        later.text or "",
        attrs,
        "alternative" if apart else "duplicate",
        [Reason(f"service `{one.name}` has the same container_name", one.container_name.at)],
        [Reason("first given here", one.container_name.at)],
        scope=f"services.{other.name}",
    )


def _order(stack: Stack, service: Service) -> tuple[int, int]:
    """Where a service's container_name stands in the stack: by the order of its files, then by place."""
    value = service.container_name
    if value is None:
        return 0, 0
    files = stack.files
    return (files.index(value.at.path) if value.at.path in files else len(files)), value.at.span.start


def _compiled(pattern: str) -> "re.Pattern[str] | None":
    try:
        return re.compile(pattern) if pattern else None
    except re.error:
        return None
