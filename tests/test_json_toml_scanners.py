"""JSON, JSONC and TOML: located trees, manifests, and the pitfalls of files that are only nearly right."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.scanners import by_name, jsontree, scan, tomltree
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, decode


def _scan(text: str, path: str) -> Facts:
    data = text.encode()
    facts = scan(path, data, by_name("toml" if path.endswith(".toml") else "json"))
    for found in [*facts.references, *facts.declarations]:
        assert 0 <= found.span.start <= found.span.end <= len(data)
    return facts


def _plain(value: Value) -> Any:
    if value.kind == "map":
        return {key.text: _plain(item) for key, item in value.items}
    if value.kind == "seq":
        return [_plain(item) for _, item in value.items]
    read = {"null": lambda text: None, "bool": lambda text: text == "true", "int": int, "float": float}
    return read.get(value.kind, str)(value.text)


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(_JSON, st.booleans(), st.sampled_from([None, 2]))
def test_trees_equal_the_standard_library(value: Any, ascii_only: bool, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    (root,), problems = jsontree.read(data)
    assert not problems
    assert _plain(root) == value
    unit, stack = Unit.of("a.json", data), [root]
    while stack:
        at = stack.pop()
        stack += [found for pair in at.items for found in pair if found.layer]
        assert not at.scalar or decode(unit, at).text.decode() == at.text


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120) | st.text(st.sampled_from('{}[],:"\\u0a/*# \n\t='), max_size=60).map(str.encode))
def test_never_raises(data: bytes) -> None:
    for path, name in (("a.json", "json"), ("package.json", "json"), ("a.toml", "toml"), ("vercel.json", "json")):
        scan(path, data, by_name(name))


@pytest.mark.parametrize(
    "text",
    ['{"a": 1,}', '{"a": 1 /* c */}', '// c\n{"a": 1}', '{\n"a": 1, // http://localhost\n}', '\ufeff{"a":1}', "{a: 1}"],
)
def test_jsonc_is_accepted(text: str) -> None:
    (root,), problems = jsontree.read(text.encode())
    assert (_plain(root), problems) == ({"a": 1}, [])


def test_empty_two_documents_and_raw_tabs() -> None:
    assert jsontree.read(b"") == ([], [])
    roots, problems = jsontree.read(b'{"a": "x\ty"}\n{"b": 1}')
    assert [_plain(root) for root in roots] == [{"a": "x\ty"}, {"b": 1}] and not problems


def test_a_broken_place_loses_only_itself() -> None:
    facts = _scan('{"a": @, "b": "http://localhost:3000"', "config.json")
    assert facts.problems and [found.value for found in facts.references] == ["http://localhost:3000"]


def test_escaped_slashes_map_to_their_bytes() -> None:
    text = '{"a": "http:\\/\\/localhost:3000\\/x"}'
    (url,) = _scan(text, "config.json").references
    assert url.value == "http://localhost:3000/x"
    assert text[slice(*url.span)] == "http:\\/\\/localhost:3000\\/x"
    assert (url.role, url.scope, url.layers) == ("config", "a", ("json:double",))


def test_nesting_is_bounded() -> None:
    roots, problems = jsontree.read(b"[" * 100_000 + b"]" * 100_000)
    assert len(roots) == 1 and problems
    facts = _scan('{"x": "' + "a" * 5_000_000 + '"}', "data.json")
    assert not facts.documents


def test_package_scripts_are_declared_and_read() -> None:
    text = json.dumps({
        "name": "web", "homepage": "http://localhost:1", "proxy": "http://localhost:5000",
        "scripts": {"dev": "cross-env API=http://localhost:3011 next dev -p 3000", "x": 'echo "q"'},
        "dependencies": {"react": "1"}, "workspaces": ["apps/*"],
    })  # fmt: skip
    facts = _scan(text, "apps/web/package.json")
    scripts = {d.name: d for d in facts.declarations if d.kind == "script"}
    assert scripts["x"].value == 'echo "q"' and scripts["dev"].attrs == {"tool": "npm"}
    assert facts.traits["deps"] == ["react"] and facts.traits["workspaces"] == ["apps/*"]
    (proxy,) = [r for r in facts.references if r.role == "proxy-target"]
    assert proxy.value == "http://localhost:5000"
    (route,) = [d for d in facts.declarations if d.kind == "route"]
    assert (route.name, route.attrs["destination"], route.attrs["source"]) == (
        "/*",
        "http://localhost:5000",
        "cra-proxy",
    )
    (api,) = [r for r in facts.references if r.value == "http://localhost:3011"]
    assert (api.runtime, api.cwd, api.scope) == ("host", "apps/web", "scripts.dev")


def test_other_manifests() -> None:
    facts = _scan('{"rewrites": [{"source": "/api/:p*", "destination": "http://localhost:3000/:p*"}]}', "vercel.json")
    assert [(d.name, d.attrs["destination"]) for d in facts.declarations] == [("/api/:p*", "http://localhost:3000/:p*")]
    assert [r.role for r in facts.references] == ["proxy-target"]
    facts = _scan('{"/api": {"target": "http://localhost:3000", "ws": true}}', "proxy.conf.json")
    assert facts.declarations[0].attrs["websocket"] and facts.references[0].role == "proxy-target"
    text = '{"dockerComposeFile": ["../compose.yml"], "service": "web", "postCreateCommand": "./setup.sh"}'
    facts = _scan(text, ".devcontainer/devcontainer.json")
    assert ("path", "../compose.yml", ".devcontainer") in [(r.kind, r.value, r.cwd) for r in facts.references]
    assert ("service", "web") in [(r.kind, r.value) for r in facts.references]
    assert ("path", "./setup.sh", "") in [(r.kind, r.value, r.cwd) for r in facts.references]


def test_samples_and_locks() -> None:
    text = '{"openapi": "3.0.0", "servers": [{"url": "http://localhost:3000"}]}'
    assert [r.role for r in _scan(text, "api.json").references] == ["display"]
    assert [r.role for r in _scan('{"u": "http://localhost:3000"}', "a.postman_collection.json").references] == [
        "example"
    ]
    assert _scan('{"u": "http://localhost:3000"}', "package-lock.json") == Facts()


TOML = '''
a = "x\\ty \\u00e9 \\U0001F600"
b = 'C:\\raw'
c = """
one \\
   two
