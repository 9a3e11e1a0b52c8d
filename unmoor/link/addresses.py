"""Every URL and host, with what the topology says of it from each runtime in which it is evaluated."""

import re
from collections.abc import Iterator
from typing import Any

from unmoor.link import constants
from unmoor.link.mentions import port_mentioned
from unmoor.link.places import file_kind, place
from unmoor.link.publicity import handed_out, public_variable, ships_browser
from unmoor.link.purposes import companion, known_inside, named_by_itself, own_server, purpose
from unmoor.model.facts import Reference
from unmoor.model.subjects import Reason, Subject, Target
from unmoor.project import Project
from unmoor.text.addresses import Address, host_class, parse, redact
from unmoor.topology.families import FAMILIES
from unmoor.topology.model import Resolution, Runtime

_NAMES_A_HOST = re.compile(
    r"(?i)ip(_|$|s\b|addr)|host|addr|server|gateway|dns|url|endpoint|proxy|node|peer|target|remote|ssh|scp|router|subnet|broker"
)
_FAILING = ("wrong-host", "wrong-port", "isolated", "undefined", "host-only")


def subjects(project: Project) -> Iterator[Subject]:
    """One subject a reference and runtime; the runtime in which the address fails comes first."""
    upstreams = {name for facts in project.facts.values() for name in facts.traits.get("upstream", ())}
    for path, reference in project.asked_references("url", "host"):
        if file_kind(path) == "doc" and named_by_itself(project.read(path), *reference.span):
            continue
        attrs = reference.attrs
        if reference.language == "nginx" and attrs.get("key") != "server" and attrs.get("host") in upstreams:
            continue  # no host: an upstream of a file that includes this one, or that this one includes
        yield from sorted(_of(project, path, reference), key=lambda s: s.verdict not in _FAILING)


def _of(project: Project, path: str, reference: Reference) -> Iterator[Subject]:
    topology = project.topology
    known = constants.of(project)
    address = address_of(reference)
    if address.port is None and reference.attrs.get("port_name"):
        address = address._replace(port=known.port(path, reference))
    if reference.attrs.get("sibling_port_name") in topology.host_port_variables:
        address = address._replace(port=None)  # the host's port, which whoever uses the name does not use
    used = [Reason("used here", place) for place in known.shown(path, reference)]
    for runtime in known.runtimes(path, reference, topology.runtimes(path, reference)) or [Runtime("")]:
        resolution = topology.resolve(address, runtime, path=path, reference=reference)
        runtime, resolution = _docker_env_file(project, path, address, runtime, resolution)
        yield Subject(
            "address",
            path,
            reference.span,
            reference.value,
            _attributes(project, path, reference, address, runtime, resolution),
            resolution.verdict,
            [Reason(text, at) for text, at in resolution.reasons],
            [Reason(text, at) for text, at in resolution.reasons if at is not None] + used,
            _target(resolution),
            resolution.address,
            reference,
        )


def _docker_env_file(
    project: Project, path: str, address: Address, runtime: Runtime, resolution: Resolution
) -> tuple[Runtime, Resolution]:
    """An env file for Docker (`.env.docker`) that no service loads is still read by containers of the default stack."""
    name = path.rpartition("/")[2]
    if runtime.service or not re.search(r"docker|compose", name, re.I) or not file_kind(path).startswith("env"):
        return runtime, resolution
    stacks = [
        stack for stack in project.topology.stacks if stack.default and stack.project_dir == path.rpartition("/")[0]
    ]
    if len(stacks) != 1 or host_class(address.host) != "dotless" or not address.explicit or stacks[0].incomplete:
        return runtime, resolution
    runtime = Runtime("container", "", stacks[0].name, "its name says that it is for Docker")
    if project.topology.is_service_name(address.host) or any(n.external for n in stacks[0].networks.values()):
        return runtime, resolution
    return runtime, Resolution("undefined", [(f"no service of {stacks[0].name} is called {address.host}", None)])


def address_of(reference: Reference) -> Address:
    """The address that a reference holds, as its scanner took it apart."""
    attrs = reference.attrs
    return Address(reference.value, 0, len(reference.value), attrs.get("scheme", ""), attrs.get("host", ""),
                   attrs.get("port") or attrs.get("sibling_port"), bool(attrs.get("explicit")),
                   bool(attrs.get("user")), attrs.get("rest", ""))  # fmt: skip


