"""A service gets a healthcheck that its image's family is known to be able to run."""

import json
import re

from tree_sitter import Node

from unmoor.codemods.compose_tree import Compose, entry, nested
from unmoor.codemods.request import Request
from unmoor.generate.checks import check_for
from unmoor.model.findings import Fix, Refusal


def fix(request: Request) -> Fix | Refusal:
    """Add `healthcheck:` behind the last key of the service."""
    finding = request.finding
    compose = Compose(finding.path, request.source)
    service = compose.service_at(finding.span.start)
    if service is None:
        return Refusal("the service is not written in this file")
    name = compose.key(service)
    image = str(finding.attrs.get("image") or "")
    test = check_for(image, _port(request, compose, service, name))
    if test is None:
        return Refusal("no tool for a check is known to be in its image")
    if compose.get(service, "healthcheck") is not None:
        return Refusal("it has a healthcheck")
    if check_for(image, None) is not None and _port_given(compose, service):
        return Refusal("its command names another port")
    settings = [("test", json.dumps(test)), ("interval", "10s"), ("timeout", "5s"), ("retries", "5")]
    check = nested("healthcheck", [entry(key, value) for key, value in settings], " " * compose.step())
    edit = compose.append(service, [check])
    if edit is None:
        return Refusal("the service is written elsewhere")
    return Fix(f"check `{name}` with `{test[1]}`", request.applicability, (edit,))


def _port_given(compose: Compose, service: Node) -> bool:
    """Whether a data store is started at a port of its own, which its client would have to be told."""
    texts = [compose.text(pair) for key in ("command", "entrypoint") if (pair := compose.get(service, key)) is not None]
    return any(re.search(r"(?<![\w-])(?:--port|-p|port=)[\s=\"',\]-]*\$?\{?\w*\d", text) for text in texts)


def _port(request: Request, compose: Compose, service: Node, name: str) -> int | None:
    """The port in the container: as this file publishes it, else as the topology knows this very service."""
    for key in ("ports", "expose"):
        pair = compose.get(service, key)
        items = compose.collection(pair) if pair is not None else None
        for item in items.named_children if items is not None else []:
            found = re.search(r"(?:^|[\s:\"'-])(\d+)(?:/tcp)?[\"']?$", compose.text(item).strip())
            if found and item.type != "comment":
                return int(found.group(1))
    return next((one.port for one in request.services if (one.name, one.file) == (name, request.finding.path)), None)
