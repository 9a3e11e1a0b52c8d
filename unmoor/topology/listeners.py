"""The ports that the processes of a service open, from everything that tells."""

import re
from collections.abc import Iterable, Iterator

from unmoor.model.spans import Location
from unmoor.topology.families import Family, family_of
from unmoor.topology.model import Listener, Service, Stage, Value
from unmoor.topology.words import commands

_MANAGERS = re.compile(r"supervisor|pm2|concurrently|foreman|honcho|s6-|runit|overmind|monit|circus|npm-run-all|turbo")
_PORT_FLAG = re.compile(r"^--?(?:[a-z-]*[-.])?(?:port|http-port|p)$", re.I)
_PORT_VALUE = re.compile(r"^--?(?:[a-zA-Z-]*[-.])?[pP]ort[= ](\d{2,5})$")
_BIND_FLAG = re.compile(
    r"^--?(?:b|bind|listen|addr|address|http-address|web\.listen-address|host|hostport|listen-address)$"
)
_ENDPOINT = re.compile(r"^(?:[a-z_]+://)?(?:0\.0\.0\.0|\*|\[::\]|::|localhost|127\.0\.0\.1|)?:(\d{2,5})/?$", re.I)
_LISTEN_KEY = re.compile(r"(?i)(^|_)(listen(er)?s?|bind|addr|address|http_addr)(_|$)")
_PORT_KEY = re.compile(
    r"(?i)^(PORT|(APP|SERVER|HTTP|API|WEB|LISTEN|SERVICE|CONTAINER|UI|REST|GRPC|NITRO|UVICORN|GUNICORN|FLASK(_RUN)?|NODE|BACKEND|FRONTEND|INTERNAL)_PORT)$"
)
_LISTENER = re.compile(r"[A-Za-z_]+://[^,\s:/]*:(\d{2,5})")
# Programs that listen at a known port when nothing else is said.
_DEFAULTS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("uvicorn",), 8000),
    (("gunicorn",), 8000),
    (("hypercorn",), 8000),
    (("fastapi", "run"), 8000),
    (("fastapi", "dev"), 8000),
    (("flask", "run"), 5000),
    (("next", "start"), 3000),
    (("next", "dev"), 3000),
    (("vite", "preview"), 4173),
    (("vite",), 5173),
    (("react-scripts", "start"), 3000),
    (("ng", "serve"), 4200),
    (("streamlit", "run"), 8501),
    (("nuxt", "dev"), 3000),
    (("astro", "dev"), 4321),
    (("storybook", "dev"), 6006),
    (("celery", "flower"), 5555),
    (("http-server",), 8080),
    (("rails", "server"), 3000),
    (("mkdocs", "serve"), 8000),
)


def declared(service: Service) -> Iterator[Listener]:
    """What the compose entry itself says."""
    for port in service.ports:
        if port.container is not None:
            yield Listener(port.container, "ports", f"`ports` of `{service.name}`", port.container_at or port.at)
    for number in service.expose:
        yield Listener(number, "expose", f"`expose` of `{service.name}`", service.keys.get("expose"))
    for name, value in service.environment.items():
        yield from _of_variable(name, value)
    for name, value in service.labels.items():
        if name.endswith("loadbalancer.server.port") and value.text and value.text.isdigit():
            yield Listener(int(value.text), "label", f"label {name}", value.at)


def is_port_variable(name: str) -> bool:
    """Whether a variable gives the port that its reader listens at (`PORT`, `APP_PORT`, …)."""
    return bool(_PORT_KEY.match(name))


def _of_variable(name: str, value: Value) -> Iterator[Listener]:
    text = (value.text or "").strip()
    if _PORT_KEY.match(name) and text.isdigit() and 0 < int(text) < 65536:
        yield Listener(int(text), "env", f"{name}={text}", value.at)
    elif re.search(r"(?i)listeners?$|_LISTEN(_|$)", name) or _LISTEN_KEY.search(name):
        found = [int(port) for port in _LISTENER.findall(text)]
        match = _ENDPOINT.match(text)
        for port in dict.fromkeys(found + ([int(match.group(1))] if match else [])):
            yield Listener(port, "env", f"{name}={text}", value.at)


