"""Compose files: which key holds what (https://github.com/compose-spec/compose-spec/blob/main/05-services.md)."""

import re
from collections.abc import Iterator

from unmoor.model.facts import Facts, Reference, Role
from unmoor.scanners.configuration import Place, draw, draw_text, port_beside
from unmoor.scanners.interpolation import interpolations
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import NO_KEY, Value, decode, inner, walk
from unmoor.scanners.yaml import commands

_NAME = re.compile(r"(?i)(^|[._-])(docker-?)?compose([._-][^/]*)?\.ya?ml")
_SERVICE_KEYS = frozenset(["image", "build", "ports", "environment", "extends", "volumes", "command", "depends_on"])
# Keys that name or define: what stands there is no reference to an address, but `${X}` in it is read.
_NAMING = frozenset(
    ["image", "container_name", "hostname", "ports", "expose", "extra_hosts", "networks", "depends_on", "dns", "links",
     "network_mode", "profiles", "domainname", "mac_address", "platform", "restart", "user", "pull_policy", "tmpfs",
     "external_links", "volumes_from", "dns_search"]
)  # fmt: skip


def matches(path: str, root: Value) -> bool:
    """Whether a document is a compose file: by its name, or by services that have an image or a build."""
    services = root.get("services")
    if services is None or services.kind != "map":
        return bool(_NAME.search(path.rpartition("/")[2])) and root.get("include") is not None
    if _NAME.search(path.rpartition("/")[2]):
        return True
    if root.get("jobs") or root.get("apiVersion") or root.get("on") or root.get("script"):
        return False
    found = [value for _, value in services.items if value.kind == "map"]
    return any(key.text in ("image", "build") for value in found for key, _ in value.items) and all(
        any(key.text in _SERVICE_KEYS or key.text.startswith("x-") for key, _ in value.items) for value in found
    )


def scan(unit: Unit, root: Value) -> Facts:
    """The references of a compose file."""
    reader = _Reader(unit)
    for name, service in root.pairs("services"):
        if service.kind == "map":
            reader.service(name.text, service)
    reader.rest(root)
    return reader.facts


