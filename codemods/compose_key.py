"""A key that Compose does not know becomes the one that was meant."""

from unmoor.codemods.placing import replace
from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal


def fix(request: Request) -> Fix | Refusal:
    """Write the known key in place of the unknown one."""
    wanted = request.finding.suggestion
    if not wanted:
        return Refusal("no key of Compose is near enough")
    return replace(request, wanted, f"write `{wanted}`")
