"""Facts depend on a file's bytes and path, and on nothing else: not on the files beside it, nor on their order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.config.settings import Settings
from unmoor.files.cache import Cache, encode
from unmoor.files.scanning import scan_files
from unmoor.files.workspace import MemoryWorkspace
from unmoor.link.places import place
from unmoor.project import Project, Tree

FILES = {
    "compose.yaml": b"services:\n  api:\n    build: .\n    environment: {DB: 'postgres://localhost:5432/x'}\n",
    "Dockerfile": b"FROM node:22\nENV PORT=3000\nHEALTHCHECK CMD curl -f http://localhost:3000/\n",
    "src/api.ts": b"import { API } from './config'\nfetch(API + '/users')\n",
    "src/config.ts": b"export const API = process.env.API ?? 'http://localhost:3011'\n",
    "app.py": b"import os\nURL = os.getenv('URL', 'http://localhost:8000')\n",
    "run.sh": b"#!/bin/sh\ndocker exec shop_backend sh -c 'curl http://localhost:9000'\n",
    "README.md": b"# x\n\n```sh\ncurl http://localhost:3011\n```\n",
    ".env.example": b"API=http://localhost:3011\n",
}


def facts_of(paths: list[str]) -> dict[str, bytes]:
    workspace = MemoryWorkspace({path: FILES[path] for path in paths})
    outcome = scan_files(workspace, paths, Cache(None), jobs=1)
    return {path: encode(found) for path, found in outcome.facts.items()}


@given(st.permutations(sorted(FILES)), st.integers(1, len(FILES)))
@settings(max_examples=40, deadline=None)
def test_facts_do_not_depend_on_the_files_beside(order: list[str], count: int) -> None:
    everything = facts_of(sorted(FILES))
    some = facts_of(order[:count])
    assert some == {path: everything[path] for path in some}
    assert set(some) == set(order[:count])


def test_what_a_bundler_wrote_is_generated() -> None:
    call = b"fetch('http://localhost:3011/a');"
    written = {"app/src/pages.js": (call + b"\n") * 800, "app/public/runtime.js": call * 800}
    workspace = MemoryWorkspace(written)
    facts = scan_files(workspace, sorted(written), Cache(None), jobs=1).facts
    assert [path for path, found in facts.items() if "minified" in found.traits] == ["app/public/runtime.js"]
    project = Project(Tree(set(written)), facts, Settings(), workspace.read, workspace.history)
    assert [place(project, path)["world"] for path in written] == ["", "generated"]
