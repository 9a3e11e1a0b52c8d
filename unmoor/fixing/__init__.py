"""Fixing: choose fixes, prove them on copies in memory, and only then write. See `loop.run`."""

from unmoor.fixing.loop import Narrowing, Outcome, Scan, run
from unmoor.fixing.loop import save as save

__all__ = ["Narrowing", "Outcome", "Scan", "run", "save"]
