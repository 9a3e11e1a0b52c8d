"""A resolution for people and programs; the layout of `unmoor resolve`."""

import re
from typing import TYPE_CHECKING, Any

from unmoor.text.addresses import redact
from unmoor.topology.model import Resolution
from unmoor.topology.shape import place

if TYPE_CHECKING:
    from unmoor.topology.link import Topology

_WORDS = {"ok": "ok", "self": "ok", "host-only": "host only", "wrong-port": "wrong port", "wrong-host": "wrong host"}


def text(topology: "Topology", resolution: Resolution) -> str:
    """The verdict with its first reason, the other reasons with their lines, and the right address.

    wrong host: inside container `backend`, localhost is the container itself, and nothing in it listens at 5435
      5435 is published on the host by `database` (docker-compose.yml:31) for its port 5432
    use: postgresql://database:5432
    """
    verdict = _WORDS.get(resolution.verdict, resolution.verdict)
    reasons = [_with_place(reason, place(topology, at)) for reason, at in resolution.reasons]
    lines = [f"{verdict}: {reasons[0]}" if reasons else verdict, *(f"  {reason}" for reason in reasons[1:])]
    if resolution.elsewhere:
        lines.append(f"  it is right in the stack {resolution.elsewhere}")
    if resolution.address and resolution.verdict not in ("ok", "self"):
        lines.append(f"use: {redact(resolution.address)}")
    return "\n".join(lines) + "\n"


def _with_place(reason: str, where: str) -> str:
    """The place stands behind whoever does something there, else at the end."""
    if not where:
        return redact(reason)
    match = re.search(r" by `[^`]+`", reason)
    at = match.end() if match else len(reason)
    return redact(f"{reason[:at]} ({where}){reason[at:]}")


def data(topology: "Topology", address: str, resolution: Resolution) -> dict[str, Any]:
    """The same as JSON values."""
    runtime = resolution.runtime
    return {
        "address": redact(address),
        "from": str(runtime) if runtime is not None else "",
        "stack": resolution.stack,
        "verdict": resolution.verdict,
        "cause": resolution.cause,
        "service": resolution.service.name if resolution.service is not None else None,
        "port": resolution.port,
        "reasons": [{"text": redact(reason), "at": place(topology, at)} for reason, at in resolution.reasons],
        "use": redact(resolution.address) if resolution.verdict not in ("ok", "self") else "",
        "elsewhere": resolution.elsewhere,
    }
