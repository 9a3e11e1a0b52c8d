"""A variable that the bundler bakes in moves to the build: `build.args`, and `ARG` and `ENV` in the Dockerfile."""

import posixpath
import re

from tree_sitter import Node

from unmoor.codemods.compose_tree import Compose
from unmoor.codemods.request import Request
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span
from unmoor.text.edits import newline

_BUILD = re.compile(rb"(?im)^RUN\b[^\n]*\b(build|generate|export|bundle)\b")


def fix(request: Request) -> Fix | Refusal:
    """All the edits, or none. The run-time value goes: bundlers put the build's value in, on the server too."""
    finding = request.finding
    name = str(finding.attrs.get("name") or finding.value)
    compose = Compose(finding.path, request.source)
    service = compose.service_at(finding.span.start)
    build = compose.get(service, "build") if service is not None else None
    if service is None or build is None:
        return Refusal("the service is not built in this file")
    found = _entry(compose, service, name)
    if found is None:
        return Refusal("its value is not written on one line of a block")
    entry, value = found
    gone = _without(compose, service, entry)
    edits = _arguments(compose, build, name, value)
    docker = _dockerfile(request, name)
    if isinstance(docker, Refusal):
        return docker
    if not edits:
        return Refusal("its `build` is written in flow style")
    return Fix(f"give `{name}` to the build", request.applicability, (*edits, gone, *docker))


def _entry(compose: Compose, service: Node, name: str) -> tuple[Node, str] | None:
    """The variable's entry in `environment`, in either form, and its value as written."""
    environment = compose.get(service, "environment")
    items = compose.collection(environment) if environment is not None else None
    if environment is None or items is None or not items.type.startswith("block"):
        return None
    pair = compose.get(environment, name)
    if pair is not None:
        value = compose.scalar(pair)
        return (pair, value) if value is not None else None
    for item in items.named_children:
        match = re.fullmatch(rf"(?:-\s+)?([\"']?){name}=(.*?)\1\s*", compose.text(item))
        if match:
            return item, f"{match.group(1)}{match.group(2)}{match.group(1)}"
    return None


def _without(compose: Compose, service: Node, entry: Node) -> Edit:
    """The entry's line goes, and `environment:` with it where nothing else stands there."""
    environment = compose.get(service, "environment")
    items = compose.collection(environment) if environment is not None else None
    others = [one for one in items.named_children if one != entry] if items is not None else []
    first = entry if others or environment is None else environment
    start = compose.source.rfind(b"\n", 0, first.start_byte) + 1
    end = compose.end_of_line(entry)
    end += 2 if compose.source[end : end + 2] == b"\r\n" else 1 if compose.source[end : end + 1] == b"\n" else 0
    return Edit(compose.path, Span(start, end), "")


def _arguments(compose: Compose, build: Node, name: str, value: str) -> list[Edit]:
    context = compose.scalar(build)
    step, end = " " * compose.step(), newline(compose.source)
    indent = " " * compose.column(build)
    if context is not None:
        node = build.child_by_field_name("value")
        if node is None:
            return []
        start = build.child_by_field_name("key").end_byte + 1  # type: ignore[union-attr]
        text = f"{end}{indent}{step}context: {context}{end}{indent}{step}args:{end}{indent}{step}{step}{name}: {value}"
        return [Edit(compose.path, Span(start, node.end_byte), text)]
    arguments = compose.get(build, "args")
    if arguments is None:
        edit = compose.append(build, ["args:", f"{step}{name}: {value}"])
        return [edit] if edit else []
    items = compose.collection(arguments)
    if items is not None and items.type == "block_sequence":
        at = compose.end_of_line(items)
        plain = value.strip("\"'")
        line = f"{end}{' ' * compose.column(items.named_children[0])}- {name}={plain}"
        return [Edit(compose.path, Span(at, at), line)] if value == plain else []
    edit = compose.append(arguments, [f"{name}: {value}"])
    return [edit] if edit else []


def _dockerfile(request: Request, name: str) -> list[Edit] | Refusal:
    """`ARG` and `ENV` in front of the instruction that builds."""
    path = posixpath.normpath(str(request.finding.attrs.get("dockerfile") or ""))
    try:
        source = request.read(path)
    except (OSError, KeyError):
        return Refusal("its Dockerfile is not known")
    match = _BUILD.search(source)
    if match is None:
        return Refusal(f"no instruction of {path} is known to build")
    stage = source[source.upper().rfind(b"\nFROM ", 0, match.start()) + 1 : match.start()]
    if re.search(rb"(?m)^\s*ARG\s+" + name.encode() + rb"\b", stage):
        return []
    end = newline(source)
    return [Edit(path, Span(match.start(), match.start()), f"ARG {name}{end}ENV {name}=${name}{end}")]
