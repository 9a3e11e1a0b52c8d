"""One variable, two values that cannot both be meant: defaults within a stack, addresses in examples of twin apps."""

import re
from collections import defaultdict
from collections.abc import Iterator

from unmoor.link.env_index import EXAMPLE, Declared, Variables
from unmoor.link.places import place, world_of
from unmoor.link.publicity import PUBLIC_PREFIXES
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.text.addresses import host_class, parse


def subjects(variables: Variables) -> Iterator[Subject]:
    """`env-variable` subjects with the problem `conflict`."""
    yield from _within_stacks(variables)
    yield from _between_twins(variables)


def _within_stacks(variables: Variables) -> Iterator[Subject]:
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
    known = str(first.attrs["default"])
    reported: set[str] = {known}
    for path, reference in reads[1:]:
        default = str(reference.attrs["default"])
        if default in reported or path != first_path or not (_decides(default) and _decides(known)):
            continue
        attrs = {**place(variables.project, path, reference), "name": name, "problem": "conflict", "service": "",
                 "other": known, "default": default}  # fmt: skip
        reported.add(default)
        yield Subject("env-variable", path, reference.span, name, attrs, reference=reference,
                      related=[Reason(f"`{known}` here", Location(first_path, first.span))])  # fmt: skip


def _decides(value: str) -> bool:
    """Whether a value is an address or a port, of which two cannot both be meant."""
    if value.isdigit():
        return 80 <= int(value) < 65536
    address = parse(value)
    return "://" in value or (address is not None and address.explicit)


def _between_twins(variables: Variables) -> Iterator[Subject]:
    """An example gives the address of one app to the variable of another: a twin example shows whose address it is.

    `SHELL_APP_URL` is :3003 here and :3000 there, and there :3003 is `SUPPORT_APP_URL`. The variable must name an app
    of the repository, since each app may well hold its *own* address under one name.
    """
    folders = {_plain(folder.rpartition("/")[2]) for folder in variables.project.tree.folders}
    origins = _origins(variables)
    for name in sorted(variables.declared):
        entries = [d for d in variables.declared[name] if d.path in origins and name in origins[d.path]]
        if len(entries) < 2 or not name.endswith("_URL") or _plain(_stem(name)) not in folders:
            continue
        for odd in entries:
            mine = origins[odd.path][name]
            for twin in entries:
                other = _holder(origins[twin.path], name, mine)
                right = origins[twin.path][name]
                if other and right != mine and not _holder(origins[odd.path], name, right):
                    yield _copied(variables, name, odd, twin, other)
                    break


def _origins(variables: Variables) -> dict[str, dict[str, str]]:
    """Example file → variable → the loopback `host:port` that it holds."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name, entries in variables.declared.items():
        for path, declaration, _ in entries:
            if declaration.attrs.get("commented") or not EXAMPLE.search(path) or world_of(path):
                continue
            address = parse(declaration.value or "")
            full = address is not None and address.port is not None and "://" in (declaration.value or "")
            if full and address is not None and host_class(address.host) == "loopback":
                found[path][name] = f"localhost:{address.port}"
    return found


def _holder(origins: dict[str, str], name: str, origin: str) -> str:
    """Another variable of the same file with that address."""
    return next((other for other, held in origins.items() if held == origin and other != name), "")


def _stem(name: str) -> str:
    """`VITE_SHELL_APP_URL` → `SHELL_APP`."""
    for prefix in PUBLIC_PREFIXES:
        name = name.removeprefix(prefix)
    return name.removesuffix("_URL")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _copied(variables: Variables, name: str, odd: Declared, twin: Declared, other: str) -> Subject:
    value, right = odd.declaration.value or "", twin.declaration.value or ""
    attrs = {**place(variables.project, odd.path), "name": name, "problem": "copied", "service": "", "other": right,
             "default": value, "holder": other, "twin": twin.path, "confidence": "medium"}  # fmt: skip
    at = next(d for d in variables.declared[other] if d.path == twin.path)
    return Subject("env-variable", odd.path, odd.declaration.span, name, attrs, scope=name, related=[
        Reason(f"`{right}` here", Location(twin.path, twin.declaration.span)),
        Reason(f"and `{value}` is `{other}`", Location(at.path, at.declaration.span)),
    ])  # fmt: skip
