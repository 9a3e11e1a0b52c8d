"""Variables that a bundler bakes in, and build arguments that no Dockerfile takes."""

import re
from collections.abc import Iterator

from unmoor.link.env_index import Variables
from unmoor.link.env_reads import bundler_of
from unmoor.link.places import place, world_of
from unmoor.link.publicity import public_variable
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.topology.model import Dockerfile, Service, Stack

_PREDEFINED = re.compile(
    r"^(HTTPS?_PROXY|FTP_PROXY|NO_PROXY|ALL_PROXY|https?_proxy|ftp_proxy|no_proxy|all_proxy|BUILDKIT_\w+"
    r"|SOURCE_DATE_EPOCH|TARGET\w+|BUILD(PLATFORM|OS|ARCH|VARIANT))$"
)
_BUILDS = re.compile(
    r"\b(next|vite|react-scripts|nuxt|astro|gatsby|turbo|nx|webpack|vue-cli-service)\s+(run\s+)?build"
    r"|\b(npm|yarn|pnpm|bun)\s+(run\s+)?[\w:-]*build"
)
_WRITERS = re.compile(r"entrypoint|start\.sh|env-config|docker/.*\.sh|index\.html$")
_RUNTIME_CONFIG = re.compile(
    rb"__ENV\b|env-config\.js|envsubst|window\._env_|runtime-env|import-meta-env|react-inject-env|next-runtime-env"
)


def subjects(variables: Variables) -> Iterator[Subject]:
    """`env-build` subjects (a baked variable set at run time) and `build-arg` subjects."""
    seen: set[Location] = set()
    for stack in variables.project.topology.stacks:
        for service in stack.services.values():
            if service.build is None or service.build.dockerfile_path is None:
                continue
            dockerfile = variables.project.topology.dockerfiles.get(service.build.dockerfile_path)
            if dockerfile is None:
                continue
            baked = _baked(variables, stack, service, dockerfile)
            for subject in (*baked, *_arguments(variables, service, dockerfile)):
                at = Location(subject.path, subject.span)
                if at not in seen:
                    seen.add(at)
                    yield subject


def _arguments_of(dockerfile: Dockerfile) -> set[str]:
    return {name for stage in dockerfile.stages for name in stage.args} | set(getattr(dockerfile, "args", {}) or {})


def _baked(variables: Variables, stack: Stack, service: Service, dockerfile: Dockerfile) -> Iterator[Subject]:
    assert service.build is not None
    context = service.build.context_path or ""
    text = variables.project.read(dockerfile.path).decode("utf-8", "replace")
    if not _BUILDS.search(text) or _development(service) or _configured_at_run_time(variables, context, dockerfile):
        return
    arguments = _arguments_of(dockerfile) | set(service.build.args)
    env = {name for stage in dockerfile.stages for name in stage.env}
    rewritten = _rewritten(variables, context)
    for name, value in service.environment.items():
        if name in arguments or name in env:
            continue
        if name in rewritten and rewritten[name][1] != value.text:
            attrs = {**place(variables.project, value.at.path), "name": name, "service": service.name,
                     "dockerfile": dockerfile.path, "into": "the rewrites",
                     "kept": _read_elsewhere(variables, name, rewritten[name][0].path)}  # fmt: skip
            yield Subject("env-build", *value.at, name, attrs, related=[
                Reason("`next build` writes the rewrites down with the value that is there then", rewritten[name][0]),
                Reason("the stage that builds takes no such ARG", dockerfile.stages[-1].at),
            ], suggestion=name, scope=f"services.{service.name}.environment")  # fmt: skip
            continue
        if not public_variable(name):
            continue
        browser, server = _readers(variables, name, context)
        if browser and not server:
            attrs = {**place(variables.project, value.at.path), "name": name, "service": service.name,
                     "dockerfile": dockerfile.path, "into": "the browser code", "kept": False}  # fmt: skip
            yield Subject("env-build", *value.at, name, attrs, related=[
                Reason("read in browser code, where the build put it", browser[0]),
                Reason("the stage that builds takes no such ARG", dockerfile.stages[-1].at),
            ], suggestion=name, scope=f"services.{service.name}.environment")  # fmt: skip


def _rewritten(variables: Variables, context: str) -> dict[str, tuple[Location, str]]:
    """The variables that rewrites of Next.js under the context begin with: where each is read, and its default."""
    found: dict[str, tuple[Location, str]] = {}
    for path, route in variables.project.declarations("route"):
        name = str(route.attrs.get("env") or "")
        if route.attrs.get("source") != "next-rewrite" or not name or world_of(path):
            continue
        if context and not path.startswith(context + "/"):
            continue
        for read in variables.reads.get(name, ()):
            if read.path == path:
                default = str(read.reference.attrs.get("default") or "")
                found.setdefault(name, (Location(path, read.reference.span), default))
    return found


def _read_elsewhere(variables: Variables, name: str, config: str) -> bool:
    """Whether code beside the configuration reads the variable, and so may need it at run time."""
    return any(
        path != config and not world_of(path) and reference.attrs.get("access") == "process.env"
        for path, reference in variables.reads.get(name, ())
    )


def _development(service: Service) -> bool:
    """Whether the container runs a development server, which reads its environment at start."""
    words = " ".join(part.text or "" for part in (*service.command, *(service.entrypoint or [])))
    target = (service.build.target.text or "") if service.build and service.build.target else ""
    return bool(re.search(r"\bdev\b|start:dev|\bserve\b", words) or re.search(r"dev", target))


def _configured_at_run_time(variables: Variables, context: str, dockerfile: Dockerfile) -> bool:
    """Whether an entrypoint writes the page's configuration when the container starts."""
    paths = [dockerfile.path] + [
        path for path in variables.project.tree.files
        if path.startswith(context + "/" if context else "") and _WRITERS.search(path)
    ]  # fmt: skip
    for path in paths[:40]:
        try:
            if _RUNTIME_CONFIG.search(variables.project.read(path)):
                return True
        except OSError:
            continue
    return False


def _readers(variables: Variables, name: str, context: str) -> tuple[list[Location], bool]:
    """Where browser code under the context reads the variable, and whether server code reads it at run time."""
    browser: list[Location] = []
    server = False
    for path, reference in variables.reads.get(name, ()):
        if world_of(path) or reference.attrs.get("access") in ("compose", "doc", "workflow", "dockerfile"):
            continue
        kinds = {runtime.kind for runtime in variables.project.topology.runtimes(path, reference)}
        bundler, prefixes = bundler_of(variables, path)
        if bundler and not name.startswith(prefixes):
            continue  # another tool's prefix: this bundler bakes nothing of it in
        if kinds & {"browser", "universal"} or reference.attrs.get("access") == "import.meta.env":
            browser.append(Location(path, reference.span))
        elif kinds & {"server", "container"}:
            server = True
    inside = [at for at in browser if not context or at.path.startswith(context + "/")]
    return inside or (browser if not context else []), server


def _arguments(variables: Variables, service: Service, dockerfile: Dockerfile) -> Iterator[Subject]:
    assert service.build is not None
    known = _arguments_of(dockerfile)
    for name, value in service.build.args.items():
        attrs = {
            **place(variables.project, value.at.path),
            "name": name,
            "service": service.name,
            "dockerfile": dockerfile.path,
            "consumed": name in known or bool(_PREDEFINED.match(name)),
        }
        related = [Reason("no stage takes it", stage.at) for stage in dockerfile.stages[:1]]
        scope = f"services.{service.name}.build.args"
        yield Subject("build-arg", *value.at, name, attrs, related=related, scope=scope)
