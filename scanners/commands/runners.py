"""Programs that run something of the repository: npm, make, just, task, python, node, bash, source."""

import re
from collections.abc import Callable, Sequence

from unmoor.scanners.commands import servers
from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import read_options
from unmoor.scanners.commands.words import Word

_NPM_OPTIONS = {
    "-w",
    "--workspace",
    "--prefix",
    "-C",
    "--cwd",
    "--filter",
    "-F",
    "--dir",
    "--loglevel",
    "--registry",
    "--config",
    "--env-file",
    "-c",
    "--store-dir",
}
_FOLDER_OPTIONS = ("--prefix", "-C", "--cwd", "--dir")
_LIFECYCLE = {"test", "start", "stop", "restart"}
# Words behind yarn/pnpm/bun that are commands of the tool and no scripts of package.json.
_TOOL_VERBS = {
    "add",
    "audit",
    "bin",
    "bugs",
    "build-deps",
    "cache",
    "ci",
    "config",
    "create",
    "dedupe",
    "deploy",
    "dlx",
    "exec",
    "explain",
    "fetch",
    "global",
    "help",
    "i",
    "import",
    "info",
    "init",
    "install",
    "jest",
    "licenses",
    "link",
    "list",
    "login",
    "logout",
    "ls",
    "node",
    "npm",
    "outdated",
    "owner",
    "pack",
    "patch",
    "pkg",
    "plugin",
    "pm",
    "policies",
    "prune",
    "publish",
    "rebuild",
    "remove",
    "rm",
    "root",
    "run-script",
    "self-update",
    "server",
    "set",
    "setup",
    "store",
    "tag",
    "team",
    "un",
    "uninstall",
    "unlink",
    "up",
    "update",
    "upgrade",
    "upgrade-interactive",
    "version",
    "versions",
    "view",
    "why",
    "workspace",
    "workspaces",
    "x",
    "approve-builds",
    "env",
    "doctor",
    "repl",
    "stage",
}
_SHELLS = {"sh", "bash", "zsh", "ash", "dash", "ksh"}
_SHELL_VALUED = {"-o", "-O", "--rcfile", "--init-file", "+o"}
_PYTEST_VALUED = {
    *("-k", "-m", "-c", "-p", "-n", "-o", "-W", "-r", "--rootdir", "--ignore", "--deselect", "--maxfail", "--cov"),
    *("--cov-report", "--cov-config", "--junitxml", "--junit-xml", "--html", "--tb", "--durations", "--timeout"),
    *("--ignore-glob", "--basetemp", "--confcutdir", "--import-mode", "--dist"),
}
_POWERSHELL_VALUED = {"-File", "-ExecutionPolicy", "-Command", "-c", "-WorkingDirectory", "-ep"}
_MACHINE_VALUED = {"-C", "--command", "-a", "--app", "-c", "--config"}
_PYTHON_VALUED = {"-W", "-X", "-m", "-c"}
_NODE_VALUED = {
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "--env-file",
    "-e",
    "--eval",
    "-p",
    "--print",
    "-C",
    "--conditions",
    "--env-file-if-exists",
    "--tsconfig",
    "-P",
    "--project",
    "-O",
}
_FILE = re.compile(r"^(?:\.{0,2}/)?[\w.@+$\[\](){}*~-]+(?:/[\w.@+$\[\](){}*~-]+)*$")


def runner(call: Call) -> bool:
    """Read a call of a known runner; False if the program is none."""
    program = call.program
    first = call.words[0].value
    reader = _READERS.get(program) if "/" not in first or first.startswith(("/", "./node_modules")) else None
    if re.fullmatch(r"python[\d.]*|pypy\d?|py", program) and (reader is None and "/" not in first.lstrip("/usrbin")):
        reader = _python
    if program in _SHELLS and (first == program or first.startswith(("/bin/", "/usr/"))):
        reader = _shell
    if reader is None:
        return False
    reader(call)
    return True


def local_file(call: Call) -> bool:
    """`./x.sh`, `scripts/x.sh`: the program is a file of the repository."""
    word = call.words[0]
    base, rest = call.state.base(word.value)
    known = rest != word.value and base is not None
    if rest.startswith(("/", "~", "node_modules/", "./node_modules/")) and not known:
        return False
    if not known and "/" not in rest:
        return False
    if re.search(r"(^|/)(node_modules|\.venv|venv|bin)/", rest) and not re.search(
        r"\.(sh|py|js|ts|mjs|bash|rb|pl)$", rest
    ):
        return False
    if _FILE.match(rest):
        call.path(word, "script")
    return True


