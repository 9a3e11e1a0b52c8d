"""docker and podman: the names of containers, volumes and networks, what is built, what is run where."""

import re
from collections.abc import Sequence

from unmoor.scanners.commands import compose
from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import Arguments, read_options
from unmoor.scanners.commands.words import Word

_GLOBAL = {
    "-H",
    "--host",
    "--context",
    "-c",
    "--config",
    "-l",
    "--log-level",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
    "--connection",
    "--url",
}
# Verbs that take names of containers, with their options that take a value (docker CLI reference).
_CONTAINER_VERBS: dict[str, set[str]] = {
    "logs": {"--since", "--until", "-n", "--tail"},
    "restart": {"-t", "--time", "--timeout", "-s", "--signal"},
    "stop": {"-t", "--time", "--timeout", "-s", "--signal"},
    "start": {"--checkpoint", "--checkpoint-dir", "--detach-keys"},
    "rm": set(),
    "kill": {"-s", "--signal"},
    "inspect": {"-f", "--format", "--type"},
    "stats": {"--format"},
    "top": set(),
    "port": set(),
    "attach": {"--detach-keys"},
    "wait": set(),
    "pause": set(),
    "unpause": set(),
    "diff": set(),
    "export": {"-o", "--output"},
    "commit": {"-a", "--author", "-c", "--change", "-m", "--message"},
    "rename": set(),
    "update": {
        "--blkio-weight",
        "--cpu-period",
        "--cpu-quota",
        "-c",
        "--cpu-shares",
        "--cpus",
        "--cpuset-cpus",
        "-m",
        "--memory",
        "--memory-reservation",
        "--memory-swap",
        "--pids-limit",
        "--restart",
    },
}
_EXEC = {"--detach-keys", "-e", "--env", "--env-file", "-u", "--user", "-w", "--workdir"}
_ONE = {"top", "port", "attach", "commit", "export", "diff"}
_RUN_FLAGS = {
    "-d",
    "--detach",
    "-i",
    "--interactive",
    "-t",
    "--tty",
    "--rm",
    "--init",
    "--privileged",
    "-P",
    "--publish-all",
    "--read-only",
    "--no-healthcheck",
    "--oom-kill-disable",
    "-q",
    "--quiet",
    "--sig-proxy",
    "--disable-content-trust",
    "--help",
    "--use-api-socket",
    "--replace",
}
_RUN = {"-a", "-c", "-e", "-h", "-l", "-m", "-p", "-u", "-v", "-w"}
_BUILD = {
    "-f",
    "--file",
    "-t",
    "--tag",
    "--target",
    "--build-arg",
    "--label",
    "--platform",
    "--cache-from",
    "--cache-to",
    "--network",
    "-o",
    "--output",
    "--progress",
    "--secret",
    "--ssh",
    "--build-context",
    "--builder",
    "--add-host",
    "--iidfile",
    "--metadata-file",
    "-m",
    "--memory",
    "--cpu-shares",
    "--shm-size",
    "--ulimit",
    "--attest",
    "--sbom",
    "--provenance",
    "--allow",
    "--annotation",
    "--call",
    "--no-cache-filter",
}
_IMAGE_VERBS = {
    "pull",
    "push",
    "tag",
    "images",
    "image",
    "login",
    "logout",
    "load",
    "save",
    "import",
    "history",
    "rmi",
    "search",
    "version",
    "info",
    "system",
    "ps",
    "events",
    "context",
    "plugin",
    "swarm",
    "node",
    "service",
    "stack",
    "secret",
    "config",
    "manifest",
    "trust",
    "scout",
}


def docker(call: Call) -> None:
    """`docker VERB …` and `podman VERB …`."""
    words = call.arguments
    top = read_options(words, _GLOBAL, first_stops=True)
    if top.value("-H", "--host", "--context", "-c"):
        call.state = call.state.copy()
        call.state.remote = (top.value("-H", "--host", "--context", "-c") or words[0]).value
    if not top.positional:
        return
    verb, rest = top.positional[0].value, top.positional[1:]
    if verb == "container" and rest:
        verb, rest = rest[0].value, rest[1:]
    if verb == "compose":
        compose.compose(call, rest)
    elif verb == "exec":
        _exec(call, rest)
    elif verb in ("run", "create"):
        _run(call, rest)
    elif verb == "cp":
        _copy(call, rest)
    elif verb in ("build", "buildx", "builder", "image"):
        _builder(call, verb, rest)
    elif verb in ("volume", "network"):
        _resource(call, verb, rest)
    elif verb in _CONTAINER_VERBS:
        _names(call, verb, read_options(rest, _CONTAINER_VERBS[verb]))
    elif verb == "ps":
        _filters(call, rest)


