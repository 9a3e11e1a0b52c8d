"""`"5432:5432"` → `"127.0.0.1:5432:5432"`, or `host_ip: 127.0.0.1`: published for this machine alone."""

import re

from unmoor.codemods.compose_tree import Compose, entry
from unmoor.codemods.placing import raw_of, span_of
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span

ELSEWHERE = "the `host_ip` of a long mapping, which stands on a line of its own"
_SHORT = re.compile(
    r"(?P<quote>[\"']?)(?P<ip>0\.0\.0\.0:|\[::\]:|\*:)?(?P<ports>(?:\d+(?:-\d+)?|\$\{[^}]*\}):\d[\d/a-z-]*)[\"']?"
)
_BROKER = re.compile(r"kafka|redpanda|rabbitmq|nats|cp-server|zookeeper")


def fix(request: Request) -> Fix | Refusal:
    """Put the loopback address in front of a short port mapping, or as `host_ip` into a long one."""
    raw, span = raw_of(request), span_of(request)
    match = _SHORT.fullmatch(raw)
    if match is None:
        edit = _long(request, span)
        if edit is None:
            return Refusal("the port mapping is written elsewhere")
    else:
        lo, hi = match.span("ip") if match["ip"] else (match.start("ports"), match.start("ports"))
        edit = Edit(request.finding.path, Span(span.start + lo, span.start + hi), "127.0.0.1:")
    # a broker's clients are on other machines as a rule; docker-compose 1 does not know `host_ip`
    unsure = match is None or _BROKER.search(str(request.finding.attrs.get("image", "")))
    return Fix("publish on 127.0.0.1 only", "unsafe" if unsure else request.applicability, (edit,))


def _long(request: Request, span: Span) -> Edit | None:
    """`{target: 5432, published: 5432}` with its `host_ip`."""
    compose = Compose(request.finding.path, request.source)
    mapping = compose.mapping_at(span.start, "target")
    if mapping is None or compose.in_mapping(mapping, "published") is None:
        return None
    present = compose.in_mapping(mapping, "host_ip")
    value = present.child_by_field_name("value") if present is not None else None
    if value is not None:
        return Edit(request.finding.path, Span(value.start_byte, value.end_byte), "127.0.0.1")
    return compose.append_to(mapping, [entry("host_ip", "127.0.0.1")])
