"""Where a rewritten file finds its resolver, and whether it can load it at all; and which one its value needs."""

import json

import pytest

from tests.laws import mend, request
from tests.test_codemod_resolver import ADDRESS, rewrite
from unmoor.model.findings import Refusal

CALL = "fetch('http://localhost:3011/x')\n"
SRC = {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}


def specifier(code: str, path: str, files: dict[str, str]) -> str:
    """What the import that the fix wrote names."""
    result = rewrite(code + CALL, path=path, files=files)
    assert not result.startswith("refused"), result
    return result.split(" from ")[-1].splitlines()[0].strip("'\"; ")


TILDE = {"compilerOptions": {"paths": {"~/*": ["./src/*"]}}}
SHARED = {"compilerOptions": {"paths": {"@/*": ["${configDir}/src/*"]}}}
STARS = {"compilerOptions": {"paths": {"@/*": ["*"]}}}


@pytest.mark.parametrize(
    ("configs", "neighbour", "wanted"),
    [
        ({"tsconfig.json": {"extends": ["./none.json", "./base.json"]}, "base.json": SRC}, "@/b", "@/lib/urls"),
        (
            {"tsconfig.json": {"extends": ["./a.json", "./b.json"]}, "a.json": SRC, "b.json": TILDE},
            "~/b",
            "~/lib/urls",
        ),
        ({"tsconfig.json": {"extends": "./base"}, "base.json": SRC}, "@/b", "@/lib/urls"),
        (
            {
                "tsconfig.json": {"extends": "@acme/tsconfig/app.json"},
                "packages/tsconfig/package.json": {"name": "@acme/tsconfig"},
                "packages/tsconfig/app.json": SHARED,
            },
            "@/b",
            "@/lib/urls",
        ),
        (
            {"tsconfig.json": {"extends": "./base.json", "compilerOptions": {"baseUrl": "src"}}, "base.json": STARS},
            "@/b",
            "@/lib/urls",
        ),
        ({"jsconfig.json": {"compilerOptions": {"baseUrl": "src"}}}, "lib/other", "lib/urls"),
        ({"tsconfig.json": {"compilerOptions": {"baseUrl": "."}}}, "src/lib/other", "src/lib/urls"),
        (
            {"tsconfig.json": {"files": [], "references": [{"path": "./app.json"}]}, "app.json": SRC},
            "@/b",
            "@/lib/urls",
        ),
    ],
)
def test_aliases_of_configurations(configs: dict[str, object], neighbour: str, wanted: str) -> None:
    files = {path: json.dumps(value) for path, value in configs.items()}
    assert specifier(f"import b from '{neighbour}'\n", "src/deep/a.ts", files) == wanted


@pytest.mark.parametrize(
    ("neighbours", "own", "wanted"),
    [
        ({"src/app/x/b.ts": "import c from '@/c'\n"}, "", "@/lib/urls"),
        ({"src/app/b.ts": "import c from '@/c'\n"}, "", "@/lib/urls"),
        ({"src/app/x/b.ts": "import c from '../../c'\n"}, "", "../../lib/urls"),
        ({"src/app/x/b.ts": "import c from '@/c'\n"}, "import c from '../../c'\n", "../../lib/urls"),
        ({"src/app/x/b.ts": "import c from '@/c'\n"}, "import c from './c'\n", "@/lib/urls"),
        ({}, "", "../../lib/urls"),
    ],
)
def test_neighbours_tell_where_the_file_does_not(neighbours: dict[str, str], own: str, wanted: str) -> None:
    files = {"tsconfig.json": json.dumps(SRC), **neighbours}
    assert specifier(own, "src/app/x/a.ts", files) == wanted


@pytest.mark.parametrize(
    ("used", "there", "wanted"),
    [
        ("$lib/other", "src/lib/other.ts", "$lib/urls"),
        ("~/lib/other", "src/lib/other.ts", "~/lib/urls"),
        ("@/lib/other", "src/lib/other.ts", "@/lib/urls"),
        ("@/lib/other", "elsewhere/lib/other.ts", "../lib/urls"),
    ],
)
def test_an_alias_that_a_bundler_brings_is_read_off_its_use(used: str, there: str, wanted: str) -> None:
    assert specifier(f"import o from '{used}'\n", "src/deep/a.ts", {there: ""}) == wanted


def test_node_resolution_of_typescript_wants_the_extension() -> None:
    files = {"package.json": '{"type": "module"}', "tsconfig.json": '{"compilerOptions": {"module": "NodeNext"}}'}
    assert specifier("", "src/a.ts", files) == "./lib/urls.js"


