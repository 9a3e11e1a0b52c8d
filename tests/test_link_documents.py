"""Documents: links, code spans and commands that lead nowhere, and everything that only looks so."""

import pytest

from tests.projects import project_of
from unmoor.link import documents
from unmoor.link.existence import Made
from unmoor.link.sites import Sites

TREE = {
    "LICENSE": "",
    "docs/security.md": "",
    "docs/guide/index.md": "",
    "scripts/run.py": "",
    "scripts/ops/migrate.py": "",
    "web/package.json": "{}",
    "web/tools/x.sh": "",
    "src/app/main.py": "",
}


def wrong(page: str, text: str, **more: str) -> list[str]:
    """The values of a page that are reported for sure."""
    project = project_of({**TREE, **more, page: text})
    return [
        s.value
        for s in documents.subjects(project)
        if s.path == page and s.attrs["sure"] and not s.attrs["hedged"] and s.attrs["use"] != "layout"
    ]


@pytest.mark.parametrize(
    ("link", "dead"),
    [
        ("LICENSE", False),
        ("docs/security.md#x", False),
        ("docs/guide", False),
        ("/docs/security.md", False),
        ("./docs/gone.md", True),
        ("docs/Security.md", True),
        ("/img/logo.png", True),
        ("../../issues", False),
        ("../../wiki/Home", False),
        ("../../issues?q=is%3Aopen", False),
        ("issues", False),
        ("#below", False),
        ("mailto:a@example.com", False),
        ("https://example.com/x", False),
        ("/some/route", False),
        ("<docs/security.md>", False),
        ("docs/a%20b.md", True),
    ],
)
def test_links_of_the_front_page(link: str, dead: bool) -> None:
    assert bool(wrong("README.md", f"See [it]({link}).\n")) is dead


def test_links_are_seen_from_their_page() -> None:
    assert wrong("docs/adapters/a.md", "[s](../security.md) [t](security.md) [u](../../LICENSE)\n") == ["security.md"]


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("Run `src/app/main.py`.", []),
        ("Run `app/main.py`.", []),
        ("See `src/app/gone.py`.", ["src/app/gone.py"]),
        ("The deleted `src/app/gone.py` did it.", []),
        ("Use `org/name` or `application/json`.", []),
        ("Put it into `src/app/your-file.py`.", []),
        ("It writes `dist/app.js`.", []),
        ("See [`src/app/gone.py`](https://example.com/x).", []),
        ("`gone.py` is short.", []),
    ],
)
def test_code_spans(text: str, dead: list[str]) -> None:
    assert wrong("README.md", text + "\n") == dead


def fence(*lines: str) -> str:
    """A shell fence."""
    return "# Use\n\n```sh\n" + "\n".join(lines) + "\n```\n"


@pytest.mark.parametrize(
    ("lines", "dead"),
    [
        (["python scripts/run.py"], []),
        (["python migrate.py"], ["migrate.py"]),
        (["cd web", "bash tools/x.sh"], []),
        (["cd gone"], ["gone"]),
        (["cd web && ls", "cd scripts && python run.py"], []),
        (["git clone https://example.com/a/other", "cd other", "bash up.sh"], []),
        (["curl -O https://example.com/get.sh", "bash get.sh"], []),
        (["python -m venv .venv", "source .venv/bin/activate"], []),
        (["cp config.yaml.example config.yaml", "cat < config.yaml"], ["config.yaml.example"]),
        (["bash <path/to/script.sh>"], []),
        (["docker compose -f compose-mysql.yml up"], ["compose-mysql.yml"]),
        (["bash tools/gone.sh || true"], []),
    ],
)
def test_commands(lines: list[str], dead: list[str]) -> None:
    assert wrong("docs/guide/start.md", fence(*lines)) == dead


def test_a_folder_that_the_text_names() -> None:
    text = "# Use\n\nFrom the `web` directory:\n\n```sh\nbash tools/x.sh\n```\n"
    assert wrong("README.md", text) == []
    assert wrong("README.md", text.replace("From the `web` directory:", "Now:")) == ["tools/x.sh"]


def test_bare_names_among_their_siblings() -> None:
    """A bare name is a fault only where others of its kind stand beside it, and are there."""
    text = "# Tests (`./checks/`)\n\n- `test-one.sh`\n- `test-two.sh`\n"
    more = {"checks/test-one.sh": ""}
    assert wrong("README.md", text, **more) == ["test-two.sh"]
    assert wrong("README.md", text) == []


@pytest.mark.parametrize(
    ("marker", "page", "link", "verdict"),
    [
        ({"docs/docs.json": '{"navigation": []}'}, "docs/a/b.mdx", "/a/c", "there"),
        ({"docs/docs.json": '{"navigation": []}'}, "docs/a/b.mdx", "/a/gone", "missing"),
        ({"docs/docs.json": '{"navigation": []}'}, "docs/a/b.mdx", "/elsewhere", "unknowable"),
        ({"mkdocs.yml": "site_name: x"}, "docs/a/b.md", "c.md", "there"),
        ({"mkdocs.yml": "site_name: x"}, "docs/a/b.md", "/img/x.png", "there"),
        ({"site/docusaurus.config.js": ""}, "site/docs/a/b.md", "../intro", "there"),
        ({"site/docusaurus.config.js": ""}, "site/docs/a/b.md", "/docs/intro", "there"),
        ({"site/docusaurus.config.js": ""}, "site/docs/a/b.md", "/img/logo.svg", "there"),
        ({"site/docusaurus.config.js": ""}, "site/docs/a/b.md", "./gone.md", "missing"),
        ({"site/docusaurus.config.js": ""}, "site/docs/a/b.md", "/pricing", "unknowable"),
        ({"docs/.vitepress/config.ts": ""}, "docs/a/b.md", "/a/c", "there"),
        ({"docs/.vitepress/config.ts": ""}, "docs/a/b.md", "/a/gone", "missing"),
    ],
)
def test_sites(marker: dict[str, str], page: str, link: str, verdict: str) -> None:
    files = {
        **marker,
        page: "",
        page.rpartition("/")[0] + "/c.md": "",
        "docs/img/x.png": "",
        "site/docs/01-intro.md": "",
        "site/static/img/logo.svg": "",
    }
    sites = Sites(project_of(files))
    site = sites.of(page)
    assert site is not None
    assert sites.leads(site, page, link) == verdict


def test_home_folders() -> None:
    code = 'A = "/Users/tanaka/models"\nB = "/home/ubuntu/x"\nC = "/Users/you/x"\n'
    project = project_of({"a.py": code, "README.md": "`/Users/tanaka/x`\n"})
    assert [s.value for s in documents.subjects(project)] == ["/Users/tanaka/models"]


@pytest.mark.parametrize("program", ["src/app/main.py", "backend/venv/lib/site-packages/x/main.py"])
def test_a_program_of_a_vendored_tree_writes_no_file_of_ours(program: str) -> None:
    project = project_of({program: 'open("data/prices.csv", "w")\n'})
    assert Made(project).written("prices.csv") is program.startswith("src")
