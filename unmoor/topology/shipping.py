"""Which services a source file runs in: by build context and COPY, by bind mounts, by the folder's name."""

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from unmoor.topology.images import final_stages, find_stage, stages_below
from unmoor.topology.model import Dockerfile, Service, Stack, Stage

if TYPE_CHECKING:
    from unmoor.topology.link import Topology


def shippers(topology: "Topology", path: str) -> list[tuple[Stack, Service]]:
    """In each stack the services that hold the file most specifically; test stacks only where no other has it."""
    found = []
    for stack in topology.stacks:
        if all(".devcontainer" in file.split("/") for file in stack.files):
            continue  # a workbench holds every file and ships none
        scored = [(score(topology, service, path), service) for service in stack.services.values()]
        best = max((points for points, _ in scored), default=-1)
        if best >= 0:
            found += [(best, stack, service) for points, service in scored if points == best]
    real = [one for one in found if one[1].environment != "test"] or found
    top = max((points for points, _, _ in real), default=0)
    return [(stack, service) for points, stack, service in real if points > 1 or top <= 1]


def score(topology: "Topology", service: Service, path: str) -> int:
    """How specifically a service holds a file; -1 if it does not. The length of the folder that it takes decides."""
    points = -1
    for mount in service.mounts:
        if mount.kind == "bind" and mount.source_path is not None and below(path, mount.source_path):
            points = max(points, 2 * len(mount.source_path))
    build = service.build
    if build is None or build.context_path is None or not below(path, build.context_path):
        return points
    sources = copied(topology, service)
    if sources is None:
        covered = [build.context_path]
    else:
        covered = [source for source in sources if covers(source, path)]
    folder = (build.dockerfile_path or "").rpartition("/")[0]
    if covered and folder.startswith(build.context_path) and below(path, folder):
        covered.append(folder)
    for source in covered:
        points = max(points, 2 * len(source), 2 * len(build.context_path))
    if covered and build.context_path == "" and service.name in path.split("/")[:-1]:
        points += 1
    return points


def copied(topology: "Topology", service: Service) -> list[str] | None:
    """The paths, relative to the root, that a service's Dockerfile copies out of its context. None if not known."""
    build = service.build
    dockerfile = topology.dockerfile_of(service)
    if build is None or build.context_path is None:
        return None
    if dockerfile is None:
        gone = build.dockerfile_path is not None and build.dockerfile_path not in topology.project.tree.files
        return [] if gone else None
    found = []
    for stage in needed(dockerfile, final_stages(dockerfile, service)):
        for copy in stage.copies:
            if not copy["from"]:
                found += [_join(build.context_path, source) for source in copy["sources"]]
    return found


def needed(dockerfile: Dockerfile, final: list[Stage]) -> list[Stage]:
    """The stages that a build of `final` runs: these, and those that they copy from, again and again."""
    found: list[Stage] = []
    waiting = list(final)
    while waiting:
        stage = waiting.pop()
        if stage in found:
            continue
        found.append(stage)
        for copy in stage.copies:
            source = find_stage(dockerfile, str(copy["from"])) if copy["from"] else None
            if source is not None:
                waiting += stages_below(dockerfile, source)
    return found


def _join(folder: str, source: str) -> str:
    """A source below its context; from a variable on, anything may match."""
    parts = [part for part in f"{folder}/{source}".split("/") if part not in ("", ".")]
    return "/".join("*" if "$" in part else part for part in parts)


def covers(source: str, path: str) -> bool:
    """Whether a COPY source, perhaps with wildcards, takes a file or a folder above it."""
    if not source:
        return True
    parts, names = source.split("/"), path.split("/")
    return len(parts) <= len(names) and all(fnmatchcase(name, part) for part, name in zip(parts, names))


def below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; "" is the root."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def exact(topology: "Topology", path: str, script: bool = False) -> list[tuple[Stack, Service, str]]:
    """Services that a script or a configuration file is surely brought into: it, or its own folder, is mounted or
    copied by name. A whole source tree that is mounted says nothing of a script in it."""
    folder = path.rpartition("/")[0]
    found = []
    for stack in topology.stacks:
        for service in stack.services.values():
            why = _brought(topology, service, path, folder, script)
            if why:
                found.append((stack, service, why))
    return found


def imaged(topology: "Topology") -> set[str]:
    """Files that some Dockerfile takes into its image by name, whoever builds it: from its context, from another
    stage's copy of the tree, or from a named context."""
    found: set[str] = set()
    for dockerfile in topology.dockerfiles.values():
        home = dockerfile.path.rpartition("/")[0]
        for copy in (copy for stage in dockerfile.stages for copy in stage.copies):
            for source in copy["sources"]:
                name = source.strip("/").removeprefix("./")
                found.update(
                    path
                    for path in topology.project.tree.by_name.get(name.rpartition("/")[2], ())
                    if _is_source(name, path, home) or (copy["from"] and "/" in path and name.endswith(f"/{path}"))
                )
    return found


def _is_source(name: str, path: str, home: str) -> bool:
    """Whether a COPY source is a file, seen from a folder or one above it."""
    if path != name and not path.endswith(f"/{name}"):
        return False
    context = path[: -len(name)].rstrip("/")
    return not context or home == context or home.startswith(f"{context}/")


def _brought(topology: "Topology", service: Service, path: str, folder: str, script: bool) -> str:
    for mount in service.mounts:
        if mount.kind != "bind" or mount.source_path is None:
            continue
        if mount.source_path == path:
            return f"mounted into `{service.name}`"
        if script and "entrypoint" not in mount.target and "initdb" not in mount.target:
            continue
        if folder and mount.source_path and below(folder, mount.source_path) and service.build is None:
            return f"its folder is mounted into `{service.name}`"
    for source in copied(topology, service) or []:
        if source == path:
            return f"copied into the image of `{service.name}`"
    for value in [*(service.entrypoint or []), *service.command]:
        if (
            value.raw.rpartition("/")[2] == path.rpartition("/")[2]
            and path.endswith(".sh")
            and score(topology, service, path) > 0
        ):
            return f"started in `{service.name}`"
    for stage in final_stages(topology.dockerfile_of(service), service):
        for value in [*stage.entrypoint, *stage.command]:
            if value.raw.rpartition("/")[2] == path.rpartition("/")[2] and score(topology, service, path) >= 0:
                return f"started in `{service.name}`"
    return ""
