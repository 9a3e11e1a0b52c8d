"""An address becomes a reference to a variable, as its surroundings expand one; never where nothing does."""

import re

from unmoor.codemods.placing import layers_of, raw_of, requoted, span_of
from unmoor.codemods.request import Request
from unmoor.generate.plan import constant
from unmoor.model.findings import Applicability, Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.addresses import parse
from unmoor.text.encode import encode

_DEAD = {
    "shell:heredoc-quoted": "nothing is expanded in a quoted heredoc",
    "shell:ansi": "nothing is expanded in $'…'",
    "dockerfile:single": "nothing is expanded in single quotes",
    "dotenv:single": "nothing is expanded in single quotes",
}
_EXEC = "nothing is expanded in the exec form"


def fix(request: Request) -> Fix | Refusal:
    """Replace the scheme, host and port by the variable; the path behind them stays."""
    reference, raw, span = request.reference, raw_of(request), span_of(request)
    if reference.role == "default":
        return required(request)
    name = variable_of(request)
    if not name:
        return Refusal("no variable stands for this address")
    address = parse(reference.value)
    if address is None or raw != reference.value or address.user:
        return Refusal("the address is not written in one plain piece")
    layers = layers_of(request)
    base = raw[: len(raw) - len(address.rest)] if address.rest else raw
    place = Span(span.start, span.start + len(base.encode()))
    written = _written(_style(request, layers), name, layers, request, span.start)
    if isinstance(written, Refusal):
        return written
    edit = _unquoted(request, place, raw, written) or Edit(request.finding.path, place, written)
    if layers[:1] == ("yaml:plain-flow",) or (written[0] == '"' and _begins_scalar(request.source, place.start)):
        edit = requoted(request, place, written) or edit
    return Fix(f"read it from `{name}`", request.applicability, (edit,))


def _begins_scalar(source: bytes, at: int) -> bool:
    return re.search(rb"(?:^|[:?-])[ \t]+$", source[source.rfind(b"\n", 0, at) + 1 : at]) is not None


def _unquoted(request: Request, place: Span, raw: str, written: str) -> Edit | None:
    """`'http://localhost:1/x'` → `"${X}/x"`, where nothing else stands in the single quotes of a script."""
    source, span = request.source, span_of(request)
    rest = raw[len(source[place.start : place.end].decode()) :]
    alone = source[span.start - 1 : span.start] == b"'" == source[span.end : span.end + 1]
    if layers_of(request) != ("shell:single",) or not alone or re.search(r'["$`\\!]', rest):
        return None
    text = f'"{written.strip(chr(39)).strip(chr(34))}{rest}"'
    return Edit(request.finding.path, Span(span.start - 1, span.end + 1), text)


def required(request: Request) -> Fix | Refusal:
    """`${X:-http://localhost}` → `${X:?X is not set}`: missing, it stops with a word instead of calling localhost. So
    does Spring's `${X}` without its default.

    Only shown for a bare host, which is often where the server is: beside the script.
    """
    span, source = span_of(request), request.source
    head, closed = source[max(span.start - 200, 0) : span.start], source[span.end : span.end + 1] == b"}"
    bare = request.reference.kind == "host" and "://" not in request.reference.value
    sure: Applicability = "display-only" if bare else request.applicability
    spring = re.search(rb"\$\{([\w.-]+):$", head)
    if spring and closed and request.reference.language in ("yaml", "properties"):
        edit = Edit(request.finding.path, Span(span.start - 1, span.end), "")
        return Fix(f"require `{spring.group(1).decode()}`", sure, (edit,))
    if (assigned := _assigned_by_make(request, span)) is not None:
        return assigned
    before = re.search(rb"\$\{(\w+)(:?)-$", head)
    if before is None or not closed:
        return Refusal("the default is only a part of the expansion")
    if re.search(rb"\$\{\w+:?-[^{}\s]*$", head[: before.start()]):
        return Refusal("it is a part of the default of another variable")
    name, colon = before.group(1).decode(), before.group(2).decode()
    if _style(request, layers_of(request)) == "compose" and not _set_beside(request, name):
        return Refusal("the stack starts without an env file, and would no longer")
    edit = Edit(request.finding.path, Span(span.start - 1 - len(colon), span.end), f":?{name} is not set")
    return Fix(f"require `{name}`", sure, (edit,))


