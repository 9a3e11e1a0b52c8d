"""Addresses seen from outside of every container: the host, a browser, documents, CI jobs on the runner."""

from typing import TYPE_CHECKING

from unmoor.model.spans import Location
from unmoor.text.addresses import Address
from unmoor.topology import reach
from unmoor.topology.model import Port, Resolution, Runtime, Service, Stack
from unmoor.topology.wording import at_host, known_as, number
from unmoor.topology.worlds import ENV_FILE

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

# Roles in which whoever evaluates a reference calls it.
_CALLED = ("", "request", "default", "dev-branch", "healthcheck")
Reasons = list[tuple[str, Location | None]]


def resolve(
    topology: "Topology",
    address: Address,
    kind: str,
    stacks: list[Stack],
    runtime: Runtime,
    path: str | None,
    role: str,
) -> Resolution:
    """The verdict of an address on the host or in a browser. role: of the reference, "" where there is none."""
    if kind in ("loopback", "wildcard"):
        found = loopback(topology, address, stacks, runtime, "", path)
        if runtime.kind == "browser" and found.verdict == "ok":
            found.verdict = "host-only"
            found.reasons.append(("it is right only for a browser on the same machine", None))
        return found
    if kind == "docker-internal":
        return Resolution("unknown", [(f"whether {address.host} resolves outside of a container is not known", None)])
    if kind in ("reserved", "documentation", "resolver"):
        return Resolution("external", [(f"{address.host} is nobody's address", None)])
    job = _job_service(topology, address, path)
    if job is not None:
        return job
    for stack in stacks:
        target = stack.find(address.host)
        if target is not None and kind in ("dotless", "local", "domain"):
            if runtime.kind != "browser" and role not in _CALLED:
                return _handed_on(topology, address, stack, target)
            return service_name(address, stack, target, runtime)
    if kind in ("dotless", "local"):
        return _unnamed(topology, address, stacks, path)
    return Resolution("external", [(f"{address.host} is outside of the repository", None)])


def _job_service(topology: "Topology", address: Address, path: str | None) -> Resolution | None:
    """The name of a service of the workflow's own jobs: a host for jobs in a container only."""
    named = [one for one in topology.jobs.get(path or "", []) if one.name.lower() == address.host]
    if not named:
        return None
    service = next((one for one in named if one.inside), None)
    if service is None:
        text = f"job `{named[0].job}` runs on the runner, where its service `{named[0].name}` is localhost"
        mapping = next((m for m in named[0].ports if m.container == address.port), None)
        right = at_host(address, mapping) if mapping is not None and mapping.host is not None else ""
        return Resolution("wrong-host", [(text, named[0].at)], None, "", None, right, "service-name")
    text = f"`{service.name}` is a service of job `{service.job}`, which runs in a container"
    known = address.port is None or address.port in service.listens()
    return Resolution("ok" if known else "unknown", [(text, service.at)], port=address.port)


def _handed_on(topology: "Topology", address: Address, stack: Stack, target: Service) -> Resolution:
    """A service's name that a script or document only passes on (a JSON body, a variable): who calls it is inside."""
    from unmoor.topology.inside import port_of

    head = known_as(address.host, target.name) + ", for whoever gets it"
    return port_of(topology, address, stack, target, head, "ok")


def _inside_view(topology: "Topology", path: str | None, stacks: list[Stack]) -> Stack | None:
    """The stack whose services an env file names elsewhere: then its values are meant for containers."""
    if path is None or not ENV_FILE.search(path):
        return None
    for reference in topology.project.facts[path].references:
        host = str(reference.attrs.get("host") or "") if reference.kind in ("url", "host") else ""
        found = next((stack for stack in stacks if host and stack.find(host)), None)
        if found is not None:
            return found
    return None


def _unnamed(topology: "Topology", address: Address, stacks: list[Stack], path: str | None) -> Resolution:
    if topology.cluster.knows(address.host):
        return topology.cluster.resolve(address)
    for other in topology.stacks:
        found = other.find(address.host)
        if found is not None:
            text = f"{other.name} has `{found.name}`, whose name only its own network knows"
            return Resolution("unknown", [(text, found.at)], elsewhere=other.name)
    view = _inside_view(topology, path, stacks)
    if view is not None and address.scheme and "." not in address.host and not view.incomplete:
        text = f"the file is written for the containers of {view.name}, where nothing is called {address.host}"
        return Resolution("undefined", [(text, None)], stack=view.name)
    if address.host.endswith(".localhost"):
        return Resolution("external", [(f"{address.host} is this machine, by a name of its own", None)])
    return Resolution("unknown", [(f"nothing in the repository says what {address.host} is", None)])


def service_name(address: Address, stack: Stack, target: Service, runtime: Runtime) -> Resolution:
    """A name that only Docker's DNS knows, used outside of it."""
    where = "a browser" if runtime.kind == "browser" else "the host"
    reasons: Reasons = [(f"`{address.host}` is known to Docker's DNS only, not to {where}", target.at)]
    mapping = _mapping_for(target, address.port)
    if mapping is None:
        reasons.append((f"`{target.name}` publishes no port for it", target.keys.get("ports")))
        return Resolution("wrong-host", reasons, target, stack.name, None, "", "service-name")
    reasons.append((f"`{target.name}` is published on the host at {mapping.host}", mapping.host_at or mapping.at))
    right = at_host(address, mapping)
    return Resolution("wrong-host", reasons, target, stack.name, mapping.host, right, "service-name")


