"""The value that the linker knows to be right, in place of the wrong one."""

import re

from msgspec import structs

from unmoor.codemods.placing import narrowed, raw_of, replace, span_of
from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal
from unmoor.text.addresses import redact


def fix(request: Request) -> Fix | Refusal:
    """Write the finding's suggestion. Where credentials are masked in it, only what differs around them is written."""
    wanted = request.finding.suggestion or _secured(request)
    if not wanted:
        return Refusal("the right value is not known")
    title = f"write `{wanted}`"
    raw = raw_of(request)
    if request.options.get("near") and not _near(raw, wanted):
        made = replace(request, wanted, title)
        return made if isinstance(made, Refusal) else structs.replace(made, applicability="display-only")
    if "***" not in wanted:
        return replace(request, wanted, title)
    masked = redact(raw)
    old_head, _, old_tail = masked.partition("***")
    new_head, _, new_tail = wanted.partition("***")
    if "***" not in masked or old_tail != new_tail or not raw.startswith(old_head):
        return Refusal("credentials stand in it; they are not written anew")
    span = span_of(request)
    end = span.start + len(old_head.encode())
    return Fix(
        title, request.applicability, (narrowed(request.finding.path, type(span)(span.start, end), old_head, new_head),)
    )


def _near(old: str, new: str) -> bool:
    """Whether one name may be a slip of the pen for the other: the same numbers, and most letters in order."""
    if re.findall(r"\d+", old) != re.findall(r"\d+", new):
        return False
    from difflib import SequenceMatcher

    return SequenceMatcher(None, old.lower(), new.lower()).ratio() >= 0.7


_SECURE = {"http": "https", "ws": "wss"}


def _secured(request: Request) -> str:
    """The same address by the encrypted scheme, where the rule asks for that and no port says otherwise."""
    scheme, mark, rest = raw_of(request).partition("://")
    if not request.options.get("secure") or not mark or scheme.lower() not in _SECURE:
        return ""
    authority = rest.partition("/")[0]
    return "" if ":" in authority or "$" in authority else f"{_SECURE[scheme.lower()]}://{rest}"
