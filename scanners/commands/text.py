"""What every word may hold whatever the command is: addresses, reads of variables and their defaults."""

import re
from collections.abc import Iterator, Mapping

from msgspec import structs

from unmoor.model.facts import Facts, Reference, Role
from unmoor.scanners.addresses import attributes
from unmoor.scanners.commands.state import State
from unmoor.scanners.commands.words import LANGUAGE, Hole, Word
from unmoor.text.addresses import find, parse

_PARAMETER = re.compile(r"^\$\{?([A-Za-z_]\w*)(?:\[[^\]]*\])?(?:(:?[-=?+])(.*))?", re.S)
_ENVIRONMENT = re.compile(r"^[A-Z][A-Z0-9_]*$")
_SPECIAL = {
    "BASH_SOURCE",
    "BASH_VERSION",
    "BASH_REMATCH",
    "FUNCNAME",
    "LINENO",
    "PIPESTATUS",
    "OPTARG",
    "OPTIND",
    "PWD",
    "OLDPWD",
    "RANDOM",
    "SECONDS",
    "IFS",
    "PPID",
    "UID",
    "EUID",
    "REPLY",
    "SHLVL",
    "OSTYPE",
    "BASH_LINENO",
}
HOST_KEY = re.compile(r"(?i)(^|_)(HOST|HOSTNAME|ADDR|ADDRESS|SERVERS?|BROKERS?|ENDPOINT|BOOTSTRAP_SERVERS|UPSTREAM)S?$")
_KEY_ROLES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"(?i)CORS|(^|_)ORIGINS?(_|$)|TRUSTED_HOSTS|ALLOWED_HOSTS|COOKIE_DOMAIN|CSRF"), "cors-origin"),
    (re.compile(r"(?i)ADVERTISED"), "advertised"),
    (re.compile(r"(?i)(^|_)(BIND|LISTEN)(_|$)|^HOST$"), "bind"),
    (re.compile(r"(?i)^NO_PROXY$"), "comparison"),
)
_HOME = re.compile(rb"(?<![\w.$}/~-])(?:/home|/Users)/[A-Za-z][\w.-]*(?:/[\w./@-]*)?")
WILDCARDS = {"0.0.0.0", "::", "*"}
_NO_HOST = re.compile(r"(?i)^(true|false|yes|no|on|off|none|null|default|disabled|enabled|auto|direct|\d+|any|all)$")
_HOST_AND_PORT = re.compile(r"^[A-Za-z][\w.-]*:\d{2,5}(?:/[^:]*)?(?:,[A-Za-z][\w.-]*:\d{2,5})*$")
_HOST_VALUE = re.compile(r"^(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:/.*)?$")


def read_word(word: Word, state: State, role: Role, why: str = "", **attrs: object) -> Facts:
    """Addresses and expansions of a word. `role` holds unless the state says otherwise; `attrs` are added."""
    facts = Facts()
    more: dict[str, object] = {"runtime": state.runtime, "cwd": state.cwd}
    covered: list[tuple[int, int]] = []
    for hole in word.holes:
        if hole.kind == "command":
            covered.append((hole.lo, hole.hi))
        elif hole.kind == "parameter":
            facts.add(_parameter(word, hole, state, more))
            if word.unit.text.text[hole.lo : hole.lo + 2] == b"${":
                covered.append((hole.lo, hole.hi))
    if state.remote:
        attrs = {**attrs, "remote": state.remote}
    _addresses(facts, word, covered, state.role_or(role), why, attrs, more)
    _homes(facts, word, state.role_or(role), attrs, more)
    return facts


def _homes(facts: Facts, word: Word, role: Role, attrs: Mapping[str, object], more: dict[str, object]) -> None:
    """Paths in the home folder of somebody who is named."""
    text = word.unit.text.text
    if b"/home/" in text or b"/Users/" in text:
        for match in _HOME.finditer(text):
            facts.references.append(
                word.part(match.start(), match.end()).reference("path", role, attrs={**attrs, "use": "home"}, **more)
            )


def _addresses(
    facts: Facts,
    word: Word,
    covered: list[tuple[int, int]],
    role: Role,
    why: str,
    attrs: Mapping[str, object],
    more: Mapping[str, object],
) -> None:
    if not re.search(r"://|localhost|\d\.\d|::1|host\.docker", word.value):
        return
    for address in find(word.value):
        lo, hi = word.offset(address.lo), word.offset(address.hi)
        if any(a <= lo < b for a, b in covered):
            continue
        facts.references.append(
            word.unit.reference(
                "url" if address.scheme else "host",
                lo,
                hi,
                address.value,
                role,
                LANGUAGE,
                word.layer_at(lo, hi),
                why=why,
                attrs={**attributes(address), **attrs},
                **more,
            )
        )


