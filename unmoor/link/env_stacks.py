"""What compose gives to its services, against what their code reads; and defaults that disagree within a stack."""

import re
from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher

from unmoor.link import env_conflicts, env_forwarding
from unmoor.link.env_index import EXAMPLE, WELL_KNOWN, Variables
from unmoor.link.places import place, world_of
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.topology.model import Service, Stack


def subjects(variables: Variables) -> Iterator[Subject]:
    """`env-variable` subjects: `problem` is unread, not-passed, not-forwarded or conflict."""
    if not any(map(variables.project.asked, _places(variables))):
        yield from env_conflicts.subjects(variables)
        return
    reads = _reads_by_service(variables)
    seen: set[tuple[str, str, Location]] = set()
    for stack in variables.project.topology.stacks:
        for service in stack.services.values():
            if service.build is None or service.build.context_path is None or not reads.get((stack.name, service.name)):
                continue
            names = reads[stack.name, service.name]
            for subject in (*_unread(variables, stack, service, names), *_not_passed(variables, stack, service, names)):
                key = (str(subject.attrs["problem"]), subject.value, Location(subject.path, subject.span))
                if key not in seen:
                    seen.add(key)
                    yield subject
    yield from env_forwarding.subjects(variables, reads)
    yield from env_conflicts.subjects(variables)


def _places(variables: Variables) -> Iterator[str]:
    """The files in which a subject about a service's variables may stand: those of the stacks, and examples."""
    yield from variables.examples
    for stack in variables.project.topology.stacks:
        for service in stack.services.values():
            yield service.at.path
            yield from (value.at.path for value in service.environment.values())


def _reads_by_service(variables: Variables) -> dict[tuple[str, str], dict[str, tuple[str, Reference]]]:
    """(stack, service) → the variables that its code reads, each with its first read."""
    found: dict[tuple[str, str], dict[str, tuple[str, Reference]]] = defaultdict(dict)
    topology = variables.project.topology
    for name, reads in variables.reads.items():
        for path, reference in reads:
            if world_of(path) or reference.attrs.get("access") in ("compose", "workflow"):
                continue
            for runtime in topology.runtimes(path, reference):
                if runtime.service:
                    found[runtime.stack, runtime.service].setdefault(name, (path, reference))
    return found


def _attrs(
    variables: Variables, path: str, name: str, service: Service, problem: str, other: str = ""
) -> dict[str, object]:
    return {**place(variables.project, path), "name": name, "service": service.name, "problem": problem, "other": other}


def _unread(
    variables: Variables, stack: Stack, service: Service, names: dict[str, tuple[str, Reference]]
) -> Iterator[Subject]:
    """Set for a service that reads a near name instead, which nothing gives it."""
    given = {*service.environment, *(service.build.args if service.build else ())}
    for name, value in service.environment.items():
        if name in names or not variables.project.asked(value.at.path):
            continue
        if WELL_KNOWN.match(name) or _read_by_context(variables, name, service):
            continue
        near = [other for other in sorted(names) if _near(name, other) and other not in given]
        if 1 <= len(near) <= 2:
            attrs = _attrs(variables, value.at.path, name, service, "unread", "` or `".join(near))
            read = [Reason(f"`{one}` is read here", Location(names[one][0], names[one][1].span)) for one in near]
            scope, sure = f"services.{service.name}.environment", near[0] if len(near) == 1 else ""
            yield Subject("env-variable", *value.at, name, attrs, related=read, scope=scope, suggestion=sure)


def _read_by_context(variables: Variables, name: str, service: Service) -> bool:
    """Whether code may read the variable in the service's image: any read in its build context or in a folder shared by
    all (one that no service ships)."""
    context = (service.build.context_path if service.build else None) or ""
    for path, reference in variables.reads.get(name, ()):
        if reference.attrs.get("access") in ("compose", "workflow", "doc") or world_of(path):
            continue
        if not context or path.startswith(context + "/"):
            return True
        script = reference.language in ("shell", "powershell", "dotenv", "make")
        if not script and not variables.project.topology.shippers(path):
            return True
    return False


def _near(name: str, other: str) -> bool:
    """`API_KEY` and `INVENTORY_API_KEY`; `DATABASE_URI` and `DATABASE_URL`; never two that differ by a number."""
    if name.endswith("_" + other) or other.endswith("_" + name):
        return min(len(name), len(other)) >= 6 and "_" in min(name, other, key=len)
    if re.sub(r"\d", "", name) == re.sub(r"\d", "", other):
        return False
    return len(name) > 7 and abs(len(name) - len(other)) <= 1 and SequenceMatcher(None, name, other).ratio() > 0.9


def _not_passed(
    variables: Variables, stack: Stack, service: Service, names: dict[str, tuple[str, Reference]]
) -> Iterator[Subject]:
    """Required by the code, and given by nothing that this service gets."""
    files = variables.project.tree.files
    if any(env_file.path is None or env_file.path not in files for env_file in service.env_files):
        return
    for name, (path, reference) in sorted(names.items()):
        if not reference.attrs.get("required") or name in variables.optional | variables.defined:
            continue
        if WELL_KNOWN.match(name) or _given(variables, stack, name):
            continue
        attrs = _attrs(variables, service.at.path, name, service, "not-passed")
        attrs["readers"] = [(service.at.path, service.name)]
        yield Subject(
            "env-variable", *service.at, name, attrs,
            related=[Reason("read here, and there is no default", Location(path, reference.span))],
            scope=f"services.{service.name}",
        )  # fmt: skip


def _given(variables: Variables, stack: Stack, name: str) -> bool:
    """Whether any service of the stack, any image or any env file of the stack gives the variable."""
    if any(name in service.environment for service in stack.services.values()):
        return True
    for declared in variables.declared.get(name, ()):
        if declared.kind in ("dockerfile", "env-file") or not EXAMPLE.search(declared.path):
            return True
    files = {f.path for service in stack.services.values() for f in service.env_files}
    return any(declared.path in files for declared in variables.declared.get(name, ()))
