"""A variable that code reads gets its line in the example file; with a comment on where, if the file has comments."""

import re

from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.addresses import host_class, parse
from unmoor.text.edits import newline

_NAMES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", "env.template",
          "env.sample", ".env.local.example", ".env.development.example", ".env.docker.example")  # fmt: skip
_SECRET = re.compile(r"(?i)secret|token|password|passwd|credential|private|api_?key|_key$|_pat$|salt|_dsn$")
_PLAIN = re.compile(r"[\w.:/@+,-]*")
_WORDS = re.compile(r"[\w.:/@+,-]+(?: [\w.:/@+,-]+)+")


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
    end, at = newline(source), Span(len(source), len(source))
    edits = [Edit(path, at, f"{_line(request, name)}{end}")]
    if re.search(rb"(?m)^\s*#", source):
        # An edit of its own: the variables of one file share it, and identical edits are one.
        edits.insert(0, Edit(path, at, f"{end}# read in {finding.path}{end}"))
    if source and not source.endswith(b"\n"):
        edits.insert(0, Edit(path, at, end))
    return Fix(f"add `{name}` to {path}", request.applicability, tuple(edits))


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


def _line(request: Request, name: str) -> str:
    """`NAME=default`. A default that cannot be written here is not put away by an empty value: the line is commented
    out."""
    attrs = request.finding.reference.attrs if request.finding.reference is not None else {}
    value = "" if _SECRET.search(name) else _value(attrs.get("default"))
    if value is None:
        return f"# {name}=" if attrs.get("has_default") else f"{name}="
    return f"{name}={value}"


def _value(default: object) -> str | None:
    """The code's own default where all readers read it alike; "" where it is not for others, None where it cannot be
    written."""
    if not isinstance(default, str) or default in ("None", "False", "True", "null", "undefined"):
        return None  # computed, or a word of the language, which as a text means something else
    if "@" in default or re.match(r"/(home|Users|root)/", default):
        return ""  # credentials; somebody's own folder
    if _WORDS.fullmatch(default):
        return f'"{default}"'
    if not _PLAIN.fullmatch(default):
        return None
    address = parse(default)
    return "" if address is not None and host_class(address.host) in ("private", "tailnet") else default
