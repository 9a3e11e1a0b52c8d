"""Addresses of TypeScript and JavaScript: what is found, where, and what it is for."""

import pytest

from unmoor.model.facts import Facts, Reference
from unmoor.scanners.ecmascript import scan
from unmoor.scanners.unit import Unit


def read(text: str | bytes, path: str = "src/a.tsx") -> Facts:
    data = text.encode() if isinstance(text, str) else text
    return scan(Unit.of(path, data))


def addresses(text: str, path: str = "src/a.tsx") -> list[Reference]:
    return [r for r in read(text, path).references if r.kind in ("url", "host")]


def only(text: str, path: str = "src/a.tsx") -> Reference:
    found = addresses(text, path)
    assert len(found) == 1, [(r.value, r.role) for r in found]
    return found[0]


ROLES = [
    ("fetch('http://localhost:3011/users')", "request"),
    ("fetch(`http://localhost:3011/users/${id}`)", "request"),
    ("axios.post('http://localhost:3011', {})", "request"),
    ("axios.create({ baseURL: 'http://localhost:3011' })", "request"),
    ("axios({ url: 'http://localhost:3011', method: 'post' })", "request"),
    ("new WebSocket('ws://localhost:3011')", "request"),
    ("new EventSource('http://localhost:3011')", "request"),
    ("io('http://localhost:3011')", "request"),
    ("xhr.open('GET', 'http://localhost:3011')", "request"),
    ("got('http://localhost:3011')", "request"),
    ("ky.get('http://localhost:3011')", "request"),
    ("http.get('http://localhost:3011')", "request"),
    ("window.location.href = 'http://localhost:3011'", "request"),
    ("new URL('/users', 'http://localhost:3011')", "request"),
    ("createClient({ url: 'redis://localhost:6379' })", "request"),
    ("const a = process.env.API || 'http://localhost:3011'", "default"),
    ("const a = process.env.API ?? 'http://localhost:3011'", "default"),
    ("const a = process.env.API ? process.env.API : 'http://localhost:3011'", "default"),
    ("const a = process.env.API || BASE || 'http://localhost:3011'", "default"),
    ("const a = getEnv('API') || 'http://localhost:3011'", "default"),
    ("const a = getEnv('API', 'http://localhost:3011')", "default"),
    ("const { API = 'http://localhost:3011' } = process.env", "default"),
    ("function f(url = 'http://localhost:3011') {}", "default"),
    ("const s = z.object({ API: z.string().url().default('http://localhost:3011') })", "default"),
    ("a ??= 'http://localhost:3011'", "default"),
    ("program.option('--url <url>', 'base', 'http://localhost:3011')", "default"),
    ("yargs.option('url', { default: 'http://localhost:3011' })", "default"),
    ("const c = { images: { remotePatterns: [{ hostname: 'localhost' }] } }", "comparison"),
    ("const a = process.env.NODE_ENV === 'production' ? x : 'http://localhost:3011'", "dev-branch"),
    ("const a = process.env.NODE_ENV !== 'production' ? 'http://localhost:3011' : x", "dev-branch"),
    ("const a = import.meta.env.DEV ? 'http://localhost:3011' : x", "dev-branch"),
    ("if (location.hostname === 'local.test') { base = 'http://localhost:3011' }", "dev-branch"),
    ("const prod = process.env.NODE_ENV === 'production'; const a = prod ? x : 'http://localhost:3011'", "dev-branch"),
    (
        "function f() { if (process.env.NODE_ENV === 'production') { return x } return 'http://localhost:3011' }",
        "dev-branch",
    ),
    ("switch (process.env.NODE_ENV) { case 'development': base = 'http://localhost:3011'; break }", "dev-branch"),
    ("const c = { development: { api: 'http://localhost:3011' }, production: { api: x } }", "dev-branch"),
    ("const a = 'http://localhost:3011'", "config"),
    ("const c = { baseURL: 'http://localhost:3011' }", "config"),
    ("enum E { A = 'http://localhost:3011' }", "config"),
    ("class C { url = 'http://localhost:3011' }", "config"),
    ("export default { server: { proxy: { '/api': 'http://localhost:3011' } } }", "proxy-target"),
    ("export default { server: { proxy: { '/api': { target: 'http://localhost:3011' } } } }", "proxy-target"),
    ("createProxyMiddleware({ target: 'http://localhost:3011' })", "proxy-target"),
    ("const r = [{ source: '/api/:p*', destination: 'http://localhost:3011/:p*' }]", "proxy-target"),
    ("app.use(cors({ origin: 'http://localhost:3000' }))", "cors-origin"),
    ("app.use(cors({ origin: ['http://localhost:3000'] }))", "cors-origin"),
    ("res.setHeader('Access-Control-Allow-Origin', 'http://localhost:3000')", "cors-origin"),
    ("const csp = \"connect-src 'self' http://localhost:3011\"", "cors-origin"),
    ("helmet({ directives: { connectSrc: ['http://localhost:3011'] } })", "cors-origin"),
    ("app.listen(3011, '0.0.0.0')", "bind"),
    ("app.listen({ port: 3011, host: '0.0.0.0' })", "bind"),
    ("export default { server: { host: '0.0.0.0', port: 5173 } }", "bind"),
    ("new URL(req.url, 'http://localhost')", "dummy-base"),
    ("if (host === 'localhost') {}", "comparison"),
    ("if (url.startsWith('http://localhost')) {}", "comparison"),
    ("if (['localhost'].includes(host)) {}", "comparison"),
    ("switch (host) { case 'localhost': break }", "comparison"),
    ("const r = /http:\\/\\/localhost|127\\.0\\.0\\.1|localhost/", "comparison"),
    ("const LOCAL_HOSTS = ['localhost']", "comparison"),
    ("const names = ['localhost']; if (names.includes(h)) {}", "comparison"),
    ("console.log('listening on http://localhost:3011')", "display"),
    ("logger.info(`up at http://localhost:${port}`)", "display"),
    ("throw new Error('is http://localhost:3011 up?')", "display"),
    ("<input placeholder='http://localhost:3011' />", "display"),
    ("<p>open http://localhost:3011 now</p>", "display"),
    ("const o = { description: 'http://localhost:3011' }", "display"),
    ("// see http://localhost:3011", "comment"),
    ("/** @example http://localhost:3011 */", "comment"),
    ("type T = 'http://localhost:3011'", "type"),
    ("interface I { 'http://localhost:3011': string }", "type"),
    ("const o = { 'http://localhost:3011': 1 }", "type"),
]


