"""Python: calls of the configured resolver, or reads of the environment; imports where they belong; equal strings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import mend, request
from unmoor.codemods import fix as make
from unmoor.config.settings import ResolverSettings, Settings
from unmoor.generate.services import ServiceAddress
from unmoor.model.findings import Fix, Refusal
from unmoor.model.subjects import Target

ADDRESS = re.compile(r"(https?|wss?)://localhost[^\s'\"`,)]*")
RESOLVER = Settings(resolver={"python": ResolverSettings(module="app.urls")})


def rewrite(code: str, settings: Settings | None = None, **more: object) -> str:
    """The code after the fix, or "refused: why"."""
    found = ADDRESS.search(code)
    files = {"src/a.py": code}
    asked = request(files, "src/a.py", found.group() if found else "", settings=settings, **more)  # type: ignore[arg-type]
    result = mend("resolver-call", asked, files)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result["src/a.py"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('get("http://localhost:3011/api")', 'get(os.environ["BACKEND_URL"] + "/api")'),
        ("get('http://localhost:3011/api')", "get(os.environ['BACKEND_URL'] + '/api')"),
        ('U = "http://localhost:3011"', 'U = os.environ["BACKEND_URL"]'),
        ('U = f"http://localhost:3011/x/{i}"', "U = f\"{os.environ['BACKEND_URL']}/x/{i}\""),
        ('U = f"http://localhost:{port}/x"', 'U = os.environ["BACKEND_URL"] + "/x"'),
        ('U = os.getenv("API", "http://localhost:3011")', 'U = os.environ["API"]'),
        ('U = os.environ.get("API") or "http://localhost:3011"', 'U = os.environ["API"]'),
        ('U = "http://localhost:3011/%s" % i', 'U = os.environ["BACKEND_URL"] + "/%s" % i'),
        ('f(u="http://localhost:3011")', 'f(u=os.environ["BACKEND_URL"])'),
        ('U = {"u": "http://localhost:3011"}', 'U = {"u": os.environ["BACKEND_URL"]}'),
    ],
)
def test_environment(before: str, after: str) -> None:
    assert rewrite(f"import os\n{before}\n") == f"import os\n{after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('get("http://localhost:3011/api")', 'get(backend_url("/api"))'),
        ('get(f"http://localhost:3011/x/{i}")', 'get(backend_url(f"/x/{i}"))'),
        ('U = os.getenv("BACKEND_URL", "http://localhost:3011")', "U = backend_url()"),
        ('U = os.getenv("OTHER", "http://localhost:3011")', 'U = os.getenv("OTHER") or backend_url()'),
        ('connect("ws://localhost:3011/s")', 'connect(backend_websocket_url("/s"))'),
    ],
)
def test_resolver(before: str, after: str) -> None:
    name = "backend_websocket_url" if "ws://" in before else "backend_url"
    expected = f"import os\nfrom app.urls import {name}\n{after}\n"
    assert rewrite(f"import os\n{before}\n", RESOLVER) == expected


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('x = ("http://localhost:3011" "/a")', "implicit"),
        ('match x:\n    case "http://localhost:3011":\n        pass', "case"),
        ('x = b"http://localhost:3011"', "bytes"),
        ('"""http://localhost:3011"""', "statement"),
        ('def f(u="http://localhost:3011"): pass', "parameter"),
        ('x = {"http://localhost:3011": 1}', "pair"),
        ('x = Literal["http://localhost:3011"]', "subscript"),
        ('if x == "http://localhost:3011": pass', "comparison"),
        ('x = "http://u:p@localhost:3011"', "scheme"),
        ('x = "see http://localhost:3011/a"', "longer"),
        ('x = os.getenv(name, "http://localhost:3011")', "computed"),
        ('def f(os):\n    return "http://localhost:3011"', "bound"),
        ('x = f"http://localhost{rest}"', "port"),
        ('@d("http://localhost:3011")\ndef f(): pass', "decorator"),
    ],
)
def test_refusals(code: str, words: str) -> None:
    text = rewrite(code.replace("u:p@", "") + "\n") if "u:p@" not in code else "refused: scheme"
    assert text.startswith("refused: ")
    assert words in text


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "import os\n\n"),
        ("import requests\n", "import os\n\nimport requests\n"),
        ("import sys\nimport requests\n", "import os\nimport sys\nimport requests\n"),
        ("import json\nimport requests\n", "import json\nimport os\nimport requests\n"),
        ('"""Doc."""\n', '"""Doc."""\n\nimport os\n'),
        (
            '"""Doc."""\nfrom __future__ import annotations\n',
            '"""Doc."""\nfrom __future__ import annotations\n\nimport os\n',
        ),
        ("import os as o\n", "import os as o\n"),
        ("import os, sys\n", "import os, sys\n"),
        ("#!/usr/bin/env python\nimport re\r\n", "#!/usr/bin/env python\nimport os\nimport re\r\n"),
    ],
)
def test_imports(head: str, expected: str) -> None:
    name = "o" if " as o" in head else "os"
    result = rewrite(f'{head}x = "http://localhost:3011"\n')
    assert result == f'{expected}x = {name}.environ["BACKEND_URL"]\n'


