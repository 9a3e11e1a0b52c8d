"""Vue, Svelte and Astro: templates whose scripts' imports they see, and those that see none."""

import pytest

from tests.test_codemod_resolver import rewrite
from unmoor.fixing.proof import worse

URL = "http://localhost:3011"
SETUP = "<script setup>\nimport a from './a'\n</script>\n"
IMPORT = "import { getApiUrl } from './lib/urls'\n"


def template(path: str, script: str, markup: str, value: str = "") -> str:
    """The markup after the fix, without the script."""
    result = rewrite(script + markup, path=path, value=value, layers=("html:attribute",))
    if result.startswith("refused"):
        return result
    assert IMPORT in result
    return result.replace(script.replace("</script>", f"{IMPORT}</script>"), "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<img src="{URL}/i.png">', "<img :src=\"getApiUrl('/i.png')\">"),
        (f"<img src='{URL}/i.png'>", "<img :src='getApiUrl(\"/i.png\")'>"),
        (f"<img src={URL}/i.png>", "<img :src=\"getApiUrl('/i.png')\">"),
        (f'<My-Card url="{URL}" />', '<My-Card :url="getApiUrl()" />'),
        (f'<img src="{URL}/i?a=1&amp;b=2">', "<img :src=\"getApiUrl('/i?a=1&amp;b=2')\">"),
        (f"<a :href=\"'{URL}/' + x\">", "<a :href=\"getApiUrl('/') + x\">"),
        (f'<a :href="`{URL}/${{x}}/y`">', '<a :href="getApiUrl(`/${x}/y`)">'),
        (f"<a :href='\"{URL}/z\"'>", "<a :href='getApiUrl(\"/z\")'>"),
        (f'<a :href="`{URL}/z`">', "<a :href=\"getApiUrl('/z')\">"),
        (f"<a v-bind:href=\"x || '{URL}'\">", '<a v-bind:href="x || getApiUrl()">'),
        (f"<a :to=\"{{ path: '{URL}/p' }}\">", "<a :to=\"{ path: getApiUrl('/p') }\">"),
        (f"<b @click=\"go('{URL}/c')\">", "<b @click=\"go(getApiUrl('/c'))\">"),
    ],
)
def test_vue(before: str, after: str) -> None:
    assert template("src/A.vue", SETUP, f"<template>{before}</template>\n") == f"<template>{after}</template>\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<img src="{URL}/i.png">', "<img src={getApiUrl('/i.png')}>"),
        (f'<img src="{URL}/i?a=1&amp;b=2">', "<img src={getApiUrl('/i?a=1&b=2')}>"),
        (f'<a href="{URL}/{{name}}/x">', '<a href="{getApiUrl()}/{name}/x">'),
        (f'<a href="{URL}{{path}}">', '<a href="{getApiUrl()}{path}">'),
        (f"<a href={{'{URL}/' + name}}>", "<a href={getApiUrl('/') + name}>"),
        (f"<a href={{`{URL}/${{name}}`}}>", "<a href={getApiUrl(`/${name}`)}>"),
        (f"<b on:click={{() => fetch('{URL}/c')}}>", "<b on:click={() => fetch(getApiUrl('/c'))}>"),
    ],
)
def test_svelte(before: str, after: str) -> None:
    script = SETUP.replace(" setup", "")
    assert template("src/A.svelte", script, before + "\n") == after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<img src="{URL}/{{i}}.png">', "<img src={getApiUrl('/{i}.png')}>"),
        (f"<a href=`{URL}/${{x}}`>", "<a href={getApiUrl(`/${x}`)}>"),
        (f"<p>{{l.map(x => <a href={{`{URL}/${{x}}`}}/>)}}</p>", "<p>{l.map(x => <a href={getApiUrl(`/${x}`)}/>)}</p>"),
    ],
)
def test_astro(before: str, after: str) -> None:
    front = "---\nimport a from './a'\n---\n"
    result = rewrite(front + before + "\n", path="src/A.astro", layers=("html:attribute",))
    assert result == front.replace("a'\n", f"a'\n{IMPORT}") + after + "\n"


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("src/A.vue", f"<script setup>\n{IMPORT}</script>\n\n"),
        ("src/A.svelte", f"<script>\n  {IMPORT}</script>\n\n"),
        ("src/A.astro", f"---\n{IMPORT}---\n\n"),
    ],
)
def test_a_component_without_a_script_gets_one(path: str, opened: str) -> None:
    markup = f'<template><img src="{URL}/i.png"></template>\n'
    result = rewrite(markup, path=path, layers=("html:attribute",))
    assert result.startswith(opened)


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("src/A.vue", f'<script>\nexport default A\n</script>\n<template><i a="{URL}"/></template>', "<script setup>"),
        ("src/A.vue", SETUP + f"<template>see {URL}</template>", "text of the page"),
        ("src/A.vue", SETUP + f'<template><i v-pre a="{URL}"/></template>', "no attribute"),
        ("src/A.vue", SETUP + f'<template><i style="background: url({URL})"/></template>', "longer text"),
        ("src/A.vue", SETUP + f'<template><i srcset="{URL}/a 2x, {URL}/b"/></template>', "longer text"),
        ("src/A.vue", SETUP + f'<template><i a="{URL}/it\'s"/></template>', "quotes"),
        ("src/A.vue", SETUP + f"<template><i v-if=\"x === '{URL}'\"/></template>", "compared"),
        ("src/A.astro", f"---\n---\n<script is:inline>fetch('{URL}')</script>", "as it stands"),
    ],
)
def test_refusals(path: str, code: str, words: str) -> None:
    result = rewrite(code + "\n", path=path, value=URL)
    assert result.startswith("refused: ")
    assert words in result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", "{ methods: { getApiUrl } }"),
        ("{ name: 'A' }", "{ name: 'A', methods: { getApiUrl } }"),
        ("{\n  name: 'A',\n}", "{\n  name: 'A',\n  methods: { getApiUrl },\n}"),
        ("defineComponent({ methods: { go() {} } })", "defineComponent({ methods: { go() {}, getApiUrl } })"),
        ("{\n  methods: {\n    go() {},\n  },\n}", "{\n  methods: {\n    go() {},\n    getApiUrl,\n  },\n}"),
        ("{\n  name: 'A' // a\n}", "{\n  name: 'A',\n  methods: { getApiUrl } // a\n}"),
        ("{ methods: {} }", "{ methods: { getApiUrl } }"),
    ],
)
def test_a_vue_template_without_setup_sees_methods(before: str, after: str) -> None:
    markup = f'<template><img src="{URL}/i"></template>\n'
    code = f"{markup}<script>\nimport a from './a'\nexport default {before}\n</script>\n"
    result = rewrite(code, path="src/A.vue", layers=("html:attribute",))
    assert f"{IMPORT}export default {after}\n" in result
    assert "<img :src=\"getApiUrl('/i')\">" in result


