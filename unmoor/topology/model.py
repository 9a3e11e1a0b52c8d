"""What a stack is made of. Every value keeps the place it came from, so that a reason can point at the line.

The model follows the Compose specification (https://github.com/compose-spec/compose-spec/blob/main/spec.md).
"""

from typing import Any, NamedTuple

from msgspec import Struct, field

from unmoor.model.spans import Location


class Value(NamedTuple):
    """A text after interpolation, the text as written, and where it stands. text is None if it cannot be known."""

    text: str | None
    raw: str
    at: Location


class Port(Struct, frozen=True):
    """One port mapping (ranges are spread). host: None if not fixed or unknown; ip: "" for all interfaces.

    container: None if it cannot be known. short: whether written `"host:container"` (else the long form).
    host_at, container_at: the places of the two numbers, where they can be told apart.
    """

    host: int | None
    container: int | None
    ip: str
    protocol: str
    raw: str
    at: Location
    short: bool = True
    host_at: Location | None = None
    container_at: Location | None = None
    also: tuple[int, ...] = ()

    def publishes(self, port: int) -> bool:
        """Whether the mapping is, or may be, published at this port of the host."""
        return self.host == port or port in self.also


class Build(Struct, frozen=True):
    """`build:`; context and dockerfile as written, resolved paths relative to the root (None if not knowable)."""

    at: Location
    context: Value
    context_path: str | None
    dockerfile: Value | None
    dockerfile_path: str | None
    target: Value | None = None
    args: dict[str, Value] = field(default_factory=dict)
    additional_contexts: dict[str, Value] = field(default_factory=dict)
    inline: bool = False


class Mount(Struct, frozen=True):
    """A volume entry. kind: bind, volume, anonymous, tmpfs. source_path: of a bind, relative to the root."""

    kind: str
    source: Value | None
    source_path: str | None
    target: str
    read_only: bool
    at: Location


class Dependency(Struct, frozen=True):
    """A name that another part of the file must define. kind: depends_on, links, network, volume, extends, …"""

    kind: str
    name: str
    at: Location
    condition: str = ""
    required: bool = True


class EnvFile(Struct, frozen=True):
    """`env_file:`; path relative to the root, None if not knowable."""

    value: Value
    path: str | None
    required: bool


class Healthcheck(Struct, frozen=True):
    """`healthcheck:` of compose or HEALTHCHECK of a Dockerfile; `disabled` for `disable: true` and NONE."""

    at: Location
    test: list[Value]
    shell: bool
    disabled: bool = False


class Listener(NamedTuple):
    """A port that some process of a service opens. kind: ports, expose, EXPOSE, command, env, image, code, config."""

    port: int
    kind: str
    reason: str
    at: Location | None = None


class Attachment(Struct, frozen=True):
    """A service's membership of a network. addresses: the fixed ones (`ipv4_address`)."""

    network: str
    at: Location
    aliases: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Service(Struct):
    """One service after merge, extends and interpolation.

    network_mode: "", "host", "none", "bridge", "service:x", "container:x". implicit_default: it has no `networks:` and
    so is on `default`. replicas: None if one. listens: every port that the service is known to listen at;
    `listens_known` is False where a process we cannot read may open more (then a port is never "wrong").
    depends: `depends_on` and all other names it needs. keys: top-level keys and where they stand. env_unknown: an env
    file that it loads is not in the repository; env_loaded: the variables of those that are. shares: services whose
    network namespace it shares.
    """

    name: str
    at: Location
    image: Value | None = None
    build: Build | None = None
    container_name: Value | None = None
    hostname: str = ""
    ports: list[Port] = field(default_factory=list)
    expose: list[int] = field(default_factory=list)
    networks: list[Attachment] = field(default_factory=list)
    implicit_default: bool = True
    network_mode: str = ""
    links: dict[str, str] = field(default_factory=dict)
    depends: list[Dependency] = field(default_factory=list)
    environment: dict[str, Value] = field(default_factory=dict)
    env_files: list[EnvFile] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)
    healthcheck: Healthcheck | None = None
    command: list[Value] = field(default_factory=list)
    entrypoint: list[Value] | None = None
    profiles: tuple[str, ...] = ()
    replicas: int | None = None
    restart: str = ""
    labels: dict[str, Value] = field(default_factory=dict)
    extra_hosts: dict[str, str] = field(default_factory=dict)
    working_dir: str = ""
    listens: list[Listener] = field(default_factory=list)
    listens_known: bool = False
    keys: dict[str, Location] = field(default_factory=dict)
    extends: str = ""
    env_unknown: bool = False
    env_loaded: dict[str, Value] = field(default_factory=dict)
    shares: set[str] = field(default_factory=set)

    def names(self) -> set[str]:
        """Every name by which Docker's DNS finds the service on a shared network."""
        found = {self.name, self.hostname, *(alias for a in self.networks for alias in a.aliases)}
        if self.container_name and self.container_name.text:
            found.add(self.container_name.text)
        return found - {""}


