"""A name that nothing declares becomes the one that is declared."""

from unmoor.codemods.placing import replace
from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal


def fix(request: Request) -> Fix | Refusal:
    """Write the declared name in place of the stale one."""
    wanted = request.finding.suggestion
    if not wanted:
        return Refusal("no declared name is near enough")
    return replace(request, wanted, f"rename to `{wanted}`")
