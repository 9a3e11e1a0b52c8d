"""The address of a service from where it is used: host and port change, credentials and path stay as they are."""

from unmoor.codemods.placing import address_edits
from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal


def fix(request: Request) -> Fix | Refusal:
    """Write the host and port that the topology gives in place of those that stand there."""
    target = request.finding.target
    wanted = request.finding.suggestion or (target.address if target is not None else "")
    if not wanted:
        return Refusal("the right address is not known")
    edits = address_edits(request, wanted)
    if isinstance(edits, Refusal):
        return edits
    service = f" of `{target.service}`" if target is not None and target.service else ""
    return Fix(f"use the address{service} from here", request.applicability, tuple(edits))
