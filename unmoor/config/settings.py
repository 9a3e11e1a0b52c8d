"""The settings, as one typed value. Keys are written in kebab-case in TOML; an unknown key is the user's error."""

from typing import Literal

from msgspec import Struct, field

Persona = Literal["regular", "pedantic", "auditor"]


class _Table(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class Override(_Table):
    """`[[overrides]]`: other severities, or silence, for some paths. A reason is asked for where a rule is turned off."""

    paths: list[str]
    severity: dict[str, Literal["error", "warning", "note", "off"]] = field(default_factory=dict)
    reason: str = ""
    expires: str = ""


class ServiceSettings(_Table):
    """`[services.NAME]`: what cannot be inferred of a service."""

    paths: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    runtime: str = ""


class RuntimeSettings(_Table):
    """`[[runtimes]]`: where the code under some paths runs: "browser", "server", "container:web", "ci", "test", …"""

    paths: list[str]
    runtime: str


class ResolverSettings(_Table):
    """`[resolver.typescript]`, `[resolver.python]`: the calls that codemods write. `functions`: per service name."""

    module: str = ""
    function: str = ""
    websocket: str = ""
    public: str = ""
    functions: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)


class Settings(_Table):
    """Everything that `.unmoor.toml` may hold. Paths are globs relative to the root."""

    select: list[str] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)
    extend_select: list[str] = field(default_factory=list)
    persona: Persona = "regular"
    fail_on: Literal["error", "warning", "note", "never"] = "error"
    min_confidence: Literal["low", "medium", "high"] = "low"
    severity: dict[str, Literal["error", "warning", "note", "off"]] = field(default_factory=dict)
    exclude: list[str] = field(default_factory=list)
    extend_exclude: list[str] = field(default_factory=list)
    own_domains: list[str] = field(default_factory=list)
    container_name_pattern: str = ""
    allow: list[str] = field(default_factory=list)
    deny: list[str] = field(default_factory=list)
    renames: dict[str, str] = field(default_factory=dict)
    env_ignore: list[str] = field(default_factory=list)
    baseline: str = ""
    rules: list[str] = field(default_factory=lambda: [".unmoor/rules"])
    templates: str = ".unmoor/templates"
    overrides: list[Override] = field(default_factory=list)
    services: dict[str, ServiceSettings] = field(default_factory=dict)
    runtimes: list[RuntimeSettings] = field(default_factory=list)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    resolver: dict[str, ResolverSettings] = field(default_factory=dict)
