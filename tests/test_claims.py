"""Plans: what is an item, what it names, and whether that is there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Ran
from tests.projects import project_of
from unmoor.claims.check import Checker
from unmoor.claims.names import of_item
from unmoor.claims.plan import is_plan, parse

PLAN = """# Migration

## Phase 1: files

- [x] 1.1 Create `scripts/deploy.sh`
  - run it in CI
  - _Requirements: 1.1, 2.3_
- [ ] 1.2 Write the runbook
  - [-] 1.2.1 Start
- [ ]* 1.3 Optional tests

```markdown
- [x] in a fence
```

## Phase 2 ✅ COMPLETED

**Implementation files:**

- `src/health.ts`

Notes:

- `src/other.ts`

- ✅ Added `GATEWAY_PORT`
"""


def test_items_of_a_plan() -> None:
    items = parse(PLAN.encode())
    assert [(i.number, i.done, i.heading) for i in items] == [
        ("1.1", True, False), ("1.2", False, False), ("1.2.1", None, False), ("1.3", False, False), ("2", True, True),
        ("", True, False),
    ]  # fmt: skip
    first, second, nested, optional, section, ticked = items
    assert first.requirements == ("1.1", "2.3")
    assert [point.text for point in first.points] == ["run it in CI"]
    assert (first.section, first.depth) == (("Migration", "Phase 1: files"), 0)
    assert (second.children, nested.depth, optional.optional) == (1, 1, True)
    assert [point.text for point in section.points] == ["`src/health.ts`"]
    assert ticked.text == "Added `GATEWAY_PORT`"


@given(
    st.lists(st.sampled_from(["- [x] a `b/c.ts`", "  - [ ] d", "# E ✅", "text", "```", "- `f.py`", "", "<!--", "-->"]))
)
def test_spans_hold_the_text(lines: list[str]) -> None:
    source = "\n".join(lines).encode()
    for item in parse(source):
        for part in (item, *item.points):
            assert source[part.span.start : part.span.end].decode().strip() == part.text
    assert is_plan(source) or not parse(source)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Create `scripts/a.sh`", [("path", "scripts/a.sh", "made")]),
        ("Add `API_URL` to `.env.example`", [("env", "API_URL", "made"), ("path", ".env.example", "place")]),
        ("Implement `GET /api/users`", [("route", "GET /api/users", "made")]),
        ("Add `npm run smoke`", [("script", "smoke", "made")]),
        ("Add the `cache` service", [("service", "cache", "made")]),
        ("Set `container_name: web`", [("compose-key", "container_name", "made")]),
        ("Point it at `database:5432`", [("service", "database", "place")]),
        ("Serve at `http://localhost:3000`", [("url", "http://localhost:3000", "place")]),
        ("Open port 5432", [("port", "5432", "made")]),
        ("Remove `docker/old.yml`", [("path", "docker/old.yml", "gone")]),
        ("Rename `a/b.ts` to `a/c.ts`", [("path", "a/b.ts", "other"), ("path", "a/c.ts", "made")]),
        ("Run it with `scripts/a.sh`", [("path", "scripts/a.sh", "other")]),
        ("Call `getApiUrl()` and `retry`", []),
    ],
)
def test_names_of_an_item(text: str, names: list[tuple[str, str, str]]) -> None:
    item = parse(f"- [x] {text}".encode())[0]
    assert [(name.kind, name.value, name.role) for name in of_item(item)] == names


FILES = {
    "compose.yaml": "services:\n  db:\n    image: postgres:16\n    container_name: acme_db\n    ports: ['5435:5432']\n",
    "package.json": '{"name": "web", "scripts": {"smoke": "node smoke.js"}}',
    ".env.example": "API_URL=http://localhost:3011\n",
    "scripts/deploy.sh": "docker compose up -d\n",
    "src/api.ts": "app.get('/api/users', handler)\nexport const url = process.env.API_URL\n",
}


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("[x] Create `scripts/deploy.sh`", "met"),
        ("[x] Create `scripts/rollback.sh`", "unmet"),
        ("[x] Create `deploy.sh`", "met"),
        ("[x] Add `API_URL` to `.env.example`", "met"),
        ("[x] Add `API_PORT` to `.env.example`", "unmet"),
        ("[x] Add `npm run smoke`", "met"),
        ("[x] Add `npm run lint`", "unmet"),
        ("[x] Add the `db` service", "met"),
        ("[x] Add the `cache` service", "unmet"),
        ("[x] Set `container_name: acme_db` for `db`", "met"),
        ("[x] Set `container_name: acme_web`", "unmet"),
        ("[x] Add a `healthcheck` to the `db` service", "unmet"),
        ("[x] Publish port 5435", "met"),
        ("[x] Publish port 9999", "unmet"),
        ("[x] Implement `GET /api/users`", "met"),
        ("[x] Remove `scripts/old.sh`", "met"),
        ("[x] Remove `scripts/deploy.sh`", "unmet"),
        ("[x] Talk to the team", "unknown"),
        ("[x] Copy `.env.example` to `.env`", "met"),
        ("[ ] Create `scripts/deploy.sh`", "unticked"),
        ("[ ] Create `scripts/rollback.sh`", "open"),
        ("[ ] Update `scripts/deploy.sh`", "unknown"),
        ("[ ] Add retries to `scripts/deploy.sh`", "unknown"),
        ("[-] Create `scripts/deploy.sh`", "unknown"),
    ],
)
def test_verdicts(line: str, verdict: str) -> None:
    project = project_of(FILES)
    item = parse(f"- {line}".encode())[0]
    judged = Checker(project).judge("docs/plan.md", item)
    assert judged.verdict == verdict, judged


def lay(tmp_path: Path, plan: str) -> None:
    for path, text in {**FILES, "docs/plan.md": plan}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)


def test_the_command_shows_progress_and_gates(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    lay(
        tmp_path,
        "# P\n\n## One\n\n- [x] Create `scripts/deploy.sh`\n- [x] Create `scripts/no.sh`\n  - _Requirements: 1.2_\n",
    )
    ran = unmoor("checklist", "docs/plan.md")
    assert ran.code == 0
    assert "2 of 2 items done, 1 done and there, 1 done but absent" in ran.out
    assert "path `scripts/no.sh` is not there" in ran.out
    assert "1.2 unmet" in ran.out
    assert unmoor("checklist", "docs/plan.md", "--fail-on", "unmet").code == 1


def test_the_command_as_json_and_markdown(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    lay(tmp_path, "- [ ] Create `scripts/deploy.sh`\n")
    plan = json.loads(unmoor("checklist", "docs/plan.md", "--output-format", "json").out)["plans"][0]
    assert (plan["path"], plan["items"][0]["line"], plan["items"][0]["verdict"]) == ("docs/plan.md", 1, "unticked")
    assert "| 1 | ☐ Create `scripts/deploy.sh` | open though there" in unmoor(
        "checklist", "docs", "--output-format", "markdown"
    ).out.replace("\n", " ")
    assert unmoor("checklist", "docs/plan.md", "--fail-on", "unticked").code == 1


def test_a_plan_that_is_not_there_is_a_usage_error(unmoor: Callable[..., Ran], tmp_path: Path) -> None:
    assert unmoor("checklist", "no.md").code == 2
