"""package.json, devcontainer.json, vercel.json and proxy tables: what their keys mean."""

from unmoor.model.facts import Facts, Reference
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, inner
from unmoor.scanners.yaml.commands import exec_form, run
from unmoor.scanners.yaml.generic import references

_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
# What a package says of itself: its home page is nobody's endpoint.
_ABOUT = frozenset(
    ["name", "version", "description", "homepage", "repository", "bugs", "license", "author", "contributors", "funding",
     "keywords", "publishConfig", "$schema", "resolutions", "overrides", "packageManager", "main", "bin", "module",
     "types", "exports", "files", "man", "scripts", "proxy", "workspaces", "engines", *_DEPENDENCIES]
)  # fmt: skip
_JSON = Place(language="json")


def package(unit: Unit, root: Value) -> Facts:
    """package.json (https://docs.npmjs.com/cli/configuring-npm/package-json): scripts, proxy, workspaces."""
    facts = Facts(traits={"format": ["package"]})
    for name, command in root.pairs("scripts"):
        if command.kind == "str":
            _script(unit, facts, name, command)
    names = [key.text for group in _DEPENDENCIES for key, _ in root.pairs(group)]
    if names:
        facts.traits["deps"] = names
    spaces = [v.text for v in root.values("workspaces") or root.values("workspaces", "packages") if v.scalar]
    if spaces:
        facts.traits["workspaces"] = spaces
    subpaths = [key.text for key, _ in root.pairs("exports") if key.text.startswith("./")]
    if subpaths:
        facts.traits["subpaths"] = subpaths
    if root.string("name"):
        facts.traits["name"] = [root.string("name")]
    _create_react_app_proxy(unit, facts, root.get("proxy"))
    for key, value in root.items:
        if key.text not in _ABOUT:
            facts.references += references(unit, _only(key, value), _JSON)
    return facts


def _only(key: Value, value: Value) -> Value:
    """A map of one pair, so that the key stays a part of the scope."""
    one = Value("map", "", key.lo, value.hi, "flow", "json:flow")
    one.items = [(key, value)]
    return one


def _script(unit: Unit, facts: Facts, name: Value, command: Value) -> None:
    scope = f"scripts.{name.text}"
    text = inner(unit, command, scope=scope, runtime="host")
    facts.declarations.append(
        text.declaration("script", 0, len(text.text.text), name.text, command.text, "json", attrs={"tool": "npm"})
    )
    facts.add(run("shell", text))


def _create_react_app_proxy(unit: Unit, facts: Facts, proxy: Value | None) -> None:
    """Create React App sends every unknown request to `proxy`: one address, or a table of them."""
    if proxy is None:
        return
    pairs = proxy.items if proxy.kind == "map" else []
    for key, value in pairs:
        target = value if value.scalar else value.get("target")
        if target is not None:
            _route(unit, facts, key, target, "cra-proxy", f"proxy.{key.text}", value.string("ws") == "true")
    if proxy.kind == "str":
        _route(unit, facts, None, proxy, "cra-proxy", "proxy", False)


def _route(unit: Unit, facts: Facts, key: Value | None, target: Value, source: str, scope: str, socket: bool) -> None:
    """A proxy route and the address it leads to. Without a key it takes every path."""
    at = key or target
    text = inner(unit, at, scope=scope)
    order = len(facts.declarations)
    attrs = {"source": source, "destination": target.text, "order": order, "websocket": socket}
    name = key.text if key else "/*"
    facts.declarations.append(
        text.declaration("route", 0, len(text.text.text), name, key.text if key else target.text, "json", attrs=attrs)
    )
    facts.references += draw(unit, target, _JSON._replace(key="proxy", scope=scope, role="proxy-target"))


def angular_proxy(unit: Unit, root: Value) -> Facts:
    """Angular's and webpack's proxy table: {"/api": {"target": …}} (https://angular.dev/tools/cli/serve)."""
    facts = Facts(traits={"format": ["dev-proxy"]})
    for key, value in root.items:
        target = value.get("target")
        if key.text.startswith("/") and target is not None:
            _route(unit, facts, key, target, "angular-proxy", f"{key.text}.target", value.string("ws") == "true")
        else:
            facts.references += references(unit, _only(key, value), _JSON)
    return facts


