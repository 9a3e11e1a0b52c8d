"""What texts run: scripts by name (npm, make, just, task, python -m) and files by path, in scripts and documents."""

import re
from collections.abc import Iterator
from typing import Any

from unmoor.link.bases import bases, section_before
from unmoor.link.documents import HISTORY, TEMPLATE, relative
from unmoor.link.existence import Made, Sought, clean, seek
from unmoor.link.inside import Inside
from unmoor.link.manifests import FILES, Manifests, family
from unmoor.link.own import standing
from unmoor.link.places import file_kind
from unmoor.link.sites import Sites
from unmoor.link.suggest import near_name, near_path
from unmoor.model.facts import Reference
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project, normalise

_OURS = ("script", "config", "data", "cd", "compose-file", "env-file", "dockerfile", "context", "command", "mount")
_ANY_PACKAGE = re.compile(r"(?i)\b(per|each|every|any|an individual|the) (package|workspace)\b")
_HERE = re.compile(r"^(package\.json|Makefile)$")


def subjects(project: Project) -> Iterator[Subject]:
    """Scripts that no manifest has, and files that are not there."""
    reader = _Reader(project)
    for path, reference in project.asked_references("script", "path"):
        if reference.kind == "script":
            yield from reader.script(path, reference)
        else:
            yield from reader.file(path, reference)


def _told(reference: Reference, manifest: str) -> bool:
    """Whether the line names the folder of a manifest: "**Backend**: run `make format`"."""
    folder = manifest.rpartition("/")[0].rpartition("/")[2]
    line = str(reference.attrs.get("line_text", ""))
    return bool(folder and re.search(rf"(?i)\b{re.escape(folder)}\b", line))


