"""The lineage of a variable: where it is declared, interpolated, injected and read, by service and environment."""

import re
from typing import Any

from unmoor.generate.variables import of
from unmoor.link.env_index import EXAMPLE, Variables
from unmoor.link.env_reads import SECRET
from unmoor.link.places import file_kind, world_of
from unmoor.model.spans import Location
from unmoor.project import Project
from unmoor.text.addresses import redact

# The steps on a variable's way, in order.
STEPS = ("declared", "interpolated", "injected", "read")


def lineage(project: Project, names: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every variable of the project (or those named) with its steps. Each step: kind, path, line, service, value."""
    index = Variables(project)
    wanted = names or tuple(sorted({v.name for v in of(project)} | _configured(index)))
    return [_variable(index, name) for name in wanted]


def _configured(index: Variables) -> set[str]:
    """Names that an env file or compose gives, whoever reads them."""
    found = set()
    for name, entries in index.declared.items():
        if any(d.declaration.attrs.get("where") == "dotenv" and not world_of(d.path) for d in entries):
            found.add(name)
    return found | set(index.passed)


def _variable(index: Variables, name: str) -> dict[str, Any]:
    steps = [*_declared(index, name), *_interpolated(index, name), *_injected(index, name), *_read(index, name)]
    defaults = sorted({s["value"] for s in steps if s["step"] in ("interpolated", "read") and s.get("default")})
    return {
        "name": name,
        "steps": steps,
        "defaults": defaults,
        "disagree": len(defaults) > 1,
        "services": sorted({s["service"] for s in steps if s["service"]}),
    }


def _step(
    index: Variables, step: str, at: Location, name: str, value: str | None, service: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "step": step,
        "path": at.path,
        "line": index.project.lines(at.path).line(at.span.start),
        "service": service,
        "environment": environment_of(at.path),
        "value": shown(name, value),
        **more,
    }


def shown(name: str, value: str | None) -> str:
    """A value as it may be shown: secrets and credentials are masked."""
    if not value:
        return ""
    if SECRET.search(name) and not value.startswith("${"):
        return "***"
    return redact(value)


def environment_of(path: str) -> str:
    """production, staging, test, development, example or "", by the file's name."""
    name = path.rpartition("/")[2].lower()
    if EXAMPLE.search(path):
        return "example"
    for word, pattern in (
        ("production", "prod"),
        ("staging", "stag"),
        ("test", r"\btest|\bci\b|e2e"),
        ("development", "dev|local|override"),
    ):
        if re.search(pattern, name):
            return word
    return "ci" if file_kind(path) == "workflow" else ""


def _declared(index: Variables, name: str) -> list[dict[str, Any]]:
    found = []
    for path, declaration, kind in index.declared.get(name, ()):
        if declaration.attrs.get("where") == "compose" or (world_of(path) and not EXAMPLE.search(path)):
            continue
        commented = bool(declaration.attrs.get("commented"))
        at = Location(path, declaration.span)
        found.append(_step(index, "declared", at, name, declaration.value, kind=kind, commented=commented))
    return found


def _interpolated(index: Variables, name: str) -> list[dict[str, Any]]:
    found = []
    for path, reference in index.reads.get(name, ()):
        if reference.attrs.get("access") == "compose" and not world_of(path):
            default = reference.attrs.get("default")
            at, service = Location(path, reference.span), index.given_to(path, reference)
            found.append(_step(index, "interpolated", at, name, str(default or ""), service, default=bool(default)))
    return found


def _injected(index: Variables, name: str) -> list[dict[str, Any]]:
    found: dict[tuple[Location, str], dict[str, Any]] = {}
    for _, service, value in index.passed.get(name, ()):
        found.setdefault((value.at, service.name), _step(index, "injected", value.at, name, value.raw, service.name))
    for stack in index.project.topology.stacks:
        for service in stack.services.values():
            loaded = service.env_loaded.get(name)
            if loaded is not None and name not in service.environment:
                step = _step(index, "injected", loaded.at, name, loaded.raw, service.name, by="env_file")
                found.setdefault((loaded.at, service.name), step)
    return list(found.values())


def _read(index: Variables, name: str) -> list[dict[str, Any]]:
    found = []
    for path, reference in index.reads.get(name, ()):
        if reference.attrs.get("access") in ("compose", "doc") or world_of(path):
            continue
        runtimes = index.project.topology.runtimes(path, reference)
        services = sorted({runtime.service for runtime in runtimes if runtime.service}) or [""]
        default = reference.attrs.get("default")
        for service in services:
            at = Location(path, reference.span)
            found.append(_step(
                index, "read", at, name, default if isinstance(default, str) else "", service,
                default=isinstance(default, str) and bool(default), access=str(reference.attrs.get("access") or ""),
                runtime=next((runtime.kind for runtime in runtimes), ""),
                required=bool(reference.attrs.get("required")),
            ))  # fmt: skip
    return found


def _joined(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps at one place as one, for all their services."""
    found: dict[tuple[str, str, int, str], dict[str, Any]] = {}
    for step in steps:
        known = found.setdefault((step["step"], step["path"], step["line"], step["value"]), {**step, "service": ""})
        names = known["service"].split(", ") if known["service"] else []
        if step["service"] and step["service"] not in names:
            known["service"] = ", ".join([*names, step["service"]])
    return list(found.values())


def text(rows: list[dict[str, Any]]) -> str:
    """For people: one block a variable, one line a step."""
    out = []
    for row in rows:
        services = f"  ({', '.join(row['services'])})" if row["services"] else ""
        out.append(f"{row['name']}{services}")
        width = max((len(f"{s['path']}:{s['line']}") for s in row["steps"]), default=0)
        for step in _joined(row["steps"]):
            where = f"{step['path']}:{step['line']}"
            word = "default" if step.get("default") else "="
            value = f"  {word} {step['value']}" if step["value"] else ""
            notes = [n for n in (step["service"], step["environment"], "required" if step.get("required") else "",
                                 "commented" if step.get("commented") else "") if n]  # fmt: skip
            tail = f"  [{', '.join(notes)}]" if notes else ""
            out.append(f"  {step['step']:<12} {where:<{width}}{value}{tail}".rstrip())
        if not row["steps"]:
            out.append("  nothing sets, hands on or reads it")
        if row["disagree"]:
            out.append(f"  the defaults disagree: {', '.join(row['defaults'])}")
        out.append("")
    return "\n".join(out)
