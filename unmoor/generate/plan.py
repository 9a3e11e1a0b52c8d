"""Which resolver a file calls: its module, its functions, the variables it reads; and what a missing one would hold."""

import json
import posixpath
import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.json import decode, encode

from unmoor.config.settings import ResolverSettings, Settings
from unmoor.generate import frameworks
from unmoor.generate.frameworks import Framework
from unmoor.generate.services import INFRASTRUCTURE, ServiceAddress

GENERATED = "unmoor:generate:"  # stands for the content of a file that is rendered only when it is written
_API = re.compile(r"(^|[-_])(api|backend|server|gateway)($|[-_])")
Has = Callable[[str], bool]
Read = Callable[[str], bytes]


class Endpoint(Struct, frozen=True):
    """One service in a resolver. variable: the public one; internal_variable: for server code, "" if there is none.

    internal, development: base URLs from the topology, "" if unknown. socket: a variable of its own for WebSockets.
    """

    service: str
    function: str
    websocket: str
    public: str
    variable: str
    internal_variable: str
    internal: str
    development: str
    file: str = ""
    socket: str = ""


class Plan(Struct, frozen=True):
    """A resolver module. path: relative to the root. framework: a name of `unmoor.generate.frameworks`, or "python".

    style: "ts", "esm", "cjs" or "py". exists: whether the module is there. configured: whether the settings name it.
    runner: of its tests. node_types: whether `process` has a type. switches: variables that name the environment.
    imported: how Python tests import the module.
    """

    path: str
    framework: str
    style: str
    exists: bool
    configured: bool
    endpoints: tuple[Endpoint, ...]
    runner: str = ""
    node_types: bool = False
    switches: tuple[str, ...] = ()
    imported: str = ""

    def endpoint(self, service: str) -> Endpoint | None:
        """The entry of a service."""
        return next((one for one in self.endpoints if one.service == service), None)

    def marker(self) -> str:
        """The plan as the stand-in for the content that it renders to."""
        return GENERATED + encode(self).decode()


def from_marker(content: str) -> Plan | None:
    """The plan that a stand-in holds; None if the content is a real one."""
    return decode(content[len(GENERATED) :], type=Plan) if content.startswith(GENERATED) else None


def typescript(
    path: str, settings: Settings, services: tuple[ServiceAddress, ...], has: Has, read: Read, wanted: str = ""
) -> Plan:
    """The resolver that a TypeScript or JavaScript file calls. `path` is the file's.

    It holds the services that the package's code addresses, and the `wanted` one.
    """
    options = settings.resolver.get("typescript", ResolverSettings())
    package = package_of(path, has)
    manifest = _manifest(package, read)
    framework = frameworks.of(dependencies(manifest))
    style = _style(path, package, manifest, has)
    module = _module(options.module, package, style, has)
    stack = next((one.stack for one in services if one.name == wanted), "")
    near = [one for one in services if not wanted or one.stack == stack]  # two stacks' ports mean nothing to each other
    chosen = [one for one in near if one.name == wanted or _called(one, package)]
    if options.function and "{" not in options.function:
        text = read(module).decode("utf-8", "replace") if has(module) else ""
        only = _served(services, options, text)
        chosen = [one for one in chosen if one.name in options.functions or one.name == only]
    endpoints = tuple(_endpoint(service, options, framework, package) for service in chosen)
    return Plan(
        module,
        framework.name,
        style,
        has(module),
        bool(options.module),
        endpoints,
        _runner(manifest, framework),
        "@types/node" in dependencies(manifest) or "next" in dependencies(manifest),
    )


def python(package: str, settings: Settings, services: tuple[ServiceAddress, ...], has: Has) -> Plan:
    """The resolver that the Python code below a folder calls: of the services that it addresses, else of all."""
    options = settings.resolver.get("python", ResolverSettings())
    path = options.module.replace(".", "/") + ".py" if options.module else "service_urls.py"
    roots = [package, join(package, "src"), ""]
    root = next((r for r in roots if has(join(r, path)) or has(join(r, path.partition("/")[0]))), package)
    chosen = [one for one in services if _called(one, package)] or list(services)
    endpoints = []
    for one in chosen:
        names = [name for name, folder in one.uses if name and _within(folder, package)]
        variable = options.env.get(one.name) or next(iter(names), f"{constant(one.name)}_URL")
        function = options.functions.get(one.name) or (options.function or "{service}_url")
        name = function.replace("{service}", snake(one.name))
        websocket = (options.websocket or f"{name.removesuffix('_url')}_websocket_url").replace(
            "{service}", snake(one.name)
        )
        endpoints.append(Endpoint(one.name, name, websocket, "", variable, "", one.internal, one.development, one.file))
    return Plan(
        join(root, path), "python", "py", has(join(root, path)), bool(options.module), tuple(endpoints), "pytest"
    )


def _served(services: tuple[ServiceAddress, ...], options: ResolverSettings, module: str) -> str:
    """The one service that a function of a fixed name resolves: as the settings, the module's own reads, or the name
    and the number of callers say. A function is of one service; the others' addresses are not its business."""
    candidates = [one for one in services if not INFRASTRUCTURE.search(one.name) and one.name not in options.functions]
    configured = [one for one in candidates if one.name in options.env]
    if len(configured) == 1:
        return configured[0].name
    read = set(re.findall(r"env\.([A-Z][A-Z0-9_]*)", module))
    named = [one for one in candidates if read & {f"{constant(one.name)}_URL", f"{constant(one.name)}_INTERNAL_URL"}]
    named = named or [one for one in candidates if read & {name for name, _ in one.uses if name}]
    pool = named or [one for one in candidates if _API.search(one.name)] or candidates
    return max(pool, key=lambda one: (len(one.uses), one.name)).name if pool else ""


