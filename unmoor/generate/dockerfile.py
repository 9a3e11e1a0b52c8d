"""A Dockerfile to begin with, by what the folder holds."""

import json
from collections.abc import Callable
from pathlib import Path

from unmoor.generate.render import render

Has = Callable[[str], bool]
Read = Callable[[str], bytes]


def scaffold(context: str, has: Has, read: Read, folder: Path | None = None, port: int | None = None) -> str:
    """A Dockerfile for the code in `context` (relative to the root, "" for it). folder: the user's templates."""

    def there(name: str) -> bool:
        return has(f"{context}/{name}" if context else name)

    kind = "node" if there("package.json") else "go" if there("go.mod") else "python" if _python(there) else "plain"
    scripts: dict[str, str] = {}
    if kind == "node":
        try:
            scripts = json.loads(read(f"{context}/package.json" if context else "package.json")).get("scripts") or {}
        except (OSError, ValueError, KeyError, AttributeError):
            scripts = {}
    manager = next((m for m, f in (("pnpm", "pnpm-lock.yaml"), ("yarn", "yarn.lock")) if there(f)), "npm")
    locked = there({"npm": "package-lock.json", "yarn": "yarn.lock", "pnpm": "pnpm-lock.yaml"}[manager])
    return render(
        "Dockerfile.j2",
        folder,
        kind=kind,
        manager=manager,
        locked=locked,
        scripts=scripts,
        requirements=there("requirements.txt"),
        module="main" if there("main.py") else "app",
        port=port,
    )


def _python(there: Has) -> bool:
    return any(there(name) for name in ("pyproject.toml", "requirements.txt", "setup.py"))
