"""What a codemod is asked: one finding, the bytes around it, and a view of the tree."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from unmoor.config.settings import Settings
from unmoor.generate.services import ServiceAddress
from unmoor.model.facts import Reference
from unmoor.model.findings import Applicability, Finding


def _never(path: str) -> str | None:
    return None


def _nothing(folder: str) -> list[str]:
    return []


class Request(Struct):
    """One finding to mend.

    source: the bytes of the finding's file. read: the bytes of any file of the tree (raises OSError). has: whether a
    path is there. options: the rest of the rule's `fix:` table. applicability: what the rule claims for its fix.
    services: what the topology knows of the services that are reached by URL. renamed: where git moved a path to.
    beside: the names of the files in a folder.
    """

    finding: Finding
    source: bytes
    settings: Settings
    read: Callable[[str], bytes]
    has: Callable[[str], bool]
    applicability: Applicability
    options: dict[str, Any] = field(default_factory=dict)
    services: tuple[ServiceAddress, ...] = ()
    renamed: Callable[[str], str | None] = _never
    beside: Callable[[str], list[str]] = _nothing

    @property
    def reference(self) -> Reference:
        """The reference that the finding is about. Raises ValueError if it is about a declaration."""
        if self.finding.reference is None:
            raise ValueError(f"{self.finding.rule} carries no reference")
        return self.finding.reference

    @property
    def service(self) -> str:
        """The service that the address reaches: as the topology names it, else as the settings do, by port."""
        target = self.finding.target
        if target is not None and target.service:
            return target.service
        attrs = self.finding.reference.attrs if self.finding.reference is not None else {}
        if attrs.get("host") not in ("localhost", "127.0.0.1", "::1"):
            return ""
        named = [name for name, one in self.settings.services.items() if attrs.get("port") in one.ports]
        return named[0] if len(named) == 1 else ""