def _called(service: ServiceAddress, package: str) -> bool:
    """Whether code of the package addresses the service, and the service is not the package itself."""
    own = bool(package) and service.context == package
    return not own and any(_within(folder, package) for _, folder in (*service.uses, *service.sockets))


def _within(folder: str, package: str) -> bool:
    return not package or f"{folder}/".startswith(f"{package}/")


def package_of(path: str, has: Has) -> str:
    """The folder of the nearest package.json, "" for the root."""
    folder = path.rpartition("/")[0]
    while folder and not has(f"{folder}/package.json"):
        folder = folder.rpartition("/")[0]
    return folder


def join(*parts: str) -> str:
    """A path of parts, empty ones left out."""
    return posixpath.normpath("/".join(part for part in parts if part))


def _manifest(package: str, read: Read) -> dict[str, object]:
    try:
        document = json.loads(read(join(package, "package.json")))
    except (OSError, ValueError, KeyError):
        return {}
    return document if isinstance(document, dict) else {}


def dependencies(manifest: dict[str, object]) -> set[str]:
    """The names of everything that a package.json depends on."""
    found: set[str] = set()
    for key in ("dependencies", "devDependencies", "peerDependencies"):
        table = manifest.get(key)
        found |= set(table) if isinstance(table, dict) else set()
    return found


def _runner(manifest: dict[str, object], framework: Framework) -> str:
    """vitest, jest, mocha, jasmine, bun or node: what the package tests with."""
    names, scripts = dependencies(manifest), manifest.get("scripts")
    test = str(scripts.get("test") or "") if isinstance(scripts, dict) else ""
    if re.search(r"\bbun test\b", test):
        return "bun"
    known = (("vitest", "vitest"), ("jest", "jest"), ("react-scripts", "jest"), ("jest-expo", "jest"),
             ("mocha", "mocha"), ("jasmine-core", "jasmine"))  # fmt: skip
    return next((runner for name, runner in known if name in names), "vitest" if framework.reads == "kit" else "node")


def _style(path: str, package: str, manifest: dict[str, object], has: Has) -> str:
    if path.endswith((".ts", ".tsx", ".mts", ".cts")) or has(join(package, "tsconfig.json")):
        return "ts"
    if path.endswith((".vue", ".svelte", ".astro", ".jsx", ".mjs")) or manifest.get("type") == "module":
        return "esm"
    names = dependencies(manifest)
    return "esm" if names & {"react", "vue", "svelte", "next", "vite"} else "cjs"


def _module(configured: str, package: str, style: str, has: Has) -> str:
    suffix = "ts" if style == "ts" else "js"
    source = join(package, "src") if has(join(package, "src")) else package
    if configured:
        return _configured(configured, package, source, suffix, has)
    names = [f"service-urls.{one}" for one in ("ts", "js", "mjs")]
    folders = [join(source, name) for name in ("lib", "utils", "config")]
    for folder in folders:
        for name in names:
            if has(join(folder, name)):
                return join(folder, name)
    return join(next((folder for folder in folders if has(folder)), folders[0]), f"service-urls.{suffix}")


def _configured(module: str, package: str, source: str, suffix: str, has: Has) -> str:
    """`@/lib/urls`, `src/lib/urls` or a path with its extension, as a path of the tree."""
    stem = re.sub(r"^(@|~|\$lib|#)/", "", module)
    aliased = stem != module
    stem = stem.removeprefix("./")
    roots = [source, package] if aliased else ["", package, source]
    endings = [""] if re.search(r"\.[cm]?[jt]sx?$", stem) else [f".{e}" for e in ("ts", "tsx", "js", "mjs", "jsx")]
    endings += [f"/index{ending}" for ending in endings if ending]
    for root in roots:
        for ending in endings:
            if has(join(root, stem + ending)):
                return join(root, stem + ending)
    root = source if aliased else package if not stem.startswith(f"{package}/") else ""
    return join(root, stem if endings[0] == "" else f"{stem}.{suffix}")


def _endpoint(service: ServiceAddress, options: ResolverSettings, framework: Framework, package: str) -> Endpoint:
    function = options.functions.get(service.name) or options.function or "get{Service}Url"
    base = pascal(service.name)
    name = function.replace("{Service}", base).replace("{service}", base[:1].lower() + base[1:])
    stem = name[:-3] if name.endswith("Url") else name
    websocket = (options.websocket or f"{stem}WebSocketUrl").replace("{Service}", base)
    public = (options.public or f"{stem}PublicUrl").replace("{Service}", base)
    upper = constant(service.name)
    inside = [name for name, folder in service.uses if name and _within(folder, package)]
    prefix = framework.prefix
    # A variable that code takes to hold a path as well is another one than the base address.
    new = f"{prefix}{upper}_BASE_URL" if f"{prefix}{upper}_URL" in service.pathed else f"{prefix}{upper}_URL"
    variable = options.env.get(service.name) or next((n for n in inside if n.startswith(prefix)), new)
    internal = f"{upper}_INTERNAL_URL" if framework.rendered else ""
    sockets = [name for name, folder in service.sockets if name and _within(folder, package)]
    socket = next((name for name in sockets if name.startswith(prefix)), "")
    known = (service.internal, service.development, service.file, socket)
    return Endpoint(service.name, name, websocket, public, variable, internal, *known)


def pascal(name: str) -> str:
    """`user-api` → `UserApi`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name) if word)


def constant(name: str) -> str:
    """`user-api` → `USER_API`."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper()


def snake(name: str) -> str:
    """`user-api` → `user_api`."""
    return constant(name).lower()


def camel(name: str) -> str:
    """`API_URL` → `apiUrl`."""
    head, *rest = [word.lower() for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    return head + "".join(word.capitalize() for word in rest)
