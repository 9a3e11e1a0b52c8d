"""Variables that an example documents for `docker compose up` and code in a container reads, but that reach none."""

import re
from collections.abc import Iterator, Mapping

from unmoor.link.env_index import EXAMPLE, TEST_SWITCH, WELL_KNOWN, Declared, Variables
from unmoor.link.places import file_kind, place
from unmoor.link.publicity import public_variable
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.text.addresses import find, host_class
from unmoor.topology.model import Service, Stack

Reads = Mapping[tuple[str, str], Mapping[str, tuple[str, Reference]]]
_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")


def subjects(variables: Variables, reads: Reads) -> Iterator[Subject]:
    """`env-variable` subjects with the problem `not-forwarded`, at the line of the example file."""
    seen: set[tuple[str, str]] = set()
    for stack in variables.project.topology.stacks:
        for example in _beside(variables, stack):
            for subject in _of_example(variables, stack, example, reads):
                key = (stack.project_dir, subject.value)  # once, in the first of several examples of a folder
                if key not in seen:
                    seen.add(key)
                    yield subject


def _beside(variables: Variables, stack: Stack) -> list[str]:
    """Example files that Compose's own `.env` is copied from: in the project directory, named after `.env` alone."""
    folders = {stack.project_dir, *(path.rpartition("/")[0] for path in stack.files)}
    return [path for path in variables.examples if path.rpartition("/")[0] in folders and EXAMPLE.search(path)
            and not re.search(r"(?i)(test|ci|local|dev\w*)\.?(example|env)?$", path.rpartition("/")[2])]  # fmt: skip


def _of_example(variables: Variables, stack: Stack, example: str, reads: Reads) -> Iterator[Subject]:
    documented = {
        name: declared
        for name, entries in variables.declared.items()
        for declared in entries
        if declared.path == example and not declared.declaration.attrs.get("commented")
        if not _told_of_code(variables, declared)
    }
    # The example is for every stack of its folder: what one of them takes up is not in vain.
    beside = [one for one in variables.project.topology.stacks if one.project_dir == stack.project_dir]
    used = {name for one in beside for name in _interpolated(variables, one)}
    taken = used.union(*(service.environment for service in stack.services.values()))
    if not _for_compose(variables, stack, example, taken & set(documented), len(documented)):
        return
    for service in stack.services.values():
        names = reads.get((stack.name, service.name), {})
        if service.build is None or not names or _gets_the_file(variables, service, example):
            continue
        given = {name for value in service.environment.values() for name in _NAME.findall(value.raw)}
        siblings = sorted((given | set(service.environment)) & set(documented))
        for name in sorted(set(names) & set(documented)) if siblings else ():
            if name in used or WELL_KNOWN.match(name) or TEST_SWITCH.search(name) or _reaches(beside, name):
                continue
            if public_variable(name) or file_kind(*names[name]) != "code":
                continue
            found = _subject(variables, name, documented[name], service, names[name], siblings)
            found.attrs["readers"] = _readers(variables, stack, example, name, reads)
            yield found


def _readers(variables: Variables, stack: Stack, example: str, name: str, reads: Reads) -> list[tuple[str, str]]:
    """(compose file, service) of every service whose code reads the variable and that the env file does not reach."""
    return [
        (service.at.path, service.name)
        for service in stack.services.values()
        if service.build is not None
        and name in reads.get((stack.name, service.name), {})
        and not _gets_the_file(variables, service, example)
    ]


def _told_of_code(variables: Variables, declared: Declared) -> bool:
    """Whether the entry stands under `# read in PATH`, as fixes write it: that tells of the code, not of Compose."""
    head = variables.project.read(declared.path)[: declared.declaration.span.start].decode("utf-8", "replace")
    block = re.split(r"\n[ \t]*\r?\n", head)[-1]
    comments = re.findall(r"(?m)^[ \t]*#(?![ \t]*\w+=).*", block)  # an entry may be commented out
    return bool(comments) and re.match(r"\s*# read in \S+\s*$", comments[-1]) is not None


def _for_compose(variables: Variables, stack: Stack, example: str, used: set[str], count: int) -> bool:
    """Whether the example is for Compose rather than for a run on the host: it says so, names a service of the stack,
    or most of it is taken up; and it does not hold a service's published port as its address."""
    text = variables.project.read(example)
    if re.search(rb"(?i)docker|compose|container", text):
        return True
    declarations = variables.project.facts[example].declarations
    addresses = [address for declaration in declarations for address in find(declaration.value or "")]
    if any(stack.find(address.host) for address in addresses if address.host):
        return True
    ports = {port.host for service in stack.services.values() for port in service.ports}
    on_host = any(host_class(address.host) == "loopback" and address.port in ports for address in addresses)
    return not on_host and len(used) * 2 >= count


def _interpolated(variables: Variables, stack: Stack) -> set[str]:
    """Every variable that the stack's files mention, wherever."""
    return {
        name
        for name, reads in variables.reads.items()
        for path, reference in reads
        if path in stack.files and reference.attrs.get("access") == "compose"
    }


def _reaches(stacks: list[Stack], name: str) -> bool:
    return any(
        name in service.environment or name in service.env_loaded or bool(service.build and name in service.build.args)
        for stack in stacks
        for service in stack.services.values()
    )


def _gets_the_file(variables: Variables, service: Service, example: str) -> bool:
    """Whether the container has an env file in it: by `env_file`, a mount of the folder, or a COPY of everything."""
    folder = example.rpartition("/")[0]
    if service.env_files or service.env_unknown:
        return True
    for mount in service.mounts:
        if mount.kind == "bind" and mount.source_path is not None:
            source = mount.source_path
            if source in (folder, "") or source.rpartition("/")[2].startswith(".env"):
                return True
    return _copied(variables, service, folder)


def _copied(variables: Variables, service: Service, folder: str) -> bool:
    context = service.build.context_path if service.build else None
    dockerfile = variables.project.topology.dockerfile_of(service)
    if context != folder or dockerfile is None:
        return False
    ignore = f"{folder}/.dockerignore" if folder else ".dockerignore"
    if ignore in variables.project.tree.files and re.search(rb"(?m)^(\*\*/)?\.env", variables.project.read(ignore)):
        return False
    copies = [copy for stage in dockerfile.stages for copy in stage.copies if not copy.get("from")]
    return any(source in (".", "./", "*") for copy in copies for source in copy["sources"])


def _subject(
    variables: Variables,
    name: str,
    declared: Declared,
    service: Service,
    read: tuple[str, Reference],
    siblings: list[str],
) -> Subject:
    path, reference = read
    attrs = {
        **place(variables.project, declared.path),
        "name": name,
        "service": service.name,
        "problem": "not-forwarded",
        "other": siblings[0],
        "default": str(reference.attrs.get("default") or ""),
        "has-default": bool(reference.attrs.get("has_default")),
    }
    return Subject("env-variable", declared.path, declared.declaration.span, name, attrs, scope=name, related=[
        Reason("read here", Location(path, reference.span)),
        Reason(f"`{service.name}` is given `{siblings[0]}`, but not this", service.at),
    ])  # fmt: skip