def test_what_is_among_the_methods_is_put_there_once() -> None:
    code = f"<script>\n{IMPORT}export default {{ methods: {{ getApiUrl }} }}\n</script>\n"
    result = rewrite(code + f'<template><i a="{URL}"/></template>\n', path="src/A.vue")
    assert result == code + '<template><i :a="getApiUrl()"/></template>\n'


MODULES = [
    ("src/A.svelte", '<script context="module">\n  {}\n</script>\n<script>\n  {}\n</script>\n{}\n'),
    ("src/A.svelte", "<script>\n  {1}\n</script>\n<script module>\n  {0}\n</script>\n{2}\n"),
    ("src/A.vue", "<script>\n  {}\n</script>\n<script setup>\n  {}\n</script>\n<template>{}</template>\n"),
]


@pytest.mark.parametrize(("path", "shape"), MODULES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_two_scripts_the_shared_one_imports(path: str, shape: str, place: int) -> None:
    parts = ["const a = 1", "const b = 2", "<i/>"]
    parts[place] = f'<i a="{URL}"/>' if place == 2 else f"fetch('{URL}/x')"
    result = rewrite(shape.format(*parts), path=path)
    assert result.count(IMPORT) == 1
    shared = parts[0].replace(f"'{URL}/x'", "getApiUrl('/x')")
    assert f"{IMPORT}  {shared}" in result


def test_a_name_of_the_template_is_taken() -> None:
    code = SETUP + f'<template><i v-for="getApiUrl in list" /><img src="{URL}/i"></template>\n'
    result = rewrite(code, path="src/A.vue", layers=("html:attribute",))
    assert "getApiUrl as resolveApiUrl" in result
    assert ":src=\"resolveApiUrl('/i')\"" in result


def test_an_import_on_the_line_of_the_tag() -> None:
    result = rewrite(f"<script>fetch('{URL}/c')</script>\n", path="src/A.svelte")
    assert result == f"<script>\n{IMPORT}fetch(getApiUrl('/c'))</script>\n"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.vue", '<template><a b="c"/></template>', '<template><a b="c/></template>'),
        ("a.vue", '<template><a :b="c"/></template>', '<template><a :b="c("/></template>'),
        ("a.svelte", "<a b={c}/>", "<a b={c + }/>"),
        ("a.astro", "---\nconst a = 1\n---\n", "---\nconst a = (\n---\n"),
    ],
)
def test_a_template_that_reads_worse_is_seen(path: str, before: str, after: str) -> None:
    assert not worse(path, before.encode(), before.encode())
    assert worse(path, before.encode(), after.encode())
