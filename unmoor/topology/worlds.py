"""Files of a world of their own, by path: tests, stories, archives, vendored and generated trees; and docs, CI."""

import re
from functools import lru_cache

_TEST_FOLDERS = {
    "test", "tests", "__test__", "__tests__", "spec", "specs", "e2e", "cypress", "playwright", "stories", "storybook",
    ".storybook", "mocks", "__mocks__", "__stubs__", "mock", "fixtures", "__fixtures__", "testdata", "test-data",
    "testing", "integration-tests", "integration_tests", "unit_tests", "test_utils", "testutils",
    "snapshots", "__snapshots__", "benchmarks",
}  # fmt: skip
_PAST = {"archive", "archived", "archives", "deprecated", "legacy-archive", "_archive", "attic", "obsolete"}
_VENDORED = {
    "node_modules", "venv", ".venv", "site-packages", "vendor", "third_party", "bower_components", "dist", ".next",
    ".nuxt", ".output", "__pycache__", ".yarn", ".pnp", "storybook-static",
}  # fmt: skip
_TEST_FILE = re.compile(
    r"(?i)([._-](test|tests|spec|specs|stories|story|mock|mocks|fixture|fixtures|e2e|cy)\.[a-z]+$"
    r"|^(test|spec)_[^/]*\.(py|rb|sh)$|^test-[^/]*\.[cm]?[jt]sx?$"
    r"|_test\.(go|py|rb|exs|dart)$|(Test|Tests|IT|Spec)\.(java|kt|cs|scala|groovy)$"
    r"|^(conftest\.py|pytest\.ini|tox\.ini|noxfile\.py|\.coveragerc)$|^(jest|vitest|playwright|cypress|karma|pytest|mocha)\.([\w-]+\.)?(config|setup|global-setup)[^/]*$)"
)
_GENERATED = re.compile(
    r"(?i)(\.min\.(js|css)$|\.bundle\.js$|-lock\.(json|yaml)$|\.lock$|\.map$|\.generated\.|\.pb\.go$|_pb2\.py$)"
)
_SCAFFOLD = re.compile(r"(?i)(^|/)(init|create-[\w-]+|scaffold\w*|generators?)/([^/]+/)?templates?/")
_DISABLED = re.compile(r"(?i)\.(disabled|bak|old|orig|backup|deprecated)$")
_TEST_ENV = re.compile(r"(?i)^\.env[\w.]*\.(test|testing|e2e)(\.|$)")
_EXAMPLE = re.compile(r"(?i)\.(example|sample|template|dist)\.(py|[cm]?[jt]sx?|rb|php|go|conf)$")
_DOCS = re.compile(r"(?i)\.(md|mdx|markdown|adoc|asciidoc|rst)$")
ENV_FILE = re.compile(
    r"(?i)(^|/)(?![^/]*\.([cm]?[jt]sx?|vue|pyi?|go|rb|sh|mdx?|ya?ml|json|toml)$)([^/]*\.env([._-][^/]*)?"
    r"|env\.(template|example|sample|dist|local|dev|development|prod|production|staging|test|docker|default)"
    r"|\.flaskenv)$"
)
_CI = re.compile(
    r"(^|/)(\.github/(workflows|actions)/|\.gitlab-ci|\.circleci/|\.buildkite/|azure-pipelines|bitbucket-pipelines"
    r"|\.drone\.|\.travis\.|Jenkinsfile|\.woodpecker|cloudbuild\.ya?ml)"
)


@lru_cache(1 << 16)
def own_world(path: str) -> str:
    """Why a path is a world of its own, in words; "" if it is not."""
    *folders, name = path.split("/")
    if "{{" in path:
        return "its path is filled in by a generator"
    document = is_document(path)
    for folder in folders:
        lower = folder.lower()
        if not document and (lower in _TEST_FOLDERS or lower.endswith((".test", "-test", "_test", "-tests", "_tests"))):
            return f"it is below {folder}/"
        if lower in _PAST or lower.endswith(".disabled"):
            return f"it is below {folder}/, kept for the record"
        if lower in _VENDORED:
            return f"it is below {folder}/, not written here"
    if not document and (_TEST_FILE.search(name) or _TEST_ENV.search(name)):
        return "its name says that it is a test"
    if _SCAFFOLD.search(path):
        return "it is a template of other projects, an example"
    if _EXAMPLE.search(name):
        return "its name says that it is an example"
    if _GENERATED.search(name):
        return "it is generated"
    if _DISABLED.search(name):
        return "its name says that it is not in use"
    return ""


def is_document(path: str) -> bool:
    """Whether a file is read by people."""
    return bool(_DOCS.search(path))


def is_ci(path: str) -> bool:
    """Whether a file is run by a CI system."""
    return bool(_CI.search(path))
