"""What kind of place a file is: code, configuration, a document; and whether it is a world of its own."""

import re
from functools import lru_cache
from typing import Any

from unmoor.model.facts import Reference
from unmoor.project import Project
from unmoor.topology.worlds import own_world

_CODE = {"typescript", "tsx", "javascript", "python", "go", "java", "kotlin", "csharp", "ruby", "php", "rust", "scala",
         "swift", "dart", "elixir", "lua", "vue", "svelte", "astro", "html", "component", "markup",
         "literals"}  # fmt: skip
_ENV = re.compile(
    r"(^|/)(?![^/]*\.([cm]?[jt]sx?|vue|pyi?|go|rb|sh|mdx?|ya?ml|json|toml)$)"
    r"(\.env[^/]*|[^/]*\.env([._-][^/]*)?|env\.(template|example|sample)|example\.env)$",
    re.I,
)
_COMPOSE = re.compile(r"(^|/)[^/]*compose[^/]*\.ya?ml[^/]*$", re.I)
_DOCKERFILE = re.compile(r"(^|/)([^/]*\.)?(dockerfile|containerfile)([._-][^/]*)?$", re.I)
_WORKFLOW = re.compile(r"(^|/)\.(github/(workflows|actions)/|gitlab-ci|circleci/|forgejo/|gitea/)", re.I)
_TEST_VARIABLE = re.compile(r"(TESTS?|E2E|CYPRESS|PLAYWRIGHT)_")
_DOC = re.compile(r"\.(md|mdx|markdown|adoc|asciidoc|rst|txt)$", re.I)
_SCRIPT = re.compile(
    r"\.(sh|bash|zsh|ps1|bat|cmd|mk|just)$|(^|/)(makefile|justfile|taskfile[^/]*|procfile|crontab)$", re.I
)
_EXAMPLE = re.compile(r"([._-]|^)(example|sample|template|dist|tmpl|tpl)([._-]|$)", re.I)


def world_of(path: str) -> str:
    """Why a file is a world of its own (a test, archived, vendored, generated), in words, or ""."""
    return own_world(path)


def place(project: Project, path: str, reference: Reference | None = None) -> dict[str, Any]:
    """The attributes `world` and `file-kind`, which every subject has."""
    world = world_of(path)
    if not world and reference is not None:
        attrs = reference.attrs
        world = "test" if attrs.get("test") or _TEST_VARIABLE.match(str(attrs.get("env") or "")) else ""
    traits = project.facts[path].traits if path in project.facts else {}
    if not world:
        made = "minified" in traits or "generated" in traits
        world = "test" if "test" in traits else "generated" if made else ""
    return {"world": world, "file-kind": file_kind(path, reference)}


def file_kind(path: str, reference: Reference | None = None) -> str:
    """code, config, env-file, env-example, compose, dockerfile, script, workflow, doc or data."""
    known = _kind_of_name(path)
    if known:
        return known
    if reference is not None and reference.language in _CODE:
        return "code"
    if reference is not None and reference.language in ("shell", "powershell", "make", "just"):
        return "script"
    return "config"


@lru_cache(1 << 16)
def _kind_of_name(path: str) -> str:
    """The kind that the path alone tells, or ""."""
    name = path.rpartition("/")[2]
    if _ENV.search(path):
        return "env-example" if _EXAMPLE.search(name.lower().replace(".env", "")) else "env-file"
    if _DOC.search(path):
        return "doc"
    if _WORKFLOW.search(path):
        return "workflow"
    if _COMPOSE.search(path):
        return "compose"
    if _DOCKERFILE.search(path):
        return "dockerfile"
    if _SCRIPT.search(path):
        return "script"
    return ""
