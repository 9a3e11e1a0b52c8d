"""Every read and every declaration of an environment variable, by name: what the linkers of variables ask."""

import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from unmoor.link.places import file_kind, world_of
from unmoor.model.facts import Declaration, Reference
from unmoor.project import Project
from unmoor.topology.model import Service, Stack, Value

EXAMPLE = re.compile(
    r"(^|/)(\.env[\w.-]*\.(example|sample|template|dist|tmpl)|\.env[._-](example|sample|template|dist)|env[._-]?(template|example|sample)"
    r"|(example|sample|template|variables)\.env|dot-?env[\w.-]*(?<!\.php)(?<!\.py)(?<!\.[jt]s)(?<!\.rb)(?<!\.go)(?<!\.md)|[\w-]+\.env[._-](example|sample|template|dist))$",
    re.I,
)

# Set by shells, platforms, CI systems, SDKs and tool chains; their absence from an example says nothing.
WELL_KNOWN = re.compile(
    r"^(NODE_ENV|NODE_OPTIONS|CI|HOME|PATH|PWD|USER|USERNAME|LOGNAME|SHELL|LANG|LC_\w+|TERM|TZ|TMP|TEMP|TMPDIR|HOSTNAME|PORT|HOST|DEBUG"
    r"|EDITOR|VISUAL|PAGER|DISPLAY|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|MODE|DEV|PROD|SSR|BASE_URL|LOCALAPPDATA|APPDATA|PROGRAMFILES|OS|COMSPEC"
    r"|SYSTEMROOT|USERPROFILE|VIRTUAL_ENV|PYTHON\w*|PIP_\w+|UV_\w+|CONDA_\w+|GOPATH|GOROOT|JAVA_HOME|CARGO_\w+|RUST_\w+|RUSTFLAGS|XDG_\w+|SSH_\w+"
    r"|npm_\w+|NPM_\w+|YARN_\w+|PNPM_\w+|GITHUB_\w+|GITLAB_\w+|CI_\w+|RUNNER_\w+|CIRCLE\w*|TRAVIS\w*|JENKINS_\w+|BUILDKITE\w*|ACTIONS_\w+"
    r"|VERCEL\w*|NETLIFY\w*|RENDER\w*|HEROKU_\w+|DYNO|FLY_\w+|RAILWAY_\w+|K_SERVICE|K_REVISION|CLOUDFLARE_\w+|CF_PAGES\w*|DENO_\w+|BUN_\w+"
    r"|AWS_\w+|AZURE_\w+|GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_CLOUD_\w+|GCP_PROJECT|GCLOUD_PROJECT|KUBERNETES_\w+|POD_\w+|NAMESPACE"
    r"|OTEL_\w+|SENTRY_\w+|DD_\w+|NEW_RELIC_\w+|NEXT_RUNTIME|NEXT_PHASE|TURBO_\w+|NX_\w+|VITEST\w*|JEST_\w+|PLAYWRIGHT_\w+|PYTEST_\w+"
    r"|DJANGO_SETTINGS_MODULE|FLASK_APP|FLASK_ENV|FLASK_DEBUG|RAILS_ENV|RACK_ENV|APP_ENV|ENVIRONMENT|ENV|LOG_LEVEL|COMPOSE_\w+|DOCKER_\w+|BUILDKIT_\w+"
    r"|ZEABUR\w*|SEALOS_\w+|COOLIFY_\w+|ECS_\w+|DOKPLOY_\w+|GAE_\w+|FUNCTIONS_\w+|WERKZEUG_\w+|LAMBDA_\w+|REPLIT_\w+|REPL_ID|CODESPACE\w*|GITPOD_\w+"
    r"|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|https?_proxy|no_proxy|SOURCE_DATE_EPOCH|ANALYZE|STORYBOOK\w*|WEBPACK_\w+|ELECTRON_\w+|TAURI_\w+|GO_ENV|CHROME_\w+|PUPPETEER_\w+"
    r"|TARGETPLATFORM|TARGETARCH|TARGETOS|TARGETVARIANT|BUILDPLATFORM|BUILDARCH|BUILDOS|UID|GID|PUID|PGID|WSL_\w+|PS1|IFS|BASH\w*|ZSH\w*|RANDOM|SECONDS"
    r"|HUGGING\w*|HF_\w+|CUDA_\w+|NVIDIA_\w+|OMP_\w+|TOKENIZERS_\w+|TORCH_\w+|TF_\w+|LD_\w+|DYLD_\w+|MALLOC_\w+|GUNICORN_\w+|WEB_CONCURRENCY|UVICORN_\w+)$"
)
TEST_SWITCH = re.compile(r"(^|_)(TEST|TESTS|TESTING|E2E|MOCK|FIXTURE|SKIP|BENCH|BENCHMARK|SMOKE)(_|$)")


class Read(NamedTuple):
    """A read of a variable."""

    path: str
    reference: Reference


