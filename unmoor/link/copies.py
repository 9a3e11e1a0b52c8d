"""COPY and ADD sources: whether the build context holds them, and whether `.dockerignore` lets them in."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from unmoor.link.builders import Builder
from unmoor.link.existence import Made, clean, excused, find
from unmoor.link.ignores import DockerIgnore, Pattern
from unmoor.link.inside import Inside
from unmoor.link.own import standing
from unmoor.link.suggest import near_path
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project, normalise


class Missing(NamedTuple):
    """A source that a context lacks, or that an ignore file drops."""

    reference: Reference
    path: str
    pattern: Pattern | None
    ignore_file: str


def copy_sources(project: Project, inside: Inside) -> Iterator[Subject]:
    """Sources that every known builder of a Dockerfile lacks, and builders whose context lacks them all."""
    reader = _Copies(project, inside)
    for dockerfile in sorted(inside.recipes):
        yield from reader.dockerfile(dockerfile)


class _Copies:
    def __init__(self, project: Project, inside: Inside) -> None:
        self.project = project
        self.inside = inside
        self.made = Made(project)
        self._ignores: dict[str, DockerIgnore] = {}

    def dockerfile(self, dockerfile: str) -> Iterator[Subject]:
        """The subjects of one Dockerfile."""
        sources = [
            r
            for r in self.project.facts[dockerfile].references
            if r.kind == "path" and r.attrs.get("use") == "copy" and r.language == "dockerfile"
        ]
        builders = self.inside.builders.of(dockerfile)
        if not sources or not builders:
            return
        results = [(builder, list(self._lacking(dockerfile, builder.context, sources))) for builder in builders]
        checked = [reference for reference in sources if not self._free(reference)]
        works = [builder for builder, lacking in results if not lacking]
        if not works:
            builder, lacking = min(results, key=lambda pair: len(pair[1]))
            shared = [
                one
                for one in lacking
                if all(any(other.reference is one.reference for other in rest) for _, rest in results)
            ]
            for one in shared:
                yield self._subject(dockerfile, builder, one)
            return
        for builder, lacking in results:
            if lacking and len(lacking) == len(checked) and builder.at is not None:
                yield self._wrong_context(dockerfile, builder, works[0])

    def _free(self, reference: Reference) -> bool:
        value = reference.value.strip()
        return (
            value in (".", "./", "/", "*", "")
            or bool(reference.attrs.get("computed"))
            or "$" in value
            or value.startswith("<<")
        )

    def _lacking(self, dockerfile: str, context: str, sources: list[Reference]) -> Iterator[Missing]:
        name, ignore = self._ignore(dockerfile, context)
        for reference in sources:
            if self._free(reference):
                continue
            value = clean(reference.value).lstrip("/")
            found = find(self.project.tree, value, context)
            if found is None:
                path = normalise(value, context)
                if path is not None and not self._excused(path, value):
                    yield Missing(reference, path, None, "")
                continue
            pattern = self._dropped(ignore, context, value, found)
            if pattern is not None:
                yield Missing(reference, found, pattern, name)

    def _excused(self, path: str, value: str) -> bool:
        return bool(excused(self.project, path, value, self.made)) or "*" in value

    def _ignore(self, dockerfile: str, context: str) -> tuple[str, DockerIgnore]:
        """The ignore file that BuildKit takes: the Dockerfile's own, else the context's."""
        own = dockerfile + ".dockerignore"
        name = own if own in self.project.tree.files else f"{context}/.dockerignore".lstrip("/")
        if name not in self._ignores:
            try:
                text = self.project.read(name).decode("utf-8", "replace") if name in self.project.tree.files else ""
            except OSError:
                text = ""
            self._ignores[name] = DockerIgnore(text)
        return name, self._ignores[name]

    def _dropped(self, ignore: DockerIgnore, context: str, value: str, found: str) -> Pattern | None:
        """The pattern that drops the source, or every file of it."""
        if not ignore.patterns:
            return None
        inner = found[len(context) + 1 :] if context else found
        if not inner or not (found == context or found.startswith(context + "/") or not context):
            return None
        if re.search(r"[*?\[]", value):
            return None
        if found in self.project.tree.files:
            return ignore.drops(inner)
        culprit = None
        prefix = found + "/"
        for path in self.project.tree.files:
            if path.startswith(prefix):
                culprit = ignore.drops(path[len(context) + 1 :] if context else path)
                if culprit is None:
                    return None
        return culprit

    def _subject(self, dockerfile: str, builder: Builder, one: Missing) -> Subject:
        near = near_path(one.path, self.project) if one.pattern is None else ""
        context = builder.context or "the root"
        if one.pattern is not None:
            reason = f"{one.ignore_file}:{one.pattern.line} (`{one.pattern.text}`) drops it from the context"
        else:
            reason = f"the context {context} has no {clean(one.reference.value)}"
        attrs = {
            "what": f"`{one.reference.value}` is not in the build context {builder.context or '.'}",
            **standing(self.project, dockerfile, one.reference),
            "context": builder.context or ".",
            "expected": one.path,
            "near": near,
            "pattern": one.pattern.text if one.pattern else "",
            "ignore-file": one.ignore_file,
        }
        related = [Reason("built here", builder.at)] if builder.at is not None else []
        verdict = "ignored" if one.pattern is not None else "missing"
        return Subject(
            "copy-source",
            dockerfile,
            one.reference.span,
            one.reference.value,
            attrs,
            verdict,
            [Reason(reason)],
            related,
            None,
            self._written_from(near, builder.context),
            one.reference,
        )

    def _written_from(self, near: str, context: str) -> str:
        """The near path as COPY would name it, if the context holds it."""
        if not near or not (not context or near.startswith(context + "/")):
            return ""
        return near[len(context) + 1 :] if context else near

    def _wrong_context(self, dockerfile: str, builder: Builder, right: Builder) -> Subject:
        at: Location = (
            builder.at
            if builder.at is not None
            else Location(dockerfile, self.project.facts[dockerfile].references[0].span)
        )
        attrs = {
            "what": f"the build context `{builder.context or '.'}` holds nothing that {dockerfile} copies",
            **standing(self.project, at.path),
            "context": builder.context or ".",
            "expected": dockerfile,
            "near": right.context or ".",
            "pattern": "",
            "ignore-file": "",
        }
        wrong, good = builder.context or "the root", right.context or "the root"
        reason = f"nothing that {dockerfile} copies is in {wrong}; it is in {good}"
        related = [Reason("built with the right context here", right.at)] if right.at is not None else []
        return Subject(
            "copy-source",
            at.path,
            at.span,
            builder.context or ".",
            attrs,
            "wrong-context",
            [Reason(reason)],
            related,
            None,
            "",
            None,
        )
