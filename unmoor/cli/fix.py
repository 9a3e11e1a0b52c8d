"""`unmoor fix`: choose fixes, prove them in memory, show or write them, and say what was not mended and why."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from unmoor.cli.app import Sections, options
from unmoor.cli.options import SCAN, Option, defaults
from unmoor.model.errors import UserError
from unmoor.model.findings import Finding, Fix

_SHARED = {"select", "ignore", "extend_select", "persona", "min_confidence", "root", "exclude", "extend_exclude",
           "no_cache", "cache_dir", "jobs", "config", "isolated", "color", "quiet", "verbose", "fail_on", "exit_zero",
           "baseline", "no_ignores"}  # fmt: skip
OPTIONS: tuple[Option, ...] = (
    Option("unsafe_fixes", ("--unsafe-fixes",), "flag", "Use fixes that may change what the program does.",
           group="Fixes"),
    Option("rule", ("--rule",), "list", "Mend findings of these rules only.", metavar="RULE", group="Fixes"),
    Option("path", ("--path",), "many", "Mend findings in these files only.", metavar="GLOB", group="Fixes"),
    Option("interactive", ("--interactive",), "flag", "Ask before each fix: yes, no, another one, all, quit.",
           group="Fixes"),
    Option("dry_run", ("--dry-run",), "flag", "Say what would be done, and write nothing.", group="Fixes"),
    Option("diff", ("--diff",), "flag", "Print the diff, and write nothing.", group="Fixes"),
    Option("allow_dirty", ("--allow-dirty",), "flag", "Write into a work tree with uncommitted changes.",
           group="Fixes"),
    Option("output_format", ("--output-format", "--format"), "text",
           "text: a summary; patch: a diff that `git apply` takes; json. The latter two write nothing.",
           ("text", "patch", "json"), group="Output", default="text"),
)  # fmt: skip
TABLE = tuple(option for option in SCAN if option.name in _SHARED) + OPTIONS


class _Fix(Sections):
    groups = {option.name: option.group for option in TABLE}  # noqa: RUF012


@click.command(cls=_Fix)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@options(TABLE)
def fix(**values: Any) -> int:
    """Rewrite what can be mended; safe fixes only, unless told otherwise.

    Each fix is proven before it is written: the file parses as well as before, the finding is gone, and a second run
    changes nothing. Exit code 0: nothing is left at or above --fail-on; 1: something is (or, with --diff, would be
    changed); 2: a mistake in the command or the configuration.
    """
    return run({**defaults(), **values})


def run(values: dict[str, Any]) -> int:
    """Fix as the values of `TABLE` (and `paths`) say; returns the exit code. Raises UserError."""
    from unmoor import fixing
    from unmoor.cli.place import locate
    from unmoor.cli.scan import fails, settings_for
    from unmoor.cli.terminal import progress, use_color
    from unmoor.generate.resolver import content

    place = locate(values["paths"], None, values.get("root"))
    settings = settings_for(place.root, values).settings
    shows = values["diff"] or values["dry_run"] or values["output_format"] != "text"
    narrowing = fixing.Narrowing(values["unsafe_fixes"], tuple(values["rule"]), tuple(values["path"]))
    look = _look(place, settings, values)
    choose = _ask(use_color(values["color"], sys.stderr)) if values["interactive"] else None
    templates = place.root / settings.templates
    read = lambda path: (place.root / path).read_bytes()  # noqa: E731
    with progress("fixing", quiet=values["quiet"] or choose is not None):
        outcome = fixing.run(look({}), read, look, narrowing, choose, lambda text: content(text, templates))
    if not shows and (outcome.changed or outcome.links):
        _refuse_dirty(place.root, outcome, allow=values["allow_dirty"])
        fixing.save(place.root, outcome)
    _show(outcome, values, read, written=not shows)
    if values["exit_zero"]:
        return 0
    if values["diff"]:
        return 1 if outcome.changed or outcome.links else 0
    return 1 if fails(outcome.remaining, settings.fail_on) else 0


def _look(place: Any, settings: Any, values: dict[str, Any]) -> Any:
    """The scan of the tree with some files put over it."""
    from unmoor import engine
    from unmoor.fixing.memory import Ground

    folder = Path(values["cache_dir"]) if values["cache_dir"] else None
    ground = Ground(place.root, folder, cache=not values["no_cache"])
    jobs, ignores = values["jobs"] or 0, not values["no_ignores"]

    def look(overlay: dict[str, bytes]) -> list[Finding]:
        workspace = ground.under(overlay)
        try:
            report = engine.scan_workspace(
                workspace, settings, paths=place.paths, cache=ground.store, jobs=jobs, ignores=ignores
            )
        finally:
            workspace.close()
        if settings.baseline or values["baseline"]:
            from unmoor.cli.accepted import accept

            accept(report, settings, place, values)
        return report.findings

    return look


def _refuse_dirty(root: Path, outcome: Any, *, allow: bool) -> None:
    from unmoor.files.writing import dirty

    if allow:
        return
    found = dirty(root, outcome.changed)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise UserError(
            "the work tree has uncommitted changes",
            f"{', '.join(found[:3])}{more}",
            "commit or stash them first, or pass --allow-dirty",
        )


def _ask(color: bool) -> Any:
    """A question before each fix, on stderr; answers are remembered for "all" and "quit".

    What else would do (a symlink, a file to begin, a path that is only a guess) is offered by number.
    """
    from unmoor.fixing.patch import coloured, hunk, place

    answer = {"now": ""}

    def choose(finding: Finding, offers: list[Fix], preview: Any) -> Fix | None:
        first = offers[0]
        if answer["now"] in ("a", "q"):
            return first if answer["now"] == "a" and first.applicability != "display-only" else None
        shown = preview(first)
        before = shown.get(finding.path, (b"", b""))[0]
        click.echo(f"\n{place(finding, before)} {finding.rule}: {first.title} ({first.applicability})", err=True)
        for path, (old, new) in shown.items():
            text = hunk(path, old, new)
            click.echo(coloured(text) if color else text, err=True, nl=False)
        others = {str(number): fix for number, fix in enumerate(offers[1:], 2)}
        for number, fix in others.items():
            click.echo(f"or [{number}] {fix.title}", err=True)
        more = "".join(f"[{number}] " for number in others)
        answer["now"] = click.prompt(
            f"apply? [y]es [n]o {more}[a]ll [q]uit", type=click.Choice(["y", "n", *others, "a", "q"]),
            show_choices=False, err=True,
        )  # fmt: skip
        return first if answer["now"] in ("y", "a") else others.get(answer["now"])

    return choose


def _show(outcome: Any, values: dict[str, Any], read: Any, *, written: bool) -> None:
    from unmoor.cli.terminal import use_color
    from unmoor.fixing.patch import as_json, coloured, patch

    if values["output_format"] == "json":
        sys.stdout.write(json.dumps(as_json(outcome), indent=2, ensure_ascii=False) + "\n")
        return
    if values["output_format"] == "patch" or values["diff"]:
        text = patch(outcome)
        plain = values["output_format"] == "patch" or not use_color(values["color"])
        sys.stdout.write(text if plain else coloured(text))
        if values["output_format"] == "patch":
            return
    if not values["quiet"]:
        click.echo(summary(outcome, written=written, verbose=values["verbose"], read=read), err=True)


def summary(outcome: Any, *, written: bool, verbose: bool, read: Any) -> str:
    """What was mended in which files, and what was not and why."""
    from unmoor.fixing.patch import counted, place

    verb = "mended" if written else "would mend"
    touched = len(outcome.changed) + len(outcome.links)
    lines = [f"{verb} {_number(len(outcome.applied), 'finding')} in {_number(touched, 'file')}"]
    for path in outcome.changed:
        mended = [item.finding.rule for item in outcome.applied if item.finding.path == path]
        what = ", ".join(f"{rule} ×{count}" if count > 1 else rule for rule, count in counted(mended))
        lines.append(
            f"  {path}: {what or ('made' if outcome.originals.get(path) is None else 'changed with another file')}"
        )
    lines += [f"  {path}: a link to {target}" for path, target in sorted(outcome.links.items())]
    if outcome.refused:
        lines.append(f"left {_number(len(outcome.refused), 'finding')} as they were:")
        for reason, count in counted(item.reason for item in outcome.refused):
            lines.append(f"  {count} × {reason}")
            if verbose:
                same = [item.finding for item in outcome.refused if item.reason == reason]
                lines += [
                    f"      {place(one, outcome.overlay.get(one.path) or read(one.path))} {one.rule}" for one in same
                ]
    if outcome.problem:
        lines.append(f"warning: {outcome.problem}")
    return "\n".join(lines)


def _number(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
