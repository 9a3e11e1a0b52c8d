"""Edges between services, published data stores, and the host's own name."""

import re
from collections.abc import Iterator

from unmoor.link.places import file_kind, place, world_of
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.model import Port, Runtime, Service, Stack

DATASTORES = re.compile(
    r"(^|/)(postgres(ql)?|postgis|timescaledb(-ha)?|pgvector|mysql|mariadb|percona|mongo|mongodb[\w-]*|redis(-stack[\w-]*)?"
    r"|valkey|keydb|dragonfly|memcached|rabbitmq|elasticsearch|opensearch|solr|meilisearch|typesense|qdrant|weaviate"
    r"|milvus|chroma|neo4j|cassandra|scylla|couchdb|couchbase|influxdb|clickhouse(-server)?|minio|etcd|consul|zookeeper"
    r"|mssql[\w/-]*|azure-sql-edge|cp-kafka|kafka|nats|arangodb|cockroach|rethinkdb|janusgraph)(:|@|$)"
)


def subjects(project: Project) -> Iterator[Subject]:
    """`edge`, `published-datastore` and `internal-host` subjects."""
    yield from _internal_hosts(project)
    seen: set[Location] = set()
    for stack in project.topology.stacks:
        for subject in _datastores(project, stack):
            at = Location(subject.path, subject.span)
            if at not in seen:
                seen.add(at)
                yield subject
    if project.settings.allow or project.settings.deny:
        yield from _used_edges(project)
        for stack in project.topology.stacks:
            yield from _possible_edges(project, stack)


def _internal_hosts(project: Project) -> Iterator[Subject]:
    for path, reference in project.references("url", "host"):
        host = reference.attrs.get("host")
        if host not in ("host.docker.internal", "gateway.docker.internal") or ".logging." in reference.scope:
            continue  # a logging driver runs in the daemon, on the host
        for runtime in project.topology.runtimes(path, reference):
            service = _service(project, runtime)
            attrs = {
                **place(project, path, reference),
                "runtime": runtime.kind,
                "runtime.service": runtime.service,
                "host": host,
                "gateway": service is None or host in service.extra_hosts or service.network_mode == "host",
            }
            related = [Reason("the service that needs it", service.at)] if service else []
            yield Subject("internal-host", path, reference.span, reference.value, attrs, related=related,
                          suggestion=f"{host}:host-gateway", reference=reference)  # fmt: skip


def _service(project: Project, runtime: Runtime) -> Service | None:
    return next((stack.services.get(runtime.service) for stack in project.topology.stacks
                 if stack.name == runtime.stack and runtime.service in stack.services), None)  # fmt: skip


def _datastores(project: Project, stack: Stack) -> Iterator[Subject]:
    for service in stack.services.values():
        image = service.image.text if service.image and service.image.text else ""
        if not DATASTORES.search(image):
            continue
        for port in service.ports:
            if port.host is None or port.ip not in ("", "0.0.0.0", "::", "[::]"):
                continue
            attrs = {
                **place(project, port.at.path),
                "service": service.name,
                "image": image,
                "host-port": port.host,
                "environment": _environment(project, stack, port),
            }
            yield Subject("published-datastore", *port.at, port.raw, attrs, scope=f"services.{service.name}.ports")


def _environment(project: Project, stack: Stack, port: Port) -> str:
    """Production or development by the file's name or its header, a twin beside it, or the stack."""
    name = port.at.path.lower()
    if re.search(
        r"(^|[._/-])(dev|development|local|test|tests|ci|e2e|sample|samples|demo|example|examples|tutorial)([._/-]|$)",
        name,
    ):
        return "development"
    if re.search(r"(^|[._/-])(prod|production|staging|deploy|deployment|release)([._/-]|$)", name):
        return "production"
    head = project.read(port.at.path)[:600].decode("utf-8", "replace").lower()
    comments = " ".join(line for line in head.splitlines() if line.lstrip().startswith("#"))
    if re.search(r"\b(develop(ment)?|local|test(s|ing)?|sample|demo)\b", comments):
        return "development"
    if re.search(r"\bproduction\b", comments):
        return "production"
    folder = name.rpartition("/")[0]
    twins = [path for path in project.tree.files if path.rpartition("/")[0] == folder and "compose" in path.lower()]
    if any(re.search(r"prod", twin.lower()) for twin in twins):
        return "development"
    return "production" if _deployed(project, stack, port) else stack.environment


