"""`depends_on: [db]` → the long form with `condition: service_healthy`, each other entry as it was meant."""

from tree_sitter import Node

from unmoor.codemods.compose_tree import Compose, entry, joined
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

# What it rewrites beside the line of its finding.
ELSEWHERE = "the other entries of the list, which a mapping has to hold all"


def fix(request: Request) -> Fix | Refusal:
    """Rewrite the `depends_on` around the finding. Targets with a check in this file are waited for too."""
    finding = request.finding
    compose = Compose(finding.path, request.source)
    service = compose.service_at(finding.span.start)
    depends = compose.get(service, "depends_on") if service is not None else None
    items = compose.collection(depends) if depends is not None else None
    wanted = str(finding.attrs.get("dependency") or finding.value)
    if service is None or depends is None or items is None:
        return Refusal("its `depends_on` is written elsewhere")
    title = f"wait until `{wanted}` is healthy"
    if items.type.endswith("mapping"):
        edit = _in_mapping(compose, depends, wanted)
        return Fix(title, request.applicability, (edit,)) if edit else Refusal("the entry is written elsewhere")
    names = [child for child in items.named_children if child.type != "comment"]
    healthy = {compose.key(one) for one in _siblings(compose, service) if compose.get(one, "healthcheck")} | {wanted}
    if items.type == "flow_sequence":
        edits = _flow(compose, items, names, healthy)
    else:
        edits = _block(compose, depends, names, healthy)
    return Fix(title, request.applicability, tuple(edits)) if edits else Refusal("an entry is no plain name")


def _siblings(compose: Compose, service: Node) -> list[Node]:
    mapping = service.parent
    return [one for one in mapping.named_children if one.type.endswith("_pair")] if mapping is not None else []


def _in_mapping(compose: Compose, depends: Node, wanted: str) -> Edit | None:
    """`db:`, `db: {required: false}` or `db: {condition: service_started}` in a mapping."""
    pair = compose.get(depends, wanted)
    if pair is None:
        return None
    condition = compose.get(pair, "condition")
    value = condition.child_by_field_name("value") if condition is not None else None
    if value is not None:
        return Edit(compose.path, Span(value.start_byte, value.end_byte), "service_healthy")
    return compose.append(pair, [entry("condition", "service_healthy")])


def _condition(name: str, healthy: set[str]) -> str:
    return "service_healthy" if name in healthy else "service_started"


def _flow(compose: Compose, items: Node, names: list[Node], healthy: set[str]) -> list[Edit]:
    edits = [Edit(compose.path, Span(items.start_byte, items.start_byte + 1), "{"),
             Edit(compose.path, Span(items.end_byte - 1, items.end_byte), "}")]  # fmt: skip
    for node in names:
        text = compose.text(node)
        if text.startswith(("*", "&", "{", "[")):
            return []
        added = f": {{condition: {_condition(text.strip(chr(34) + chr(39)), healthy)}}}"
        edits.append(Edit(compose.path, Span(node.end_byte, node.end_byte), added))
    return joined(edits)


def _block(compose: Compose, depends: Node, names: list[Node], healthy: set[str]) -> list[Edit]:
    """Each `- db` becomes `db:` and a line below; entries at the column of their key move one step in."""
    shift = " " * compose.step() if compose.column(names[0]) <= compose.column(depends) else ""
    edits = []
    for node in names:
        inner = [child for child in node.named_children if child.type != "comment"]
        text = compose.text(inner[0]) if len(inner) == 1 else ""
        if not text or "\n" in text or text.startswith(("*", "&", "{", "[")) or ": " in text:
            return []
        indent = " " * compose.column(node) + shift + " " * compose.step()
        name = text.strip("\"'")
        edits.append(Edit(compose.path, Span(node.start_byte, inner[0].start_byte), shift))
        at = compose.end_of_line(node)
        line = f"{newline(compose.source)}{indent}condition: {_condition(name, healthy)}"
        if not compose.source[inner[0].end_byte : at].strip():
            edits.append(Edit(compose.path, Span(inner[0].end_byte, at), f":{line}"))
        else:
            edits.append(Edit(compose.path, Span(inner[0].end_byte, inner[0].end_byte), ":"))
            edits.append(Edit(compose.path, Span(at, at), line))
    return edits
