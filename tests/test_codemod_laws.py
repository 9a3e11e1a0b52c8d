"""Every registered codemod keeps the laws (tests/laws.py), on inputs that nobody wrote by hand."""

import json
import re
import string
import tomllib
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from tests.laws import applied, belongs, check, request
from unmoor.codemods import CODEMODS
from unmoor.codemods import fix as make
from unmoor.codemods.request import Request
from unmoor.config.settings import Settings
from unmoor.engine import scan_workspace
from unmoor.files.workspace import MemoryWorkspace
from unmoor.fixing.plan import Applied
from unmoor.fixing.verdict import appeared
from unmoor.model.findings import Finding, Refusal
from unmoor.model.subjects import Target
from unmoor.rules import examples, load
from unmoor.ruletest import fix as mended

Case = tuple[Request, dict[str, str]]
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=6).map(lambda text: f"qx{text}")
VARIABLES = NAMES.map(str.upper)
PORTS = st.integers(1, 65535)
NOISE = st.sampled_from(["", "# note\n", "\n", "# ünïcode → 🦊\n"])
ENDS = st.sampled_from(["\n", "\r\n"])
TAILS = st.from_regex(r"(/[a-z0-9._~-]{1,6}){0,3}", fullmatch=True)
TARGET = Target("backend", "shop", 3011, "http://backend:3011", "host-only")


@st.composite
def ecmascript(draw: st.DrawFn) -> Case:
    url = f"http://localhost:3011{draw(TAILS)}"
    quote = draw(st.sampled_from(["'", '"', "`"]))
    shape = draw(st.sampled_from(["fetch({})", "export const a = {}", "f([{}, 1])", "const b = process.env.X ?? {}"]))
    head = draw(st.sampled_from(["", "'use client'\n", "// licence\n", "import x from 'x'\n", "import y from 'y';\n"]))
    text = (head + shape.format(f"{quote}{url}{quote}") + "\n").replace("\n", draw(ENDS))
    files = {"web/package.json": "{}", "web/src/a.ts": text}
    return request(files, "web/src/a.ts", url, target=TARGET, language="typescript"), files


@st.composite
def python(draw: st.DrawFn) -> Case:
    url, quote = f"http://localhost:3011{draw(TAILS)}", draw(st.sampled_from(["'", '"']))
    shape = draw(st.sampled_from(["get({})", "A = {}", "B = [{}]", 'C = os.getenv("BACKEND_URL", {})', "d(x={})"]))
    head = draw(st.sampled_from(["", '"""About."""\n', "#!/usr/bin/env python3\n", "import os\n", "import sys\n"]))
    files = {"app/a.py": (head + shape.format(f"{quote}{url}{quote}") + "\n").replace("\n", draw(ENDS))}
    role = "default" if "getenv" in shape else "request"
    return request(files, "app/a.py", url, target=TARGET, language="python", role=role), files


@st.composite
def shell(draw: st.DrawFn) -> Case:
    url = f"http://localhost:3011{draw(TAILS)}"
    shape, layers = draw(
        st.sampled_from([("curl {}", ()), ('curl "{}"', ("shell:double",)), ("x='{}'", ("shell:single",))])
    )
    files = {"up.sh": f"#!/bin/sh\n{draw(NOISE)}{shape.format(url)}\n"}
    return request(files, "up.sh", url, target=TARGET, language="shell", layers=layers), files


@st.composite
def address(draw: st.DrawFn) -> Case:
    old = f"{draw(st.sampled_from(['http', 'postgresql', 'redis']))}://localhost:{draw(PORTS)}{draw(TAILS)}"
    files = {"compose.yaml": f'{draw(NOISE)}services:\n  api:\n    environment:\n      A: "{old}"\n'}
    wanted = f"http://{draw(NAMES)}:{draw(PORTS)}"
    asked = request(files, "compose.yaml", old, suggestion=wanted, layers=("yaml:double",), language="yaml")
    return asked, files


@st.composite
def value(draw: st.DrawFn) -> Case:
    old, new = draw(NAMES), draw(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=9))
    files = {"a.json": json.dumps({"k": f"old{old}"})}
    return request(files, "a.json", f"old{old}", kind="path", suggestion=new, layers=("json:string",)), files


@st.composite
def named(draw: st.DrawFn) -> Case:
    old, new = draw(NAMES), draw(NAMES)
    files = {"compose.yaml": f"{draw(NOISE)}services:\n  {old}_old:\n    image: x\n"}
    return request(files, "compose.yaml", f"{old}_old", kind="service", suggestion=new, layers=("yaml:plain",)), files


@st.composite
def path(draw: st.DrawFn) -> Case:
    name, folder = draw(NAMES), draw(NAMES)
    shape = draw(st.sampled_from(["bash {}\n", "[ -f x ]; ./{}\n"]))
    files = {"up.sh": shape.format(f"{name}.sh"), f"{folder}/{name}.sh": "echo\n"}
    about = {"expected": f"{name}.sh", "near": f"{folder}/{name}.sh"}
    asked = request(files, "up.sh", f"{name}.sh", kind="path", language="shell", attrs={"use": "script"},
                    suggestion=f"{folder}/{name}.sh", finding_attrs=about)  # fmt: skip
    return asked, files


