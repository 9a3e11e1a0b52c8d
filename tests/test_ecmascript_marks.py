"""What the bytes say that a text may hold is all that it holds: facts are the same with a tree for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.rules import load
from unmoor.rules.page import examples
from unmoor.scanners import ecmascript
from unmoor.scanners.ecmascript.heading import read_heading
from unmoor.scanners.ecmascript.marks import Marks
from unmoor.scanners.unit import Unit
from unmoor.syntax import grammars

HEADS = [
    "'use client'", "'use client';", '"use strict"', "// a comment", "/* import x from 'no' */", "",
    "import 'a'", "import a from 'b';", "import a, { b } from 'c'", "import a, * as b from 'c'",
    "import * as d from './d'",
    "import { a, b as c, type D, } from '@/e'", "import type { A } from 'f'", "import type A from 'f'",
    "import type from 'f'", "import { type } from 'g'", "import { type as t } from 'g'", "import {default as h}from'h'",
    "import i from './i.json' with { type: 'json' }", "import { 'a-b' as j } from 'j'", "import k = require('k')",
    "import { a, // why\n b } from 'l'", "import\n  m\nfrom 'm'", "import {} from 'n'", "export * from './o'",
    "export * as p from './p'", "export { a, type B } from './q'", "export type { C } from './r'", "export { s }",
    "import { apiUrl, BASE } from '../config'", "import $ from 'jquery'", "import { from } from 'rxjs'",
]  # fmt: skip
BODIES = [
    "const { t } = require('t')", "const u = await import('u')", "export const a = 1", "fetch(apiUrl + '/users')",
    "fetch(`${BASE}/users`)", "axios.get<User>('/api/a')", "client.post?.('/b')", "api.get /* c */ ('/d')",
    "app.get('/e', (req, res) => {})", "app.use('*', h)", "app.all('/*', h)", "router.use(`/f`, g)",
    "app.listen(3000)", "serve({ port: 3001 })", "new WebSocketServer({ port: 3002 })", "Bun.serve<T>({ port: 3003 })",
    "execSync('docker exec web ls')", "spawn('docker', ['logs', 'web'])", "$`docker stop web`", "new WebSocket('/ws')",
    "class A { @Get('g') g() {} }", "@Controller() class B {}", "const PORT = 3004", "const PORTS = { A: 3005 }",
    "export const C = { port: '3006' }", "const viewport: number = 3007", "const P_PORT = (3008 as const)",
    "const PORTS: Record<string, number> = Object.freeze({ B: 3009 })", "const x = process.env.A || 'd'",
    "const { A } = import.meta.env", "getEnv('A_B')", "config.getOrThrow('A_B')", "const y = env['C']",
    "const host = 'db'", "const r = { hostname: 'db:5432' }", "const s = 'http://localhost:3010'",
    "// see localhost:3011",
    "/* http://10.0.0.1 */", "const re = /127.0.0.1/", "const v = '1.2.3.4'", "const w = 'http:\\/\\/localhost'",
    "const z = `${h}:8080`", "const c = '\\x6cocalhost:1'", "const d = h + ':8080'", "const home = '/home/ann/x'",
    "const win = 'C:\\\\Users\\\\ann'", "export default { server: { port: 3012, proxy: { '/api': 'http://a:1' } } }",
    "const n = [{ source: '/a', destination: 'http://b/:path*' }]", "const m = \"import q from 'q'\"",
    "it('a', () => {})",
    "const e = `\nimport r from 'r'\n`", "declare module 'x' { import y from 'y' }", "const o = { 'serve' : 1 }",
    "const g = <T,>(a: T) => a", "const long = 'no address'", "throw new Error('/ no path')",
    "window.location.reload()",
]  # fmt: skip
TSX = ["const J = () => <a href='/x' title=\"y\"/>", "const K = () => <p>http://localhost:3013 &#58;</p>"]


def facts_of(path: str, text: str) -> Facts:
    return ecmascript.scan(Unit.of(path, text.encode()))


def everywhere(path: str, text: str) -> Facts:
    """The facts with a tree made, and everything in it looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ecmascript, "marks", lambda text: Marks())
        patch.setattr(ecmascript, "read_heading", lambda text: None)
        return facts_of(path, text)


def same(path: str, text: str) -> None:
    whole = everywhere(path, text)
    if not whole.problems:
        assert facts_of(path, text) == whole, text


@given(
    st.sampled_from(["src/a.ts", "src/a.tsx", "src/a.js"]),
    st.lists(st.sampled_from(HEADS), max_size=5),
    st.lists(st.sampled_from([*BODIES, *TSX]), max_size=4),
    st.sampled_from(["\n", "\r\n", "\n\n", ";\n"]),
)
def test_facts_are_those_of_the_tree(path: str, heads: list[str], bodies: list[str], between: str) -> None:
    same(path, between.join([*heads, *bodies, ""]))


@pytest.mark.parametrize("line", [*HEADS, *BODIES])
@pytest.mark.parametrize("path", ["src/a.ts", "src/a.tsx", "src/a.js"])
def test_each_line_alone(path: str, line: str) -> None:
    same(path, line)


def test_the_examples_of_the_rules() -> None:
    sections = ("Bad", "Good", "Fixed")
    rules = load().rules.values()
    texts = {
        (path, text)
        for rule in rules
        for section in sections
        for example in examples(rule, section)
        for path, text in example.files.items()
        if path.endswith((".ts", ".tsx", ".js", ".mjs"))
    }
    assert len(texts) > 100
    for path, text in texts:
        same(path, text)


def test_a_text_that_holds_nothing_for_us_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammars, "_parser", lambda name: pytest.fail("parsed"))
    text = "'use client'\nimport { useMemo } from 'react'\nexport const double = (n: number) => useMemo(() => n * 2)\n"
    assert facts_of("src/a.ts", text).traits == {
        "directive": ["use client"],
        "imports": ["react"],
        "imported": ["useMemo=react#useMemo"],
        "exports": ["double"],
    }


@pytest.mark.parametrize(
    "text",
    [
        "import type from 'f'",
        "import { type as t } from 'g'",
        "import i from './i.json' with { type: 'json' }",
        "import { 'a-b' as j } from 'j'",
        "const a = 1\nimport { b } from 'b'",
        "const e = `\nimport r from 'r'\n`",
        "'no directive'\nimport a from 'b'",
    ],
)
def test_what_is_not_plain_is_left_to_the_tree(text: str) -> None:
    assert read_heading(text.encode()) is None