class _Reader:
    """Collects facts and remembers which scalars were read in the name of a service."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.facts = Facts()
        self.seen: set[int] = set()

    def service(self, name: str, service: Value) -> None:
        """Everything below `services.<name>`."""
        scope, runtime = f"services.{name}", f"container:{name}"
        for key, value in service.items:
            place = Place(key.text, f"{scope}.{key.text}", "config", runtime, dialect="compose")
            handler = getattr(self, f"_{key.text}", None) if key.text in _HANDLED else None
            if handler is not None:
                handler(value, place)
            elif key.text in _NAMING:
                self._reads(value, place)
            else:
                self._plain(value, place)

    def rest(self, root: Value) -> None:
        """What stands outside services: configs, secrets, networks, and `x-…` blocks that nothing refers to."""
        for path, key, value in walk(root):
            if path[0] == "services" or not value.scalar or value.lo in self.seen:
                continue
            place = Place(key.text or path[-1], ".".join(path), dialect="compose")
            use = "config" if path[0] in ("configs", "secrets") and key.text == "file" else ""
            if path[0] == "include" and (key is NO_KEY or key.text in ("path", "env_file")):
                use = "env-file" if key.text == "env_file" else "compose-file"
            if use:
                self._path(value, place, use)
            elif path[0] in ("networks", "volumes"):
                self._reads(value, place)
            else:
                self._draw(value, place)

    def _draw(self, value: Value, place: Place) -> None:
        self.seen.add(value.lo)
        self.facts.references += draw(self.unit, value, place)

    def _plain(self, value: Value, place: Place) -> None:
        if value.scalar:
            self._draw(value, place)
            return
        for path, key, item in walk(value):
            if item.scalar:
                scope = ".".join((place.scope, *path))
                self._draw(item, place._replace(key=key.text or place.key, scope=scope))

    def _reads(self, value: Value, place: Place) -> None:
        """Only the `${X}` of a value."""
        scalars = [(place.scope, value)] if value.scalar else [
            (".".join((place.scope, *path)), item) for path, _, item in walk(value) if item.scalar
        ]  # fmt: skip
        for scope, item in scalars:
            self.seen.add(item.lo)
            if "$" in item.text:
                found = draw(self.unit, item, place._replace(scope=scope))
                self.facts.references += [reference for reference in found if reference.kind == "env"]

    def _environment(self, value: Value, place: Place) -> None:
        texts = dict(item.text.split("=", 1) for key, item in value.items if key is NO_KEY and "=" in item.text)
        texts |= {key.text: item.text for key, item in value.items if key is not NO_KEY}
        for key, item in value.items:
            self.seen.add(item.lo)
            name = key.text if key is not NO_KEY else item.text.partition("=")[0]
            port = port_beside(name, texts)
            entry = place._replace(attrs={**place.attrs, "sibling_port": port}) if port else place
            if key is not NO_KEY:
                self._draw(item, entry._replace(key=name, scope=f"{place.scope}.{name}", variable=True))
            elif item.scalar:
                self.facts.references += assignment(self.unit, item, entry)

    def _build(self, value: Value, place: Place) -> None:
        if value.scalar:
            self._path(value, place, "context")
            return
        context = value.string("context") or "."
        for key, item in value.items:
            below = place._replace(key=key.text, scope=f"{place.scope}.{key.text}")
            if key.text == "context":
                self._path(item, below, "context")
            elif key.text == "dockerfile":
                self._path(item, below._replace(attrs={"context": context}), "dockerfile")
            elif key.text == "args":
                self._environment(item, below._replace(runtime="build"))
            elif key.text == "additional_contexts":
                for name, path in item.items:
                    self._path(path, below._replace(scope=f"{below.scope}.{name.text}"), "context")
            else:
                self._reads(item, below)

    def _env_file(self, value: Value, place: Place) -> None:
        for item in [value] if value.scalar else [item for _, item in value.items]:
            found = item.get("path") if item.kind == "map" else item
            if found is not None:
                required = item.string("required") != "false"
                self._path(found, place._replace(attrs={"required": required}), "env-file")

    def _volumes(self, value: Value, place: Place) -> None:
        for _, item in value.items:
            self.seen.add(item.lo)
            if item.kind == "map":
                source = item.get("source")
                if source is not None and item.string("type") == "bind":
                    self._path(source, place, "mount")
                continue
            self._reads(item, place)
            length = mount_source(item.text)
            if length:
                text = inner(self.unit, item, scope=place.scope, runtime=place.runtime)
                path, end = item.text[:length], len(item.text[:length].encode())
                self.facts.references.append(
                    text.reference("path", 0, end, path, "config", "yaml", "", attrs={"use": "mount", "key": place.key})
                )

    def _extends(self, value: Value, place: Place) -> None:
        found = value.get("file")
        if found is not None:
            self._path(found, place._replace(key="file", scope=f"{place.scope}.file"), "compose-file")

    def _path(self, value: Value, place: Place, use: str) -> None:
        self._reads(value, place)
        if value.scalar and value.kind != "null" and value.text and "://" not in value.text:
            text = inner(self.unit, value, scope=place.scope, runtime=place.runtime)
            attrs = {"use": use, "key": place.key, **place.attrs}
            end = len(text.text.text)
            self.facts.references.append(text.reference("path", 0, end, value.text, "config", "yaml", "", attrs=attrs))

    def _labels(self, value: Value, place: Place) -> None:
        for key, item in value.items:
            name = key.text if key is not NO_KEY else item.text.partition("=")[0]
            role: Role = "config" if name.startswith(("traefik.", "caddy")) else "display"
            self._draw(item, place._replace(role=role, key=name, scope=f"{place.scope}.{name}"))

    def _healthcheck(self, value: Value, place: Place) -> None:
        for key, item in value.items:
            below = place._replace(key=key.text, scope=f"{place.scope}.{key.text}", role="healthcheck")
            if key.text == "test":
                self._command(item, below)
            else:
                self._reads(item, below)

    def _command(self, value: Value, place: Place) -> None:
        self._reads(value, place)
        self.facts.add(commands.compose_command(self.unit, value, place))

    _entrypoint = _command


_HANDLED = frozenset(
    ["environment", "build", "env_file", "volumes", "extends", "labels", "healthcheck", "command", "entrypoint"]
)


def assignment(unit: Unit, item: Value, place: Place) -> Iterator[Reference]:
    """The references of `NAME=value` written in one scalar."""
    name, equals, _ = item.text.partition("=")
    runtime = place.runtime or unit.runtime
    text = unit.inner(decode(unit, item), item.layer, scope=f"{place.scope}.{name}", runtime=runtime)
    if equals:
        start = len(name.encode()) + 1
        attrs = {**place.attrs, "aliases": item.aliases} if item.aliases else place.attrs
        entry = place._replace(key=name, scope=f"{place.scope}.{name}", variable=True, attrs=attrs)
        yield from draw_text(text, start, len(text.text.text), entry)


def mount_source(text: str) -> int:
    """The length of the source in `source:target[:mode]` if it is a path, else 0 (a named or anonymous volume)."""
    opened = [(read.lo, read.hi) for read in interpolations(text)]
    colon = next((n for n, c in enumerate(text) if c == ":" and not any(lo <= n < hi for lo, hi in opened)), -1)
    if len(text) > 2 and colon == 1 and text[2] in "/\\":
        colon = text.find(":", 2)
    if colon <= 0:
        return 0
    source = text[:colon]
    return colon if source[0] in "./~" or (source[0] == "$" and "/" in source) else 0
