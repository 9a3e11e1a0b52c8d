"""References in the values of configuration files, whatever their format: addresses, hosts by key, `${X}` reads."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import structs

from unmoor.model.facts import Reference, Role
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.interpolation import Interpolation, interpolations
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, decode

_MAY_MATTER = re.compile(r"://|\$|localhost|\d\.\d+\.\d+\.\d|::1\]|\.docker\.internal|:\d{2,5}(?!\d)")
HOST_KEY = re.compile(
    r"(?i)(^|[_.-])(db_?|redis_?|pg_?|mysql_?)?(host|hostname|addr|address|addresses|servers?|brokers?|endpoints?|hosts"
    r"|bootstrap[._-]servers?|broker[._-]list|listeners?)$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:/[\w./-]*)?$")
_HOST_PORT = re.compile(r"[A-Za-z][\w.-]*[A-Za-z0-9]:\d{2,5}$")
_PLAINLY_HOST = re.compile(r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|host\.docker\.internal)(?::\d{2,5})?$")
_PORT_AFTER = re.compile(r":(?:(\d{2,5})|\$\{\w+:?-(\d{2,5})\})")
_PORT_VALUE = re.compile(r"(?:\$\{\w+:?-)?(\d{2,5})\}?$")
_HOST_SUFFIX = re.compile(r"(?i)(hostname|host|server|address|addr)$")
_NO_HOST = re.compile(r"(?i)\d+[a-z]{0,2}$|true$|false$|yes$|no$|on$|off$|none$|null$|default$|auto$"
                      r"|enabled$|disabled$")  # fmt: skip
_ROLES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"(?i)advertis|(^|_)announce"), "advertised"),
    (re.compile(r"(?i)(^|[_.-])cors([_.-]|$)|allow(ed)?_?-?(origin|host)s?|trusted_?-?origins?|csrf_trusted"
                r"|content-security-policy|connect-src|frame-ancestors|permitted_?-?origins?"), "cors-origin"),
    (re.compile(r"(?i)(^|[_.-])(bind|listen)([_.-]|$)|(^|_)listeners?$|bind_?(addr|host|ip)"
                r"|^(network|transport|http)[._](bind_|publish_)?host$"), "bind"),
    # Ranges and lists that addresses are held against.
    (re.compile(r"(?i)cidr|subnet|netmask|(ip|dhcp|source)[_.-]?ranges?|trusted_?-?prox|no_?proxy|(white|black|deny)_?list"
                r"|allow(ed)?_?-?ips?$|allow_?list"), "comparison"),
)  # fmt: skip
_SPECIAL_ROLES = frozenset(
    ["advertised", "cors-origin", "bind", "healthcheck", "display", "example", "comment", "comparison"]
)
_NETWORK = re.compile(r"/\d{1,2}(?![\w.])")
_NO_ATTRS: Mapping[str, Any] = MappingProxyType({})


class Place(NamedTuple):
    """Where a value stands. key: its last key or variable name. variable: whether the key names an environment
    variable. dialect: how `${X}` is read ("compose", "spring", "" for not at all); access: the attr of such reads."""

    key: str = ""
    scope: str = ""
    role: Role = "config"
    runtime: str = ""
    language: str = "yaml"
    dialect: str = ""
    access: str = ""
    variable: bool = False
    why: str = ""
    attrs: Mapping[str, Any] = _NO_ATTRS


def role_of_key(key: str, role: Role) -> Role:
    """The role that a variable's or key's name gives a value; `role` if it says nothing."""
    spaced = _CAMEL.sub("_", key)
    return next((special for pattern, special in _ROLES if pattern.search(spaced)), role)


def host_key(key: str) -> bool:
    """Whether a key says that its value is a host: DB_HOST, brokers, bootstrap.servers, serverAddress."""
    return bool(HOST_KEY.search(_CAMEL.sub("_", key)))


def port_beside(key: str, texts: Mapping[str, str]) -> int | None:
    """The value of DB_PORT for DB_HOST, its default if it is `${…:-5432}`; None if there is none."""
    if not _HOST_SUFFIX.search(key):
        return None
    stem = _HOST_SUFFIX.sub("", key)
    for name in (f"{stem}PORT", f"{stem}port", f"{stem}Port"):
        match = _PORT_VALUE.match(texts.get(name, ""))
        if match:
            return int(match.group(1))
    return None


def draw(unit: Unit, value: Value, place: Place) -> Iterator[Reference]:
    """Every reference in a scalar."""
    if value.kind in ("map", "seq", "null", "bool", "float") or not value.text:
        return
    if not _MAY_MATTER.search(value.text) and not host_key(place.key):
        return
    attrs = {**place.attrs, "aliases": value.aliases} if value.aliases else place.attrs
    text = unit.inner(decode(unit, value), value.layer, scope=place.scope, runtime=place.runtime or unit.runtime)
    yield from draw_text(text, 0, len(text.text.text), place._replace(attrs=attrs))


def draw_text(unit: Unit, lo: int, hi: int, place: Place) -> Iterator[Reference]:
    """Every reference in `unit.text.text[lo:hi]`, a decoded value or a part of one."""
    text = unit.text.text[lo:hi].decode("utf-8", "replace")
    reads = interpolations(text, place.dialect) if place.dialect and "$" in text else []
    role = role_of_key(place.key, place.role) if place.role == "config" else place.role
    attrs = {"key": place.key, **place.attrs}
    if place.variable:
        attrs["env"] = place.key
    for read in reads:
        yield _read(unit, lo, text, read, place)
    taken: set[int] = set()
    for found in addresses_in(unit, lo, hi, role, place.language, "", attrs=attrs, why=place.why):
        at = _character(text, unit, lo, found)
        taken.add(at)
        if found.kind == "host" and _NETWORK.match(text, at + len(found.value)):
            found = structs.replace(found, role="comparison", why="a network, not a machine")
        yield _with_default(found, at, reads, found.role)
    whole = host_key(place.key)
    for read in reads:
        if read.has_default and read.operand_lo not in taken:
            yield from _default_host(unit, lo, text, read, place, role, attrs, whole)
    if not taken and not reads:
        yield from _hosts(unit, lo, text, place, role, attrs, whole)


def _character(text: str, unit: Unit, lo: int, found: Reference) -> int:
    """The character offset of a reference in the text: by its value, as spans are those of the outer file."""
    at = text.find(found.value)
    while at >= 0:
        start = lo + len(text[:at].encode())
        if unit.span(start, start + 1).start == found.span.start:
            break
        at = text.find(found.value, at + 1)
    return at


def _with_default(found: Reference, at: int, reads: list[Interpolation], role: Role) -> Reference:
    """The reference with role `default` and its variable if it stands in the default of `${X:-…}`."""
    inside = [read for read in reads if read.has_default and read.operand_lo <= at < read.operand_hi]
    if not inside:
        return _bind(found)
    special = role if role in _SPECIAL_ROLES else "default"
    attrs = {**found.attrs, "env": inside[-1].name}
    return _bind(structs.replace(found, role=special, attrs=attrs))


def _bind(found: Reference) -> Reference:
    if found.attrs.get("host") not in ("0.0.0.0", "::") or found.role not in ("config", "default"):
        return found
    return structs.replace(found, role="bind")


def _read(unit: Unit, lo: int, text: str, read: Interpolation, place: Place) -> Reference:
    start = lo + len(text[: read.name_lo].encode())
    attrs = {
        "default": text[read.operand_lo : read.operand_hi] if read.has_default else None,
        "has_default": read.has_default,
        "required": "?" in read.operator,
        "access": place.access or place.dialect,
        "dynamic": False,
        "key": place.key,
        **place.attrs,
    }
    # Compose fills these in on the machine that it runs on, before any container is there.
    runtime = "host" if place.dialect == "compose" else unit.runtime
    return unit.reference("env", start, start + len(read.name), read.name, "config", place.language, "",
                          attrs=attrs, runtime=runtime)  # fmt: skip


def _default_host(
    unit: Unit, lo: int, text: str, read: Interpolation, place: Place, role: Role, attrs: dict[str, Any], whole: bool
) -> Iterator[Reference]:
    """`${DB_HOST:-localhost}` and `http://${HOST:-localhost}:3000`: a bare host as the default."""
    default = text[read.operand_lo : read.operand_hi]
    in_url = text[: read.lo].endswith(("://", "@")) and "@" not in text[read.hi :].partition("/")[0]
    named = in_url or host_key(read.name) or (whole and read.lo == 0)
    if not _PLAINLY_HOST.match(default) and not (named and _is_host(default)):
        return
    more = dict(attrs)
    port = _PORT_AFTER.match(text, read.hi)
    if port:
        more["sibling_port"] = int(port.group(1) or port.group(2))
    start = lo + len(text[: read.operand_lo].encode())
    special: Role = role if role in _SPECIAL_ROLES else "default"
    for found in host_value(unit, start, start + len(default.encode()), special, place.language, "",
                            attrs={**more, "env": read.name}, why=place.why):  # fmt: skip
        yield _bind(found)


def _hosts(
    unit: Unit, lo: int, text: str, place: Place, role: Role, attrs: dict[str, Any], whole: bool
) -> Iterator[Reference]:
    """A value that is a host by its key, or that reads `name:port`; also lists with commas."""
    at = 0
    for item in text.split(","):
        start = at + len(item) - len(item.lstrip())
        bare = item.strip()
        at += len(item) + 1
        if bare and ((whole and _is_host(bare)) or (place.variable and _HOST_PORT.match(bare))):
            first = lo + len(text[:start].encode())
            for found in host_value(unit, first, first + len(bare.encode()), role, place.language, "", attrs=attrs,
                                    why=place.why):  # fmt: skip
                yield _bind(found)


def _is_host(text: str) -> bool:
    return bool(_HOST.match(text)) and not _NO_HOST.match(text)
