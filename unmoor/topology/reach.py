"""Who can reach whom: networks, shared namespaces, and what a service listens at."""

from typing import NamedTuple

from unmoor.topology.model import Listener, Port, Service, Stack


def networks_of(stack: Stack, service: Service) -> set[str]:
    """The networks of a service by their keys in the stack; a shared namespace has those of its owner."""
    mode, _, other = service.network_mode.partition(":")
    if mode == "service" and other in stack.services and other != service.name:
        owner = stack.services[other]
        return networks_of(stack, owner) if not owner.network_mode.startswith("service:") else set()
    if service.network_mode:
        return set()
    if service.implicit_default:
        return {"default"}
    return {attachment.network for attachment in service.networks}


def external_networks(stack: Stack, service: Service) -> list[str]:
    """The names of external networks that a service is on: hosts there cannot be known."""
    found = []
    for key in sorted(networks_of(stack, service)):
        network = stack.networks.get(key)
        if network is not None and network.external:
            found.append(network.real_name or key)
    return found


def on_host(service: Service) -> bool:
    """Whether a service uses the host's network."""
    return service.network_mode == "host"


def namespace(stack: Stack, service: Service) -> list[Service]:
    """The services that share one network namespace with a service, itself first."""
    mode, _, other = service.network_mode.partition(":")
    owner = stack.services.get(other, service) if mode == "service" else service
    group = [owner, *(one for one in stack.services.values() if one.network_mode == f"service:{owner.name}")]
    return [service, *(one for one in group if one is not service)]


class Listening(NamedTuple):
    """Whether something listens at a port. listener: what says so. known: whether a "no" can be trusted."""

    listener: Listener | None
    known: bool
    service: Service


def listening(stack: Stack, service: Service, port: int, *, checking: bool = False) -> Listening:
    """Whether a service, or one that shares its namespace, listens at a port. checking: asked for a health check,
    for which what health checks ask is no evidence."""
    group = namespace(stack, service)
    for one in group:
        for listener in one.listens:
            if listener.port == port and not (checking and listener.kind == "healthcheck"):
                return Listening(listener, True, one)
    return Listening(None, all(one.listens_known for one in group), service)


def mapping(service: Service, port: int) -> Port | None:
    """The mapping of a service that publishes a host port."""
    return next((mapping for mapping in service.ports if mapping.publishes(port)), None)


def names_on(service: Service, stack: Stack, network: str) -> set[str]:
    """The names by which a service is found on one network."""
    found = {service.name, service.hostname}
    if service.container_name is not None and service.container_name.text:
        found.add(service.container_name.text)
    for attachment in service.networks:
        if attachment.network == network:
            found.update(attachment.aliases)
    if stack.project:
        found.update({f"{stack.project}-{service.name}-1", f"{stack.project}_{service.name}_1"})
    return {name.lower() for name in found} - {""}


def main_port(service: Service) -> int | None:
    """The port that a service is most likely called at."""
    for kind in ("ports", "expose", "label", "env", "command", "image", "code", "EXPOSE", "config"):
        for listener in service.listens:
            if listener.kind == kind:
                return listener.port
    return None