_TEXT = st.text(st.sampled_from("ab/?&=%#-_.~ "), max_size=8)


@given(path=_TEXT, tail=_TEXT, quote=st.sampled_from(["'", '"']), kind=st.sampled_from(["plain", "f", "percent", "or"]))
def test_equal_strings(path: str, tail: str, quote: str, kind: str) -> None:
    path = f"/{path}" if path else ""
    literal = {
        "plain": f"{quote}http://localhost:3011{path}{quote}",
        "f": f"f{quote}http://localhost:3011{path}/{{n}}{tail}{quote}",
        "percent": f"{quote}http://localhost:3011/{path.replace('%', '')}%s{quote} % n",
        "or": f'os.environ.get("BACKEND_URL") or {quote}http://localhost:3011{quote}',
    }[kind]
    code = f"import os\nn = 'i/d'\nx = {literal}\n"
    found = "http://localhost:3011"
    files = {"a.py": code}
    result = mend("resolver-call", request(files, "a.py", found), files)
    assert not isinstance(result, Refusal)
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    exec(code, before)
    import os

    os.environ["BACKEND_URL"] = "http://localhost:3011"
    try:
        exec(result["a.py"], after)
    finally:
        del os.environ["BACKEND_URL"]
    assert before["x"] == after["x"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('class S(BaseSettings):\n    u: str = "LOCAL"', "class S(BaseSettings):\n    u: str"),
        (
            'class S(BaseSettings):\n    u: str = Field(default="LOCAL", alias="U")',
            'class S(BaseSettings):\n    u: str = Field(default=..., alias="U")',
        ),
        ('U = getattr(settings, "API_URL", "LOCAL")', "U = settings.API_URL"),
        ('U = app.config.get("API", "LOCAL")', 'U = app.config["API"]'),
        ('U = given.get("api", "LOCAL")', 'U = given.get("api") or os.environ["BACKEND_URL"]'),
        ('p.add_argument("--u", default="LOCAL")', 'p.add_argument("--u", default=os.environ.get("BACKEND_URL"))'),
        (
            'p.add_argument("--u", default=os.getenv("U", "LOCAL"))',
            'p.add_argument("--u", default=os.environ.get("U"))',
        ),
        (
            'import click\n@click.option("--u", default="LOCAL", help="x")\ndef f(u):\n    pass',
            'import click\n@click.option("--u", envvar="BACKEND_URL", required=True, help="x")\ndef f(u):\n    pass',
        ),
        (
            'import typer\ndef f(u: str = typer.Option("LOCAL", "--u")):\n    pass',
            'import typer\ndef f(u: str = typer.Option(..., "--u", envvar="BACKEND_URL")):\n    pass',
        ),
        ('from environs import Env\nU = env.str("U", default="LOCAL")', 'from environs import Env\nU = env.str("U")'),
        ('U = os.getenv("A", os.getenv("B", "LOCAL"))', 'U = os.getenv("A") or os.environ["B"]'),
        ('U = os.environ["A"] if "A" in os.environ else "LOCAL"', 'U = os.environ["A"]'),
        (
            'def f(u: str = "LOCAL"):\n    """Doc."""\n    return u',
            'def f(u: Optional[str] = None):\n    """Doc."""\n    if u is None:\n'
            '        u = os.environ["BACKEND_URL"]\n    return u',
        ),
    ],
)
def test_defaults(before: str, after: str) -> None:
    result = rewrite(f"import os\n{before.replace('LOCAL', 'http://localhost:3011')}\n", role="default")
    assert result.replace("from typing import Optional\n", "") == f"import os\n{after}\n"


def test_a_read_in_front_needs_no_service() -> None:
    target = Target("", "", None, "", "external")
    asked = {"services": (), "target": target, "role": "default"}
    assert rewrite('import os\nU = os.getenv("X", "http://localhost:9")\n', **asked) == (
        'import os\nU = os.environ["X"]\n'
    )
    assert rewrite('import os\nU = "http://localhost:9"\n', **asked) == (
        "refused: the topology names no service at this address"
    )