def of_image(image: str, at: Location, variables: dict[str, Value]) -> tuple[list[Listener], Family | None]:
    """What a public image listens at by itself, unless a variable moves it."""
    family = family_of(image)
    if family is None:
        return [], None
    ports = list(family.ports)
    moved = [variables[name] for name in family.settings if name in variables]
    if moved:
        ports = ports[1:]
    found = [Listener(port, "image", f"image {image} listens at {port}", at) for port, _ in ports]
    for value in moved:
        for number in re.findall(r"(?<!\d)(\d{2,5})(?!\d)", value.text or ""):
            found.append(Listener(int(number), "env", f"the image's port is set to {number}", value.at))
    return found, family


def of_command(words: Iterable[Value], variables: dict[str, Value] | None = None) -> list[Listener]:
    """The ports that a command line opens; `$PORT` and `${PORT:-n}` are looked up in `variables`."""
    values = list(words)
    texts = [_filled(value, variables or {}) for value in values]
    if not texts:
        return []
    at = values[0].at
    found: list[Listener] = []
    for command in commands(texts):
        found += [Listener(port, "command", f"`{' '.join(command)[:80]}`", at) for port in _ports_of(command)]
    return found


def _filled(value: Value, variables: dict[str, Value]) -> str:
    from unmoor.topology.interpolate import interpolate

    text = value.text if value.text is not None else value.raw
    return interpolate(text, lambda name: variables[name].text if name in variables else None).text


def _ports_of(command: list[str]) -> list[int]:
    program = _program(command)
    found = []
    for at, word in enumerate(command):
        after = command[at + 1] if at + 1 < len(command) else ""
        match = _PORT_VALUE.match(word)
        if match:
            found.append(int(match.group(1)))
        elif _PORT_FLAG.match(word) and re.fullmatch(r"\d{2,5}", after) and _takes_port(word, program):
            found.append(int(after))
        elif "=" in word and _BIND_FLAG.match(word.partition("=")[0]):
            found += _endpoint(word.partition("=")[2])
        elif _BIND_FLAG.match(word):
            found += _endpoint(after)
        elif word in ("runserver", "http.server") and after:
            found += [int(after)] if after.isdigit() else _endpoint(after)
    if not found:
        if "http.server" in command or "runserver" in command:
            return [8000]
        found = [port for head, port in _DEFAULTS if program[: len(head)] == list(head)][:1]
    return found


def _takes_port(flag: str, program: list[str]) -> bool:
    """`-p` is a port for servers only: `mkdir -p`, `psql -p`, `docker -p` mean other things."""
    if flag != "-p":
        return True
    names = {head[0] for head, _ in _DEFAULTS} | {"php", "http-server", "json-server", "serve", "live-server", "http"}
    return bool(program) and program[0] in names


def _endpoint(text: str) -> list[int]:
    match = _ENDPOINT.match(text) or re.match(r"^[\w.]*:(\d{2,5})$", text)
    return [int(match.group(1))] if match else []


def _program(command: list[str]) -> list[str]:
    """The words from the program on: `python -m uvicorn`, `npx next start`, `poetry run uvicorn` begin behind."""
    words = [word.rpartition("/")[2] if not at else word for at, word in enumerate(command)]
    runners = {
        "npx",
        "bunx",
        "poetry",
        "uv",
        "pipenv",
        "run",
        "exec",
        "pnpm",
        "yarn",
        "npm",
        "bun",
        "python",
        "python3",
    }
    while words and (words[0] in runners or words[0] in ("-m", "--", "dlx")):
        words = words[1:]
    if words:
        words = [words[0].rpartition("/")[2], *words[1:]]
    return words


def manages(words: Iterable[Value]) -> bool:
    """Whether a command starts several processes, so that more ports may be open than can be read here."""
    text = " ".join(value.raw for value in words)
    return bool(_MANAGERS.search(text)) or bool(re.search(r"(?<!&)&(?!&)\s|\.sh\b", text))


def of_stage(stage: Stage) -> list[Listener]:
    """What a Dockerfile stage documents: `EXPOSE`, and `ENV PORT=`."""
    found = [Listener(port, "EXPOSE", f"EXPOSE {port}", at) for port, at in stage.exposes]
    for name, value in stage.env.items():
        found += list(_of_variable(name, value))
    return found
