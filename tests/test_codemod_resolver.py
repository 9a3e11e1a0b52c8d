"""The TypeScript resolver call: shapes, positions, imports, styles."""

import json
import re

import pytest

from tests.laws import mend, request
from unmoor.config.settings import ResolverSettings, Settings
from unmoor.generate.services import ServiceAddress
from unmoor.model.findings import Refusal
from unmoor.model.subjects import Target

ADDRESS = re.compile(r"(https?|wss?)://(localhost|backend)[^\s'\"`,)]*")
ROOT = {"package.json": "{}", "src/lib/urls.ts": "export function getApiUrl(){}\nexport function getWsUrl(){}\n"}
CONFIGURED = Settings(
    resolver={
        "typescript": ResolverSettings(
            module="src/lib/urls", function="getApiUrl", websocket="getWsUrl", env={"backend": "API_URL"}
        )
    }
)


def rewrite(code: str, path: str = "src/a.ts", value: str = "", **more: object) -> str:
    """The code after the fix, or "refused: why"."""
    files = {**ROOT, path: code, **more.pop("files", {})}  # type: ignore[dict-item]
    found = ADDRESS.search(code)
    asked = request(files, path, value or (found.group() if found else ""), settings=CONFIGURED, **more)  # type: ignore[arg-type]
    result = mend("resolver-call", asked, files)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result[path]


