"""Rewritten Python is run: with the variables set to the old addresses, every module comes to the value it had."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.laws import mend, request
from unmoor.config.settings import ResolverSettings, Settings
from unmoor.model.findings import Refusal

ADDRESS = "http://localhost:3011"
LITERALS = (
    "QAQ",
    "QA/Q",
    "QA/a/b?c=d&e=%20#fQ",
    "fQA/x/{n}Q",
    "fQA{n}Q",
    "FQA/{n!r:>9}/{len(n)}Q",
    "fQA/{{lit}}/{n}Q",
    "fQAQ",
    "rQA/\\dQ",
    "rfQA/\\d{n}Q",
    "uQA/xQ",
    "QA/\\u00e9\\tQ",
    "QA/%sQ % n",
    "QA%sQ % n",
    "QA/%(a)s/%%Q % {'a': n}",
    "QA/{}/{a}Q.format(n, a=1)",
    "QA/{}Q.format(n) + n",
    "QAQ + Q/xQ",
    "QA/Q + n + Q/zQ",
    "QAQ + n",
    "QAQ + fQ/{n}Q + n",
    "QA/%sQ % n + n",
    "(QA/aQ)",
    "QA/aQ  # behind\n",
    "QAQ Q/implicitQ",
    "bQA/xQ",
    "QA/xQ.upper()",
    "QAQ * 2",
    "QA/aQ[3:]",
    "[QA/aQ][0]",
    "QAQ + (Q/xQ if n else n)",
    "QA/aQ 'b'",
)
PLACES = (
    "RESULT = L",
    "RESULT = [L, 1]",
    "RESULT = {'k': L}",
    "RESULT = str(L)",
    "RESULT = dict(url=L)",
    "x: str = L\nRESULT = x",
    "RESULT = (\n    L\n)",
    "RESULT = (lambda: L)()",
    "RESULT = L if n else 0",
    "RESULT = n and L",
    "RESULT = [u for u in [L]]",
    "def f():\n    return L\nRESULT = f()",
    "def f(a=1, *, u=L):\n    return u\nRESULT = f()",
    "RESULT = (L, *[L])",
    "def f(u: str = L):\n    '''Doc.'''\n    # more\n    return u\nRESULT = f(), f('x')",
    "class C:\n    u = L\nRESULT = C.u",
    "class C:\n\tdef f(self, u: str=L):\n\t\treturn u\nRESULT = C().f()",
    "if n:\n    RESULT = L\nelse:\n    RESULT = 1",
    "try:\n    RESULT = L\nfinally:\n    pass",
    "match n:\n    case _:\n        RESULT = L",
    "for RESULT in [L]:\n    pass",
    "from dataclasses import dataclass\n@dataclass\nclass C:\n    a: int = 1\n    u: str = L\n"
    "RESULT = C().u, C(u='x').u",
    "import dataclasses as d\n@d.dataclass\nclass C:\n    u: str = d.field(default=L, repr=False)\nRESULT = C().u",
    "RESULT = f'''<{L}>'''",
    "def f(u=L): return u\nRESULT = f()",
    "RESULT = {L: 1}",
    "RESULT = (x := L)",
    "RESULT = L == n",
    "def f():\n    import os\n    return L\nRESULT = f()",
    "def f(os):\n    return L\nRESULT = f(1)",
    "global RESULT\nRESULT = L",
    "import enum\nclass E(enum.Enum):\n    A = L\nRESULT = E.A.value",
    "match L:\n    case RESULT:\n        pass",
    "def f(u: 'str | None' = L):\n    return u\nRESULT = f()",
    "def f(u=L):\n    if u is None:\n        return 1\n    return u\nRESULT = f()",
    "import functools\n@functools.cache\ndef f(u=L):\n    return u\nRESULT = f()",
    "RESULT = L\nbackend_url = os = None",
)
DEFAULTS = (
    "RESULT = os.getenv('GATEWAY', L)",
    "RESULT = os.environ.get('GATEWAY') or L",
    "RESULT = os.getenv('GATEWAY', default=L)",
    "RESULT = os.environ['GATEWAY'] if 'GATEWAY' in os.environ else L",
    "RESULT = os.getenv('A', os.getenv('GATEWAY', L))",
    "RESULT = os.getenv('A') or os.getenv('GATEWAY') or L",
    "RESULT = os.environ.setdefault('GATEWAY', L)",
    "RESULT = os.getenv('GATEWAY', L).upper()",
    "RESULT = {'u': 1}.get('v', L), {'u': 1}.get('u', L)",
    "RESULT = getattr(object(), 'u', L)",
    "class S:\n    u = 'x'\nRESULT = getattr(S, 'u', L).upper()",
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--u', default=L)\nRESULT = p.parse_args([]).u",
    "import click\n@click.command()\n@click.option('--u', default=L)\ndef main(u):\n    return u\n"
    "RESULT = main([], standalone_mode=False)",
    "import click\n@click.command()\n@click.option('--u', envvar='GATEWAY', default=L)\ndef main(u):\n    return u\n"
    "RESULT = main([], standalone_mode=False)",
    "from os import environ as e, getenv\nRESULT = getenv('GATEWAY', L)",
    "from os import environ\nRESULT = environ.get('GATEWAY', L)",
)
HEADS = (
    "",
    '"""About."""\n',
    "#!/usr/bin/env python3\n# coding: utf-8\n\n# note\n",
    "from __future__ import annotations\n",
    "import sys\nimport json\n",
    "import os.path\n",
    "from os import environ\n",
    "import os as o\n",
    "import json; import sys\n",
    "try:\n    import json\nexcept ImportError:\n    json = None\n",
    "'''Doc.'''\nfrom __future__ import annotations\n\x0c\n",
    "from json import (\n    dumps,\n    loads,\n)\n",
    "from os.path import *\n",
    "if True:\n    import os\n",
)
RUNNER = """
import json, os, sys, types
module = types.ModuleType("app.urls")
module.backend_url = lambda path="": "http://localhost:3011" + path
sys.modules["app"] = types.ModuleType("app")
sys.modules["app.urls"] = module
def run(source):
    space = {"__name__": "run"}
    exec(compile(source.encode("utf-8"), "<module>", "exec"), space)
    return repr(space["RESULT"])
