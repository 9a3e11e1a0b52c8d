"""Addresses in text: URLs, `host:port`, what kind of host it is. Pure functions on decoded text; no topology here."""

import re
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

SUBSTITUTION = r"\$\{(?:[^{}]|\{[^{}]*\})*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|\{[^{}\s\"']*\}|\$\w+|%s|<[\w .-]+>"
_NAME = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.*-]|{SUBSTITUTION})+)"
_SEVERAL = r"\d+(?:\{\d[\d.,-]*\}|[xX]+\b)"  # `800{1-6}`, `300x`: several ports in one word
_PORT = rf"(?::(?:{_SEVERAL}|\d+|{SUBSTITUTION}|[A-Z][A-Z_]+(?![a-z])))?"
_USER = rf"(?:(?:[^\s/@'\"<>`\\{{}}]|{SUBSTITUTION})*@)?"
_REST = rf"(?:[/?#](?:(?!,[a-zA-Z][\w+.-]*://)[^\s\"'`<>|\\^{{}}]|{SUBSTITUTION})*)?"
URL = re.compile(rf"((?:jdbc:)?[a-zA-Z][a-zA-Z0-9+.-]*)://({_USER})({_NAME}{_PORT}(?:,(?![a-zA-Z][\w+.-]*:/){_NAME}{_PORT})*)({_REST})")
HOST_PORT = re.compile(r"(?<![\w./:-])((?<!@)localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|(?<!@)host\.docker\.internal"
                       r"|\d{1,3}(?:\.\d{1,3}){3})(?::(\d{2,5})(?![\dxX]|\{\d|->)|(?![\w.:-]))")
_AUTHORITY = re.compile(rf"({_NAME})(?::({_SEVERAL}|\d+|{SUBSTITUTION}|[A-Z][A-Z_]+))?$")

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21, "ssh": 22, "postgres": 5432,
                 "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "redis": 6379, "rediss": 6379, "mongodb": 27017,
                 "amqp": 5672, "amqps": 5671, "nats": 4222, "mqtt": 1883, "memcached": 11211, "smtp": 25, "ldap": 389,
                 "clickhouse": 9000, "kafka": 9092, "bolt": 7687, "neo4j": 7687, "sqlserver": 1433, "mssql": 1433}


class Address(NamedTuple):
    """One address. `host` is lower-case without brackets; "" or text with `$`/`{` where it is computed.

    lo, hi: the place in the text, in characters. port: None where it is computed; else the explicit port or the
    scheme's default; `explicit` tells which. user: whether credentials stand in it. rest: path, query and fragment.
    """

    value: str
    lo: int
    hi: int
    scheme: str
    host: str
    port: int | None
    explicit: bool
    user: bool
    rest: str


def find(text: str) -> list[Address]:
    """Every URL in the text, and every loopback or literal IP with or without a port, left to right."""
    found: list[Address] = []
    for match in URL.finditer(text):
        if text.startswith("\\.", match.end(3)):
            continue  # a regular expression: `https://api\.example\.com`
        end = match.start() + len(_trim(match.group()))
        rest = text[match.start(4) : max(end, match.start(4))]
        at = match.start(3)
        for number, part in enumerate(match.group(3).split(",")):
            host, port, explicit = split_authority(part, match.group(1).lower())
            lo, hi = (match.start(), end) if number == 0 else (at, at + len(part))
            found.append(Address(text[lo:hi], lo, hi, match.group(1).lower(), host, port, explicit,
                                 bool(match.group(2)), rest))
            at += len(part) + 1
    taken = [(address.lo, address.hi) for address in found]
    for match in HOST_PORT.finditer(text):
        if any(lo <= match.start() < hi for lo, hi in taken):
            continue
        port = int(match.group(2)) if match.group(2) else None
        found.append(Address(match.group(), match.start(), match.end(), "", match.group(1).strip("[]"), port,
                             port is not None, False, ""))
    return sorted(found, key=lambda address: address.lo)


