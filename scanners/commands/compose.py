"""docker compose: services, the files that a command uses, and the commands that run inside a service."""

from collections.abc import Sequence

from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import Arguments, read_options
from unmoor.scanners.commands.words import Word

_GLOBAL = {
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--project-directory",
    "--env-file",
    "--profile",
    "--ansi",
    "--parallel",
    "--progress",
    "-H",
    "--host",
    "-c",
    "--context",
    "--log-level",
    "--workdir",
}
_VERBS: dict[str, set[str]] = {
    "up": {"--scale", "-t", "--timeout", "--exit-code-from", "--attach", "--no-attach", "--pull", "--wait-timeout"},
    "logs": {"-n", "--tail", "--since", "--until", "--index"},
    "build": {"--build-arg", "-m", "--memory", "--ssh", "--builder", "--progress"},
    "restart": {"-t", "--timeout"},
    "stop": {"-t", "--timeout"},
    "down": {"-t", "--timeout", "--rmi"},
    "kill": {"-s", "--signal"},
    "ps": {"--filter", "--format", "--status"},
    "images": {"--format"},
    "top": set(),
    "start": set(),
    "rm": set(),
    "pull": {"--policy"},
    "push": set(),
    "pause": set(),
    "unpause": set(),
    "create": {"--scale", "--pull"},
    "scale": set(),
    "watch": set(),
    "stats": {"--format"},
    "attach": {"--index"},
    "port": {"--protocol", "--index"},
    "wait": set(),
    "events": {"--since", "--until"},
    "config": {"--format", "-o", "--output", "--hash"},
}
_EXEC = {"-e", "--env", "--index", "-u", "--user", "-w", "--workdir"}
_RUN = {
    "-e",
    "--env",
    "--entrypoint",
    "-l",
    "--label",
    "--name",
    "-p",
    "--publish",
    "-u",
    "--user",
    "-v",
    "--volume",
    "-w",
    "--workdir",
    "--env-from-file",
    "--cap-add",
    "--cap-drop",
    "--pull",
}
_NO_SERVICE = {"config", "down", "events", "ls", "version", "convert"}


def compose(call: Call, words: Sequence[Word]) -> None:
    """What stands behind `docker compose` or `docker-compose`."""
    top = read_options(words, _GLOBAL, first_stops=True)
    for word in top.values("-f", "--file"):
        call.path(word, "compose-file")
    for word in top.values("--env-file"):
        call.path(word, "env-file")
    for word in top.values("--project-directory"):
        call.path(word, "cd")
    if not top.positional:
        return
    verb, rest = top.positional[0], top.positional[1:]
    attrs = _attrs(call, top, verb.value)
    call.facts.declarations.append(
        verb.declaration(
            "command",
            "docker compose",
            None,
            attrs={
                **attrs,
                "cwd": call.state.cwd,
                "runtime": call.state.runtime,
                "remote": call.state.remote,
                "args": [word.value for word in rest],
            },
        )
    )
    if verb.value in ("exec", "run"):
        _inner(call, verb.value, rest, attrs)
    elif verb.value == "cp":
        for word in read_options(rest, {"--index"}).positional:
            name, colon, _ = word.value.partition(":")
            if colon and name and "/" not in name:
                call.refer(word.part(0, len(name)), "service", **attrs)
    elif verb.value in _VERBS:
        _services(call, verb.value, read_options(rest, _VERBS[verb.value]), attrs)


def _attrs(call: Call, top: Arguments, verb: str) -> dict[str, object]:
    """The attrs of a service reference: everything that decides which project is meant."""
    project, folder = top.value("-p", "--project-name"), top.value("--project-directory")
    return {
        "tool": "compose",
        "verb": verb,
        "files": [call.from_here(word) for word in top.values("-f", "--file")],
        "env-file": [call.from_here(word) for word in top.values("--env-file")],
        "profiles": [word.value for word in top.values("--profile")],
        "project": project.value if project else "",
        "project-directory": call.from_here(folder) if folder else "",
    }


def _services(call: Call, verb: str, arguments: Arguments, attrs: dict[str, object]) -> None:
    names = arguments.positional if verb not in _NO_SERVICE else []
    if verb in ("port", "attach"):
        names = names[:1]
    for word in names:
        scaled = word.value.partition("=")[0] if verb == "scale" else word.value
        call.refer(word.part(0, len(scaled)), "service", **attrs)
    for word in arguments.values("--scale"):
        name, equals, count = word.value.partition("=")
        if equals:
            call.refer(word.part(0, len(name)), "service", **{**attrs, "scale": count})
    for word in arguments.values("--exit-code-from", "--attach", "--no-attach"):
        call.refer(word, "service", **attrs)


def _inner(call: Call, verb: str, rest: Sequence[Word], attrs: dict[str, object]) -> None:
    arguments = read_options(rest, _EXEC if verb == "exec" else _RUN, first_stops=True)
    if not arguments.positional:
        return
    service = arguments.positional[0]
    call.refer(service, "service", **attrs)
    name = arguments.value("--name")
    if name is not None:
        call.declare(name, "container", name.value, None, verb="run")
    known = call.literals(service)
    inner = call.state.inside(f"container:{known[0].value}" if len(known) == 1 else "container")
    inner.working_in(arguments.value("-w", "--workdir"))
    for word in arguments.values("-e", "--env"):
        call.taken.add(word.lo)
        call.facts.add(call.read([word], inner))
    entrypoint = arguments.value("--entrypoint")
    if entrypoint is not None and entrypoint.value.rpartition("/")[2] in ("sh", "bash", "ash"):
        call.run([entrypoint, *arguments.positional[1:]], inner)
    else:
        call.run(arguments.positional[1:], inner)
