"""The topology in a few plain values, for reports: what a drawing of each stack needs, and no more."""

from typing import TYPE_CHECKING, Any

from unmoor.topology.model import Service, Stack

if TYPE_CHECKING:
    from unmoor.topology.link import Topology


def brief(topology: "Topology") -> dict[str, Any]:
    """`{"stacks": [{name, files, networks, services: [{name, image, ports, networks, depends_on}]}]}`."""
    return {"stacks": [_stack(stack) for stack in topology.stacks]}


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "name": stack.name,
        "files": stack.files,
        "networks": sorted(stack.networks),
        "services": [_service(service) for service in stack.services.values()],
    }


def _service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "image": (service.image.text or service.image.raw) if service.image and not service.build else "",
        "ports": [{"host": port.host, "container": port.container} for port in service.ports],
        "networks": [attachment.network for attachment in service.networks],
        "depends_on": [d.name for d in service.depends if d.kind in ("depends_on", "links", "network_mode")],
    }