def _assigned_by_make(request: Request, span: Span) -> Fix | Refusal | None:
    """`NAME ?= http://…` → `NAME ?= $(error NAME is not set)`: make expands it, and stops, where a recipe needs it."""
    source = request.source
    start, end = source.rfind(b"\n", 0, span.start) + 1, source.find(b"\n", span.end)
    end = len(source) if end < 0 else end
    match = re.fullmatch(rb"([A-Za-z_]\w*)[ \t]*\?=[ \t]*", source[start : span.start])
    if _style(request, ()) != "make" or match is None:
        return None
    if source[span.end : end].strip() and not re.match(rb"[ \t]+#", source[span.end : end]):
        return Refusal("the default is only a part of the variable")
    name = match.group(1).decode()
    at_once = rb"(?m)^(?:\w+[ \t]*:{1,3}=|ifn?eq|[^\t#\n]*:|export\b)[^\n]*\$[({]" + match.group(1) + rb"[)}]"
    exported = rb"(?m)^export\b(?:[ \t]*$|[^\n=]*\b" + match.group(1) + rb"\b)"
    if re.search(at_once, source) or re.search(exported, source):
        return Refusal(f"`{name}` is expanded when the makefile is read, for every target")
    return Fix(
        f"require `{name}`", request.applicability, (Edit(request.finding.path, span, f"$(error {name} is not set)"),)
    )


def _set_beside(request: Request, name: str) -> bool:
    """Whether the `.env` that Compose reads here sets the variable."""
    path = request.finding.path.rpartition("/")[0] + "/.env"
    try:
        text = request.read(path.lstrip("/"))
    except (OSError, KeyError):
        return False
    return re.search(rb"(?m)^\s*(?:export\s+)?" + name.encode() + rb"\s*=\s*\S", text) is not None


def variable_of(request: Request) -> str:
    """The variable that the rule, the finding or the resolver's settings name; else one made from the service."""
    named = request.options.get("variable") or request.finding.attrs.get("variable")
    if named:
        return str(named)
    service = request.service
    for options in request.settings.resolver.values():
        if service in options.env:
            return options.env[service]
    return f"{constant(service)}_URL" if service else ""


def _style(request: Request, layers: tuple[str, ...]) -> str:
    """The language that expands variables here: the one that writes them into the text before anything else reads it,
    else the innermost."""
    path = request.finding.path.lower()
    if re.search(r"(^|/)(gnu)?makefile(\.|$)|\.mk$", path):
        return "make"
    if re.search(r"(^|/)[^/]*(compose|stack)[^/]*\.ya?ml", path):
        return "compose"
    inner = layers[-1] if layers else ""
    if inner.startswith("shell") or (request.reference.language == "shell" and not inner.startswith(("json", "yaml"))):
        return "shell"
    if path.endswith((".tf", ".hcl")):
        return "hcl"
    if ".github/workflows/" in path:
        return "workflow"
    if re.search(r"dockerfile|containerfile", path):
        return "exec" if inner.startswith("json") or inner == "dockerfile:exec" else "dockerfile"
    return "dotenv" if "env" in path.rpartition("/")[2] else ""


def _written(style: str, name: str, layers: tuple[str, ...], request: Request, at: int) -> str | Refusal:
    """The reference as it stands in the file."""
    if style == "exec":
        return Refusal(_EXEC)
    dead = _DEAD.get(layers[-1], "") if layers and style not in ("compose", "make") else ""
    if dead:
        return Refusal(dead)
    if style == "shell":
        return _in_shell(name, layers, request.source, at)
    if style == "dotenv" and request.source[at - 1 : at] == b"'":
        return Refusal("nothing is expanded in single quotes")
    forms = {
        "compose": f"${{{name}}}",
        "dotenv": f"${{{name}}}",
        "dockerfile": f"${{{name}}}",
        "make": f"$({name})",
        "workflow": f"${{{{ vars.{name} }}}}",
        "hcl": f"${{var.{name.lower()}}}",
    }
    return forms.get(style) or Refusal("variables are not expanded in this kind of file")


def _in_shell(name: str, layers: tuple[str, ...], source: bytes, at: int) -> str | Refusal:
    """Quoted against splitting, within the quotes that stand there, and written as the layers around require."""
    inner, outer = layers[-1] if layers else "", layers[:-1]
    if outer and outer[-1] == "shell:single":
        inner, outer = outer[-1], outer[:-1]  # `sh -c '… X …'`: the outer shell knows the variable, exported or not
    if inner == "shell:single":
        text = f"'\"${{{name}}}\"'"
    elif inner in ("shell:double", "shell:heredoc", "shell:assignment") or (not layers and _in_double(source, at)):
        text = f"${{{name}}}"
    else:
        text = f'"${{{name}}}"'
    try:
        return encode(tuple(layer for layer in outer if not layer.startswith("yaml:plain")), text)
    except ValueError as fault:
        return Refusal(str(fault))


def _in_double(source: bytes, at: int) -> bool:
    """Whether a shell word is inside double quotes, by the quotes on its line."""
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    return re.sub(rb"\\.|'[^']*'", b"", line).count(b'"') % 2 == 1
