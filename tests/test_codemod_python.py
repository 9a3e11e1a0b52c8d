"""Python: calls of the configured resolver, or reads of the environment; imports where they belong; equal strings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import mend, request
from unmoor.config.settings import ResolverSettings, Settings
from unmoor.model.findings import Refusal

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
        ('U = "http://localhost:3011/%s" % i', 'U = (os.environ["BACKEND_URL"] + "/%s") % i'),
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
        ('U = os.getenv("OTHER", "http://localhost:3011")', 'U = os.getenv("OTHER", backend_url())'),
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
        ('class S(BaseSettings):\n    u: str = "http://localhost:3011"', "settings"),
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
            '"""Doc."""\nfrom __future__ import annotations\nimport os\n',
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