@pytest.mark.parametrize(("text", "role"), ROLES)
def test_role(text: str, role: str) -> None:
    assert {reference.role for reference in addresses(text)} - ({"comparison"} if role == "dev-branch" else set()) == {
        role
    }


@pytest.mark.parametrize(("text", "role"), ROLES)
def test_every_role_has_a_reason_and_a_position(text: str, role: str) -> None:
    for reference in addresses(text):
        assert reference.why
        assert reference.attrs["position"]


POSITIONS = [
    ("const a = 'http://localhost:1'", "constant"),
    ("const a = { b: 'http://localhost:1' }", "property"),
    ("f('http://localhost:1')", "argument"),
    ("function f() { return 'http://localhost:1' }", "return"),
    ("const f = () => 'http://localhost:1'", "return"),
    ("const a = b || 'http://localhost:1'", "fallback"),
    ("const a = b ?? 'http://localhost:1'", "fallback"),
    ("const a = b ? 'http://localhost:1' : c", "ternary"),
    ("function f(a = 'http://localhost:1') {}", "parameter"),
    ("const { a = 'http://localhost:1' } = b", "destructuring"),
    ("const { a: c = 'http://localhost:1' } = b", "destructuring"),
    ("class C { a = 'http://localhost:1' }", "field"),
    ("class C { static readonly a = 'http://localhost:1' }", "field"),
    ("const a = `${'http://localhost:1'}/x`", "substitution"),
    ("const a = ['http://localhost:1']", "array"),
    ("const a = <a href='http://localhost:1' />", "jsx-attribute:href"),
    ("const a = <a href={'http://localhost:1'} />", "jsx-attribute:href"),
    ("const a = <p>http://localhost:1</p>", "jsx-text"),
    ("const a = <p>{'http://localhost:1'}</p>", "jsx-text"),
    ("const a = { 'http://localhost:1': b }", "pair-key"),
    ("class C { 'http://localhost:1' = 1 }", "pair-key"),
    ("interface I { 'http://localhost:1': string }", "type"),
    ("enum E { A = 'http://localhost:1' }", "enum"),
    ("const enum E { A = 'http://localhost:1' }", "enum"),
    ("declare enum E { A = 'http://localhost:1' }", "enum"),
    ("type T = 'http://localhost:1'", "type"),
    ("type T = `http://localhost:1/${string}`", "type"),
    ("let a: 'http://localhost:1'", "type"),
    ("f<'http://localhost:1'>()", "type"),
    ("switch (a) { case 'http://localhost:1': }", "switch-case"),
    ("a['http://localhost:1']", "subscript"),
    ("@C('http://localhost:1') class D {}", "argument"),
    ("tag`http://localhost:1`", "tagged-template"),
    ("const a = 'http://localhost:1' as const", "constant"),
    ("const a = <const>'http://localhost:1'", "constant"),
    ("a = 'http://localhost:1'", "assignment"),
    ("a === 'http://localhost:1'", "comparison"),
    ("'http://localhost:1'", "directive"),
    ("throw 'http://localhost:1'", "throw"),
    ("const a = 'http://localhost:1' + b", "concatenation"),
]


