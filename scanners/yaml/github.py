"""GitHub, Gitea and Forgejo workflows and composite actions.

https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions
"""

import posixpath
import re

from msgspec import structs

from unmoor.model.facts import Facts, Reference
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import NO_KEY, Value, decode, inner, walk
from unmoor.scanners.yaml import generic
from unmoor.scanners.yaml.commands import run

_EXPRESSION = re.compile(rb"\$\{\{.*?\}\}", re.S)
_ENV_READ = re.compile(rb"\benv\.([A-Za-z_]\w*)")
_MASKED = re.compile(r"\$_+")
_POSIX = re.compile(r"^\s*(/usr/bin/env\s+)?(ba|da|z)?sh\b|^$|\$\{\{")
_PATH_INPUTS = {
    "file": "dockerfile", "dockerfile": "dockerfile", "context": "context", "working-directory": "cd",
    "working_directory": "cd", "cache-dependency-path": "cache", "go-version-file": "config",
    "node-version-file": "config", "python-version-file": "config", "env-file": "env-file",
}  # fmt: skip
_BUILDERS = re.compile(r"build-push|docker|kaniko|buildah|bake")
_SHELL_INPUTS = re.compile(r"retry|run-on-arch|xvfb|devcontainers/ci")
_REMOTE = re.compile(r"(^|/)ssh-action\b|ssh-remote-commands?\b|remote-ssh\b")
_LISTED = frozenset(
    ["steps", "env", "services", "container", "runs-on", "needs", "if", "name", "defaults", "permissions"]
)


def scan(unit: Unit, root: Value) -> Facts:
    """The references of a workflow or a composite action. Its commands run at the root of the repository."""
    reader = _Reader(structs.replace(unit, cwd="", runtime=unit.runtime or "ci"))
    reader.filters(root)
    reader.environment(root, "env")
    base = reader.folder("", root.string("defaults", "run", "working-directory"))
    for name, job in root.pairs("jobs"):
        if job.kind == "map":
            reader.job(name.text, job, base)
    steps = root.values("runs", "steps")
    for number, step in enumerate(steps):
        reader.step(step, f"runs.steps.{step.string('id') or number}", "", "")
    for key, value in root.items:
        if key.text in ("inputs", "outputs"):
            reader.facts.references += generic.references(
                reader.unit, value, Place(scope=key.text, role="config", runtime="ci")
            )
    return reader.facts


