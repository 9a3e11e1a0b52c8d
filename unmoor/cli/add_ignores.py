"""`unmoor scan --add-ignores`: a suppression comment at every finding, proven by a second scan before it is written."""

from typing import Any

from unmoor import comments, engine
from unmoor.cli.place import Place
from unmoor.cli.terminal import progress, say
from unmoor.config.settings import Settings
from unmoor.files.writing import write
from unmoor.fixing.proof import worse
from unmoor.model.errors import UserError
from unmoor.model.findings import Finding, Report, Severity


def add_ignores(place: Place, settings: Settings, values: dict[str, Any]) -> int:
    """Write the comments; the exit code is 1 if findings are left that take none. Raises UserError without a reason."""
    reason = (values["reason"] or "").strip()
    if not reason:
        raise UserError("--add-ignores needs a reason", help='say why: --add-ignores --reason "…"')
    if any(closer in reason for closer in ("\n", "*/", "-->", "]")):
        raise UserError("--reason: one line, without anything that closes a comment")
    if values["stdin_filename"]:
        raise UserError("--add-ignores writes files; it cannot take one from stdin")
    with progress("scanning", quiet=values["quiet"]):
        report = engine.scan(place.root, settings, paths=place.paths)
    if settings.baseline or values["baseline"]:
        from unmoor.cli.accepted import accept

        accept(report, settings, place, values)
    wanted = _wanted(report, values)
    overlay, refused = _overlay(wanted, report, reason)
    with progress("proving", quiet=values["quiet"]):
        after = engine.scan(place.root, settings, paths=place.paths, overlay=overlay) if overlay else report
    written = 0
    for path in sorted(overlay):
        here = [finding for finding in wanted if finding.path == path]
        sound = not worse(path, report.sources[path], overlay[path])
        if sound and _proven(path, report, after, {finding.fingerprint for finding in here}):
            write(place.root, path, overlay[path], report.sources[path])
            written += len(here)
        else:
            refused[path] = "a comment here would change what the file says"
    for path, why in sorted(refused.items()):
        say(f"left alone: {path}: {why}")
    left = sum(finding.path in refused for finding in wanted)
    say(f"{written} suppressed" + (f", {left} left (`[[overrides]]` in .unmoor.toml can take them)" if left else ""))
    return 1 if left else 0


def _wanted(report: Report, values: dict[str, Any]) -> list[Finding]:
    least = Severity[values["min_severity"] or "note"]
    return [
        finding
        for finding in report.findings
        if finding.suppressed is None
        and finding.baseline == "new"
        and finding.severity >= least
        and finding.family != "unmoor"
    ]


def _overlay(wanted: list[Finding], report: Report, reason: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """(the files with their comments, the files that take none and why)."""
    overlay: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for path in sorted({finding.path for finding in wanted}):
        here = [(finding.span.start, finding.rule) for finding in wanted if finding.path == path]
        made = comments.add(path, report.sources[path], here, reason)
        if made is None:
            refused[path] = "this kind of file takes no comments"
        else:
            overlay[path] = made
    return overlay, refused


def _proven(path: str, before: Report, after: Report, wanted: set[str]) -> bool:
    """Whether the same findings are there as before, and all that were wanted are suppressed now."""

    def prints(report: Report) -> set[str]:
        return {f.fingerprint for f in report.findings if f.path == path and f.family != "unmoor"}

    open_ = {f.fingerprint for f in after.findings if f.path == path and f.suppressed is None}
    broken = {s.path for s in after.skipped} - {s.path for s in before.skipped}
    return prints(before) == prints(after) and not open_ & wanted and path not in broken
