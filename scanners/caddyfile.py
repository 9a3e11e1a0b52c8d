"""Caddyfile: site addresses, proxies and handlers (https://caddyserver.com/docs/caddyfile)."""

import re

from unmoor.model.facts import Facts, Role
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.unit import Unit

_TOKEN = re.compile(
    rb"[ \t]+|(?P<comment>(?<![^\s])\#[^\n]*)|\"(?P<double>(?:[^\"\\]|\\.)*)\"|`(?P<raw>[^`]*)`|(?P<end>\r?\n)"
    rb"|(?P<word>(?:\{[\$\w][^{}\s]*\}|[^\s{}\"`]|\{(?=\S))+\}?|[{}])|(?P<other>.)",
    re.S,
)
_SITE = re.compile(r"(?:\w+://)?(?:[\w.*-]+|\[[0-9a-f:]+\]|\{[^}]*\})?(?::(\d+))?(?:/[^\s]*)?,?$")
_ENV = re.compile(r"\{(?:\$|env\.)([A-Za-z_]\w*)(?::([^}]*))?\}")
_ROUTES = frozenset(["handle", "handle_path", "route", "redir", "rewrite"])

_Word = tuple[str, int, int]


def scan(unit: Unit) -> Facts:
    """Sites, routes and proxied addresses of a Caddyfile."""
    facts = Facts(traits={"format": ["caddyfile"]})
    blocks: list[list[_Word]] = []
    for line, opens, closes in _lines(unit.text.text):
        for _ in range(closes):
            if blocks:
                blocks.pop()
        if line:
            _reads(unit, facts, line)
            _line(unit, facts, line, blocks, opens)
        if opens:
            blocks.append(line)
    led = {found.span for found in facts.declarations if found.attrs.get("destination")}
    facts.declarations = [
        found
        for found in facts.declarations
        if found.kind != "route" or found.attrs["destination"] or found.span not in led
    ]
    return facts


def _lines(source: bytes) -> "list[tuple[list[_Word], bool, int]]":
    """(words, whether a block opens at its end, how many blocks close before it) of each line."""
    found: list[tuple[list[_Word], bool, int]] = []
    words: list[_Word] = []
    closes, opens = 0, False
    for token in [*_TOKEN.finditer(source), None]:
        kind = token.lastgroup if token else "end"
        if kind == "end":
            if words or closes or opens:
                found.append((words, opens, closes))
            words, closes, opens = [], 0, False
        elif token is not None and kind in ("word", "double", "raw"):
            text = token.group(kind).decode("utf-8", "replace")
            if text == "{":
                opens = True
            elif text == "}":
                closes += 1
            else:
                words.append((text, *token.span(kind)))
    return found


def _line(unit: Unit, facts: Facts, line: list[_Word], blocks: list[list[_Word]], opens: bool) -> None:
    name = line[0][0]
    scope = " > ".join(" ".join(word[0] for word in block) for block in blocks if block)
    if not blocks and (opens or _SITE.match(name)) and not name.startswith("("):
        _site(unit, facts, line)
    elif name in ("reverse_proxy", "to", "php_fastcgi"):
        _proxy(unit, facts, line, blocks, scope)
    elif name in _ROUTES and len(line) > 1:
        _declare(unit, facts, line[1], "", scope)
    else:
        role: Role = "display" if name in ("respond", "redir", "log") else "config"
        role = "cors-origin" if name == "header" else role
        for _, lo, hi in line[1:]:
            facts.references += addresses_in(
                unit, lo, hi, role, "caddyfile", "caddy:word", scope=scope, attrs={"key": name}
            )


def _site(unit: Unit, facts: Facts, line: list[_Word]) -> None:
    """A site's address is where Caddy listens: a port and a name of its own, no reference."""
    for text, _, hi in line:
        match = _SITE.match(text)
        if match is None:
            continue
        bare = text.rstrip(",")
        end = hi - (len(text) - len(bare))
        if match.group(1):
            lo = end - len(bare) + match.start(1)
            facts.declarations.append(
                unit.declaration("port", lo, lo + len(match.group(1)), "listen", match.group(1), "caddyfile",
                                 attrs={"host": ""})
            )  # fmt: skip
        host = re.sub(r"^\w+://|[:/].*$", "", bare)
        if host and not host.startswith("{"):
            facts.traits.setdefault("server_name", []).append(host)


def _proxy(unit: Unit, facts: Facts, line: list[_Word], blocks: list[list[_Word]], scope: str) -> None:
    words = line[1:]
    matcher = words[0] if words and words[0][0].startswith(("/", "@", "*")) else None
    targets = words[1:] if matcher else words
    for _, lo, hi in targets:
        facts.references += host_value(
            unit, lo, hi, "proxy-target", "caddyfile", "caddy:word", scope=scope, attrs={"key": line[0][0]}
        )
    if not targets:
        return
    around = next((block for block in reversed(blocks) if block and block[0][0] in _ROUTES and len(block) > 1), None)
    at = matcher if matcher and matcher[0].startswith("/") else around[1] if around else targets[0]
    _declare(unit, facts, at, targets[0][0], scope, whole=at is targets[0])


def _declare(unit: Unit, facts: Facts, at: _Word, target: str, scope: str, *, whole: bool = False) -> None:
    """A route; Caddy's proxy passes sockets by itself."""
    text, lo, hi = at
    if not whole and not text.startswith("/"):
        return
    attrs = {"source": "caddy", "destination": target, "order": len(facts.declarations), "websocket": bool(target)}
    facts.declarations.append(
        unit.declaration("route", lo, hi, "/*" if whole else text, text, "caddyfile", attrs=attrs, scope=scope)
    )


def _reads(unit: Unit, facts: Facts, line: list[_Word]) -> None:
    """`{$NAME:default}` and `{env.NAME}`."""
    for text, start, _ in line:
        for match in _ENV.finditer(text):
            lo = start + len(text[: match.start(1)].encode())
            attrs = {"default": match.group(2), "has_default": match.group(2) is not None, "required": False,
                     "access": "caddy", "dynamic": False}  # fmt: skip
            facts.references.append(
                unit.reference(
                    "env", lo, lo + len(match.group(1)), match.group(1), "config", "caddyfile", "", attrs=attrs
                )
            )
