"""The resolver module and its tests, from a plan."""

import posixpath
import re
from pathlib import Path

from unmoor.generate.plan import Plan, from_marker
from unmoor.generate.render import render


def module(plan: Plan, folder: Path | None = None) -> str:
    """The text of the module. folder: the user's templates."""
    if plan.style == "py":
        local = any(endpoint.development for endpoint in plan.endpoints)
        return render("resolver.py.j2", folder, endpoints=plan.endpoints, files=_files(plan), local=local)
    text = render("resolver.ts.j2", folder, **_values(plan))
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def tests(plan: Plan, folder: Path | None = None) -> tuple[str, str]:
    """(path, text) of the module's unit tests, for the project's own runner."""
    head, name = posixpath.split(plan.path)
    stem, suffix = posixpath.splitext(name)
    if plan.style == "py":
        dotted = re.sub(r"^(src/)?", "", posixpath.splitext(plan.path)[0]).replace("/", ".")
        text = render("resolver_test.py.j2", folder, endpoints=plan.endpoints, module=dotted)
        return posixpath.join(head, f"test_{name}"), text
    values = {**_values(plan), "stem": stem, "suffix": suffix if plan.runner == "node" else ""}
    text = render("resolver.test.ts.j2", folder, **values)
    return posixpath.join(head, f"{stem}.test{suffix}"), re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def content(text: str, folder: Path | None = None) -> str:
    """What a created file holds: a plan's stand-in is rendered, anything else is itself."""
    plan = from_marker(text)
    return module(plan, folder) if plan is not None else text


def _values(plan: Plan) -> dict[str, object]:
    guarded = plan.framework == "browser"
    vite = plan.framework in ("vite", "astro")

    def read(name: str) -> str:
        if vite or (plan.framework == "nuxt" and name.startswith("VITE_")):
            return f"import.meta.env.{name}"
        return f"attempt(() => process.env.{name})" if guarded else f"process.env.{name}"

    return {
        "endpoints": plan.endpoints,
        "files": _files(plan),
        "local": any(endpoint.development for endpoint in plan.endpoints),
        "typed": plan.style == "ts",
        "style": plan.style,
        "export": "" if plan.style == "cjs" else "export ",
        "vite": vite,
        "vite_types": plan.framework == "vite",
        "guarded": guarded,
        "split": plan.framework in ("next", "nuxt"),
        "prerendered": plan.framework == "next",
        "declare_process": plan.style == "ts" and not vite and not plan.node_types,
        "runner": plan.runner or "node",
        "read": read,
    }


def _files(plan: Plan) -> list[str]:
    return sorted({endpoint.file for endpoint in plan.endpoints if endpoint.file})