def _deployed(project: Project, stack: Stack, port: Port) -> bool:
    """Whether a workflow brings the stack up on another machine, and the port is one that it then has."""
    if port.at.path not in stack.files:
        return False
    for path, declaration in project.declarations("command"):
        attrs = declaration.attrs
        if not attrs.get("remote") or attrs.get("verb") != "up" or file_kind(path) != "workflow" or world_of(path):
            continue
        files = [str(file).rpartition("/")[2] for file in attrs.get("files") or ()]
        if files == [file.rpartition("/")[2] for file in stack.files] or (not files and stack.default):
            return True
    return False


def _used_edges(project: Project) -> Iterator[Subject]:
    for path, reference, _, source, target in _by_name(project):
        attrs = {
            **place(project, path, reference),
            "from": source.name,
            "to": target.name,
            "does": "addresses",
            "edge": "used",
            "denied": denied(project, source.name, target.name),
        }
        yield Subject("edge", path, reference.span, reference.value, attrs, reference=reference)


def _by_name(project: Project) -> Iterator[tuple[str, Reference, Stack, Service, Service]]:
    """Each reference to a service of the same stack by one of its names: path, reference, stack, caller, target."""
    for path, reference in project.references("url", "host"):
        if reference.role in ("bind", "comparison", "display", "comment", "example", "type"):
            continue
        for runtime in project.topology.runtimes(path, reference):
            source = _service(project, runtime)
            stack = next((s for s in project.topology.stacks if s.name == runtime.stack), None)
            target = stack.find(str(reference.attrs.get("host"))) if stack else None
            if stack is not None and source is not None and target is not None and source.name != target.name:
                yield path, reference, stack, source, target


def addressed(project: Project) -> set[tuple[str, str, str]]:
    """(stack, caller, target) of every edge that the access matrix is asked about."""
    return {
        (stack.name, source.name, target.name)
        for path, _, stack, source, target in _by_name(project)
        if not world_of(path)
    }


def _possible_edges(project: Project, stack: Stack) -> Iterator[Subject]:
    """Only explicit denials: with an allow list alone, every pair on a network would be one."""
    for source in stack.services.values():
        for target in stack.services.values():
            if source.name == target.name or not denied_outright(project, source.name, target.name):
                continue
            names = {attachment.network for attachment in target.networks}
            for attachment in source.networks:
                if attachment.network in names and not source.implicit_default:
                    attrs = {
                        **place(project, attachment.at.path),
                        "from": source.name,
                        "to": target.name,
                        "does": f"can reach, over network `{attachment.network}`,",
                        "edge": "possible",
                        "denied": True,
                    }
                    yield Subject("edge", *attachment.at, attachment.network, attrs,
                                  scope=f"services.{source.name}.networks")  # fmt: skip


def _pairs(entries: list[str]) -> list[tuple[str, str]]:
    return [(a.strip(), b.strip()) for a, arrow, b in (entry.partition("->") for entry in entries) if arrow]


def denied_outright(project: Project, source: str, target: str) -> bool:
    """Whether `deny` names an edge."""
    return any(a in (source, "*") and b in (target, "*") for a, b in _pairs(project.settings.deny))


def denied(project: Project, source: str, target: str) -> bool:
    """Whether the access matrix forbids an edge: denied by name, or not among those allowed."""
    allowed = _pairs(project.settings.allow)
    if any(a in (source, "*") and b in (target, "*") for a, b in allowed):
        return False
    return bool(allowed) or denied_outright(project, source, target)
