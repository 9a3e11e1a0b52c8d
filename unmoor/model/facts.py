"""Facts: what scanners read out of one file's bytes and path, and nothing else (so they can be cached by content).

A *declaration* defines a symbol, a *reference* names one (docs/design.md, "Facts"). Both carry exact byte spans of the
outer file, however deeply the text was embedded.
"""

from typing import Any, Literal

from msgspec import Struct, field

from unmoor.model.spans import Span

ReferenceKind = Literal[
    "url",  # scheme://host[:port]/path, also jdbc:, mongodb+srv:
    "host",  # a bare host or host:port
    "env",  # a read of an environment variable
    "path",  # a file or folder
    "container",  # a name given to docker exec/logs/…
    "service",  # a name given to docker compose exec/up/…
    "volume",
    "network",
    "script",  # an npm script, make target, just recipe, task, python module
    "route",  # a called relative route: /api/x
    "claim",  # an item of a checklist
]

Role = Literal[
    "request",
    "default",
    "dev-branch",
    "config",
    "proxy-target",
    "advertised",
    "cors-origin",
    "bind",
    "healthcheck",
    "dummy-base",
    "comparison",
    "display",
    "example",
    "comment",
    "type",
]

DeclarationKind = Literal[
    "env",  # NAME=value in a dotenv file, ENV/ARG, a workflow's env, an export
    "port",  # EXPOSE, listen(3011), --port 8000
    "route",  # a handler, a rewrite, a proxy location
    "script",  # an npm script, make target, just recipe, task
    "stage",  # a Dockerfile stage
    "instruction",  # any Dockerfile instruction, in order
    "constant",  # a named string constant of code
    "container",  # a name that a `docker run --name` makes
    "path",  # a file or folder that a command makes (mkdir, git clone, curl -o)
    "command",  # a process started in a script or document: compose up with its -f, uvicorn …
    "heading",
]


class Reference(Struct, frozen=True, array_like=True, gc=False):
    """A fact that names a symbol or an address.

    value: the decoded text. Substitutions stand as they are written (`${PORT}`).
    span: the bytes of the outer file that `value` was decoded from, without quotes.
    layers: how the value is written, outermost first ("yaml:double", "shell:word"); what a codemod must encode for.
    role/why: what the reference is for, and the reason in words.
    runtime: where it is evaluated if the text itself says so ("browser", "host", "container:web"), else "".
    scope: the enclosing symbol, YAML path or Dockerfile stage; a part of the fingerprint.
    cwd: the folder, relative to the root, that the text has changed to (`cd x`) before this point; None if unknown,
         "" for the root. Scanners start with the file's own base.
    attrs: what is particular to the kind; the keys are listed in docs/design.md, "Facts".
    """

    kind: ReferenceKind
    value: str
    span: Span
    role: Role
    language: str
    layers: tuple[str, ...] = ()
    why: str = ""
    runtime: str = ""
    scope: str = ""
    cwd: str | None = ""
    attrs: dict[str, Any] = field(default_factory=dict)


class Declaration(Struct, frozen=True, array_like=True, gc=False):
    """A fact that defines a symbol. `span` covers `value` if there is one, else `name`."""

    kind: DeclarationKind
    name: str
    value: str | None
    span: Span
    language: str
    layers: tuple[str, ...] = ()
    scope: str = ""
    attrs: dict[str, Any] = field(default_factory=dict)


class Node(Struct, frozen=True, array_like=True, gc=False):
    """A located value of a structured document (YAML, JSON, TOML).

    kind: "map", "seq", "str", "null", "bool", "int", "float". Scalars keep their decoded text in `text`.
    span: the bytes of the value itself (a scalar without its quotes). style: "plain", "single", "double", "literal",
    "folded", "flow", "block". items: of a map, (key, value) pairs in order with merge keys already spread (duplicates
    kept); of a seq, ("", value) pairs. tag: an explicit YAML tag such as "!reset". alias: the node stands behind `*x`.
    """

    kind: str
    text: str
    span: Span
    style: str = "plain"
    items: tuple[tuple["Node", "Node"], ...] = ()
    tag: str = ""
    alias: bool = False


class Problem(Struct, frozen=True, array_like=True, gc=False):
    """A region that was not understood. It is counted and shown, and stops nothing."""

    span: Span
    message: str


class Facts(Struct, array_like=True, gc=False):
    """All that a scanner read out of one file.

    documents: the located trees of a declaring file (compose, workflows, package.json, …), by document order.
    traits: facts about the file as a whole, e.g. {"directive": ["use client"], "imports": ["react", "express"]}.
    """

    references: list[Reference] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    documents: list[Node] = field(default_factory=list)
    traits: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: "Facts") -> None:
        """Take over the facts of an embedded text."""
        self.references += other.references
        self.declarations += other.declarations
        self.documents += other.documents
        self.problems += other.problems
        for name, values in other.traits.items():
            self.traits.setdefault(name, []).extend(values)