def body(code: str, **more: object) -> str:
    """The rewritten code without the import."""
    return re.sub(r"import \{ [\w ]+ \} from ['\"][^'\"]*['\"];?\n+", "", rewrite(code, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fetch('http://localhost:3011/api/x')", "fetch(getApiUrl('/api/x'))"),
        ('fetch("http://localhost:3011/api/x")', 'fetch(getApiUrl("/api/x"))'),
        ("fetch('http://localhost:3011')", "fetch(getApiUrl())"),
        ("fetch('http://localhost:3011/')", "fetch(getApiUrl('/'))"),
        ("fetch('http://localhost:3011?q=1')", "fetch(getApiUrl('?q=1'))"),
        ("fetch(`http://localhost:3011/api/${id}/y`)", "fetch(getApiUrl(`/api/${id}/y`))"),
        ("fetch(`http://localhost:3011${path}`)", "fetch(`${getApiUrl()}${path}`)"),
        ("fetch(`http://localhost:${PORT}/api`)", "fetch(getApiUrl('/api'))"),
        ("x = 'http://localhost:3011' + path", "x = getApiUrl() + path"),
        ("x = 'http://localhost:3011/a/' + id + '/b'", "x = getApiUrl('/a/') + id + '/b'"),
        ("x = 'http://localhost:' + PORT + '/a'", "x = getApiUrl() + '/a'"),
        ("new URL('/a', 'http://localhost:3011')", "new URL('/a', getApiUrl())"),
        ("axios.create({ baseURL: 'http://localhost:3011/v1' })", "axios.create({ baseURL: getApiUrl('/v1') })"),
        ("const A = 'http://localhost:3011'", "const A = getApiUrl()"),
        ("io('http://localhost:3011')", "io(getApiUrl())"),
        ("new WebSocket('ws://localhost:3011/s')", "new WebSocket(getWsUrl('/s'))"),
        ("const A = process.env.API_URL || 'http://localhost:3011'", "const A = getApiUrl()"),
        ("const A = process.env.API_URL ?? 'http://localhost:3011'", "const A = getApiUrl()"),
        ("const A = (process.env.API_URL ?? 'http://localhost:3011') + '/v1'", "const A = getApiUrl() + '/v1'"),
        ("const A = process.env['API_URL'] || 'http://localhost:3011'", "const A = getApiUrl()"),
        ("const A = import.meta.env.API_URL || 'http://localhost:3011'", "const A = getApiUrl()"),
        (
            "const A = process.env.AUTH_URL ?? process.env.API_URL ?? 'http://localhost:3011'",
            "const A = process.env.AUTH_URL ?? getApiUrl()",
        ),
        ("const A = process.env.AUTH_URL ?? 'http://localhost:3011'", "const A = process.env.AUTH_URL ?? getApiUrl()"),
        (
            "const A = process.env.API_URL || 'http://localhost:3011/v1'",
            "const A = process.env.API_URL || getApiUrl('/v1')",
        ),
        ("const A = process.env.API_URL ? process.env.API_URL : 'http://localhost:3011'", "const A = getApiUrl()"),
        (
            "const A = process.env.API_URL ? process.env.AUTH_URL : 'http://localhost:3011'",
            "const A = process.env.API_URL ? process.env.AUTH_URL : getApiUrl()",
        ),
        ("const A = <string>'http://localhost:3011'", "const A = <string>getApiUrl()"),
        ("x = `url(http://localhost:3011/a.png)`", "x = `url(${getApiUrl('/a.png')})`"),
        ("const A = a ?? (process.env.API_URL || 'http://localhost:3011')", "const A = a ?? getApiUrl()"),
        ("function f(u = 'http://localhost:3011') {}", "function f(u = getApiUrl()) {}"),
        ("const { u = 'http://localhost:3011' } = o", "const { u = getApiUrl() } = o"),
        ("class C { u = 'http://localhost:3011' }", "class C { u = getApiUrl() }"),
        ("f(d ? 'http://localhost:3011' : u)", "f(d ? getApiUrl() : u)"),
        ("const f = () => 'http://localhost:3011'", "const f = () => getApiUrl()"),
        ("export default 'http://localhost:3011'", "export default getApiUrl()"),
        ("x = ['http://localhost:3011']", "x = [getApiUrl()]"),
        ("x = `see http://localhost:3011/a/b now`", "x = `see ${getApiUrl('/a/b')} now`"),
        ("x = { u: 'http://localhost:3011' } as const", "x = { u: getApiUrl() } as const"),
    ],
)
def test_shapes(before: str, after: str) -> None:
    assert body(before + "\n") == after + "\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("enum E { A = 'http://localhost:3011' }", "enum"),
        ("const enum E { A = 'http://localhost:3011' }", "enum"),
        ("type T = 'http://localhost:3011'", "a type"),
        ("type T = `http://localhost:3011/${string}`", ""),
        ("interface I { 'http://localhost:3011': string }", "key"),
        ("const o = { 'http://localhost:3011': 1 }", "key"),
        ("import x from 'http://localhost:3011/x.js'", "module"),
        ("export * from 'http://localhost:3011/x.js'", "module"),
        ("import('http://localhost:3011/x.js')", "module"),
        ("require('http://localhost:3011/x.js')", "module"),
        ("const a = 'http://localhost:3011' as const", "as const"),
        ("const a = <const>'http://localhost:3011'", "as const"),
        ("const a: 'http://localhost:3011' = 'http://localhost:3011'", "type"),
        ("switch (x) { case 'http://localhost:3011': break }", "case"),
        ("if (x === 'http://localhost:3011') {}", "compared"),
        ("t`http://localhost:3011`", "tagged"),
        ("o['http://localhost:3011']", "index"),
        ("'http://localhost:3011'\n", "directive"),
        ("@C({ u: 'http://localhost:3011' }) class X {}", "decorator"),
        ("x = 'http://localhost:30' + '11/a'", "port"),
        ("x = 'http://localhost:3011x/a'", "no number"),
        ("x = 'http://localhost' + rest", "port"),
        ("x = `http://localhost:${port()}/a`", "computed"),
        ("x = 'http://user:pass@localhost:3011/a'", "credentials"),
        ("x = 'see http://localhost:3011/a'", "part of a longer"),
        ("x = ( 'http://localhost:3011", ""),
    ],
)
def test_refusals(code: str, words: str) -> None:
    value = "http://user:pass@localhost:3011/a" if "user:pass" in code else ""
    result = rewrite(code + "\n", value=value)
    assert result.startswith("refused: ")
    assert words in result


def test_escaped_slashes_stay() -> None:
    attrs = {"scheme": "http", "host": "localhost", "port": 3011}
    result = body(r"fetch('http:\/\/localhost:3011\/x')" + "\n", value=r"http:\/\/localhost:3011\/x", attrs=attrs)
    assert result == r"fetch(getApiUrl('\/x'))" + "\n"


@pytest.mark.parametrize("role", ["comparison", "display", "bind", "dummy-base", "cors-origin", "comment", "type"])
def test_roles_that_are_no_call(role: str) -> None:
    assert rewrite("f('http://localhost:3011')\n", role=role).startswith("refused")


def test_only_a_named_target() -> None:
    unknown = rewrite("f('http://localhost:3011')\n", target=Target("", "", None, "", "unknown"))
    assert unknown == "refused: the topology names no service at this address"


def test_the_fixed_function_is_not_for_infrastructure() -> None:
    mail = ServiceAddress("mailhog", 8025, 8025, "shop", "compose.yaml", None)
    result = rewrite("f('http://localhost:8025')\n", services=(mail,), target=Target("mailhog", "shop", 8025))
    assert "no resolver function" in result


