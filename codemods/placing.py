"""Putting a value in place of another: the smallest edit, written as its surroundings require."""

import re

from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span

# Text that stands for itself in every quoting and language that scanners decode.
_SAFE = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@+,=-]*(?<![:,])")
_BARE = (
    r"(?P<user>(?:[^\s/@]*@)?)(?P<host>\[[^\]]*\]|(?:[^\s/?#:\\,\"'`$]|\$\{[^{}]*\})+)"
    r"(?P<port>:(?:\d+|\$\{[^{}]*\}|\$\w+))?(?P<rest>.*)"
)
_ADDRESS = re.compile(r"(?P<scheme>(?:jdbc:)?[a-zA-Z][a-zA-Z0-9+.-]*)(?P<mark>:(?:\\?/){2})" + _BARE, re.DOTALL)
_HOST = re.compile(_BARE, re.DOTALL)


def span_of(request: Request) -> Span:
    """The bytes of the value: the reference's, else the finding's."""
    reference = request.finding.reference
    return reference.span if reference is not None else request.finding.span


def layers_of(request: Request) -> tuple[str, ...]:
    """How the value is written, outermost first."""
    reference = request.finding.reference
    return reference.layers if reference is not None else tuple(request.finding.attrs.get("layers", ()))


def raw_of(request: Request) -> str:
    """The value as it stands in the file."""
    span = span_of(request)
    return request.source[span.start : span.end].decode()


def replace(request: Request, text: str, title: str) -> Fix | Refusal:
    """A fix that writes `text` where the value stands, narrowed to what differs."""
    span, raw = span_of(request), raw_of(request)
    if raw == text:
        return Refusal("it already is what it should be")
    if "***" in text:
        return Refusal("credentials stand in it; they are not written anew")
    written = encoded(layers_of(request), text, raw)
    if isinstance(written, Refusal):
        edit = requoted(request, span, text) if len(layers_of(request)) == 1 else None
        return Fix(title, request.applicability, (edit,)) if edit is not None else written
    return Fix(title, request.applicability, (narrowed(request.finding.path, span, raw, written),))


def encoded(layers: tuple[str, ...], text: str, raw: str) -> str | Refusal:
    """The text as its layers require. Text that needs no encoding anywhere is taken as it is."""
    parted = "," in text and "yaml:plain-flow" in layers
    if _SAFE.fullmatch(text) and not parted and (not _retyped(text) or _retyped(raw)):
        return text
    from unmoor.text.encode import encode

    try:
        return encode(layers, text)
    except ValueError as fault:
        return Refusal(str(fault))


def requoted(request: Request, span: Span, text: str) -> Edit | None:
    """The plain YAML scalar around a span, with the text in place of the span, in double quotes. None where none is."""
    path = request.finding.path
    if not path.endswith((".yml", ".yaml")) or not layers_of(request)[:1][0].startswith("yaml:plain"):
        return None
    from unmoor.syntax.grammars import parse
    from unmoor.text.encode import encode

    node = parse("yaml", request.source).root_node.descendant_for_byte_range(span.start, span.end)
    while node is not None and node.type != "plain_scalar":
        node = node.parent
    if node is None or b"\n" in request.source[node.start_byte : node.end_byte]:
        return None
    head, tail = request.source[node.start_byte : span.start], request.source[span.end : node.end_byte]
    whole = encode(("yaml:double",), f"{head.decode()}{text}{tail.decode()}")
    return Edit(path, Span(node.start_byte, node.end_byte), f'"{whole}"')


def _retyped(text: str) -> bool:
    """Whether a plain YAML scalar of this text would not be a string."""
    return bool(re.fullmatch(r"(?i)y|n|yes|no|on|off|true|false|null|~|[-+]?[\d_.]+(e\d+)?|0x[0-9a-f]+|[\d:]+", text))


def narrowed(path: str, span: Span, raw: str, text: str) -> Edit:
    """The edit without the beginning and end that old and new have in common."""
    shorter = min(len(raw), len(text))
    head = next((i for i in range(shorter) if raw[i] != text[i]), shorter)
    tail = next((i for i in range(shorter - head) if raw[-1 - i] != text[-1 - i]), shorter - head)
    start = span.start + len(raw[:head].encode())
    end = span.end - len(raw[len(raw) - tail :].encode()) if tail else span.end
    return Edit(path, Span(start, end), text[head : len(text) - tail])


def address_edits(request: Request, wanted: str) -> list[Edit] | Refusal:
    """The edits that turn the address that stands there into `wanted`, credentials, path and all else untouched."""
    span, raw = span_of(request), raw_of(request)
    old = _ADDRESS.fullmatch(raw) or _HOST.fullmatch(raw)
    new = _ADDRESS.fullmatch(wanted) or _HOST.fullmatch(wanted)
    if old is None or new is None:
        return Refusal("the address is not written in one piece")
    edits = []
    if _has(old, "scheme") and _has(new, "scheme") and old["scheme"] != new["scheme"] and request.options.get("scheme"):
        edits.append(_part(request, span, raw, old, "scheme", new["scheme"]))
    if old["host"] != new["host"].strip("[]"):
        edits.append(_part(request, span, raw, old, "host", new["host"]))
    port = _port(request, old, new)
    if isinstance(port, Refusal):
        return port
    if port is not None and port != (old["port"] or ""):
        edits.append(_part(request, span, raw, old, "port", port))
    return _joined(edits) if edits else Refusal("it already is what it should be")


def _has(match: "re.Match[str]", name: str) -> bool:
    return bool(match.groupdict().get(name))


def _port(request: Request, old: "re.Match[str]", new: "re.Match[str]") -> str | Refusal | None:
    """What stands for the port: as it was if it is right, written only where it was written or is needed."""
    wanted = (new["port"] or "")[1:]
    if not wanted:
        return None
    if old["port"]:
        if not old["port"][1:].isdigit():
            return Refusal("its port is computed")
        return f":{wanted}"
    from unmoor.text.addresses import DEFAULT_PORTS

    scheme = (old.groupdict().get("scheme") or "").lower().removeprefix("jdbc:")
    reference = request.finding.reference
    if not scheme or DEFAULT_PORTS.get(scheme) == int(wanted):
        return None
    if reference is not None and reference.attrs.get("sibling_port"):
        return None
    return f":{wanted}"


def _part(request: Request, span: Span, raw: str, old: "re.Match[str]", name: str, text: str) -> Edit:
    lo, hi = old.span(name) if old[name] is not None else (old.end("host"), old.end("host"))
    start = span.start + len(raw[:lo].encode())
    return Edit(request.finding.path, Span(start, start + len(raw[lo:hi].encode())), text)


def _joined(edits: list[Edit]) -> list[Edit]:
    """Touching edits as one."""
    edits.sort()
    out = [edits[0]]
    for edit in edits[1:]:
        last = out[-1]
        if last.span.end == edit.span.start:
            out[-1] = Edit(edit.path, Span(last.span.start, edit.span.end), last.text + edit.text)
        else:
            out.append(edit)
    return out
