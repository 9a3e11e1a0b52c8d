"""Addresses seen from inside a container of a stack: loopback, service names, the host."""

from typing import TYPE_CHECKING

from unmoor.model.spans import Location
from unmoor.text.addresses import Address
from unmoor.topology import agreed, outside, reach
from unmoor.topology.model import Port, Resolution, Runtime, Service, Stack
from unmoor.topology.wording import at_host, known_as, names, number, rewritten, scheme_for

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

Reasons = list[tuple[str, Location | None]]


def resolve(
    topology: "Topology", address: Address, kind: str, stack: Stack, service: Service, runtime: Runtime, role: str = ""
) -> Resolution:
    """The verdict of an address inside a known service. role: of the reference."""
    if kind in ("loopback", "wildcard"):
        if reach.on_host(service):
            return outside.loopback(topology, address, [stack], runtime, f"`{service.name}` uses the host's network")
        return loopback(topology, address, stack, service, role == "healthcheck")
    if kind == "docker-internal":
        return docker_host(topology, address, stack, service)
    if kind in ("reserved", "documentation", "resolver"):
        return Resolution("external", [(f"{address.host} is nobody's address", None)])
    if address.host in service.extra_hosts:
        where = service.extra_hosts[address.host]
        if where == "host-gateway":
            return docker_host(topology, address, stack, service)
        return Resolution(
            "external", [(f"`extra_hosts` gives {address.host} as {where}", service.keys.get("extra_hosts"))]
        )
    target = (
        _by_ip(stack, address.host)
        if kind in ("private", "tailnet", "public-ip")
        else _named(stack, service, address.host)
    )
    if target is not None:
        return named(topology, address, stack, service, target)
    if kind in ("private", "tailnet", "public-ip", "domain"):
        return Resolution("external", [(f"{address.host} is outside of the stack", None)])
    return _unnamed(topology, address, kind, stack, service)


def _named(stack: Stack, service: Service, host: str) -> Service | None:
    """Whom a name means: a link's alias, a name on a shared network, else a name anywhere in the stack."""
    if host in service.links and service.links[host] in stack.services:
        return stack.services[service.links[host]]
    own = reach.networks_of(stack, service)
    for network in sorted(own):
        for other in stack.services.values():
            if network in reach.networks_of(stack, other) and host in reach.names_on(other, stack, network):
                return other
    return stack.find(host)


def _by_ip(stack: Stack, host: str) -> Service | None:
    for service in stack.services.values():
        if any(host in attachment.addresses for attachment in service.networks):
            return service
    return None


def loopback(
    topology: "Topology", address: Address, stack: Stack, service: Service, checking: bool = False
) -> Resolution:
    """`localhost` inside a container: the container itself, and those that share its network namespace."""
    port = address.port
    here = f"inside container `{service.name}`, {address.host} is the container itself"
    if port is None:
        return Resolution("unknown", [(f"{here}; the port is not known", None)], service, stack.name)
    own = reach.listening(stack, service, port, checking=checking)
    if own.listener is not None:
        reasons: Reasons = [(f"{here}, and `{own.service.name}` listens at {port}", own.listener.at)]
        return Resolution("self", reasons, own.service, stack.name, port, address.value)
    nothing = (f"{here}, and nothing in it listens at {port}", None)
    mine = reach.mapping(service, port)
    if mine is not None and mine.container is not None:
        why = f"{port} is where `{service.name}` is published on the host; it listens at {mine.container}"
        right = rewritten(address, address.host, mine.container)
        return Resolution(
            "wrong-port",
            [nothing, (why, mine.host_at or mine.at)],
            service,
            stack.name,
            mine.container,
            right,
            "own-port",
        )
    found = _meant(topology, stack, service, port)
    if found is not None:
        target, mapping, inner = found
        cause = "published-port" if mapping is not None else "other-container"
        because = _why(target, mapping, port, inner)
        return _other(topology, address, stack, service, target, inner, [nothing, because], cause)
    if own.known:
        return Resolution("wrong-port", [nothing], service, stack.name, None, "", "port")
    return Resolution("unknown", [(f"{here}; what listens in it is not known", None)], service, stack.name)