def test_a_service_is_no_caller_of_itself() -> None:
    web = ServiceAddress("web", 3010, 3010, "shop", "compose.yaml", "web")
    files = {"web/package.json": "{}"}
    asked = {"services": (web,), "target": Target("web", "shop", 3010), "files": files}
    assert "itself ships" in rewrite("f('http://localhost:3010')\n", path="web/src/a.ts", **asked)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "import { getApiUrl } from './lib/urls'\n\n"),
        ("#!/usr/bin/env node\n", "#!/usr/bin/env node\n\nimport { getApiUrl } from './lib/urls'\n\n"),
        ("'use client'\n\n", "'use client'\n\nimport { getApiUrl } from './lib/urls'\n\n"),
        ("// Copyright 2026\n", "// Copyright 2026\n\nimport { getApiUrl } from './lib/urls'\n\n"),
        ("import a from 'a'\n", "import a from 'a'\nimport { getApiUrl } from './lib/urls'\n"),
        ("import a from 'a'; // why\n", "import a from 'a'; // why\nimport { getApiUrl } from './lib/urls';\n"),
        ('import a from "a"\n', 'import a from "a"\nimport { getApiUrl } from "./lib/urls"\n'),
        ("import a from 'a'\r\n", "import a from 'a'\r\nimport { getApiUrl } from './lib/urls'\r\n"),
        ("\ufeffimport a from 'a'\n", "\ufeffimport a from 'a'\nimport { getApiUrl } from './lib/urls'\n"),
        ("import { b } from './lib/urls'\n", "import { b, getApiUrl } from './lib/urls'\n"),
        ("import {\n  b,\n} from './lib/urls'\n", "import {\n  b,\n  getApiUrl,\n} from './lib/urls'\n"),
        ("import { getApiUrl } from './lib/urls'\n", "import { getApiUrl } from './lib/urls'\n"),
        ("import d from './lib/urls'\n", "import d, { getApiUrl } from './lib/urls'\n"),
        (
            "import type { T } from './lib/urls'\n",
            "import type { T } from './lib/urls'\nimport { getApiUrl } from './lib/urls'\n",
        ),
        ("const a = require('a');\n", "const a = require('a');\nconst { getApiUrl } = require('./lib/urls');\n"),
        ("exports.a = require\n", "const { getApiUrl } = require('./lib/urls')\n\nexports.a = require\n"),
        ("const { b } = require('./lib/urls')\n", "const { b, getApiUrl } = require('./lib/urls')\n"),
    ],
)
def test_imports(head: str, expected: str) -> None:
    end = "\r\n" if "\r\n" in head else "\n"
    semicolon = ";" if ";" in head else ""
    path = "src/a.js" if "require" in head else "src/a.ts"
    result = rewrite(f"{head}fetch('http://localhost:3011/x'){semicolon}{end}", path=path)
    assert result == f"{expected}fetch(getApiUrl('/x')){semicolon}{end}"


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("import { getApiUrl as url } from './lib/urls'\n", "url('/x')"),
        ("import * as urls from './lib/urls'\n", "urls.getApiUrl('/x')"),
        ("const getApiUrl = 1\n", "resolveApiUrl('/x')"),
        ("const getApiUrl = 1, resolveApiUrl = 2\n", "resolveApiUrl2('/x')"),
        ("function f(getApiUrl) {}\n", "resolveApiUrl('/x')"),
    ],
)
def test_names(head: str, call: str) -> None:
    assert f"fetch({call})" in rewrite(head + "fetch('http://localhost:3011/x')\n")