def parse(value: str) -> Address | None:
    """The one address that the whole value is: a URL, or `host[:port][/path]` where the caller knows it is a host."""
    match = URL.match(value)
    if match:
        host, port, explicit = split_authority(match.group(3).split(",")[0], match.group(1).lower())
        return Address(value, 0, len(value), match.group(1).lower(), host, port, explicit, bool(match.group(2)),
                       match.group(4))
    bare, slash, rest = value.partition("/")
    if not _AUTHORITY.match(bare):
        return None
    host, port, explicit = split_authority(bare, "")
    return Address(value, 0, len(value), "", host, port, explicit, False, slash + rest)


def split_authority(authority: str, scheme: str) -> tuple[str, int | None, bool]:
    """(host, port, explicit) of `host[:port]`; the port is the scheme's default where none stands."""
    match = _AUTHORITY.match(authority)
    if not match:
        return authority.lower(), None, False
    host, port = match.group(1), match.group(2)
    host = host.strip("[]").lower() if not computed(host) else host
    if port is None:
        return host, DEFAULT_PORTS.get(scheme.removeprefix("jdbc:")), False
    return host, int(port) if port.isdigit() and int(port) < 65536 else None, True


def computed(text: str) -> bool:
    """Whether a part of the text is filled in later (`${X}`, `{x}`, `$X`, `<x>`, `%s`)."""
    return bool(re.search(SUBSTITUTION, text))


_NETWORKS = {
    "loopback": ["127.0.0.0/8", "::1/128"],
    "resolver": [
        "127.0.0.11/32",
        "169.254.0.0/16",
        "10.0.2.2/32",  # the host, as QEMU and the Android emulator have it for every guest
        "8.8.8.8/32",
        "8.8.4.4/32",
        "1.1.1.1/32",
        "1.0.0.1/32",
        "9.9.9.9/32",
        "149.112.112.112/32",
        "208.67.222.222/32",
        "208.67.220.220/32",
    ],
    "wildcard": ["0.0.0.0/8", "::/128"],  # nothing in 0.0.0.0/8 can be called (RFC 1122, 3.2.1.3): 0.9.0.1 is a version
    "documentation": ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"],
    "tailnet": ["100.64.0.0/10"],
    "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"],
}
_BLOCKS = [
    (kind, ip_network(block))
    for kind in ("resolver", "documentation", "wildcard", "loopback", "tailnet", "private")
    for block in _NETWORKS[kind]
]
_RESERVED = re.compile(r"(^|\.)(example\.(com|org|net)|example|test|invalid)$")


@lru_cache(4096)
def host_class(host: str) -> str:
    """What kind of host: loopback, wildcard, private, tailnet, public-ip, documentation, resolver, docker-internal,
    computed, dotless (a service name, perhaps), reserved (example.com), local (*.local, *.localhost) or domain."""
    if not host or computed(host) or "*" in host:
        return "computed"
    if host == "localhost":
        return "loopback"
    if host in ("host.docker.internal", "gateway.docker.internal", "host.containers.internal"):
        return "docker-internal"
    try:
        address = ip_address(host)
    except ValueError:
        return _name_class(host)
    for kind, block in _BLOCKS:
        if address.version == block.version and address in block:
            return kind
    return "public-ip"


def _name_class(host: str) -> str:
    if _RESERVED.search(host):
        return "reserved"
    if "." not in host:
        return "dotless"
    if host.endswith((".localhost", ".local", ".localdomain", ".internal", ".lan", ".home")):
        return "local"
    return "domain"


def redact(text: str) -> str:
    """The text with user names and passwords of URLs replaced by `***`. Pure substitutions stay: they are no secret."""
    return re.sub(rf"(://)((?:[^\s/@'\"<>`\\]|{SUBSTITUTION})+)@", _mask, text)


def _mask(match: re.Match[str]) -> str:
    literal = re.sub(SUBSTITUTION, "", match.group(2))
    return match.group() if literal in ("", ":") else "://***@"


def _trim(url: str) -> str:
    """Without the punctuation of the sentence around it."""
    while url and (url[-1] in ".,;:!?*_~'\"" or (url[-1] == ")" and url.count("(") < url.count(")"))
                   or (url[-1] == "]" and url.count("[") < url.count("]"))):
        url = url[:-1]
    return url