def _meant(
    topology: "Topology", stack: Stack, service: Service, port: int
) -> tuple[Service, Port | None, int | None] | None:
    """The service that a loopback port is most likely meant for: who publishes it, else the one that listens at it."""
    for other in stack.services.values():
        mapping = reach.mapping(other, port)
        if other is not service and mapping is not None:
            return other, mapping, mapping.container
    listening = [
        (other, one.kind == "env")
        for other in stack.services.values()
        for one in other.listens
        if other is not service and one.port == port
    ]
    # What a variable says counts only where nothing better is known.
    strong = [other for other, told in listening if not told] or [other for other, _ in listening]
    near = [other for other in strong if topology.shared(stack, service, other)] or strong
    if len(near) == 1:
        return near[0], None, port
    return None


def _why(target: Service, mapping: Port | None, port: int, inner: int | None) -> tuple[str, Location | None]:
    if mapping is not None:
        text = f"{port} is published on the host by `{target.name}` for its port {number(inner)}"
        return text, mapping.host_at or mapping.at
    listener = next(one for one in target.listens if one.port == port)
    return f"`{target.name}` listens at {port}", listener.at


def _other(
    topology: "Topology",
    address: Address,
    stack: Stack,
    service: Service,
    target: Service,
    inner: int | None,
    reasons: Reasons,
    cause: str,
) -> Resolution:
    """`wrong-host`: another service is meant; how to reach it, if it can be reached."""
    if reach.on_host(target):
        reasons.append((f"`{target.name}` uses the host's network", target.keys.get("network_mode")))
        right = rewritten(address, "host.docker.internal", inner)
        return Resolution("wrong-host", reasons, target, stack.name, inner, right, cause)
    shared = topology.shared(stack, service, target)
    if not shared:
        text = f"`{service.name}` and `{target.name}` share no network"
        return Resolution("wrong-host", [*reasons, (text, None)], target, stack.name, inner, "", cause)
    text = f"`{service.name}` and `{target.name}` share network {names(shared[:1])}"
    right = rewritten(address, target.name, inner, scheme_for(address, target, inner)) if inner is not None else ""
    return Resolution("wrong-host", [*reasons, (text, None)], target, stack.name, inner, right, cause)


def named(topology: "Topology", address: Address, stack: Stack, service: Service, target: Service) -> Resolution:
    """A service's name inside another container."""
    if reach.on_host(service):
        text = f"`{service.name}` uses the host's network, where Docker's names do not resolve"
        return _on_host_network(address, stack, service, target, text)
    same = target is service or target in reach.namespace(stack, service)
    if not same and not topology.shared(stack, service, target):
        return _isolated(address, stack, service, target)
    head = f"`{address.host}` is the container itself" if same else known_as(address.host, target.name)
    return port_of(topology, address, stack, target, head, "self" if same else "ok")


def _on_host_network(address: Address, stack: Stack, service: Service, target: Service, text: str) -> Resolution:
    reasons: Reasons = [(text, service.keys.get("network_mode"))]
    mapping = next((m for m in target.ports if m.container == address.port or m.host == address.port), None)
    if mapping is not None and mapping.host is not None:
        reasons.append((f"`{target.name}` is published on the host at {mapping.host}", mapping.at))
        return Resolution(
            "wrong-host", reasons, target, stack.name, mapping.host, at_host(address, mapping), "host-network"
        )
    return Resolution("wrong-host", reasons, target, stack.name, None, "", "host-network")


def _isolated(address: Address, stack: Stack, service: Service, target: Service) -> Resolution:
    if target.network_mode:
        at = target.keys.get("network_mode")
        if reach.on_host(target):
            text = f"`{target.name}` uses the host's network, so that Docker's DNS has no such name"
            right = rewritten(address, "host.docker.internal", address.port)
            return Resolution("isolated", [(text, at)], target, stack.name, address.port, right, "host-network")
        return Resolution(
            "isolated", [(f"`{target.name}` has network_mode {target.network_mode}", at)], target, stack.name
        )
    mine, theirs = reach.networks_of(stack, service), reach.networks_of(stack, target)
    where = [service.networks[0].at] if service.networks else [service.keys.get("network_mode") or service.at]
    reasons: Reasons = [
        (f"`{service.name}` and `{target.name}` share no network", where[0]),
        (f"`{service.name}` is on {names(sorted(mine)) or 'none'}", where[0]),
        (
            f"`{target.name}` is on {names(sorted(theirs)) or 'none'}",
            target.networks[0].at if target.networks else target.at,
        ),
    ]
    return Resolution("isolated", reasons, target, stack.name, address.port)


