"""The Python scanner: strings as units, roles, environment reads, routes, listeners."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Facts, Reference
from unmoor.scanners.python import scan
from unmoor.scanners.python.strings import decode, outermost
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import captures, parse


def facts(source: str | bytes, path: str = "app/main.py") -> Facts:
    data = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
    return scan(Unit.of(path, data))


def one(source: str, value: str) -> Reference:
    found = [ref for ref in facts(source).references if ref.value == value]
    assert len(found) == 1, [(ref.kind, ref.value) for ref in facts(source).references]
    return found[0]


ROLES = [
    ('requests.get("{}")', "request"),
    ('async with session.post("{}") as r: pass', "request"),
    ('redis.from_url("{}")', "request"),
    ('engine = create_engine("{}")', "request"),
    ('x = os.getenv("X", "{}")', "default"),
    ('x = os.environ.get("X") or "{}"', "default"),
    ('x = os.environ.setdefault("X", "{}")', "default"),
    ('x = getattr(settings, "X", "{}")', "default"),
    ('x = conf.get("x", "{}")', "default"),
    ('def f(url: str = "{}"): ...', "default"),
    ('parser.add_argument("--url", default="{}")', "default"),
    ('@click.option("--url", default="{}")\ndef f(url): ...', "default"),
    ('class C:\n    url: str = "{}"', "default"),
    ('if DEBUG:\n    base = "{}"', "dev-branch"),
    ('base = "https://x.org" if ENV == "production" else "{}"', "dev-branch"),
    ('if url == "{}": pass', "comparison"),
    ('if url in ("a", "{}"): pass', "comparison"),
    ('url.startswith("{}")', "comparison"),
    ('BLOCKED_HOSTS = ["{}"]', "comparison"),
    ('app.add_middleware(CORSMiddleware, allow_origins=["{}"])', "cors-origin"),
    ('CORS_ORIGINS = ["{}"]', "cors-origin"),
    ('print("see {}")', "display"),
    ('logger.info("see {}")', "display"),
    ('raise ValueError("see {}")', "display"),
    ('app = typer.Option(None, help="like {}")', "display"),
    ('client = TestClient(app, base_url="{}")', "dummy-base"),
    ('uvicorn.run(app, host="{}")', "bind"),
    ('"""Doc {}"""', "comment"),
    ("x = 1  # {}", "comment"),
    ('API_URL = "{}"', "config"),
]


@pytest.mark.parametrize(("source", "role"), ROLES)
def test_the_role_comes_from_the_syntax_around(source: str, role: str) -> None:
    url = "http://127.0.0.1:3011/x"
    assert one(source.replace("{}", url), url).role == role


@pytest.mark.parametrize(
    ("source", "attrs"),
    [
        ('x = os.getenv("NAME")', {"has_default": False, "required": False, "access": "os.environ"}),
        ('x = os.environ["NAME"]', {"has_default": False, "required": True}),
        ('x = environ.get("NAME", "d")', {"default": "d", "has_default": True}),
        ('x = os.getenv("NAME", None)', {"has_default": False}),
        ('x = os.getenv("NAME") or "d"', {"default": "d", "has_default": True}),
        ('x = int(os.getenv("NAME", 5))', {"default": "5", "has_default": True}),
        ('if "NAME" in os.environ: pass', {"required": False, "guard": True}),
        ('try:\n    x = os.environ["NAME"]\nexcept KeyError:\n    pass', {"required": False}),
        ('x = os.getenv("NAME")\nif not x:\n    raise ValueError', {"required": True}),
        ('from decouple import config\nx = config("NAME", default="d")', {"default": "d", "required": False}),
        ('import environ\nenv = environ.Env()\nx = env.str("NAME")', {"required": True, "access": "env()"}),
        ('env = os.environ.copy()\nenv.setdefault("NAME", "d")', {"default": "d"}),
        ('x = get_env("NAME", "d")', {"default": "d", "access": "helper"}),
    ],
)
def test_environment_reads(source: str, attrs: dict[str, object]) -> None:
    read = one(source, "NAME")
    assert read.kind == "env"
    assert {key: read.attrs[key] for key in attrs} == attrs


def test_settings_fields_are_reads_with_their_prefix_and_alias() -> None:
    found = facts(
        """
        from pydantic_settings import BaseSettings, SettingsConfigDict
        class Settings(BaseSettings):
            model_config = SettingsConfigDict(env_prefix="APP_")
            redis_host: str = "redis"
            api: str = Field("http://localhost:3011", validation_alias="API_URL")
            token: str
        """
    )
    reads = {ref.value: ref.attrs for ref in found.references if ref.kind == "env"}
    assert set(reads) == {"APP_REDIS_HOST", "API_URL", "APP_TOKEN"}
    assert reads["APP_TOKEN"]["required"] and not reads["APP_REDIS_HOST"]["required"]
    url = next(ref for ref in found.references if ref.kind == "url")
    assert url.role == "default" and url.attrs["env"] == "API_URL"
    host = next(ref for ref in found.references if ref.kind == "host")
    assert (host.value, host.attrs["env"]) == ("redis", "APP_REDIS_HOST")


def test_implicit_concatenation_and_sums_are_one_unit() -> None:
    url = one('x = ("http://local"\n     "host:3000/x")', "http://localhost:3000/x")
    assert url.layers == ("py:concat",) and url.attrs["pieces"] == 2
    assert one('x = "http://localhost:" + str(port) + "/a"', "http://localhost:{str(port)}/a").attrs["port"] is None


def test_an_f_string_keeps_its_fields_as_substitutions() -> None:
    url = one("x = f'http://{os.environ[\"H\"]}:8080/x'", "http://{os.environ[H]}:8080/x")
    assert url.attrs["computed"] and url.attrs["port"] == 8080
    assert one("x = f'{{http://localhost:1/x}}'", "http://localhost:1/x").layers == ("py:f-single",)


def test_escapes_are_decoded_before_matching() -> None:
    assert one(r'x = "http:\x2f\u002flocalhost:9"', "http://localhost:9").span == (5, 31)


def test_host_and_port_beside_each_other() -> None:
    assert one('psycopg2.connect(host="database", port=5432)', "database").attrs["sibling_port"] == 5432
    assert one('x = {"host": "database", "port": 5432}', "database").attrs["sibling_port"] == 5432
    assert one('Redis("localhost", 6379)', "localhost").attrs["sibling_port"] == 6379
    assert one('MongoClient("mongo:27017")', "mongo:27017").attrs["host"] == "mongo"


def test_listeners_and_routes_are_declared() -> None:
    found = facts(
        """
        router = APIRouter(prefix="/api")
        @router.get("/users")
        def users(): ...
        @app.route("/old", methods=["POST"])
        def old(): ...
        uvicorn.run(app, host="0.0.0.0", port=int(os.getenv("PORT", "8000")))
        """
    )
    assert {d.name for d in found.declarations if d.kind == "route"} == {"/api/users", "/old"}
    port = next(d for d in found.declarations if d.kind == "port")
    assert (port.value, port.attrs["host"], port.attrs["env"]) == ("8000", "0.0.0.0", "PORT")


def test_home_directories_and_imports() -> None:
    found = facts('import flask\np = "/home/bob/images"\nq = "/home/node/app"\n')
    assert [ref.value for ref in found.references if ref.kind == "path"] == ["/home/bob/images"]
    assert found.traits == {"imports": ["flask"], "framework": ["flask"]}


@pytest.mark.parametrize(
    "source",
    [
        'x = """a\n\x0chttp://localhost:3/x"""',
        'x = "http://localhost:3/x"\r\ny = 2\r',
        "from __future__ import annotations; import os\nx = 'http://localhost:3/x'",
        "match x:\n    case 'http://localhost:3/x': pass",
        "x = b'http://localhost:3/x'",
        "from cfg import *\nx = u'http://localhost:3/x'",
        "def f[T: int = str](): ...\nx = 'http://localhost:3/x'",
        "x = 'http://localhost:3/x'\ndef (:\n",
    ],
)
def test_odd_sources_are_read_none_the_less(source: str) -> None:
    assert [ref.value for ref in facts(source.encode()).references] == ["http://localhost:3/x"]


