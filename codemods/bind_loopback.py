"""`"5432:5432"` → `"127.0.0.1:5432:5432"`: published for this machine alone."""

import re

from unmoor.codemods.placing import raw_of, span_of
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span

_SHORT = re.compile(
    r"(?P<quote>[\"']?)(?P<ip>0\.0\.0\.0:|\[::\]:|\*:)?(?P<ports>(?:\d+(?:-\d+)?|\$\{[^}]*\}):\d[\d/a-z-]*)[\"']?"
)
_BROKER = re.compile(r"kafka|redpanda|rabbitmq|nats|cp-server|zookeeper")


def fix(request: Request) -> Fix | Refusal:
    """Put the loopback address in front of a short port mapping."""
    raw, span = raw_of(request), span_of(request)
    match = _SHORT.fullmatch(raw)
    if match is None:
        return Refusal("only the short form of a port mapping is rewritten")
    lo, hi = match.span("ip") if match["ip"] else (match.start("ports"), match.start("ports"))
    edit = Edit(request.finding.path, Span(span.start + lo, span.start + hi), "127.0.0.1:")
    # a broker's clients are on other machines as a rule
    broker = _BROKER.search(str(request.finding.attrs.get("image", "")))
    return Fix("publish on 127.0.0.1 only", "unsafe" if broker else request.applicability, (edit,))
