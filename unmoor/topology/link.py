"""From facts to the topology: every stack, Dockerfile, package, proxy and host of a repository, and what they answer.

Linkers call the methods of `Topology`; each says in one sentence what it gives. Nothing here reads the disk but through
`Project.read`, and nothing is kept between runs.
"""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from unmoor.model.facts import Reference
from unmoor.project import Project
from unmoor.text.addresses import Address
from unmoor.topology import compose, openers, placement, proxies, reach, services, stacks
from unmoor.topology.environ import UNSETTLED, Environment
from unmoor.topology.images import dockerfiles
from unmoor.topology.interpolate import Lookup
from unmoor.topology.kubernetes import Cluster, cluster_of, get
from unmoor.topology.load import Source, load
from unmoor.topology.model import Dockerfile, Listener, Port, Resolution, Runtime, Service, Stack
from unmoor.topology.packages import Package, packages_of
from unmoor.topology.resolve import resolve as resolve_address
from unmoor.topology.shipping import imaged
from unmoor.topology.speaks import near
from unmoor.topology.workflows import JobService, job_services

if TYPE_CHECKING:
    from unmoor.topology.proxies import Route


class Topology:
    """The linked model. stacks: best known first. dockerfiles, packages: by path. cluster: Kubernetes Services.

    jobs: the services of CI jobs, by workflow.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.compose_files = stacks.compose_files(project)
        self.environment = Environment(project)
        self.dockerfiles: dict[str, Dockerfile] = dockerfiles(project)
        self.packages: dict[str, Package] = packages_of(project)
        self.cluster: Cluster = cluster_of(project)
        self.jobs: dict[str, list[JobService]] = job_services(project)
        self.stacks: list[Stack] = [self._stack(plan) for plan in stacks.plans(project, self.compose_files)]
        self._by_name = {stack.name: stack for stack in self.stacks}
        self._placements: dict[str, list[Runtime]] = {}
        self._spoken: dict[tuple[str, str | None, tuple[str, ...]], list[Stack]] = {}
        self._shippers: dict[str, list[tuple[Stack, Service]]] = {}
        services.complete(self)

    def _stack(self, plan: stacks.Plan) -> Stack:
        project, pinned = self._project_name(plan)

        def variables(env_files: list[str] | None, folder: str | None) -> Lookup:
            return self.environment.lookup(env_files, folder, project)

        loaded = load(plan.files, plan.project_dir, Source(self.compose_files.get, variables), plan.env_files)
        stack = Stack(plan.name or "+".join(plan.files), loaded.files or plan.files, plan.project_dir)
        stack.services = compose.services(loaded.tree, self.environment.examples(plan.project_dir))
        stack.networks = compose.networks(loaded.tree)
        stack.volumes = compose.volumes(loaded.tree)
        stack.configs = compose.places(loaded.tree, "configs")
        stack.secrets = compose.places(loaded.tree, "secrets")
        stack.variables = loaded.variables
        stack.environment = stacks.environment_of(plan.files)
        stack.default = plan.default
        unread = [f"part of {path} was not understood" for path in stack.files if self._partly_read(path)]
        stack.incomplete = "; ".join(dict.fromkeys([*loaded.incomplete, *unread]))
        stack.project, stack.pinned = project, pinned
        return stack

    def _partly_read(self, path: str) -> bool:
        """Whether a compose file lost a region, or a generator fills parts of it in: what is missing is not known."""
        facts = self.project.facts.get(path)
        if facts is None:
            return False
        lost = any("YAML" in problem.message for problem in facts.problems)
        return lost or re.search(rb"^\s*\{[%{]", self.project.read(path), re.M) is not None

    def _project_name(self, plan: stacks.Plan) -> tuple[str, bool]:
        """(name, whether it is written down): `-p`, COMPOSE_PROJECT_NAME, `name:`, else the folder's name."""
        if plan.project:
            return plan.project, True
        pinned = self.environment.lookup(plan.env_files, plan.project_dir)("COMPOSE_PROJECT_NAME")
        if pinned and pinned != UNSETTLED:
            return pinned, True
        for path in reversed(plan.files):
            node = self.compose_files.get(path)
            written = get(node, "name")
            if written is not None and written.text and "$" not in written.text:
                return written.text, True
        return stacks.project_name(plan.project_dir), False

    def stack(self, name: str) -> Stack | None:
        """The stack of a name."""
        return self._by_name.get(name)

    def stacks_of(self, path: str) -> list[Stack]:
        """The stacks that a compose file is part of."""
        return [stack for stack in self.stacks if path in stack.files]

    def stacks_for(self, path: str, reference: Reference | None = None) -> list[Stack]:
        """The stacks that a command, page or file speaks of, best first; see `unmoor.topology.speaks`."""
        cwd = reference.cwd if reference is not None else None
        files = reference.attrs.get("files") if reference is not None else None
        key = (path, cwd, tuple(map(str, files)) if isinstance(files, list | tuple) else ())
        if key not in self._spoken:
            self._spoken[key] = near(self, path, reference)
        return self._spoken[key] or self.stacks

    def speaks_of_one(self, path: str, reference: Reference | None = None) -> bool:
        """Whether it is known which stacks a file speaks of: some are near, or there is but one."""
        found = self.stacks_for(path, reference)
        return len(self.stacks) < 2 or found is not self.stacks

    def runtimes(self, path: str, reference: Reference | None = None) -> list[Runtime]:
        """Where a reference of a file is evaluated; a file in two services or stacks has one runtime for each."""
        return placement.runtimes(self, path, reference)

    def place(self, path: str) -> list[Runtime]:
        """Where a file as a whole runs."""
        if path not in self._placements:
            self._placements[path] = placement.place(self, path)
        return self._placements[path]

    def shippers(self, path: str) -> list[tuple[Stack, Service]]:
        """The services that a source file runs in: by image or by mount."""
        if path not in self._shippers:
            self._shippers[path] = placement.shippers(self, path)
        return self._shippers[path]

    @cached_property
    def imaged(self) -> set[str]:
        """Files that some Dockerfile copies by name, also one that no stack builds."""
        return imaged(self)

    def resolve(
        self, address: Address, runtime: Runtime, path: str | None = None, reference: Reference | None = None
    ) -> Resolution:
        """What the topology says of an address seen from a runtime, with its reasons and the right address."""
        resolution = resolve_address(self, address, runtime, path, reference)
        resolution.runtime = runtime
        return resolution

    def published(self, port: int, stacks: list[Stack] | None = None) -> list[tuple[Stack, Service, Port]]:
        """Every mapping that publishes a port on the host."""
        chosen = self.stacks if stacks is None else stacks
        return [
            (stack, service, mapping)
            for stack in chosen
            for service in stack.services.values()
            for mapping in service.ports
            if mapping.publishes(port)
        ]

    @cached_property
    def host_port_variables(self) -> set[str]:
        """Variables that only say at which port of the host something is published, and are given to no service."""
        services_ = [service for stack in self.stacks for service in stack.services.values()]
        published = (mapping.raw.rpartition(":")[0] for service in services_ for mapping in service.ports)
        names = {name for text in published for name in re.findall(r"\$\{?(\w+)", text)}
        return names - {name for service in services_ for name in service.environment}

    @cached_property
    def openers(self) -> dict[int, list[Listener]]:
        """Processes outside of every stack that open a port on the host: dev servers, scripts, `docker run -p`."""
        return openers.openers(self)

    def opens(self, path: str, port: int) -> Listener | None:
        """A process that the page or file itself starts at a port of the host."""
        return openers.on_page(self, path, port)

    @cached_property
    def own_domains_found(self) -> dict[str, str]:
        """Own domain → what says so."""
        return proxies.own_domains(self)

    def own_domains(self) -> set[str]:
        """The repository's own public domains, configured or derived."""
        return set(self.own_domains_found)

    def is_own_domain(self, host: str) -> bool:
        """Whether a host is an own domain or below one."""
        return any(host == domain or host.endswith(f".{domain}") for domain in self.own_domains_found)

    @cached_property
    def service_names(self) -> set[str]:
        """Every name by which Docker's DNS finds some service of some stack."""
        return {name.lower() for stack in self.stacks for one in stack.services.values() for name in one.names()}

    def is_service_name(self, host: str) -> bool:
        """Whether some stack, or the cluster, answers to a host name."""
        return host.lower() in self.service_names or self.cluster.knows(host)

    def networks_of(self, stack: Stack, service: Service) -> set[str]:
        """The networks that a service is on; none if it uses the host's or another's namespace."""
        return reach.networks_of(stack, service)

    def shared(self, stack: Stack, one: Service, other: Service) -> list[str]:
        """The networks that two services of a stack share."""
        return sorted(self.networks_of(stack, one) & self.networks_of(stack, other))

    def dockerfile_of(self, service: Service) -> Dockerfile | None:
        """The Dockerfile that a service is built from, if it is in the repository."""
        path = service.build.dockerfile_path if service.build is not None else None
        return self.dockerfiles.get(path) if path is not None else None

    @cached_property
    def routes(self) -> list["Route"]:
        """Every proxy rule: rewrites, dev-server proxies, nginx locations, Traefik routers."""
        return proxies.routes(self)


def link(project: Project) -> Topology:
    """The topology of a scanned repository."""
    return Topology(project)
