"""Facts about the file as a whole: directives, imports, exports, which globals it touches, what a bundler defines."""

import re

from tree_sitter import Node

from unmoor.scanners.ecmascript.literals import plain
from unmoor.scanners.ecmascript.source import Source

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
_WORD = re.compile(rb"['\"]?\b([A-Z][A-Z0-9_]{2,})\b['\"]?")


def traits(source: Source, imports: list[Node]) -> dict[str, list[str]]:
    """The traits of a file, given its import statements and re-exports; absent keys mean there is nothing to say."""
    text = source.text
    found: dict[str, list[str]] = {"directive": _directives(source)}
    found["imports"], found["imported"], found["reexports"] = _imports(source, imports)
    found["used"] = _used(source, imports, found["imported"])
    found["exports"] = _exports(text)
    if source.grammar != "typescript" and _JSX.search(text):
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
        if not re.match(rb"[\w.$'\"/-]", before) and (
            "." in name or "_" in name or after[:1] in (b".", b"?", b"(", b"[")
        ):
            return True
        at = text.find(raw, at + 1)
    return False


def _begins_line(text: bytes, at: int) -> bool:
    return not text[max(text.rfind(b"\n", 0, at), text.rfind(b";", 0, at)) + 1 : at].strip()


def _directives(source: Source) -> list[str]:
    found = ["shebang"] if source.text.lstrip(b"\xef\xbb\xbf").startswith(b"#!") else []
    for node in source.tree.root_node.named_children[:12]:
        if node.type in ("comment", "hash_bang_line"):
            continue
        inner = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
        if inner is None or inner.type != "string":
            break
        found.append(plain(source, inner) or "")
    return found


def _imports(source: Source, nodes: list[Node]) -> tuple[list[str], list[str], list[str]]:
    """(modules, "local=module#name" for each imported name, modules re-exported whole or in part)."""
    modules: dict[str, None] = {}
    bound: list[str] = []
    again: list[str] = []
    for node in nodes[:2000]:
        module = plain(source, node.child_by_field_name("source"))
        if module is None:
            continue
        modules[module] = None
        if node.type == "export_statement":
            again.append(module)
        else:
            bound += _bound(source, node, module)
    for match in (*_REQUIRE.finditer(source.text), *_IMPORT.finditer(source.text)):
        module = match.group(2).decode("utf-8", "replace")
        modules[module] = None
        bound += _required(source, match.start(), module)
    return list(modules), bound, again


def _bound(source: Source, node: Node, module: str) -> list[str]:
    found: list[str] = []
    for clause in node.named_children:
        if clause.type != "import_clause":
            continue
        for part in clause.named_children:
            if part.type == "identifier":
                found.append(f"{source.name(part)}={module}#default")
            elif part.type == "namespace_import":
                found.append(f"{source.name(part.named_children[-1])}={module}#*")
            elif part.type == "named_imports":
                for item in part.named_children:
                    name = source.name(item.child_by_field_name("name"))
                    local = source.name(item.child_by_field_name("alias")) or name
                    if name:
                        found.append(f"{local}={module}#{name}")
    return found


def _used(source: Source, imports: list[Node], bound: list[str]) -> list[str]:
    """ "local@start-end" for each imported name that is called like an address: where the file first uses it."""
    found: list[str] = []
    behind = max((node.end_byte for node in imports if node.type == "import_statement"), default=0)
    for entry in bound[:500]:
        local, _, target = entry.partition("=")
        if not _ADDRESS_NAME.search(local) and not _ADDRESS_NAME.search(target.rpartition("#")[2]):
            continue
        alone = re.compile(rb"(?<![\w$.'\"/-])" + re.escape(local.encode()) + rb"(?![\w$'\"]|\s*:)")
        for match in alone.finditer(source.text, behind):
            lo, hi = match.span()
            line = source.text[source.text.rfind(b"\n", 0, lo) + 1 : lo].lstrip()
            if not line.startswith((b"//", b"*", b"/*", b"import ", b"export {")):
                span = source.unit.span(lo, hi)
                found.append(f"{local}@{span.start}-{span.end}")
                break
    return found


def _required(source: Source, at: int, module: str) -> list[str]:
    line = source.text.rfind(b"\n", max(0, at - 400), at) + 1
    match = re.search(
        r"(?:const|let|var)\s+(?:([\w$]+)|\{([^{}]*)\})\s*=\s*(?:await\s+)?$",
        source.text[max(line, at - 300) : at].decode("utf-8", "replace"),
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
