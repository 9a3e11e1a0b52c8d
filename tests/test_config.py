"""The configuration: where it is found, what is said of mistakes, where each value came from, the published schema."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from unmoor.config import schema
from unmoor.config.load import check_rules, load
from unmoor.config.locate import position
from unmoor.model.errors import UserError

AT = ".unmoor.toml"
Write = Callable[[dict[str, str]], Path]


def test_the_published_schema_is_current() -> None:
    assert schema.PUBLISHED.read_text("utf-8") == schema.text()


def test_every_setting_is_described() -> None:
    for name, about in schema.properties([]).items():
        assert about.get("description"), name


def test_without_a_file_the_defaults_serve(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.settings.fail_on == "error" and loaded.origin is None and loaded.source("fail-on") == "default"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": '[tool.unmoor]\nfail-on = "note"\n'}, "note"),
        ({"pyproject.toml": '[tool.other]\nfail-on = "note"\n'}, "error"),
        ({"pyproject.toml": '[tool.unmoor]\nfail-on = "note"\n', "unmoor.toml": 'fail-on = "warning"\n'}, "warning"),
        ({"unmoor.toml": 'fail-on = "warning"\n', ".unmoor.toml": 'fail-on = "never"\n'}, "never"),
    ],
)
def test_which_file_counts(write: Write, files: dict[str, str], expected: str) -> None:
    assert load(write(files)).settings.fail_on == expected


def test_the_environment_names_a_file_and_the_option_wins(write: Write) -> None:
    root = write({".unmoor.toml": "", "a.toml": 'fail-on = "note"', "b.toml": 'fail-on = "never"'})
    environment = {"UNMOOR_CONFIG": str(root / "a.toml")}
    assert load(root, environment=environment).settings.fail_on == "note"
    assert load(root, environment=environment, explicit=[str(root / "b.toml")]).settings.fail_on == "never"
    assert load(root, environment=environment, isolated=True).settings.fail_on == "error"


def test_inline_values_and_options_win_and_say_so(write: Write) -> None:
    root = write({".unmoor.toml": '\nfail-on = "note"\nbaseline = "b"\npersona = "pedantic"\n'})
    loaded = load(root, explicit=['persona = "auditor"'], overrides={"fail-on": "never"})
    assert (loaded.settings.fail_on, loaded.settings.persona, loaded.settings.baseline) == ("never", "auditor", "b")
    assert loaded.source("fail-on") == "command line"
    assert loaded.source("persona").startswith("--config")
    assert loaded.source("baseline") == ".unmoor.toml:3:1"


def test_extend(write: Write) -> None:
    root = write(
        {
            ".unmoor.toml": 'extend = "shared/base.toml"\nfail-on = "note"\n',
            "shared/base.toml": 'fail-on = "never"\nbaseline = "b"\n',
        }
    )
    loaded = load(root)
    assert (loaded.settings.fail_on, loaded.settings.baseline) == ("note", "b")
    assert loaded.source("baseline") == "shared/base.toml:2:1"


def test_extend_in_a_circle(write: Write) -> None:
    with pytest.raises(UserError, match="circle"):
        load(write({".unmoor.toml": 'extend = "b.toml"', "b.toml": 'extend = ".unmoor.toml"'}))


@pytest.mark.parametrize(
    ("text", "title", "help"),
    [
        ('\nfaill-on = "error"\n', ".unmoor.toml:2:1: unknown key `faill-on`", "did you mean `fail-on`?"),
        ('fail-on = "eror"\n', ".unmoor.toml:1:1: `fail-on`: invalid enum value 'eror'", "did you mean `error`?"),
        ("select = 3\n", ".unmoor.toml:1:1: `select`: expected `array`, got `int`", ""),
        (
            "[[overrides]]\npaths = []\n[[overrides]]\n\npath = []\n",
            ".unmoor.toml:5:1: unknown key `path`",
            "did you mean `paths`?",
        ),
        ("[services.web]\nports = [1]\nport = 2\n", ".unmoor.toml:3:1: unknown key `port`", "did you mean `ports`?"),
        ('[severity]\nhardcoded-url = "of"\n', ".unmoor.toml:2:1: `severity.hardcoded-url`", "did you mean `off`?"),
        ("a = [\n", ".unmoor.toml:1:1: not valid TOML", ""),
        (
            '[[overrides]]\npaths = ["a"]\nseverity = {docs = "off"}\n',
            ".unmoor.toml:3:1: turning a rule off needs a reason",
            'add `reason = "…"`',
        ),
        ('[[overrides]]\npaths = ["a"]\nexpires = "soon"\n', ".unmoor.toml:3:1: `soon` is no date", "write YYYY-MM-DD"),
        ('container-name-pattern = "("\n', ".unmoor.toml:1:1: not a regular expression", ""),
        ('extend = "nope.toml"\n', ".unmoor.toml:1:1: `extend` names no file", ""),
    ],
)
def test_mistakes_have_a_place_and_a_hint(write: Write, text: str, title: str, help: str) -> None:
    with pytest.raises(UserError) as caught:
        load(write({".unmoor.toml": text}))
    assert caught.value.title.startswith(title)
    assert caught.value.help.startswith(help)


def test_pyproject_places_are_those_of_the_file(write: Write) -> None:
    with pytest.raises(UserError, match=r"pyproject\.toml:4:1: unknown key `selct`"):
        load(write({"pyproject.toml": '[project]\nname = "x"\n[tool.unmoor]\nselct = []\n'}))


def test_unknown_rules_have_a_place_and_a_hint(write: Write) -> None:
    loaded = load(write({".unmoor.toml": 'fail-on = "note"\nselect = ["url",\n  "hardcoded-ulr"]\n'}))
    with pytest.raises(UserError) as caught:
        check_rules(loaded, {"hardcoded-url"}, {"url"})
    assert caught.value.title == ".unmoor.toml:3:4: unknown rule or family `hardcoded-ulr`"
    assert "did you mean `hardcoded-url`?" in caught.value.help


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no configuration file at nope\.toml"):
        load(tmp_path, explicit=["nope.toml"])


def test_the_schema_takes_what_the_loader_takes(write: Write) -> None:
    override = '[[overrides]]\npaths = ["a"]\nreason = "x"\nseverity = {url = "off"}\n'
    text = 'fail-on = "note"\n[services.web]\nports = [80]\n' + override
    load(write({".unmoor.toml": text}))
    jsonschema.validate(tomllib.loads(text), schema.schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"fail-onn": "note"}, schema.schema())


def test_positions_skip_strings_and_know_tables() -> None:
    text = 'a = """\nb = 1\n"""\n[x.y]\nb = 2\n[[z]]\nc = 1\n[[z]]\n"c" = 2\n[z.d]\ne = 1\n'
    assert position(text, ("x", "y", "b")) == (5, 1)
    assert position(text, ("z", 1, "c")) == (9, 1)
    assert position(text, ("z", 1, "d", "e")) == (11, 1)
    assert position(text, ("b",)) == (1, 1)
