"""Services whose one port everything agrees on, though their program cannot be read.

A service that is built here, is given `PORT`, and of which `EXPOSE`, `expose` and `ports` say that same port and no
other, is not called at another port by mistake of ours, as long as nothing that it ships speaks of that other port.
"""

from typing import TYPE_CHECKING

from unmoor.topology import listeners
from unmoor.topology.images import final_stages
from unmoor.topology.model import Service
from unmoor.topology.shipping import score
from unmoor.topology.worlds import ENV_FILE, own_world

if TYPE_CHECKING:
    from unmoor.topology.link import Topology


def elsewhere(topology: "Topology", service: Service, port: int) -> bool:
    """Whether a service surely does not listen at a port: all that is known of it names another one."""
    if service.build is None or service.network_mode or (service.env_unknown and "PORT" not in service.environment):
        return False
    stages = final_stages(topology.dockerfile_of(service), service)
    given = {name: value for stage in reversed(stages) for name, value in stage.env.items()}
    given = {**given, **service.env_loaded, **service.environment}
    told = given["PORT"].text if "PORT" in given else None
    said = {number for stage in stages for number, _ in stage.exposes} | set(service.expose)
    said |= {mapping.container for mapping in service.ports if mapping.container is not None}
    if told is None or not told.isdigit() or said != {int(told)}:
        return False
    if listeners.manages([*(service.entrypoint or []), *service.command]):
        return False
    heard = {listener.port for listener in service.listens}
    return heard == said and not _spoken_of(topology, service, port)


def _spoken_of(topology: "Topology", service: Service, port: int) -> bool:
    """Whether a program or configuration that the service ships names the port; examples and tests do not count."""
    for path, facts in topology.project.facts.items():
        if str(port) not in map(str, facts.traits.get("ports", ())) or ENV_FILE.search(path) or own_world(path):
            continue
        if score(topology, service, path) >= 0:
            return True
    return False
