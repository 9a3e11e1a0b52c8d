"""Sentences and addresses: how a verdict is put into words."""

import re

from unmoor.text.addresses import DEFAULT_PORTS, Address, redact
from unmoor.topology.families import family_of
from unmoor.topology.model import Port, Service

_HTTP = ("http", "https")


def scheme_for(address: Address, service: Service, port: int | None) -> str:
    """The scheme to write: the address's own, but `http` in front of a database becomes the database's."""
    image = service.image.text if service.image is not None and service.build is None else None
    family = family_of(image) if image else None
    known = dict(family.ports).get(port or -1, "") if family is not None else ""
    if known and known not in _HTTP and address.scheme in _HTTP and address.rest in ("", "/"):
        return known
    return address.scheme


def rewritten(address: Address, host: str, port: int | None, scheme: str = "") -> str:
    """The address with another host and port. Credentials are masked; scheme and the rest stay."""
    scheme = scheme or address.scheme
    shown = f"[{host}]" if ":" in host else host
    keep = port is not None and (address.explicit or DEFAULT_PORTS.get(scheme.removeprefix("jdbc:")) != port)
    authority = f"{shown}:{port}" if keep else shown
    if not scheme:
        return authority + address.rest
    user = re.match(r"[^/]*//([^/@]*)@", redact(address.value)) if address.user else None
    rest = "" if scheme != address.scheme and address.rest == "/" else address.rest
    return f"{scheme}://{user.group(1) + '@' if user else ''}{authority}{rest}"


def at_host(address: Address, mapping: Port) -> str:
    """The address as the host reaches a published port."""
    ip = mapping.ip if mapping.ip not in ("", "0.0.0.0", "::", "127.0.0.1", "::1") and "$" not in mapping.ip else ""
    return rewritten(address, ip or "localhost", mapping.host)


def number(port: int | None) -> str:
    """A port in a sentence."""
    return str(port) if port is not None else "the port"


def known_as(host: str, service: str) -> str:
    """What a host name is: a service, by its own name or by another."""
    return f"`{host}` is a service of this stack" if host == service else f"`{host}` is service `{service}`"


def names(items: list[str]) -> str:
    """`a`, `b` and `c`."""
    quoted = [f"`{item}`" for item in items]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1] if quoted else ""
