"""Bind mounts, env files and included files of compose files."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from unmoor.link.existence import Made, by_hand, excused, standin
from unmoor.link.own import standing
from unmoor.link.suggest import near_path
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project, normalise
from unmoor.topology.model import EnvFile, Mount, Service, Stack, Value

# Folders of a container that are read for what the repository puts there: an empty one is a fault.
_READ = re.compile(
    r"(?i)/(docker-entrypoint-(initdb|init|startdb)?\.d|entrypoint\.d|initdb\.d|conf\.d|sites-(enabled|available)|templates"
    r"|provisioning|dashboards|rules|migrations|init|initdb|scripts|etc/[\w-]+)(/|$)"
)
_FILE = re.compile(
    r"(?i)\.(conf|cfg|ini|ya?ml|json|toml|sql|sh|py|js|ts|xml|properties|tmpl|template|html|lua|rules|hcl|cnf|txt"
    r"|md|php|rb|env|acl|vcl|proto|csv)$|(^|/)(Caddyfile|Dockerfile|nginx\.conf|crontab)$"
)
_CREATED = re.compile(
    r"(?i)(^|[/._-])(data|logs?|cache|tmp|temp|storage|uploads?|backups?|output|certs?|ssl|letsencrypt|dump|db"
    r"|media|models?|volumes?|state|run|var|node_modules|history|exports?|downloads?|artifacts?|keys|secrets?"
    r"|pgdata|database|plugins|files|images)([/._-]|$)"
)

Finder = Callable[[Location], Reference | None]


def mount_subjects(project: Project, made: Made, at: Finder) -> Iterator[Subject]:
    """Every bind source and env file that is not there in any of the stacks that its place belongs to."""
    places: dict[tuple[str, Location], list[Subject | None]] = {}
    for stack in project.topology.stacks:
        for service in stack.services.values():
            for mount in service.mounts:
                if mount.kind == "bind" and mount.source is not None and mount.source.at.path in project.facts:
                    found = _mount(project, made, at, stack, service, mount, mount.source)
                    places.setdefault(("mount", mount.source.at), []).append(found)
            for file in service.env_files:
                if file.value.at.path in project.facts:
                    places.setdefault(("env", file.value.at), []).append(
                        _env_file(project, made, at, stack, service, file)
                    )
    for several in places.values():
        known = [subject for subject in several if subject is not None]
        if len(known) == len(several):
            yield known[0]
    yield from _referred(project, made)


def _mount(
    project: Project, made: Made, at: Finder, stack: Stack, service: Service, mount: Mount, source: Value
) -> Subject | None:
    path = mount.source_path
    raw = source.raw
    if path is None or not path or project.tree.has(path) or (source.text or "").startswith(("/", "~")) or "$" in raw:
        return None
    if excused(project, path, raw, made.of(source.at.path)):
        return None
    target = mount.target.rstrip("/")
    file = bool(_FILE.search(path))
    folder = not file
    near = near_path(path, project, folder=folder)
    if near == path:
        near = ""
    needed = file or _needed_folder(path, target, near, mount.read_only)
    return _subject(project, at, "mount", source.at, raw, stack, service, path, near, folder, needed, target)


def _needed_folder(path: str, target: str, near: str, read_only: bool) -> bool:
    """Whether an empty folder, which Docker makes, would not do."""
    name = path.rpartition("/")[2]
    if _CREATED.search(target.rpartition("/")[2]):
        return False
    if near and (near.endswith("/" + name) or near == name):
        return not _CREATED.search(name) and (
            read_only or bool(_READ.search(target)) or bool(re.search(r"init|conf|script|sql", name))
        )
    return read_only and not _CREATED.search(name) and bool(_READ.search(target))


def _env_file(
    project: Project, made: Made, at: Finder, stack: Stack, service: Service, file: EnvFile
) -> Subject | None:
    path = file.path
    raw = file.value.raw
    if path is None or project.tree.has(path) or not file.required or "$" in raw or standin(raw):
        return None
    if by_hand(project.tree, path) or excused(project, path, raw, made.of(file.value.at.path)):
        return None
    near = near_path(path, project)
    return _subject(project, at, "env-file", file.value.at, raw, stack, service, path, near, False, True, "")


def _subject(
    project: Project,
    at: Finder,
    use: str,
    where: Location,
    raw: str,
    stack: Stack,
    service: Service,
    path: str,
    near: str,
    folder: bool,
    needed: bool,
    target: str,
) -> Subject:
    from posixpath import relpath

    attrs: dict[str, Any] = {
        **standing(project, where.path),
        "use": use,
        "service": service.name,
        "expected": path,
        "near": near,
        "folder": folder,
        "needed": needed,
        "target": target,
    }
    reasons = [Reason(f"there is no {path}")]
    if near:
        reasons.append(Reason(f"the nearest is {near}"))
    base = stack.project_dir if normalise(raw, stack.project_dir) == path else _base(path, raw)
    written = ""
    if near and base is not None:
        written = relpath(near, base or ".")
        bare = raw.startswith("./") or use == "mount"  # a bare name is a volume
        written = "./" + written if bare and not written.startswith(".") else written
    return Subject(
        "compose-path",
        where.path,
        where.span,
        raw,
        attrs,
        "missing",
        reasons,
        [],
        None,
        written,
        at(where),
        f"services.{service.name}",
    )


def _base(path: str, raw: str) -> str | None:
    """The folder that a path was resolved from."""
    for base in _heads(path):
        if normalise(raw, base) == path:
            return base
    return None


def _heads(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _referred(project: Project, made: Made) -> Iterator[Subject]:
    """Files that compose files include or extend, and the files of their configs and secrets."""
    for path, reference in project.references("path"):
        use = reference.attrs.get("use")
        if (
            path not in project.topology.compose_files
            or use not in ("compose-file", "config")
            or "$" in reference.value
        ):
            continue
        if reference.runtime.startswith("container"):
            continue
        where = normalise(reference.value, path.rpartition("/")[0])
        if where is None or project.tree.has(where) or excused(project, where, reference.value, made.of(path)):
            continue
        near = near_path(where, project)
        attrs = {
            **standing(project, path, reference),
            "use": str(use),
            "service": "",
            "expected": where,
            "near": near,
            "folder": False,
            "needed": True,
            "target": "",
        }
        yield Subject(
            "compose-path",
            path,
            reference.span,
            reference.value,
            attrs,
            "missing",
            [Reason(f"there is no {where}")],
            [],
            None,
            "",
            reference,
        )
