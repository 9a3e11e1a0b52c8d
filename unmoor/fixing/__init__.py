"""Fixing: choose fixes, prove them on copies in memory, and only then write. See `loop.run`."""

from unmoor.fixing.loop import Scan, run
from unmoor.fixing.plan import Narrowing, Outcome
from unmoor.fixing.save import save

__all__ = ["Narrowing", "Outcome", "Scan", "run", "save"]