def _npm(call: Call) -> None:
    arguments = read_options(call.arguments, _NPM_OPTIONS, first_stops=False)
    folder = arguments.value(*_FOLDER_OPTIONS)
    filters = arguments.values("-w", "--workspace", "--filter", "-F")
    positional = arguments.positional
    recursive = arguments.has("-r", "--recursive", "-ws", "--workspaces", "--if-present")
    if call.program == "yarn" and positional[:1] and positional[0].value == "workspace" and len(positional) > 2:
        filters, positional = [positional[1]], positional[2:]
    if not positional:
        return
    verb = positional[0].value
    if verb in ("exec", "x", "dlx") and call.program != "npm":
        call.run(_behind(call, positional[0]), call.state)
        return
    name = _script_word(call.program, verb, positional)
    if name is None and (not filters or not _perhaps(call.program, verb)):
        return
    if name is not None and call.program == "bun" and _SOURCE.search(name.value):
        call.path(name, "script")
        return
    attrs: dict[str, object] = {"tool": call.program, "name": (name or positional[0]).value}
    if name is None:
        name, attrs["perhaps"] = positional[0], True
    if recursive:
        attrs["guarded"] = True
    if folder is not None:
        attrs["prefix"] = folder.value
    if filters:
        attrs["workspace"] = filters[0].value
    if not re.search(r"[*:]?\*|^/", name.value):
        call.refer(name, "script", **attrs)


# What `bun run` takes for a file, not for a script of package.json (https://bun.sh/docs/cli/run).
_SOURCE = re.compile(r"^\.{0,2}/|\.[cm]?[jt]sx?$")


def _script_word(tool: str, verb: str, positional: Sequence[Word]) -> Word | None:
    if verb in ("run", "run-script", "rum", "urn"):
        return positional[1] if len(positional) > 1 else None
    if verb in ("t", "tst"):
        return None
    if verb in _LIFECYCLE and not (tool == "bun" and verb == "test"):
        return positional[0]
    if tool in ("npm", "bun") or verb in _TOOL_VERBS or not re.fullmatch(r"[\w:.-]+", verb):
        return None
    return positional[0] if ":" in verb or verb in ("dev", "build", "lint", "start", "format", "typecheck") else None


def _perhaps(tool: str, verb: str) -> bool:
    """`pnpm --filter api NAME`: a script of the workspace, or else a program of one of its packages."""
    return tool in ("pnpm", "yarn") and verb not in _TOOL_VERBS and bool(re.fullmatch(r"[a-z][\w-]*", verb))


def _behind(call: Call, word: Word) -> list[Word]:
    """The words behind `word` in the call, without leading options."""
    rest = [w for w in call.words if w.lo > word.lo]
    while rest and rest[0].value.startswith("-"):
        rest = rest[1:]
    return rest


def _npx(call: Call) -> None:
    rest = list(call.arguments)
    while rest and rest[0].value.startswith("-"):
        rest = rest[2:] if rest[0].value in ("-p", "--package", "-c", "--call") else rest[1:]
    if rest and not rest[0].value.startswith("@"):  # a scoped package is no file
        call.run(rest, call.state)


def _make(call: Call) -> None:
    valued = {"-C", "--directory", "-f", "--file", "--makefile", "-I", "-o", "-W", "-j"}
    words = [w for w in call.arguments if not re.fullmatch(r"-j\d*|--jobs(=\d+)?", w.value)]
    arguments = read_options(words, valued - {"-j"})
    folder, file = arguments.value("-C", "--directory"), arguments.value("-f", "--file", "--makefile")
    if file is not None:
        call.path(file, "config")
    for word in arguments.positional:
        if "=" in word.value or not re.fullmatch(r"[\w./%-]*[A-Za-z_][\w./%-]*", word.value):
            continue
        call.refer(
            word,
            "script",
            tool="make",
            name=word.value,
            prefix=folder.value if folder else "",
            file=file.value if file else "",
        )


def _just(call: Call) -> None:
    arguments = read_options(
        call.arguments, {"-f", "--justfile", "-d", "--working-directory", "--set"}, first_stops=True
    )
    folder = arguments.value("-d", "--working-directory")
    file = arguments.value("-f", "--justfile")
    for word in arguments.positional[:1]:
        if re.fullmatch(r"[A-Za-z_][\w:-]*", word.value):
            call.refer(
                word,
                "script",
                tool="just",
                name=word.value,
                prefix=folder.value if folder else "",
                file=file.value if file else "",
            )


def _task(call: Call) -> None:
    arguments = read_options(call.arguments, {"-d", "--dir", "-t", "--taskfile", "-o", "--output", "-C"})
    folder, file = arguments.value("-d", "--dir"), arguments.value("-t", "--taskfile")
    for word in arguments.positional:
        if word.value == "--":
            break
        if re.fullmatch(r"[A-Za-z_][\w:.-]*", word.value):
            call.refer(
                word,
                "script",
                tool="task",
                name=word.value,
                prefix=folder.value if folder else "",
                file=file.value if file else "",
            )


def _python(call: Call) -> None:
    arguments = read_options(call.arguments, _PYTHON_VALUED, first_stops=True)
    module = arguments.value("-m")
    options = [w for w in call.arguments if module is not None and w.lo == module.lo]
    if module is not None and options:
        rest = [w for w in call.arguments if w.lo > module.lo]
        if not servers.server(call, module.value, rest) and re.fullmatch(r"[A-Za-z_][\w.]*", module.value):
            call.refer(module, "script", tool="python-module", name=module.value)
        if module.value in ("uvicorn", "gunicorn", "pytest", "coverage", "debugpy"):
            call.run([module, *rest], call.state)
        return
    if arguments.value("-c"):
        return
    for word in arguments.positional[:1]:
        if _FILE.match(word.value) and re.search(r"[./]", word.value):
            call.path(word, "script")
    if arguments.positional and arguments.positional[0].value.endswith("manage.py"):
        servers.server(call, "manage.py", arguments.positional[1:])


