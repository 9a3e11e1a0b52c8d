"""The TypeScript compiler's own tree against ours: positions and values of every literal. Needs node and npm.

Run by `pytest -m oracle tests/oracles`.
"""

import json
import subprocess
from pathlib import Path

import pytest

from unmoor.scanners.ecmascript.literals import literal
from unmoor.scanners.ecmascript.source import Source
from unmoor.scanners.unit import Unit

pytestmark = pytest.mark.oracle

_PROGRAM = r"""
const ts = require('typescript'), fs = require('fs')
// The parser leaves entities of JSX attributes alone; the emitter decodes them.
const jsx = raw => {
  const options = { compilerOptions: { jsx: ts.JsxEmit.React, target: ts.ScriptTarget.ES2020 } }
  const code = ts.transpileModule('x = <a b=' + raw + '/>', { ...options, fileName: 'x.tsx' }).outputText
  return new Function('React', 'let x; ' + code + '; return x')({ createElement: (_, given) => given.b })
}
const out = {}
for (const name of process.argv.slice(2)) {
  const text = fs.readFileSync(name, 'utf8')
  const kind = name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind)
  const bytes = at => Buffer.byteLength(text.slice(0, at))
  const found = []
  const visit = node => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
      found.push([bytes(node.getStart()), bytes(node.getEnd()),
        ts.isJsxAttribute(node.parent) ? jsx(node.getText()) : node.text])
    ts.forEachChild(node, visit)
  }
  visit(file)
  out[name] = found
}
console.log(JSON.stringify(out))
"""

SAMPLES = {
    "escapes.ts": r"""const a = 'http:\/\/localhost', b = "\u006c\x6c\u{1F600}", c = 'a\
b', d = "\ud83d\ude00", e = 'é' + "😀", f = `x\ty`, g = '\0', h = "it's \"x\"", i = '' """,
    "positions.ts": """import x from 'm'; export * from "n"; enum E { A = 'e' } type T = 'lit' | "b"
class C { 'k' = 'v'; static s = `t`; m(p = 'd') { return 'r' } } interface I { 'k': 'l' }
const o = { 'a-b': 'c', [`x`]: 'y' }; switch (o['q']) { case 'z': break }
const { u = 'w', ['n']: k = 's' } = o; f('g', ...['h']); a ? 'i' : 'j'; a ?? 'k' || 'l'; 'directive'
type Q = import('./y').Z; let z = <const>'cast'; tag`plain`; declare module 'mod' {}
""",
    "jsx.tsx": """const a = <a href="http://x?a=1&amp;b=2" title='q"q' data-x={'y'}>{'t'}text {`u`}</a>
const b = <><B {...{ c: 'd' }} e={f ? 'g' : "h"} /></>
""",
    "windows.ts": "\ufeffconst a = 'x'\r\nconst b = `multi\r\nline`\r\n",
}


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the TypeScript compiler installed."""
    folder = tmp_path_factory.mktemp("typescript")
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "typescript@6.0.3"], cwd=folder, check=True, timeout=300
    )
    (folder / "literals.cjs").write_text(_PROGRAM)
    return folder


def test_literals_are_where_the_compiler_sees_them(compiler: Path) -> None:
    for name, text in SAMPLES.items():
        (compiler / name).write_bytes(text.encode())
    run = subprocess.run(["node", "literals.cjs", *SAMPLES], cwd=compiler, check=True, capture_output=True, timeout=120)
    for name, theirs in json.loads(run.stdout).items():
        ours = [tuple(entry) for entry in _ours(name, (compiler / name).read_bytes())]
        assert ours == sorted((start, end, value) for start, end, value in theirs), name


def _ours(name: str, data: bytes) -> list[tuple[int, int, str]]:
    source = Source(Unit.of(name, data), "tsx" if name.endswith("x") else "typescript")
    query = "(jsx_attribute (string) @s)"
    attributes = {node.id for node in source.find(query).get("s", [])} if source.grammar == "tsx" else set()
    found = []
    for node in source.find("[(string) (template_string) (template_literal_type)] @s").get("s", []):
        read = literal(source, node, node.id in attributes)
        if read is not None and not read.holes:
            found.append((node.start_byte, node.end_byte, read.value))
    return sorted(found)
