"""Taskfile, pre-commit, Dependabot, CircleCI, Azure Pipelines, Cloud Build, MkDocs: commands, scripts and paths."""

import posixpath

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import NO_KEY, Value, inner, walk
from unmoor.scanners.yaml import generic
from unmoor.scanners.yaml.commands import exec_form, run

# Keys whose text a shell runs on a CI machine: CircleCI's `run`, Azure's `script` and `bash`.
_CI_COMMANDS = frozenset(["run", "command", "script", "bash"])


def scan(unit: Unit, root: Value) -> Facts:
    """The references of one of these files, told apart by their keys."""
    name = unit.path.rpartition("/")[2].lower()
    if name.startswith("taskfile"):
        return _taskfile(unit, root)
    at_root = structs.replace(unit, cwd="")
    if name.startswith(".pre-commit"):
        return _pre_commit(at_root, root)
    if name.startswith("dependabot"):
        return _directories(at_root, root)
    if name.startswith("mkdocs"):
        return _mkdocs(unit, root)
    if name.startswith("cloudbuild"):
        return _cloudbuild(at_root, root)
    return _pipeline(structs.replace(at_root, runtime="ci"), root)


def _path(unit: Unit, facts: Facts, value: Value, use: str, scope: str, **more: object) -> None:
    if value.scalar and value.text and "$" not in value.text and "{{" not in value.text:
        text = inner(unit, value, scope=scope)
        attrs = {"use": use, **more}
        facts.references.append(
            text.reference("path", 0, len(text.text.text), value.text, "config", "yaml", "", attrs=attrs)
        )


def _taskfile(unit: Unit, root: Value) -> Facts:
    """https://taskfile.dev/reference/schema"""
    facts = Facts()
    for name, task in root.pairs("tasks"):
        scope = f"tasks.{name.text}"
        directory = task.string("dir") if task.kind == "map" else ""
        cwd = _below(unit.cwd, directory)
        commands = task.values() if task.kind != "map" else [*task.values("cmds"), *task.values("cmd")]
        texts = [found for item in commands if (found := item.get("cmd") if item.kind == "map" else item)]
        key = inner(unit, name, scope=scope)
        first = texts[0].text if texts else None
        facts.declarations.append(
            key.declaration("script", 0, len(key.text.text), name.text, first, "yaml", attrs={"tool": "task"})
        )
        for command in texts:
            if command.kind == "str":
                facts.add(run("shell", inner(unit, command, scope=scope, runtime="host", cwd=cwd)))
        for item in commands:
            _called_task(unit, facts, item, scope)
        _environment(unit, facts, task, scope)
    _environment(unit, facts, root, "")
    return facts


def _called_task(unit: Unit, facts: Facts, item: Value, scope: str) -> None:
    """`- task: name` runs another task of the file."""
    called = item.get("task") if item.kind == "map" else None
    if called is not None and called.scalar and "{{" not in called.text and ":" not in called.text:
        text = inner(unit, called, scope=scope)
        attrs = {"tool": "task", "name": called.text, "guarded": False}
        end = len(text.text.text)
        facts.references.append(text.reference("script", 0, end, called.text, "config", "yaml", "", attrs=attrs))


def _environment(unit: Unit, facts: Facts, owner: Value, scope: str) -> None:
    for table in ("env", "vars"):
        for key, value in owner.pairs(table):
            if value.scalar:
                below = ".".join(part for part in (scope, table, key.text) if part)
                facts.references += draw(unit, value, Place(key.text, below, runtime="host", variable=True))


def _below(base: str | None, directory: str) -> str | None:
    if not directory:
        return base
    if base is None or "{{" in directory or directory.startswith("/"):
        return None
    found = posixpath.normpath(posixpath.join(base, directory))
    return None if found.startswith("..") else found.removeprefix(".").lstrip("/")


def _pre_commit(unit: Unit, root: Value) -> Facts:
    """https://pre-commit.com/#repository-local-hooks: what a local hook runs stands in the repository."""
    facts = Facts()
    for repo in root.values("repos"):
        for hook in repo.values("hooks") if repo.string("repo") == "local" else []:
            entry = hook.get("entry")
            scope = f"hooks.{hook.string('id')}"
            if entry is None or entry.kind != "str":
                continue
            if hook.string("language") == "script":
                _path(unit, facts, entry, "script", scope)
            elif hook.string("language") != "pygrep":
                facts.add(run("shell", inner(unit, entry, scope=scope, runtime="host")))
    return facts


def _directories(unit: Unit, root: Value) -> Facts:
    """https://docs.github.com/en/code-security/dependabot: `directory` counts from the root."""
    facts = Facts()
    for update in root.values("updates"):
        for value in [*update.values("directory"), *update.values("directories")]:
            path = value.text.lstrip("/")
            if path and value.scalar and "*" not in path:
                text = inner(unit, value, scope="updates.directory")
                lo = len(value.text.encode()) - len(path.encode())
                end = len(text.text.text)
                attrs = {"use": "filter", "key": "directory"}
                facts.references.append(text.reference("path", lo, end, path, "config", "yaml", "", attrs=attrs))
    return facts


def _mkdocs(unit: Unit, root: Value) -> Facts:
    """https://www.mkdocs.org/user-guide/configuration/: pages of `nav` count from the documents' folder."""
    facts = Facts()
    docs = _below(unit.cwd, root.string("docs_dir") or "docs")
    for _, key, value in walk(root.get("nav") or Value("seq", "", 0, 0)):
        if value.kind == "str" and value.text.endswith(".md") and "://" not in value.text:
            _path(structs.replace(unit, cwd=docs), facts, value, "link", f"nav.{key.text}")
    facts.references += generic.references(unit, root, Place(role="display"))
    return facts


def _cloudbuild(unit: Unit, root: Value) -> Facts:
    """https://cloud.google.com/build/docs/build-config-file-schema: `args` of a step are its command."""
    facts = Facts()
    for number, step in enumerate(root.values("steps")):
        scope = f"steps.{step.string('id') or number}"
        place = Place("args", scope, runtime="ci")
        at = structs.replace(unit, runtime="ci", cwd=_below("", step.string("dir")))
        script = step.get("script")
        if script is not None and script.kind == "str":
            facts.add(run("shell", inner(at, script, scope=scope)))
        entry = step.get("entrypoint")
        words = [entry] if entry is not None else []
        if words or step.get("args") is not None:
            facts.add(exec_form(at, [*words, *step.values("args")], place))
        for item in step.values("env"):
            facts.references += draw(at, item, place._replace(key="env"))
    return facts


def _pipeline(unit: Unit, root: Value) -> Facts:
    """CircleCI and Azure: commands wherever their key stands; everything else by its key."""
    facts = Facts()
    for path, key, value in walk(root):
        if not value.scalar or value.kind == "null":
            continue
        name = path[-1] if path else ""
        is_command = key is not NO_KEY and name in _CI_COMMANDS and value.kind == "str"
        if is_command and ("steps" in path or "script" in path or "jobs" in path or "commands" in path):
            facts.add(run("shell", inner(unit, value, scope=".".join(path))))
        else:
            place = generic.at(Place(runtime="ci"), path, key.text or name)
            facts.references += draw(unit, value, place._replace(variable="environment" in path))
    return facts
