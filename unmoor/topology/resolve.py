"""`resolve`: what an address means when it is evaluated in a runtime, and the chain of reasons.

Causes (one word for rules): "published-port" a host port used inside; "container-port" the reverse; "other-container"
loopback where a sibling is meant; "service-name" a name of Docker's DNS used outside of it; "host-network" it is used
in a service on the host's network; "own-port" a container calls itself at its published port; "unpublished" no mapping
and no known process opens the port; "port" the service is right and nothing in it listens at the port; "docker-host".
"""

import re
from typing import TYPE_CHECKING

import unmoor.topology.inside as inside
import unmoor.topology.outside as outside
from unmoor.model.facts import Reference
from unmoor.text.addresses import Address, computed, host_class, parse
from unmoor.topology.interpolate import Lookup, interpolate
from unmoor.topology.model import Resolution, Runtime, Service, Stack

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

_LOOPBACK = ("loopback", "wildcard")
_INSIDE = ("container", "server", "build", "")
_IDLE = ("comparison", "dummy-base", "type", "bind")
# A name in capitals with an underscore, or one that says so, is filled in by someone.
_PLACEHOLDER = re.compile(
    r"(?:^|//|@)(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|[\w.-]*(?i:placeholder|changeme|your[-_])[\w.-]*)(?:[:/]|$)"
)
_HOST = re.compile(r"^[\w.:-]+$")
# Schemes whose first part is a bucket, a stream or a package.
_ELSEWHERE = frozenset(
    [
        "s3",
        "s3a",
        "gs",
        "gcs",
        "az",
        "abfs",
        "abfss",
        "wasb",
        "wasbs",
        "hdfs",
        "php",
        "file",
        "data",
        "classpath",
        "resource",
        "chrome",
        "chrome-extension",
        "about",
        "vscode",
        "app",
        "android-app",
        "ipfs",
        "urn",
        "npm",
        "docker",
        "oci",
        "unix",
        "mailto",
        "secretsmanager",
        "arn",
        "dynamodb",
        "bigquery",
        "snowflake",
        "git",
        "svn",
        "pkg",
        "capacitor",
        "ionic",
        "tauri",
        "exp",
        "intent",
        "mem",
        "memory",
        "sqlite",
        "duckdb",
        "r2",
        "minio",
        "spiffe",
        "cid",
        "blob",
    ]
)


def resolve(
    topology: "Topology", address: Address, runtime: Runtime, path: str | None, reference: Reference | None
) -> Resolution:
    """The verdict of one address in one runtime."""
    role = reference.role if reference is not None else ""
    if role in _IDLE:
        return Resolution("unknown", [("nothing is reached here", None)])
    address = _settled(topology, address, runtime, path, reference)
    kind = host_class(address.host)
    if _PLACEHOLDER.search(address.value) and not topology.is_service_name(address.host):
        return Resolution("external", [(f"{address.host} is a placeholder", None)])
    if kind == "computed" or not _HOST.match(address.host):
        return Resolution("unknown", [("the host is computed at run time", None)])
    if address.scheme in _ELSEWHERE:
        return Resolution("external", [(f"{address.scheme}: names no host of a network", None)])
    if role in ("cors-origin", "advertised") and kind in _LOOPBACK:
        return _for_clients(topology, address, runtime, path, reference)
    if runtime.kind == "universal":
        return _universal(topology, address, runtime, path, reference)
    stacks = _stacks(topology, runtime, path, reference)
    service = _service(runtime, stacks)
    if runtime.kind in _INSIDE and service is not None:
        return inside.resolve(topology, address, kind, stacks[0], service, runtime, role)
    if runtime.kind in _INSIDE:
        return inside.resolve_unplaced(topology, address, kind, stacks, runtime, path)
    if path is not None and reference is not None and _handed(topology, path, reference):
        role = "config"
    found = outside.resolve(topology, address, kind, stacks, runtime, path, role)
    return _if_sure(topology, found, runtime, path, reference)


def _handed(topology: "Topology", path: str, reference: Reference) -> bool:
    """Whether an address stands in quotes inside a command's argument: in a JSON body that is sent to someone else."""
    if not reference.layers or not reference.layers[-1].startswith("shell:"):
        return False
    source, start = topology.project.read(path), reference.span.start
    before = source[max(start - 80, 0) : start].rpartition(b"\n")[2]
    return (reference.layers[-1] != "shell:double" and before.endswith((b'"', b"=", b","))) or before.endswith(b'\\"')


def _if_sure(
    topology: "Topology", found: Resolution, runtime: Runtime, path: str | None, reference: Reference | None
) -> Resolution:
    """What fails in a page that speaks of no stack in particular is not known to fail."""
    if found.verdict not in ("undefined", "wrong-port") or path is None or runtime.stack:
        return found
    if not topology.speaks_of_one(path, reference):
        return Resolution("unknown", [("which stack is meant is not known", None), *found.reasons])
    scripted = reference is not None and reference.role == "config" and reference.language == "shell"
    if found.verdict == "undefined" and scripted and runtime.kind == "host":
        return Resolution("unknown", [("who uses the value is not known", None), *found.reasons])
    return found


def _settled(
    topology: "Topology", address: Address, runtime: Runtime, path: str | None, reference: Reference | None
) -> Address:
    """The address with what is known of its variables; no port where the text goes on at run time."""
    attrs = reference.attrs if reference is not None else {}
    if "$" in address.value and reference is not None and reference.language in ("yaml", "dotenv"):
        filled = interpolate(address.value, _lookup(topology, runtime, path))
        if filled.known:
            found = parse(filled.text)
            # A host that is loopback only by the values of one's own machine tells nothing of the others.
            local = found is not None and computed(address.host) and host_class(found.host) in _LOOPBACK
            return address if found is None or local else found
    port: object = address.port
    if isinstance(port, str):  # a port that stands beside the host, as text
        return address._replace(port=int(port) if port.isdigit() else None)
    if (attrs.get("prefix") or attrs.get("computed")) and not address.explicit and not address.rest:
        return address._replace(port=None)
    return address


def _lookup(topology: "Topology", runtime: Runtime, path: str | None) -> Lookup:
    """Variables as the stack of the runtime sees them; in an env file, its own."""
    stack = topology.stack(runtime.stack)
    known = {name: value.text for name, value in stack.variables.items()} if stack is not None else {}
    own = topology.environment.file(path) if path is not None and path not in topology.compose_files else {}
    return {**known, **own}.get


def _for_clients(
    topology: "Topology", address: Address, runtime: Runtime, path: str | None, reference: Reference | None
) -> Resolution:
    """Loopback that is handed to clients: it is right where the host has it, and unknown otherwise."""
    found = outside.loopback(topology, address, _stacks(topology, runtime, path, reference), Runtime("host"), "", path)
    return found if found.verdict == "ok" else Resolution("unknown", [("it is for clients elsewhere", None)])


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
    if runtime.stack == "kubernetes":
        return []  # a cluster's names are never matched with compose services of the same name
    own = topology.stack(runtime.stack) if runtime.stack else None
    if own is not None:
        return [own]
    if path is not None:
        found = topology.stacks_for(path, reference)
        holding = [stack for stack in found if runtime.service in stack.services] if runtime.service else []
        return holding or found
    if runtime.service:
        return [stack for stack in topology.stacks if runtime.service in stack.services]
    return topology.stacks


def _service(runtime: Runtime, stacks: list[Stack]) -> Service | None:
    return stacks[0].services.get(runtime.service) if runtime.service and stacks else None