@pytest.mark.parametrize(
    ("config", "neighbour", "specifier"),
    [
        ({"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}, "@/b", "@/lib/urls"),
        ({"compilerOptions": {"baseUrl": "src", "paths": {"~/*": ["*"]}}}, "~/b", "~/lib/urls"),
        ({"extends": "./base.json"}, "@/b", "@/lib/urls"),
        ({"references": [{"path": "./base.json"}]}, "@/b", "@/lib/urls"),
        ({"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}, "./b", "./lib/urls"),
        ({}, "./b.js", "./lib/urls.js"),
    ],
)
def test_specifiers(config: dict[str, object], neighbour: str, specifier: str) -> None:
    base = {"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}
    files = {"tsconfig.json": "// c\n" + json.dumps(config), "base.json": json.dumps(base)}
    result = rewrite(f"import b from '{neighbour}'\nfetch('http://localhost:3011')\n", files=files)
    assert f"import {{ getApiUrl }} from '{specifier}'" in result


def test_jsx_attribute_becomes_an_expression() -> None:
    code = 'export const A = () => <a href="http://localhost:3011/x?a=1&amp;b=2">x</a>\n'
    result = rewrite(code, path="src/a.tsx", value="http://localhost:3011/x?a=1&amp;b=2")
    assert '<a href={getApiUrl("/x?a=1&b=2")}>' in result


def test_markup_takes_the_public_resolver() -> None:
    files = {"src/lib/urls.ts": "export function getApiUrl(){}\nexport function getApiPublicUrl(){}\n"}
    code = "export const metadata = { icon: 'http://localhost:3011/i' }\nfetch('http://localhost:3011/x')\n"
    assert "getApiPublicUrl('/i')" in rewrite(code, files=files)
    assert "getApiUrl('/x')" in rewrite(code, files=files, value="http://localhost:3011/x")


def test_vue_and_svelte_scripts() -> None:
    code = "<script setup lang=\"ts\">\n  import a from './a'\n  fetch('http://localhost:3011/x')\n</script>\n<template/>\n"
    result = rewrite(code, path="src/A.vue")
    assert "  import a from './a'\n  import { getApiUrl } from './lib/urls'\n  fetch(getApiUrl('/x'))\n" in result


@pytest.mark.parametrize("path", ["public/a.js", "next.config.mjs", "vite.config.ts", "src/lib/urls.ts"])
def test_where_no_import_resolves(path: str) -> None:
    assert rewrite("f('http://localhost:3011')\n", path=path).startswith("refused")


def test_a_missing_resolver_is_made_with_the_fix() -> None:
    files = {
        "web/package.json": '{"dependencies": {"next": "16"}}',
        "web/src/a.ts": "fetch('http://localhost:3011/x')\n",
    }
    from unmoor.generate.resolver import content

    asked = request(files, "web/src/a.ts", "http://localhost:3011/x")
    result = mend("resolver-call", asked, files)
    assert not isinstance(result, Refusal)
    made = content(result["web/src/lib/service-urls.ts"])
    assert "process.env.NEXT_PUBLIC_BACKEND_URL" in made
    assert "export function getBackendUrl(" in made


MODULE = """export function getApiUrl(path = ''): string {
  return (typeof window === 'undefined' ? process.env.BACKEND_URL : process.env.NEXT_PUBLIC_API_URL) + path
}

export function getWsUrl(path = ''): string {
  return process.env.NEXT_PUBLIC_WS_URL + path
}
"""
FIXED = Settings(
    resolver={"typescript": ResolverSettings(module="@/lib/urls", function="getApiUrl", websocket="getWsUrl")}
)


def fixed(code: str, service: str, port: int) -> str:
    """The code after the fix, with a resolver of one fixed name and two services."""
    services = (
        ServiceAddress("backend", 3011, 3011, "shop", "compose.yaml", "backend"),
        ServiceAddress("payments", 4000, 4000, "shop", "compose.yaml", "payments", (("", "src"),)),
    )
    files = {
        "package.json": '{"dependencies": {"next": "16"}}',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        "src/lib/urls.ts": MODULE,
        "src/a.ts": code,
    }
    found = ADDRESS.search(code)
    assert found is not None
    target = Target(service, "shop", port)
    asked = request(files, "src/a.ts", found.group(), settings=FIXED, services=services, target=target)
    result = mend("resolver-call", asked, files)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result["src/a.ts"]


def test_a_function_of_a_fixed_name_is_of_one_service() -> None:
    assert "getApiUrl('/x')" in fixed("fetch('http://localhost:3011/x')\n", "backend", 3011)
    assert "from '@/lib/urls'" in fixed("fetch('http://localhost:3011/x')\n", "backend", 3011)
    refused = fixed("fetch('http://localhost:4000/x')\n", "payments", 4000)
    assert refused == "refused: no resolver function is configured for `payments`"


def test_what_the_module_reads_itself_is_taken_over() -> None:
    code = "const a = process.env.{} ?? 'http://localhost:3011'\n"
    assert "const a = getApiUrl()\n" in fixed(code.format("NEXT_PUBLIC_API_URL"), "backend", 3011)
    assert "const a = process.env.OTHER ?? getApiUrl()\n" in fixed(code.format("OTHER"), "backend", 3011)
    socket = "const s = io(process.env.NEXT_PUBLIC_WS_URL || 'ws://localhost:3011')\n"
    assert "io(getWsUrl())" in fixed(socket, "backend", 3011)


def test_an_inside_address_never_ends_in_a_page() -> None:
    result = fixed("export const metadata = { icon: { href: 'http://localhost:3011/i' } }\n", "backend", 3011)
    assert result.startswith("refused: it ends in a page")
