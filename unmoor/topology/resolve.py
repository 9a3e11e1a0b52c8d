"""`resolve`: what an address means when it is evaluated in a runtime, and the chain of reasons.

Causes (one word for rules): "published-port" a host port used inside; "container-port" the reverse; "other-container"
loopback where a sibling is meant; "service-name" a name of Docker's DNS used outside of it; "host-network" it is used
in a service on the host's network; "own-port" a container calls itself at its published port; "unpublished" no mapping
and no known process opens the port; "port" the service is right and nothing in it listens at the port; "docker-host".
"""

from typing import TYPE_CHECKING

from unmoor.model.facts import Reference
from unmoor.text.addresses import Address, host_class
import unmoor.topology.inside as inside
import unmoor.topology.outside as outside
from unmoor.topology.model import Resolution, Runtime, Service, Stack

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

_LOOPBACK = ("loopback", "wildcard")
_INSIDE = ("container", "server", "build")


def resolve(
    topology: "Topology", address: Address, runtime: Runtime, path: str | None, reference: Reference | None
) -> Resolution:
    """The verdict of one address in one runtime."""
    kind = host_class(address.host)
    if kind == "computed":
        return Resolution("unknown", [("the host is computed at run time", None)])
    if runtime.kind == "universal":
        return _universal(topology, address, runtime, path, reference)
    stacks = _stacks(topology, runtime, path, reference)
    service = _service(runtime, stacks)
    if runtime.kind in _INSIDE and service is not None:
        return inside.resolve(topology, address, kind, stacks[0], service, runtime)
    if runtime.kind in _INSIDE:
        return inside.resolve_unplaced(topology, address, kind, stacks, runtime, path)
    return outside.resolve(topology, address, kind, stacks, runtime, path)


def _universal(
    topology: "Topology", address: Address, runtime: Runtime, path: str | None, reference: Reference | None
) -> Resolution:
    """Code that runs on the server and in the browser: the worse of the two counts."""
    found = []
    for kind in ("browser", "server"):
        one = Runtime(kind, runtime.service, runtime.stack, runtime.why)
        found.append(resolve(topology, address, one, path, reference))
    return next((one for one in found if one.verdict not in ("ok", "self", "external", "unknown")), found[0])


def _stacks(topology: "Topology", runtime: Runtime, path: str | None, reference: Reference | None) -> list[Stack]:
    """The stacks to judge by: the runtime's own, else those that the file speaks of, else all."""
    own = topology.stack(runtime.stack) if runtime.stack else None
    if own is not None:
        return [own]
    if path is not None:
        found = topology.stacks_for(path, reference)
        if runtime.service:
            holding = [stack for stack in found if runtime.service in stack.services]
            return holding or [s for s in topology.stacks if runtime.service in s.services] or found
        return found
    if runtime.service:
        return [stack for stack in topology.stacks if runtime.service in stack.services]
    return topology.stacks


def _service(runtime: Runtime, stacks: list[Stack]) -> Service | None:
    return stacks[0].services.get(runtime.service) if runtime.service and stacks else None