@pytest.mark.parametrize(("text", "position"), POSITIONS)
def test_position(text: str, position: str) -> None:
    path = "a.ts" if "<const>" in text else "a.tsx"
    reference = only(text, path)
    assert reference.attrs["position"] == position or reference.layers[-1] == "js:concat"
    if reference.layers[-1] != "js:concat":
        assert text.encode()[slice(*reference.span)].decode() == reference.value


@pytest.mark.parametrize(
    "text",
    [
        "import a from 'http://localhost:1/a.js'",
        "export * from 'http://localhost:1/a.js'",
        "import a = require('http://localhost:1')",
        "require('http://localhost:1')",
        "import('http://localhost:1/a.js')",
        "declare module 'http://localhost:1' {}",
    ],
)
def test_modules_are_no_addresses(text: str) -> None:
    assert addresses(text, "a.ts") == []


@pytest.mark.parametrize(
    ("text", "value", "source"),
    [
        ("f('http:\\/\\/localhost:1')", "http://localhost:1", "http:\\/\\/localhost:1"),
        ('f("http://\\u006cocalhost:1")', "http://localhost:1", "http://\\u006cocalhost:1"),
        ('f("\\x68ttp://localhost:1")', "http://localhost:1", "\\x68ttp://localhost:1"),
        ('f("\\u{68}ttp://localhost:1")', "http://localhost:1", "\\u{68}ttp://localhost:1"),
        ('f("http://local\\\nhost:1")', "http://localhost:1", "http://local\\\nhost:1"),
        ("<a href='http://localhost:1?a=1&amp;b=2'/>", "http://localhost:1?a=1&b=2", "http://localhost:1?a=1&amp;b=2"),
        ("<a href='http:&#47;&#x2F;localhost:1'/>", "http://localhost:1", "http:&#47;&#x2F;localhost:1"),
    ],
)
def test_decoded(text: str, value: str, source: str) -> None:
    reference = only(text)
    assert reference.value == value
    assert text.encode()[slice(*reference.span)].decode() == source


def test_template_keeps_its_substitutions() -> None:
    reference = only("fetch(`http://localhost:${PORT}/users/${id}`)")
    assert reference.value == "http://localhost:${PORT}/users/${id}"
    assert reference.attrs["computed"] is True
    assert reference.attrs["port"] is None
    assert reference.layers == ("js:template",)


