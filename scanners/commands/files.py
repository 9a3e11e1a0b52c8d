"""Programs about files: cd, mkdir, cp, git clone, tests: where the script stands, what it makes, what it needs."""

import posixpath
import re
from collections.abc import Callable

from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import read_options

_CERTAIN = re.compile(r"^(?:\./|\.\./)*[\w.@-]+(?:/[\w.@-]+)*$")

_ARCHIVE = re.compile(r"(?:.*/)?([^/]+?)\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz|zip)")


def file_command(call: Call) -> bool:
    """Read a command about files; False if the program is none."""
    reader = _READERS.get(call.program)
    if reader is None:
        return False
    reader(call)
    return True


def _cd(call: Call) -> None:
    arguments = [word for word in call.arguments if not re.fullmatch(r"-[LPe@]+|--", word.value)]
    state = call.state
    if not arguments:
        state.previous, state.cwd = state.cwd, None
        return
    word = arguments[0]
    if word.value == "-":
        state.previous, state.cwd = state.cwd, state.previous
        return
    if state.runtime.startswith("container"):
        _cd_inside(call, word.value)
        return
    target = state.folder(word.value)
    if not word.value.startswith(("/", "~")) and word.value.strip("./"):
        call.path(word, "cd")
    state.previous, state.cwd = state.cwd, target


def _cd_inside(call: Call, value: str) -> None:
    """`cd` in a container: an absolute folder is one of the image, what starts from an unknown one is lost."""
    state = call.state
    if value.startswith("/") and "$" not in value:
        state.cwd, state.adrift = posixpath.normpath(value), False
    elif state.cwd and state.cwd.startswith("/") and "$" not in value and not value.startswith("~"):
        state.cwd = posixpath.normpath(posixpath.join(state.cwd, value))
    else:
        state.cwd, state.adrift = None, True


def _popd(call: Call) -> None:
    call.state.previous, call.state.cwd = call.state.cwd, call.state.previous


def _mkdir(call: Call) -> None:
    for word in read_options(call.arguments, {"-m", "--mode"}).positional:
        call.make(word)


def _touch(call: Call) -> None:
    for word in read_options(call.arguments, {"-d", "-r", "-t", "--date", "--reference"}).positional:
        call.make(word)


def _copy(call: Call) -> None:
    arguments = read_options(call.arguments, {"-t", "--target-directory", "-S", "--suffix"})
    if len(arguments.positional) < 2:
        return
    *sources, target = arguments.positional
    for word in sources:
        _, rest = call.state.base(word.value)
        if _CERTAIN.match(rest) and "." in rest.rpartition("/")[2]:
            call.path(word, "data")
    call.make(target)


def _install(call: Call) -> None:
    arguments = read_options(call.arguments, {"-m", "--mode", "-o", "--owner", "-g", "--group"})
    for word in arguments.positional if arguments.has("-d") else arguments.positional[-1:]:
        call.make(word)


def _link(call: Call) -> None:
    arguments = read_options(call.arguments, set())
    if len(arguments.positional) == 2:
        call.make(arguments.positional[1])


def _git(call: Call) -> None:
    arguments = read_options(call.arguments, {"-C", "-c", "--git-dir", "--work-tree"}, first_stops=True)
    words = arguments.positional
    if not words or words[0].value not in ("clone", "worktree"):
        return
    rest = read_options(
        words[1:], {"-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "--reference", "--filter", "-j"}
    ).positional
    call.taken.update(word.lo for word in rest[:1])
    if len(rest) > 1:
        call.make(rest[-1])
    elif rest:
        name = rest[0].value.rstrip("/").removesuffix(".git")
        at = max(name.rfind("/"), name.rfind(":")) + 1
        if name[at:] and "$" not in name[at:]:
            call.make(rest[0].part(at, len(name)))


def _unpack(call: Call) -> None:
    arguments = read_options(call.arguments, {"-C", "--directory", "-f", "--file", "-d"})
    for word in arguments.values("-C", "--directory", "-d"):
        call.make(word)
    if call.program == "tar" and (
        arguments.has("-c", "--create") or (call.arguments[:1] and re.fullmatch(r"c\w*f", call.arguments[0].value))
    ):
        for word in arguments.values("-f", "--file") or arguments.positional[1:2]:
            call.make(word)
        return
    for word in call.arguments:  # the folder that an archive mostly holds is called like itself
        if (archive := _ARCHIVE.fullmatch(word.value)) and "://" not in word.value:
            call.make(word.part(*archive.span(1)))


def _tee(call: Call) -> None:
    for word in read_options(call.arguments, set()).positional:
        call.make(word)


def _chmod(call: Call) -> None:
    for word in read_options(call.arguments, {"--reference"}).positional[1:]:
        _, rest = call.state.base(word.value)
        if _CERTAIN.match(rest) and re.search(r"\.(sh|py|js|ts|bash)$", rest):
            call.path(word, "script")


def _cat(call: Call) -> None:
    for word in read_options(call.arguments, {"-n", "-c"}).positional:
        _, rest = call.state.base(word.value)
        if _CERTAIN.match(rest) and re.search(r"/.*\.\w+$", rest):
            call.path(word, "data")


def _remove(call: Call) -> None:
    """Removing is no need for a file to be there."""


def _test(call: Call) -> None:
    """`test -f X` and `[ -f X ]` as plain words."""
    for option, word in zip(call.arguments, call.arguments[1:]):
        if re.fullmatch(r"-[defrswx]", option.value):
            state = call.state
            guarded, state.guarded = state.guarded, True
            _, rest = state.base(word.value)
            if _CERTAIN.match(rest):
                call.path(word, "data")
            state.guarded = guarded


_READERS: dict[str, Callable[[Call], None]] = {
    "cd": _cd,
    "pushd": _cd,
    "popd": _popd,
    "mkdir": _mkdir,
    "touch": _touch,
    "cp": _copy,
    "copy": _copy,
    "mv": _copy,
    "rsync": _copy,
    "install": _install,
    "ln": _link,
    "git": _git,
    "tar": _unpack,
    "unzip": _unpack,
    "tee": _tee,
    "chmod": _chmod,
    "cat": _cat,
    "rm": _remove,
    "test": _test,
    "[": _test,
    "[[": _test,
    "Set-Location": _cd,
    "chdir": _cd,
}
