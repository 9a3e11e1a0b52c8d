"""Programs that listen: the port they open, as a declaration named after the program."""

import re
from collections.abc import Sequence

from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import read_options
from unmoor.scanners.commands.words import Word

# program: the options that give its port, those that give its host, and its port without any option (or None).
_PORTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    "uvicorn": (("--port",), ("--host",), "8000"),
    "fastapi": (("--port",), ("--host",), "8000"),
    "hypercorn": (("-b", "--bind"), (), "8000"),
    "gunicorn": (("-b", "--bind"), (), "8000"),
    "granian": (("--port",), ("--host",), "8000"),
    "daphne": (("-p", "--port"), ("-b", "--bind"), "8000"),
    "flask": (("-p", "--port"), ("-h", "--host"), "5000"),
    "next": (("-p", "--port"), ("-H", "--hostname"), "3000"),
    "nuxt": (("-p", "--port"), ("-h", "--host"), "3000"),
    "nuxi": (("-p", "--port"), ("-h", "--host"), "3000"),
    "astro": (("--port",), ("--host",), "4321"),
    "vite": (("--port",), ("--host",), "5173"),
    "vitest": (("--port",), (), None),
    "ng": (("--port",), ("--host",), "4200"),
    "remix": (("--port", "-p"), ("--host",), None),
    "webpack-dev-server": (("--port",), ("--host",), "8080"),
    "webpack": (("--port",), ("--host",), None),
    "parcel": (("-p", "--port"), ("--host",), "1234"),
    "storybook": (("-p", "--port"), ("-h", "--host"), "6006"),
    "start-storybook": (("-p", "--port"), ("-h", "--host"), None),
    "http-server": (("-p", "--port"), ("-a",), "8080"),
    "serve": (("-l", "--listen", "-p"), (), "3000"),
    "json-server": (("-p", "--port"), ("--host",), "3000"),
    "live-server": (("--port",), ("--host",), "8080"),
    "streamlit": (("--server.port",), ("--server.address",), "8501"),
    "jupyter": (("--port",), ("--ip",), "8888"),
    "mkdocs": (("-a", "--dev-addr"), (), "8000"),
    "docusaurus": (("-p", "--port"), ("-h", "--host"), "3000"),
    "vitepress": (("--port",), ("--host",), "5173"),
    "hugo": (("-p", "--port"), ("--bind",), "1313"),
    "rails": (("-p", "--port"), ("-b", "--binding"), "3000"),
    "puma": (("-p", "--port"), (), None),
    "rackup": (("-p", "--port"), ("-o", "--host"), None),
    "caddy": (("--listen",), (), None),
    "celery": (("--port",), ("--address",), None),
    "mailhog": ((), (), None),
    "wrangler": (("--port",), ("--ip",), "8787"),
    "prisma": (("-p", "--port"), ("-n", "--hostname"), None),
    "http.server": ((), ("-b", "--bind"), "8000"),
    "redis-server": (("--port",), ("--bind",), "6379"),
    "ngrok": ((), (), None),
    "mongod": (("--port",), ("--bind_ip",), "27017"),
    "vault": (("-dev-listen-address",), (), "8200"),
    "consul": ((), (), "8500"),
    "nomad": ((), (), "4646"),
    "ollama": ((), (), "11434"),
    "minio": (("--address",), (), "9000"),
    "localstack": ((), (), "4566"),
    "mlflow": (("-p", "--port"), ("-h", "--host"), "5000"),
    "tensorboard": (("--port",), ("--host",), "6006"),
    "jekyll": (("-P", "--port"), ("-H", "--host"), "4000"),
    "nats-server": (("-p", "--port"), ("-a", "--addr"), "4222"),
    "anvil": (("-p", "--port"), ("--host",), "8545"),
    "ganache": (("-p", "--port", "--server.port"), (), "8545"),
    "hardhat": (("--port",), ("--hostname",), "8545"),
    "starknet-devnet": (("--port",), ("--host",), "5050"),
    "temporal": (("-p", "--port"), ("--ip",), "7233"),
    "supabase": ((), (), "54321"),
    "dagster": (("-p", "--port"), ("-h", "--host"), "3000"),
    "langgraph": (("--port",), ("--host",), "2024"),
}
# Programs that listen only with one of these verbs; the others listen as they are.
_VERBS: dict[str, set[str]] = {
    "flask": {"run"},
    "fastapi": {"run", "dev"},
    "next": {"dev", "start"},
    "nuxt": {"dev", "start", "preview"},
    "nuxi": {"dev", "preview"},
    "astro": {"dev", "preview"},
    "ng": {"serve"},
    "storybook": {"dev"},
    "streamlit": {"run"},
    "jupyter": {"lab", "notebook"},
    "mkdocs": {"serve"},
    "docusaurus": {"start", "serve"},
    "vitepress": {"dev", "preview", "serve"},
    "hugo": {"server", "serve"},
    "rails": {"server", "s"},
    "webpack": {"serve"},
    "caddy": {"file-server", "reverse-proxy"},
    "celery": {"flower"},
    "wrangler": {"dev"},
    "prisma": {"studio"},
    "remix": {"dev"},
    "vault": {"server"},
    "consul": {"agent"},
    "nomad": {"agent"},
    "ollama": {"serve"},
    "minio": {"server"},
    "localstack": {"start"},
    "mlflow": {"ui", "server"},
    "jekyll": {"serve", "s"},
    "hardhat": {"node"},
    "temporal": {"start-dev"},
    "supabase": {"start"},
    "dagster": {"dev"},
    "langgraph": {"dev"},
    "php": set(),
}
_FLAGS = {
    "--reload",
    "--turbo",
    "--turbopack",
    "--ci",
    "--no-open",
    "--open",
    "-o",
    "-s",
    "--single",
    "-w",
    "--watch",
    "--debug",
    "--proxy-headers",
    "--https",
    "--experimental-https",
    "--preload",
    "--strictPort",
    "-c-1",
}