def _parameter(word: Word, hole: Hole, state: State, more: Mapping[str, object]) -> Facts:
    """`$X`, `${X:-default}`, `${X:?message}` as a read of the environment, and an address in the default."""
    facts = Facts()
    raw = word.unit.text.text[hole.lo : hole.hi].decode("utf-8", "replace")
    match = _PARAMETER.match(raw)
    if match is None or match[1] in _SPECIAL:
        return facts
    name, operator = match[1], match[2] or ""
    rest = raw[match.start(3) : -1] if match[3] is not None else ""
    start = hole.lo + len(raw[: match.start(3)].encode()) if match[3] is not None else hole.hi
    if _ENVIRONMENT.match(name) and (operator or name not in state.assigned):
        has_default = operator.endswith(("-", "="))
        default = rest.strip("\"'") if has_default and "$" not in rest else None
        at = hole.lo + raw.index(name)
        facts.references.append(
            word.unit.reference(
                "env",
                at,
                at + len(name),
                name,
                state.role_or("config"),
                LANGUAGE,
                word.layer_at(at, at + len(name)),
                attrs={
                    "default": default,
                    "has_default": has_default,
                    "required": operator.endswith("?"),
                    "access": "shell",
                    "dynamic": False,
                },
                **more,
            )
        )
    if operator.endswith(("-", "=")) and rest:
        for reference in _default(word, start, start + len(rest.encode()), name, state, more):
            facts.add(reference)
    return facts


def _default(word: Word, lo: int, hi: int, name: str, state: State, more: Mapping[str, object]) -> Iterator[Facts]:
    text = word.unit.text.text[lo:hi].decode("utf-8", "replace")
    inner = text.strip("\"'")
    at = lo + len(text[: text.find(inner)].encode())
    layer = word.layer_at(lo, hi)
    role = state.role_or("default")
    found = find(text)
    for address in found:
        a = lo + len(text[: address.lo].encode())
        yield Facts(
            references=[
                word.unit.reference(
                    "url" if address.scheme else "host",
                    a,
                    a + len(address.value.encode()),
                    address.value,
                    role,
                    LANGUAGE,
                    layer,
                    why=f"the default of ${name}",
                    attrs={**attributes(address), "env": name, "key": name},
                    **more,
                )
            ]
        )
    if not found and HOST_KEY.search(name) and _HOST_VALUE.match(inner):
        yield from _hosts(word, at, inner, name, role, layer, f"the default of ${name}", more)
    for nested in _nested(word, lo, hi, name, state):
        if found:
            nested.references = [reference for reference in nested.references if reference.kind == "env"]
        yield nested


def _hosts(
    word: Word,
    at: int,
    text: str,
    name: str,
    role: Role,
    layer: str,
    why: str,
    more: Mapping[str, object],
    **attrs: object,
) -> Iterator[Facts]:
    """The hosts of a value that is a host, a `host:port` or a list of them; `at` is its place in the word."""
    for item in text.split(","):
        bare = item.strip()
        address = parse(bare) if _HOST_VALUE.match(bare) and not _NO_HOST.match(bare) else None
        if address is not None and address.host and not address.scheme:
            lo = at + len(item[: len(item) - len(item.lstrip())].encode())
            yield Facts(
                references=[
                    word.unit.reference(
                        "host",
                        lo,
                        lo + len(bare.encode()),
                        bare,
                        "bind" if address.host in WILDCARDS else role,
                        LANGUAGE,
                        layer,
                        why=why,
                        attrs={**attributes(address), "env": name, "key": name, **attrs},
                        **more,
                    )
                ]
            )
        at += len(item.encode()) + 1


def _nested(word: Word, lo: int, hi: int, name: str, state: State) -> Iterator[Facts]:
    """`${A:-${B:-http://x}}`: the expansions inside a default."""
    from unmoor.scanners.commands.words import quoted_text

    if b"${" in word.unit.text.text[lo:hi] and word.unit.text.text[lo:hi] != word.unit.text.text:
        yield read_word(
            quoted_text(word.unit, lo, hi, word.layer_at(lo, hi)), state, "default", f"the default of ${name}"
        )


def read_value(word: Word, name: str, state: State, role: Role = "config", why: str = "", **attrs: object) -> Facts:
    """The value of a variable: addresses, and bare hosts where the name (or a port behind it) says that they are."""
    role, why = role_of_key(name, role, why)
    facts = read_word(word, state, role, why, key=name, env=name, **attrs)
    if any(reference.kind in ("url", "host") for reference in facts.references):
        facts.references = [_bound(reference) for reference in facts.references]
    elif not word.dynamic and (HOST_KEY.search(name) or _HOST_AND_PORT.match(word.value)):
        more = {"runtime": state.runtime, "cwd": state.cwd}
        for found in _hosts(word, 0, word.value, name, state.role_or(role), word.layer, why, more, **attrs):
            facts.add(found)
    return facts


def role_of_key(name: str, role: Role, why: str = "") -> tuple[Role, str]:
    """The role of an address that is the value of a variable, as far as the variable's name tells."""
    for pattern, found in _KEY_ROLES:
        if pattern.search(name):
            return found, f"the name {name} says so"
    return role, why


def _bound(reference: Reference) -> Reference:
    """An address of all interfaces is one to listen at, whatever names it."""
    if reference.kind in ("url", "host") and reference.attrs["host"] in WILDCARDS and reference.role == "config":
        return structs.replace(reference, role="bind", why="all interfaces: an address to listen at")
    return reference