class Declared(NamedTuple):
    """A declaration of a variable. kind: the file kind; value "" if it has none."""

    path: str
    declaration: Declaration
    kind: str


class Passed(NamedTuple):
    """A value that compose gives to a service."""

    stack: Stack
    service: Service
    value: Value


class Variables:
    """The index of one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.bundlers: dict[str, tuple[str, tuple[str, ...]]] = {}  # by folder, as `env_reads.bundler_of` finds them
        self.reads: dict[str, list[Read]] = defaultdict(list)
        self.documented: dict[str, list[Read]] = defaultdict(list)
        self.declared: dict[str, list[Declared]] = defaultdict(list)
        self.shown: dict[str, list[tuple[str, Declaration]]] = defaultdict(list)  # in fences of documents
        self.passed: dict[str, list[Passed]] = defaultdict(list)
        for path, reference in project.references("env"):
            known = self.documented if reference.attrs.get("access") == "doc" else self.reads
            known[reference.value].append(Read(path, reference))
        for path, declaration in project.declarations("env"):
            if declaration.attrs.get("where") != "doc":
                self.declared[declaration.name].append(Declared(path, declaration, file_kind(path)))
            elif not declaration.attrs.get("commented"):
                self.shown[declaration.name].append((path, declaration))
        for stack in project.topology.stacks:
            for service in stack.services.values():
                for name, value in service.environment.items():
                    self.passed[name].append(Passed(stack, service, value))

    @cached_property
    def examples(self) -> list[str]:
        """The example family: files that tell which variables there are."""
        found = [path for path in self.project.facts if EXAMPLE.search(path) and not world_of(path)]
        return sorted(found, key=lambda path: (len(path.rpartition("/")[2]), path))

    @cached_property
    def optional(self) -> set[str]:
        """Names that a schema declares and does without (`z.string().optional()`)."""
        schema: dict[str, bool] = {}
        for name, reads in self.reads.items():
            for _, reference in reads:
                if reference.attrs.get("schema"):
                    schema[name] = schema.get(name, False) or bool(reference.attrs.get("required"))
        return {name for name, required in schema.items() if not required}

    @cached_property
    def dependency_words(self) -> set[str]:
        """The words in the names of everything that a package depends on: what they read, they read unseen."""
        names = {name for facts in self.project.facts.values() for name in facts.traits.get("deps", ())}
        return {word for name in names for word in re.split(r"[^a-z0-9]+", name.lower())}

    @cached_property
    def defined(self) -> set[str]:
        """Names that a bundler's configuration puts into browser code (`define`, DefinePlugin), anywhere."""
        return {name for facts in self.project.facts.values() for name in facts.traits.get("defined_env", ())}

    @cached_property
    def _values(self) -> dict[str, list[tuple[int, int, str]]]:
        """Path → (start, end, service) of every value that compose gives to a service."""
        found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for passed in (one for entries in self.passed.values() for one in entries):
            span = passed.value.at.span
            found[passed.value.at.path].append((span.start, span.end, passed.service.name))
        return found

    def given_to(self, path: str, reference: Reference) -> str:
        """The service whose `environment` a reference of a compose file stands in, or ""."""
        at = reference.span
        return next((name for lo, hi, name in self._values.get(path, ()) if lo <= at.start and at.end <= hi), "")

    def family_of(self, path: str) -> str:
        """The nearest example file above a path, or ""."""
        best, depth = "", -1
        for example in self.examples:
            folder = example.rpartition("/")[0]
            if (not folder or path.startswith(folder + "/")) and len(folder) > depth:
                best, depth = example, len(folder)
        return best

    def has_value(self, name: str) -> bool:
        """Whether anything in the repository gives the variable a value or tells of it: an env file (also commented),
        compose with a literal, ENV or ARG, a workflow, a script, a bundler's define."""
        if name in self.defined:
            return True
        for path, declaration, _ in self.declared.get(name, ()):
            where = declaration.attrs.get("where")
            if where == "compose" and not _literal(declaration.value):
                continue
            if where == "workflow" and _literal(declaration.value) and not is_deployment(path):
                continue  # a value that tests are run with tells nobody what to set
            if where == "shell" and f"{{{name}" in (declaration.value or ""):
                continue  # `X="${X:-…}"` reads it
            if not world_of(path) or EXAMPLE.search(path):
                return True
        return any(_literal(passed.value.raw) for passed in self.passed.get(name, ()))


def is_deployment(path: str) -> bool:
    """Whether a workflow's name says that it releases or deploys."""
    return re.search(r"(?i)deploy|release|publish|prod|staging|cd\.ya?ml", path.rpartition("/")[2]) is not None


def _literal(value: str | None) -> bool:
    """Whether a value stands there itself, and is not only handed on (`${X}`, `${X:-}`)."""
    return bool(value) and not re.fullmatch(r"\$\{?\w+(:?[-?][^}]*)?\}?", value or "")
