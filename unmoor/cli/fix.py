"""`unmoor fix`: choose fixes, prove them in memory, show or write them, and say what was not mended and why."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from unmoor.cli.app import Sections, options
from unmoor.cli.options import SCAN, Option, defaults
from unmoor.cli.place import Place
from unmoor.cli.terminal import say
from unmoor.config.settings import Settings
from unmoor.model.errors import UserError
from unmoor.model.findings import Finding

if TYPE_CHECKING:
    from unmoor.fixing import Narrowing, Outcome
    from unmoor.fixing.memory import Ground

_SHARED = {"select", "ignore", "extend_select", "persona", "min_confidence", "root", "exclude", "extend_exclude",
           "stdin_filename", "no_cache", "cache_dir", "jobs", "config", "isolated", "color", "quiet", "verbose",
           "fail_on", "exit_zero", "baseline", "no_ignores"}  # fmt: skip
OPTIONS: tuple[Option, ...] = (
    Option("unsafe_fixes", ("--unsafe-fixes",), "flag", "Use fixes that may change what the program does.",
           group="Fixes"),
    Option("rule", ("--rule",), "list", "Mend findings of these rules or families only.", metavar="RULE",
           group="Fixes"),
    Option("path", ("--path",), "many", "Mend findings in these files only.", metavar="GLOB", group="Fixes"),
    Option("interactive", ("-i", "--interactive"), "flag",
           "Show each fix, unsafe ones too, and ask what to do with it.", group="Fixes"),
    Option("dry_run", ("--dry-run",), "flag", "Say what would be done, and write nothing.", group="Fixes"),
    Option("diff", ("--diff",), "flag", "Print the diff, and write nothing.", group="Fixes"),
    Option("allow_dirty", ("--allow-dirty",), "flag", "Write into a work tree with uncommitted changes.",
           group="Fixes"),
    Option("output_format", ("--output-format", "--format"), "text",
           "text: a summary; patch: a diff that `git apply` takes; json. The latter two write nothing.",
           ("text", "patch", "json"), group="Output", default="text"),
    Option("output", ("-o", "--output-file"), "many",
           "Write what was done to a file, and do it: `-o json:fixes.json`, `-o fixes.patch`.",
           metavar="[FORMAT:]FILE", group="Output"),
    Option("exit_non_zero_on_fix", ("--exit-non-zero-on-fix",), "flag", "Exit 1 also if something was mended.",
           group="Gate"),
)  # fmt: skip
TABLE = tuple(option for option in SCAN if option.name in _SHARED) + OPTIONS


class _Fix(Sections):
    groups = {option.name: option.group for option in TABLE}  # noqa: RUF012


@click.command(cls=_Fix)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@options(TABLE)
def fix(**values: Any) -> int:
    """Rewrite what can be mended; safe fixes only, unless told otherwise.

    Each fix is proven before it is written: the file parses as well as before, the finding is gone, no other came of
    it, and a second run changes nothing. Exit code 0: nothing that was to be mended is left at or above --fail-on;
    1: something is (or, with --diff, would be changed); 2: a mistake in the command or the configuration.
    """
    return run({**defaults(), **values})


def run(values: dict[str, Any]) -> int:
    """Fix as the values of `TABLE` (and `paths`) say; returns the exit code. Raises UserError."""
    import gc

    gc.disable()  # as in a scan: facts hold no cycles, and there are half a million of them
    from unmoor.cli.place import locate
    from unmoor.cli.scan import fails, settings_for
    from unmoor.cli.written import Writing

    place = locate(values["paths"], values["stdin_filename"], values["root"])
    settings = settings_for(place.root, values).settings
    settings, rules = _rules(place, settings, values["rule"])
    ground = _ground(place, values)
    _check_globs(values["path"], ground)
    writing = Writing(place, values, ground.read)
    try:
        outcome, narrowing = _mend(place, settings, ground, rules, values)
    except (KeyboardInterrupt, EOFError):
        say("\nstopped; nothing was changed")
        return 130
    finally:
        ground.close()
    if writing.wanted and (outcome.changed or outcome.links):
        _refuse_dirty(place.root, [*outcome.changed, *outcome.links], allow=values["allow_dirty"])
        from unmoor.fixing import save

        save(place.root, outcome)
    writing.show(outcome)
    if values["exit_zero"]:
        return 0
    changed = bool(outcome.changed or outcome.links)
    if values["diff"]:
        return 1 if changed else 0
    left = [finding for finding in outcome.remaining if narrowing.takes(finding)]
    return 1 if fails(left, settings.fail_on) or (values["exit_non_zero_on_fix"] and changed) else 0


def _mend(
    place: Place, settings: Settings, ground: "Ground", rules: tuple[str, ...], values: dict[str, Any]
) -> tuple["Outcome", "Narrowing"]:
    """Scan, ask if somebody is to be asked, prove."""
    from unmoor import fixing
    from unmoor.cli.terminal import progress, use_color
    from unmoor.generate.resolver import content

    confirm = None
    if values["interactive"]:
        from unmoor.cli.ask import Asking, refuse_without_terminal

        refuse_without_terminal()
        confirm = Asking(use_color(values["color"], sys.stderr))
    narrowing = fixing.Narrowing(values["unsafe_fixes"], rules, tuple(values["path"]))
    look = partial(_look, place, settings, values, ground)
    with progress("scanning", quiet=values["quiet"]):
        findings = look({}, {})
    if confirm is not None:
        files = {finding.path for finding in findings if finding.fixes and narrowing.takes(finding)}
        _refuse_dirty(place.root, files, allow=values["allow_dirty"])  # before anybody has answered anything
    templates = place.root / settings.templates
    with progress("fixing", quiet=values["quiet"] or confirm is not None):
        outcome = fixing.run(
            findings, ground.read, look, narrowing, confirm, lambda text: content(text, templates), _barred(place)
        )
    return outcome, narrowing


def _barred(place: Place) -> Callable[[str], str]:
    """Why a file may not be rewritten, or ""."""
    if place.overlay:
        return lambda path: "" if path in (place.overlay or {}) else f"{path} would have to change too"
    from unmoor.files.writing import unwritable

    return partial(unwritable, place.root)


def _ground(place: Place, values: dict[str, Any]) -> "Ground":
    from unmoor.fixing.memory import Ground

    folder = Path(values["cache_dir"]) if values["cache_dir"] else None
    return Ground(place.root, folder, cache=not values["no_cache"], overlay=place.overlay)


def _look(
    place: Place,
    settings: Settings,
    values: dict[str, Any],
    ground: "Ground",
    overlay: dict[str, bytes],
    links: dict[str, str],
) -> list[Finding]:
    """The findings of the tree with some files and links put over it."""
    from unmoor import engine

    report = engine.scan_workspace(
        ground.under(overlay, links),
        settings,
        paths=place.paths,
        cache=ground.store,
        jobs=values["jobs"] or 0,
        ignores=not values["no_ignores"],
    )
    if settings.baseline or values["baseline"]:
        from unmoor.cli.accepted import accept

        accept(report, settings, place, values)
    return report.findings


def _rules(place: Place, settings: Settings, named: tuple[str, ...]) -> tuple[Settings, tuple[str, ...]]:
    """The rules that --rule names, families taken apart; one that does not run by itself runs for it.

    Raises UserError for an unknown name.
    """
    if not named:
        return settings, ()
    from unmoor import engine
    from unmoor.config.load import nearest

    catalogue = engine.catalogue(place.root, settings).rules
    families = {rule.family for rule in catalogue.values()}
    for name in named:
        if name not in catalogue and name not in families:
            near = nearest(name, [*catalogue, *families])
            hint = f"did you mean `{near}`?" if near else "`unmoor rules list` names them all"
            raise UserError(f"--rule {name}: there is no such rule or family", help=hint)
    rules = tuple(rule.id for rule in catalogue.values() if rule.id in named or rule.family in named)
    for name in rules:
        if name in named and not catalogue[name].fix:
            say(f"warning: {name} has no fix (`unmoor rules show {name}` says why)")
    return replace(settings, extend_select=[*settings.extend_select, *(set(rules) & set(named))]), rules


def _check_globs(globs: tuple[str, ...], ground: "Ground") -> None:
    from unmoor.fixing.plan import matches

    for glob in globs:
        if not any(matches(path, glob) for path in ground.listing.paths):
            say(f"warning: --path {glob}: no file of the repository matches")


def _refuse_dirty(root: Path, paths: Any, *, allow: bool) -> None:
    from unmoor.files.writing import dirty

    if allow:
        return
    found = dirty(root, paths)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise UserError(
            "the work tree has uncommitted changes",
            f"{', '.join(found[:3])}{more}",
            "commit or stash them first, or pass --allow-dirty",
        )
