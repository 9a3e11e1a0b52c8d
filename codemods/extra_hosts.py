"""`host.docker.internal` is made to resolve on Linux too."""

from unmoor.codemods.compose_tree import Compose
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline


def fix(request: Request) -> Fix | Refusal:
    """Add `host:host-gateway` to the `extra_hosts` of the service around the finding."""
    finding = request.finding
    host = str(finding.attrs.get("host") or "host.docker.internal")
    compose = Compose(finding.path, request.source)
    service = compose.service_at(finding.span.start)
    if service is None:
        return Refusal("the service is not written in this file")
    title = f"let `{host}` resolve on Linux"
    entry = f'"{host}:host-gateway"'
    present = compose.get(service, "extra_hosts")
    if present is None:
        edit = compose.append(service, ["extra_hosts:", f"{' ' * compose.step()}- {entry}"])
        return Fix(title, request.applicability, (edit,)) if edit else Refusal("the service is written in flow style")
    items = compose.collection(present)
    if items is None or items.end_byte <= items.start_byte:
        return Refusal("its `extra_hosts` are written elsewhere")
    if items.type == "flow_sequence":
        last = items.named_children[-1] if items.named_children else None
        at = last.end_byte if last is not None else items.start_byte + 1
        return Fix(title, request.applicability, (Edit(finding.path, Span(at, at), f", {entry}" if last else entry),))
    if items.type == "block_sequence":
        line = f"- {entry}"
    elif items.type == "block_mapping":
        line = f"{host}: host-gateway"
    else:
        return Refusal("its `extra_hosts` are written in flow style")
    at = compose.end_of_line(items)
    indent = " " * compose.column(items.named_children[0])
    return Fix(
        title, request.applicability, (Edit(finding.path, Span(at, at), f"{newline(request.source)}{indent}{line}"),)
    )
