"""Paths: existence, `.dockerignore`, what a Dockerfile copies from where, builds, mounts, scripts, history."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.projects import project_of
from unmoor.files.history import History
from unmoor.link import copies, existence, inside, paths, recipes, scripts
from unmoor.link.ignores import DockerIgnore
from unmoor.link.suggest import near_path
from unmoor.model.subjects import Subject
from unmoor.project import Project, Tree

NAMES = st.sampled_from(["api", "docs", "main.py", "src", "a.txt", "Dockerfile", ".git", "web"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def found(subjects: object, kind: str) -> list[tuple[str, str, str]]:
    """(verdict, value, suggestion) of the subjects of a kind."""
    return [(s.verdict, s.value, s.suggestion) for s in subjects if isinstance(s, Subject) and s.kind == kind]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "path", "dropped"),
    [
        (".git", ".gitignore", False),
        (".git", ".git/config", True),
        ("docs/**\n!docs/sdks/**", "docs/sdks/a.md", False),
        ("docs/**\n!docs/sdks/**", "docs/other/a.md", True),
        ("**/node_modules", "web/node_modules/x/index.js", True),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("*\n!src", "src/main.py", False),
        ("*\n!src", "other/main.py", True),
        ("# docs\n\n/dist/", "dist/app.js", True),
        ("build?", "build1/x", True),
        ("temp[0-9]", "temp3", True),
        ("./src/../lib", "lib/a", True),
    ],
)
def test_dockerignore(source: str, path: str, dropped: bool) -> None:
    assert (DockerIgnore(source).drops(path) is not None) is dropped


@given(PATHS, st.lists(PATHS, max_size=4))
def test_dockerignore_lets_everything_through_again(path: str, patterns: list[str]) -> None:
    """Whatever was dropped, a last `!**` lets it in; and without patterns nothing is dropped."""
    assert DockerIgnore("\n".join([*patterns, "!**"])).drops(path) is None
    assert DockerIgnore("").drops(path) is None


@given(PATHS)
def test_dockerignore_drops_what_lies_below(path: str) -> None:
    parent = path.rpartition("/")[0] or path
    assert DockerIgnore(parent).drops(path) is not None


@given(st.sets(PATHS, min_size=1, max_size=6), st.sampled_from(["", "api", "docs/src"]))
def test_every_file_is_found_from_every_folder(files: set[str], base: str) -> None:
    """A path written relative to a folder leads back to the file, however the way is written."""
    from posixpath import relpath

    tree = Tree(files)
    for file in files:
        assert existence.find(tree, relpath(file, base or "."), base) == file
        assert existence.find(tree, f"./{file}", "") == file


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("src/main.py", "there"),
        ("src/*.py", "there"),
        ("src/**/deep.py", "there"),
        ("src/{main,other}.py", "there"),
        ("src/main.py:12", "there"),
        ("src/main.py::test_x", "there"),
        ("src\\main.py", "there"),
        ("src/Main.py", "missing"),
        ("src/gone.py", "missing"),
        ("path/to/your/file.py", "unknowable"),
        ("dist/app.js", "unknowable"),
        ("app.jar", "unknowable"),
        (".env", "unknowable"),
        ("settings.conf", "unknowable"),
        ("$HOME/x", "unknowable"),
        ("/etc/hosts", "unknowable"),
        ("secret.txt", "unknowable"),
        ("report.csv", "unknowable"),
    ],
)
def test_what_is_missing_and_what_cannot_be_known(value: str, state: str) -> None:
    project = project_of(
        {
            "src/main.py": "",
            "src/a/deep.py": "",
            "settings.conf.example": "",
            "make_report.py": "open('report.csv', 'w').write('x')\n",
        }
    )
    project.tree.ignored = lambda path: path == "secret.txt"
    assert existence.seek(project, value, [""], existence.Made(project)).state == state


def test_near_paths() -> None:
    project = project_of({"scripts/ops/migrate.py": "", "a/x.py": "", "b/x.py": "", "compose-mysql.yaml": ""})
    assert near_path("migrate.py", project) == "scripts/ops/migrate.py"
    assert near_path("x.py", project) == "", "two files of the name: no guess"
    assert near_path("compose-mysql.yml", project) == "compose-mysql.yaml"
    assert near_path("c/b/x.py", project) == "b/x.py", "the one that shares more of its end"
    project = project_of({"app/__stubs__/store.ts": ""})
    assert near_path("app/common/store.ts", project) == "", "a stub of the tests"
    assert near_path("app/__tests__/store.ts", project) == "app/__stubs__/store.ts"


def test_history_follows_moves(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *words], check=True, capture_output=True)

    def write(path: str, text: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    git("init", "-q")
    write("migrate.py", "print('migrate')\n" * 9)
    write("old/a.txt", "aaaa\n" * 9)
    write("compose.yaml", "services:\n  db:\n    image: x\n    container_name: shop-db\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    (tmp_path / "scripts").mkdir()
    git("mv", "migrate.py", "scripts/migrate.py")
    git("mv", "old", "new")
    write("compose.yaml", "services:\n  db:\n    image: x\n    container_name: shop_database\n")
    git("add", "-A")
    git("commit", "-qm", "two")
    history = History(tmp_path)
    assert history.renamed("migrate.py") == "scripts/migrate.py"
    assert history.renamed("old") == "new", "a folder, all of whose files moved"
    assert history.renamed("scripts/migrate.py") is None
    assert history.existed("old/a.txt") and not history.existed("never.txt")
    assert history.former_container("shop-db") == "shop_database"
    assert History(None).renamed("migrate.py") is None


def test_a_path_of_an_image_leads_back_to_the_context() -> None:
    project = project_of(
        {
            "Dockerfile": "FROM node AS build\nWORKDIR /src\nCOPY . .\nFROM python\nWORKDIR /app\n"
            "COPY --from=build /src/web ./static\nCOPY pyproject.toml uv.lock ./\n"
            "COPY api /app/api\nRUN touch made.txt\n",
        }
    )
    recipe = recipes.recipes(project)["Dockerfile"]
    last = recipe.stage("")
    assert last is not None and last.workdir == "/app"
    assert "api/main.py" in recipe.origins("/app/api/main.py", last)[0]
    assert "web/index.html" in recipe.origins("/app/static/index.html", last)[0]
    assert "uv.lock" in recipe.origins("/app/uv.lock", last)[0]
    assert recipe.origins("/app/made.txt", last)[1], "RUN may have made it"
    assert recipe.origins("/etc/hosts", last)[0] == []


def seek_inside(project: Project) -> list[str]:
    """Paths inside containers that are missing."""
    reader = inside.Inside(project)
    return [
        reference.value
        for path, reference in project.references("path")
        if (sought := reader.seek(path, reference)) is not None and sought.state == "missing"
    ]


def test_commands_in_containers() -> None:
    base = {
        "compose.yaml": "services:\n  web:\n    build: .\n    volumes: ['./tools:/tools']\n  db: {image: postgres}\n",
        "Dockerfile": "FROM python\nWORKDIR /app\nCOPY . .\n",
        "scripts/migrate.py": "",
        "tools/run.sh": "",
    }
    commands = (
        "docker compose exec web python migrate.py\n"
        "docker compose exec web python scripts/migrate.py\n"
        "docker compose exec web sh -c 'cd /app/scripts && python migrate.py'\n"
        "docker compose exec web sh -c 'cd scripts && python other.py'\n"
        "docker compose exec -w /app/scripts web python migrate.py\n"
        "docker compose exec web sh /tools/run.sh\n"
        "docker compose exec web sh /tools/gone.sh\n"
        "docker compose exec db sh /entry.sh\n"
    )
    assert seek_inside(project_of({**base, "run.sh": commands})) == ["migrate.py", "/tools/gone.sh"]


def test_a_broken_build_is_reported_where_it_is_broken() -> None:
    files = {
        "deploy/cli/compose.yaml": "services:\n"
        "  a:\n    build:\n      context: ../../\n      dockerfile: apps/gone/Dockerfile\n"
        "  b:\n    build:\n      context: ../apps/api\n      dockerfile: Dockerfile\n",
        "apps/api/Dockerfile": "FROM scratch\n",
    }
    subjects = list(paths.subjects(project_of(files)))
    assert found(subjects, "build") == [
        ("missing-dockerfile", "apps/gone/Dockerfile", ""),
        ("missing-context", "../apps/api", "../../apps/api"),
    ]


def test_a_mount_is_seen_from_the_projects_folder_and_is_no_volume() -> None:
    files = {
        "tools/elastic/compose.yaml": "services:\n  a:\n    image: x\n    volumes:\n"
        "      - ../../elastic/logstash/pipe.yml:/etc/x.yml\n",
        "tools/elastic/logstash/pipe.yml": "a: 1\n",
    }
    subjects = [s for s in paths.subjects(project_of(files)) if s.kind == "compose-path"]
    assert [s.suggestion for s in subjects] == ["./logstash/pipe.yml"]


def test_copy_sources_of_several_builders() -> None:
    """A source that one builder has is right; a builder whose context has none of them is wrong, once."""
    files = {
        "compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
        "deploy/compose.yaml": "services:\n  a:\n    build: {context: ., dockerfile: ../api/Dockerfile}\n",
        "api/Dockerfile": "FROM scratch\nCOPY api/main.py .\nCOPY api/lib ./lib\n",
        "api/main.py": "",
        "api/lib/x.py": "",
    }
    subjects = list(paths.subjects(project_of(files)))
    assert [(s.path, s.verdict) for s in subjects if s.kind == "copy-source"] == [
        ("deploy/compose.yaml", "wrong-context")
    ]
    del files["compose.yaml"]
    project = project_of(files)
    assert [s.value for s in copies.copy_sources(project, inside.Inside(project))] == ["api/main.py", "api/lib"]


def test_folders_that_docker_makes_and_folders_that_are_read() -> None:
    files = {
        "compose.yaml": "services:\n  db:\n    image: mongo\n    volumes:\n"
        "      - ./data:/data/db\n      - ./init:/docker-entrypoint-initdb.d\n      - ./conf/my.cnf:/etc/my.cnf\n",
        "devops/init/a.js": "",
    }
    subjects = [s for s in paths.subjects(project_of(files)) if s.kind == "compose-path"]
    assert [(s.value, s.attrs["needed"]) for s in subjects if s.attrs["needed"]] == [
        ("./init", True),
        ("./conf/my.cnf", True),
    ]


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("npm run build", False),
        ("npm run biuld", True),
        ("yarn test:unit", True),
        ("yarn eslint .", False),
        ("npm --prefix web run dev", False),
        ("npm --prefix web run build", True),
        ("cd web && npm run dev", False),
        ("make start", False),
        ("make strat", True),
        ("make build/x.o", False),
        ("python -m api.tool", False),
        ("python -m api.gone", True),
        ("python -m http.server", False),
        ("bash scripts/gone.sh", True),
        ("bash scripts/gone.sh || true", False),
        ("[ -f gone.sh ] && bash gone.sh", False),
        ("mkdir out && cat out/x.txt", False),
        ("git clone https://example.com/a/other.git && cd other", False),
    ],
)
def test_what_scripts_run(command: str, missing: bool) -> None:
    files = {
        "run.sh": f"{command}\n",
        "package.json": '{"scripts": {"build": "x"}, "devDependencies": {"eslint": "9"}}',
        "web/package.json": '{"scripts": {"dev": "vite"}}',
        "Makefile": "start:\n\techo\nbuild/%.o: %.c\n\techo\n",
        "api/__init__.py": "",
        "api/tool.py": "",
    }
    subjects = [s for s in scripts.subjects(project_of(files)) if s.path == "run.sh"]
    assert bool(subjects) is missing, [s.reasons for s in subjects]