three"""
d = \'\'\'
raw
\'\'\'
e.f."g h" = [1, 2.5, true, "s", { x = 1, y = ["z",] }, # c
]
[t]
k = "v"
[t.u]
n = -1
[[many]]
i = 1
[[many]]
i = 2
[many.sub]
j = 3
'''


@pytest.mark.parametrize("crlf", [False, True])
def test_toml_equals_the_standard_library(crlf: bool) -> None:
    text = TOML.replace("\n", "\r\n") if crlf else TOML
    root, problems = tomltree.read(text.encode())
    assert not problems
    assert _plain(root) == tomllib.loads(text)


def test_a_broken_toml_line_loses_only_itself() -> None:
    root, problems = tomltree.read(b'a = 1\nb = = 2\nc = "http://localhost"\n')
    assert _plain(root) == {"a": 1, "c": "http://localhost"} and len(problems) == 1


def test_toml_files_that_name_endpoints() -> None:
    facts = _scan('[[redirects]]\nfrom = "/api/*"\nto = "http://localhost:3000/:splat"\nstatus = 200\n', "netlify.toml")
    assert [(d.name, d.attrs["destination"]) for d in facts.declarations] == [
        ("/api/*", "http://localhost:3000/:splat")
    ]
    assert [r.role for r in facts.references] == ["proxy-target"]
    facts = _scan('[env]\nAPI = "http://localhost:3000"\n[http_service]\ninternal_port = 8080\n', "fly.toml")
    assert [(d.kind, d.name, d.value) for d in facts.declarations] == [
        ("port", "internal_port", "8080"), ("env", "API", "http://localhost:3000"),
    ]  # fmt: skip
    facts = _scan('[project.urls]\nHome = "http://localhost"\n[project.scripts]\nrun = "a.b:c"\n', "pyproject.toml")
    assert [r.role for r in facts.references] == ["display"]
    assert [(d.name, d.value) for d in facts.declarations] == [("run", "a.b:c")]
    facts = _scan('[http.services.a.loadBalancer]\nservers = [{url = "http://api:3000"}]\n', "traefik.toml")
    assert [r.role for r in facts.references] == ["proxy-target"]


@pytest.mark.parametrize("text", ['{"greeting": "Ask your server"}', '{"a": [1, 2], "b": {"address line": "x"}}'])
def test_data_that_holds_no_address_is_not_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unmoor.scanners.json.read", lambda source: pytest.fail("read"))
    assert _scan(text, "locales/en.json") == Facts()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "http:\\/\\/db:1"}', "http://db:1"),
        ('{"a": "localhost:3000"}', "localhost:3000"),
        ('{"dbHost": "db"}', "db"),
        ('{"brokers" : ["kafka:9092"]}', "kafka:9092"),
        ('{"a": "host.docker.internal:3000"}', "host.docker.internal:3000"),
        ('{"a": "10.0.0.5"}', "10.0.0.5"),
    ],
)
def test_what_makes_a_file_of_data_worth_reading(text: str, value: str) -> None:
    assert value in [reference.value for reference in _scan(text, "data/a.json").references]


@pytest.mark.parametrize("path", ["package.json", "apps/web/tsconfig.base.json", ".devcontainer/devcontainer.json"])
def test_manifests_keep_their_tree(path: str) -> None:
    assert _scan('{"a": 1}', path).documents
