"""A role in the making, and what fallbacks and environment switches do to it."""

import re
from typing import Any

from msgspec import Struct, field
from tree_sitter import Node

from unmoor.model.facts import Role
from unmoor.scanners.ecmascript.source import Source, unwrap

_ENV = re.compile(r"(?:process\.env|import\.meta\.env|Bun\.env|\benv|\benvironment)(?:\?)?(?:\.|\[['\"])([A-Za-z_]\w*)")
_WRAPPED = re.compile(r"\(\s*['\"`]([A-Z][A-Z0-9_]{2,})['\"`]")


class Context(Struct):
    """A role in the making. decided: nothing further out changes it but an environment switch."""

    role: Role = "config"
    why: str = ""
    position: str = ""
    runtime: str = ""
    attrs: dict[str, Any] = field(default_factory=dict)
    decided: bool = False
    skip: bool = False
    called: bool = False  # what is declared further out is the result of a call
    keys: list[str] = field(default_factory=list)  # the object keys above, innermost first

    def settle(self, role: Role, why: str, position: str = "") -> None:
        """Take a role, if none is decided yet; what a fallback is used for further out is its purpose."""
        self.place(position)
        if not self.decided:
            self.role, self.why, self.decided = role, why, True
        elif self.role == "default" and role != "default":
            self.attrs.setdefault("purpose", role)

    def place(self, position: str) -> None:
        """The first position met counts."""
        if position and not self.position:
            self.position = position


def take_branch(context: Context, branch: str, why: str) -> None:
    """Note which side of an environment switch a value is on; the development side is a role of its own."""
    if not branch or "branch" in context.attrs:
        return
    context.attrs["branch"] = branch
    if branch == "development" and context.role not in (
        "comparison",
        "display",
        "type",
        "dummy-base",
        "bind",
        "cors-origin",
    ):
        context.role, context.why, context.decided = "dev-branch", why, True


def take_default(source: Source, left: Node, context: Context, why: str) -> None:
    """A fallback of what `left` reads; the variable is named where it can be seen."""
    name = env_name(source, left)
    if name:
        context.attrs.setdefault("env", name)
        context.attrs.setdefault("env_direct", True)
    else:
        context.attrs.setdefault("fallback_of", source.name(left)[:80])
    context.settle("default", f"{why}: the fallback of {name or 'a configured value'}")


def env_name(source: Source, node: Node | None, depth: int = 0) -> str:
    """The environment variable that an expression reads, "" if none is seen."""
    text = source.name(node)[:400]
    match = _ENV.search(text) or _WRAPPED.search(text)
    if match:
        return match.group(1)
    inner = unwrap(node)
    if inner is not None and inner.type == "identifier" and depth < 3:
        name = source.name(inner)
        value = source.values.get(name)
        if value is not None and value.end_byte - value.start_byte < 400:
            return env_name(source, value, depth + 1)
        return source_env(source).get(name, "")
    if inner is not None and inner.type == "binary_expression" and depth < 3:  # `raw && raw.length > 0`
        return env_name(source, inner.child_by_field_name("left"), depth + 1)
    return ""


def source_env(source: Source) -> dict[str, str]:
    """Local name → variable, of `const { X: x } = process.env`."""
    cached: dict[str, str] | None = source.__dict__.get("_destructured")
    if cached is None:
        cached = {}
        pattern = re.compile(rb"\{([^{}]*)\}\s*=\s*(?:process\.env|import\.meta\.env)\b")
        for match in pattern.finditer(source.text) if b".env" in source.text else ():
            for part in match.group(1).decode("utf-8", "replace").split(","):
                name, _, local = part.partition("=")[0].strip().partition(":")
                cached[(local or name).strip()] = name.strip()
        source.__dict__["_destructured"] = cached
    return cached