def server_call(call: Call) -> bool:
    """Read a call of a program that listens; False if it is none."""
    return server(call, call.program, call.arguments)


def server(call: Call, program: str, arguments: Sequence[Word]) -> bool:
    """Read a call of a program that listens (`program` without `python -m`); False if it is none."""
    if program == "php":
        return _php(call, arguments)
    if program == "manage.py":
        return _django(call, arguments)
    if program == "kubectl":
        return _kubectl(call, arguments)
    if program == "ssh":
        return _tunnel(call, arguments)
    if program not in _PORTS:
        return False
    verbs = _VERBS.get(program)
    named = [word for word in arguments if not word.value.startswith("-")]
    if program in ("vite",) and named and named[0].value in ("build", "optimize"):
        return True
    if verbs is not None and not any(word.value in verbs for word in named):
        return True
    _listen(call, program, arguments)
    return True


def _listen(call: Call, program: str, arguments: Sequence[Word]) -> None:
    ports, hosts, default = _PORTS[program]
    valued = set(ports) | set(hosts) | {w.value for w in arguments if w.value.startswith("--")} - _FLAGS
    read = read_options(arguments, valued)
    host = read.value(*hosts) if hosts else None
    if host is not None:
        call.bind(host)
    found = False
    for word in read.values(*ports):
        found = declare_port(call, word, program, host.value if host else "") or found
    if program in ("http.server",) and not found:
        for word in read.positional[:1]:
            found = declare_port(call, word, program, host.value if host else "")
    if not found and default is not None and not read.values(*ports):
        call.declare(call.words[0], "port", program, default, host=host.value if host else "", default=True)


def declare_port(call: Call, word: Word, program: str, host: str = "") -> bool:
    """A port option's value: `8000`, `0.0.0.0:8000`, `tcp://0.0.0.0:8000`, `${PORT:-8000}`."""
    match = re.fullmatch(r"(?:\w+://)?(?:(\[[^\]]*\]|[\w.*-]*):)?(\d{2,5})", word.value)
    if match:
        if match[1]:
            call.bind(word.part(match.start(1), match.end(2)))
        call.taken.add(word.lo)
        call.declare(word.part(match.start(2), match.end(2)), "port", program, match[2], host=match[1] or host)
        return True
    match = re.fullmatch(r"(?:([\w.*-]*):)?\$\{(\w+):?-(\d{2,5})\}", word.value)
    if match:
        call.taken.add(word.lo)
        call.facts.add(call.read([word], call.state))
        call.declare(
            word.part(match.start(3), match.end(3)), "port", program, match[3], host=match[1] or host, env=match[2]
        )
        return True
    match = re.fullmatch(r"(?:([\w.*-]*):)?\$\{?(\w+)\}?", word.value)
    if match:
        call.declare(word, "port", program, word.value, host=match[1] or host, env=match[2])
        return True
    return False


def _php(call: Call, arguments: Sequence[Word]) -> bool:
    read = read_options(arguments, {"-S", "-t", "--port", "--host"})
    for word in (*read.values("-S"), *read.values("--port")):
        declare_port(call, word, "php")
    if read.positional[:1] and "/" in read.positional[0].value:
        call.path(read.positional[0], "script")
    return True


def _django(call: Call, arguments: Sequence[Word]) -> bool:
    if not arguments or arguments[0].value not in ("runserver", "runserver_plus"):
        return False
    rest = read_options(arguments[1:], {"--settings"}).positional
    if not any(declare_port(call, word, "runserver") for word in rest[:1]):
        call.declare(call.words[0], "port", "runserver", "8000", default=True)
    return True


def _kubectl(call: Call, arguments: Sequence[Word]) -> bool:
    """`kubectl port-forward svc/x 8080:80`, and the manifests that `kubectl apply -f` takes."""
    if not any(word.value == "port-forward" for word in arguments):
        if any(word.value in ("apply", "create", "delete", "replace", "diff") for word in arguments):
            for word in read_options(arguments, {"-f", "--filename", "-k", "--kustomize", "-n", "--namespace"}).values(
                "-f", "--filename", "-k", "--kustomize"
            ):
                if "://" not in word.value:
                    call.path(word, "config")
        return True
    for word in arguments:
        match = re.fullmatch(r"(\d+)(?::(\d+))?", word.value)
        if match:
            call.declare(
                word.part(0, match.end(1)), "port", "kubectl port-forward", match[1], container=match[2] or match[1]
            )
    return True


def _tunnel(call: Call, arguments: Sequence[Word]) -> bool:
    """`ssh -L 8080:host:80 user@machine [command]`: a port opened here, and a command that runs there."""
    valued = {
        "-b",
        "-c",
        "-D",
        "-E",
        "-e",
        "-F",
        "-I",
        "-i",
        "-J",
        "-L",
        "-l",
        "-m",
        "-O",
        "-o",
        "-p",
        "-Q",
        "-R",
        "-S",
        "-W",
        "-w",
    }
    read = read_options(arguments, valued, first_stops=True)
    for word in read.values("-L"):
        match = re.match(r"(?:[\w.]*:)?(\d+):[^:]+:\d+$", word.value)
        call.taken.add(word.lo)
        if match:
            call.declare(word.part(match.start(1), match.end(1)), "port", "ssh", match[1])
    if len(read.positional) > 1:
        inner = call.state.inside("host")
        inner.remote = read.positional[0].value
        if len(read.positional) == 2:
            call.run_script(read.positional[1], inner)
        else:
            call.run(read.positional[1:], inner)
    return True


__all__ = ["declare_port", "server", "server_call"]