def test_a_pattern_is_a_comparison() -> None:
    assert one("match x:\n    case 'http://localhost:3/x': pass", "http://localhost:3/x").role == "comparison"


def test_deep_nesting_and_a_long_line_end() -> None:
    facts(b"x = " + b"(" * 100_000 + b"'http://localhost:3'" + b")" * 100_000)
    assert len(facts(b"x = [" + b"'http://localhost:3', " * 2_000 + b"]").references) == 2_000


def test_the_same_address_counts_when_unrelated_lines_move() -> None:
    first = one('x = os.getenv("X", "http://localhost:3")', "http://localhost:3")
    second = one('import sys\n\n# note\nx = os.getenv("X", "http://localhost:3")', "http://localhost:3")
    assert (first.role, first.layers, first.attrs) == (second.role, second.layers, second.attrs)


def _constants(source: str) -> list[tuple[int, int, str]]:
    """(first byte, last byte, value) of every string that Python itself sees, outside f-strings."""
    lines = [0]
    for line in source.encode().splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    return [
        (
            lines[node.lineno - 1] + node.col_offset,
            lines[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0),
            node.value,
        )
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def _decoded(source: str) -> list[tuple[int, int, str]]:
    data = source.encode()
    wholes = {}
    for node in captures("python", "(string) @s", parse("python", data).root_node).get("s", []):
        top = node if node.parent is None or node.parent.type != "concatenated_string" else node.parent
        wholes[top.start_byte] = top
    return [(node.start_byte, node.end_byte, decode(data, node).value) for node in wholes.values()]


@pytest.mark.parametrize("module", [ast, textwrap, pytest])
def test_strings_equal_those_of_the_interpreter_in_real_modules(module: object) -> None:
    import re
    from pathlib import Path

    source = Path(str(module.__file__)).read_text()  # type: ignore[attr-defined]
    source = re.sub(r"\b[fF]([\"'])", r"\1", source) if module is not ast else source
    if re.search(r"\bf[\"']", source):
        source = re.sub(r"\bf(?=[\"'])", "", source)
    assert sorted(_decoded(source)) == sorted(_constants(source))


@given(st.lists(st.tuples(st.sampled_from(["", "r", "u"]), st.text(max_size=20)), min_size=1, max_size=3))
def test_strings_equal_those_of_the_interpreter(pieces: list[tuple[str, str]]) -> None:
    written = [repr(text) if prefix != "r" or "\\" in repr(text) else prefix + repr(text) for prefix, text in pieces]
    source = "x = (" + " ".join(written) + ")"
    assert sorted(_decoded(source)) == sorted(_constants(source))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    facts(b"x = 'http://localhost:3" + data)


@given(st.text(alphabet="ax{}\\\"'+% :/f\n", max_size=60))
def test_spans_hold_what_they_claim(noise: str) -> None:
    data = ("import os\nx = 'http://localhost:3011/api'\n" + noise).encode()
    for ref in facts(data).references:
        if not ref.attrs.get("computed") and "\\" not in noise and ref.layers != ("py:concat",):
            assert data[ref.span.start : ref.span.end].decode().replace("{{", "{").replace("}}", "}") == ref.value


def test_outermost_takes_the_whole_sum() -> None:
    data = b"x = 'a' + b + ('c' 'd')"
    node = captures("python", "(string) @s", parse("python", data).root_node)["s"][0]
    assert outermost(node).end_byte == len(data)


@pytest.mark.parametrize(
    "source",
    [
        "def app(environ, start_response):\n    return environ.get('HTTP_X_NAME', '')\n",
        "def app(environ, start_response):\n    return environ['HTTP_X_NAME']\n",
        "x = request.environ.get('HTTP_X_NAME')\n",
        "class S(BaseSettings):\n    pass\nclass T(BaseSettings):\n    a: S = Field(default_factory=S)\n",
    ],
)
def test_what_is_no_read_of_the_environment(source: str) -> None:
    assert [
        one for one in facts(f"from pydantic_settings import BaseSettings\n{source}").references if one.kind == "env"
    ] == []