class _Reader:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.manifests = Manifests(project)
        self.made = Made(project)
        self.inside = Inside(project)
        self.sites = Sites(project)

    def script(self, path: str, reference: Reference) -> Iterator[Subject]:
        """The subject of a script that is asked for by name."""
        attrs = reference.attrs
        name = str(attrs.get("name") or reference.value)
        tool = str(attrs.get("tool") or "")
        if attrs.get("guarded") or attrs.get("remote") or attrs.get("placeholder") or re.search(r"[<>{}$*]", name):
            return
        if reference.runtime.startswith("container") or reference.runtime == "build":
            return
        found = (
            self._module(path, reference, name) if tool == "python-module" else self._named(path, reference, name, tool)
        )
        if found is None:
            return
        manifest, near, elsewhere, reason = found
        doc = file_kind(path, reference) == "doc"
        if doc and TEMPLATE.search(path):
            return
        facts: dict[str, Any] = {
            **standing(self.project, path, reference),
            "tool": tool,
            "name": name,
            "use": "script",
            "manifest": manifest,
            "near": near,
            "elsewhere": elsewhere,
            "hedged": doc and (bool(attrs.get("code_span") and attrs.get("hedged")) or bool(HISTORY.search(path))),
            "sure": (not elsewhere or (bool(manifest) and not (doc and _told(reference, elsewhere))))
            and not (doc and self._in_a_package(path, reference, elsewhere)),
            "expected": f"`{name}` in {manifest}"
            if manifest and tool != "python-module"
            else manifest or f"`{name}` of {tool}",
            "bare": False,
        }
        yield Subject(
            "doc-command" if doc else "script",
            path,
            reference.span,
            reference.value,
            facts,
            "missing",
            [Reason(reason)],
            [],
            None,
            near,
            reference,
        )

    def _in_a_package(self, page: str, reference: Reference, elsewhere: str) -> bool:
        """Whether a page may mean another package than its own: the reader's on a documentation site, or the one that
        has the script, where the section names it or speaks of any package."""
        if self.sites.of(page) is not None:
            return True
        package = elsewhere.rpartition("/")[0].rpartition("/")[2]
        words = section_before(self.project, page, reference) if package else ""
        return bool(words) and bool(re.search(rf"\b{re.escape(package)}\b", words) or _ANY_PACKAGE.search(words))

    def _module(self, path: str, reference: Reference, name: str) -> tuple[str, str, str, str] | None:
        folders = bases(self.project, path, reference)
        if not folders or self.manifests.module(name, folders) is not False:
            return None
        expected = "/".join([part for part in (folders[0], *name.split(".")) if part]) + ".py"
        near = near_path(expected, self.project)
        return expected, "", near, f"there is no module {name}"

    def _named(self, path: str, reference: Reference, name: str, tool: str) -> tuple[str, str, str, str] | None:
        """(manifest asked, near name, manifest that has it, reason), or None if it is there or cannot be known."""
        folders = self._folders(path, reference, tool)
        if folders is None:
            return None
        asked: list[str] = []
        for folder in folders:
            manifest = self.manifests.nearest(folder, tool)
            if manifest is None or manifest in asked:
                continue
            asked.append(manifest)
            if self.manifests.offers(manifest, name, tool) is not False:
                return None
        others = [
            other
            for other, scripts in self.manifests.scripts.items()
            if name in scripts and other.rpartition("/")[2] in FILES.get(family(tool), ())
        ]
        others.sort(key=lambda other: not _told(reference, other))
        if not asked and not self._has_any(tool):
            return None  # the reader's own project
        if reference.attrs.get("perhaps") and not others:
            return None  # a program
        known = {script for manifest in asked for script in self.manifests.scripts.get(manifest, {})}
        near = near_name(name, known, least=0.6)
        where = asked[0] if asked else ""
        reason = (
            f"{where} has no `{name}`"
            if where
            else f"no {FILES[family(tool)][0]} stands in {folders[0] or 'the root'} or above"
        )
        return where, near, others[0] if others else "", reason

    def _has_any(self, tool: str) -> bool:
        return any(name in self.project.tree.by_name for name in FILES.get(family(tool), ()))

    def _folders(self, path: str, reference: Reference, tool: str) -> list[str] | None:
        """Folders whose manifest may be meant; None if that cannot be known."""
        attrs = reference.attrs
        if attrs.get("file"):
            return None
        workspace = str(attrs.get("workspace") or "")
        if workspace:
            return self._workspace(workspace, reference)
        folders = bases(self.project, path, reference)
        prefix = str(attrs.get("prefix") or "")
        if prefix:
            known = [where for base in folders if (where := normalise(prefix, base)) in self.project.tree.folders]
            return [where for where in known if where is not None] or None
        return folders or None

    def _workspace(self, name: str, reference: Reference) -> list[str] | None:
        if name in self.manifests.packages:
            return self.manifests.packages[name]
        where = normalise(name.removesuffix("..."), reference.cwd or "")
        if where is not None and f"{where}/package.json" in self.project.tree.files:
            return [where]
        return None

    def file(self, path: str, reference: Reference) -> Iterator[Subject]:
        """The subject of a file that a script, workflow or manifest names."""
        attrs = reference.attrs
        use = str(attrs.get("use") or "")
        kind = file_kind(path, reference)
        if use not in _OURS or attrs.get("guarded") or attrs.get("remote") or attrs.get("placeholder"):
            return
        container = reference.runtime.startswith("container") or reference.value.startswith("/")
        if container and path in self.project.topology.compose_files and use != "script":
            return
        if (kind == "doc" and not container) or (use == "cd" and container):
            return
        if (kind == "dockerfile" and reference.runtime != "container:") or reference.runtime == "build":
            return
        if path in self.project.topology.compose_files and not container:
            return  # `paths` resolves those as Compose does
        sought = self._in_container(path, reference) if container else self._on_host(path, reference)
        if sought is None or sought.state != "missing":
            return
        if use == "cd" and not sought.path:
            return
        yield self._subject(path, reference, sought, kind == "doc")

    def _in_container(self, path: str, reference: Reference) -> Sought | None:
        found = self.inside.seek(path, reference)
        return found if found is not None and found.state == "missing" else None

    def _on_host(self, path: str, reference: Reference) -> Sought | None:
        folders = bases(self.project, path, reference)
        if not folders or _HERE.match(reference.value) or self._in_an_image(path):
            return None
        use = reference.attrs.get("use")
        if use in ("dockerfile", "context"):
            return None  # so does it with builds
        if reference.attrs.get("verb") == "uses":
            return self._action(path, reference.value)
        parts = re.split(r"[:;]", reference.value) if use == "compose-file" else [reference.value]
        for part in parts:
            sought = seek(self.project, part, folders, self.made.of(path))
            if sought.state == "missing":
                if self._own(path, part) or self._built(path, part) or self._checked_out(path, sought.path):
                    return None
                return sought
        return None

    def _action(self, path: str, value: str) -> Sought | None:
        """A local action or workflow: it comes with the checkout, so neither git's ignoring nor a build excuses."""
        expected = normalise(value, "")
        if expected is None or "$" in value or self.project.tree.has(expected) or self._checked_out(path, expected):
            return None
        return Sought("missing", expected, f"there is no {expected}")

    def _in_an_image(self, path: str) -> bool:
        """Whether the script is copied into an image by name: the folders it changes to and starts from are there."""
        return file_kind(path) == "script" and path in self.project.topology.imaged

    def _own(self, path: str, value: str) -> bool:
        """The script itself under the name that it is published by: a usage line or a self-call."""
        name = clean(value).removeprefix("./")
        return name == path.rpartition("/")[2] or (
            name.startswith("../") and name.endswith("/" + path.rpartition("/")[2])
        )

    def _checked_out(self, path: str, expected: str) -> bool:
        """Whether a workflow brings the folder itself: by checking out another repository, or into a `path:`."""
        if file_kind(path) != "workflow":
            return False
        text = self.project.read(path).decode("utf-8", "replace")
        if re.search(r"(?m)^\s*repository:\s*(?!.*github\.repository\b)\S", text):
            return True
        brought = re.findall(r"(?m)^\s*path:\s*[\"']?(?:\./)?([\w.-]+(?:/[\w.-]+)*)", text)
        return any(expected == folder or expected.startswith(folder + "/") for folder in brought)

    def _built(self, path: str, value: str) -> bool:
        """`node server.js` of a package that Next.js builds standalone: made by the build."""
        facts = self.project.facts.get(path)
        return clean(value) == "server.js" and facts is not None and "next" in facts.traits.get("deps", [])

    def _subject(self, path: str, reference: Reference, sought: Sought, doc: bool) -> Subject:
        near = near_path(sought.path, self.project, folder=reference.attrs.get("use") == "cd")
        facts: dict[str, Any] = {
            **standing(self.project, path, reference),
            "use": reference.attrs.get("use", ""),
            "expected": sought.path,
            "near": near,
            "tool": str(reference.attrs.get("verb") or ""),
            "name": "",
            "manifest": "",
            "elsewhere": "",
            "hedged": bool(doc and reference.attrs.get("code_span") and reference.attrs.get("hedged")),
            "bare": False,
            "sure": True,
        }
        reasons = [Reason(sought.why or f"there is no {sought.path}")]
        if near:
            reasons.append(Reason(f"the nearest is {near}"))
        return Subject(
            "doc-command" if doc else "command-path",
            path,
            reference.span,
            reference.value,
            facts,
            "missing",
            reasons,
            [],
            None,
            relative(near, path, reference, sought.path) if near else "",
            reference,
        )
