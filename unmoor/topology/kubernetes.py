"""Kubernetes Services as hosts, so that a cluster's DNS names are not called unknown. Never matched with compose."""

from msgspec import Struct, field

from unmoor.model.facts import Node
from unmoor.model.spans import Location
from unmoor.project import Project
from unmoor.text.addresses import Address
from unmoor.topology.model import Resolution


class ClusterService(Struct, frozen=True):
    """A Service: name, namespace ("" if not written), ports with their targetPort."""

    name: str
    namespace: str
    ports: dict[int, str]
    at: Location


class Cluster(Struct):
    """All Services of all manifests. `manifests`: files that hold Kubernetes objects."""

    services: dict[str, list[ClusterService]] = field(default_factory=dict)
    manifests: set[str] = field(default_factory=set)

    def find(self, host: str) -> ClusterService | None:
        """The Service that `name`, `name.namespace` or `name.namespace.svc.cluster.local` means."""
        name, _, rest = host.partition(".")
        namespace = rest.partition(".")[0]
        inner = rest in ("", namespace) or rest.split(".")[1:2] == ["svc"]
        if not inner:
            return None
        for service in self.services.get(name, []):
            if not namespace or not service.namespace or service.namespace == namespace:
                return service
        return None

    def knows(self, host: str) -> bool:
        """Whether a host is the cluster's matter: a Service of the repository, or any cluster DNS name."""
        return host.endswith((".svc", ".svc.cluster.local")) or self.find(host) is not None

    def resolve(self, address: Address) -> Resolution:
        """What a cluster name means. A name of another repository's Service is unknown."""
        service = self.find(address.host)
        if service is None:
            return Resolution("unknown", [(f"{address.host} is a name of a cluster that is not described here", None)])
        text = f"{address.host} is the Kubernetes Service `{service.name}`"
        if address.port is not None and service.ports and address.port not in service.ports:
            return Resolution("unknown", [(f"{text}; it does not list port {address.port}", service.at)])
        return Resolution("ok", [(text, service.at)], port=address.port)


def cluster_of(project: Project) -> Cluster:
    """The Services of every manifest of the repository."""
    found = Cluster()
    for path in sorted(project.facts):
        for node in project.facts[path].documents:
            if _text(node, "apiVersion") and _text(node, "kind"):
                found.manifests.add(path)
                items = get(node, "items")
                for one in [value for _, value in items.items] if items is not None else [node]:
                    _service(found, path, one)
    return found


def _service(cluster: Cluster, path: str, node: Node) -> None:
    if _text(node, "kind") != "Service":
        return
    metadata, spec = get(node, "metadata"), get(node, "spec")
    name = _text(metadata, "name")
    if not name:
        return
    ports: dict[int, str] = {}
    listed = get(spec, "ports") if spec is not None else None
    for _, port in listed.items if listed is not None and listed.kind == "seq" else ():
        number = _text(port, "port")
        if number.isdigit():
            ports[int(number)] = _text(port, "targetPort") or number
    service = ClusterService(name, _text(metadata, "namespace"), ports, Location(path, node.span))
    cluster.services.setdefault(name, []).append(service)


def get(node: Node | None, key: str) -> Node | None:
    """The value of a map's key."""
    if node is None or node.kind != "map":
        return None
    return next((value for name, value in node.items if name.text == key), None)


def _text(node: Node | None, key: str) -> str:
    found = get(node, key)
    return found.text if found is not None and found.kind not in ("map", "seq", "null") else ""