def compose(draw: st.DrawFn, body: str, value: str, **more: object) -> Case:
    text = f"{draw(NOISE)}services:\n  web:\n    image: postgres:16\n{body}{draw(NOISE)}\n# end\n"
    files = {"compose.yaml": text.replace("\n", draw(ENDS)), "web/Dockerfile": "FROM node\nRUN npm run build\n"}
    return request(files, "compose.yaml", value, kind="service", **more), files  # type: ignore[arg-type]


@st.composite
def healthcheck(draw: st.DrawFn) -> Case:
    return compose(draw, f"    ports: ['{draw(PORTS)}:5432']\n", "web", finding_attrs={"image": "postgres:16"})


@st.composite
def depends(draw: st.DrawFn) -> Case:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    step = draw(st.sampled_from(["", "  "]))
    block = "\n" + "".join(f"    {step}- {name}\n" for name in names)
    entry = draw(st.sampled_from([block, f" [{', '.join(names)}]\n"]))
    return compose(draw, f"    depends_on:{entry}", names[0], finding_attrs={"dependency": names[0]})


@st.composite
def hosts(draw: st.DrawFn) -> Case:
    before = draw(st.sampled_from(["", '    extra_hosts:\n      - "a:1.2.3.4"\n']))
    return compose(draw, f"{before}    command: x http://host.docker.internal:{draw(PORTS)}\n", "host.docker.internal")


@st.composite
def baked(draw: st.DrawFn) -> Case:
    name = f"VITE_{draw(VARIABLES)}"
    shape = draw(st.sampled_from(["      {}: http://x\n", "      - {}=http://x\n"])).format(name)
    attrs = {"name": name, "dockerfile": "web/Dockerfile"}
    return compose(draw, f"    build: ./web\n    environment:\n{shape}", name, finding_attrs=attrs)


ENVIRONMENTS = (
    "", "environment:\n", "environment: {}\n", "environment: []\n", "environment: # all\n      A: 1\n",
    "environment:\n      A: Q${A}Q\n", "environment:\n    - QA=${A}Q # x\n", "environment:\n      - A\n",
    'environment: {A: "${A}"}\n', 'environment: ["A=1"]\n', "environment: *shared\n", "<<: *shared\n",
    "env_file: .env\n", "environment: &own\n        A: 1\n\n",
)  # fmt: skip


@st.composite
def passed(draw: st.DrawFn) -> Case:
    name, quote = draw(VARIABLES), draw(st.sampled_from(["", '"', "'"]))
    environment = draw(st.sampled_from(ENVIRONMENTS)).replace("Q", quote)
    below = draw(st.sampled_from(["", "    image: x\n", "  # note\n"]))
    web = f"  web:\n    build: .\n    {environment}".rstrip(" ") + below
    if draw(st.integers(0, 9)) == 0:
        web = draw(st.sampled_from(["  web: {build: .}\n", "  web: {build: ., environment: {A: 1}}\n"]))
    text = f"x-shared: &shared {{B: 1}}\n{draw(NOISE)}services:\n{web}  db:\n    image: y\n"
    files = {"compose.yaml": text.replace("\n", draw(ENDS)), "main.py": f"os.environ['{name}']\n"}
    about = {"name": name, "readers": [("compose.yaml", "web")], "has-default": draw(st.booleans())}
    return request(files, "compose.yaml", "web", kind="env", finding_attrs=about), files


TERRAFORM = (
    'a = "ADDRESS"', 'a = ["ADDRESS", "b"]', 'a = [\n    "ADDRESS",\n    "b",\n  ]', "a = <<-EOF\n    x ADDRESS\n  EOF",
    'a = { k = "ADDRESS" }', 'a = f("ADDRESS", 1)', 'a = "x ADDRESS y ${z}"', 'b {\n    a = "ADDRESS"\n  }',
    'a = x ? "ADDRESS" : 1', 'a = ["ADDRESS", local.x]',
)  # fmt: skip


@st.composite
def terraform(draw: st.DrawFn) -> Case:
    address = f"{draw(st.sampled_from(['', 'http://', 'https://']))}10.{draw(st.integers(1, 9))}.0.5{draw(TAILS)}"
    shape = draw(st.sampled_from(TERRAFORM)).replace("ADDRESS", address)
    kind = draw(st.sampled_from(['resource "t_x" "y"', "locals", 'provider "p"', 'module "m"', "terraform"]))
    beside = draw(st.sampled_from([None, "", 'variable "a" {}', 'variable "y_a" {\n  type = string\n}\n']))
    text = f"{draw(NOISE)}{kind} {{\n  {shape}\n}}\n".replace("\n", draw(ENDS))
    files = {"infra/main.tf": text, **({} if beside is None else {"infra/variables.tf": beside})}
    return request(files, "infra/main.tf", address, language="hcl", layers=("hcl:double",)), files


