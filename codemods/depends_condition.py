"""In preparation."""

from unmoor.codemods.request import Request
from unmoor.model.findings import Refusal


def fix(request: Request) -> Refusal:
    """No fix yet."""
    return Refusal("there is no rewrite for this yet")
