"""A path that leads nowhere becomes the one that the linker found; a symlink or a scaffold is only shown."""

import posixpath
import re

from unmoor.codemods.placing import raw_of, replace
from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal


def fix(request: Request) -> list[Fix] | Refusal:
    """The new path as it must be written here, then what else would do."""
    wanted, finding = request.finding.suggestion, request.finding
    missing = str(finding.attrs.get("expected") or "")
    found = str(finding.attrs.get("near") or "")
    alternatives = _alternatives(request, missing, found)
    if not wanted:
        return alternatives or Refusal("nothing like it is in the tree")
    raw = raw_of(request)
    if _beside(request, wanted):
        return alternatives or Refusal(f"`{wanted}` is already named beside it")
    made = replace(request, _as_before(raw, wanted), f"use `{wanted}`")
    if isinstance(made, Refusal):
        return alternatives or made
    return [made, *alternatives]


def _beside(request: Request, wanted: str) -> bool:
    """Whether the same line names the other path too: a list of files does not name one twice."""
    source, at = request.source, request.finding.span.start
    line = source[source.rfind(b"\n", 0, at) + 1 : source.find(b"\n", at) if b"\n" in source[at:] else None]
    return bool(re.search(rb"(?<![\w./-])" + re.escape(wanted.encode()) + rb"(?![\w./-])", line))


def _as_before(raw: str, wanted: str) -> str:
    """With the `./` in front and the `#part` behind that stood there."""
    if raw.startswith("./") and not wanted.startswith((".", "/")):
        wanted = f"./{wanted}"
    part = re.search(r"[#?][^/]*$", raw)
    return wanted + part.group() if part and not re.search(r"[#?]", wanted) else wanted


def _alternatives(request: Request, missing: str, found: str) -> list[Fix]:
    if not missing or request.has(missing) or missing.startswith(("..", "/")):
        return []
    made = []
    if found and request.has(found):
        made.append(Fix(f"link {missing} to {found}", "display-only", links=((missing, found),)))
    if re.search(r"(?i)dockerfile", posixpath.basename(missing)) and not found:
        from unmoor.generate.dockerfile import scaffold

        context = posixpath.dirname(missing)
        made.append(
            Fix(f"begin {missing}", "display-only", creates=((missing, scaffold(context, request.has, request.read)),))
        )
    return made
