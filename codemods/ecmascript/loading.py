"""Whether a file can load a module at all, and the resolver's module as that is written."""

import re

from unmoor.codemods.ecmascript.imports import commonjs
from unmoor.codemods.ecmascript.source import Source
from unmoor.codemods.request import Request
from unmoor.generate import frameworks
from unmoor.generate.plan import Plan, package_of

_NO_MODULE = re.compile(
    r"(^|/)(public|static|assets/js|dist|build)/|(^|/)(next|nuxt|vite|vitest|vue|svelte|astro|webpack|rollup|rspack|rsbuild|"
    r"craco|tailwind|postcss|playwright|cypress|jest|eslint|babel|metro|capacitor|docusaurus|gatsby|remix|electron)"
    r"[\w.-]*\.config\.[cm]?[jt]s$|(^|/)(setupProxy|service-worker|sw|gulpfile|Gruntfile)\.[cm]?js$|\.user\.js$"
)
_CONFIG = re.compile(r"(^|/)[\w.-]+\.config\.[cm]?[jt]s$")
_PLAIN = re.compile(r"\.[cm]?js$")
_BESIDE = re.compile(r"(scripts?|bin|tools?|tasks|hack|ci|deploy|docker|e2e)/")


def no_module(request: Request) -> str:
    """Why nothing can be imported in this file, or ""."""
    path = request.finding.path
    package = package_of(path, request.has)
    # Tools look for `x.config.ts` beside the package.json; deeper it is a source like others.
    if _NO_MODULE.search(path) or (_CONFIG.search(path) and path.rpartition("/")[0] == package):
        return "no module can be imported here; read the address from the environment"
    options = request.settings.resolver.get("typescript")
    named = options is not None and bool(options.module)
    if _PLAIN.search(path) and not named and not request.has(f"{package}/package.json" if package else "package.json"):
        return "no package.json above it: nothing says that a module can be imported here"
    return ""


def refusal(request: Request, source: Source | None, plan: Plan) -> str:
    """Why the file cannot load the resolver's module as the two run, or ""."""
    if plan.framework == "angular" and not plan.configured:
        return "Angular keeps addresses in its environment files and reads none at run time"
    path = request.finding.path
    package = package_of(path, request.has)
    inner, module = (one[len(package) + 1 :] if package else one for one in (path, plan.path))
    script = _BESIDE.match(inner) is not None
    outside = script or "/" not in inner or (module.startswith("src/") and not inner.startswith("src/"))
    if _PLAIN.search(inner) and outside and module.endswith((".ts", ".tsx")):
        return "a script that Node runs itself cannot import a TypeScript module"
    if script and frameworks.named(plan.framework).reads in ("meta", "kit") and not plan.configured:
        return "a script outside of the bundle has no `import.meta.env`"
    if _PLAIN.search(inner) and not plan.exists and source is not None and commonjs(source):
        esm = plan.style == "esm" or (path.endswith(".cjs") and plan.style != "cjs")
        return "an ES module cannot be required here" if esm else ""
    return ""
