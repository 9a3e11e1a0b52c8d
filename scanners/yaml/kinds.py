"""Which format a YAML document is, by its path and its top-level keys."""

import re

from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value
from unmoor.scanners.yaml import compose, monitoring

# First match of the path wins; a key that must stand at the top of the document guards against a name's other uses.
_BY_PATH: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"(^|/)\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml$"), "jobs", "github-workflow"),
    (re.compile(r"(^|/)action\.ya?ml$"), "runs", "github-action"),
    (re.compile(r"(^|/)(\.gitlab-ci[^/]*|[^/]*\.gitlab-ci)\.ya?ml$|(^|/)\.gitlab/ci/"), "", "gitlab-ci"),
    (re.compile(r"(?i)(^|/)taskfile(\.dist)?\.ya?ml$"), "tasks", "taskfile"),
    (re.compile(r"(^|/)\.pre-commit-(config|hooks)\.ya?ml$"), "", "pre-commit"),
    (re.compile(r"(^|/)dependabot\.ya?ml$"), "updates", "dependabot"),
    (re.compile(r"(^|/)\.circleci/[^/]+\.ya?ml$"), "", "circleci"),
    (re.compile(r"(^|/)azure-pipelines[^/]*\.ya?ml$"), "", "azure-pipelines"),
    (re.compile(r"(^|/)cloudbuild[^/]*\.ya?ml$"), "steps", "cloudbuild"),
    (re.compile(r"(^|/)mkdocs\.ya?ml$"), "", "mkdocs"),
    (re.compile(r"(^|/)(application|bootstrap)([-.][\w-]+)?\.ya?ml$"), "", "spring"),
    (re.compile(r"(^|/)values([-._][\w-]+)?\.ya?ml$"), "", "helm-values"),
)


def format_of(unit: Unit, root: Value) -> str:
    """The name of the document's format, "" if none is known."""
    for pattern, key, name in _BY_PATH:
        if pattern.search(unit.path) and (not key or root.get(key) is not None):
            return name
    return _by_content(unit, root)


def _by_content(unit: Unit, root: Value) -> str:
    if root.kind != "map":
        return ""
    if compose.matches(unit.path, root):
        return "compose"
    if root.get("apiVersion") is not None and root.get("kind") is not None:
        return "kubernetes"
    if root.get("openapi") is not None or root.get("swagger") is not None or root.get("asyncapi") is not None:
        return "openapi"
    if monitoring.scrapes(root) or _targets(root):
        return "prometheus"
    if _traefik(unit, root):
        return "traefik"
    if root.get("jobs") is not None and (root.get("on") is not None or "workflow" in unit.path):
        return "github-workflow"
    return ""


def _targets(root: Value) -> bool:
    return root.get("alerting", "alertmanagers") is not None


def _traefik(unit: Unit, root: Value) -> bool:
    return (
        "traefik" in unit.path.lower()
        or root.get("entryPoints") is not None
        or any(root.get("http", name) is not None for name in ("routers", "services", "middlewares"))
    )