def vercel(unit: Unit, root: Value) -> Facts:
    """vercel.json (https://vercel.com/docs/project-configuration): rewrites, routes, redirects."""
    facts = Facts(traits={"format": ["vercel"]})
    for table in ("rewrites", "routes", "redirects"):
        for entry in root.values(table):
            source, target = entry.get("source") or entry.get("src"), entry.get("destination") or entry.get("dest")
            if source is not None and target is not None:
                _route(unit, facts, source, target, f"vercel-{table[:-1]}", f"{table}.{source.text}", False)
    for key, value in root.items:
        if key.text not in ("rewrites", "routes", "redirects", "$schema"):
            facts.references += references(unit, _only(key, value), _JSON)
    return facts


def devcontainer(unit: Unit, root: Value) -> Facts:
    """devcontainer.json (https://containers.dev/implementors/json_reference/): files, service, ports, commands."""
    facts = Facts(traits={"format": ["devcontainer"]})
    for value in root.values("dockerComposeFile"):
        facts.references += _path(unit, value, "compose-file", "dockerComposeFile")
    for path in (("dockerFile",), ("build", "dockerfile")):
        found = root.get(*path)
        if found is not None:
            context = root.string("build", "context") or root.string("context") or "."
            facts.references += _path(unit, found, "dockerfile", ".".join(path), context=context)
    for path in (("context",), ("build", "context")):
        found = root.get(*path)
        if found is not None:
            facts.references += _path(unit, found, "context", ".".join(path))
    _devcontainer_services(unit, facts, root)
    for key, value in root.items:
        if key.text.endswith("Command"):
            _lifecycle(unit, facts, key.text, value)
        elif key.text not in ("build", "features", "$schema", "image", "customizations"):
            facts.references += references(unit, _only(key, value), _JSON)
    return facts


def _devcontainer_services(unit: Unit, facts: Facts, root: Value) -> None:
    for value in [*root.values("service"), *root.values("runServices")]:
        text = inner(unit, value, scope="service")
        attrs = {"tool": "compose", "verb": "up", "files": [v.text for v in root.values("dockerComposeFile")],
                 "project": "", "guarded": False, "remote": False}  # fmt: skip
        end = len(text.text.text)
        facts.references.append(text.reference("service", 0, end, value.text, "config", "json", "", attrs=attrs))


def _lifecycle(unit: Unit, facts: Facts, name: str, value: Value) -> None:
    """postCreateCommand and its like: text, a list of words, or a map of either."""
    place = _JSON._replace(key=name, scope=name, runtime="host" if name == "initializeCommand" else "")
    outside = Unit(unit.path, unit.text, unit.layers, unit.scope, unit.runtime, "", unit.role)
    for item in [item for _, item in value.items] if value.kind == "map" else [value]:
        if item.kind == "seq":
            facts.add(exec_form(outside, item.values(), place))
        elif item.kind == "str":
            facts.add(run("shell", inner(outside, item, scope=name, runtime=place.runtime)))


def _path(unit: Unit, value: Value, use: str, scope: str, **attrs: object) -> list[Reference]:
    text = inner(unit, value, scope=scope)
    if not value.scalar or not value.text:
        return []
    return [
        text.reference("path", 0, len(text.text.text), value.text, "config", "json", "", attrs={"use": use, **attrs})
    ]


def bake(unit: Unit, root: Value) -> Facts:
    """docker-bake.json (https://docs.docker.com/build/bake/reference/): contexts and Dockerfiles of its targets."""
    facts = Facts(traits={"format": ["bake"]})
    for name, target in root.pairs("target"):
        for key, use in (("dockerfile", "dockerfile"), ("context", "context")):
            found = target.get(key)
            if found is not None and "://" not in found.text:
                context = target.string("context") or "."
                facts.references += _path(unit, found, use, f"target.{name.text}.{key}", context=context)
    facts.references += references(unit, root, _JSON)
    return facts
