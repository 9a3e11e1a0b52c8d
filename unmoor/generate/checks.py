"""Health checks by image family, each with a tool that the official image is known to hold."""

import re

_BY_IMAGE: tuple[tuple[str, list[str]], ...] = (
    (r"postg(res|is)|timescale|pgvector|supabase/postgres", ["CMD-SHELL", "pg_isready -U $${POSTGRES_USER:-postgres}"]),
    (r"mariadb", ["CMD", "healthcheck.sh", "--connect", "--innodb_initialized"]),
    (r"mysql|percona", ["CMD-SHELL", "mysqladmin ping -h 127.0.0.1 --silent"]),
    (r"redis|valkey", ["CMD", "redis-cli", "ping"]),
    (r"mongo", ["CMD", "mongosh", "--quiet", "--eval", "db.adminCommand('ping').ok"]),
    (r"rabbitmq", ["CMD", "rabbitmq-diagnostics", "-q", "ping"]),
    (r"elasticsearch|opensearch", ["CMD-SHELL", "curl -fsS http://127.0.0.1:9200/_cluster/health"]),
    (r"minio", ["CMD", "mc", "ready", "local"]),
    (r"clickhouse", ["CMD", "clickhouse-client", "--query", "SELECT 1"]),
)
_NODE = (
    "require('net').connect({port}, '127.0.0.1')"
    ".on('connect', () => process.exit(0)).on('error', () => process.exit(1))"
)
_PYTHON = "import socket; socket.create_connection(('127.0.0.1', {port}), 2)"


def check_for(image: str, port: int | None) -> list[str] | None:
    """The `test` of a healthcheck for an image, None if no tool is known to be there. port: in the container."""
    name = image.rpartition("/")[2] if "supabase" not in image else image
    for pattern, test in _BY_IMAGE:
        if re.search(pattern, name, re.IGNORECASE):
            return test
    if port is None:
        return None
    base = name.partition(":")[0]
    if re.fullmatch(r"node|bun", base):
        return ["CMD", base, "-e", _NODE.replace("{port}", str(port))]
    if re.fullmatch(r"python|uvicorn-gunicorn.*|tiangolo.*", base):
        return ["CMD", "python", "-c", _PYTHON.replace("{port}", str(port))]
    if base in ("nginx", "httpd") and "alpine" in name:
        return ["CMD", "wget", "-q", "--spider", f"http://127.0.0.1:{port}/"]
    return None