def _node(call: Call) -> None:
    words = call.arguments
    if call.program == "tsx" and words[:1] and words[0].value == "watch":
        words = words[1:]
    if call.program == "deno":
        words = words[1:] if words[:1] and words[0].value in ("run", "test", "serve") else []
    arguments = read_options(words, _NODE_VALUED, first_stops=True)
    if arguments.has("-e", "--eval", "-p", "--print"):
        return
    for word in arguments.values("--env-file"):
        call.path(word, "env-file")
    for word in arguments.positional[:1]:
        if _FILE.match(word.value) and re.search(r"[./]", word.value) and not word.value.startswith("npm:"):
            call.path(word, "script")


def _shell(call: Call) -> None:
    words = call.arguments
    for at, word in enumerate(words):
        if re.fullmatch(r"-\w*c\w*", word.value) and at + 1 < len(words):
            call.run_script(words[at + 1])
            call.taken.update(w.lo for w in words[at + 1 :])
            return
        if word.value.startswith("-") and word.value not in _SHELL_VALUED:
            continue
        break
    arguments = read_options(words, _SHELL_VALUED, first_stops=True)
    if arguments.has("-s"):
        return
    for word in arguments.positional[:1]:
        _, rest = call.state.base(word.value)
        if _FILE.match(rest):
            call.path(word, "script")


def _source(call: Call) -> None:
    for word in call.arguments[:1]:
        _, rest = call.state.base(word.value)
        name = rest.rpartition("/")[2]
        use = "env-file" if name.startswith(".env") or name.endswith(".env") else "script"
        if not re.search(r"(^|/)(activate|\.bashrc|\.profile|\.zshrc|nvm\.sh)$", rest):
            call.path(word, use)


def _eval(call: Call) -> None:
    if len(call.arguments) == 1 and not call.arguments[0].value.startswith("$"):
        call.run_script(call.arguments[0])


def _each(call: Call) -> None:
    """concurrently and the like: each argument is a command."""
    for word in read_options(
        call.arguments, {"-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-m"}
    ).positional:
        if " " in word.value:
            call.run_script(word)
        elif word.value.startswith(("npm:", "pnpm:", "yarn:", "bun:")) and "*" not in word.value:
            tool = word.value.partition(":")[0]
            name = word.part(len(tool) + 1)
            call.refer(name, "script", tool=tool, name=name.value)


def _pytest(call: Call) -> None:
    """pytest: the files and folders whose tests are run; not those of `--ignore`."""
    for word in read_options(call.arguments, _PYTEST_VALUED).positional:
        file, _, _ = word.value.partition("::")
        if _FILE.match(file) and ("/" in file or file.endswith(".py")):
            call.path(word.part(0, len(file)), "data")


def _powershell(call: Call) -> None:
    """`powershell -File X`, `pwsh X`."""
    arguments = read_options(call.arguments, _POWERSHELL_VALUED)
    files = arguments.values("-File") or ([] if arguments.has("-Command", "-c") else arguments.positional[:1])
    for word in files:
        if word.value.lower().endswith(".ps1"):
            call.path(word, "script")


def _machine(call: Call) -> None:
    """`fly ssh console -C "…"`, `heroku run …`: a command in an image of this repository."""
    command = read_options(call.arguments, _MACHINE_VALUED).value("-C", "--command")
    if command is not None and any(word.value == "ssh" for word in call.arguments):
        call.run_script(command, call.state.inside("container"))


def _run_all(call: Call) -> None:
    """npm-run-all, run-s, run-p: each argument is a script."""
    for word in read_options(call.arguments, set()).positional:
        if re.fullmatch(r"[\w:.-]+", word.value):
            call.refer(word, "script", tool="npm", name=word.value)


_READERS: dict[str, Callable[[Call], None]] = {
    "pytest": _pytest,
    "py.test": _pytest,
    "powershell": _powershell,
    "pwsh": _powershell,
    "fly": _machine,
    "flyctl": _machine,
    "npm": _npm,
    "yarn": _npm,
    "pnpm": _npm,
    "bun": _npm,
    "npx": _npx,
    "bunx": _npx,
    "pnpx": _npx,
    "make": _make,
    "gmake": _make,
    "just": _just,
    "task": _task,
    "go-task": _task,
    "node": _node,
    "nodejs": _node,
    "tsx": _node,
    "ts-node": _node,
    "ts-node-dev": _node,
    "nodemon": _node,
    "deno": _node,
    "source": _source,
    ".": _source,
    "eval": _eval,
    "concurrently": _each,
    "conc": _each,
    "npm-run-all": _run_all,
    "run-s": _run_all,
    "run-p": _run_all,
    "npm-run-all2": _run_all,
}