def _target(resolution: Resolution) -> Target:
    service = resolution.service.name if resolution.service else ""
    return Target(service, resolution.stack, resolution.port, resolution.address, resolution.verdict)


def _attributes(
    project: Project, path: str, reference: Reference, address: Address, runtime: Runtime, resolution: Resolution
) -> dict[str, Any]:
    attrs = reference.attrs
    variable = str(attrs.get("env") or "")
    key = str(attrs.get("key") or attrs.get("constant") or variable)
    kind = _class(project, address.host, runtime)
    return {
        **place(project, path, reference),
        "lower": _right_elsewhere(project, reference, runtime, resolution),
        "file-kind": file_kind(path, reference),
        "runtime": runtime.kind,
        "runtime.service": runtime.service,
        "runtime.stack": runtime.stack,
        "runtime.why": runtime.why,
        "runs": _runs(runtime),
        "holder": "a production env file" if file_kind(path).startswith("env") else f"code that runs {_runs(runtime)}",
        "kind-of": reference.kind,
        "scheme": address.scheme,
        "host": address.host,
        "host-class": kind,
        "port": address.port,
        "explicit": address.explicit,
        "env": variable,
        "env-public": public_variable(variable or key),
        "key": key,
        "call": attrs.get("call", ""),
        "position": attrs.get("position", ""),
        "constant": attrs.get("constant", ""),
        "computed-port": bool(attrs.get("explicit")) and address.port is None,
        "well-known-tool": _own_tool(address)
        or _absent_product(project, path, reference, address, variable),
        "handed-out": handed_out((key, variable), address, reference, runtime, resolution)
        or _for_readers(project, path, reference, address)
        or _held_by_publisher(project, address, variable or key, reference, runtime)
        or known_inside(project, reference, address, runtime, resolution),
        "overridden": _overridden(project, path, variable or key),
        "ships-browser": ships_browser(project, path, reference, runtime),
        "link": bool(re.search(r"(^|:)(href|action|src|cite|to)$", str(attrs.get("position", "")))),
        "terraform": bool(attrs.get("terraform")),
        "in-script": reference.language == "shell",
        "development-only": _development_only(project, address),
        "variable-default": attrs.get("terraform") in ("variable-default", "variable-value"),
        "network-range": _range(project, path, reference, address),
        "local": _local(reference),
        "named": bool(
            address.scheme
            or address.explicit
            or _NAMES_A_HOST.search(f"{key} {attrs.get('call', '')} {attrs.get('command', '')}")
        ),
        "mentioned": resolution.verdict in _FAILING and port_mentioned(project, address.port),
        "page-composes": _composes(project, path),
        "own-host": bool(re.search(r"location\.(hostname|host)\b|window\.location", address.host)),
        "purpose": "own"
        if companion(resolution) or own_server(project, path, reference, address, runtime, resolution)
        else purpose(path, reference, variable or key),
        "cause": resolution.cause,
        "environment": _environment(path),
        "shown": redact(reference.value),
        "target.reason": resolution.reasons[0][0] if resolution.reasons else "",
    }


def _in_twin(project: Project, runtime: Runtime, resolution: Resolution) -> bool:
    """Whether the address is right in another stack of the same folder: they are run in turn, or one over the other."""
    own, other = project.topology.stack(runtime.stack), project.topology.stack(resolution.elsewhere)
    return own is not None and other is not None and own.project_dir == other.project_dir


def _development_only(project: Project, address: Address) -> bool:
    """Whether only stacks for development publish the port, which are not there in production."""
    published = project.topology.published(address.port) if address.port is not None else []
    return bool(published) and all(stack.environment == "development" for stack, _, _ in published)


def _runs(runtime: Runtime) -> str:
    """Where code runs, as the end of a sentence."""
    if runtime.kind == "container" and runtime.service:
        return f"in container `{runtime.service}`"
    words = {"browser": "in the browser", "server": "on the server", "universal": "in the browser and on the server",
             "build": "at build time", "ci": "in CI", "docs": "in documentation"}  # fmt: skip
    return words.get(runtime.kind, f"on the {runtime.kind}" if runtime.kind == "host" else "here")


