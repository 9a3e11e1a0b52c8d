"""Files that options of any program name: `--config jest.e2e.json`, `tsc -p tsconfig.build.json`."""

import re

from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.options import read_options

_OPTIONS = {"--config", "--config-file", "--tsconfig"}
_PROJECT = {"-p", "--project", "-b", "--build"}
_COMPILERS = {"tsc", "vue-tsc", "tsc-alias", "tspc", "tsc-watch"}
_FILE = re.compile(r"^(?:\.{1,2}/)*[\w@-][\w.@-]*(?:/[\w.@-]+)*\.(?:[cm]?[jt]s|jsonc?|ya?ml|toml)$")
# What comes behind these is read by another program, elsewhere.
_CARRIERS = {"docker", "podman", "nerdctl", "docker-compose", "podman-compose", "ssh", "kubectl", "curl"}


def given(call: Call) -> None:
    """The files that the program reads its configuration from."""
    if call.program in _CARRIERS or call.role in ("display", "comparison"):
        return
    wanted = _OPTIONS | _PROJECT if call.program in _COMPILERS else _OPTIONS
    for option in read_options(call.arguments, wanted).options:
        word = option.value
        if option.name in wanted and word is not None and word.lo not in call.taken and _FILE.match(word.value):
            call.path(word, "config")
