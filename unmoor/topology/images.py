"""Dockerfiles as stages, made of the scanner's `stage` and `instruction` declarations."""

import re

from unmoor.model.facts import Declaration
from unmoor.model.spans import Location
from unmoor.project import Project
from unmoor.topology.interpolate import interpolate
from unmoor.topology.model import Dockerfile, Healthcheck, Service, Stage, Value
from unmoor.topology.words import script

_INSTALLERS = {
    "apt-get": ("install",), "apt": ("install",), "apk": ("add",), "yum": ("install",), "dnf": ("install",),
    "microdnf": ("install",), "zypper": ("install",), "tdnf": ("install",), "pip": ("install",), "pip3": ("install",),
    "npm": ("install", "i"), "yarn": ("global",), "pacman": ("-S", "-Sy", "-Syu"),
}  # fmt: skip


def dockerfiles(project: Project) -> dict[str, Dockerfile]:
    """Every Dockerfile of the repository."""
    found: dict[str, Dockerfile] = {}
    for path, declaration in project.declarations("stage", "instruction"):
        dockerfile = found.setdefault(path, Dockerfile(path))
        if declaration.kind == "stage":
            _stage(dockerfile, declaration)
        elif not declaration.attrs.get("onbuild"):
            _instruction(dockerfile, declaration)
    return {path: dockerfile for path, dockerfile in found.items() if dockerfile.stages}


def _stage(dockerfile: Dockerfile, given: Declaration) -> None:
    base = interpolate(given.value or "", dockerfile.args.get).text
    stage = Stage(given.name, base, Location(dockerfile.path, given.span))
    parent = find_stage(dockerfile, base)
    if parent is not None:
        stage.workdir, stage.user = parent.workdir, parent.user
    dockerfile.stages.append(stage)


def find_stage(dockerfile: Dockerfile, name: str) -> Stage | None:
    """The stage of a name (any case) or number."""
    for number, stage in enumerate(dockerfile.stages):
        if (stage.name and stage.name.lower() == name.lower()) or name == str(number):
            return stage
    return None


def _instruction(dockerfile: Dockerfile, given: Declaration) -> None:
    at = Location(dockerfile.path, given.span)
    args = [str(one) for one in given.attrs.get("args") or []]
    if not dockerfile.stages:
        if given.name == "ARG":
            for name, default in _pairs(args):
                dockerfile.args[name] = default
        return
    stage = dockerfile.stages[-1]
    if given.name in ("ENV", "ARG"):
        _variables(stage, given.name, args, at)
    elif given.name in ("COPY", "ADD"):
        sources = [str(one) for one in given.attrs.get("sources") or []]
        copy = {"from": str(given.attrs.get("from") or ""), "sources": sources, "at": at}
        stage.copies.append({**copy, "dest": str(given.attrs.get("dest") or ""), "workdir": stage.workdir})
    elif given.name == "EXPOSE":
        stage.exposes += [(port, at) for word in args for port in _ports(word, stage)]
    elif given.name == "WORKDIR":
        stage.workdir = _join(stage.workdir, str(given.attrs.get("value") or ""))
    elif given.name == "USER":
        stage.user = str(given.attrs.get("value") or "")
    elif given.name in ("CMD", "ENTRYPOINT"):
        _started(stage, given, args, at)
    elif given.name == "HEALTHCHECK":
        stage.healthcheck = _healthcheck(given, at)
    elif given.name == "RUN":
        stage.installs |= installed(given.value or "")


def _pairs(args: list[str]) -> list[tuple[str, str]]:
    if len(args) > 1 and "=" not in args[0]:
        return [(args[0], " ".join(args[1:]))]
    return [(name, value) for name, _, value in (word.partition("=") for word in args)]


def _variables(stage: Stage, name: str, args: list[str], at: Location) -> None:
    known = {key: value.text for key, value in [*stage.args.items(), *stage.env.items()]}
    for key, raw in _pairs(args):
        result = interpolate(raw, known.get)
        value = Value(result.text if result.known else None, raw, at)
        (stage.env if name == "ENV" else stage.args)[key] = value


def _ports(word: str, stage: Stage) -> list[int]:
    known = {key: value.text for key, value in [*stage.args.items(), *stage.env.items()]}
    text = interpolate(word, known.get).text.partition("/")[0]
    match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
    if not match:
        return []
    low = int(match.group(1))
    high = int(match.group(2) or low)
    return list(range(low, min(high, low + 256, 65535) + 1))


def _started(stage: Stage, given: Declaration, args: list[str], at: Location) -> None:
    words = args if given.attrs.get("exec") else ["/bin/sh", "-c", given.value or ""]
    values = [Value(word, word, at) for word in words]
    if given.name == "CMD":
        stage.command = values
    else:
        stage.entrypoint, stage.command = values, []


def _healthcheck(given: Declaration, at: Location) -> Healthcheck:
    test = [str(one) for one in given.attrs.get("test") or []]
    head = test[0] if test else ""
    words = [Value(word, word, at) for word in test[1:]]
    return Healthcheck(at, words, head == "CMD-SHELL", head == "NONE")


def installed(text: str) -> set[str]:
    """The packages that the commands of a RUN line install."""
    found: set[str] = set()
    for words in script(text):
        name = words[0].rpartition("/")[2] if words else ""
        verbs = _INSTALLERS.get(name, ())
        for at, word in enumerate(words):
            if word in verbs:
                found.update(one.partition("=")[0] for one in words[at + 1 :] if not one.startswith("-"))
                break
    return found


def _join(folder: str, path: str) -> str:
    return path if path.startswith("/") or not folder else f"{folder.rstrip('/')}/{path}"


def final_stages(dockerfile: Dockerfile | None, service: Service) -> list[Stage]:
    """The stage that a service runs (its `target`, else the last) and those it builds on, the outermost first."""
    if dockerfile is None or not dockerfile.stages:
        return []
    target = service.build.target if service.build is not None else None
    stage = find_stage(dockerfile, target.text) if target is not None and target.text else None
    return stages_below(dockerfile, stage or dockerfile.stages[-1])


def stages_below(dockerfile: Dockerfile, stage: Stage) -> list[Stage]:
    """A stage and the stages it is built FROM, in this order."""
    chain = [stage]
    while True:
        earlier = dockerfile.stages[: dockerfile.stages.index(chain[-1])]
        base = next((one for one in earlier if one.name and one.name.lower() == chain[-1].base.lower()), None)
        if base is None:
            return chain
        chain.append(base)
