"""Constants followed inside a file: what the names that hold an address are used for."""

from msgspec import structs

from unmoor.model.facts import Reference
from unmoor.scanners.ecmascript.context import context_of
from unmoor.scanners.ecmascript.literals import is_sum
from unmoor.scanners.ecmascript.role import Context
from unmoor.scanners.ecmascript.source import Source

_IDENTIFIERS = "[(identifier) (shorthand_property_identifier)] @name"
MOST_USES = 5000


def apply_uses(source: Source, found: list[tuple[Reference, Context]]) -> list[Reference]:
    """The references, those of constants with `used_by` and, where every use agrees, the role of the uses."""
    wanted = {
        str(context.attrs["constant"])
        for _, context in found
        if "constant" in context.attrs and context.position != "enum"
    }
    uses = _uses(source, wanted) if wanted else {}
    return [_used(reference, uses.get(str(context.attrs.get("constant", "")), [])) for reference, context in found]


def _uses(source: Source, wanted: set[str]) -> dict[str, list[Context]]:
    words = {name.encode() for name in wanted}
    nodes = [node for node in source.find(_IDENTIFIERS).get("name", []) if source.of(node) in words][:MOST_USES]
    uses: dict[str, list[Context]] = {}
    for chain in source.walk(nodes):
        node, field = chain[-1]
        parent = chain[-2].node if len(chain) > 1 else None
        if (
            parent is None
            or (parent.type == "variable_declarator" and field == "name")
            or parent.type.startswith(("import", "export"))
        ):
            continue
        top = len(chain) - 1
        while top > 0 and is_sum(chain[top - 1].node):
            top -= 1
        uses.setdefault(source.name(node), []).append(context_of(source, chain, top))
    return uses


def _used(reference: Reference, uses: list[Context]) -> Reference:
    if not uses:
        return reference
    calls = list(dict.fromkeys(str(use.attrs["call"]) for use in uses if use.attrs.get("call")))
    attrs = {**reference.attrs, "used_by": calls, "used_as": sorted({use.role for use in uses})}
    role, why, runtime = reference.role, reference.why, reference.runtime
    roles = {use.role for use in uses}
    if role == "config" and len(roles) == 1 and not reference.attrs.get("exported"):
        only = next(iter(roles))
        if only in ("comparison", "cors-origin", "bind", "dummy-base", "proxy-target", "request", "default", "display"):
            role, why = only, f"a constant; {uses[0].why}"
            for key in ("env", "call"):
                if uses[0].attrs.get(key):
                    attrs.setdefault(key, uses[0].attrs[key])
    if role == "default":
        purpose = next(
            (use.role for use in uses if use.role in ("cors-origin", "bind", "proxy-target", "display")), None
        )
        if purpose and len(roles) == 1:
            attrs.setdefault("purpose", purpose)
    if role == "config" and "request" in roles:
        attrs.setdefault("call", next(str(use.attrs.get("call", "")) for use in uses if use.role == "request"))
    return structs.replace(reference, role=role, why=why, runtime=runtime, attrs=attrs)
