"""The engine: the only room that knows all the others. Each step is a function of the one before it."""

import time
from collections.abc import Callable
from contextlib import suppress as suppress_errors
from pathlib import Path

from unmoor import suppress
from unmoor.attach import attach
from unmoor.config.settings import Settings
from unmoor.files.cache import Cache
from unmoor.files.discovery import find_root
from unmoor.files.scanning import Outcome, scan_files
from unmoor.files.workspace import Workspace
from unmoor.fingerprints import stamp
from unmoor.link import subjects
from unmoor.model.findings import Finding, Report, Severity
from unmoor.overrides import apply as apply_overrides
from unmoor.overrides import excluded
from unmoor.project import Project, Tree
from unmoor.rules import Catalogue, Rule, judge
from unmoor.rules import load as load_rules
from unmoor.topology.brief import brief

__all__ = ["catalogue", "find_root", "load", "scan", "scan_workspace"]


def scan(
    root: Path,
    settings: Settings,
    *,
    paths: list[str] | None = None,
    overlay: dict[str, bytes] | None = None,
    cache: bool = True,
    cache_dir: Path | None = None,
    jobs: int = 0,
    ignores: bool = True,
) -> Report:
    """Scan a folder. paths: report only on these files and folders (relative to the root); all the rest is known.

    overlay: bytes that stand in for files. ignores: whether suppression comments count. Raises UserError.
    """
    workspace = Workspace(root, overlay)
    folder = cache_dir or root / ".unmoor_cache"
    store = Cache(folder / "facts.bin" if cache else None)
    workspace.memory = folder / "history.bin" if cache else None
    try:
        return scan_workspace(workspace, settings, paths=paths, cache=store, jobs=jobs, ignores=ignores)
    finally:
        workspace.close()


def load(root: Path, settings: Settings, overlay: dict[str, bytes] | None = None, *, cache: bool = True) -> Project:
    """The project of a folder, scanned and ready to link, for commands that ask the topology."""
    store = Cache(root / ".unmoor_cache" / "facts.bin") if cache else Cache(None)
    return _project(Workspace(root, overlay), settings, store, 0)[0]


def catalogue(root: Path, settings: Settings) -> Catalogue:
    """The built-in rules and those of the project. Raises UserError for a wrong page."""
    return load_rules(root / folder for folder in settings.rules if (root / folder).is_dir())


def scan_workspace(
    workspace: Workspace,
    settings: Settings,
    *,
    paths: list[str] | None = None,
    cache: Cache | None = None,
    jobs: int = 0,
    ignores: bool = True,
    rules: list[Rule] | None = None,
) -> Report:
    """The pipeline over any workspace. rules: instead of those that the settings select."""
    began = time.perf_counter()
    known = catalogue(workspace.root, settings) if rules is None else None
    if rules is None:
        assert known is not None
        rules = known.select(settings.select, settings.ignore, settings.extend_select, settings.persona)
    project, outcome = _project(workspace, settings, cache or Cache(None), jobs)
    asked = _asked(paths)
    project.asked = asked
    findings = judge(subjects(project, {kind for rule in rules for kind in rule.on}), rules)
    findings = apply_overrides([finding for finding in findings if asked(finding.path)], settings)
    sources = {path: workspace.read(path) for path in {finding.path for finding in findings} | _marked(project, paths)}
    stamp(findings, sources)
    running = {rule.id for rule in rules}
    findings = suppress.apply(
        findings, sources, ignore=not ignores, rules=running, known=known.rules if known else None
    )
    findings = apply_overrides(findings, settings)
    attach(findings, {rule.id: rule for rule in rules}, project, sources)
    _read_shown(findings, workspace, sources)
    return Report(
        root=".",
        listed=sum(map(asked, workspace.listing.paths)),
        scanned=sum(map(asked, project.facts)),
        findings=findings,
        skipped=sorted((one for one in outcome.skipped if asked(one.path)), key=lambda s: (s.path, s.line)),
        sources=sources,
        topology=brief(project.topology) if "topology" in project.__dict__ else {},
        rules={rule.id: describe(rule) for rule in rules},
        seconds=time.perf_counter() - began,
    )


def _project(workspace: Workspace, settings: Settings, cache: Cache, jobs: int) -> tuple[Project, Outcome]:
    listing = workspace.listing
    outcome = scan_files(workspace, [p for p in listing.paths if not excluded(p, settings)], cache, jobs)
    cache.write(complete=True)
    tree = Tree({*listing.paths, *listing.links}, workspace.ignored, listing.links)
    return Project(tree, outcome.facts, settings, workspace.read, workspace.history), outcome


def _asked(paths: list[str] | None) -> Callable[[str], bool]:
    """Whether findings in a file are wanted: it is one of the given files, or lies in one of the given folders."""
    if paths is None or "" in paths:
        return lambda path: True
    folders = tuple(path.rstrip("/") + "/" for path in paths)
    exact = set(paths)
    return lambda path: path in exact or path.startswith(folders)


def _read_shown(findings: list[Finding], workspace: Workspace, sources: dict[str, bytes]) -> None:
    """Add the sources that reports need besides: of deciding lines, and of what fixes change elsewhere."""
    for finding in findings:
        shown = {reason.at.path for reason in (*finding.reasons, *finding.related) if reason.at}
        shown |= {edit.path for fix in finding.fixes for edit in fix.edits}
        for path in shown - sources.keys():
            with suppress_errors(OSError):
                sources[path] = workspace.read(path)


def _marked(project: Project, paths: list[str] | None) -> set[str]:
    """Files that hold a suppression comment though no finding: it may be unused."""
    found: set[str] = set()
    wanted = None if paths is None or "" in paths else tuple(path.rstrip("/") for path in paths)
    for path, facts in project.facts.items():
        if "suppressions" in facts.traits and (wanted is None or path.startswith(wanted)):
            found.add(path)
    return found


def describe(rule: Rule) -> dict[str, str]:
    """What reports tell of a rule."""
    return {"family": rule.family, "severity": rule.severity, "summary": rule.summary, "page": rule.body,
            "confidence": rule.confidence}


def worst(findings: list[Finding]) -> Severity | None:
    """The highest severity that counts for the exit code: neither suppressed nor in the baseline."""
    counted = [f.severity for f in findings if f.suppressed is None and f.baseline == "new"]
    return max(counted, default=None)
