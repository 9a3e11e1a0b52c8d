"""Facts about the file as a whole: directives, imports, exports, which globals it touches, what a bundler defines."""

import re

from unmoor.scanners.ecmascript.heading import Heading
from unmoor.scanners.unit import Unit

# Each pattern begins with a literal, which `re` finds at the speed of a memory search.
_BROWSER = (
    "window",
    "document",
    "localStorage",
    "sessionStorage",
    "navigator",
    "location",
    "customElements",
    "XMLHttpRequest",
)
_SERVER = (
    "process.exit",
    "process.cwd",
    "process.argv",
    "process.on",
    "process.stdout",
    "process.stderr",
    "process.pid",
    "process.uptime",
    "__dirname",
    "__filename",
    "Deno.",
    "Bun.",
    "Buffer.",
)
_JSX = re.compile(rb"</[A-Za-z][\w.:-]*\s*>|</>|<[A-Za-z][\w.]*(?:\s[^<>]*)?/>")
_TEST = re.compile(rb"(?:describe|it|test)(?:\.\w+)?\s*\(\s*['\"`]")
_REQUIRE = re.compile(rb"require\s*\(\s*(['\"`])([^'\"`\n]{1,200})\1\s*\)")
_IMPORT = re.compile(rb"import\s*\(\s*(['\"`])([^'\"`\n]{1,200})\1\s*\)")
_EXPORTS = re.compile(
    rb"export\s+(?:(default)\b|(?:declare\s+)?(?:async\s+)?(?:const|let|var|function\*?|class|enum|abstract\s+class)\s+([A-Za-z_$][\w$]*))"
)
_EXPORT_LIST = re.compile(rb"export\s*\{([^{}]{0,4000})\}")
_BASE_PATH = re.compile(rb"basePath\s*:\s*(['\"])([^'\"\n]{0,200})\1")
_ENV_PREFIX = re.compile(rb"envPrefix\s*:\s*(\[[^\]]*\]|'[^']*'|\"[^\"]*\")")
_DEFINE = re.compile(rb"(?:process\.env|import\.meta\.env)\.([A-Za-z_]\w*)['\"]\s*\]?\s*:")
_PLUGIN = re.compile(rb"EnvironmentPlugin\s*\(\s*([\[{][^\])]*[\]}])")
_DEFINE_ALL = re.compile(rb"['\"](?:process\.env)['\"]\s*:\s*(\{[^{}]*\}|[\w.()]+)")
_NEXT_ENV = re.compile(rb"(?m)^\s*env\s*:\s*\{([^{}]*)\}")
_ADDRESS_NAME = re.compile(r"(?i)url|uri|host|api|base|endpoint|origin|server|port|addr|config|ws|socket|gateway")
_GOES_BEFORE = re.compile(rb"[\w$.'\"/-]")
_GOES_ON = re.compile(rb"[\w$'\"]|\s*:")
_WORD = re.compile(rb"['\"]?\b([A-Z][A-Z0-9_]{2,})\b['\"]?")


def traits(unit: Unit, grammar: str, heading: Heading) -> dict[str, list[str]]:
    """The traits of a file; absent keys mean there is nothing to say."""
    text = unit.text.text
    found: dict[str, list[str]] = {"directive": heading.directives, "reexports": heading.again}
    found["imports"], found["imported"] = _imports(text, heading)
    found["used"] = _used(unit, heading.end, found["imported"])
    found["exports"] = _exports(text)
    if grammar != "typescript" and _JSX.search(text):
        found["jsx"] = ["yes"]
    found["browser_globals"] = [name for name in _BROWSER if _mentions(text, name)]
    found["server_globals"] = [name for name in _SERVER if _mentions(text, name)]
    if any(_begins_line(text, match.start()) for match in _TEST.finditer(text)):
        found["test"] = ["yes"]
    found["defined_env"] = _defined(text)
    found["env_prefix"] = sorted(
        {
            m.strip("'\"")
            for raw in _ENV_PREFIX.findall(text)
            for m in re.findall(r"['\"][^'\"]*['\"]", raw.decode("utf-8", "replace"))
        }
    )
    found["basePath"] = [m.group(2).decode("utf-8", "replace") for m in _BASE_PATH.finditer(text)]
    return {key: values for key, values in found.items() if values}