@st.composite
def published(draw: st.DrawFn) -> Case:
    mapping = f"{draw(st.sampled_from(['', '0.0.0.0:']))}{draw(PORTS)}:{draw(PORTS)}"
    return compose(draw, f'    ports:\n      - "{mapping}"\n', mapping)


@st.composite
def entry(draw: st.DrawFn) -> Case:
    name, rest = draw(VARIABLES), draw(st.lists(VARIABLES, max_size=3))
    lines = [f"{one}_KEPT=1" for one in rest] + [f"{name}=1"]
    files = {".env.example": "".join(f"{draw(NOISE)}{line}\n" for line in draw(st.permutations(lines)))}
    return request(files, ".env.example", f"{name}=1", kind="env"), files


@st.composite
def example(draw: st.DrawFn) -> Case:
    name = draw(VARIABLES)
    files = {
        "a.ts": f"process.env.{name}",
        ".env.example": draw(st.sampled_from(["", "A=1", "# all\nA=1\n", "A=1\r\n"])),
    }
    default = draw(st.none() | st.text(max_size=8))
    return request(files, "a.ts", name, kind="env", attrs={"default": default}, finding_attrs={"name": name}), files


@st.composite
def suppression(draw: st.DrawFn) -> Case:
    ids = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    comment = f"# unmoor: ignore[{', '.join(ids)}] {draw(NAMES)}"
    files = {"a.yaml": f"{draw(NOISE)}a: 1 {comment}\n{draw(NOISE)}"}
    start = files["a.yaml"].encode().index(comment.encode())
    about = {"comment": [start, start + len(comment.encode())], "others": ids[1:], "alone": False}
    return request(files, "a.yaml", ids[0], kind="path", finding_attrs=about), files


CASES: dict[str, tuple[st.SearchStrategy[Case], ...]] = {
    "resolver-call": (ecmascript(), python()),
    "env-reference": (shell(),),
    "service-address": (address(),),
    "replace-value": (value(),),
    "rename": (named(),),
    "compose-key": (named(),),
    "repath": (path(),),
    "healthcheck": (healthcheck(),),
    "depends-condition": (depends(),),
    "extra-hosts": (hosts(),),
    "build-arg": (baked(),),
    "pass-env": (passed(),),
    "variable": (terraform(),),
    "bind-loopback": (published(),),
    "remove-entry": (entry(),),
    "env-example": (example(),),
    "suppression": (suppression(),),
}


def test_every_codemod_has_its_cases() -> None:
    assert set(CASES) == {name for name, _ in CODEMODS}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_laws_hold(name: str) -> None:
    mended = 0

    @given(st.one_of(*CASES[name]))
    def holds(case: Case) -> None:
        nonlocal mended
        asked, files = case
        result = make(name, asked)
        assert make(name, asked) == result, "the same question, another answer"
        if isinstance(result, Refusal):
            assert result.reason
            return
        for fix in result if isinstance(result, list) else [result]:
            after = applied(fix, files)
            check(name, asked, fix, files, after)
            _read_back(after)
        mended += 1

    holds()
    assert mended, f"no input of {name} was ever mended"


def _read_back(after: dict[str, bytes]) -> None:
    """By parsers that are not ours."""
    parsers: dict[str, Callable[[str], object]] = {"json": json.loads, "yaml": yaml.safe_load}
    for file, data in after.items():
        parse = parsers.get(re.sub(r".*\.", "", file))
        if parse is not None:
            parse(data.decode())


CATALOGUE = load()
PAGES = sorted(rule.id for rule in CATALOGUE.rules.values() if rule.fix)


def _findings(files: dict[str, str]) -> list[Finding]:
    workspace = MemoryWorkspace({path: text.encode() for path, text in files.items()})
    settings = convert(tomllib.loads(files.get(".unmoor.toml", "")), Settings)
    every = [rule for rule in CATALOGUE.rules.values() if rule.persona == "regular"]
    return scan_workspace(workspace, settings, rules=every).findings


@pytest.mark.parametrize("name", PAGES)
def test_no_example_of_a_page_shows_a_fix_that_strays_or_makes_another_finding(name: str) -> None:
    """Laws 5 and 6, for every page with a fix: nobody has to remember them."""
    rule = CATALOGUE.rules[name]
    assert examples(rule, "Fixed"), "a page with a fix shows what it makes"
    for example in examples(rule, "Bad"):
        before = _findings(example.files)
        for found in before:
            for fix in found.fixes if found.rule == name else []:
                belongs(str(rule.fix["codemod"]), found.location, fix, example.files)
        after, _ = mended(rule, example.files)
        gone = [Applied(found, found.fixes[0]) for found in before if found.rule == name and found.fixes]
        made = appeared(before, _findings(after), gone)
        assert not made, [(one.rule, one.path, one.value) for one in made]