def _attrs(call: Call, verb: str) -> dict[str, object]:
    return {"tool": "podman" if call.program.startswith("podman") else "docker", "verb": verb}


def _container(call: Call, word: Word, verb: str) -> None:
    if word.value.startswith("/") or (re.fullmatch(r"[0-9a-f]{12}|[0-9a-f]{64}", word.value)):
        return
    call.refer(word, "container", **_attrs(call, verb))


def _names(call: Call, verb: str, arguments: Arguments) -> None:
    kind = arguments.value("--type")
    if verb == "inspect" and kind is not None and kind.value != "container":
        if kind.value in ("volume", "network"):
            for word in arguments.positional:
                call.refer(word, kind.value, verb=verb)  # type: ignore[arg-type]
        return
    names = arguments.positional[:1] if verb in _ONE else arguments.positional
    if verb == "rename":
        names = arguments.positional[:1]
        for word in arguments.positional[1:2]:
            call.declare(word, "container", word.value, None)
    for word in names:
        if verb == "inspect" and re.search(r"[:/@]", word.value):
            continue  # an image
        _container(call, word, verb)


def _filters(call: Call, rest: Sequence[Word]) -> None:
    """`docker ps -f name=X`: a substring, so only a name that is anchored counts."""
    for word in read_options(rest, {"-f", "--filter", "--format", "-n", "--last"}).values("-f", "--filter"):
        match = re.fullmatch(r"name=\^/?([\w.-]+)\$", word.value)
        if match:
            call.refer(word.part(match.start(1), match.end(1)), "container", **_attrs(call, "ps"))


def _exec(call: Call, rest: Sequence[Word]) -> None:
    arguments = read_options(rest, _EXEC, first_stops=True)
    if not arguments.positional:
        return
    name = arguments.positional[0]
    _container(call, name, "exec")
    known = call.literals(name)
    runtime = f"container:{known[0].value}" if len(known) == 1 else "container"
    call.run(arguments.positional[1:], call.state.inside(runtime).working_in(arguments.value("-w", "--workdir")))


def _run(call: Call, rest: Sequence[Word]) -> None:
    valued = _RUN | {word.value for word in rest if word.value.startswith("--") and "=" not in word.value} - _RUN_FLAGS
    arguments = read_options(rest, valued, first_stops=True)
    name = arguments.value("--name")
    if name is not None:
        call.declare(
            name,
            "container",
            name.value,
            None,
            verb="run",
            image=arguments.positional[0].value if arguments.positional else "",
        )
    for word in arguments.values("-p", "--publish"):
        publish(call, word, "docker run", name.value if name else "")
    for word in arguments.values("--env-file"):
        call.path(word, "env-file")
    for word in arguments.values("--network", "--net"):
        mode = word.value
        if mode.startswith("container:"):
            _container(call, word.part(len("container:")), "run")
        elif mode not in ("host", "bridge", "none", "default"):
            call.refer(word, "network", verb="run")
    for word in arguments.values("--link"):
        _container(call, word.part(0, len(word.value.partition(":")[0])), "run")
    for word in arguments.values("--volumes-from"):
        _container(call, word.part(0, len(word.value.partition(":")[0])), "run")
    for word in arguments.values("-v", "--volume"):
        _volume(call, word)
    inner = call.state.inside(f"container:{name.value}" if name and not name.dynamic else "container")
    network = arguments.value("--network", "--net")
    if network is not None and network.value == "host":
        inner.runtime = "host"
    for word in arguments.values("-e", "--env"):
        call.taken.add(word.lo)
        call.facts.add(call.read([word], inner))
    call.run(arguments.positional[1:], inner)


