"""The example shop: exactly the findings that are listed, and what its fixes leave behind.

`shop_expected.jsonl` holds one finding a line: path, line, rule, severity. The look-alikes of the shop (healthchecks,
bind addresses, comparisons, dummy bases, tests, stories, namespaces, development env files) are in no line of it.
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from unmoor import engine, fixing
from unmoor.config.load import load as load_settings
from unmoor.config.settings import Settings
from unmoor.files.cache import Cache
from unmoor.files.workspace import Workspace
from unmoor.generate.resolver import content
from unmoor.model.findings import Finding, Report
from unmoor.syntax.grammars import parse

SHOP = Path(__file__).parents[1] / "examples" / "shop"
EXPECTED = Path(__file__).with_name("shop_expected.jsonl")


class Line(NamedTuple):
    """One finding, as the list has it."""

    path: str
    line: int
    rule: str
    severity: str


def settings(root: Path) -> Settings:
    return load_settings(root, environment={}).settings


def lines(report: Report) -> list[Line]:
    found = []
    for finding in report.findings:
        if finding.suppressed is None:
            line = report.sources[finding.path][: finding.span.start].count(b"\n") + 1
            found.append(Line(finding.path, line, finding.rule, finding.severity.name))
    return sorted(found)


@pytest.fixture(scope="module")
def report() -> Report:
    return engine.scan(SHOP, settings(SHOP), cache=False)


def test_the_findings_are_those_of_the_list(report: Report) -> None:
    expected = sorted(Line(**json.loads(line)) for line in EXPECTED.read_text().splitlines())
    assert lines(report) == expected


def test_suppressions_are_counted(report: Report) -> None:
    assert sorted(f.path for f in report.findings if f.suppressed) == [
        "frontend/lib/flags.ts",
        "frontend/lib/preview.ts",
    ]


def test_every_file_is_understood(report: Report) -> None:
    assert report.skipped == []
    assert report.listed >= 60


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("compose.yaml", "pg_isready -U $$POSTGRES_USER -h localhost"),
        ("compose.yaml", '"127.0.0.1:5435:5432"'),
        ("compose.yaml", "http://127.0.0.1:3011/health"),
        ("dockerfiles/frontend.Dockerfile", "http://127.0.0.1:3000/api/health"),
        ("recommendations/app/main.py", 'host="127.0.0.1"'),
        ("backend/src/index.ts", "server.listen(env.PORT, '0.0.0.0'"),
        ("backend/src/index.ts", "try http://localhost"),
        ("backend/src/routes/users.ts", "=== 'localhost'"),
        ("backend/src/ws.ts", "'ws://localhost'"),
        ("frontend/lib/images.ts", "new URL(path, 'http://localhost')"),
        ("frontend/lib/images.ts", "(localhost|127"),
        ("frontend/lib/session.ts", "window.location.hostname === 'localhost'"),
        ("frontend/lib/redirect.ts", "new Set(['localhost', '127.0.0.1'])"),
        ("frontend/components/Icon.tsx", "http://www.w3.org/2000/svg"),
        ("frontend/components/ConnectionSettings.tsx", 'placeholder="http://localhost:4010"'),
        ("frontend/components/ConnectionSettings.tsx", "startsWith('http://localhost')"),
        ("frontend/components/ProductCard.stories.tsx", "http://localhost:3011"),
        ("frontend/components/__tests__/cart.test.ts", "http://localhost:3011"),
        ("frontend/e2e/checkout.spec.ts", "http://localhost:3011"),
        ("frontend/.env.development", "NEXT_PUBLIC_API_URL=http://localhost:3011"),
        (".env.example", "NEXT_PUBLIC_API_URL=http://localhost:3011"),
        ("nginx/shop.conf", "server_name shop.example.net localhost"),
        ("monitoring/prometheus.yml", 'targets: ["localhost:9090"]'),
        ("README.md", "http://localhost:3000"),
        ("docs/development.md", "curl http://localhost:8123/health"),
        ("docs/architecture.md", "http://backend:3011"),
        (".github/workflows/ci.yml", "@localhost:5432"),
        ("scripts/local/tunnel.sh", "http://localhost:9998/status"),
    ],
)
def test_what_looks_wrong_and_is_right_stays_silent(report: Report, path: str, text: str) -> None:
    source = (SHOP / path).read_text()
    assert text in source, "the look-alike is gone from the shop"
    line = source[: source.index(text)].count("\n") + 1
    assert [found for found in lines(report) if (found.path, found.line) == (path, line)] == []


class Mended(NamedTuple):
    """The shop after `unmoor fix --unsafe-fixes`."""

    outcome: fixing.Outcome
    again: fixing.Outcome


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Mended:
    root = tmp_path_factory.mktemp("mended") / "shop"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns(".unmoor_cache"))
    outcome = fix(root)
    fixing.save(root, outcome)
    return Mended(outcome, fix(root))


def fix(root: Path) -> fixing.Outcome:
    known, store = settings(root), Cache(None)

    def look(overlay: dict[str, bytes], links: dict[str, str]) -> list[Finding]:
        return engine.scan_workspace(Workspace(root, overlay), known, cache=store).findings

    def read(path: str) -> bytes:
        return (root / path).read_bytes()

    return fixing.run(look({}, {}), read, look, fixing.Narrowing(unsafe=True), None, content)


def test_fixes_are_made(mended: Mended) -> None:
    assert len(mended.outcome.applied) >= 60
    assert mended.outcome.problem == ""


def test_a_second_run_changes_nothing(mended: Mended) -> None:
    assert mended.again.changed == []


def test_every_changed_source_file_parses(mended: Mended) -> None:
    changed = [path for path in mended.outcome.changed if path.endswith((".ts", ".tsx"))]
    assert len(changed) >= 8
    for path in changed:
        tree = parse("tsx" if path.endswith("x") else "typescript", mended.outcome.overlay[path])
        assert not tree.root_node.has_error, path


def test_safe_fixes_need_no_flag_and_mend_what_cannot_be_otherwise(mended: Mended) -> None:
    compose = mended.outcome.overlay["compose.yaml"].decode()
    assert "dockerfile: dockerfiles/backend.Dockerfile" in compose
    assert "@database:5432/${POSTGRES_DB}" in compose
    assert "REDIS_URL: redis://cache:6379/0" in compose
    assert b"docker exec shop_backend node" in mended.outcome.overlay["scripts/backup.sh"]
