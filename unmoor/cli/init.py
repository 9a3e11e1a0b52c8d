"""`unmoor init`: a commented configuration, written from what the repository holds."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmoor.cli.terminal import progress, say
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.project import Project
    from unmoor.topology.model import Service

_RESOLVER = re.compile(
    rb"export\s+(?:default\s+)?(?:async\s+)?(?:const|function)\s+(get\w*(?:Api|Base|Service|Backend)\w*Url)\b", re.I
)
_CANDIDATE = re.compile(r"(api|url|endpoint|config|env)[\w.-]*\.(ts|tsx|js|mjs)$", re.I)


@click.command()
@click.option("--force", is_flag=True, help="Overwrite the configuration that is there.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it instead of writing it.")
def init(force: bool, to_stdout: bool) -> None:
    """Write a commented .unmoor.toml from what is here: stacks, services, domains, container names, the resolver."""
    from unmoor.config.load import NAMES
    from unmoor.config.settings import Settings
    from unmoor.engine import load
    from unmoor.files.discovery import root_for

    root = root_for(Path.cwd())
    there = next((name for name in NAMES[:2] if (root / name).exists()), "")
    if there and not force and not to_stdout:
        raise UserError(f"{there} is already there", help="look at it, or overwrite it with --force")
    with progress("looking round"):
        text = compose(load(root, Settings()))
    if to_stdout:
        click.echo(text, nl=False)
        return
    (root / ".unmoor.toml").write_text(text, encoding="utf-8", newline="\n")
    say("wrote .unmoor.toml; everything in it is a comment until you take the # away")


def compose(project: "Project") -> str:
    """The text of the configuration."""
    parts = [
        "# Configuration of unmoor. Without it the defaults serve; `unmoor config` shows what is in force, and\n"
        "# `unmoor config schema` prints the schema of this file.\n",
        _rules(),
        _stacks(project),
        _domains(project),
        _names(project),
        _services(project),
        _resolver(project),
        _access(project),
    ]
    return "\n".join(part for part in parts if part)


def _rules() -> str:
    return (
        "# The lowest severity that fails a run: error, warning, note or never.\n"
        '# fail-on = "error"\n\n'
        "# Rules, families or ALL. `unmoor rules list` shows them.\n"
        '# ignore = ["docs"]\n'
        '# extend-select = ["unused-dockerfile"]\n\n'
        "# Files that are not scanned, besides ignored and vendored ones.\n"
        '# extend-exclude = ["legacy/**"]\n\n'
        "# A file of accepted findings: `unmoor baseline update` writes it.\n"
        '# baseline = ".unmoor-baseline.jsonl"\n\n'
        "# Severities for a rule everywhere, or for some paths; a rule that is turned off needs a reason.\n"
        '# severity = {dead-doc-path = "note"}\n'
        "# [[overrides]]\n"
        '# paths = ["scripts/local/**"]\n'
        '# severity = {hardcoded-url = "off"}\n'
        '# reason = "runs on a developer\'s machine only"\n'
    )


def _stacks(project: "Project") -> str:
    stacks = project.topology.stacks
    if not stacks:
        return "# No compose file was found. Files that run together, by a name of your choice:\n# [stacks]\n" + (
            '# production = ["docker-compose.yml", "docker-compose.prod.yml"]\n'
        )
    lines = ["# Stacks that were found: files that run together. Write down only what is wrong here.", "# [stacks]"]
    for stack in stacks:
        services = ", ".join(list(stack.services)[:8]) + (", …" if len(stack.services) > 8 else "")
        lines.append(f"# {_key(_slug(stack.name))} = {json.dumps(stack.files)}  # {services}")
    return "\n".join(lines) + "\n"


def _slug(name: str) -> str:
    return re.sub(r"\.ya?ml\b", "", name).strip("/") or "default"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _domains(project: "Project") -> str:
    found = sorted(project.topology.own_domains())
    seen = f" ({', '.join(found[:6])}{', …' if len(found) > 6 else ''})" if found else ""
    example = json.dumps(found[:6] or ["example.com"])
    head = f"# Domains that are yours, besides those that proxy rules and production settings name{seen}."
    return f"{head}\n# own-domains = {example}\n"


def _names(project: "Project") -> str:
    names = sorted(
        {
            service.container_name.text
            for stack in project.topology.stacks
            for service in stack.services.values()
            if service.container_name and service.container_name.text
        }
    )
    pattern = naming_pattern(names)
    seen = f" (found: {', '.join(names[:5])}{', …' if len(names) > 5 else ''})" if names else ""
    example = json.dumps(pattern or "^acme_[a-z]+$")
    return f"# What a container_name must look like{seen}.\n# container-name-pattern = {example}\n"


def naming_pattern(names: list[str]) -> str:
    """The pattern that most names share: a prefix and a separator; "" if they share none."""
    heads: dict[str, int] = {}
    for name in names:
        match = re.match(r"[A-Za-z0-9]+[-_]", name)
        if match:
            heads[match.group()] = heads.get(match.group(), 0) + 1
    best = max(heads, key=lambda head: heads[head], default="")
    if not best or heads[best] < 2 or heads[best] * 2 < len(names):
        return ""
    rest = "_" if best.endswith("_") else "-"
    return f"^{best}[a-z0-9{rest}]+$"


def _services(project: "Project") -> str:
    lines = ["# What cannot be inferred of a service: its code, the ports it listens at, where the code runs."]
    seen: set[str] = set()
    for stack in project.topology.stacks:
        for service in stack.services.values():
            if service.build and service.name not in seen:
                seen.add(service.name)
                lines += _service(service)
    if not seen:
        lines += ["# [services.backend]", '# paths = ["backend/**"]', "# ports = [3011]", '# runtime = "server"']
    return "\n".join(lines) + "\n"


def _service(service: "Service") -> list[str]:
    build = service.build
    folder = ((build.dockerfile_path or "").rpartition("/")[0] or build.context_path) if build else ""
    ports = sorted({listener.port for listener in service.listens})
    lines = [f"# [services.{_key(service.name)}]"]
    lines.append(f"# paths = {json.dumps([f'{folder}/**' if folder else '**'])}")
    return [*lines, f"# ports = {json.dumps(ports)}"] if ports else lines


def _resolver(project: "Project") -> str:
    module, function = _find_resolver(project)
    found = f" It seems to be `{function}` in {module}." if function else " `unmoor generate resolver` writes one."
    name = re.sub(r"\.(tsx?|m?js)$", "", module) if module else "@/lib/api-url"
    return (
        f"# The call that fixes write in place of an address.{found}\n# [resolver.typescript]\n"
        f"# module = {json.dumps(name)}\n# function = {json.dumps(function or 'getApiUrl')}\n"
    )


def _find_resolver(project: "Project") -> tuple[str, str]:
    """(file, function) of the first module that exports something like `getApiUrl`."""
    for path in [path for path in sorted(project.facts) if _CANDIDATE.search(path)][:300]:
        try:
            match = _RESOLVER.search(project.read(path))
        except OSError:
            continue
        if match:
            return path, match.group(1).decode()
    return "", ""


def _access(project: "Project") -> str:
    pairs = [
        f"{service.name} -> {dependency.name}"
        for stack in project.topology.stacks[:1]
        for service in stack.services.values()
        for dependency in service.depends
        if dependency.kind == "depends_on"
    ]
    example = json.dumps(pairs[:6] or ["frontend -> backend", "backend -> database"])
    head = "# Who may call whom. With `allow`, every other edge is denied; these are today's dependencies."
    return f"{head}\n# allow = {example}\n"
