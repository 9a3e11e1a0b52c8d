"""A path that leads nowhere becomes the one that the linker found; a symlink or a scaffold is only shown."""

import posixpath
import re

from msgspec import structs

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
    written = _as_before(raw, _from_root(request, raw, wanted, found))
    made = replace(request, written, f"use `{written}`")
    if isinstance(made, Refusal):
        return alternatives or made
    if not _same(raw, wanted) and not (missing and found and request.renamed(missing) == found):
        made = structs.replace(made, applicability="display-only")
    return [made, *alternatives]


def _beside(request: Request, wanted: str) -> bool:
    """Whether the same line names the other path too: a list of files does not name one twice."""
    source, at = request.source, request.finding.span.start
    line = source[source.rfind(b"\n", 0, at) + 1 : source.find(b"\n", at) if b"\n" in source[at:] else None]
    return bool(re.search(rb"(?<![\w./-])" + re.escape(wanted.encode()) + rb"(?![\w./-])", line))


def _from_root(request: Request, raw: str, wanted: str, found: str) -> str:
    """In prose, a path that was written from the root stays so, whatever page it stands on."""
    reference = request.finding.reference
    prose = reference is not None and reference.attrs.get("use") in ("code-span", "command", "layout")
    return found if prose and found and wanted.startswith("../") and not raw.startswith(".") else wanted


def _same(raw: str, wanted: str) -> bool:
    """Whether both end in the same name, but for case, `-`/`_` and extension; another name is only a guess."""
    old, new = (re.sub(r"[#?].*$", "", path).rstrip("/").rpartition("/")[2].lower() for path in (raw, wanted))
    if "dockerfile" in old and "dockerfile" in new:
        return True
    stems = [re.sub(r"[-_ ]", "", name.partition(".")[0] or name) for name in (old, new)]
    return old == new or (stems[0] == stems[1] and old.count(".") == new.count("."))


def _as_before(raw: str, wanted: str) -> str:
    """With the `./` in front and the `#part` behind that stood there."""
    if raw.startswith("./") and not wanted.startswith((".", "/")):
        wanted = f"./{wanted}"
    if raw.endswith("/") and not wanted.endswith("/"):
        wanted += "/"
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