def _class(project: Project, host: str, runtime: Runtime) -> str:
    """`host_class`, with the names that the repository itself gives meaning to."""
    kind = host_class(host)
    if kind in ("dotless", "local") and project.topology.is_service_name(host):
        return "service"
    if kind in ("domain", "local", "reserved") and project.topology.is_own_domain(host):
        return "own-domain"
    return kind


def _for_readers(project: Project, path: str, reference: Reference, address: Address) -> bool:
    """A page's address in a configuration file that works for people on the host: a link that it shows them."""
    return file_kind(path, reference) == "config" and address.scheme in ("http", "https") and bool(
        address.port is not None and address.rest.strip("/") and project.topology.published(address.port)
    )


def _composes(project: Project, path: str) -> bool:
    """Whether a page starts a stack itself, so that what it says of ports is about that stack."""
    facts = project.facts.get(path)
    return facts is not None and any(d.kind == "command" and "compose" in d.name for d in facts.declarations)


def _overridden(project: Project, path: str, name: str) -> bool:
    """Whether a service that loads this env file gets another value for the variable from its `environment`."""
    return file_kind(path).startswith("env") and any(
        name in service.environment and any(env_file.path == path for env_file in service.env_files)
        for stack in project.topology.stacks for service in stack.services.values()
    )


def _right_elsewhere(project: Project, reference: Reference, runtime: Runtime, resolution: Resolution) -> bool:
    """Whether another stack makes a failing address right. A fallback ships, whatever some stack publishes."""
    return reference.role != "default" and resolution.verdict in _FAILING and _in_twin(project, runtime, resolution)


def _local(reference: Reference) -> bool:
    """Whether the value is that of a variable inside one function, not of a module, a class or an object."""
    name = str(reference.attrs.get("constant") or "")
    inside = reference.scope.removesuffix(name).strip(".")
    return bool(name) and "." not in name and bool(inside) and not reference.attrs.get("exported")


def _range(project: Project, path: str, reference: Reference, address: Address) -> bool:
    """Whether the address is a subnet, a mask or a whole network: `10.0.0.0/8`, `255.255.255.0`, `192.168.0.0`."""
    if address.scheme:
        return False
    behind = project.read(path)[reference.span.end : reference.span.end + 3]
    return bool(re.match(rb"/\d", behind)) or address.host.endswith((".0", ".255")) or address.host.startswith("255.")


def _own_tool(address: Address) -> bool:
    """A tool for one's own machine at its documented address: an Ollama client at 11434, LM Studio at 1234."""
    return address.port in (11434, 1234, 4317, 4318, 8125, 9411)


_GENERIC = {80, 443, 1025, 3000, 3001, 5000, 8000, 8001, 8080, 8081, 8443, 8888, 9000, 9001, 9090}


def _absent_product(project: Project, path: str, reference: Reference, address: Address, variable: str) -> bool:
    """A product's documented port, for which no service here stands: a library's default, not a service of ours."""
    if reference.role != "default" and file_kind(path, reference) != "doc":
        return False
    known = {port for family in FAMILIES for port, _ in family.ports} - _GENERIC
    return not variable and address.port in known and not any(
        listener.port == address.port
        for stack in project.topology.stacks for service in stack.services.values() for listener in service.listens
    )


def _held_by_publisher(
    project: Project, address: Address, name: str, reference: Reference, runtime: Runtime
) -> bool:
    """Whether the service that publishes the port holds the same value under the same name: its own public address."""
    if address.scheme not in ("http", "https", "ws", "wss") or address.port is None or not name:
        return False
    return any(
        stack.name == runtime.stack and name in service.environment
        and (service.environment[name].text or "").endswith(reference.value)
        for stack, service, _ in project.topology.published(address.port)
    )


def _environment(path: str) -> str:
    """The environment that a file name tells of."""
    name = path.lower()
    for environment, pattern in (
        ("production", r"(^|[._/-])(prod|production|staging)([._/-]|$)"),
        ("test", r"(^|[._/-])(test|ci|e2e)([._/-]|$)"),
        ("development", r"(^|[._/-])(dev|development|local|example|sample|template|dist)([._/-]|$)"),
    ):
        if re.search(pattern, name):
            return environment
    return ""


def find_address(text: str) -> Address | None:
    """The address that a whole text is; for linkers of other facts."""
    return parse(text)