def port_of(
    topology: "Topology", address: Address, stack: Stack, target: Service, head: str, good: str
) -> Resolution:
    """Whether the port of an address whose host is right is right too."""
    port = address.port
    if port is None:
        return Resolution(good, [(head, target.at)], target, stack.name, reach.main_port(target), address.value)
    found = reach.listening(stack, target, port)
    if found.listener is not None:
        text = f"{head}, and it listens at {port}"
        return Resolution(good, [(text, found.listener.at or target.at)], target, stack.name, port, address.value)
    mapping = reach.mapping(target, port)
    if mapping is not None and mapping.container is not None:
        text = f"{head}, and {port} is its port on the host: inside the network it listens at {mapping.container}"
        right = rewritten(address, address.host, mapping.container)
        return Resolution(
            "wrong-port", [(text, mapping.at)], target, stack.name, mapping.container, right, "published-port"
        )
    if not found.known and not agreed.elsewhere(topology, target, port):
        return Resolution(
            "unknown", [(f"{head}; whether it listens at {port} is not known", target.at)], target, stack.name
        )
    main = reach.main_port(target)
    text = f"{head}, and nothing in it listens at {port}"
    known = ", ".join(str(one.port) for one in target.listens[:4])
    reasons: Reasons = [(text, target.at), (f"`{target.name}` listens at {known}", target.listens[0].at)]
    right = rewritten(address, address.host, main) if len(target.listens) == 1 else ""
    return Resolution("wrong-port", reasons, target, stack.name, main, right, "port")


def docker_host(topology: "Topology", address: Address, stack: Stack, service: Service | None) -> Resolution:
    """`host.docker.internal`: the host, and what is published on it."""
    head = f"{address.host} is the host"
    for where in [stack, *(one for one in topology.stacks if one is not stack)]:
        for _, target, mapping in topology.published(address.port or -1, [where]):
            text = f"{head}, where {address.port} is published by `{target.name}`"
            right = ""
            if where is stack and service is not None and topology.shared(stack, service, target):
                right = rewritten(address, target.name, mapping.container) if mapping.container else ""
            return Resolution("ok", [(text, mapping.at)], target, where.name, mapping.container, right, "docker-host")
    return Resolution("unknown", [(f"{head}; what listens there at {number(address.port)} is not known", None)])


def _unnamed(topology: "Topology", address: Address, kind: str, stack: Stack, service: Service) -> Resolution:
    """A name that nothing in the stack answers to."""
    host = address.host
    outside_networks = reach.external_networks(stack, service)
    if outside_networks:
        text = f"`{service.name}` is on the external network {names(outside_networks[:1])}, where {host} may be"
        return Resolution("unknown", [(text, None)])
    if kind == "local":
        return Resolution("external", [(f"{host} is a name of the local network", None)])
    if stack.incomplete:
        return Resolution("unknown", [(f"the stack is not wholly known: {stack.incomplete}", None)])
    reasons: Reasons = [(f"no service of {stack.name} is called {host}", None)]
    for other in topology.stacks:
        found = other.find(host) if other is not stack else None
        if found is not None:
            reasons.append((f"{other.name} has `{found.name}`", found.at))
            return Resolution("undefined", reasons, elsewhere=other.name)
    return Resolution("undefined", reasons)


def resolve_unplaced(
    topology: "Topology", address: Address, kind: str, stacks: list[Stack], runtime: Runtime, path: str | None
) -> Resolution:
    """Server code of which no service is known to run it: on a developer's host, or in some container."""
    if kind in ("loopback", "wildcard"):
        found = outside.loopback(topology, address, stacks, runtime, "", path)
        if found.verdict == "ok":
            found.verdict = "host-only"
            found.reasons.append(("inside a container, it would be the container itself", None))
            return found
        return Resolution("unknown", [(f"which container runs this is not known, so neither is {address.host}", None)])
    if kind == "docker-internal" and stacks:
        return docker_host(topology, address, stacks[0], None)
    if topology.cluster.knows(address.host):
        return topology.cluster.resolve(address)
    named_in = [(stack, stack.find(address.host)) for stack in stacks]
    for stack, target in named_in:
        if target is not None:
            return port_of(topology, address, stack, target, known_as(address.host, target.name), "ok")
    if kind in ("dotless", "local"):
        return Resolution("unknown", [(f"which network {address.host} is looked up in is not known", None)])
    return Resolution("external", [(f"{address.host} is outside of the repository", None)])
