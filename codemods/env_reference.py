"""An address becomes a reference to a variable, as its surroundings expand one; never where nothing does."""

import re

from unmoor.codemods.placing import layers_of, raw_of, span_of
from unmoor.codemods.request import Request
from unmoor.generate.plan import constant
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.text.addresses import parse

_DEAD = {
    "shell:heredoc-quoted": "nothing is expanded in a quoted heredoc",
    "shell:ansi": "nothing is expanded in $'…'",
    "dockerfile:exec": "nothing is expanded in the exec form",
    "dockerfile:json": "nothing is expanded in the exec form",
    "json:exec": "nothing is expanded in the exec form",
}


def fix(request: Request) -> Fix | Refusal:
    """Replace the scheme, host and port by the variable; the path behind them stays."""
    reference, raw, span = request.reference, raw_of(request), span_of(request)
    if reference.role == "default":
        return required(request)
    name = variable_of(request)
    if not name:
        return Refusal("no variable stands for this address")
    layers = layers_of(request)
    dead = next((_DEAD[layer] for layer in layers if layer in _DEAD), "")
    if dead:
        return Refusal(dead)
    address = parse(reference.value)
    if address is None or raw != reference.value or address.user:
        return Refusal("the address is not written in one plain piece")
    base = raw[: len(raw) - len(address.rest)] if address.rest else raw
    style = _style(request, layers)
    written = _written(style, name, layers, request, span.start)
    if isinstance(written, Refusal):
        return written
    edit = Edit(request.finding.path, type(span)(span.start, span.start + len(base.encode())), written)
    return Fix(f"read it from `{name}`", request.applicability, (edit,))


def required(request: Request) -> Fix | Refusal:
    """`${X:-http://localhost}` → `${X:?X is not set}`: missing, it stops with a word instead of calling localhost."""
    span, source = span_of(request), request.source
    before = re.search(rb"\$\{(\w+)(:?)-$", source[max(span.start - 200, 0) : span.start])
    if before is None or source[span.end : span.end + 1] != b"}":
        return Refusal("the default is only a part of the expansion")
    name, colon = before.group(1).decode(), before.group(2).decode()
    if _style(request, layers_of(request)) == "compose" and not _set_beside(request, name):
        return Refusal("the stack starts without an env file, and would no longer")
    edit = Edit(request.finding.path, type(span)(span.start - 1 - len(colon), span.end), f":?{name} is not set")
    return Fix(f"require `{name}`", request.applicability, (edit,))


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
    """The innermost language that expands variables."""
    path = request.finding.path.lower()
    inner = next((layer.partition(":")[0] for layer in reversed(layers) if layer.partition(":")[0] != "json"), "")
    if inner == "shell" or request.reference.language == "shell":
        return "shell"
    if re.search(r"(^|/)(gnu)?makefile(\.|$)|\.mk$", path):
        return "make"
    if path.endswith((".tf", ".hcl")):
        return "hcl"
    if ".github/workflows/" in path:
        return "workflow"
    if re.search(r"(^|/)[^/]*(compose|stack)[^/]*\.ya?ml", path):
        return "compose"
    if re.search(r"dockerfile|containerfile", path):
        return "dockerfile"
    return "dotenv" if "env" in path.rpartition("/")[2] else ""


def _written(style: str, name: str, layers: tuple[str, ...], request: Request, at: int) -> str | Refusal:
    inner = layers[-1] if layers else ""
    if style == "shell":
        if inner == "shell:single":
            return f"'\"${{{name}}}\"'"
        quoted = inner in ("shell:double", "shell:heredoc", "shell:assignment")
        return f"${{{name}}}" if quoted or _in_double(request.source, at) else f'"${{{name}}}"'
    if style == "compose":
        if "yaml:plain-flow" in layers:
            return Refusal("an unquoted value in a flow list cannot hold a variable")
        return f"${{{name}}}"
    if style in ("dotenv", "dockerfile"):
        before = request.source[at - 1 : at]
        return Refusal("nothing is expanded in single quotes") if before == b"'" else f"${{{name}}}"
    if style == "make":
        return f"$({name})"
    if style == "workflow":
        return f"${{{{ vars.{name} }}}}"
    if style == "hcl":
        return f"${{var.{name.lower()}}}"
    return Refusal("variables are not expanded in this kind of file")


def _in_double(source: bytes, at: int) -> bool:
    """Whether a shell word is inside double quotes, by the quotes on its line."""
    line = source[source.rfind(b"\n", 0, at) + 1 : at]
    return re.sub(rb"\\.|'[^']*'", b"", line).count(b'"') % 2 == 1
