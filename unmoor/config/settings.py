"""The settings, as one typed value. Keys are written in kebab-case in TOML; an unknown key is the user's error.

The descriptions are the manual: the JSON schema, `unmoor config` and `unmoor init` take their words from here.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Persona = Literal["regular", "pedantic", "auditor"]
Level = Literal["error", "warning", "note", "off"]
Globs = list[str]


class _Table(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    pass


class Override(_Table, frozen=True):
    """`[[overrides]]`: other severities, or silence, for some paths. Turning a rule off asks for a reason."""

    paths: Annotated[Globs, Meta(description="Globs, relative to the root, of the files this entry is about.")]
    severity: Annotated[dict[str, Level], Meta(description="Rule id or family → severity; `off` silences it.")] = field(
        default_factory=dict
    )
    reason: Annotated[str, Meta(description="Why; asked for where a rule is turned off.")] = ""
    expires: Annotated[str, Meta(description="A date, YYYY-MM-DD, from which the entry no longer counts.")] = ""


class ServiceSettings(_Table, frozen=True):
    """`[services.NAME]`: what cannot be inferred of a service."""

    paths: Annotated[Globs, Meta(description="Globs of the code that the service runs.")] = field(default_factory=list)
    ports: Annotated[list[int], Meta(description="Ports that it listens at.")] = field(default_factory=list)
    runtime: Annotated[str, Meta(description="Where its code runs: `browser`, `server`, `universal`, …")] = ""


class RuntimeSettings(_Table, frozen=True):
    """`[[runtimes]]`: where the code under some paths runs: "browser", "server", "container:web", "ci", "test", …"""

    paths: Annotated[Globs, Meta(description="Globs of the files.")]
    runtime: Annotated[str, Meta(description="Where they are evaluated.")]


class ResolverSettings(_Table, frozen=True):
    """`[resolver.typescript]`, `[resolver.python]`: the calls that codemods write. `functions`: per service name."""

    module: Annotated[str, Meta(description="The module to import from: `@/lib/api-url`.")] = ""
    function: Annotated[str, Meta(description="The call for a path of a service: `getApiUrl`.")] = ""
    websocket: Annotated[str, Meta(description="The call for WebSocket URLs: `getWsUrl`.")] = ""
    public: Annotated[str, Meta(description="The call whose result a browser may see.")] = ""
    functions: Annotated[dict[str, str], Meta(description="Service name → call, where it is not `function`.")] = field(
        default_factory=dict
    )
    env: Annotated[dict[str, str], Meta(description="Service name → variable that the resolver reads.")] = field(
        default_factory=dict
    )


class Settings(_Table, frozen=True):
    """Everything that `.unmoor.toml` may hold. Paths are globs relative to the root."""

    extend: Annotated[
        str, Meta(description="Another configuration file whose values stand where this one is silent.")
    ] = ""
    select: Annotated[list[str], Meta(description="Rules, families or ALL to run; empty for the persona's own.")] = (
        field(default_factory=list)
    )
    ignore: Annotated[list[str], Meta(description="Rules or families to leave out.")] = field(default_factory=list)
    extend_select: Annotated[list[str], Meta(description="Rules or families to run besides `select`.")] = field(
        default_factory=list
    )
    persona: Annotated[Persona, Meta(description="How much to show: `pedantic` and `auditor` show more.")] = "regular"
    fail_on: Annotated[
        Literal["error", "warning", "note", "never"],
        Meta(description="The lowest severity that ends with exit code 1."),
    ] = "error"
    min_confidence: Annotated[
        Literal["low", "medium", "high"], Meta(description="Findings of lower confidence are not reported.")
    ] = "low"
    severity: Annotated[dict[str, Level], Meta(description="Rule id or family → severity; `off` silences it.")] = field(
        default_factory=dict
    )
    exclude: Annotated[Globs, Meta(description="Files that are not scanned, in place of the built-in list.")] = field(
        default_factory=list
    )
    extend_exclude: Annotated[Globs, Meta(description="Files that are not scanned, besides `exclude`.")] = field(
        default_factory=list
    )
    own_domains: Annotated[
        list[str], Meta(description="Domains that are yours, besides those found in proxy rules.")
    ] = field(default_factory=list)
    container_name_pattern: Annotated[str, Meta(description="Regular expression that container names must match.")] = ""
    allow: Annotated[
        list[str], Meta(description='Access matrix: "frontend -> backend". With it every other edge is denied.')
    ] = field(default_factory=list)
    deny: Annotated[list[str], Meta(description='Denied edges: "frontend -> database".')] = field(default_factory=list)
    renames: Annotated[dict[str, str], Meta(description="Old name → new name of containers and services.")] = field(
        default_factory=dict
    )
    env_ignore: Annotated[list[str], Meta(description="Variables (globs) that the env rules leave alone.")] = field(
        default_factory=list
    )
    baseline: Annotated[str, Meta(description="File of accepted findings.")] = ""
    rules: Annotated[list[str], Meta(description="Folders with rules of your own.")] = field(
        default_factory=lambda: [".unmoor/rules"]
    )
    templates: Annotated[str, Meta(description="Folder with templates of your own for `unmoor generate`.")] = (
        ".unmoor/templates"
    )
    overrides: Annotated[list[Override], Meta(description="Severities for some paths.")] = field(default_factory=list)
    services: Annotated[dict[str, ServiceSettings], Meta(description="What cannot be inferred of services.")] = field(
        default_factory=dict
    )
    runtimes: Annotated[list[RuntimeSettings], Meta(description="Where code runs, if it cannot be inferred.")] = field(
        default_factory=list
    )
    stacks: Annotated[dict[str, list[str]], Meta(description="Stack name → the compose files that run together.")] = (
        field(default_factory=dict)
    )
    resolver: Annotated[
        dict[str, ResolverSettings], Meta(description="The calls that codemods write, by language.")
    ] = field(default_factory=dict)
