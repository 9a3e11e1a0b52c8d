"""A Dockerfile to begin with, by what the folder holds."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unmoor.generate import frameworks
from unmoor.generate.render import render

Has = Callable[[str], bool]
Read = Callable[[str], bytes]
_LOCKS = (("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock"), ("npm", "package-lock.json"))
_MODULES = ("app.main", "src.main", "main", "app", "app.app")


def scaffold(
    context: str, has: Has, read: Read, folder: Path | None = None, port: int | None = None, baked: tuple[str, ...] = ()
) -> str:
    """A Dockerfile for the code in `context` (relative to the root, "" for it).

    folder: the user's templates. baked: variables that the bundler puts in at build.
    """

    def there(name: str) -> bool:
        return has(f"{context}/{name}" if context else name)

    def text(name: str) -> str:
        try:
            return read(f"{context}/{name}" if context else name).decode("utf-8", "replace") if there(name) else ""
        except (OSError, KeyError):
            return ""

    kind = "node" if there("package.json") else "go" if there("go.mod") else "python" if _python(there) else "plain"
    values: dict[str, Any] = {"kind": kind, "port": port, "baked": baked}
    values |= dict.fromkeys(("manager", "lock", "build", "output", "command", "requirements", "uv"), "")
    values |= _node(there, text, baked) if kind == "node" else _served(there, text) if kind == "python" else {}
    return render("Dockerfile.j2", folder, **values)


def _python(there: Has) -> bool:
    return any(there(name) for name in ("pyproject.toml", "requirements.txt", "setup.py"))


def _node(there: Has, text: Callable[[str], str], baked: tuple[str, ...]) -> dict[str, object]:
    """manager, lock: what installs. build: whether there is a script. output: a folder of files for any server."""
    try:
        manifest = json.loads(text("package.json"))
    except ValueError:
        manifest = {}
    manifest = manifest if isinstance(manifest, dict) else {}
    scripts = manifest.get("scripts") or {}
    names = {name for key in ("dependencies", "devDependencies") for name in manifest.get(key) or {}}
    manager, lock = next(((m, name) for m, name in _LOCKS if there(name)), ("npm", ""))
    framework = frameworks.of(names)
    static = {"vite": "dist", "vue-cli": "dist", "cra": "build", "gatsby": "public"}.get(framework.name, "")
    put_in = tuple(name for name in baked if framework.prefix and name.startswith(framework.prefix))
    command = [manager, "start"] if "start" in scripts else ["node", str(manifest.get("main") or "index.js")]
    built = {"build": "build" in scripts, "output": static, "command": json.dumps(command)}
    return {"manager": manager, "lock": lock, "baked": put_in, **built}


def _served(there: Has, text: Callable[[str], str]) -> dict[str, object]:
    """How a Python project is installed and started, by what it depends on."""
    needs = " ".join(text(name) for name in ("pyproject.toml", "requirements.txt", "setup.py")).lower()
    module = next((name for name in _MODULES if there(name.replace(".", "/") + ".py")), "")
    if re.search(r"fastapi|starlette|uvicorn", needs):
        command = ["uvicorn", f"{module or 'main'}:app", "--host", "0.0.0.0", "--port", "{port}"]
    elif there("manage.py"):
        command = ["python", "manage.py", "runserver", "0.0.0.0:{port}"]
    elif "flask" in needs:
        command = ["flask", "--app", module or "app", "run", "--host", "0.0.0.0", "--port", "{port}"]
    else:
        command = ["python", "-m", module or "app"]
    return {"requirements": there("requirements.txt"), "uv": there("uv.lock"), "command": json.dumps(command)}
