"""What the bytes of a text say may stand in it: only for that is a tree made, and only that is sought in it.

A mark may say yes where there is nothing, never no where there is something; a test compares with every mark set.
Patterns begin with a fixed literal, which `re` finds ten times as fast as an alternation.
"""

import re
from typing import NamedTuple

ENV = re.compile(rb"[eEg](?:nv\b|NV\b|nv\w*\s*\(|etOrThrow)")
NOTED = re.compile(rb"localhost|127\.0\.|192\.168\.|\b10\.\d|\b172\.(?:1[6-9]|2\d|3[01])\.|host\.docker|://[\w-]+:\d")
PAIRS = re.compile(rb"['\"]?(?:proxy|server|devServer|preview|serve|destination)\b['\"]?\s*:")


def _each(*patterns: bytes, behind: bytes = b"") -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(pattern + behind) for pattern in patterns)


_OPENS = rb"\s*(?:\?\.\s*)?(?:[(<`]|/[*/])"  # what stands behind a callee
_CALLED = (
    *_each(b"listen", b"erve", b"erver", rb"exec\w*", rb"spawn\w*", behind=_OPENS),
    *_each(rb"\$\s*`"),
    *_each(rb"@\s*(?:Get|Post|Put|Patch|Delete|All|Head|Options|Sse|MessagePattern|Controller|WebSocketGateway)\b"),
)
# A literal, or what follows a substitution, begins as a path; and something is called that is given one.
_ROUTE = _each(rb"'/", rb"\"/(?!>)", rb"`/", rb"}/(?!>)", rb"'\\/", rb"\"\\/", rb"`\\/", rb"'\*", rb"\"\*", rb"`\*")
_ROUTED = re.compile(
    rb"(?:get|post|put|patch|delete|head|options|all|del|use|ws|route|mount|register|request|open|axios|ky|got|io|sendBeacon"
    rb"|WebSocket|EventSource|useSWR\w*|etch\w*|Api|API|Request)" + _OPENS
)
_NOTES = _each(
    b"localhost", rb"127\.0\.", rb"192\.168\.", rb"10\.\d", rb"172\.[123]", rb"host\.docker", rb"://[\w-]+:\d"
)
_PAIRED = _each(b"proxy", b"erver", b"preview", b"serve", b"destination", behind=rb"['\"]?\s*:")
_PORTS = re.compile(
    rb"(?i)port[\w$]*[\"'`\]]*\s*!?\s*(?::[^=;]{0,200}=|[:=])\s*(?:Object\.freeze\s*\()?(?:<\w+>|[(\"'`\s])*[\d{.]"
)
_HITS = (
    b"://", b"localhost", b"host.docker", b"docker.internal", b"::1]", b"&#", b"}//", b"//'", b'//"', b"/home/",
    b"/Users/", b":\\Users",
)  # fmt: skip
_HIT = _each(
    rb"[0-9]\.[0-9]+\.[0-9]+\.[0-9]",
    rb"\\(?:[/ux0-7lhLH:.]|\r?\n)",  # an escape that may hide one
    rb"}:[0-9]{2,5}",
    rb"':[0-9]{2,5}'",
    rb"\":[0-9]{2,5}\"",
)
_HOST_WORD = _each(b"host", b"Host", b"HOST", behind=rb"[^\n]{0,200}?['\"][A-Za-z0-9][\w.-]*(?::\d+)?['\"]")


class Marks(NamedTuple):
    """addresses: literals that hold one, or the name of a host. ports: constants that are ports."""

    addresses: bool = True
    calls: bool = True
    env: bool = True
    pairs: bool = True
    notes: bool = True
    ports: bool = True


def marks(text: bytes) -> Marks:
    """What to look for in a text."""
    return Marks(
        addresses=any(word in text for word in _HITS) or _any(_HIT, text) or _any(_HOST_WORD, text),
        calls=_any(_CALLED, text) or (_any(_ROUTE, text) and bool(_ROUTED.search(text))),
        env=bool(ENV.search(text)),
        pairs=_any(_PAIRED, text),
        notes=_any(_NOTES, text),
        ports=bool(_PORTS.search(text)),
    )


def _any(patterns: tuple[re.Pattern[bytes], ...], text: bytes) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def hits(text: bytes) -> list[int]:
    """Where something stands that makes a literal worth following, in order."""
    found = [at for word in _HITS for at in places(text, word)]
    found += [match.start() for pattern in _HIT for match in pattern.finditer(text)]
    return sorted(found)


def places(text: bytes, word: bytes) -> list[int]:
    """Every place of a word."""
    found: list[int] = []
    at = text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + 1)
    return found
