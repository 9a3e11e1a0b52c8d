"""A path that leads nowhere becomes the one that the linker found; a symlink or a scaffold is only shown."""

import posixpath
import re

from msgspec import structs

from unmoor.codemods.dockerfile_key import dockerfile_key
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
        named = dockerfile_key(request, missing, found)
        return [*named, *alternatives] or Refusal("nothing like it is in the tree")
    raw = raw_of(request)
    if _beside(request, wanted):
        return alternatives or Refusal(f"`{wanted}` is already named beside it")
    if found == finding.path:
        return Refusal("the nearest of that name is the file itself")
    written = _as_before(raw, _from_base(request, raw, wanted, missing, found))
    made = replace(request, written, f"use `{written}`")
    if isinstance(made, Refusal):
        return alternatives or made
    moved = bool(missing and found) and request.renamed(missing) == found
    likely = moved or (_same(raw, wanted) and _near(request, raw, missing, found))
    if not likely or _unsure(request) or _base_unknown(request, raw, written, missing):
        made = structs.replace(made, applicability="display-only")
    elif finding.attrs.get("certain") is False:
        made = structs.replace(made, applicability="unsafe")
    return [made, *alternatives]


def _beside(request: Request, wanted: str) -> bool:
    """Whether the same line names the other path too: a list of files does not name one twice."""
    source, at = request.source, request.finding.span.start
    line = source[source.rfind(b"\n", 0, at) + 1 : source.find(b"\n", at) if b"\n" in source[at:] else None]
    return bool(re.search(rb"(?<![\w./-])" + re.escape(wanted.encode()) + rb"(?![\w./-])", line))


def _from_base(request: Request, raw: str, wanted: str, missing: str, found: str) -> str:
    """The path as seen from where the wrong one was meant: in prose the root, in an image its folder for the code."""
    reference = request.finding.reference
    if reference is None or not found:
        return wanted
    if raw.startswith("/") and raw.endswith(f"/{missing}") and not wanted.startswith("/"):
        return raw.removesuffix(missing) + found
    attrs = reference.attrs
    prose = attrs.get("or_root") or attrs.get("use") in ("code-span", "command", "layout")
    outside = wanted.startswith("../") and not raw.startswith("../") and attrs.get("use") not in ("link", "image")
    return found if prose and outside else wanted


def _unsure(request: Request) -> bool:
    """Whether the text may well mean something else: a plan of its day, a folder that the page has in mind, a place in
    a drawn tree."""
    reference, attrs = request.finding.reference, request.finding.attrs
    if reference is not None and reference.attrs.get("use") == "layout":
        return "/" in reference.value.strip("/") or "/" in request.finding.suggestion.strip("/")
    return bool(attrs.get("hedged")) or attrs.get("sure") is False


def _base_unknown(request: Request, raw: str, written: str, missing: str) -> bool:
    """Whether nobody can say what the new path is relative to: a script that changes into no folder, or a Dockerfile
    that lies outside its context, where the context is what is wrong."""
    reference, path = request.finding.reference, request.finding.path
    if reference is None:
        return False
    if reference.attrs.get("use") == "dockerfile":
        return written.startswith("../") and not raw.startswith("../")
    folder = path.rpartition("/")[0]
    if reference.language != "shell" or not folder or raw.startswith("/") or reference.attrs.get("or_root"):
        return False
    before = request.source[: request.finding.span.start]
    looked_beside = posixpath.normpath(posixpath.join(folder, raw)) == missing
    return looked_beside and not re.search(rb"(?m)(^|[;&|({])\s*(cd|pushd)\s", before)


def _near(request: Request, raw: str, missing: str, found: str) -> bool:
    """Whether what bears the same name elsewhere is likely the one meant. In prose it must stand deeper or higher on
    the same way: `tests/security/x` is not `src/admin/tests/unit/x`, and a folder's bare name says little."""
    reference = request.finding.reference
    attrs = reference.attrs if reference is not None else {}
    prose = bool(attrs.get("or_root")) or attrs.get("use") in ("link", "image", "code-span")
    missing, found = missing.strip("/"), found.strip("/")
    if not prose or not missing or not found:
        return True
    folder, _, name = missing.rpartition("/")
    deeper = found.endswith(f"/{missing}")
    if "/" not in raw.removeprefix("./") and "." in name and attrs.get("or_root"):
        return True
    if "." not in name and "file" not in name.lower():
        return deeper and bool(folder)
    page, _, below = request.finding.path.partition("/")
    if not folder and below and found.split("/")[0] != page:
        return False
    return not folder or deeper or missing.endswith(f"/{found}") or found.split("/")[0] == folder.split("/")[0]


_ENDINGS = (("yml", "yaml"), ("md", "mdx", "rst", "markdown"), ("sh", "bash"),
            ("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"))  # fmt: skip


def _same(raw: str, wanted: str) -> bool:
    """Whether both end in the same name, but for case, `-`/`_` and a kindred ending; another name is only a guess."""
    old, new = (re.sub(r"[#?].*$", "", path).rstrip("/").rpartition("/")[2].lower() for path in (raw, wanted))
    if "dockerfile" in old and "dockerfile" in new:
        return True
    (old_stem, _, old_end), (new_stem, _, new_end) = old.partition("."), new.partition(".")
    stems = [re.sub(r"[-_ ]", "", stem) for stem in (old_stem or old_end, new_stem or new_end)]
    kindred = old_end == new_end or any(old_end in ends and new_end in ends for ends in _ENDINGS)
    return old == new or (stems[0] == stems[1] and kindred)


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
    sure = found and request.finding.attrs.get("certain") is not False
    if re.search(r"(?i)dockerfile", posixpath.basename(missing)) and not sure:
        from unmoor.generate.dockerfile import scaffold

        context = posixpath.dirname(missing)
        made.append(
            Fix(f"begin {missing}", "display-only", creates=((missing, scaffold(context, request.has, request.read)),))
        )
    return made
