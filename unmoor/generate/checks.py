"""Health checks by image family, each with a tool that the official image is known to hold."""

import re

from unmoor.topology.families import family_of, image_name

_BY_FAMILY = {
    "postgres": ["CMD-SHELL", "pg_isready -U $${POSTGRES_USER:-postgres}"],
    "mariadb": ["CMD", "mariadb-admin", "ping", "-h", "127.0.0.1"],
    "mysql": ["CMD-SHELL", "mysqladmin ping -h 127.0.0.1 --silent"],
    "redis": ["CMD", "redis-cli", "ping"],
    "redis-stack": ["CMD", "redis-cli", "ping"],
    "mongo": ["CMD", "mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok"],
    "rabbitmq": ["CMD", "rabbitmq-diagnostics", "-q", "ping"],
    "elasticsearch": [
        "CMD-SHELL",
        "curl -s -o /dev/null http://127.0.0.1:9200 || curl -sk -o /dev/null https://127.0.0.1:9200",
    ],
    "minio": ["CMD", "mc", "ready", "local"],
    "clickhouse": ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:8123/ping"],
}
# Images of a family below a version, which hold another tool.
_BEFORE: dict[str, tuple[tuple[int, ...], list[str]]] = {
    "mariadb": ((10, 5), ["CMD", "mysqladmin", "ping", "-h", "127.0.0.1"]),
    "mongo": ((5,), ["CMD", "mongo", "--quiet", "--eval", "db.adminCommand('ping').ok"]),
    "minio": ((2023, 11), ["CMD", "curl", "-f", "http://127.0.0.1:9000/minio/health/live"]),
}
_BY_NAME = {"valkey": ["CMD", "valkey-cli", "ping"], "keydb": ["CMD", "keydb-cli", "ping"], "dragonfly": None}
_NODE = (
    "require('net').connect({port}, '127.0.0.1')"
    ".on('connect', () => process.exit(0)).on('error', () => process.exit(1))"
)
_PYTHON = "import socket; socket.create_connection(('127.0.0.1', {port}), 2)"


_NODE_HTTP = (
    "require('http').get('http://127.0.0.1:{port}{path}', (answer) => process.exit(answer.statusCode < 400 ? 0 : 1))"
    ".on('error', () => process.exit(1))"
)
_PYTHON_HTTP = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}{path}', timeout=3)"


def check_for(image: str, port: int | None, path: str = "") -> list[str] | None:
    """The `test` of a healthcheck for an image, None if no tool is known to be there.

    port: in the container. path: of a health endpoint; without one the check only connects.
    """
    name, tag = image_name(image)
    base, family = name.rpartition("/")[2], family_of(image)
    if base in _BY_NAME:
        return _BY_NAME[base]
    if family is not None and family.name in _BY_FAMILY:
        limit, older = _BEFORE.get(family.name, ((), []))
        # An image made from one of the family has a version of its own.
        version = _version(tag) if base in (*_BEFORE, "mongodb") else ()
        return older if version and version < limit else _BY_FAMILY[family.name]
    return _at_port(base, tag, port, path) if port is not None else None


def _version(tag: str) -> tuple[int, ...]:
    """The numbers that a tag begins with, or of its date; () where there are none."""
    match = re.match(r"(?:v|RELEASE\.)?(\d+)(?:[.-](\d+))?", tag)
    return tuple(int(part) for part in match.groups() if part is not None) if match else ()


def _at_port(base: str, tag: str, port: int, path: str) -> list[str] | None:
    """A check that asks an endpoint or only connects, with what the runtime itself can do."""

    def filled(asking: str, connecting: str) -> str:
        return (asking if path else connecting).replace("{port}", str(port)).replace("{path}", path)

    if base in ("node", "bun"):
        return ["CMD", base, "-e", filled(_NODE_HTTP, _NODE)]
    if re.fullmatch(r"python|uvicorn-gunicorn.*|tiangolo.*", base):
        return ["CMD", "python", "-c", filled(_PYTHON_HTTP, _PYTHON)]
    if base in ("nginx", "httpd") and "alpine" in tag:
        asking = ["CMD", "wget", "-q", "--spider", f"http://127.0.0.1:{port}{path}"]
        return asking if path else ["CMD", "nc", "-z", "127.0.0.1", str(port)]
    return None
