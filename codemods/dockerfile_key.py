"""`build: ./api`, where the Dockerfile has another name: the long form with `dockerfile:`."""

import posixpath

from unmoor.codemods.compose_tree import Compose, entry, scalar
from unmoor.codemods.placing import span_of
from unmoor.codemods.request import Request
from unmoor.model.findings import Fix


def dockerfile_key(request: Request, missing: str, found: str) -> list[Fix]:
    """Name the Dockerfile that is there in a build that takes `Dockerfile` for granted. [] where that is not the case.

    Unsafe where it lies in the context, only shown where it lies outside: then the context may be what is wrong.
    """
    if not found or not missing or not request.finding.path.endswith((".yml", ".yaml")):
        return []
    compose = Compose(request.finding.path, request.source)
    service = compose.service_at(span_of(request).start)
    build = compose.get(service, "build") if service is not None else None
    if build is None or compose.get(build, "dockerfile") is not None:
        return []
    written = posixpath.relpath(found, posixpath.dirname(missing) or ".")
    edits = compose.spread(build, "context", [entry("dockerfile", scalar(written))])
    outside = written.startswith("../")
    title = f"build with `{written}`"
    return [Fix(title, "display-only" if outside else "unsafe", tuple(edits))] if edits else []
