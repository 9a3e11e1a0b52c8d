"""Which services a source file runs in: by build context and COPY, by bind mounts, by the folder's name."""

from typing import TYPE_CHECKING

from unmoor.topology.images import final_stages
from unmoor.topology.model import Service, Stack

if TYPE_CHECKING:
    from unmoor.topology.link import Topology


def shippers(topology: "Topology", path: str) -> list[tuple[Stack, Service]]:
    """In each stack the services that hold the file most specifically."""
    found = []
    for stack in topology.stacks:
        scored = [(score(topology, service, path), service) for service in stack.services.values()]
        best = max((points for points, _ in scored), default=-1)
        if best >= 0:
            found += [(stack, service) for points, service in scored if points == best]
    return found


def score(topology: "Topology", service: Service, path: str) -> int:
    """How specifically a service holds a file; -1 if it does not. The length of the folder that it takes decides."""
    points = -1
    for mount in service.mounts:
        if mount.kind == "bind" and mount.source_path is not None and below(path, mount.source_path):
            points = max(points, 2 * len(mount.source_path))
    build = service.build
    if build is None or build.context_path is None or not below(path, build.context_path):
        return points
    points = max(points, 2 * len(build.context_path))
    folder = (build.dockerfile_path or "").rpartition("/")[0]
    if folder.startswith(build.context_path) and below(path, folder):
        points = max(points, 2 * len(folder))
    for source in copied(topology, service):
        if below(path, source):
            points = max(points, 2 * len(source))
    if build.context_path == "" and service.name in path.split("/")[:-1]:
        points += 1
    return points


def copied(topology: "Topology", service: Service) -> list[str]:
    """The paths, relative to the root, that a service's Dockerfile copies out of its context."""
    build = service.build
    if build is None or build.context_path is None:
        return []
    found = []
    dockerfile = topology.dockerfile_of(service)
    for stage in dockerfile.stages if dockerfile is not None else []:
        for copy in stage.copies:
            if not copy.get("from"):
                found += [_join(build.context_path, source) for source in copy["sources"] if "$" not in source]
    return found


def _join(folder: str, source: str) -> str:
    parts = [part for part in f"{folder}/{source}".split("/") if part not in ("", ".")]
    plain = []
    for part in parts:
        if "*" in part or "?" in part:
            break
        plain.append(part)
    return "/".join(plain)


def below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; "" is the root."""
    return not folder or path == folder or path.startswith(f"{folder}/")


def exact(topology: "Topology", path: str) -> list[tuple[Stack, Service, str]]:
    """Services that a script or a configuration file is surely brought into: it, or its own folder, is mounted or
    copied by name. A whole source tree that is mounted says nothing of a script in it."""
    folder = path.rpartition("/")[0]
    found = []
    for stack in topology.stacks:
        for service in stack.services.values():
            why = _brought(topology, service, path, folder)
            if why:
                found.append((stack, service, why))
    return found


def _brought(topology: "Topology", service: Service, path: str, folder: str) -> str:
    for mount in service.mounts:
        if mount.kind != "bind" or mount.source_path is None:
            continue
        if mount.source_path == path:
            return f"mounted into `{service.name}`"
        if folder and mount.source_path and below(folder, mount.source_path) and service.build is None:
            return f"its folder is mounted into `{service.name}`"
    for source in copied(topology, service):
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
