"""Constants followed across the imports of one workspace."""

import json

import pytest

from tests.projects import project_of
from unmoor.link import constants
from unmoor.link.addresses import subjects
from unmoor.model.subjects import Subject
from unmoor.topology.modules import Modules

TSCONFIG = '{"compilerOptions": {"baseUrl": ".", /* c */ "paths": {"@/*": ["src/*"], "~config": ["./src/lib/config"]}}}'
NEXT = json.dumps({"name": "web", "dependencies": {"next": "14", "react": "18"}})
CONFIG = "export const API = 'http://localhost:3011'\nconst OWN = 'http://localhost:3012'\nexport { OWN }\n"


def address(files: dict[str, str], value: str) -> Subject:
    (found,) = [subject for subject in subjects(project_of(files)) if subject.value == value]
    return found


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("@/lib/config", "web/src/lib/config.ts"),
        ("~config", "web/src/lib/config.ts"),
        ("src/lib/config", "web/src/lib/config.ts"),
        ("../lib/config", "web/src/lib/config.ts"),
        ("../lib/config.js", "web/src/lib/config.ts"),
        ("../lib", "web/src/lib/index.ts"),
        ("@acme/shared", "packages/shared/src/index.ts"),
        ("@acme/shared/ports", "packages/shared/src/ports.ts"),
        ("react", None),
        ("../../../../out", None),
        ("./gone", None),
    ],
)
def test_which_file_a_module_is(module: str, file: str | None) -> None:
    files = {
        "web/tsconfig.json": TSCONFIG,
        "web/src/lib/config.ts": CONFIG,
        "web/src/lib/index.ts": "export * from './config'",
        "web/src/app/page.tsx": "x",
        "packages/shared/src/index.ts": "x",
        "packages/shared/src/ports.ts": "x",
    }
    modules = Modules(project_of(files), {"@acme/shared": "packages/shared"})
    assert modules.file("web/src/app/page.tsx", module) == file


def test_configurations_that_extend_each_other_end() -> None:
    files = {
        "tsconfig.json": '{"extends": "./a/tsconfig.json"}',
        "a/tsconfig.json": '{"extends": "../tsconfig.json", "compilerOptions": {"paths": {"#x": ["./x"]}}}',
        "a/x.ts": "x",
        "a/b/y.ts": "x",
    }
    assert Modules(project_of(files), {}).file("a/b/y.ts", "#x") == "a/x.ts"


@pytest.mark.parametrize(
    "use",
    [
        "import { API } from '@/lib/config'\nfetch(API + '/users')",
        "import { API as BASE } from '@/lib'\nfetch(`${BASE}/users`)",
        "import { API } from '../lib/config'\n// API is set there\nnew WebSocket(API)",
    ],
)
def test_a_constant_knows_its_uses_and_runs_where_they_do(use: str) -> None:
    files = {
        "tsconfig.json": TSCONFIG,
        "package.json": NEXT,
        "src/lib/config.ts": CONFIG,
        "src/lib/index.ts": "export * from './config'",
        "src/app/Users.tsx": f"'use client'\n{use}\n",
    }
    found = address(files, "http://localhost:3011")
    (place,) = [reason.at for reason in found.related if reason.text == "used here"]
    assert place is not None and place.path == "src/app/Users.tsx"
    source = files[place.path]
    assert source[place.span.start : place.span.end] in ("API", "BASE") and place.span.start > source.index("from")
    assert found.attrs["runtime"] == "browser" and "src/app/Users.tsx" in found.attrs["runtime.why"]
    assert address(files, "http://localhost:3012").attrs["runtime"] == "universal"


def test_server_code_that_uses_it_decides_nothing() -> None:
    files = {
        "package.json": NEXT,
        "src/config.ts": CONFIG,
        "src/app/route.ts": "import { API } from '../config'\nexport const GET = () => fetch(API)\n",
    }
    found = address(files, "http://localhost:3011")
    assert found.attrs["runtime"] == "universal" and [reason.text for reason in found.related] == ["used here"]


@pytest.mark.parametrize(
    ("declared", "port"),
    [
        ("export const PORTS = { AUTH: 4001 } as const", 4001),
        ("export const PORTS = { AUTH: '4001' }", 4001),
        ("const PORTS = { AUTH: 4001 }", None),
        ("export const PORTS = { AUTH: Number(process.env.X) }", None),
    ],
)
def test_a_port_of_another_file(declared: str, port: int | None) -> None:
    files = {
        "src/ports.ts": declared,
        "src/a.ts": "import { PORTS } from './ports'\nfetch(`http://localhost:${PORTS.AUTH}/x`)\n",
    }
    assert address(files, "http://localhost:${PORTS.AUTH}/x").attrs["port"] == port


def test_a_project_is_read_once() -> None:
    project = project_of({"a.ts": "x"})
    assert constants.of(project) is constants.of(project)
