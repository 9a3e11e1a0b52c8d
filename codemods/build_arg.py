"""A variable that the bundler bakes in moves to the build: `build.args`, and `ARG` and `ENV` in the Dockerfile."""

import posixpath
import re

from tree_sitter import Node

from unmoor.codemods.compose_tree import Compose, Entry, decoded, entry, nested, scalar
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_RUN = re.compile(rb"(?im)^[ \t]*RUN\b")
_BUILD = re.compile(
    rb"\b(?:npm|npx|yarn|pnpm|bunx?|next|vite|nuxi?t?|ng|vue-cli-service|react-scripts|gatsby|astro|remix|turbo|nx|expo|craco"
    rb"|make|quasar|svelte-kit|webpack|rollup|parcel)\b[^;&|\n]*?(?<![\w./-])(?:build|generate|export|bundle)(?![\w/-])"
    rb"|\bwebpack\b|(?<![\w-])build\.sh\b"
)

# What it rewrites beside the line of its finding.
ELSEWHERE = "`build: FOLDER`, which becomes a mapping"


def fix(request: Request) -> Fix | Refusal:
    """All the edits, or none. The run-time value goes: bundlers put the build's value in, on the server too.

    It stays where other code reads what the rewrites of Next.js begin with.
    """
    finding = request.finding
    name = str(finding.attrs.get("name") or finding.value)
    compose = Compose(finding.path, request.source)
    service = compose.service_at(finding.span.start)
    build = compose.get(service, "build") if service is not None else None
    if service is None or build is None:
        return Refusal("the service is not built in this file")
    found = _entry(compose, service, name)
    if found is None:
        return Refusal("its value is not written on one line here")
    node, value = found
    comment = re.match(rb"[ \t]+#[^\r\n]*", request.source[node.end_byte :])
    edits = _arguments(compose, build, entry(name, value, comment.group().decode() if comment else ""), name, value)
    docker = _dockerfile(request, name)
    if isinstance(docker, Refusal):
        return docker
    if not edits:
        return Refusal("its `build` is written elsewhere")
    left = [] if finding.attrs.get("kept") else compose.without(node)
    return Fix(f"give `{name}` to the build", request.applicability, (*edits, *left, *docker))


def _entry(compose: Compose, service: Node, name: str) -> tuple[Node, str] | None:
    """The variable's entry in `environment`, in any of its forms, and its value as written for a mapping."""
    environment = compose.get(service, "environment")
    items = compose.collection(environment) if environment is not None else None
    if environment is None or items is None:
        return None
    pair = compose.get(environment, name)
    if pair is not None:
        value = compose.scalar(pair)
        return (pair, value) if value is not None else None
    for item in items.named_children:
        written = re.sub(r"^-\s+", "", compose.text(item)).rstrip()
        text = decoded(written) if "\n" not in written and item.type != "comment" else None
        if text is not None and text.startswith(f"{name}="):
            return item, scalar(text.removeprefix(f"{name}="))
    return None


def _arguments(compose: Compose, build: Node, written: Entry, name: str, value: str) -> list[Edit]:
    """The edits that put the value into `args`, in the form that is there."""
    arguments = compose.get(build, "args")
    if arguments is None:
        return compose.spread(build, "context", [nested("args", [written], " " * compose.step())])
    items = compose.collection(arguments)
    if items is None or items.type.endswith("mapping"):
        edit = compose.append(arguments, [written])
        return [edit] if edit else []
    text = decoded(value)
    if text is None:
        return []
    item = scalar(f"{name}={text}")
    if items.type == "flow_sequence":
        return [compose.into_flow(items, item)]
    return [compose.below(items, [f"{' ' * compose.column(items.named_children[0])}- {item}"])]


def _dockerfile(request: Request, name: str) -> list[Edit] | Refusal:
    """`ARG` and `ENV` in front of the instruction that builds."""
    path = posixpath.normpath(str(request.finding.attrs.get("dockerfile") or ""))
    try:
        source = request.read(path)
    except (OSError, KeyError):
        return Refusal("its Dockerfile is not known")
    at = next((m.start() for m in _RUN.finditer(source) if _BUILD.search(_instruction(source, m.start()))), None)
    if at is None:
        return Refusal(f"no instruction of {path} is known to build")
    stage = source[source.upper().rfind(b"\nFROM ", 0, at) + 1 : at]
    if re.search(rb"(?m)^\s*ARG\s+" + name.encode() + rb"\b", stage):
        return []
    end = newline(source)
    return [Edit(path, Span(at, at), f"ARG {name}{end}ENV {name}=${name}{end}")]


def _instruction(source: bytes, at: int) -> bytes:
    """An instruction with the lines that continue it and its here-document, as one line of text without comments."""
    lines = source[at:].splitlines()
    document = re.search(rb"<<-?[\"']?(\w+)", lines[0])
    if document:
        ends = [number for number, line in enumerate(lines) if line.strip() == document.group(1)]
        return b";".join(lines[: ends[0]] if ends else lines)
    found: list[bytes] = []
    for line in lines:
        if found and (not line.strip() or line.lstrip().startswith(b"#")):
            continue
        found.append(line.rstrip().rstrip(b"\\"))
        if not line.rstrip().endswith(b"\\"):
            break
    return b" ".join(found)
