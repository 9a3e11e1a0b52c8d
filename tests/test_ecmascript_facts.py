"""Environment reads, routes, ports, constants, commands and traits of TypeScript and JavaScript."""

import pytest

from unmoor.model.facts import Declaration, Facts, Reference
from unmoor.scanners.ecmascript import scan
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped


def read(text: str, path: str = "src/a.ts") -> Facts:
    return scan(Unit.of(path, text.encode()))


def references(text: str, kind: str, path: str = "src/a.ts") -> list[Reference]:
    return [r for r in read(text, path).references if r.kind == kind]


def declared(text: str, kind: str, path: str = "src/a.ts") -> list[Declaration]:
    return [d for d in read(text, path).declarations if d.kind == kind]


READS = [
    ("process.env.A", "A", {"has_default": False, "required": False, "access": "process.env"}),
    ("process.env['A']", "A", {"access": "process.env"}),
    ("process.env?.A", "A", {"access": "process.env"}),
    ("import.meta.env.VITE_A", "VITE_A", {"access": "import.meta.env"}),
    ("const x = process.env.A || 'd'", "A", {"has_default": True, "default": "d"}),
    ("const x = process.env.A ?? 3000", "A", {"has_default": True, "default": "3000"}),
    ("const x = Number(process.env.A) || 3000", "A", {"has_default": True, "default": "3000"}),
    ("const x = parseInt(process.env.A || '3000', 10)", "A", {"has_default": True, "default": "3000"}),
    ("const x = process.env.A!", "A", {"required": True}),
    ("if (!process.env.A) throw new Error('A')", "A", {"required": True}),
    ("const a = process.env.A; if (!a) { throw new Error('A') }", "A", {"required": True}),
    ("const x = process.env.A === 'true'", "A", {"tested": True, "has_default": False}),
    ("const { A } = process.env", "A", {"access": "process.env", "has_default": False}),
    ("const { A = 'd' } = process.env", "A", {"has_default": True, "default": "d"}),
    ("const { A: b = 'd' } = process.env", "A", {"has_default": True, "default": "d"}),
    ("const env = loadEnv(mode, '.'); env.A_B", "A_B", {}),
    ("getEnv('A_B')", "A_B", {"access": "getEnv"}),
    ("getEnv('A_B', 'd')", "A_B", {"has_default": True, "default": "d"}),
    ("requireEnv('A_B')", "A_B", {"required": True}),
    ("Deno.env.get('A_B')", "A_B", {"access": "Deno.env"}),
    ("Bun.env.A", "A", {"access": "Bun.env"}),
    ("import { z } from 'zod'; z.object({ A_B: z.string() }).parse(process.env)", "A_B", {"required": True}),
    (
        "import { z } from 'zod'; z.object({ A_B: z.string().default('d') }).parse(process.env)",
        "A_B",
        {"has_default": True, "default": "d"},
    ),
    (
        "import { z } from 'zod'; z.object({ A_B: z.string().optional() }).parse(process.env)",
        "A_B",
        {"required": False},
    ),
    ("cleanEnv(process.env, { A_B: str({ default: 'd' }) })", "A_B", {"has_default": True, "default": "d"}),
]


@pytest.mark.parametrize(("text", "name", "attrs"), READS)
def test_env_read(text: str, name: str, attrs: dict[str, object]) -> None:
    (reference,) = references(text, "env")
    assert reference.value == name
    assert text[reference.span.start : reference.span.end] == name
    assert {key: reference.attrs[key] for key in attrs} == attrs


def test_a_chain_takes_its_last_fallback() -> None:
    a, b = references("const x = process.env.A || process.env.B || 'd'", "env")
    assert (a.attrs["default"], b.attrs["default"]) == ("d", "d")


def test_dynamic_read() -> None:
    (reference,) = references("const x = process.env[`APP_${name}`]", "env")
    assert reference.attrs["dynamic"] is True


@pytest.mark.parametrize(
    "text",
    [
        "process.env.A = 'x'",
        "delete process.env.A",
        "const s = 'process.env.A'",
        "// process.env.A",
        "view.env.name",
        "env['INFRA'].MAILER",
        "env['INFRA'][key]",
        "await env.DB.prepare(q)",
    ],
)
def test_no_read(text: str) -> None:
    assert references(text, "env") == []


