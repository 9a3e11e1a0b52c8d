"""Vue, Svelte and Astro components."""

import pytest

from unmoor.model.facts import Facts
from unmoor.scanners.component import scan
from unmoor.scanners.unit import Unit


def read(text: str, path: str) -> Facts:
    return scan(Unit.of(path, text.encode()))


VUE = """<script setup lang="ts">
const api: string = import.meta.env.VITE_API ?? 'http://localhost:1'
</script>
<template>
  <a href="http://localhost:2">x</a>
  <img :src="'http://localhost:3/' + name">
  <button @click="fetch('http://localhost:4')">y</button>
</template>
<style>a { background: url(http://localhost:5) }</style>
"""
SVELTE = """<script>
  export let data
  fetch('http://localhost:1')
</script>
<a href="http://localhost:2">x</a>
<img src={`http://localhost:3/${name}`} />
"""
ASTRO = """---
const a: string = 'http://localhost:1'
---
<a href="http://localhost:2">x</a>
<script>fetch('http://localhost:3')</script>
"""


@pytest.mark.parametrize(("text", "path", "found"), [(VUE, "a.vue", 4), (SVELTE, "a.svelte", 3), (ASTRO, "a.astro", 3)])
def test_every_part_is_read(text: str, path: str, found: int) -> None:
    urls = sorted((r for r in read(text, path).references if r.kind == "url"), key=lambda r: r.value)
    assert [r.value[:18] for r in urls] == [f"http://localhost:{i}" for i in range(1, found + 1)]
    for reference in urls:
        assert text[reference.span.start :].startswith("http://localhost:")


def test_script_facts() -> None:
    facts = read(VUE, "a.vue")
    (env,) = [r for r in facts.references if r.kind == "env"]
    assert (env.value, env.attrs["default"]) == ("VITE_API", "http://localhost:1")
    assert facts.traits["component"] == ["vue"]
    (default,) = [r for r in facts.references if r.value == "http://localhost:1"]
    assert (default.role, default.layers) == ("default", ("script:ts", "js:single"))
