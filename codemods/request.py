"""What a codemod is asked: one finding, the bytes around it, and a view of the tree."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from unmoor.config.settings import Settings
from unmoor.generate.services import ServiceAddress
from unmoor.model.facts import Reference
from unmoor.model.findings import Applicability, Finding


class Request(Struct):
    """One finding to mend.

    source: the bytes of the finding's file. read: the bytes of any file of the tree (raises OSError). has: whether a
    path is there. options: the rest of the rule's `fix:` table. applicability: what the rule claims for its fix.
    services: what the topology knows of the services that are reached by URL.
    """

    finding: Finding
    source: bytes
    settings: Settings
    read: Callable[[str], bytes]
    has: Callable[[str], bool]
    applicability: Applicability
    options: dict[str, Any] = field(default_factory=dict)
    services: tuple[ServiceAddress, ...] = ()

    @property
    def reference(self) -> Reference:
        """The reference that the finding is about. Raises ValueError if it is about a declaration."""
        if self.finding.reference is None:
            raise ValueError(f"{self.finding.rule} carries no reference")
        return self.finding.reference