def test_concatenation_is_one_address() -> None:
    text = "new WebSocket('ws://localhost:' + location.port + '/changes')"
    reference = only(text)
    assert reference.value == "ws://localhost:${location.port}/changes"
    assert reference.layers == ("js:concat",)
    assert text[reference.span.start : reference.span.end] == "ws://localhost:' + location.port + '/changes"


def test_page_host_with_a_fixed_port() -> None:
    reference = only("const a = `${location.protocol}//${location.hostname}:8080/api`")
    assert (reference.attrs["port"], reference.attrs["host"]) == (8080, "${location.hostname}")


def test_default_names_its_variable() -> None:
    assert only("const a = process.env.API_URL || 'http://localhost:1'").attrs["env"] == "API_URL"
    assert only("const { API_URL: a = 'http://localhost:1' } = process.env").attrs["env"] == "API_URL"
    assert only("const raw = process.env.API_URL; const a = raw || 'http://localhost:1'").attrs["env"] == "API_URL"
    assert only("const a = getEnv('API_URL') ?? 'http://localhost:1'").attrs["env"] == "API_URL"


def test_bare_hosts_need_a_host_key() -> None:
    reference = only("const c = { host: process.env.DB_HOST || 'postgres', port: Number(process.env.DB_PORT || 5432) }")
    assert (reference.kind, reference.value, reference.role) == ("host", "postgres", "default")
    assert (reference.attrs["port"], reference.attrs["env"]) == (5432, "DB_HOST")
    assert addresses("const c = { name: 'postgres' }") == []


def test_constant_is_followed() -> None:
    reference = only("const API = 'http://localhost:3011'\nfetch(API + '/users')")
    assert reference.role == "request"
    assert reference.attrs["used_by"] == ["fetch"]
    exported = only("export const API = 'http://localhost:3011'\nfetch(`${API}/users`)")
    assert (exported.role, exported.attrs["exported"], exported.attrs["call"]) == ("config", True, "fetch")


def test_window_test_names_the_runtime() -> None:
    assert only("const a = typeof window === 'undefined' ? 'http://api:3011' : ''").runtime == "server"
    assert only("const a = typeof window !== 'undefined' ? 'http://localhost:3011' : x").runtime == "browser"


def test_production_arm_is_no_dev_branch() -> None:
    reference = only("const a = process.env.NODE_ENV === 'production' ? 'http://localhost:3011' : x")
    assert (reference.role, reference.attrs["branch"]) == ("config", "production")


def test_several_addresses_in_one_string() -> None:
    found = addresses(
        "const c = \"connect-src http://localhost:1 ws://localhost:2; img-src 'self' http://localhost:3\""
    )
    assert [r.value for r in found] == ["http://localhost:1", "ws://localhost:2", "http://localhost:3"]


def test_home_directory_of_one_developer() -> None:
    text = "const root = process.env.ROOT || '/home/alice/work/data'"
    (reference,) = [r for r in read(text).references if r.kind == "path"]
    assert (reference.value, reference.attrs["use"], reference.role) == ("/home/alice/work/data", "home", "default")
    assert [r for r in read("const root = '/home/node/app'").references if r.kind == "path"] == []


def test_scope_names_what_is_around() -> None:
    assert only("class C { load() { return fetch('http://localhost:1') } }").scope == "C.load"


def test_comments_of_other_hosts_say_nothing() -> None:
    assert addresses("// see https://example.org/x\nconst a = 1") == []


def test_a_fallback_keeps_its_purpose() -> None:
    reference = only(
        "const allowed = process.env.ALLOWED ?? 'http://localhost:3000'\napp.use(cors({ origin: allowed }))"
    )
    assert (reference.role, reference.attrs["purpose"]) == ("default", "cors-origin")
    assert only("app.use(cors({ origin: process.env.O || 'http://localhost:3000' }))").attrs["purpose"] == "cors-origin"
