"""A variable that code reads gets its line in the example file; with a comment on where, if the file has comments."""

import re

from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_NAMES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", "env.template",
          "env.sample", ".env.local.example", ".env.development.example", ".env.docker.example")  # fmt: skip
_SECRET = re.compile(r"(?i)secret|token|password|passwd|credential|private|api_?key|_key$|_pat$|salt|_dsn$")
_PLAIN = re.compile(r"[\w.:/@+,-]*")


def fix(request: Request) -> Fix | Refusal:
    """Append `NAME=default` to the nearest example file."""
    finding = request.finding
    name = str(finding.attrs.get("name") or finding.value)
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        return Refusal("it is no name of a variable")
    path = example_of(request)
    if not path:
        return Refusal("there is no example file to add it to")
    source = request.read(path)
    if re.search(rb"(?m)^\s*(?:#\s*)?(?:export\s+)?" + name.encode() + rb"\s*=", source):
        return Refusal(f"{path} already has it")
    end = newline(source)
    lead = "" if not source or source.endswith(b"\n") else end
    comment = f"# read in {finding.path}{end}" if re.search(rb"(?m)^\s*#", source) else ""
    text = f"{lead}{comment}{name}={_value(request, name)}{end}"
    edit = Edit(path, Span(len(source), len(source)), text)
    return Fix(f"add `{name}` to {path}", request.applicability, (edit,))


def example_of(request: Request) -> str:
    """The example file that the linker named, else the nearest one beside or above the file."""
    named = str(request.finding.attrs.get("example") or request.options.get("example") or "")
    if named and request.has(named):
        return named
    folder = request.finding.path.rpartition("/")[0]
    while True:
        for name in _NAMES:
            candidate = f"{folder}/{name}" if folder else name
            if request.has(candidate):
                return candidate
        if not folder:
            return ""
        folder = folder.rpartition("/")[0]


def _value(request: Request, name: str) -> str:
    """The code's own default where it is one plain word; nothing for what looks like a secret."""
    reference = request.finding.reference
    default = reference.attrs.get("default") if reference is not None else None
    if not isinstance(default, str) or _SECRET.search(name) or not _PLAIN.fullmatch(default) or "@" in default:
        return ""
    if re.match(r"/(home|Users|root)/", default):
        return ""
    return default
