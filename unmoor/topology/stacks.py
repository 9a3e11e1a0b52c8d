"""Which compose files run together: from commands, COMPOSE_FILE, names and contents."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from unmoor.model.facts import Node
from unmoor.project import Project, normalise

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_NAMED = re.compile(r"(?i)(compose|stack|swarm)[^/]*\.ya?ml[^/]*$")
_OVERRIDE = re.compile(r"(?i)^(docker-)?compose\.override\.ya?ml$")
_FLAGS = re.compile(r"(?:^|\s)(?:-f|--file)[ =](\S+)")
_ENVIRONMENTS = (
    ("production", re.compile(r"(?i)(^|[^a-z])(prod|production|release|deploy|selfhost|self-host)([^a-z]|$)")),
    ("test", re.compile(r"(?i)(^|[^a-z])(tests?|testing|ci|e2e|integration)([^a-z]|$)")),
    ("development", re.compile(r"(?i)(^|[^a-z])(dev|development|local|debug|sample|example)([^a-z]|$)")),
)


class Plan(Struct):
    """Files that run together, before they are loaded. why: what says so. order: the better known, the lower.

    projects: what the commands that name the files call the project; "" where one leaves that to Compose.
    """

    files: list[str]
    project_dir: str
    name: str = ""
    projects: set[str] = field(default_factory=set)
    env_files: list[str] | None = None
    default: bool = False
    why: str = ""
    profiles: list[str] = field(default_factory=list)

    @property
    def project(self) -> str:
        """The name that every command gives the project, "" if one gives none or another."""
        return next(iter(self.projects)) if len(self.projects) == 1 else ""


def compose_files(project: Project) -> dict[str, Node]:
    """Every compose file and its located tree: told by its content, and by its name or by whoever names it."""
    named = {path for plan in combinations(project) for path in plan.files}
    found = {}
    for path in sorted(project.facts):
        node = _tree(project, path)
        if node is not None and (_NAMED.search(path.rpartition("/")[2]) or path in named) and _is_compose(node):
            found[path] = node
    for path in list(found):
        for other in referred(found[path], path):
            node = _tree(project, other)
            if other not in found and node is not None and _is_compose(node):
                found[other] = node
    return found


def _tree(project: Project, path: str) -> Node | None:
    facts = project.facts.get(path)
    return facts.documents[0] if facts is not None and facts.documents and facts.documents[0].kind == "map" else None


def _is_compose(node: Node) -> bool:
    """Whether a tree has `services` that look like Compose's, or only includes others."""
    services = _get(node, "services")
    if services is None:
        return any(_get(node, key) is not None for key in ("include", "networks", "volumes"))
    return services.kind == "map" and _get(node, "jobs") is None and _get(node, "apiVersion") is None


def _get(node: Node, key: str) -> Node | None:
    return next((value for name, value in node.items if name.text == key), None) if node.kind == "map" else None


def referred(node: Node, path: str) -> Iterator[str]:
    """Files that a compose file includes or extends, literally named."""
    folder = path.rpartition("/")[0]
    for _, entry in (_get(node, "include") or node).items if _get(node, "include") is not None else ():
        inner = _get(entry, "path") or entry
        for one in [value for _, value in inner.items] if inner.kind == "seq" else [inner]:
            yield from _known(normalise(one.text, folder) if one.text else None)
    services = _get(node, "services")
    for _, service in services.items if services is not None and services.kind == "map" else ():
        extends = _get(service, "extends")
        file = _get(extends, "file") if extends is not None else None
        if file is not None:
            yield from _known(normalise(file.text, folder))


def _known(path: str | None) -> Iterator[str]:
    if path is not None:
        yield path


def combinations(project: Project) -> Iterator[Plan]:
    """Files named together: in commands with `-f`, in COMPOSE_FILE, in the settings."""
    for name, files in project.settings.stacks.items():
        yield Plan(list(files), files[0].rpartition("/")[0] if files else "", name, why="the configuration")
    for path, declaration in project.declarations("command"):
        attrs = declaration.attrs
        files = [str(file) for file in attrs.get("files") or []]
        if files:
            yield from _plan(project, path, attrs.get("cwd"), files, attrs, path)
    for path, reference in project.references("service"):
        files = [str(file) for file in reference.attrs.get("files") or []]
        if files:
            yield from _plan(project, path, reference.cwd, files, reference.attrs, path)
    for path, declaration in project.declarations("env"):
        if declaration.name == "COMPOSE_FILE" and declaration.value:
            files = re.split(r"[:;]", declaration.value)
            for plan in _plan(project, path, None, files, {}, path):
                plan.default = path.rpartition("/")[2] == ".env"
                yield plan


def _plan(
    project: Project, path: str, cwd: object, files: list[str], attrs: dict[str, object], why: str
) -> Iterator[Plan]:
    """The files resolved from the working directory, the page's folder or the root, wherever all of them are."""
    folders = [cwd] if isinstance(cwd, str) else []
    head = path.rpartition("/")[0]
    while True:
        folders.append(head)
        if not head:
            break
        head = head.rpartition("/")[0]
    for folder in dict.fromkeys(folders):
        found = [normalise(file.removeprefix("$PWD/").removeprefix("${PWD}/"), folder) for file in files]
        known = [one for one in found if one is not None and one in project.tree.files]
        if known and len(known) == len(files):
            given = attrs.get("project-directory")
            where = normalise(given, folder) if isinstance(given, str) and given else None
            profiles = attrs.get("profiles")
            plan = Plan(known, where if where is not None else known[0].rpartition("/")[0], why=why)
            name = str(attrs.get("project") or "")
            plan.projects = {"" if "$" in name else name}  # a computed name is one run's; others use the folder's
            plan.profiles = [str(one) for one in profiles] if isinstance(profiles, list) else []
            env = attrs.get("env-file")
            paths = [env] if isinstance(env, str) else list(env) if isinstance(env, list | tuple) else []
            resolved = [normalise(str(one), folder) for one in paths]
            plan.env_files = [one for one in resolved if one is not None] or None
            yield plan
            return


