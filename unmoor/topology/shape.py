"""The topology as plain data: what `--output-format json` prints and `topology.schema.json` describes.

Sorted, with no timestamps and no machine's paths, so that two runs on the same tree give the same bytes.
"""

from typing import TYPE_CHECKING, Any

from unmoor.model.spans import Location
from unmoor.text.addresses import redact
from unmoor.topology.edges import edges
from unmoor.topology.model import Port, Service, Stack
from unmoor.topology.reach import networks_of

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

SCHEMA = "unmoor-topology/1"


def shape(topology: "Topology") -> dict[str, Any]:
    """Everything that the topology knows, as JSON values."""
    calls = edges(topology)
    return {
        "schema": SCHEMA,
        "stacks": [_stack(topology, stack) for stack in sorted(topology.stacks, key=lambda s: s.name)],
        "calls": [
            {
                "stack": edge.stack,
                "from": edge.source,
                "to": edge.target,
                "port": edge.port,
                "verdict": edge.verdict,
                "through": edge.what,
                "at": place(topology, edge.at),
            }
            for edge in calls
        ],
        "dockerfiles": [
            {
                "path": path,
                "stages": [
                    {"name": stage.name, "base": stage.base, "exposes": sorted({p for p, _ in stage.exposes})}
                    for stage in dockerfile.stages
                ],
            }
            for path, dockerfile in sorted(topology.dockerfiles.items())
        ],
        "cluster": [
            {"name": one.name, "namespace": one.namespace, "ports": sorted(one.ports), "at": place(topology, one.at)}
            for name in sorted(topology.cluster.services)
            for one in topology.cluster.services[name]
        ],
        "domains": sorted(topology.own_domains()),
    }


def place(topology: "Topology", at: Location | None) -> str:
    """`path:line`, "" for no place."""
    if at is None:
        return ""
    return f"{at.path}:{topology.project.lines(at.path).line(at.span.start)}"


def _stack(topology: "Topology", stack: Stack) -> dict[str, Any]:
    return {
        "name": stack.name,
        "files": stack.files,
        "project": stack.project,
        "pinned": stack.pinned,
        "default": stack.default,
        "environment": stack.environment,
        "incomplete": stack.incomplete,
        "services": [_service(topology, stack, stack.services[name]) for name in sorted(stack.services)],
        "networks": [
            {"name": n.name, "internal": n.internal, "external": n.external, "real_name": n.real_name}
            for _, n in sorted(stack.networks.items())
        ],
        "volumes": [
            {"name": v.name, "external": v.external, "real_name": v.real_name} for _, v in sorted(stack.volumes.items())
        ],
    }


def _service(topology: "Topology", stack: Stack, service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "at": place(topology, service.at),
        "image": service.image.raw if service.image is not None else None,
        "build": _build(service),
        "container_name": service.container_name.raw if service.container_name is not None else None,
        "names": sorted(service.names()),
        "ports": [_port(port) for port in sorted(service.ports, key=lambda p: (p.host or 0, p.container or 0))],
        "listens": [
            {"port": listener.port, "from": listener.kind, "why": redact(listener.reason)}
            for listener in sorted(service.listens, key=lambda one: one.port)
        ],
        "listens_known": service.listens_known,
        "networks": sorted(networks_of(stack, service)),
        "network_mode": service.network_mode,
        "depends_on": sorted({d.name for d in service.depends if d.kind == "depends_on"}),
        "profiles": sorted(service.profiles),
        "replicas": service.replicas,
        "environment": sorted({*service.environment, *service.env_loaded}),
        "healthcheck": service.healthcheck is not None and not service.healthcheck.disabled,
    }


def _build(service: Service) -> dict[str, Any] | None:
    build = service.build
    if build is None:
        return None
    return {
        "context": build.context_path if build.context_path is not None else build.context.raw,
        "dockerfile": build.dockerfile_path,
        "target": build.target.raw if build.target is not None else None,
        "args": sorted(build.args),
    }


def _port(port: Port) -> dict[str, Any]:
    return {"host": port.host, "container": port.container, "ip": port.ip, "protocol": port.protocol}