CALLS = [
    ("fetch('/api/x')", "/api/x", "GET", False),
    ("fetch('/api/x', { method: 'POST' })", "/api/x", "POST", False),
    ("fetch(`/api/x/${id}`)", "/api/x/${id}", "GET", False),
    ("fetch(`${BASE}/api/x`)", "/api/x", "GET", True),
    ("fetch(BASE + '/api/x')", "/api/x", "GET", True),
    ("const BASE = ''; fetch(`${BASE}/api/x`)", "/api/x", "GET", False),
    ("axios.put('/api/x', {})", "/api/x", "PUT", False),
    ("axios({ url: '/api/x', method: 'delete' })", "/api/x", "DELETE", False),
    ("const c = axios.create({ baseURL: 'http://a' }); c.get('/x')", "/x", "GET", True),
    ("const c = axios.create({ baseURL: '/api' }); c.get('/x')", "/x", "GET", False),
    ("apiClient.get('/x')", "/x", "GET", True),
    ("this.patch('/x', data)", "/x", "PATCH", True),
    ("xhr.open('POST', '/api/x')", "/api/x", "POST", False),
    ("new WebSocket('/ws')", "/ws", "GET", False),
    ("useSWR('/api/x', fetcher)", "/api/x", "GET", False),
]


@pytest.mark.parametrize(("text", "value", "method", "base"), CALLS)
def test_route_call(text: str, value: str, method: str, base: bool) -> None:
    (reference,) = references(text, "route")
    assert (reference.value, reference.attrs["method"], reference.attrs["base"]) == (value, method, base)
    assert text[reference.span.start : reference.span.end] == value


@pytest.mark.parametrize(
    "text",
    [
        "app.get('/x', (req, res) => {})",
        "map.get('/x')",
        "router.get('/x', handler)",
        "fetch('http://a/x')",
        "x.startsWith('/api')",
    ],
)
def test_no_route_call(text: str) -> None:
    assert references(text, "route") == []


SERVED = [
    ("const app = express(); app.get('/x', h)", "/x", {"method": "GET", "source": "express"}),
    ("router.use('/api', users)", "/api", {"prefix": True}),
    ("fastify.post('/x', async () => {})", "/x", {"method": "POST"}),
    ("const r = new Hono(); r.delete('/x', h)", "/x", {"method": "DELETE"}),
    ("@Controller('users') class U {}", "/users", {"source": "nest", "prefix": True}),
    ("class U { @Get(':id') one() {} }", "/:id", {"source": "nest", "method": "GET"}),
    (
        "export default { server: { proxy: { '/api': 'http://localhost:1' } } }",
        "/api",
        {"source": "vite-proxy", "destination": "http://localhost:1"},
    ),
    ("export default { server: { proxy: { '/ws': { target: 'http://a', ws: true } } } }", "/ws", {"websocket": True}),
    (
        "module.exports = { devServer: { proxy: [{ context: ['/a'], target: 'http://b' }] } }",
        "/a",
        {"source": "webpack-proxy", "destination": "http://b"},
    ),
    (
        "const c = { rewrites() { return [{ source: '/api/:p*', destination: 'http://b/:p*' }] } }",
        "/api/:p*",
        {"source": "next-rewrite", "destination": "http://b/:p*"},
    ),
    (
        "app.use('/api', createProxyMiddleware({ target: 'http://b', ws: true }))",
        "/api",
        {"destination": "http://b", "websocket": True},
    ),
]


@pytest.mark.parametrize(("text", "path", "attrs"), SERVED)
def test_route_declaration(text: str, path: str, attrs: dict[str, object]) -> None:
    (declaration,) = declared(text, "route")
    assert declaration.name == path
    assert {key: declaration.attrs[key] for key in attrs} == attrs


@pytest.mark.parametrize(
    ("text", "port", "host"),
    [
        ("app.listen(3011)", "3011", ""),
        ("const PORT = process.env.PORT || 3011; app.listen(PORT)", "3011", ""),
        ("app.listen(Number(process.env.PORT ?? '3011'), '127.0.0.1')", "3011", "127.0.0.1"),
        ("app.listen({ port: 3011, host: '0.0.0.0' })", "3011", "0.0.0.0"),
        ("export default { server: { port: 5173 } }", "5173", ""),
        ("module.exports = { devServer: { port: 8081 } }", "8081", ""),
        ("Bun.serve({ port: 3011, fetch() {} })", "3011", ""),
    ],
)
def test_port(text: str, port: str, host: str) -> None:
    (declaration,) = declared(text, "port")
    assert (declaration.value, declaration.attrs["host"]) == (port, host)


