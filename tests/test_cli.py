"""The command line as people use it: exit codes, streams, files, errors, the accepted, stdin, help."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unmoor.cli.app import COMMANDS
from unmoor.cli.options import SCAN, defaults, plain
from unmoor.cli.output import target
from unmoor.cli.terminal import use_color
from unmoor.model.errors import UserError

Run = Callable[..., Any]
Write = Callable[[dict[str, str]], Path]
Git = Callable[..., str]

COMPOSE = """services:
  web:
    image: acme/web
    environment:
      DATABASE_URL: postgresql://shop:hunter2@localhost:5432/shop
  database:
    image: postgres:16
    ports:
      - "127.0.0.1:5435:5432"
"""
RULE = "localhost-in-container"


@pytest.fixture
def shop(write: Write, git: Git) -> Path:
    """A repository with one error and nothing else at warning or above."""
    root = write({"compose.yaml": COMPOSE, "docs/a.txt": "hello\n"})
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    return root


def test_findings_end_with_one_and_go_to_stdout(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", "--select", RULE)
    assert ran.code == 1 and ran.err == ""
    assert ran.out.startswith(f"error[{RULE}]: ") and "hunter2" not in ran.out
    assert " --> compose.yaml:5:21" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--exit-zero",), 0),
        (("--fail-on", "never"), 0),
        (("--fail-on", "note"), 1),
        (("--min-severity", "warning"), 1),
        (("docs",), 0),
        (("compose.yaml",), 1),
        (("--exclude", "compose.yaml"), 0),
        (("--exclude", "*.yaml", "compose.yaml"), 1),
        (("--exclude", "*.yaml", "compose.yaml", "--force-exclude"), 0),
        (("--ignore", RULE), 0),
        (("--ignore", "url"), 1),  # the rule that is named outright stays
        (("nope.yaml",), 2),
        (("--select", "localhost-in-contaner"), 2),
        (("--no-such-option",), 2),
        (("--output-format", "nope"), 2),
        (("-o", "srif:x.sarif"), 2),
        (("--config", "nope.toml"), 2),
        (("--config", 'fail-on = "never"'), 0),
        (("--exit-zero", "nope.yaml"), 2),
        (("--baseline-commit", "nope"), 2),
        (("--add-ignores",), 2),
    ],
)
def test_exit_codes(unmoor: Run, shop: Path, arguments: tuple[str, ...], code: int) -> None:
    ran = unmoor("scan", "--select", RULE, *arguments)
    assert ran.code == code, ran
    assert bool(ran.err) == (code == 2) or "warning:" in ran.err
    assert "Traceback" not in ran.err


def test_an_error_says_what_is_wrong_and_what_to_do(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", "--select", "localhost-in-contaner")
    assert ran.err == (
        "error: --select: unknown rule or family `localhost-in-contaner`\n"
        "  help: did you mean `localhost-in-container`? `unmoor rules list` shows them all\n"
    )
    assert ran.out == ""


def test_a_configuration_error_has_its_place(unmoor: Run, shop: Path) -> None:
    (shop / ".unmoor.toml").write_text('\nfial-on = "note"\n')
    ran = unmoor("scan")
    assert ran.code == 2 and ran.err.startswith("error: .unmoor.toml:2:1: unknown key `fial-on`\n")
    assert unmoor("scan", "--isolated").code == 1


def test_options_come_from_the_environment(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", env={"UNMOOR_SELECT": RULE, "UNMOOR_OUTPUT_FORMAT": "concise"})
    assert ran.out.startswith(f"compose.yaml:5:21: error[{RULE}]")


def test_precommit_is_concise_and_cd_does_not_matter(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", "--select", RULE, cwd=shop / "docs", env={"PRE_COMMIT": "1"})
    assert ran.out.startswith("compose.yaml:5:21: error[")


def test_ci_variables_change_neither_exit_code_nor_format(unmoor: Run, shop: Path) -> None:
    ci = {"CI": "true", "GITHUB_ACTIONS": "true", "GITLAB_CI": "true"}
    assert unmoor("scan", "--select", RULE, env=ci)[:2] == unmoor("scan", "--select", RULE)[:2]


def test_files_are_written_and_stdout_stays_empty(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", "--select", RULE, "-o", "html:a.html", "-o", "sarif:a.sarif", "-o", "a.json")
    assert ran.code == 1 and ran.out == "" and "wrote a.html" in ran.err
    assert json.loads((shop / "a.json").read_text())["schema"] == "unmoor/1"
    assert json.loads((shop / "a.sarif").read_text())["version"] == "2.1.0"
    assert (shop / "a.html").read_text().startswith("<!doctype html>")


def test_a_format_and_files_give_both(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", "--select", RULE, "--output-format", "json", "-o", "concise:a.txt")
    assert json.loads(ran.out)["summary"]["error"] == 1 and (shop / "a.txt").exists()


def test_a_saved_report_renders_again(unmoor: Run, shop: Path) -> None:
    unmoor("scan", "--select", RULE, "-o", "json:audit.json")
    direct = unmoor("scan", "--select", RULE, "--output-format", "text").out
    again = unmoor("report", "audit.json", "--output-format", "text")
    assert again.code == 0
    assert again.out.splitlines()[:5] == direct.splitlines()[:5]
    assert unmoor("report", "audit.json", "-o", "html:x.html").code == 0 and (shop / "x.html").exists()
    assert unmoor("report", "compose.yaml").code == 2
    (shop / "compose.yaml").unlink()
    assert " --> compose.yaml:5:21" in unmoor("report", "audit.json").out


def test_stdin_stands_in_for_a_file(unmoor: Run, shop: Path) -> None:
    clean = COMPOSE.replace("@localhost", "@database").encode()
    assert unmoor("scan", "--select", RULE, "--stdin-filename", "compose.yaml", stdin=clean).code == 0
    assert unmoor("scan", "--select", RULE, "--stdin-filename", "compose.yaml", stdin=COMPOSE.encode()).code == 1


def test_statistics(unmoor: Run, shop: Path) -> None:
    assert unmoor("scan", "--select", RULE, "--statistics").out.startswith(f"1  error    {RULE}")
    rows = json.loads(unmoor("scan", "--select", RULE, "--statistics", "--output-format", "json").out)
    assert rows[0]["rule"] == RULE and rows[0]["count"] == 1


def test_show_files_and_settings(unmoor: Run, shop: Path) -> None:
    assert unmoor("scan", "--show-files").out == "compose.yaml\ndocs/a.txt\n"
    assert unmoor("scan", "--show-files", "--extend-exclude", "docs").out == "compose.yaml\n"
    assert 'fail-on = "note"' in unmoor("scan", "--show-settings", "--fail-on", "note").out


def test_quiet_leaves_findings_only(unmoor: Run, shop: Path) -> None:
    out = unmoor("scan", "--select", RULE, "--format", "concise", "-q").out
    assert out.count("\n") == 1


def test_strict_fails_for_what_is_not_understood(unmoor: Run, shop: Path) -> None:
    (shop / "bad.ts").write_bytes(b"fetch('http://localhost:1') \xff\xfe\n")
    assert unmoor("scan", "--select", "docs").code == 0
    assert unmoor("scan", "--select", "docs", "--strict").code == 2


def test_the_step_summary_is_written_where_its_variable_is_set(unmoor: Run, shop: Path) -> None:
    unmoor("scan", "--select", RULE, env={"GITHUB_STEP_SUMMARY": str(shop / "s.md")})
    assert f"`{RULE}`" in (shop / "s.md").read_text()
    assert unmoor("scan", "--summary").code == 2


def test_baseline_from_update_to_prune(unmoor: Run, shop: Path) -> None:
    (shop / ".unmoor.toml").write_text(f'baseline = "accepted.jsonl"\nselect = ["{RULE}"]\n')
    assert unmoor("scan", "--update-baseline").code == 0
    assert json.loads((shop / "accepted.jsonl").read_text().splitlines()[1])["rule"] == RULE
    ran = unmoor("scan")
    assert ran.code == 0 and "1 baselined" in ran.out
    (shop / "compose.yaml").write_text("# a line above\n" + COMPOSE)
    assert unmoor("scan").code == 0
    (shop / "compose.yaml").write_text(COMPOSE.replace("@localhost", "@database"))
    ran = unmoor("scan")
    assert ran.code == 1 and "stale baseline entry" in ran.err and "--prune-baseline" in ran.err
    assert unmoor("scan", "docs").code == 0
    assert unmoor("baseline", "prune").code == 0
    assert unmoor("scan").code == 0
    assert unmoor("baseline", "show").out == "0 accepted\n"


def test_baseline_commit_follows_renames(unmoor: Run, shop: Path, git: Git) -> None:
    git("mv", "compose.yaml", "docker-compose.yml")
    ran = unmoor("scan", "--select", RULE, "--baseline-commit", "HEAD")
    assert ran.code == 0, ran
    added = COMPOSE.replace("  database:\n", "      CACHE_URL: postgresql://localhost:5432/b\n  database:\n")
    (shop / "docker-compose.yml").write_text(added)
    ran = unmoor("scan", "--select", RULE, "--baseline-commit", "HEAD", "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["summary"] == {"error": 1, "warning": 0, "note": 0, "suppressed": 0, "baselined": 1}
    assert not git("worktree", "list").count("\n") > 1


def test_add_ignores_writes_comments_that_hold(unmoor: Run, shop: Path) -> None:
    ran = unmoor("scan", "--select", RULE, "--add-ignores", "--reason", "until the move")
    assert ran.code == 0, ran
    text = (shop / "compose.yaml").read_text()
    assert "      # unmoor: ignore[localhost-in-container] until the move\n      DATABASE_URL" in text
    ran = unmoor("scan", "--select", RULE)
    assert ran.code == 0 and "1 suppressed" in ran.out
    assert unmoor("scan", "--select", RULE, "--no-ignores").code == 1


def test_outside_git_and_in_an_empty_folder(unmoor: Run, write: Write) -> None:
    ran = unmoor("scan")
    assert ran.code == 0 and "there are no files" in ran.err
    write({"compose.yaml": COMPOSE})
    assert unmoor("scan", "--select", RULE).code == 1


def test_root_in_place_of_the_git_root(unmoor: Run, shop: Path) -> None:
    (shop / "inner").mkdir()
    (shop / "inner/compose.yaml").write_text(COMPOSE)
    ran = unmoor("scan", "--root", "inner", "--select", RULE, "--format", "concise")
    assert ran.out.startswith("compose.yaml:5:21")
    assert unmoor("scan", "--root", "nope").code == 2


def test_config_shows_values_and_their_origin(unmoor: Run, shop: Path) -> None:
    (shop / ".unmoor.toml").write_text('fail-on = "note"\n')
    out = unmoor("config").out
    assert any(line.startswith('fail-on = "note"') and line.endswith("# .unmoor.toml:1:1") for line in out.splitlines())
    assert json.loads(unmoor("config", "--json").out)["persona"] == {"value": "regular", "source": "default"}
    assert json.loads(unmoor("config", "schema").out)["title"].startswith("unmoor configuration")
    assert unmoor("config", "check").code == 0
    (shop / ".unmoor.toml").write_text('select = ["nope"]\n')
    assert unmoor("config", "check").code == 2


def test_init_writes_comments_only(unmoor: Run, shop: Path) -> None:
    assert unmoor("init").code == 0
    text = (shop / ".unmoor.toml").read_text()
    assert all(line.startswith("#") or not line for line in text.splitlines())
    assert '["compose.yaml"]' in text and "web, database" in text
    assert unmoor("init").code == 2
    uncommented = "\n".join(
        line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# [s", '# "', "# c"))
    )
    assert "stacks" in uncommented
    assert unmoor("scan", "--select", RULE).code == 1


def test_rules_are_listed_shown_and_begun(unmoor: Run, shop: Path) -> None:
    assert f"  {RULE}" in unmoor("rules", "list").out
    assert {row["family"] for row in json.loads(unmoor("rules", "list", "--family", "url", "--json").out)} == {"url"}
    assert f"# {RULE}" in unmoor("rules", "show", RULE).out
    assert "did you mean" in unmoor("rules", "show", "localhost-in-contaner").err
    assert unmoor("rules", "new", "no-old-gateway").code == 0
    ran = unmoor("rules", "test", ".unmoor/rules")
    assert ran.code == 0 and ran.out == "1 reported, 1 validated\n"
    assert unmoor("rules", "new", "No_Gateway").code == 2
    page = shop / ".unmoor/rules/no-old-gateway.md"
    page.write_text(page.read_text().replace(" // <- finding", ""))
    ran = unmoor("rules", "test", ".unmoor/rules")
    assert ran.code == 1 and "noisy: no-old-gateway" in ran.out


def test_help_lists_only_what_is_there(unmoor: Run) -> None:
    from importlib.util import find_spec

    ran = unmoor("--help")
    listed = [
        line.split()[0]
        for line in ran.out.split("Commands:")[1].splitlines()
        if line.startswith("  ") and line[2] != " "
    ]
    assert listed == [name for name, (target, _) in COMMANDS.items() if find_spec(target.split(":")[0])]
    for name in listed:
        assert unmoor(name, "--help").code == 0, name


def test_unknown_command(unmoor: Run) -> None:
    ran = unmoor("scna")
    assert ran.code == 2 and "did you mean `unmoor scan`?" in ran.err


def test_no_arguments_shows_help(unmoor: Run) -> None:
    assert "Usage: unmoor" in "".join(unmoor()[1:])


def test_a_plain_scan_imports_no_heavy_module(shop: Path, environment: dict[str, str]) -> None:
    code = (
        "import sys; from unmoor.cli.start import start; start(['scan', '--select', 'docs', 'docs/a.txt']);"
        "print([m for m in ('click', 'rich', 'jinja2', 'libcst', 'sqlite3', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=shop, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_goes_away_is_no_error(shop: Path, environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m unmoor scan --show-files | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=shop, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["a.ts", "b.ts"],
        ["--select", "url,port", "--select=env", "-o", "a", "-o", "b", "-q", "--exit-zero", "x"],
        ["-j", "2", "--format=json", "--", "-weird"],
        ["--config", "a=1", "--config", "b=2"],
    ],
)
def test_the_plain_reader_and_click_agree(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []
    monkeypatch.setattr("unmoor.cli.scan.run", lambda values: seen.append(values) or 0)
    from unmoor.cli.app import main

    main(["scan", *argv])
    assert plain(argv, {}) == seen[0]


@pytest.mark.parametrize(
    "argv", [["--help"], ["--nope"], ["--select"], ["-j", "x"], ["--persona", "x"], ["--exit-zero=1"]]
)
def test_the_plain_reader_leaves_the_rest_to_click(argv: list[str]) -> None:
    assert plain(argv, {}) is None


def test_the_plain_reader_leaves_the_environment_to_click() -> None:
    assert plain([], {"UNMOOR_SELECT": "url"}) is None
    assert plain([], {"UNMOOR_CONFIG": "x.toml"}) == {**defaults(), "paths": ()}


def test_every_option_has_a_group_and_help() -> None:
    for option in SCAN:
        assert option.group and (option.help or option.name == "color")


@pytest.mark.parametrize(
    ("choice", "env", "tty", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_when_colour_is_used(choice: str, env: dict[str, str], tty: bool, expected: bool) -> None:
    class Stream:
        def isatty(self) -> bool:
            return tty

    assert use_color(choice, Stream(), env) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "chosen", "expected"),
    [
        ("html:a/b.html", None, ("html", "a/b.html")),
        ("a.sarif", None, ("sarif", "a.sarif")),
        ("out", "json", ("json", "out")),
        ("C:x.json", None, ("json", "C:x.json")),
    ],
)
def test_output_targets(item: str, chosen: str | None, expected: tuple[str, str]) -> None:
    assert target(item, chosen) == expected


@pytest.mark.parametrize("item", ["htlm:a", "out", "html:"])
def test_output_targets_that_are_mistakes(item: str) -> None:
    with pytest.raises(UserError):
        target(item, None)


def test_progress_is_silent_where_nobody_looks(unmoor: Run, shop: Path) -> None:
    assert "scanning" not in unmoor("scan").err


def test_hooks_name_what_exists() -> None:
    import yaml

    hooks = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["unmoor", "unmoor-fix", "unmoor-full", "unmoor-config"]
    import re

    pattern = re.compile(hooks[0]["files"])
    for path in (
        "a.ts",
        ".env.example",
        "x/.env",
        "prod.env",
        "Dockerfile",
        "a/Dockerfile.dev",
        "compose.yaml",
        "justfile",
        "a.mts",
    ):
        assert pattern.search(path), path
    for path in ("a.png", "environment", "poetry.lock"):
        assert not pattern.search(path), path
    for hook in hooks:
        assert hook["entry"].split()[1] in COMMANDS
