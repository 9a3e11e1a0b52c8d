"""A merged compose tree as the model's services, networks and volumes."""

from unmoor.model.spans import Location
from unmoor.project import normalise
from unmoor.topology.attachments import attachments, dependencies, extra_hosts, links
from unmoor.topology.interpolate import Lookup
from unmoor.topology.items import Item
from unmoor.topology.merge import normal
from unmoor.topology.model import Build, EnvFile, Healthcheck, Network, Service, Value, Volume
from unmoor.topology.mounts import mounts
from unmoor.topology.ports import exposed, ports
from unmoor.topology.words import split_words


def services(tree: Item, examples: Lookup | None = None) -> dict[str, Service]:
    """Every service of a merged tree. examples: variables as the example env file documents them."""
    section = tree.get("services")
    if section is None or section.kind != "map":
        return {}
    found = {}
    for name, item in section.entries.items():
        if item.kind in ("map", "null"):
            found[name] = service(name, section.keys[name], item, examples)
    for one in found.values():
        mode, _, other = one.network_mode.partition(":")
        if mode == "service" and other in found:
            one.shares.add(other)
            found[other].shares.add(one.name)
    return found


def service(name: str, at: Location, item: Item, examples: Lookup | None = None) -> Service:
    """One service."""
    found = Service(name, at)
    found.keys = dict(item.keys)
    found.image = _value(item, "image")
    found.build = build(item.get("build"))
    found.container_name = _value(item, "container_name")
    found.hostname = _text(item, "hostname")
    found.ports = ports(item.get("ports"), examples)
    found.expose = exposed(item.get("expose"))
    found.networks, found.implicit_default = attachments(item)
    found.network_mode = _text(item, "network_mode") or _text(item, "net")
    found.links = links(item.get("links"))
    found.depends = dependencies(item)
    found.environment = pairs(item, "environment")
    found.env_files = env_files(item.get("env_file"))
    found.mounts = mounts(item)
    found.healthcheck = healthcheck(item.get("healthcheck"), item.keys.get("healthcheck"))
    found.command = words(item.get("command")) or []
    found.entrypoint = words(item.get("entrypoint"))
    found.profiles = tuple(entry.text for entry in _entries(item.get("profiles")))
    found.replicas = _replicas(item)
    found.restart = _text(item, "restart")
    found.labels = pairs(item, "labels")
    found.extra_hosts = extra_hosts(item.get("extra_hosts"))
    found.working_dir = _text(item, "working_dir")
    return found


def build(item: Item | None) -> Build | None:
    """`build:`, short or long."""
    if item is None:
        return None
    item = normal(item, ("services", "*", "build"))
    context = item.get("context")
    value = context.value() if context is not None else Value(".", ".", item.at)
    folder = _path(context) if context is not None else item.base
    dockerfile = item.get("dockerfile")
    return Build(
        item.at,
        value,
        folder,
        dockerfile.value() if dockerfile is not None else None,
        _dockerfile(folder, dockerfile),
        _value(item, "target"),
        pairs(item, "args"),
        pairs(item, "additional_contexts"),
        item.get("dockerfile_inline") is not None,
    )


def _dockerfile(folder: str | None, dockerfile: Item | None) -> str | None:
    if folder is None:
        return None
    if dockerfile is None:
        return normalise("Dockerfile", folder)
    return normalise(dockerfile.text, folder) if dockerfile.known else None


def _path(item: Item) -> str | None:
    """A path as Compose resolves it; None for URLs, absolute and unknown ones."""
    if item.base is None or not item.known or "://" in item.text or item.text.startswith("git@"):
        return None
    return normalise(item.text, item.base)


def env_files(item: Item | None) -> list[EnvFile]:
    """`env_file:`, a text, a list, or a list of the long form."""
    found = []
    for entry in _entries(item):
        path = entry.get("path") if entry.kind == "map" else entry
        if path is None:
            continue
        required = entry.get("required") if entry.kind == "map" else None
        found.append(EnvFile(path.value(), _path(path), required is None or required.text != "false"))
    return found


def healthcheck(item: Item | None, at: Location | None) -> Healthcheck | None:
    """`healthcheck:`; a text is a shell command, a list begins with CMD, CMD-SHELL or NONE."""
    if item is None or item.kind != "map":
        return None
    disabled = _text(item, "disable") == "true"
    test = item.get("test")
    if test is None:
        return Healthcheck(at or item.at, [], False, disabled)
    if test.kind != "seq":
        return Healthcheck(at or item.at, [test.value()], True, disabled)
    values = [entry.value() for entry in test.items]
    head = values[0].text if values else ""
    return Healthcheck(at or item.at, values[1:], head == "CMD-SHELL", disabled or head == "NONE")


def words(item: Item | None) -> list[Value] | None:
    """A command as words; a text is split as a shell would."""
    if item is None:
        return None
    if item.kind == "seq":
        return [entry.value() for entry in item.items if entry.scalar()]
    return [Value(word if item.known else None, word, item.at) for word in split_words(item.text)]


def pairs(item: Item, key: str) -> dict[str, Value]:
    """A map of values that may be written as a list of `KEY=value`. A null is a value from outside: unknown."""
    found = item.get(key)
    if found is None:
        return {}
    path = ("services", "*", key) if key != "args" else ("services", "*", "build", "args")
    found = normal(found, path)
    result = {}
    for name, value in found.entries.items():
        at = found.keys[name]
        if value.kind == "null":
            result[name] = Value("" if key == "labels" else None, "", at)
        elif value.scalar():
            result[name] = value.value()
    return result


def networks(tree: Item) -> dict[str, Network]:
    """The declared networks, and the implicit `default`."""
    found = {}
    for name, item, at in _section(tree, "networks"):
        found[name] = Network(name, at, _text(item, "internal") == "true", _external(item), _real_name(item))
    found.setdefault("default", Network("default", None))
    return found


def volumes(tree: Item) -> dict[str, Volume]:
    """The declared volumes."""
    return {name: Volume(name, at, _external(item), _real_name(item)) for name, item, at in _section(tree, "volumes")}


def places(tree: Item, section: str) -> dict[str, Location]:
    """The names of a section and where they stand."""
    return {name: at for name, _, at in _section(tree, section)}


def _section(tree: Item, name: str) -> list[tuple[str, Item, Location]]:
    section = tree.get(name)
    if section is None or section.kind != "map":
        return []
    return [(key, value, section.keys[key]) for key, value in section.entries.items()]


def _external(item: Item) -> bool:
    external = item.get("external")
    return external is not None and (external.kind == "map" or external.text == "true")


def _real_name(item: Item) -> str:
    external = item.get("external")
    inner = external.get("name") if external is not None else None
    return _text(item, "name") or (inner.text if inner is not None else "")


def _replicas(item: Item) -> int | None:
    deploy = item.get("deploy")
    text = _text(deploy, "replicas") if deploy is not None else ""
    text = text or _text(item, "scale")
    return int(text) if text.isdigit() else None


def _value(item: Item, key: str) -> Value | None:
    found = item.get(key)
    return found.value() if found is not None and found.scalar() else None


def _text(item: Item, key: str) -> str:
    found = item.get(key)
    return found.text if found is not None and found.scalar() else ""


def _entries(item: Item | None) -> list[Item]:
    if item is None:
        return []
    return item.items if item.kind == "seq" else [item]
