"""Commands in front of commands: sudo, env, timeout, xargs, exec, …"""

import re

from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import read_options

# program: its options with a value, and how many words stand between them and the command.
_WRAPPERS: dict[str, tuple[set[str], int]] = {
    "sudo": ({"-u", "--user", "-g", "--group", "-h", "-p", "-C", "-r", "-t", "-D", "-R", "-T", "-U"}, 0),
    "doas": ({"-u", "-C"}, 0),
    "time": ({"-f", "-o"}, 0),
    "exec": ({"-a"}, 0),
    "nohup": (set(), 0),
    "command": (set(), 0),
    "builtin": (set(), 0),
    "nice": ({"-n"}, 0),
    "ionice": ({"-c", "-n"}, 0),
    "xargs": ({"-I", "-n", "-P", "-d", "-L", "-s", "-a", "-E", "--max-args", "--max-procs", "--delimiter"}, 0),
    "timeout": ({"-k", "-s", "--kill-after", "--signal"}, 1),
    "gtimeout": ({"-k", "-s"}, 1),
    "stdbuf": ({"-i", "-o", "-e"}, 0),
    "setsid": (set(), 0),
    "unbuffer": (set(), 0),
    "winpty": (set(), 0),
    "watch": ({"-n", "--interval"}, 0),
    "tini": ({"-p", "-e"}, 0),
    "dumb-init": ({"-r"}, 0),
    "gosu": (set(), 1),
    "su-exec": (set(), 1),
    "chpst": ({"-u"}, 0),
    "catchsegv": (set(), 0),
    "trap": (set(), 0),
    "cross-env": (set(), 0),
    "cross-env-shell": (set(), 0),
    "dotenv": ({"-e", "-f", "--file", "-c", "-v"}, 0),
    "dotenvx": ({"-f", "--env-file"}, 1),
    "env-cmd": ({"-f", "--file", "-e", "-r"}, 0),
    "poetry": ({"-C"}, 1),
    "pipenv": (set(), 1),
    "uv": (
        {"--directory", "--project", "--with", "--python", "-p", "--env-file", "--extra", "--group", "--package"},
        1,
    ),
    "pdm": (set(), 1),
    "hatch": (set(), 1),
    "rye": (set(), 1),
    "bundle": (set(), 1),
    "doppler": ({"-p", "-c"}, 1),
    "op": ({"--env-file"}, 1),
    "infisical": ({"--env", "--path"}, 1),
    "opentelemetry-instrument": (set(), 0),
    "ddtrace-run": (set(), 0),
    "retry": ({"-t", "-d", "--times", "--delay"}, 0),
    "then": (set(), 0),
    "do": (set(), 0),
    "else": (set(), 0),
    "!": (set(), 0),
    "cmd": (set(), 0),
    "start": (set(), 0),
    "call": (set(), 0),
    "&": (set(), 0),
    "coverage": ({"--rcfile", "--source"}, 1),
    "debugpy": ({"--listen"}, 0),
    "mise": (set(), 1),
    "caffeinate": (set(), 0),
    "flock": (set(), 1),
    "nodemon": (
        {
            "--watch",
            "-w",
            "-e",
            "--ext",
            "--exec",
            "-x",
            "--signal",
            "--delay",
            "--ignore",
            "-i",
            "--cwd",
            "--config",
            "-r",
            "--require",
            "--import",
            "--loader",
            "-P",
            "--project",
        },
        0,
    ),
}
# Of these the first word is a verb, and only this one leads to a command.
_RUN_VERBS = {
    "poetry": {"run"},
    "pipenv": {"run"},
    "uv": {"run"},
    "pdm": {"run"},
    "hatch": {"run"},
    "rye": {"run"},
    "bundle": {"exec"},
    "doppler": {"run"},
    "op": {"run"},
    "infisical": {"run"},
    "dotenvx": {"run"},
    "coverage": {"run"},
    "mise": {"exec", "x"},
}
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*\+?=")


def wrapper(call: Call) -> bool:
    """Read a command that another one wraps; False if the program wraps none."""
    program = call.program
    if program == "env":
        _env(call)
        return True
    if program not in _WRAPPERS:
        return False
    valued, between = _WRAPPERS[program]
    arguments = read_options(call.arguments, valued, first_stops=True)
    words = arguments.positional
    if program in _RUN_VERBS:
        return _verb(call)
    if program == "nodemon":
        return _nodemon(call)
    if program == "command" and arguments.has("-v", "-V"):
        return True
    if program == "trap":
        if words and " " in words[0].value:
            call.run_script(words[0])
        return True
    if program == "watch" and len(words) == 1 and " " in words[0].value:
        call.run_script(words[0])
        return True
    for word in arguments.values("--env-file", "-f") if program in ("dotenv", "dotenvx", "env-cmd") else []:
        call.path(word, "env-file")
    words = words[between:]
    while words and words[0].value in ("--", "/c", "/C", "/B", "/b", '""'):
        words = words[1:]
    call.run(words)
    return True


def _verb(call: Call) -> bool:
    """`poetry run X`, `uv run --with y X`."""
    valued, _ = _WRAPPERS[call.program]
    outer = read_options(call.arguments, valued, first_stops=True)
    if not outer.positional or outer.positional[0].value not in _RUN_VERBS[call.program]:
        return True
    inner = read_options(outer.positional[1:], valued, first_stops=True)
    for word in inner.values("--env-file"):
        call.path(word, "env-file")
    state = call.state
    folder = outer.value("--directory", "-C") or inner.value("--directory")
    if folder is not None:
        call.path(folder, "cd")
        state = state.copy()
        state.cwd = state.folder(folder.value)
    if inner.has("-m", "--module") and inner.positional:
        call.refer(inner.positional[0], "script", tool="python-module", name=inner.positional[0].value)
    elif inner.positional and inner.positional[0].value.endswith(".py"):
        call.path(inner.positional[0], "script")
    call.run(inner.positional, state)
    return True


def _nodemon(call: Call) -> bool:
    arguments = read_options(call.arguments, _WRAPPERS["nodemon"][0], first_stops=True)
    for word in arguments.values("--exec", "-x"):
        call.run_script(word)
    for word in arguments.positional[:1]:
        if re.search(r"[./]", word.value):
            call.path(word, "script")
    return True


def _env(call: Call) -> None:
    arguments = read_options(call.arguments, {"-u", "--unset", "-C", "--chdir", "-S"}, first_stops=True)
    call.run(arguments.positional)


def is_assignment(text: str) -> bool:
    """Whether a word sets a variable: `NAME=value`."""
    return _ASSIGNMENT.match(text) is not None