def plans(project: Project, files: dict[str, Node]) -> list[Plan]:
    """Every stack: the combinations, each folder's default file with its override, and each file that stands alone."""
    chosen = [plan for plan in combinations(project) if all(path in files for path in plan.files)]
    chosen += list(_headers(project, files))
    added = {path for plan in chosen for path in plan.files[1:]}
    chosen += [plan for plan in _defaults(files) if plan.files[0] not in added]
    combined = {path for plan in chosen for path in plan.files if len(plan.files) > 1}
    chosen = [plan for plan in chosen if len(plan.files) > 1 or not _only_combined(plan.files[0], files, combined)]
    included = {other for path, node in files.items() for other in referred(node, path) if other != path}
    alone = {plan.files[0] for plan in chosen if len(plan.files) == 1}
    for path, node in files.items():
        if path in alone or _OVERRIDE.match(path.rpartition("/")[2]):
            continue
        if _overlay(node) and not _is_base(path, chosen):
            if path not in combined:
                chosen += _with_base(path, node, files)
        elif path not in combined and path not in included:
            chosen.append(Plan([path], path.rpartition("/")[0]))
    return _unique(chosen, files)


def _only_combined(path: str, files: dict[str, Node], combined: set[str]) -> bool:
    """An overlay with a base is never judged alone, even where a command names it alone."""
    return path in files and path in combined and _overlay(files[path])


def _is_base(path: str, chosen: Iterable[Plan]) -> bool:
    return any(plan.files[0] == path for plan in chosen)


def _defaults(files: dict[str, Node]) -> Iterator[Plan]:
    """The file that plain `docker compose up` takes in each folder, with its override."""
    for folder in sorted({path.rpartition("/")[0] for path in files}):
        inside = {path.rpartition("/")[2]: path for path in files if path.rpartition("/")[0] == folder}
        base = next((inside[name] for name in DEFAULTS if name in inside), None)
        if base is not None:
            override = [path for name, path in sorted(inside.items()) if _OVERRIDE.match(name)]
            yield Plan([base, *override[:1]], folder, default=True, why="the folder's default file")


def _headers(project: Project, files: dict[str, Node]) -> Iterator[Plan]:
    """What a file's own comments say it is combined with."""
    for path in files:
        text = project.read(path).decode("utf-8", "replace")
        for line in text.split("\n"):
            if line.lstrip().startswith("#") and "compose" in line:
                named = _FLAGS.findall(line)
                if len(named) > 1:
                    yield from _plan(project, path, None, named, {}, path)


def _overlay(node: Node) -> bool:
    """Whether some service has neither image nor build, so that the file cannot run alone."""
    services = _get(node, "services")
    if services is None or services.kind != "map" or not services.items:
        return _get(node, "include") is None
    return any(
        service.kind == "map"
        and not service.tag
        and not any(_get(service, key) is not None for key in ("image", "build", "extends", "provider"))
        for _, service in services.items
    )


def _with_base(path: str, node: Node, files: dict[str, Node]) -> list[Plan]:
    """An overlay that nothing combines: with the file of its folder (or above) that declares its services."""
    services = _get(node, "services")
    wanted = {name.text for name, _ in services.items} if services is not None and services.kind == "map" else set()
    best: tuple[int, int, str] | None = None
    folder = path.rpartition("/")[0]
    for other, tree in files.items():
        head = other.rpartition("/")[0]
        if other == path or _overlay(tree) or not (folder == head or folder.startswith(f"{head}/" if head else "")):
            continue
        inner = _get(tree, "services")
        shared = len(wanted & {name.text for name, _ in inner.items}) if inner is not None else 0
        default = other.rpartition("/")[2] in DEFAULTS
        rank = (shared * 2 + default, len(head), other)
        if shared and (best is None or rank > best):
            best = rank
    if best is None:
        return [Plan([path], folder)]
    return [Plan([best[2], path], best[2].rpartition("/")[0], why="an overlay of the folder's file")]


def _unique(chosen: list[Plan], files: dict[str, Node]) -> list[Plan]:
    """One plan for each list of files; what is known of it from several places is put together."""
    found: dict[tuple[str, ...], Plan] = {}
    for plan in chosen:
        key = tuple(dict.fromkeys(plan.files))
        if not all(path in files for path in key):
            continue
        old = found.setdefault(key, plan)
        old.default = old.default or plan.default
        old.name = old.name or plan.name
        old.projects |= plan.projects
        old.env_files = old.env_files or plan.env_files
        old.profiles = list(dict.fromkeys([*old.profiles, *plan.profiles]))
    return sorted(found.values(), key=lambda plan: (not plan.default, plan.files[0].count("/"), plan.files))


def environment_of(files: Iterable[str]) -> str:
    """production, test, development or "", by the names of the files and their folders; the last file decides."""
    for path in reversed(list(files)):
        name = path.rpartition("/")[2]
        for environment, pattern in _ENVIRONMENTS:
            if pattern.search(re.sub(r"(docker-)?compose|\.ya?ml", " ", name)):
                return environment
    for path in files:
        for environment, pattern in _ENVIRONMENTS:
            if any(pattern.search(part) for part in path.split("/")[:-1]):
                return environment
    return ""


def project_name(folder: str) -> str:
    """The name that Compose makes of the project directory's name."""
    return re.sub(r"[^a-z0-9_-]", "", folder.rpartition("/")[2].lower()).lstrip("_-")
