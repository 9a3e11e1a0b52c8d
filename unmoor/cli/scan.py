"""`unmoor scan`: settings, the engine, what was accepted before, the reports, the exit code."""

import os
import sys
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from unmoor.cli.place import Place, locate
from unmoor.cli.terminal import progress, say
from unmoor.config.load import Loaded, check_rules, load
from unmoor.config.settings import Settings
from unmoor.model.findings import Finding, Report, Severity

# Option → the setting that it stands in for.
_SETTINGS = {
    "select": "select", "ignore": "ignore", "extend_select": "extend-select", "persona": "persona",
    "fail_on": "fail-on", "min_confidence": "min-confidence", "exclude": "exclude",
    "extend_exclude": "extend-exclude",
}  # fmt: skip
_ACCEPTING = ("baseline", "update_baseline", "prune_baseline", "baseline_commit")
_BASELINE = ".unmoor-baseline.jsonl"  # as `unmoor.baseline` names it, which a plain run need not import
# Options whose effect is more than findings in the files named.
_TELLING = ("output", "summary", "statistics", "verbose", *_ACCEPTING)
_PATTERNS = ("exclude", "extend_exclude")


def run(values: dict[str, Any]) -> int:
    """Scan as the values of `options.SCAN` (and `paths`) say; returns the exit code. Raises UserError."""
    place = locate(values["paths"], values["stdin_filename"], values["root"])
    loaded = settings_for(place.root, values)
    if values["show_settings"]:
        from unmoor.cli.config import describe

        sys.stdout.write(describe(loaded))
        return 0
    settings, place = _excluding(loaded.settings, place, force=values["force_exclude"])
    if values["show_files"]:
        return _show_files(settings, place)
    if place.paths == []:
        say("warning: nothing to scan: every file that was named is excluded")
        return 0
    if values["add_ignores"]:
        from unmoor.cli.add_ignores import add_ignores

        return add_ignores(place, settings, values)
    report = scan(place, settings, values)
    return conclude(report, settings, place, values)


def settings_for(root: Path, values: dict[str, Any]) -> Loaded:
    """The settings of a root under the options of a command line, with every rule name checked."""
    overrides = {
        key: list(value) if isinstance(value, tuple) else value
        for name, key in _SETTINGS.items()
        if (value := values.get(name))
    }
    loaded = load(
        root,
        explicit=values.get("config", ()),
        environment=os.environ,
        isolated=values.get("isolated", False),
        overrides=overrides,
    )
    if values.get("verbose"):
        say(f"configuration: {loaded.origin or 'none, the defaults'}")
    if any(
        {"select", "ignore", "extend-select", "severity", "overrides"} & set(layer.values) for layer in loaded.layers
    ):
        from unmoor import engine
        from unmoor.rules import FAMILIES

        catalogue = engine.catalogue(root, loaded.settings)
        check_rules(loaded, catalogue.rules, {*FAMILIES, *(rule.family for rule in catalogue.rules.values())})
    if not loaded.settings.baseline and not values.get("isolated") and (root / _BASELINE).is_file():
        return loaded._replace(settings=replace(loaded.settings, baseline=_BASELINE))
    return loaded


def scan(place: Place, settings: Settings, values: dict[str, Any]) -> Report:
    """The report on a place; progress is shown while it takes long."""
    if _clean(place, settings, values):
        return Report(".", len(place.paths or ()), 0, [], [])
    from unmoor import engine

    with progress("scanning", quiet=values.get("quiet", False)):
        report = engine.scan(
            place.root,
            settings,
            paths=place.paths,
            overlay=place.overlay,
            cache=not values.get("no_cache"),
            cache_dir=Path(values["cache_dir"]) if values.get("cache_dir") else None,
            jobs=values.get("jobs") or 0,
            ignores=not values.get("no_ignores"),
        )
    if values.get("verbose"):
        say(f"scanned {report.scanned} of {report.listed} files under {place.root} in {report.seconds:.2f} s")
    return report


def _clean(place: Place, settings: Settings, values: dict[str, Any]) -> bool:
    """Whether the files named hold nothing that any rule could judge: a hook on them needs no repository."""
    if not place.paths or place.overlay or settings.baseline or any(values[name] for name in _TELLING):
        return False
    if values["output_format"] not in (None, "text", "concise") or os.environ.get("GITHUB_STEP_SUMMARY"):
        return False
    if any((place.root / folder).is_dir() for folder in settings.rules):
        return False  # rules of the reader's own may be wrong, which must be said
    from unmoor.files.clean import clean

    return clean(place.root, place.paths)


def conclude(report: Report, settings: Settings, place: Place, values: dict[str, Any]) -> int:
    """Take the accepted findings out, write the reports and decide the exit code."""
    from unmoor.cli.output import write

    stale = 0
    if settings.baseline or any(values[name] for name in _ACCEPTING):
        from unmoor.cli.accepted import accept

        stale = accept(report, settings, place, values)
    report.findings = [f for f in report.findings if f.severity >= _least(values["min_severity"])]
    if not report.listed and not values["quiet"]:
        say(f"warning: there are no files under {place.root}")
    write(report, values)
    if values["strict"] and report.skipped:
        say(f"error: --strict: {len(report.skipped)} file(s) could not be understood")
        return 2
    if values["exit_zero"]:
        return 0
    return 1 if stale or fails(report.findings, settings.fail_on) else 0


def _least(name: str | None) -> Severity:
    return Severity[name] if name else Severity.note


def fails(findings: list[Finding], gate: str) -> bool:
    """Whether a finding that counts is at or above the gate; "never" lets all pass."""
    if gate == "never":
        return False
    return any(f.severity >= Severity[gate] for f in findings if f.suppressed is None and f.baseline == "new")


def _excluding(settings: Settings, place: Place, *, force: bool) -> tuple[Settings, Place]:
    """A file that is named outright is scanned even if it is excluded, unless --force-exclude says otherwise."""
    if not place.paths or not (settings.exclude or settings.extend_exclude):
        return settings, place
    from unmoor.overrides import excluded

    if force:
        return settings, place._replace(paths=[path for path in place.paths if not excluded(path, settings)])
    from unmoor.files.globs import matches

    files = [path for path in place.paths if (place.root / path).is_file()]
    kept = {
        name: [pattern for pattern in getattr(settings, name) if not any(matches(pattern, path) for path in files)]
        for name in _PATTERNS
    }
    return replace(settings, **kept), place


def _show_files(settings: Settings, place: Place) -> int:
    from unmoor.files.discovery import list_files
    from unmoor.overrides import excluded

    wanted = None if place.paths is None else tuple(place.paths)
    for path in list_files(place.root).paths:
        inside = wanted is None or any(path == one or path.startswith(one + "/") for one in wanted)
        if inside and not excluded(path, settings):
            sys.stdout.write(path + "\n")
    return 0
