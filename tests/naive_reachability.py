"""A second, deliberately naive answer to "what does this address mean here?", written from Compose's documentation.

It knows no chains, no reasons and no shortcuts: it lists every (name, port) that answers in a runtime, and looks. The
input is the plain dictionary that a compose file is written from; nothing of unmoor is used.
"""

from typing import Any

Compose = dict[str, Any]


def ports_inside(service: dict[str, Any]) -> set[int]:
    """What listens in a container: what it publishes or exposes, and Postgres's own port."""
    found = {int(entry.split(":")[-1]) for entry in service.get("ports", [])}
    found |= {int(entry) for entry in service.get("expose", [])}
    if service.get("image") == "postgres:16":
        found.add(5432)
    return found


def mappings(compose: Compose) -> list[tuple[int, str, int]]:
    """(host port, service, container port) of everything published."""
    found = []
    for name, service in compose["services"].items():
        for entry in service.get("ports", []):
            host, _, container = entry.partition(":")
            if container:
                found.append((int(host), name, int(container)))
    return found


def networks_of(service: dict[str, Any]) -> set[str]:
    """The networks of one service."""
    if service.get("network_mode"):
        return set()
    return set(service.get("networks") or ["default"])


def names_of(name: str, service: dict[str, Any]) -> set[str]:
    """Every name that Docker's DNS gives to one service."""
    return {name, service.get("container_name", name)}


def shares_a_namespace(compose: Compose, one: str, other: str) -> bool:
    """Whether two services are one machine to each other."""
    owner = {}
    for name, service in compose["services"].items():
        mode = service.get("network_mode", "")
        owner[name] = mode.removeprefix("service:") if mode.startswith("service:") else name
    return owner[one] == owner[other]


def effective(compose: Compose, name: str) -> dict[str, Any]:
    """The service whose network a service uses."""
    mode = compose["services"][name].get("network_mode", "")
    return compose["services"][mode.removeprefix("service:") if mode.startswith("service:") else name]


def from_host(compose: Compose, host: str, port: int) -> str:
    """Seen from the host: ok, or what is wrong."""
    if host == "localhost":
        if any(outer == port for outer, _, _ in mappings(compose)):
            return "ok"
        for service in compose["services"].values():
            if service.get("network_mode") == "host" and port in ports_inside(service):
                return "ok"
        return "fails"
    return "fails"


def from_container(compose: Compose, source: str, host: str, port: int) -> str:
    """Seen from inside a service: ok, self, isolated, or fails."""
    services = compose["services"]
    if services[source].get("network_mode") == "host":
        return from_host(compose, host, port)
    if host == "localhost":
        group = [name for name in services if shares_a_namespace(compose, source, name)]
        return "self" if any(port in ports_inside(services[name]) for name in group) else "fails"
    for name, service in services.items():
        if host in names_of(name, service):
            apart = name != source and not shares_a_namespace(compose, source, name)
            if apart and not networks_of(effective(compose, source)) & networks_of(effective(compose, name)):
                return "isolated"
            group = [other for other in services if shares_a_namespace(compose, name, other)]
            good = "self" if source in group else "ok"
            return good if any(port in ports_inside(services[other]) for other in group) else "fails"
    return "fails"