def test_constants() -> None:
    text = "export const PORT = '3010'\nconst U = { A: { B: '/api/b', port: 3012 }, PORT: 3011 } as const\n"
    text += "const API = 'http://localhost:1', report = 'weekly', PORTS = Object.freeze({ WEB: 3013 })"
    found = {d.name: (d.value, d.attrs["exported"]) for d in declared(text, "constant")}
    assert found == {
        "PORT": ("3010", True),
        "U.A.port": ("3012", False),
        "U.PORT": ("3011", False),
        "PORTS.WEB": ("3013", False),
    }


def test_a_port_that_a_variable_may_set_is_no_constant() -> None:
    assert declared("export const PORT = process.env.X || 3000", "constant") == []


@pytest.mark.parametrize(
    ("text", "attrs"),
    [
        ("const P = 5000; fetch(`http://localhost:${P}/x`)", {"port": 5000, "port_from": "P"}),
        ("const P = '5000'; fetch('http://localhost:' + P)", {"port": 5000, "port_from": "P"}),
        ("const P = { A: 1, B: 4001 } as const; fetch(`http://localhost:${P.B}`)", {"port": 4001, "port_from": "P.B"}),
        ("const P = process.env.P || 5000; fetch(`http://localhost:${P}`)", {"port": None, "port_name": "P"}),
        ("let P = 1; { let P = 2 }; fetch(`http://localhost:${P}`)", {"port": None, "port_name": "P"}),
        ("fetch(`http://localhost:${PORTS.A}/x`)", {"port": None, "port_name": "PORTS.A"}),
        ("fetch(`http://localhost:${f(P)}/x`)", {"port": None}),
    ],
)
def test_the_port_of_a_template(text: str, attrs: dict[str, object]) -> None:
    (reference,) = references(text, "url")
    names = ("port", "port_from", "port_name")
    assert {k: v for k, v in reference.attrs.items() if k in names} == attrs


@pytest.mark.parametrize(
    "text",
    [
        "execSync('docker exec shop_db psql')",
        "spawn('docker', ['exec', 'shop_db', 'psql'])",
        "$`docker exec shop_db psql`",
    ],
)
def test_commands_are_shell(text: str) -> None:
    (reference,) = references(text, "container")
    assert reference.value == "shop_db"
    assert text[reference.span.start : reference.span.end] == "shop_db"


def test_regex_exec_is_no_command() -> None:
    assert references("pattern.exec('docker exec shop_db psql')", "container") == []


def test_traits() -> None:
    text = "'use client'\nimport a, { b as c } from './x'\nconst fs = require('fs')\nwindow.x = 1\n"
    text += "export async function GET() {}\nexport default 1\n"
    traits = read(text).traits
    assert traits["directive"] == ["use client"]
    assert traits["imports"] == ["./x", "fs"]
    assert traits["imported"] == ["a=./x#default", "c=./x#b", "fs=fs#*"]
    assert traits["exports"] == ["GET", "default"]
    assert traits["browser_globals"] == ["window"]


def test_defined_by_the_bundler() -> None:
    text = "export default defineConfig({ envPrefix: 'APP_', define: { 'process.env.A': JSON.stringify(a) } })"
    assert read(text).traits["defined_env"] == ["A"]
    assert read(text).traits["env_prefix"] == ["APP_"]
    assert read("module.exports = { plugins: [new EnvironmentPlugin(['A_B', 'C_D'])] }").traits["defined_env"] == [
        "A_B",
        "C_D",
    ]
    assert read("const nextConfig = { basePath: '/docs' }").traits["basePath"] == ["/docs"]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        ("fence:tsx", "<a href='http://localhost:1'/>"),
        ("fence:ts", "let a: string = 'http://localhost:1'"),
        ("script:js", "f('http://localhost:1')"),
    ],
)
def test_embedded(layer: str, text: str) -> None:
    outer = b"~~~\n" + text.encode() + b"\n~~~\n"
    unit = Unit.of("README.md", outer)
    facts = scan(unit.inner(Mapped.whole(outer).slice(4, 4 + len(text)), layer))
    (reference,) = [r for r in facts.references if r.kind == "url"]
    assert outer[slice(*reference.span)] == b"http://localhost:1"
    assert reference.layers[0] == layer
