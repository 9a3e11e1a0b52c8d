"""The resolver module and its tests, from a plan."""

import posixpath
import re
from pathlib import Path

from unmoor.generate import frameworks
from unmoor.generate.plan import Endpoint, Plan, camel, from_marker
from unmoor.generate.render import render


def module(plan: Plan, folder: Path | None = None) -> str:
    """The text of the module. folder: the user's templates."""
    if plan.style == "py":
        return render("resolver.py.j2", folder, **_python(plan))
    text = render("resolver.ts.j2", folder, **_values(plan))
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def tests(plan: Plan, folder: Path | None = None) -> tuple[str, str]:
    """(path, text) of the module's unit tests, for the project's own runner."""
    head, name = posixpath.split(plan.path)
    stem, suffix = posixpath.splitext(name)
    if plan.style == "py":
        dotted = plan.imported or re.sub(r"^(src/)?", "", posixpath.splitext(plan.path)[0]).replace("/", ".")
        text = render("resolver_test.py.j2", folder, **_python(plan), module=dotted)
        return posixpath.join(head, f"test_{name}"), text
    values = {**_values(plan), "stem": stem, "suffix": suffix if plan.runner in ("node", "mocha", "") else ""}
    text = render("resolver.test.ts.j2", folder, **values)
    ending = "spec" if plan.runner == "jasmine" else "test"
    return posixpath.join(head, f"{stem}.{ending}{suffix}"), re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def content(text: str, folder: Path | None = None) -> str:
    """What a created file holds: a plan's stand-in is rendered, anything else is itself."""
    plan = from_marker(text)
    return module(plan, folder) if plan is not None else text


def _python(plan: Plan) -> dict[str, object]:
    return {
        "endpoints": plan.endpoints,
        "files": _files(plan),
        "local": any(endpoint.development for endpoint in plan.endpoints),
        "switches": plan.switches or ("APP_ENV", "ENVIRONMENT"),
    }


def _values(plan: Plan) -> dict[str, object]:
    framework = frameworks.named(plan.framework)
    typed, guarded = plan.style == "ts", plan.framework == "browser"
    process = framework.reads == "process" or plan.framework in ("nuxt", "remix")
    return {
        "endpoints": plan.endpoints,
        "files": _files(plan),
        "local": any(endpoint.development for endpoint in plan.endpoints),
        "framework": framework.name,
        "reads": framework.reads,
        "split": framework.rendered,
        "prerendered": plan.framework in ("next", "sveltekit"),
        "typed": typed,
        "style": plan.style,
        "export": "" if plan.style == "cjs" else "export ",
        "guarded": guarded,
        "declare_process": typed and process and not plan.node_types,
        "runner": plan.runner or "node",
        "production": _production(plan.framework, framework.reads, guarded),
        "on_server": _ON_SERVER.get(plan.framework, "typeof window === 'undefined'"),
        "environments": _environments(plan.path),
        "variables": ", ".join(f"'{name}'" for one in plan.endpoints for name in _names(one)),
        "camel": camel,
        "read": lambda name: _read(name, framework.reads, guarded),
        "read_inside": lambda name: _inside(name, framework.reads, typed),
    }


_ON_SERVER = {"sveltekit": "!browser", "remix": "import.meta.env.SSR"}


def _names(endpoint: Endpoint) -> list[str]:
    return [name for name in (endpoint.internal_variable, endpoint.variable, endpoint.socket) if name]


def _environments(path: str) -> str:
    """Angular's `src/environments/environment`, as a module of `src` imports it."""
    inside = path.partition("src/")[2] or path
    return "../" * inside.count("/") + "environments/environment" if "/" in inside else "./environments/environment"


def _production(framework: str, reads: str, guarded: bool) -> str:
    if reads == "kit":
        return "!dev"
    if reads == "settings":
        return "settings.production"
    if reads == "meta" and framework != "nuxt":
        return "import.meta.env.PROD"
    return f"{_read('NODE_ENV', 'process', guarded)} === 'production'"


def _read(name: str, reads: str, guarded: bool) -> str:
    """A literal read, which bundlers put in; in a browser without a bundler it must not throw."""
    if reads == "meta":
        return f"import.meta.env.{name}"
    if reads == "kit":
        return f"env.{name}"
    if reads == "settings":
        return f"settings.{camel(name)}"
    return f"attempt(() => process.env.{name})" if guarded else f"process.env.{name}"


def _inside(name: str, reads: str, typed: bool) -> str:
    """A read on the server alone, when it runs."""
    if reads != "kit":
        return f"process.env.{name}"
    return f"onServerOnly.process?.env.{name}" if typed else f"globalThis.process?.env.{name}"


def _files(plan: Plan) -> list[str]:
    return sorted({endpoint.file for endpoint in plan.endpoints if endpoint.file})
