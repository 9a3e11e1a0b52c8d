"""What an item of a plan names: paths, variables, routes, scripts, services, containers, ports, URLs, compose keys."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from unmoor.claims.plan import Item

_SPAN = re.compile(r"(`+)(?P<code>.+?)\1(?!`)|!?\[[^\]]*\]\((?P<link>[^)\s#]+)[^)]*\)|\"(?P<quoted>[\w./-]+)\"")
_URL = re.compile(r"^(?:https?|wss?|postgres(?:ql)?|mysql|redis|amqp|mongodb)://[^\s`]+$")
_ROUTE = re.compile(r"^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|WS)\s+(/[^\s`]*)$")
_SCRIPT = re.compile(r"^(?:(npm|pnpm|yarn|bun)\s+run|(make|just|task))\s+([\w:.-]+)(?:\s.*)?$")
_ENV = re.compile(r"^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=\S*)?$")
_HOST_PORT = re.compile(r"^([a-z][\w.-]*):(\d{2,5})$")
_SETTING = re.compile(r"^([a-z_]+):(?:\s*(\S.*))?$")
_FILE = re.compile(
    r"(?i)^[\w@(\[][\w.@+()\[\]-]*\.(ya?ml|json|toml|ts|tsx|js|jsx|mjs|cjs|py|sh|bash|sql|md|mdx|conf|cfg|ini|env|go|rs|java|kt|rb|php|css|scss"
    r"|html|tf|hcl|proto|graphql|prisma|vue|svelte|xml|lock|txt|service|ps1|template|example|dockerfile)$"
    r"|^(Dockerfile|Containerfile|Makefile|Justfile|Procfile|Jenkinsfile|Caddyfile|Taskfile\.yml)([.-][\w.-]+)?$"
    r"|^\.(env|dockerignore|gitignore|eslintrc|prettierrc|editorconfig|npmrc|nvmrc)[\w.-]*$"
)
_PATH = re.compile(r"^(?!/|@|~|\$|-)(?:\.{1,2}/)?[\w.@+()\[\]*{},-]+(?:/[\w.@+()\[\]*{},-]+)*/?$")
KEYS = frozenset(
    {
        "container_name", "healthcheck", "depends_on", "env_file", "networks", "extra_hosts", "network_mode", "cap_add",
        "stop_grace_period", "restart", "profiles", "mem_limit", "read_only", "security_opt", "logging", "ulimits",
    }
)  # fmt: skip
# Outside of code spans only what cannot be anything else.
_BARE = re.compile(
    r"(?P<route>\b(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}:.-]*[\w}])"
    r"|(?P<path>(?<![\w/.:@-])(?:\.{0,2}/)?[\w.-]+(?:/[\w.-]+)*/[\w-]+(?:\.[\w-]+)*\.(?:ya?ml|json|tsx?|jsx?|py|sh|sql|md|conf|toml|env|go|tf)\b)"
    r"|(?P<env>(?<![\w.])[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b(?![(./]\w|\())"
    r"|\b[Pp]orts?\s+(?P<port>\d{2,5})\b"
)
_VARIABLE = re.compile(r"(?i)\benv|\bvariables?\b|\bsettings?\b|\bsecrets?\b")
_PLACE = re.compile(
    r"(?i)\b(in|into|to|inside|within|under|at|on)\s+(?:the\s+|our\s+|each\s+)?(?:existing\s+|root\s+|main\s+|file\s+)*$"
)
_OTHER = re.compile(
    r"(?i)\b(from|using|with|via|see|like|by|for|of|as|against|instead of|rather than|not|no longer|without|avoid|per"
    r"|e\.g\.|such as|was|than|replaces|replacing"
    r"|formerly|old|legacy|if|when|or|run|running)[\s,(]+(?:the\s+|old\s+|existing\s+|an?\s+)*$"
)
_REMOVE = re.compile(
    r"(?i)^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(remove|delete|drop|eliminate|get rid of|purge|retire|decommission)[ds]?\b"
)
_SWAP = re.compile(
    r"(?i)\b(rename|move|replace|migrate|switch|convert|change|update|refactor|swap|extract|rewrite|merge)[ds]?\b"
)
_MAKE = re.compile(
    r"(?i)^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(create|add|implement|write|introduce|generate|define|set ?up|scaffold"
    r"|provide|new|configure|expose|declare|document)(e?d|s|ing)?\b"
)
_ARROW = re.compile(r"\s*(→|->|=>|\bto\b|\bwith\b|\binto\b|\bby\b)\s*(the\s+|new\s+)*$", re.I)


class Name(NamedTuple):
    """One name. role: "made" (must be there), "gone" (must not), "place" (where something goes), or "other".

    kind: path, env, route, script, service, container, port, url, compose-key. extra: the key's value, a host's port.
    """

    kind: str
    value: str
    role: str
    extra: str = ""


def of_item(item: Item) -> list[Name]:
    """Every name of an item and of its points, each once."""
    removing, swapping = _verbs(item.text)
    found = list(_names(item.text, removing, swapping, item.heading))
    for point in item.points:
        own = _verbs(point.text)
        gone, swap = own if any(own) or _MAKE.match(point.text) else (removing, swapping)
        found += _names(point.text, gone, swap, False)
    return list(dict.fromkeys(found))


def makes(item: Item) -> bool:
    """Whether the item asks for something that was not there before, so that its being there is news."""
    return bool(_MAKE.match(re.sub(r"[*_`]", "", item.text)))


def _verbs(text: str) -> tuple[bool, bool]:
    head = re.sub(r"`[^`]*`", "``", text)[:80]
    return bool(_REMOVE.search(head)), bool(_SWAP.search(head))


def _names(text: str, removing: bool, swapping: bool, heading: bool) -> Iterator[Name]:
    if heading:
        return
    last = 0
    for match in _SPAN.finditer(text):
        if match.group("quoted"):
            continue
        yield from _bare(text[last : match.start()], removing, swapping)
        last = match.end()
        before, behind = text[: match.start()], text[match.end() :]
        written = (match.group("code") or match.group("link") or "").strip()
        found = _kind(written, before, behind, bool(match.group("link")))
        if found:
            kind, value, extra = found
            yield Name(kind, value, _role(before, behind, removing, swapping), extra)
    yield from _bare(text[last:], removing, swapping)


def _role(before: str, behind: str, removing: bool, swapping: bool) -> str:
    if re.search(r"\b(and|,)\s*$", before) and not removing and not swapping:
        before = re.sub(r"`[^`]*`\s*(,|and|\s)*$", "", before)
    if swapping and "`" in before and _ARROW.search(before):
        return "made"
    if _PLACE.search(before):
        return "place"
    if _OTHER.search(before):
        return "other"
    if removing:
        return "gone"
    if swapping and re.match(r"\s*(→|->|=>|to|with|into|by)\b|\s*(→|->|=>)", behind):
        return "other"
    return "place" if swapping else "made"


def _bare(text: str, removing: bool, swapping: bool) -> Iterator[Name]:
    for match in _BARE.finditer(text):
        kind = str(match.lastgroup)
        if kind == "env" and not _VARIABLE.search(text):
            continue
        role = _role(text[: match.start(kind)], text[match.end() :], removing, swapping)
        yield Name(kind, match.group(kind).removesuffix("."), role)


def _kind(text: str, before: str, behind: str, link: bool) -> tuple[str, str, str] | None:
    """(kind, value, extra) of a code span or link target, or None for what no kind fits."""
    if link:
        return ("path", text, "") if "://" not in text and not text.startswith(("#", "mailto:")) else None
    if _URL.match(text):
        return "url", text, ""
    if _ROUTE.match(text):
        return "route", text, ""
    script = _SCRIPT.match(text)
    if script:
        return "script", script.group(3), script.group(1) or script.group(2)
    env = _ENV.match(text)
    if env:
        return "env", env.group(1), ""
    host = _HOST_PORT.match(text)
    if host:
        return "service", host.group(1), host.group(2)
    setting = _SETTING.match(text)
    if setting and setting.group(1) in KEYS:
        return "compose-key", setting.group(1), setting.group(2) or ""
    return _by_neighbours(text, before, behind) or _by_shape(text)


def _by_neighbours(text: str, before: str, behind: str) -> tuple[str, str, str] | None:
    """A bare word, known by the noun beside it."""
    if text in KEYS:
        return "compose-key", text, ""
    if re.fullmatch(r"/[\w/{}:.*\[\]-]+", text):
        near = f"{before[-40:]} {behind[:30]}"
        return (
            ("route", text, "") if text.startswith("/api/") or re.search(r"(?i)\b(route|endpoint)s?\b", near) else None
        )
    if not re.fullmatch(r"[a-z][\w-]*", text):
        return None
    noun = re.match(r"\s+(services?|containers?)\b", behind) or re.search(
        r"\b(service|container)\s+(?:named\s+|name\s+)?$", before
    )
    return (noun.group(1).rstrip("s"), text, "") if noun else None


def _by_shape(text: str) -> tuple[str, str, str] | None:
    if not _PATH.match(text):
        return None
    last = text.rstrip("/").rpartition("/")[2]
    if text.endswith("/") or _FILE.match(last) or (text.startswith(("./", "../")) and "/" in text):
        return "path", text, ""
    return ("path", text, "maybe") if "/" in text else None
