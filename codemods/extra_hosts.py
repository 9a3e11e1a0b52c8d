"""`host.docker.internal` is made to resolve on Linux too."""

from tree_sitter import Node

from unmoor.codemods.compose_tree import Compose, entry, listed
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal


def fix(request: Request) -> Fix | Refusal:
    """Add `host:host-gateway` to the `extra_hosts` of the service around the finding."""
    finding = request.finding
    host = str(finding.attrs.get("host") or "host.docker.internal")
    compose = Compose(finding.path, request.source)
    service = compose.service_at(finding.span.start)
    if service is None:
        return Refusal("the service is not written in this file")
    title = f"let `{host}` resolve on Linux"
    quoted = f'"{host}:host-gateway"'
    present = compose.get(service, "extra_hosts")
    if present is None:
        edit = compose.append(service, [listed("extra_hosts", [quoted], " " * compose.step())])
    else:
        edit = _beside(compose, present, host, quoted)
    return Fix(title, request.applicability, (edit,)) if edit else Refusal("its `extra_hosts` are written elsewhere")


def _beside(compose: Compose, present: Node, host: str, quoted: str) -> Edit | None:
    """Into the list or mapping that is there."""
    items = compose.collection(present)
    if items is not None and items.type == "flow_sequence":
        return compose.into_flow(items, quoted)
    if items is not None and items.type == "block_sequence":
        return compose.below(items, [f"{' ' * compose.column(items.named_children[0])}- {quoted}"])
    return compose.append(present, [entry(f'"{host}"', "host-gateway")])
