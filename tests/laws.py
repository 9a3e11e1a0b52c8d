"""The laws that every codemod keeps, enforced on every use of one in a test.

1. Bytes outside the edits are untouched, and every edit lies in its file.
2. Each changed file parses as well as before.
3. Identical questions get identical answers.
4. The mended text no longer holds what was mended at that place; asked again, the codemod refuses or changes nothing.
5. An edit touches a line of its finding or an import, or only adds; a codemod that rewrites more says so (`ELSEWHERE`).
6. No other finding at warning or above comes of it (`tests/test_codemod_laws.py`, on every example of every rule).
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from unmoor.codemods import CODEMODS
from unmoor.codemods import fix as make
from unmoor.codemods.request import Request
from unmoor.config.settings import Settings
from unmoor.fixing.belonging import stray
from unmoor.fixing.proof import worse
from unmoor.generate.services import ServiceAddress
from unmoor.model.facts import Reference
from unmoor.model.findings import Finding, Fix, Refusal, Severity
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Target
from unmoor.project import Tree
from unmoor.text.addresses import parse
from unmoor.text.edits import apply

BACKEND = ServiceAddress("backend", 3011, 3011, "shop", "compose.yaml", "backend")


def request(
    files: Mapping[str, str | bytes],
    path: str,
    value: str,
    *,
    kind: str = "url",
    role: str = "request",
    language: str = "",
    layers: tuple[str, ...] = (),
    target: Target | None = None,
    suggestion: str = "",
    settings: Settings | None = None,
    services: tuple[ServiceAddress, ...] = (BACKEND,),
    attrs: dict[str, Any] | None = None,
    finding_attrs: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    occurrence: int = 0,
    applicability: str = "unsafe",
) -> Request:
    """A finding about the given occurrence of `value` in a file of a small tree, put as a question."""
    data = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    source, needle, start = data[path], value.encode(), -1
    for _ in range(occurrence + 1):
        start = source.index(needle, start + 1)
    span = Span(start, start + len(needle))
    address = parse(value)
    about = {"scheme": "", "host": "", "port": None, "explicit": False, "user": False, "rest": ""}
    if address is not None:
        about = {"scheme": address.scheme, "host": address.host, "port": address.port, "explicit": address.explicit,
                 "user": address.user, "rest": address.rest}  # fmt: skip
    reference = Reference(kind, value, span, role, language, layers, attrs={**about, **(attrs or {})})  # type: ignore[arg-type]
    finding = Finding("a-rule", "url", Severity.error, "high", Location(path, span), value, "", reference=reference,
                      target=target or Target("backend", "shop", 3011, "http://backend:3011", "host-only"),
                      attrs=finding_attrs or {}, suggestion=suggestion)  # fmt: skip
    tree = Tree(set(data))
    return Request(finding, source, settings or Settings(), data.__getitem__, tree.has, applicability,  # type: ignore[arg-type]
                   options or {}, services, beside=tree.beside)  # fmt: skip


def mend(codemod: str, asked: Request, files: Mapping[str, str | bytes]) -> dict[str, str] | Refusal:
    """The files after the fix, with the laws checked; or the refusal."""
    result = make(codemod, asked)
    assert make(codemod, asked) == result, "the same question, another answer"
    first = result[0] if isinstance(result, list) else result
    if isinstance(first, Refusal):
        assert first.reason, "a refusal gives its reason"
        return first
    after = applied(first, files)
    check(codemod, asked, first, files, after)
    return {path: data.decode() for path, data in after.items()}


def applied(fix: Fix, files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """The tree with a fix made."""
    data = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    for path, content in fix.creates:
        assert path not in data, f"{path} is there already"
        data[path] = content.encode()
    for path in {edit.path for edit in fix.edits}:
        data[path] = apply(data[path], [edit for edit in fix.edits if edit.path == path])
    return data


def check(
    codemod: str, asked: Request, fix: Fix, files: Mapping[str, str | bytes], after: dict[str, bytes]
) -> None:
    """Laws 1, 2 and 5."""
    belongs(codemod, asked.finding.location, fix, files)
    assert fix.title
    assert fix.edits or fix.creates or fix.links, "a fix that does nothing is a refusal"
    for path in {edit.path for edit in fix.edits}:
        before = files[path]
        source = before.encode() if isinstance(before, str) else before
        edits = sorted((edit for edit in fix.edits if edit.path == path), key=lambda edit: edit.span)
        at, shift = 0, 0
        for edit in edits:
            assert 0 <= edit.span.start <= edit.span.end <= len(source)
            assert source[at : edit.span.start] == after[path][at + shift : edit.span.start + shift]
            shift += len(edit.text.encode()) - (edit.span.end - edit.span.start)
            at = edit.span.end
        assert source[at:] == after[path][at + shift :]
        assert source != after[path], "an edit that changes nothing"
        assert not worse(path, source, after[path]), worse(path, source, after[path]) + "\n" + after[path].decode()


def belongs(codemod: str, at: Location, fix: Fix, files: Mapping[str, str | bytes]) -> None:
    """Law 5."""
    if hasattr(import_module(f"unmoor.codemods.{dict(CODEMODS)[codemod]}"), "ELSEWHERE"):
        return
    for edit in fix.edits:
        before = files[edit.path]
        source = before.encode() if isinstance(before, str) else before
        assert not stray(at, edit, source), f"{codemod} rewrites {edit} for a finding at {at}"
