"""References to addresses in a decoded text; the one way in which every scanner reports a URL or host."""

from collections.abc import Iterator

from unmoor.model.facts import Reference, ReferenceKind, Role
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import Address, find, parse


def attributes(address: Address) -> dict[str, object]:
    """The attrs of a url or host reference: scheme, host, port (int, or None if computed), explicit, user, rest."""
    return {"scheme": address.scheme, "host": address.host, "port": address.port, "explicit": address.explicit,
            "user": address.user, "rest": address.rest}


def addresses_in(
    unit: Unit, lo: int, hi: int, role: Role, language: str, layer: str, **more: object
) -> Iterator[Reference]:
    """Every address within `unit.text.text[lo:hi]`. `more` are further fields of the reference; attrs are merged."""
    raw = unit.text.text[lo:hi]
    text = raw.decode("utf-8", "replace")
    extra = dict(more.pop("attrs", {}))  # type: ignore[call-overload]
    for address in find(text):
        start = lo + len(text[: address.lo].encode())
        end = start + len(address.value.encode())
        kind: ReferenceKind = "url" if address.scheme else "host"
        yield unit.reference(kind, start, end, address.value, role, language, layer,
                             attrs={**attributes(address), **extra}, **more)


def host_value(
    unit: Unit, lo: int, hi: int, role: Role, language: str, layer: str, **more: object
) -> Iterator[Reference]:
    """The whole of `text[lo:hi]` as a host or `host:port`, where its context says so (`DB_HOST=…`, `host="…"`)."""
    text = unit.text.text[lo:hi].decode("utf-8", "replace")
    extra = dict(more.pop("attrs", {}))  # type: ignore[call-overload]
    address = parse(text)
    if address is not None and address.host:
        kind: ReferenceKind = "url" if address.scheme else "host"
        yield unit.reference(kind, lo, hi, text, role, language, layer, attrs={**attributes(address), **extra}, **more)
