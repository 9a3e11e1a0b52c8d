"""A variable that a service reads is handed to it: a line in `environment`, or the env file that documents it."""

import posixpath
import re
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods.compose_tree import Compose, entry
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_EXAMPLES = ("", ".example", ".sample", ".template", ".dist")


def fix(request: Request) -> list[Fix] | Refusal:
    """For every service that reads it. The env file comes first where the service has no `environment` of its own."""
    finding = request.finding
    name = str(finding.attrs.get("name") or finding.value)
    listed, loaded, bare = [], [], False
    for path, service_name in finding.attrs.get("readers", ()):
        compose = Compose(path, request.read(path))
        service = next((one for one in compose.services() if compose.key(one) == service_name), None)
        if service is None:
            return Refusal(f"`{service_name}` is not written in {path}")
        edits = _listed(compose, service, name, set_only=bool(finding.attrs.get("has-default")))
        if isinstance(edits, Refusal):
            return edits
        bare = bare or compose.get(service, "environment") is None
        listed += edits
        loaded.append(_loaded(request, compose, service, name))
    if not listed:
        return Refusal("no service of a compose file is known to read it")
    # Where the code has a value of its own, it does without; whether it should be set here is for a person to say.
    applicability = "display-only" if finding.attrs.get("has-default") else request.applicability
    fixes = [Fix(f"pass `{name}` through `environment`", applicability, tuple(listed))]
    files = [edit for edit in loaded if edit is not None]
    if len(files) == len(loaded):
        file = Fix(f"load the env file that holds `{name}`", applicability, tuple(files))
        fixes.insert(0 if bare else 1, file)
    return fixes


class _Form(NamedTuple):
    """How a file writes an environment: as a list or a mapping, and in which quotes."""

    listed: bool
    quote: str


def _listed(compose: Compose, service: Node, name: str, *, set_only: bool) -> list[Edit] | Refusal:
    """set_only: nothing is to be handed on where the variable is not set, since the code has its own default."""
    present = compose.get(service, "environment")
    if present is None:
        return _created(compose, service, name, set_only)
    items = compose.collection(present)
    if items is None:
        value = present.child_by_field_name("value")
        if value is not None or present.type == "flow_pair":
            return Refusal("its `environment` is written elsewhere")
        at = compose.end_of_line(present)
        indent = " " * (compose.column(present) + compose.step())
        return [_line(compose, at, indent + _entry(name, _Form(False, ""), set_only))]
    form = _form(compose, items)
    set_only = set_only or (form.listed and _all_bare(compose, items))
    if items.type.startswith("flow"):
        text = _entry(name, form._replace(quote=form.quote or '"'), set_only)
        return [compose.into_flow(items, f"{text} null" if text.endswith(":") else text)]
    lead = " " * compose.column(items.named_children[0]) + ("- " if form.listed else "")
    return [_line(compose, compose.end_of_line(items), lead + _entry(name, form, set_only))]


def _created(compose: Compose, service: Node, name: str, set_only: bool) -> list[Edit] | Refusal:
    """The key and its entry: edits of their own, so that the variables of one service can share the key."""
    if compose.get(service, "<<") is not None:
        return Refusal("an `environment` here would replace the one that the service merges in")
    mapping = compose.collection(service)
    if mapping is None:
        return Refusal("the service is written elsewhere")
    others = (compose.get(one, "environment") for one in compose.services())
    known = [items for one in others if one is not None and (items := compose.collection(one)) is not None]
    form = _form(compose, known[0]) if known else _Form(False, "")
    if mapping.type == "flow_mapping":
        text = _entry(name, _Form(True, '"'), set_only)
        return [compose.into_flow(mapping, f"environment: [{text}]")]
    at, column = compose.end_of_line(mapping), compose.column(mapping.named_children[0])
    text = ("- " if form.listed else "") + _entry(name, form, set_only)
    return [
        _line(compose, at, " " * column + "environment:"),
        _line(compose, at, " " * (column + compose.step()) + text),
    ]


def _line(compose: Compose, at: int, text: str) -> Edit:
    return Edit(compose.path, Span(at, at), newline(compose.source) + text)


def _form(compose: Compose, items: Node) -> _Form:
    """As the entries that hand on a variable are written; of a list, all of them where none does."""
    listed = items.type.endswith("sequence")
    entries = [compose.text(one) for one in items.named_children if one.type != "comment"]
    passing = [text for text in entries if "$" in text] or (entries if listed else [])
    pattern = r"(?:-\s*)?([\"'])" if listed else r"[^:]+:\s*([\"'])"
    quotes = [match.group(1) for text in passing if (match := re.match(pattern, text))]
    return _Form(listed, quotes[0] if quotes and len(quotes) * 2 > len(passing) else "")


def _all_bare(compose: Compose, items: Node) -> bool:
    """Whether a list gives names alone, which hands the variables of the shell on."""
    entries = [compose.text(one) for one in items.named_children if one.type != "comment"]
    return bool(entries) and not any("=" in text for text in entries)


def _entry(name: str, form: _Form, set_only: bool) -> str:
    """`NAME: ${NAME}` or its like; a name alone is handed on only where it is set."""
    quote = form.quote
    if form.listed:
        text = name if set_only else f"{name}=${{{name}}}"
        return f"{quote}{text}{quote}"
    return f"{name}:" if set_only else f"{name}: {quote}${{{name}}}{quote}"


def _loaded(request: Request, compose: Compose, service: Node, name: str) -> Edit | None:
    """`env_file:` as a service beside writes it, where that file or its example holds the variable."""
    if compose.get(service, "env_file") is not None:
        return None
    folder = posixpath.dirname(compose.path)
    for other in compose.services():
        pair = compose.get(other, "env_file")
        value = compose.scalar(pair) if pair is not None else None
        if pair is None or value is None or "$" in value:
            continue
        path = posixpath.normpath(posixpath.join(folder, value.strip("\"'")))
        if any(_holds(request, path + suffix, name) for suffix in _EXAMPLES):
            return compose.append(service, [entry("env_file", value)])
    return None


def _holds(request: Request, path: str, name: str) -> bool:
    try:
        text = request.read(path) if request.has(path) else b""
    except (OSError, KeyError):
        return False
    return re.search(rb"(?m)^\s*(?:export\s+)?" + name.encode() + rb"\s*=", text) is not None