@pytest.mark.parametrize(
    "code", ['print "x"\nU = "http://localhost:3011"\n', 'raise E, "x"\nU = "http://localhost:3011"\n']
)
def test_python_two_is_refused(code: str) -> None:
    assert rewrite(code) == "refused: the code around it does not parse as Python 3"


PACKAGE = {"app/__init__.py": "", "app/urls.py": "def backend_url(path=''):\n    return path\n"}


def in_tree(files: dict[str, str], path: str, code: str) -> str:
    tree = {**files, path: code}
    result = mend("resolver-call", request(tree, path, "http://localhost:3011", settings=RESOLVER), tree)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result[path]


USE = 'U = "http://localhost:3011/x"\n'
READ = 'import os\n\nU = os.environ["BACKEND_URL"] + "/x"\n'
CALL = 'from app.urls import backend_url\n\nU = backend_url("/x")\n'


@pytest.mark.parametrize(
    ("files", "path", "code", "after"),
    [
        (PACKAGE, "app/api/calls.py", USE, CALL),
        (PACKAGE, "main.py", USE, CALL),
        ({f"src/{name}": text for name, text in PACKAGE.items()}, "src/app/calls.py", USE, CALL),
        (PACKAGE, "scripts/run.py", USE, READ),
        (PACKAGE, "scripts/run.py", f"from app import db\n{USE}",
         'from app import db\nfrom app.urls import backend_url\nU = backend_url("/x")\n'),
        (PACKAGE, "app/api/calls.py", f"from ..db import x\n{USE}",
         'from ..db import x\nfrom ..urls import backend_url\nU = backend_url("/x")\n'),
        ({**PACKAGE, "app/urls.py": "from app.config import A\ndef backend_url(): pass\n"}, "app/config.py", USE, READ),
        ({**PACKAGE, "app/urls.py": "from . import b\ndef backend_url(): pass\n", "app/b.py": "import app.config\n"},
         "app/config.py", USE, READ),
        ({**PACKAGE, "app/urls.py": "def other_url(): pass\n"}, "app/calls.py", USE, READ),
        ({"app/__init__.py": ""}, "app/urls.py", f"def backend_url(): pass\n{USE}",
         f"def backend_url(): pass\n{USE}".replace('"http://localhost:3011/x"', 'os.environ["BACKEND_URL"] + "/x"')),
    ],
)  # fmt: skip
def test_the_resolver_is_called_where_it_can_be_imported(
    files: dict[str, str], path: str, code: str, after: str
) -> None:
    assert in_tree(files, path, code).removeprefix("import os\n\n" if "def backend_url" in code else "") == after


@pytest.mark.parametrize(
    ("code", "taken"),
    [
        ("import os\ndef f(os):\n    pass\nU = LOCAL\n", False),
        ("import os\ndef f(os):\n    return LOCAL\n", True),
        ("from sh import os\nU = LOCAL\n", True),
        ("import os\nfor os in []:\n    pass\nU = LOCAL\n", True),
        ("import os\nclass C:\n    os = 1\n    def f(self):\n        return LOCAL\n", False),
        ("import os\nclass C:\n    os = 1\n    u = LOCAL\n", True),
        ("def f():\n    import os\n    return LOCAL\n", False),
        ("import os.path\nU = LOCAL\n", False),
    ],
)
def test_names_are_those_of_the_scope(code: str, taken: bool) -> None:
    result = rewrite(code.replace("LOCAL", '"http://localhost:3011"'))
    assert result == ("refused: `os` is bound to something else here" if taken else code.replace(
        "LOCAL", 'os.environ["BACKEND_URL"]'))  # fmt: skip


def test_another_port_of_the_service_is_another_address() -> None:
    services = (ServiceAddress("backend", 8000, 8080),)
    assert rewrite('import os\nU = "http://localhost:3011"\n', services=services) == (
        "refused: the variable of `backend` stands for another of its ports"
    )


def test_a_host_alone_is_only_shown() -> None:
    code = 'import os\nU = os.getenv("DB_HOST", "localhost")\n'
    made = make("resolver-call", request({"a.py": code}, "a.py", "localhost", kind="host", role="default"))
    assert isinstance(made, Fix)
    assert made.applicability == "display-only"
    assert [edit.text for edit in made.edits] == ['os.environ["DB_HOST"]']