class _Reader:
    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.facts = Facts()
        self.shell = ""

    def folder(self, base: str | None, directory: str) -> str | None:
        """The working directory after `working-directory`; None if it is computed."""
        if not directory:
            return base
        if base is None or "${{" in directory or "$" in directory:
            return None
        joined = posixpath.normpath(posixpath.join(base, directory))
        return None if joined.startswith(("..", "/")) else joined.removeprefix(".").lstrip("/")

    def filters(self, root: Value) -> None:
        """`on.<event>.paths`: globs of files that start the workflow."""
        for path, key, value in walk(root.get("on") or root):
            if path and path[-1] in ("paths", "paths-ignore") and key is NO_KEY and value.kind == "str":
                self._path(value, "filter", "on." + ".".join(path))

    def environment(self, owner: Value, scope: str, runtime: str = "ci", where: str = "workflow") -> None:
        """`env:` of a workflow, job or step: declarations, and the addresses in their values."""
        for key, value in owner.pairs("env"):
            below = f"{scope}.{key.text}"
            if value.scalar:
                text = inner(self.unit, value, scope=below)
                end = len(text.text.text)
                self.facts.declarations.append(
                    text.declaration("env", 0, end, key.text, value.text, "yaml", attrs={"where": where})
                )
                self._draw(value, Place(key.text, below, runtime=runtime, variable=True))

    def job(self, name: str, job: Value, base: str | None) -> None:
        """One job: its container decides where its commands run."""
        scope = f"jobs.{name}"
        runtime = "container:job" if job.get("container") is not None else "ci"
        self.environment(job, f"{scope}.env", runtime)
        for service, value in job.pairs("services"):
            self._service(service.text, value, f"{scope}.services.{service.text}")
        container = job.get("container")
        if container is not None and container.kind == "map":
            self.environment(container, f"{scope}.container.env", runtime)
        self.shell = job.string("defaults", "run", "shell")
        cwd = self.folder(base, "") if not job.string("defaults", "run", "working-directory") else self.folder(
            "", job.string("defaults", "run", "working-directory")
        )  # fmt: skip
        found = job.get("defaults", "run", "working-directory")
        if found is not None:
            self._path(found, "cd", f"{scope}.defaults.run.working-directory")
        for number, step in enumerate(job.values("steps")):
            label = step.string("id") or step.string("name") or str(number)
            self.step(step, f"{scope}.steps.{label}", runtime, cwd)
        uses = job.get("uses")
        if uses is not None:
            self._uses(uses, f"{scope}.uses")
        for key, value in job.items:
            if key.text not in _LISTED and key.text != "uses":
                place = Place(scope=f"{scope}.{key.text}", key=key.text, runtime=runtime)
                place = place._replace(role="display") if key.text == "environment" else place
                self.facts.references += generic.references(self.unit, value, place)

    def _service(self, name: str, service: Value, scope: str) -> None:
        self.environment(service, f"{scope}.env", f"container:{name}", "workflow-service")
        for port in service.values("ports"):
            host, _, container = port.text.rpartition(":")
            text = inner(self.unit, port, scope=scope)
            number = (host or container).rpartition(":")[2]
            attrs = {"container": container.partition("/")[0], "service": name}
            end = len(text.text.text)
            self.facts.declarations.append(
                text.declaration("port", 0, end, "workflow service", number, "yaml", attrs=attrs)
            )

    def step(self, step: Value, scope: str, runtime: str, base: str | None) -> None:
        """One step: `run`, or `uses` with its inputs."""
        if step.kind != "map":
            return
        self.environment(step, f"{scope}.env", runtime or "ci")
        directory = step.get("working-directory")
        cwd = base
        if directory is not None:
            self._path(directory, "cd", f"{scope}.working-directory")
            cwd = self.folder("", directory.text)
        command = step.get("run")
        if command is not None and command.kind == "str":
            self._run(command, step.string("shell") or self.shell, f"{scope}.run", runtime or "ci", cwd)
        uses = step.get("uses")
        if uses is not None:
            self._uses(uses, f"{scope}.uses")
            self._inputs(step, uses.text, scope, runtime or "ci", cwd)

    def _run(self, command: Value, shell: str, scope: str, runtime: str, cwd: str | None) -> None:
        """A script; PowerShell, Python and others are not shell, though they may parse as if they were."""
        if not _POSIX.search(shell):
            self._draw(command, Place("run", scope, role="request", runtime=runtime))
            return
        text = decode(self.unit, command)
        ranges = [match.span() for match in _EXPRESSION.finditer(text.text)]
        masked = text.masked([(lo + 1, hi) for lo, hi in ranges]) if ranges else text
        embedded = self.unit.inner(masked, command.layer, scope=scope, runtime=runtime, cwd=cwd)
        facts = run("shell", embedded)
        original = self.unit.inner(text, command.layer, scope=scope, runtime=runtime)
        if ranges:
            facts.references = _unmasked(facts.references, original, ranges)
            self._expressions(original)
        self.facts.add(facts)

    def _expressions(self, text: Unit) -> None:
        """`${{ env.X }}`: a read of the workflow's environment."""
        for expression in _EXPRESSION.finditer(text.text.text):
            for match in _ENV_READ.finditer(expression.group()):
                lo = expression.start() + match.start(1)
                name = match.group(1).decode()
                attrs = {"default": None, "has_default": False, "required": False, "access": "workflow",
                         "dynamic": False}  # fmt: skip
                self.facts.references.append(
                    text.reference("env", lo, lo + len(name), name, "config", "yaml", "", attrs=attrs)
                )

    def _draw(self, value: Value, place: Place) -> None:
        self.facts.references += draw(self.unit, value, place)
        if "${{" in value.text:
            self._expressions(inner(self.unit, value, scope=place.scope, runtime=place.runtime))

    def _uses(self, uses: Value, scope: str) -> None:
        if uses.text.startswith("./"):
            self._path(uses, "script", scope, verb="uses")

    def _inputs(self, step: Value, action: str, scope: str, runtime: str, cwd: str | None) -> None:
        context = step.string("with", "context") or "."
        for key, value in step.pairs("with"):
            use = _PATH_INPUTS.get(key.text, "")
            below = f"{scope}.with.{key.text}"
            if use in ("dockerfile", "context") and not _BUILDERS.search(action):
                use = ""
            if use:
                self._path(value, use, below, **({"context": context} if use == "dockerfile" else {}))
            elif key.text in ("command", "runCmd", "run") and _SHELL_INPUTS.search(action) and value.kind == "str":
                self._run(value, "", below, runtime, cwd)
            elif key.text == "script" and _REMOTE.search(action) and value.kind == "str":
                self._elsewhere(value, below, runtime)
            elif value.scalar:
                self._draw(value, Place(key.text, below, runtime=runtime))

    def _elsewhere(self, command: Value, scope: str, runtime: str) -> None:
        """A script that runs on another machine: of what it names, only containers and stacks may be ours."""
        reader = _Reader(self.unit)
        reader._run(command, "", scope, runtime, None)
        for reference in reader.facts.references:
            if reference.kind in ("container", "service", "volume", "network"):
                reference.attrs["remote"] = "ssh"
                self.facts.references.append(reference)
        for declaration in reader.facts.declarations:
            if declaration.kind == "command":
                declaration.attrs["remote"] = "ssh"
                self.facts.declarations.append(declaration)
        self._draw(command, Place("script", scope, runtime=runtime))

    def _path(self, value: Value, use: str, scope: str, **more: object) -> None:
        """A path from the root; several lines are several paths. Computed ones are left out."""
        if not value.scalar or value.kind == "null" or "${{" in value.text or "://" in value.text:
            return
        text = inner(self.unit, value, scope=scope)
        for match in re.finditer(rb"[^\r\n]+", text.text.text):
            raw = match.group()
            lo = match.start() + len(raw) - len(raw.lstrip())
            hi = lo + len(raw.strip())
            path = raw.strip().decode("utf-8", "replace")
            if path:
                self.facts.references.append(
                    text.reference("path", lo, hi, path, "config", "yaml", "", attrs={"use": use, **more})
                )


def _unmasked(found: list[Reference], text: Unit, ranges: list[tuple[int, int]]) -> list[Reference]:
    """References with `${{ … }}` as it is written; reads of the mask itself are dropped."""
    written = {text.span(lo, hi).start: text.text.text[lo:hi].decode("utf-8", "replace") for lo, hi in ranges}
    kept: list[Reference] = []
    for reference in found:
        if reference.kind == "env" and not reference.value.strip("_"):
            continue
        if "$_" in reference.value:
            inside = [raw for at, raw in sorted(written.items()) if reference.span.start <= at < reference.span.end]
            rest = iter(inside)
            value = _MASKED.sub(lambda match, rest=rest: next(rest, match.group()), reference.value)  # type: ignore[misc]
            reference = structs.replace(reference, value=value)
        kept.append(reference)
    return kept