def _mapping_for(target: Service, port: int | None) -> Port | None:
    fixed = [mapping for mapping in target.ports if mapping.host is not None]
    exact = next((m for m in fixed if m.container == port), None) or next((m for m in fixed if m.host == port), None)
    if exact is None and reach.on_host(target) and port is not None:
        return Port(port, port, "", "tcp", "", target.keys.get("network_mode", target.at))
    return exact or (fixed[0] if len(fixed) == 1 and port is None else None)


def loopback(
    topology: "Topology",
    address: Address,
    stacks: list[Stack],
    runtime: Runtime,
    because: str = "",
    path: str | None = None,
) -> Resolution:
    """`localhost` on the host: what is published there, and what processes of the repository open."""
    port = address.port
    if port is None:
        return Resolution("unknown", [(f"the port at {address.host} is not known", None)])
    lead: Reasons = [(because, None)] if because else []
    here = _published(topology, address, stacks, lead)
    if here is not None:
        return here
    opened = topology.opens(path, port) if path is not None else None
    if opened is None:
        opened = next(iter(topology.openers.get(port, [])), None)
    if opened is not None:
        return Resolution("ok", [*lead, (f"{opened.reason} opens {port} on the host", opened.at)], port=port)
    hosted = _host_mode(address, stacks, port, lead)
    if hosted is not None:
        return hosted
    return _missed(topology, address, stacks, lead)


def _published(topology: "Topology", address: Address, stacks: list[Stack], lead: Reasons) -> Resolution | None:
    for stack, service, mapping in topology.published(address.port or -1, stacks):
        text = f"{address.port} is published on the host by `{service.name}` for its port {number(mapping.container)}"
        reasons = [*lead, (text, mapping.host_at or mapping.at)]
        if not _bound_for(mapping, address.host):
            other = (f"it is bound to {mapping.ip} only", mapping.at)
            right = at_host(address, mapping)
            return Resolution("wrong-host", [*reasons, other], service, stack.name, address.port, right, "bound")
        return Resolution("ok", reasons, service, stack.name, address.port, address.value)
    return None


def _bound_for(mapping: Port, host: str) -> bool:
    """Whether a mapping's address takes what is sent to a loopback name. Unknown addresses are given the benefit."""
    ip = mapping.ip.strip("[]")
    if ip in ("", "0.0.0.0", "::", "::1", "localhost") or not ip[:1].isdigit():
        return True
    return ip.startswith("127.")


def _host_mode(address: Address, stacks: list[Stack], port: int, lead: Reasons) -> Resolution | None:
    """Services on the host's network open their ports there; if one cannot be read, nothing is certain."""
    hosted = [(stack, one) for stack in stacks for one in stack.services.values() if reach.on_host(one)]
    for stack, service in hosted:
        found = reach.listening(stack, service, port)
        if found.listener is not None:
            text = f"`{service.name}` uses the host's network and listens at {port}"
            return Resolution("ok", [*lead, (text, found.listener.at)], service, stack.name, port, address.value)
    for stack, service in hosted:
        if not reach.listening(stack, service, port).known:
            text = f"`{service.name}` uses the host's network and may listen at {port}"
            return Resolution("unknown", [*lead, (text, service.keys.get("network_mode"))])
    return None


def _missed(topology: "Topology", address: Address, stacks: list[Stack], lead: Reasons) -> Resolution:
    """No mapping and no known process opens the port."""
    port = address.port
    elsewhere = next((stack.name for stack, _, _ in topology.published(port or -1)), "")
    if not any(service.ports for stack in stacks for service in stack.services.values()):
        text = "no stack publishes any port" if not stacks else "the stack publishes no port"
        return Resolution(
            "unknown", [*lead, (f"{text}, so what listens at {port} is not known", None)], elsewhere=elsewhere
        )
    found = _container_port(stacks, port)
    if found is None and _some_unknown(stacks):
        text = "a published port of the stack is not known"
        return Resolution("unknown", [*lead, (text, None)], elsewhere=elsewhere)
    if found is not None:
        stack, service, mapping = found
        text = f"{port} is the port of `{service.name}` inside the network"
        reasons: Reasons = [*lead, (text, mapping.container_at or mapping.at)]
        if mapping.host is None:
            return Resolution(
                "unknown", [*reasons, ("its port on the host is not fixed", mapping.at)], service, stack.name
            )
        reasons.append((f"`{service.name}` is published on the host at {mapping.host}", mapping.host_at or mapping.at))
        right = at_host(address, mapping)
        return Resolution(
            "wrong-port", reasons, service, stack.name, mapping.host, right, "container-port", elsewhere=elsewhere
        )
    text = f"nothing publishes {port} on the host, and no process of the repository is known to open it"
    inner = [(s, x) for s in stacks for x in s.services.values() if any(one.port == port for one in x.listens)]
    reasons = [*lead, (text, None)]
    if inner:
        stack, service = inner[0]
        reasons.append((f"`{service.name}` listens at {port} inside the network, unpublished", service.at))
        return Resolution("undefined", reasons, service, stack.name, None, "", "unpublished", elsewhere=elsewhere)
    return Resolution("undefined", reasons, cause="unpublished", elsewhere=elsewhere)


def _some_unknown(stacks: list[Stack]) -> bool:
    """Whether a mapping's host port cannot be known, so that it may be any."""
    mappings = [m for stack in stacks for service in stack.services.values() for m in service.ports]
    return any(mapping.host is None and "$" in mapping.raw for mapping in mappings)


def _container_port(stacks: list[Stack], port: int | None) -> tuple[Stack, Service, Port] | None:
    for stack in stacks:
        for service in stack.services.values():
            for mapping in service.ports:
                if mapping.container == port and mapping.protocol == "tcp":
                    return stack, service, mapping
    return None
