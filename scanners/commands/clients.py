"""Programs that connect somewhere: curl, psql, redis-cli, nc, …: addresses, hosts and ports in their arguments."""

import re
from collections.abc import Callable

from unmoor.model.facts import Reference
from unmoor.scanners.addresses import attributes
from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import Arguments, read_options
from unmoor.scanners.commands.words import Word
from unmoor.text.addresses import parse

_CURL = {
    "-A",
    "-b",
    "-c",
    "-C",
    "-d",
    "-D",
    "-e",
    "-E",
    "-F",
    "-h",
    "-H",
    "-K",
    "-m",
    "-o",
    "-P",
    "-Q",
    "-r",
    "-t",
    "-T",
    "-u",
    "-U",
    "-w",
    "-x",
    "-X",
    "-y",
    "-Y",
    "-z",
    "--cacert",
    "--cert",
    "--connect-timeout",
    "--cookie",
    "--cookie-jar",
    "--data",
    "--data-ascii",
    "--data-binary",
    "--data-raw",
    "--data-urlencode",
    "--form",
    "--header",
    "--json",
    "--key",
    "--max-time",
    "--output",
    "--output-dir",
    "--proxy",
    "--range",
    "--referer",
    "--request",
    "--resolve",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--unix-socket",
    "--upload-file",
    "--url",
    "--url-query",
    "--user",
    "--user-agent",
    "--write-out",
    "--config",
    "--connect-to",
    "--interface",
}
_WGET = {
    "-a",
    "-A",
    "-e",
    "-i",
    "-o",
    "-O",
    "-P",
    "-t",
    "-T",
    "-U",
    "-w",
    "--header",
    "--method",
    "--body-data",
    "--body-file",
    "--output-document",
    "--output-file",
    "--timeout",
    "--tries",
    "--user",
    "--password",
    "--post-data",
    "--post-file",
    "--directory-prefix",
    "--user-agent",
    "--waitretry",
}
_SQL = {
    "-c",
    "-d",
    "-f",
    "-F",
    "-h",
    "-o",
    "-p",
    "-P",
    "-U",
    "-v",
    "-j",
    "-n",
    "-t",
    "-T",
    "-u",
    "-D",
    "-e",
    "--host",
    "--port",
    "--username",
    "--user",
    "--dbname",
    "--database",
    "--command",
    "--file",
    "--format",
    "--execute",
    "--set",
    "--variable",
    "--timeout",
    "--connect-timeout",
    "--jobs",
    "--table",
    "--schema",
}
_HOST_NAME = re.compile(r"(?i)^(?:localhost|[a-z0-9](?:[\w-]*[a-z0-9])?(?:\.[\w-]+)*|\$\{?\w+.*)$")

# program: its host options, its port options, its other options with a value
_HOSTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    name: ({"-h", "--host"}, {"-p", "--port"}, _SQL)
    for name in (
        "psql",
        "pg_isready",
        "pg_dump",
        "pg_restore",
        "pg_dumpall",
        "createdb",
        "dropdb",
        "createuser",
        "pgbench",
        "pg_basebackup",
        "vacuumdb",
        "reindexdb",
    )
}
_HOSTS |= {
    name: ({"-h", "--host"}, {"-P", "--port"}, _SQL - {"-p", "-v", "-n", "-t", "-c", "-f"})
    for name in ("mysql", "mysqladmin", "mysqldump", "mariadb", "mariadb-admin", "mariadb-dump", "mysqlimport")
}
_HOSTS |= {
    "redis-cli": ({"-h"}, {"-p"}, {"-a", "-n", "-r", "-i", "-u", "--pass", "--user", "-c"} - {"-c"}),
    "valkey-cli": ({"-h"}, {"-p"}, {"-a", "-n", "-r", "-i", "-u", "--pass", "--user"}),
    "mongosh": (
        {"--host"},
        {"--port"},
        {"--eval", "-u", "--username", "-p", "--password", "--authenticationDatabase", "--file", "-f"},
    ),
    "clickhouse-client": ({"-h", "--host"}, {"--port"}, {"-q", "--query", "-u", "--user", "--password", "-d"}),
    "cqlsh": (set(), set(), {"-u", "-p", "-e", "-f", "-k"}),
    "rabbitmqadmin": ({"-H", "--host"}, {"-P", "--port"}, {"-u", "-p", "-V"}),
    "mosquitto_pub": ({"-h"}, {"-p"}, {"-t", "-m", "-u", "-P"}),
    "mosquitto_sub": ({"-h"}, {"-p"}, {"-t", "-u", "-P", "-C"}),
    "nats": ({"-s", "--server"}, set(), set()),
}
_HOSTS["mongo"] = _HOSTS["mongodump"] = _HOSTS["mongorestore"] = _HOSTS["mongosh"]
_HOST_PORT_OPTIONS = {
    "kafka-topics": "--bootstrap-server",
    "kafka-topics.sh": "--bootstrap-server",
    "kafka-console-producer": "--bootstrap-server",
    "kafka-console-consumer": "--bootstrap-server",
    "kafka-console-producer.sh": "--bootstrap-server",
    "kafka-console-consumer.sh": "--bootstrap-server",
    "kafka-broker-api-versions": "--bootstrap-server",
    "kcat": "-b",
    "kafkacat": "-b",
    "temporal": "--address",
    "tctl": "--address",
    "nats": "-s",
    "celery": "-b",
}
_NETCAT = {"-w", "-i", "-p", "-s", "-x", "-X", "-T", "-q", "-e", "-c"}


