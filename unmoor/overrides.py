"""What the configuration changes after judging: severities, silence for paths, exclusions, the confidence gate."""

from datetime import date
from functools import lru_cache

from unmoor.config.settings import Override, Settings
from unmoor.files.globs import matches
from unmoor.model.findings import Finding, Severity

_CONFIDENCE = ("low", "medium", "high")


def apply(findings: list[Finding], settings: Settings) -> list[Finding]:
    """The findings that remain, with the severities that the settings give them. Rules go by id or family."""
    least = _CONFIDENCE.index(settings.min_confidence)
    kept = []
    for finding in findings:
        level = settings.severity.get(finding.rule, settings.severity.get(finding.family))
        for override in settings.overrides:
            if _in_force(override) and any(matches(pattern, finding.path) for pattern in override.paths):
                level = override.severity.get(finding.rule, override.severity.get(finding.family, level))
        if level == "off" or _CONFIDENCE.index(finding.confidence) < least:
            continue
        if level is not None:
            finding.severity = Severity[level]
        kept.append(finding)
    return kept


def excluded(path: str, settings: Settings) -> bool:
    """Whether the configuration leaves a file out."""
    patterns = (*settings.exclude, *settings.extend_exclude)
    return any(matches(pattern, path) for pattern in patterns)


@lru_cache(None)
def _expired(expires: str) -> bool:
    return bool(expires) and date.fromisoformat(expires) < date.today()


def _in_force(override: Override) -> bool:
    return not _expired(override.expires)
