"""Commands in YAML: shell text and exec lists handed to the shell scanner, mapped to the bytes of the file."""

import re

from msgspec import structs

from unmoor.model.facts import Facts, Reference
from unmoor.model.spans import Span
from unmoor.scanners import scan_embedded
from unmoor.scanners.configuration import Place, role_of_key
from unmoor.scanners.interpolation import interpolations, single_dollars
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, decode, inner
from unmoor.text.mapped import Mapped, Segment

_SHELLS = re.compile(r"(^|/)(ba|da|z|k|a)?sh$")
_OPTION = re.compile(rb"--([\w.-]+)(?:=|[\s\"',-]+)(?:[^\s\"'=]*,)?$")
_SAFE_WORD = re.compile(rb"[\w@%+=:,./?&\[\]{}~-]+$")


def compose_command(unit: Unit, value: Value, place: Place) -> Facts:
    """`command`, `entrypoint` or `healthcheck.test`, as a string or a list, run inside `place.runtime`."""
    if value.scalar:
        facts = Facts() if value.kind == "null" or not value.text else _shell(unit, value, place, "compose")
    else:
        facts = _list_command(unit, value, place)
    facts.references = [_by_option(unit, found) for found in facts.references]
    return facts


def _by_option(unit: Unit, found: Reference) -> Reference:
    """An address with the role that the option before it gives: `--advertise-addr`, `--listen`."""
    if found.kind not in ("url", "host") or found.role in ("healthcheck", "display"):
        return found
    if found.attrs.get("host") in ("0.0.0.0", "::"):
        return structs.replace(found, role="bind")
    if unit.layers:
        return found
    option = _OPTION.search(unit.text.text, max(0, found.span.start - 120), found.span.start)
    if option is None:
        return found
    role = role_of_key(option.group(1).decode(), found.role)
    return structs.replace(found, role=role) if role in ("advertised", "bind", "cors-origin") else found


def _list_command(unit: Unit, value: Value, place: Place) -> Facts:
    items = [item for _, item in value.items if item.scalar]
    if items and items[0].text in ("CMD", "CMD-SHELL", "NONE") and place.role == "healthcheck":
        head, items = items[0].text, items[1:]
        if head == "CMD-SHELL":
            return _merge([_shell(unit, item, place, "compose") for item in items[:1]])
    return exec_form(unit, items, place, "compose")


def exec_form(unit: Unit, items: list[Value], place: Place, dialect: str = "") -> Facts:
    """A list of arguments. `sh -c TEXT` is shell; else the words are read as one command without expansion."""
    items = [item for item in items if item.scalar]
    if len(items) >= 3 and _SHELLS.search(items[0].text) and re.fullmatch(r"-\w*c\w*", items[1].text):
        return _shell(unit, items[2], place, dialect)
    return _words(unit, items, place, dialect)


def shell(unit: Unit, value: Value, place: Place) -> Facts:
    """A scalar that a shell runs as it stands."""
    return _shell(unit, value, place, "")


def run(language: str, text: Unit) -> Facts:
    """The facts of an embedded text; none while its scanner is not there."""
    try:
        return scan_embedded(language, text)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("unmoor.scanners."):
            raise
        return Facts()


def _role(place: Place) -> str:
    return place.role if place.role != "config" else ""


def _shell(unit: Unit, value: Value, place: Place, dialect: str) -> Facts:
    text = inner(unit, value, scope=place.scope, runtime=place.runtime or unit.runtime, role=_role(place))
    if dialect != "compose":
        return run("shell", text)
    reads = _read_spans(text)
    text = structs.replace(text, cwd=None)
    if b"$$" in text.text.text:
        text = text.inner(single_dollars(text.text), "compose")
    facts = run("shell", text)
    # What Compose itself fills in never reaches the shell as a variable.
    facts.references = [found for found in facts.references if found.kind != "env" or not _within(found.span, reads)]
    return facts


def _read_spans(text: Unit) -> list[Span]:
    raw = text.text.text.decode("utf-8", "replace")
    if "$" not in raw:
        return []
    return [text.span(len(raw[: read.lo].encode()), len(raw[: read.hi].encode())) for read in interpolations(raw)]


def _within(span: Span, others: list[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)


def _words(unit: Unit, items: list[Value], place: Place, dialect: str) -> Facts:
    """One command line made of the items; words that a shell would take apart are quoted on the way."""
    lines = [decode(unit, item) for item in items]
    chunks: list[bytes] = []
    found: list[Segment] = []
    at = 0

    def put(raw: bytes, new: list[Segment]) -> None:
        nonlocal at
        chunks.append(raw)
        found.extend(Segment(at + s.lo, at + s.hi, s.start, s.end, s.copy) for s in new)
        at += len(raw)

    for number, (item, line) in enumerate(zip(items, lines)):
        if number:
            put(b" ", [Segment(0, 1, items[number - 1].hi, item.lo, False)])
        plain = bool(_SAFE_WORD.match(line.text))
        if not plain:
            put(b"'", [Segment(0, 1, item.lo, item.lo, False)])
        put(re.sub(rb"['\r\n]", b"_", line.text), list(line.segments))
        if not plain:
            put(b"'", [Segment(0, 1, item.hi, item.hi, False)])
    layer = items[0].layer if items else ""
    text = unit.inner(Mapped(b"".join(chunks), found), layer, scope=place.scope, runtime=place.runtime or unit.runtime,
                      role=_role(place))  # fmt: skip
    if dialect == "compose":
        text = structs.replace(text, cwd=None)
    if not items:
        return Facts()
    facts = run("shell", text)
    # Arguments of a list are not written in shell: only the layer of the list's items is to be encoded for.
    facts.references = [_unshelled(found, text.layers) for found in facts.references if found.kind != "env"]
    return facts


def _unshelled(found: Reference, layers: tuple[str, ...]) -> Reference:
    return structs.replace(found, layers=layers)


def _merge(several: list[Facts]) -> Facts:
    facts = Facts()
    for one in several:
        facts.add(one)
    return facts