def client(call: Call) -> bool:
    """Read a call of a known client; False if the program is none."""
    reader = _READERS.get(call.program)
    if reader is not None:
        call.role = "request"
        reader(call)
        return True
    if call.program in _HOSTS:
        call.role = "request"
        _database(call)
        return True
    if call.program in _HOST_PORT_OPTIONS:
        call.role = "request"
        option = _HOST_PORT_OPTIONS[call.program]
        for word in read_options(call.arguments, {option}).values(option):
            host(call, word)
        return True
    return False


def host(call: Call, word: Word, port: Word | None = None) -> None:
    """A host, or `host:port` or a list of them, as a reference; `port` is the word of a port that stands apart."""
    at = 0
    for item in word.value.split(","):
        _one_host(call, word.part(at, at + len(item)), port)
        at += len(item) + 1


def _one_host(call: Call, word: Word, port: Word | None) -> None:
    address = parse(word.value)
    if address is None or address.scheme or not address.host or not _HOST_NAME.match(address.host):
        return
    attrs = {**attributes(address), "command": call.program, "key": "host"}
    if port is not None and address.port is None:
        attrs["port"] = int(port.value) if port.value.isdigit() and int(port.value) < 65536 else None
        attrs["explicit"] = port.value.isdigit()
        attrs["port_span"] = tuple(port.unit.span(0, port.size))
    reference: Reference = word.reference("host", call.state.role_or("request"), attrs=attrs, **call.place())
    call.facts.references.append(reference)
    call.taken.add(word.lo)


def _curl(call: Call) -> None:
    arguments = read_options(call.arguments, _CURL)
    for word in arguments.values("-d", "--data", "--data-binary", "--data-ascii", "--json", "-T", "--upload-file"):
        if word.value.startswith("@") and len(word.value) > 1:
            call.path(word.part(1), "data")
    for word in arguments.values("-K", "--config"):
        call.path(word, "config")
    for word in arguments.values("-o", "--output"):
        if not word.value.startswith("/dev/"):
            call.make(word)
    for word in (*arguments.positional, *arguments.values("--url")):
        _bare(call, word)
        if any(re.fullmatch(r"--remote-name(-all)?|-[A-Za-z]*O[A-Za-z]*", option.name) for option in arguments.options):
            _fetched(call, word)
    for word in arguments.values("-H", "--header", "-e", "--referer"):
        _header(call, word)


def _header(call: Call, word: Word) -> None:
    """`-H "Origin: http://…"` names an origin, which is not called."""
    if re.match(r"(?i)(origin|referer|host)\s*:", word.value):
        call.taken.add(word.lo)


def _wget(call: Call) -> None:
    arguments = read_options(call.arguments, _WGET)
    for word in arguments.values("-O", "--output-document"):
        if word.value not in ("-", "/dev/null"):
            call.make(word)
    for word in arguments.positional:
        _bare(call, word)
        if not arguments.has("-O", "--output-document"):
            _fetched(call, word)


def _fetched(call: Call, word: Word) -> None:
    """The file that a download leaves here, called like the end of its address."""
    match = re.search(r"://[^/\s]+/(?:[^?#\s]*/)?([\w.@%+-]+)(?:[?#].*)?$", word.value)
    if match:
        call.make(word.part(match.start(1), match.end(1)))


def _bare(call: Call, word: Word) -> None:
    """`curl backend:8000/health`: a URL without its scheme. Loopback and IPs are found anyway."""
    match = re.match(r"([A-Za-z][\w-]*)(:\d+)(?=/|$)", word.value)
    if match and match[1] != "localhost":
        host(call, word)


