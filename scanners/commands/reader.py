"""The reader of simple commands: words in, facts out."""

import re
from collections.abc import Callable, Sequence

from msgspec import structs

from unmoor.model.facts import Facts, Role
from unmoor.scanners.commands import clients, docker, files, quoted, runners, servers, wrappers
from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.compose import compose
from unmoor.scanners.commands.given import given
from unmoor.scanners.commands.state import State
from unmoor.scanners.commands.text import read_value, read_word
from unmoor.scanners.commands.words import Word
from unmoor.scanners.unit import Unit

DISPLAY = {
    "echo",
    "printf",
    "Write-Host",
    "Write-Output",
    "logger",
    "log",
    "info",
    "warn",
    "warning",
    "error",
    "success",
    "die",
    "fail",
    "step",
    "Write-Warning",
    "Write-Error",
    "notice",
    "debug",
    "say",
    "title",
    "note",
    "ok",
    "msg",
}
_LOG = re.compile(
    r"^(?:_?(?:log|print|echo|msg|show|say|info|warn|err|display)(?:_\w+)?|\w+_(?:log|echo|msg|info|error|warn))$"
)
_COMPARISON = {"grep", "egrep", "fgrep", "sed", "awk", "rg", "[", "[[", "test", "tr", "cut", "expr"}


def read(words: Sequence[Word], unit: Unit, state: State | None = None) -> Facts:
    """The facts of one simple command. `state` (else the unit's own) is changed by `cd` and assignments."""
    return _read(words, state or State.of(unit))


def _read(words: Sequence[Word], state: State) -> Facts:
    facts = Facts()
    rest = list(words)
    while rest and wrappers.is_assignment(rest[0].value):
        name, _, _ = rest[0].value.partition("=")
        facts.add(assign(rest[0].part(len(name) + 1), name.removesuffix("+"), state, local=len(rest) > 1))
        rest = rest[1:]
    if rest:
        facts.add(_command(_unfolded(rest, state), state))
    return facts


def _unfolded(words: list[Word], state: State) -> list[Word]:
    """`$DC $FILES up`, where `DC="docker compose"` and `FILES="-f a.yml -f b.yml"`: the words that variables hold.

    Among the arguments only variables that hold options are unfolded. `lo` tells the words of one call apart; what was
    unfolded stands before all others.
    """
    found: list[Word] = []
    for at, word in enumerate(words):
        held = _held(word, state)
        if held and (at == 0 or held[0].value.startswith("-")):
            found += [one._replace(lo=-1 - len(found) - number) for number, one in enumerate(held)]
        else:
            found.append(word)
    return found


def _held(word: Word, state: State) -> list[Word]:
    """The words that an unquoted variable holds, if its value is known."""
    match = re.fullmatch(r"\$\{?(\w+)(?:\[@\])?\}?", word.value) if word.dynamic else None
    if match is None or any(piece.layer != "shell:word" for piece in word.pieces):
        return []
    known = state.variables.get(match[1], [])
    if any(one.dynamic for one in known):
        return []
    return [one.part(item.start(), item.end()) for one in known for item in re.finditer(r"\S+", one.value)]


def assign(value: Word, name: str, state: State, *, local: bool = False, exported: bool = False) -> Facts:
    """`NAME=value`. `local`: only for the one command that follows."""
    facts = read_value(value, name, state)
    folder, rest = state.base(value.value)
    if rest != value.value and folder is not None and not re.search(r"[$`]", rest):
        joined = State(cwd=folder).folder(rest)
        if joined is not None:
            state.folders[name] = joined
    elif not local:
        state.folders.pop(name, None)
    if not local:
        state.variables[name] = [value]
        state.assigned.add(name)
    attrs = {"where": "shell", "exported": exported or local, "cwd": state.cwd, "runtime": state.runtime}
    facts.declarations.append(value.declaration("env", name, value.value, attrs=attrs))
    return facts


def _command(words: list[Word], state: State) -> Facts:
    call = Call(words, state, Facts(), _read, _script)
    call.role, call.why = _role(call)
    _dispatch(call)
    given(call)
    taken = call.taken
    for word in words:
        if word.lo not in taken:
            call.facts.add(read_word(word, call.state, call.role, call.why, command=call.program))
    return call.facts


# In this order; the first that knows the program takes the call.
_READERS: tuple[Callable[[Call], bool], ...] = (
    wrappers.wrapper,
    servers.server_call,
    clients.client,
    runners.runner,
    files.file_command,
)


def _dispatch(call: Call) -> None:
    program, head = call.program, call.words[0]
    if not program or (head.dynamic and head.value.startswith("$") and "/" not in head.value):
        if re.match(r"\$\{?(?:DOCKER_)?(?:COMPOSE|DC)", head.value.upper()):
            compose(call, call.arguments)
        return
    if program in ("docker", "podman", "nerdctl"):
        docker.docker(call)
    elif program in ("docker-compose", "podman-compose"):
        compose(call, call.arguments)
    elif any(reader(call) for reader in _READERS):
        return
    elif call.role == "display":
        quoted.told(call)
    else:
        runners.local_file(call)
        quoted.handed(call)


def _role(call: Call) -> tuple[Role, str]:
    """What the addresses among the arguments are for."""
    program = call.program
    if program in DISPLAY or _LOG.match(program):
        return "display", f"shown by {program}"
    if program in _COMPARISON:
        return "comparison", f"compared by {program}"
    if program in ("git", "pip", "pip3", "apt", "apt-get", "apk", "helm", "brew", "go", "cargo", "gpg", "apt-key"):
        return "request", f"fetched by {program}"
    return "config", ""


def _script(word: Word, state: State) -> Facts:
    """A word that is itself a script: `sh -c '…'`."""
    from unmoor.scanners import shell

    layers = (*word.unit.layers, word.layer) if word.layer else word.unit.layers
    return shell.scan_in(structs.replace(word.unit, layers=layers), state) if word.size else Facts()