class Network(Struct, frozen=True):
    """A network. internal: no way out; external: made elsewhere."""

    name: str
    at: Location | None
    internal: bool = False
    external: bool = False
    real_name: str = ""


class Volume(Struct, frozen=True):
    """A named volume."""

    name: str
    at: Location | None
    external: bool = False
    real_name: str = ""


class Stack(Struct):
    """Files that run together. project: the name Docker derives container names from; pinned if written down.

    environment: "development", "production", "test" or "". default: plain `docker compose up` in its folder starts it.
    incomplete: a reason why the stack cannot be wholly known (an include from elsewhere), else "". index: every name
    of every service, made when it is first asked for.
    """

    name: str
    files: list[str]
    project_dir: str
    project: str = ""
    pinned: bool = False
    services: dict[str, Service] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    configs: dict[str, Location] = field(default_factory=dict)
    secrets: dict[str, Location] = field(default_factory=dict)
    variables: dict[str, Value] = field(default_factory=dict)
    environment: str = ""
    default: bool = False
    incomplete: str = ""
    index: dict[str, str] = field(default_factory=dict)

    def find(self, host: str) -> Service | None:
        """The service that a host name means on this stack's networks; Docker's DNS knows no case."""
        if not self.index:
            for service in self.services.values():
                for name in service.names():
                    self.index.setdefault(name.lower(), service.name)
        return self.services.get(host) or self.services.get(self.index.get(host.lower(), ""))


class Runtime(Struct, frozen=True):
    """Where a reference is evaluated. kind: browser, server, universal, build, container, host, ci, docs, test.

    service/stack: for a container, and for browser/server/build code where the service that ships it is known.
    """

    kind: str
    service: str = ""
    stack: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.service}" if self.service else self.kind


class Resolution(Struct):
    """What the topology says of an address from a runtime: verdict, chain of reasons, and what to write instead.

    verdict: ok, self, host-only, wrong-port, wrong-host, isolated, undefined, external, unknown.
    service/port: whom the address means to reach, where that is known. address: the right address, "" if unknown.
    cause: one word for rules (listed in `unmoor.topology.resolve`): "published-port" (a host port used inside),
    "container-port" (the reverse), …, "". elsewhere: another stack of the repository in which the address is right.
    """

    verdict: str
    reasons: list[tuple[str, Location | None]] = field(default_factory=list)
    service: Service | None = None
    stack: str = ""
    port: int | None = None
    address: str = ""
    cause: str = ""
    elsewhere: str = ""
    runtime: Runtime | None = None


class Dockerfile(Struct):
    """A parsed Dockerfile: its stages in order, and the `ARG`s before the first; see `unmoor.topology.images`."""

    path: str
    stages: list["Stage"] = field(default_factory=list)
    args: dict[str, str] = field(default_factory=dict)


class Stage(Struct):
    """One FROM. base: the image, or the name of an earlier stage. installs: packages that RUN lines put in.

    copies: COPY and ADD, each {"from": stage or image, "sources": […], "dest", "workdir", "at"}.
    """

    name: str
    base: str
    at: Location
    exposes: list[tuple[int, Location]] = field(default_factory=list)
    env: dict[str, Value] = field(default_factory=dict)
    args: dict[str, Value] = field(default_factory=dict)
    copies: list[dict[str, Any]] = field(default_factory=list)
    workdir: str = ""
    command: list[Value] = field(default_factory=list)
    entrypoint: list[Value] = field(default_factory=list)
    healthcheck: Healthcheck | None = None
    installs: set[str] = field(default_factory=set)
    user: str = ""