def _netcat(call: Call) -> None:
    arguments = read_options(call.arguments, _NETCAT)
    if arguments.has("-l") or not arguments.positional:
        if arguments.has("-l"):
            for word in (*arguments.values("-p"), *arguments.positional[-1:]):
                if word.value.isdigit():
                    call.declare(word, "port", "nc", word.value)
        return
    name = arguments.positional[0]
    port = arguments.positional[1] if len(arguments.positional) > 1 else None
    if port is None or not re.fullmatch(r"\d+|\$.*", port.value):
        return
    host(call, name, port)


def _database(call: Call) -> None:
    hosts, ports, others = _HOSTS[call.program]
    arguments = read_options(call.arguments, hosts | ports | others)
    name, port = arguments.value(*hosts), arguments.value(*ports)
    if name is not None:
        host(call, name, port)
    elif port is not None and port.value.isdigit():
        _implied(call, port)
    for word in arguments.values("-f", "--file"):
        if call.program in ("psql", "pg_restore", "mongosh"):
            inside = call.state.runtime.startswith("container:") and word.value.startswith("/")
            call.path(word, "script" if inside else "data")
    for word in arguments.positional:
        if match := re.search(r"(?:^|\s)host=([^\s;]+)", word.value):
            host(call, word.part(match.start(1), match.end(1)))


def _implied(call: Call, port: Word) -> None:
    """A port without a host: the client's default is loopback (or a local socket)."""
    attrs = {
        "scheme": "",
        "host": "localhost",
        "port": int(port.value),
        "explicit": True,
        "user": False,
        "rest": "",
        "command": call.program,
        "key": "port",
        "implied": True,
    }
    call.facts.references.append(port.reference("host", call.state.role_or("request"), attrs=attrs, **call.place()))


def _wait(call: Call) -> None:
    """wait-for-it, wait-for, dockerize, wait-on: `host:port` arguments, and a command behind `--`."""
    words = call.arguments
    for at, word in enumerate(words):
        if word.value == "--":
            call.run(words[at + 1 :])
            break
        value = word.part(4) if word.value.startswith("tcp:") and "//" not in word.value else word
        if re.fullmatch(r"[\w.-]+:\d+|[\w.-]*\$\{?\w+.*:.*", value.value) and "://" not in value.value:
            host(call, value)


def _http(call: Call) -> None:
    for word in read_options(call.arguments, {"-a", "--auth", "-o", "--output", "-A"}).positional:
        if word.value.startswith(":") and re.fullmatch(r":\d+(/.*)?", word.value):
            digits = re.match(r":(\d+)", word.value)
            if digits:
                _implied(call, word.part(digits.start(1), digits.end(1)))
        else:
            _bare(call, word)


def _addresses_only(_: Call) -> None:
    """Programs whose URLs are called and that have no other arguments of interest."""


def _ping(call: Call) -> None:
    arguments = read_options(call.arguments, {"-c", "-W", "-w", "-i", "-s", "-t"})
    for word in arguments.positional[:1]:
        host(call, word)


def _grpc(call: Call) -> None:
    arguments: Arguments = read_options(call.arguments, {"-addr", "--addr", "-d", "-H", "-proto", "-import-path"})
    for word in (*arguments.values("-addr", "--addr"), *arguments.positional[:1]):
        if re.search(r":\d+$", word.value):
            host(call, word)


_READERS: dict[str, Callable[[Call], None]] = {
    "curl": _curl,
    "wget": _wget,
    "nc": _netcat,
    "ncat": _netcat,
    "netcat": _netcat,
    "telnet": _netcat,
    "wait-for-it": _wait,
    "wait-for-it.sh": _wait,
    "wait-for": _wait,
    "wait-for.sh": _wait,
    "dockerize": _wait,
    "wait-on": _wait,
    "wait_for_it.sh": _wait,
    "http": _http,
    "https": _http,
    "xh": _http,
    "httpie": _http,
    "ping": _ping,
    "nslookup": _ping,
    "getent": _addresses_only,
    "dig": _addresses_only,
    "grpcurl": _grpc,
    "grpc_health_probe": _grpc,
    "grpc-health-probe": _grpc,
    "ab": _addresses_only,
    "hey": _addresses_only,
    "wrk": _addresses_only,
    "k6": _addresses_only,
    "websocat": _addresses_only,
    "wscat": _addresses_only,
    "Invoke-WebRequest": _addresses_only,
    "Invoke-RestMethod": _addresses_only,
    "iwr": _addresses_only,
    "irm": _addresses_only,
    "open": _addresses_only,
    "xdg-open": _addresses_only,
    "lynx": _addresses_only,
    "ollama": _addresses_only,
    "start-server-and-test": _addresses_only,
}
