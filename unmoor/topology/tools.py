"""Which programs an image holds, where that is known for sure: by image family and tag, and by what its stages install.

The base images' own documentation and Dockerfiles are the source. What is not listed is unknown, and never "missing".
"""

from unmoor.topology.families import image_name

_MINIMAL = frozenset({"curl", "wget", "nc", "netcat", "ncat", "ping", "telnet", "pgrep", "pidof", "ps"})
_ALPINE_HOLDS = frozenset({"wget", "nc", "pgrep", "pidof", "ps", "ping"})
_EVERYTHING = _MINIMAL | {"sh", "bash"}

# Official images whose slim and default variants hold none of the minimal tools.
_BARE_DEBIAN = frozenset({"debian", "ubuntu", "postgres", "redis", "valkey/valkey"})
_SLIM_ONLY = frozenset({"python", "node", "ruby", "perl", "rust", "golang", "openjdk", "php"})
_ALPINE = frozenset({"alpine", "node", "python", "golang", "ruby", "redis", "postgres", "rust", "eclipse-temurin"})
_PACKAGES = {
    "nc": {"netcat", "netcat-openbsd", "netcat-traditional", "ncat", "nmap-ncat"},
    "pgrep": {"procps", "procps-ng"},
    "ps": {"procps", "procps-ng"},
    "ping": {"iputils-ping", "iputils"},
    "pidof": {"procps", "sysvinit-utils", "procps-ng"},
}


def alpine(image: str) -> bool:
    """Whether an image is Alpine Linux, whose wget is BusyBox's."""
    name, tag = image_name(image)
    return name == "alpine" or "alpine" in tag


def missing(image: str, tool: str, installs: set[str]) -> bool | None:
    """Whether the image lacks a tool for sure: True, False, or None where it is not known."""
    if "$" in image:
        return None
    if tool in installs or _PACKAGES.get(tool, set()) & installs or f"{tool}-openbsd" in installs:
        return False
    name, tag = image_name(image)
    if name == "scratch" or name.startswith(("distroless/", "google-containers/distroless")):
        return tool in _EVERYTHING
    if alpine(image):
        if name not in _ALPINE:
            return None
        return (
            tool == "curl"
            or tool in _MINIMAL - _ALPINE_HOLDS
            or (tool == "bash" and name in ("alpine", "node", "python"))
        ) and (tool not in ("telnet", "ncat", "netcat"))
    if name in _BARE_DEBIAN or (name in _SLIM_ONLY and "slim" in tag):
        return tool in _MINIMAL - {"ps", "pidof", "ping", "telnet"} or None
    return None