for before, after in json.load(sys.stdin):
    for name in ("GATEWAY", "BACKEND_URL", "A"):
        os.environ.pop(name, None)
    plain = {"__name__": "run"}
    exec(compile(before.encode("utf-8"), "<module>", "exec"), plain)
    was = repr(plain["RESULT"])
    for name in ("GATEWAY", "A"):
        os.environ.pop(name, None)
    os.environ["BACKEND_URL"] = "http://localhost:3011"
    value = plain.get("VALUE")
    if isinstance(value, str):
        os.environ["GATEWAY"] = value
    try:
        now = run(after)
    except BaseException as fault:
        now = repr(fault)
    if was != now:
        print(json.dumps([before, after, was, now]))
"""


class Module(NamedTuple):
    text: str
    role: str


def modules(count: int) -> list[Module]:  # placeholders: L the literal, Q its quotes, A the address
    """Different modules, drawn from all combinations; the same ones every time."""
    choose = random.Random(3011)
    found: dict[str, Module] = {}
    while len(found) < count:
        default = choose.random() < 0.3
        place = choose.choice(DEFAULTS if default else PLACES)
        mark = choose.choice(["'", '"', "'''", '"""'])
        literal = choose.choice(LITERALS).replace("Q", mark).replace("A", ADDRESS, 1)
        head = choose.choice(HEADS)
        body = literal.join(re.split(r"\bL\b", place)) if "\n" not in literal or "(\n" in place else None
        if body is None or ("f'''" in place and (mark != '"' or "\\" in literal or "'" in literal)):
            continue
        needs = "import os\n" if "os." in place and "from os" not in place else ""
        value = literal.removesuffix("  # behind\n")
        text = f"{head}{needs}n = '/i/d'\n{body}\nVALUE = {value}\n"
        text = text.replace("\n", choose.choice(["\n", "\n", "\r\n"]))
        if _runs(text):
            found[text] = Module(text, "default" if default else "request")
    return list(found.values())


def _runs(text: str) -> bool:
    try:
        exec(compile(text, "<drawn>", "exec", dont_inherit=True), {"__name__": "run"})
    except Exception:
        return False
    return True


@pytest.mark.parametrize("module", ["", "app.urls"])
def test_the_value_is_what_it_was(module: str) -> None:
    settings = Settings(resolver={"python": ResolverSettings(module=module)} if module else {})
    pairs, refused = [], 0
    for drawn in modules(int(os.environ.get("PYTHON_MODULES", "500"))):
        files = {"src/a.py": drawn.text}
        result = mend("resolver-call", request(files, "src/a.py", ADDRESS, role=drawn.role, settings=settings), files)
        if isinstance(result, Refusal):
            refused += 1
        else:
            pairs.append((drawn.text, result["src/a.py"]))
    assert len(pairs) > refused, f"{refused} of {refused + len(pairs)} refused"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUNNER],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    differing = [json.loads(line) for line in run.stdout.splitlines()]
    shown = "\n".join(f"{before}--- became\n{after}--- {was} → {now}\n" for before, after, was, now in differing[:3])
    assert not differing, f"{len(differing)} of {len(pairs)} differ:\n{shown}"
