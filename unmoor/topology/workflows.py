"""Services of CI jobs: `services:` of GitHub Actions, with the ports that they publish on the runner.

A job with `container:` runs beside its services on one network and calls them by name; any other job runs on the
runner and calls `localhost` (https://docs.github.com/actions/using-containerized-services).
"""

from collections.abc import Iterator

from msgspec import Struct

from unmoor.model.facts import Node
from unmoor.model.spans import Location
from unmoor.project import Project
from unmoor.topology.families import family_of
from unmoor.topology.items import convert
from unmoor.topology.kubernetes import get
from unmoor.topology.model import Port
from unmoor.topology.ports import ports
from unmoor.topology.worlds import is_ci


class JobService(Struct, frozen=True):
    """One service of one job. inside: the job itself runs in a container, so that the name is a host."""

    name: str
    job: str
    image: str
    ports: list[Port]
    inside: bool
    at: Location

    def listens(self) -> set[int]:
        """The ports inside the service that are known."""
        family = family_of(self.image) if self.image else None
        known = {port for port, _ in family.ports} if family is not None else set()
        return known | {port.container for port in self.ports if port.container is not None}


def job_services(project: Project) -> dict[str, list[JobService]]:
    """The services of each workflow's jobs, by path."""
    found: dict[str, list[JobService]] = {}
    for path in sorted(project.facts):
        if is_ci(path):
            services = [one for node in project.facts[path].documents for one in _jobs(path, node)]
            if services:
                found[path] = services
    return found


def _jobs(path: str, node: Node) -> Iterator[JobService]:
    jobs = get(node, "jobs")
    for name, job in jobs.items if jobs is not None and jobs.kind == "map" else ():
        services = get(job, "services")
        inside = get(job, "container") is not None
        for key, service in services.items if services is not None and services.kind == "map" else ():
            image, listed = get(service, "image"), get(service, "ports")
            yield JobService(
                key.text,
                name.text,
                image.text if image is not None else service.text,
                ports(convert(listed, path, None)) if listed is not None else [],
                inside,
                Location(path, key.span),
            )
