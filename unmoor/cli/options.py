"""The options, as one table that two readers share: click, and a plain reader for hooks that imports nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html")


class Option(NamedTuple):
    """kind: "flag", "count", "text", "int", "list" (repeatable, commas split) or "many" (repeatable, as it is)."""

    name: str
    flags: tuple[str, ...]
    kind: str
    help: str
    choices: tuple[str, ...] = ()
    metavar: str = ""
    group: str = ""
    default: Any = None

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "UNMOOR_" + self.name.upper()


_LEVELS = ("error", "warning", "note")
_RULES = (
    Option("select", ("--select",), "list", "Rules, families or ALL to run.", metavar="RULE"),
    Option("ignore", ("--ignore",), "list", "Rules or families to leave out.", metavar="RULE"),
    Option("extend_select", ("--extend-select",), "list", "Rules to run besides the selected ones.", metavar="RULE"),
    Option("persona", ("--persona",), "text", "How much to show.", ("regular", "pedantic", "auditor")),
    Option("min_severity", ("--min-severity",), "text", "Report nothing below.", _LEVELS),
    Option("min_confidence", ("--min-confidence",), "text", "Report nothing below.", ("low", "medium", "high")),
)
_FILES = (
    Option("root", ("--root",), "text", "The repository's root, where it is not the git root.", metavar="DIR"),
    Option("exclude", ("--exclude",), "list", "Globs of files not to scan.", metavar="GLOB"),
    Option("extend_exclude", ("--extend-exclude",), "list", "More globs of files not to scan.", metavar="GLOB"),
    Option("force_exclude", ("--force-exclude",), "flag", "Exclude also files that are named on the command line."),
    Option("stdin_filename", ("--stdin-filename",), "text", "Read stdin; it stands in for this file.", metavar="PATH"),
    Option("show_files", ("--show-files",), "flag", "List the files that would be scanned, and stop."),
    Option("no_cache", ("--no-cache",), "flag", "Neither read nor write the cache."),
    Option("cache_dir", ("--cache-dir",), "text", "Where the cache lies (.unmoor_cache).", metavar="DIR"),
    Option("jobs", ("-j", "--jobs"), "int", "Processes; 0 for as many as pay.", metavar="N", default=0),
)
_CONFIG = (
    Option("config", ("--config",), "many", "A configuration file, or KEY=VALUE in TOML.", metavar="FILE|KEY=VALUE"),
    Option("isolated", ("--isolated",), "flag", "Leave every configuration file out of account."),
    Option("show_settings", ("--show-settings",), "flag", "Show the effective settings, and stop."),
)
_OUTPUT = (
    Option("output_format", ("--output-format", "--format"), "text", "How findings are written to stdout.", FORMATS),
    Option(
        "output",
        ("-o", "--output-file"),
        "many",
        "Write a report to a file too: `-o html:audit.html`.",
        metavar="[FORMAT:]FILE",
    ),
    Option("statistics", ("--statistics",), "flag", "Count findings by rule instead of listing them."),
    Option("summary", ("--summary",), "flag", "Append a summary to $GITHUB_STEP_SUMMARY (auto where it is set)."),
    Option("color", ("--color",), "text", "", ("auto", "always", "never"), default="auto"),
    Option("quiet", ("-q", "--quiet"), "flag", "Findings only; no summary, warnings or progress."),
    Option("verbose", ("-v", "--verbose"), "flag", "Say what is done, and where settings came from."),
)
_GATE = (
    Option("fail_on", ("--fail-on",), "text", "The lowest severity that ends with exit code 1.", (*_LEVELS, "never")),
    Option("exit_zero", ("--exit-zero",), "flag", "Exit 0 even if there are findings (never for errors)."),
    Option("strict", ("--strict",), "flag", "Exit 2 if a file could not be understood."),
)
_BASELINE = (
    Option("baseline", ("--baseline",), "text", "File of accepted findings.", metavar="FILE"),
    Option("update_baseline", ("--update-baseline",), "flag", "Accept everything found now."),
    Option("prune_baseline", ("--prune-baseline",), "flag", "Drop entries that nothing matches any more."),
    Option(
        "baseline_commit", ("--baseline-commit",), "text", "Report only what this commit did not have.", metavar="REV"
    ),
    Option("no_ignores", ("--no-ignores",), "flag", "Leave suppression comments out of account."),
    Option("add_ignores", ("--add-ignores",), "flag", "Write a suppression comment at every finding."),
    Option("reason", ("--reason",), "text", "The reason that --add-ignores writes.", metavar="TEXT"),
)
SCAN: tuple[Option, ...] = tuple(
    option._replace(group=group)
    for group, options in (
        ("Rules", _RULES), ("Files", _FILES), ("Configuration", _CONFIG), ("Output", _OUTPUT), ("Gate", _GATE),
        ("Accepted findings", _BASELINE),
    )
    for option in options
)  # fmt: skip


def defaults(table: tuple[Option, ...] = SCAN) -> dict[str, Any]:
    """The values of a command line without any option."""
    empty = {"flag": False, "list": (), "many": ()}
    return {option.name: empty.get(option.kind, option.default) for option in table}


def split(values: tuple[str, ...]) -> tuple[str, ...]:
    """ "a,b" and repeated options, as one list."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def plain(argv: list[str], environment: Mapping[str, str]) -> dict[str, Any] | None:
    """The values of a plain command line, or None if it takes click to read it or to say what is wrong with it.

    click takes 27 ms to import, twice what a bare interpreter needs, and hooks run this at every commit.
    """
    if any(name.startswith("UNMOOR_") and name not in ("UNMOOR_CONFIG", "UNMOOR_DEBUG") for name in environment):
        return None
    flags = {flag: option for option in SCAN for flag in option.flags}
    values, paths = defaults(), []
    at = 0
    while at < len(argv):
        word = argv[at]
        at += 1
        if word == "--":
            paths += argv[at:]
            break
        if not word.startswith("-"):
            paths.append(word)
            continue
        name, equals, value = word.partition("=")
        option = flags.get(name)
        if option is None or (equals and not name.startswith("--")):
            return None
        if option.kind == "flag":
            if equals:
                return None
            values[option.name] = True
            continue
        if not equals:
            if at >= len(argv):
                return None
            value = argv[at]
            at += 1
        if (option.choices and value not in option.choices) or (option.kind == "int" and not value.isdigit()):
            return None
        _store(values, option, value)
    return {**values, "paths": tuple(paths)}


def _store(values: dict[str, Any], option: Option, value: str) -> None:
    if option.kind == "list":
        values[option.name] += split((value,))
    elif option.kind == "many":
        values[option.name] += (value,)
    else:
        values[option.name] = int(value) if option.kind == "int" else value