def _volume(call: Call, word: Word) -> None:
    """`-v SOURCE:TARGET`: a path if it has a slash or dot in front, else a named volume."""
    source, colon, target = word.value.partition(":")
    if not colon or not target:
        return
    if source.startswith(("./", "../")):
        call.path(word.part(0, len(source)), "mount")
    elif re.fullmatch(r"[\w][\w.-]*", source) and target.startswith("/"):
        call.refer(word.part(0, len(source)), "volume", verb="run")


def publish(call: Call, word: Word, process: str, name: str) -> None:
    """`-p [IP:]HOST[-END]:CONTAINER[/proto]`."""
    match = re.fullmatch(r"(?:([\d.]+|\[[\d:a-fA-F]+\]|localhost):)?(\d+)(-\d+)?:(\d+(?:-\d+)?)(?:/(\w+))?", word.value)
    if match:
        call.taken.add(word.lo)
        call.declare(
            word.part(match.start(2), match.end(2)),
            "port",
            process,
            match[2],
            host=match[1] or "",
            container=match[4],
            name=name,
        )


def _copy(call: Call, rest: Sequence[Word]) -> None:
    """`docker cp NAME:PATH HERE` and `docker cp HERE NAME:PATH`."""
    words = read_options(rest, set()).positional
    for word in words:
        name, colon, _ = word.value.partition(":")
        if colon and name and "/" not in name:
            _container(call, word.part(0, len(name)), "cp")
    if len(words) != 2:
        return
    if ":" not in words[1].value:
        call.make(words[1])
    elif re.fullmatch(r"(?:\./)?[\w.@/-]+\.\w+", words[0].value):
        call.path(words[0], "data")


def _builder(call: Call, verb: str, rest: Sequence[Word]) -> None:
    if verb == "build":
        _build(call, rest)
        return
    if not rest:
        return
    if rest[0].value in ("build", "b"):
        _build(call, rest[1:])
    elif rest[0].value == "bake":
        arguments = read_options(rest[1:], {"-f", "--file", "--set", "--progress", "--builder", "--metadata-file"})
        for word in arguments.values("-f", "--file"):
            call.path(word, "config")


def _build(call: Call, rest: Sequence[Word]) -> None:
    arguments = read_options(rest, _BUILD)
    context = arguments.positional[-1] if arguments.positional else None
    target, file = arguments.value("--target"), arguments.value("-f", "--file")
    attrs = {
        "target": target.value if target else "",
        "context": context.value if context else "",
        "args": [word.value.partition("=")[0] for word in arguments.values("--build-arg")],
    }
    if file is not None:
        call.path(file, "dockerfile", **attrs)
    if context is not None and not context.value.startswith(("http", "git@", "-")):
        call.facts.declarations.append(
            context.declaration(
                "command",
                "docker build",
                None,
                attrs={**attrs, "cwd": call.state.cwd, "file": file.value if file else ""},
            )
        )
        call.path(context, "context", dockerfile=file.value if file else "", **attrs)
    for word in arguments.values("--build-arg"):
        call.taken.add(word.lo)
        call.facts.add(call.read([word], call.state.inside("build")))


def _resource(call: Call, kind: str, rest: Sequence[Word]) -> None:
    """`docker volume|network VERB NAME…`."""
    if not rest:
        return
    verb = rest[0].value
    arguments = read_options(
        rest[1:],
        {
            "-f",
            "--format",
            "--filter",
            "-d",
            "--driver",
            "-o",
            "--opt",
            "--label",
            "--subnet",
            "--gateway",
            "--ip",
            "--alias",
            "--name",
        }
        - ({"-f"} if verb in ("rm", "prune") else set()),
    )
    if verb in ("rm", "remove", "inspect"):
        for word in arguments.positional:
            call.refer(word, kind, verb=verb)  # type: ignore[arg-type]
    elif verb == "create":
        for word in arguments.positional[:1]:
            call.declare(word, "container", word.value, None, resource=kind)
    elif kind == "network" and verb in ("connect", "disconnect"):
        for word in arguments.positional[:1]:
            call.refer(word, "network", verb=verb)
        for word in arguments.positional[1:2]:
            _container(call, word, verb)


__all__ = ["docker", "publish"]