def test_a_name_that_is_only_passed_on_is_free() -> None:
    result = rewrite("export { getApiUrl } from './lib/other'\n" + CALL)
    assert "import { getApiUrl } from './lib/urls'" in result


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("export default {\n  data() { return { u: 'http://localhost:3011' } },\n}\n", "'\n"),
        ("export const f = () => {\n  return 'http://localhost:3011';\n};\n", "';\n"),
    ],
)
def test_semicolons_as_in_the_statements_that_there_are(code: str, end: str) -> None:
    assert rewrite(code).startswith("import { getApiUrl } from './lib/urls" + end)


# ---- files that cannot load a module, or not this one ----


def made(path: str, manifest: dict[str, object], code: str = CALL, **files: str) -> str:
    """The fix in a package whose resolver is still to be made."""
    tree = {"package.json": json.dumps(manifest), path: code, **files}
    found = ADDRESS.search(code)
    assert found
    result = mend("resolver-call", request(tree, path, found.group()), tree)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result[path]


VITE = {"dependencies": {"vite": "5"}}


@pytest.mark.parametrize(
    ("path", "manifest", "words"),
    [
        ("vite.config.ts", VITE, "no module"),
        ("app.config.ts", VITE, "no module"),
        ("scripts/seed.ts", VITE, "import.meta.env"),
        ("scripts/seed.mjs", {"dependencies": {"next": "15"}}, "TypeScript module"),
        ("server.js", {"dependencies": {"next": "15"}}, "TypeScript module"),
        ("src/a.cjs", {"type": "module"}, "required"),
        ("src/a.ts", {"dependencies": {"@angular/core": "17"}}, "Angular"),
    ],
)
def test_what_cannot_load_the_module(path: str, manifest: dict[str, object], words: str) -> None:
    result = made(path, manifest, **{"tsconfig.json": "{}"} if not path.endswith(".cjs") else {})
    assert result.startswith("refused: ")
    assert words in result


@pytest.mark.parametrize("path", ["src/infra/app.config.ts", "src/config/api.config.js", "scripts/seed.js"])
def test_what_can(path: str) -> None:
    assert "getBackendUrl('/x')" in made(path, {})


def test_a_script_of_a_package_without_modules_requires() -> None:
    assert made("src/a.js", {}).startswith("const { getBackendUrl } = require('./lib/service-urls')\n")
    assert made("src/a.js", {"type": "module"}).startswith("import { getBackendUrl } from './lib/service-urls.js'\n")


# ---- what a server renders takes the public address ----

BOTH = {"src/lib/urls.ts": "export function getApiUrl(){}\nexport function getApiPublicUrl(){}\n", "package.json": "{}"}
AT = "'http://localhost:3011/i'"


@pytest.mark.parametrize(
    "code",
    [
        f"const A = () => <img src={{{AT}}} />\n",
        f"const A = () => <p>{{{AT}}}</p>\n",
        f"const A = () => <><b/>{{x ?? {AT}}}</>\n",
        f"const A = () => <i style={{{{ backgroundImage: {AT} }}}} />\n",
        f"const A = () => <Card href={{{AT}}} />\n",
        f"const U = {AT}\nconst A = () => <img src={{`${{U}}/x`}} />\n",
        f"const U = {AT}\nconst V = U + '/y'\nconst A = () => <img src={{V}} />\n",
        f"const url = (p) => {AT} + p\nconst A = () => <img src={{url('/x')}} />\n",
        f"function url(p) {{ return {AT} + p }}\nconst A = () => <img src={{url('/x')}} />\n",
        f"export const metadata = {{ openGraph: {{ images: [{AT}] }} }}\n",
        f"export const metadata = {{ metadataBase: new URL({AT}) }}\n",
        f"export async function generateMetadata() {{ return {{ icons: [{AT}] }} }}\n",
        f"const go = () => {{ window.location.href = {AT} }}\n",
        f"const go = () => router.push({AT})\n",
        f"export const GET = () => Response.redirect({AT})\n",
    ],
)
def test_in_markup(code: str) -> None:
    assert "getApiPublicUrl('/i')" in rewrite(code, path="src/a.tsx", files=BOTH)


@pytest.mark.parametrize(
    "code",
    [
        f"const A = () => <button onClick={{() => fetch({AT})}} />\n",
        f"const A = () => <form action={{async () => {{ await fetch({AT}) }}}} />\n",
        f"const A = () => <Table endpoint={{{AT}}} />\n",
        f"const U = {AT}\nconst A = async () => {{ const r = await fetch(U); return <p>{{r.title}}</p> }}\n",
        f"const A = async () => {{ const d = await load({AT}); return <p>{{d.title}}</p> }}\n",
        f"export async function generateMetadata() {{ const r = await fetch({AT}); return {{ title: r.title }} }}\n",
        f"const o = {{ api: {AT} }}\nconst A = () => <p>{{o.name}}</p>\n",
        f"const f = (src) => src\nconst U = {AT}\nfetch(U)\n",
    ],
)
def test_not_in_markup(code: str) -> None:
    assert "getApiUrl('/i')" in rewrite(code, path="src/a.tsx", files=BOTH)