def _mentions(text: bytes, name: str) -> bool:
    """Whether a global is used: its name stands alone, and a member is taken of it or it is called."""
    raw = name.encode()
    at = text.find(raw)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(raw) : at + len(raw) + 2].lstrip()
        if not _GOES_BEFORE.match(before) and ("." in name or "_" in name or after[:1] in (b".", b"?", b"(", b"[")):
            return True
        at = text.find(raw, at + 1)
    return False


def _begins_line(text: bytes, at: int) -> bool:
    return not text[max(text.rfind(b"\n", 0, at), text.rfind(b";", 0, at)) + 1 : at].strip()


def _imports(text: bytes, heading: Heading) -> tuple[list[str], list[str]]:
    """(modules, "local=module#name" for each imported name), those of `require` and `import()` with them."""
    modules = dict.fromkeys(heading.modules)
    bound = list(heading.bound)
    for match in (*_REQUIRE.finditer(text), *_IMPORT.finditer(text)):
        module = match.group(2).decode("utf-8", "replace")
        modules[module] = None
        bound += _required(text, match.start(), module)
    return list(modules), bound


def _used(unit: Unit, after: int, bound: list[str]) -> list[str]:
    """ "local@start-end" for each imported name that is called like an address: where the file first uses it."""
    found: list[str] = []
    for entry in bound[:500]:
        local, _, target = entry.partition("=")
        if _ADDRESS_NAME.search(local) or _ADDRESS_NAME.search(target.rpartition("#")[2]):
            lo = _first_use(unit.text.text, local.encode(), after)
            if lo is not None:
                span = unit.span(lo, lo + len(local.encode()))
                found.append(f"{local}@{span.start}-{span.end}")
    return found


def _first_use(text: bytes, name: bytes, after: int) -> int | None:
    """Where a name first stands alone behind the imports, no key and in no comment."""
    lo = text.find(name, after) if name else -1
    while lo >= 0:
        if not _GOES_BEFORE.match(text, max(lo - 1, 0), lo) and not _GOES_ON.match(text, lo + len(name)):
            line = text[text.rfind(b"\n", 0, lo) + 1 : lo].lstrip()
            if not line.startswith((b"//", b"*", b"/*", b"import ", b"export {")):
                return lo
        lo = text.find(name, lo + 1)
    return None


def _required(text: bytes, at: int, module: str) -> list[str]:
    line = text.rfind(b"\n", max(0, at - 400), at) + 1
    match = re.search(
        r"(?:const|let|var)\s+(?:([\w$]+)|\{([^{}]*)\})\s*=\s*(?:await\s+)?$",
        text[max(line, at - 300) : at].decode("utf-8", "replace"),
    )
    if not match:
        return []
    if match.group(1):
        return [f"{match.group(1)}={module}#*"]
    pairs = [part.partition(":") for part in match.group(2).split(",") if part.strip()]
    return [f"{(local or name).strip()}={module}#{name.strip()}" for name, _, local in pairs]


def _exports(text: bytes) -> list[str]:
    found = {
        (m.group(1) or m.group(2)).decode("utf-8", "replace"): None
        for m in _EXPORTS.finditer(text)
        if _begins_line(text, m.start())
    }
    for match in _EXPORT_LIST.finditer(text):
        for part in match.group(1).decode("utf-8", "replace").split(","):
            name = part.split(" as ")[-1].strip()
            if name:
                found[name] = None
    if b"module.exports" in text or re.search(rb"exports\.\w+\s*=", text):
        found["module.exports"] = None
    return list(found)


def _defined(text: bytes) -> list[str]:
    """Variables that a bundler is told to replace."""
    if not any(
        word in text
        for word in (
            b"define",
            b"DefinePlugin",
            b"EnvironmentPlugin",
            b"nextConfig",
            b"NextConfig",
            b"module.exports",
            b"export default",
        )
    ):
        return []
    if b"env" not in text and b"EnvironmentPlugin" not in text:
        return []
    found = {m.decode() for m in _DEFINE.findall(text)}
    for match in _PLUGIN.finditer(text):
        found |= {m.decode() for m in _WORD.findall(match.group(1))}
    for match in _DEFINE_ALL.finditer(text):
        found |= {m.decode() for m in _WORD.findall(match.group(1))} if match.group(1).startswith(b"{") else {"*"}
    if re.search(rb"nextConfig|NextConfig|reactStrictMode", text):
        for match in _NEXT_ENV.finditer(text):
            found |= {
                m.decode() for m in re.findall(rb"(?m)(?:^|[,{])\s*['\"]?([A-Za-z_]\w*)['\"]?\s*:", match.group(1))
            }
    return sorted(found)
