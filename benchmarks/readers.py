"""Parsers that unmoor does not use, asked whether a changed file still reads."""

import ast
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Reader = Callable[[bytes], Any]


class _Loader(yaml.SafeLoader):
    """YAML with any tag."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


def _yaml(data: bytes) -> None:
    for _ in yaml.load_all(data, _Loader):
        pass


def _python(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(data, "<file>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)


def _bash(data: bytes) -> None:
    subprocess.run(["bash", "-n"], input=data, capture_output=True, check=True)


def _dockerfile(data: bytes) -> None:
    import dockerfile

    dockerfile.parse_string(data.decode())


def _toml(data: bytes) -> None:
    tomllib.loads(data.decode())


_SCRIPT = """
const ts = require(process.argv[1]), fs = require("fs");
const file = process.argv[2], text = fs.readFileSync(file, "utf8");
const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
if (source.parseDiagnostics.length) { console.error(source.parseDiagnostics[0].messageText); process.exit(1); }
"""


def _typescript(ending: str) -> Reader | None:
    """TypeScript's own parser, if node and a `typescript` (in $NODE_PATH or installed for all) can be found."""
    node = shutil.which("node")
    named = os.environ.get("NODE_PATH", "")
    roots = [*map(Path, filter(None, named.split(os.pathsep))), Path("/usr/lib/node_modules"),
             Path("/usr/local/lib/node_modules")]  # fmt: skip
    library = next((root / "typescript" for root in roots if (root / "typescript").is_dir()), None)
    if node is None or library is None:
        return None

    def read(data: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=ending) as file:
            file.write(data)
            file.flush()
            subprocess.run([node, "-e", _SCRIPT, str(library), file.name], capture_output=True, check=True)

    return read


def reader(path: str) -> Reader | None:
    """The parser of a path, or None."""
    name = path.rpartition("/")[2].lower()
    ending = "." + name.rpartition(".")[2]
    if name.startswith("dockerfile") or ending == ".dockerfile":
        return _dockerfile
    if ending in (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts"):
        return _typescript(ending)
    if ending in (".sh", ".bash") and not shutil.which("bash"):
        return None
    by_ending: dict[str, Reader] = {
        ".yml": _yaml, ".yaml": _yaml, ".py": _python, ".sh": _bash, ".bash": _bash, ".json": json.loads,
        ".toml": _toml,
    }  # fmt: skip
    return by_ending.get(ending)


def worse_elsewhere(path: str, before: bytes | None, after: bytes) -> str:
    """What a foreign parser says against a file that it took before, or ""."""
    read = reader(path)
    if read is None:
        return ""
    try:
        if before is not None:
            read(before)
    except Exception:
        return ""
    try:
        read(after)
    except subprocess.CalledProcessError as fault:
        return fault.stderr.decode("utf-8", "replace").strip()
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}"
    return ""
