"""What an address in a file is for, beyond the role that its syntax gives it."""

import re

from unmoor.model.facts import Reference
from unmoor.project import Project
from unmoor.text.addresses import Address
from unmoor.topology.model import Resolution, Runtime
from unmoor.topology.packages import nearest

_DUMMY = re.compile(r"(?i:dummy|placeholder|fake|notused|not-used|unused)|://[\w.-]+:[A-Z][A-Z_]+")
_BARE = re.compile(r"https?://localhost/?$")  # the base of `new URL` that gives no port is thrown away
_CHECK_FILE = re.compile(r"(^|/|[_-])health-?_?checks?\.[a-z]+$", re.I)
_ORIGINS = re.compile(r"CORS|ORIGIN|ALLOWED_HOSTS|TRUSTED", re.I)
_BIND = re.compile(r"^(HOST|HOSTNAME|BIND\w*|LISTEN\w*|SERVER_HOST|APP_HOST|API_HOST)$", re.I)
# `http://localhost:${PORT}`, `…:${process.env.PORT ?? 3000}`, `…:{port}`: the port that the process itself was given.
_OWN_PORT = re.compile(
    r"^\w+://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):\$?\{(?:(?:PORT|port)\}|[^{}]*(?:\benv\.|\benv\([\"'])PORT\b(?!\w))"
)
# Text that is run as code by another process: `docker.exec(["node", "-e", "fetch('http://127.0.0.1:…')"])`.
_RUN_ELSEWHERE = re.compile(r"(?i)exec|container|sandbox|spawn|remote")
_MAIL = re.compile(r"(?i)(^|/)(e?mails?|react-email)(-?templates?|-components)?/")
_MANUAL = re.compile(r"(?i)(^|/)(docs|documentations?)/")
_COMPANION = re.compile(r"(^|/)(src-tauri|electron)/")


def purpose(path: str, reference: Reference, name: str) -> str:
    """Its role, or a narrower word: for a default what its variable is for; dummy, healthcheck, own, preview, shown."""
    if _DUMMY.search(reference.value):
        return "dummy"
    if _CHECK_FILE.search(path):
        return "healthcheck"
    if reference.attrs.get("used_as") == ["dummy-base"] and _BARE.match(reference.value):
        return "dummy"
    if _OWN_PORT.match(reference.value) or _elsewhere(reference):
        return "own"
    if reference.role != "default":
        return "shown" if _MANUAL.search(path) and _linked(reference) else reference.role
    stated = str(reference.attrs.get("purpose") or "")
    if stated in ("cors-origin", "bind", "advertised"):
        return stated
    if _ORIGINS.search(name):
        return "cors-origin"
    if _BIND.search(name):
        return "bind"
    return "preview" if _preview(path, reference) else "default"


def _elsewhere(reference: Reference) -> bool:
    """Whether code in a text is handed to a process elsewhere, whose loopback it is."""
    in_text = reference.why.startswith("called by the code in this text")
    return in_text and bool(_RUN_ELSEWHERE.search(str(reference.attrs.get("call", ""))))


def _linked(reference: Reference) -> bool:
    return bool(re.search(r"(^|:)(href|to|src)$", str(reference.attrs.get("position", ""))))


def _preview(path: str, reference: Reference) -> bool:
    """What a mail template's property is in the preview: whoever sends the mail gives the real one."""
    attrs = reference.attrs
    return not attrs.get("env") and attrs.get("position") == "destructuring" and bool(_MAIL.search(path))


def own_server(
    project: Project, path: str, reference: Reference, address: Address, runtime: Runtime, resolution: Resolution
) -> bool:
    """Whether a bare loopback host in the configuration of a server goes with a port that its own package opens."""
    if reference.kind != "host" or reference.role != "config" or runtime.kind != "server" or address.port is None:
        return False
    package = nearest(project.topology.packages, path)
    return (
        bool(package and package.folder)
        and resolution.verdict in ("ok", "self", "host-only")
        and any(at is not None and at.path.startswith(f"{package.folder}/") for _, at in resolution.reasons if package)
    )


def named_by_itself(source: bytes, start: int, end: int) -> bool:
    """Whether an address is the text of a link to the same address: `[http://a](http://a)` says it once."""
    if source[start - 1 : start] != b"[" or source[end : end + 2] != b"](":
        return False
    return source.startswith(source[start:end], end + 2)


def companion(resolution: Resolution) -> bool:
    """Whether a desktop application of this repository opens the port: it runs where the browser runs."""
    return any(at is not None and _COMPANION.search(at.path) for _, at in resolution.reasons)


def known_inside(
    project: Project, reference: Reference, address: Address, runtime: Runtime, resolution: Resolution
) -> bool:
    """Whether a service that is given a page's loopback address also holds the target's address within the network:
    then the loopback one is for browsers."""
    stack = project.topology.stack(runtime.stack)
    service = stack.services.get(runtime.service) if stack is not None else None
    target = resolution.service
    if service is None or target is None or address.scheme not in ("http", "https") or target is service:
        return False
    names = "|".join(re.escape(name) for name in sorted(target.names()))
    inner = re.compile(rf"https?://(?:[^/@\s]*@)?(?:{names})(?=[:/]|$)")
    others = [value for value in service.environment.values() if reference.value not in value.raw]
    return any(inner.search(value.text or value.raw) for value in others)
