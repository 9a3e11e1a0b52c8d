"""What compose gives to its services, against what their code reads; and defaults that disagree within a stack."""

import re
from collections import defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher

from unmoor.link.env_index import EXAMPLE, WELL_KNOWN, Variables
from unmoor.link.places import place, world_of
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.text.addresses import parse
from unmoor.topology.model import Service, Stack


def subjects(variables: Variables) -> Iterator[Subject]:
    """`env-variable` subjects: `problem` is unread, not-passed, not-forwarded or conflict."""
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
    yield from _conflicts(variables)


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


def _attrs(variables: Variables, path: str, name: str, service: Service, problem: str, other: str = "") -> dict[str, object]:
    return {**place(variables.project, path), "name": name, "service": service.name, "problem": problem, "other": other}


def _unread(
    variables: Variables, stack: Stack, service: Service, names: dict[str, tuple[str, Reference]]
) -> Iterator[Subject]:
    """Set for a service that reads a near name instead, which nothing gives it."""
    for name, value in service.environment.items():
        if name in names or name in variables.reads and _read_outside_compose(variables, name) or WELL_KNOWN.match(name):
            continue
        near = [other for other in names if _near(name, other) and other not in service.environment]
        if len(near) == 1:
            path, reference = names[near[0]]
            yield Subject(
                "env-variable", *value.at, name, _attrs(variables, value.at.path, name, service, "unread", near[0]),
                related=[Reason(f"`{near[0]}` is read here", Location(path, reference.span))], suggestion=near[0],
                scope=f"services.{service.name}.environment",
            )  # fmt: skip


def _read_outside_compose(variables: Variables, name: str) -> bool:
    return any(r.attrs.get("access") not in ("compose", "workflow", "doc") for _, r in variables.reads[name])


def _near(name: str, other: str) -> bool:
    """`API_KEY` and `INVENTORY_API_KEY`; `DATABASE_URI` and `DATABASE_URL`; never two that differ by a number."""
    if name.endswith("_" + other) or other.endswith("_" + name):
        return min(len(name), len(other)) >= 6 and "_" in min(name, other, key=len)
    if re.sub(r"\d", "", name) == re.sub(r"\d", "", other):
        return False
    return len(name) > 7 and SequenceMatcher(None, name, other).ratio() > 0.9 and abs(len(name) - len(other)) <= 1


def _not_passed(
    variables: Variables, stack: Stack, service: Service, names: dict[str, tuple[str, Reference]]
) -> Iterator[Subject]:
    """Required by the code, and given by nothing that this service gets."""
    if any(env_file.path is None or env_file.path not in variables.project.tree.files for env_file in service.env_files):
        return
    for name, (path, reference) in sorted(names.items()):
        if not reference.attrs.get("required") or name in variables.optional or WELL_KNOWN.match(name) or name in variables.defined:
            continue
        if _given(variables, stack, name):
            continue
        attrs = _attrs(variables, service.at.path, name, service, "not-passed")
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


def _conflicts(variables: Variables) -> Iterator[Subject]:
    """Two defaults of one variable in one stack's files; only for addresses and ports."""
    files = {path: stack.name for stack in variables.project.topology.stacks for path in stack.files}
    for name in sorted(variables.reads):
        by_stack: dict[str, list[tuple[str, Reference]]] = defaultdict(list)
        for path, reference in variables.reads[name]:
            default = reference.attrs.get("default")
            if reference.attrs.get("access") == "compose" and path in files and isinstance(default, str) and default:
                by_stack[files[path]].append((path, reference))
        for reads in by_stack.values():
            yield from _disagreement(variables, name, reads)


def _disagreement(variables: Variables, name: str, reads: list[tuple[str, Reference]]) -> Iterator[Subject]:
    first_path, first = reads[0]
    reported: set[str] = {str(first.attrs["default"])}
    for path, reference in reads[1:]:
        default = str(reference.attrs["default"])
        if default in reported or path != first_path or not (_decides(default) and _decides(str(first.attrs["default"]))):
            continue
        attrs = {**place(variables.project, path, reference), "name": name, "problem": "conflict", "service": "",
                 "other": first.attrs["default"], "default": default}  # fmt: skip
        reported.add(default)
        yield Subject("env-variable", path, reference.span, name, attrs, reference=reference,
                      related=[Reason(f"`{first.attrs['default']}` here", Location(first_path, first.span))])  # fmt: skip


def _decides(value: str) -> bool:
    """Whether a value is an address or a port, of which two cannot both be meant."""
    if value.isdigit():
        return 80 <= int(value) < 65536
    address = parse(value)
    return "://" in value or (address is not None and address.explicit)
