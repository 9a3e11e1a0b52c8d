"""Healthchecks: there at all, asking the right port and path, with a tool of the image; and who waits for them."""

import re
from collections.abc import Iterator

from unmoor.link.places import place
from unmoor.model.facts import Reference
from unmoor.model.spans import Location
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project
from unmoor.topology.families import family_of
from unmoor.topology.images import final_stages, stages_below
from unmoor.topology.model import Dockerfile, Healthcheck, Service, Stack, Stage, Value
from unmoor.topology.tools import alpine, missing

_TOOLS = re.compile(r"(?:^|[\s;&|('\"`!])(curl|wget|nc|ncat|netcat|pgrep|pidof|telnet|bash)(?=\s|$)")
_CLIENT = re.compile(r"(?:/\S*/)?(?:(?:ba|da|a)?sh|psql|mongo(?:sh)?|mysql|redis-cli|mc|kafka-topics)(?:\.sh)?(?=\s|$)")
_SERVER = re.compile(r"mongod|postgres|mysqld|redis-server|entrypoint|\bexec\b|/run\b|start\b|server?\b|\bwait\b")


def subjects(project: Project) -> Iterator[Subject]:
    """`healthcheck` subjects (one a check or lack of one, one an address in it) and `wait` subjects."""
    seen: set[tuple[str, str, Location]] = set()
    waited = _waited_for(project)
    for stack in project.topology.stacks:
        for service in stack.services.values():
            for subject in (*_service(project, stack, service), *_waits(project, stack, service, waited)):
                key = (subject.kind, str(subject.attrs.get("problem")), Location(subject.path, subject.span))
                if key not in seen:
                    seen.add(key)
                    yield subject
    yield from _alone(project, seen)


def _stages(project: Project, service: Service) -> list[Stage]:
    return final_stages(project.topology.dockerfile_of(service), service)


def _image(service: Service, stages: list[Stage]) -> str:
    """The image that the container is, at the bottom of its stages; "" if it cannot be known."""
    if stages:
        return stages[-1].base
    return service.image.text or "" if service.image is not None and service.build is None else ""


def _installs(stages: list[Stage]) -> set[str]:
    return {name for stage in stages for name in stage.installs}


def _check(service: Service, stages: list[Stage]) -> Healthcheck | None:
    if service.healthcheck is not None and (service.healthcheck.test or service.healthcheck.disabled):
        return service.healthcheck
    return next((stage.healthcheck for stage in stages if stage.healthcheck is not None), None)


def _service(project: Project, stack: Stack, service: Service) -> Iterator[Subject]:
    stages = _stages(project, service)
    check = _check(service, stages)
    base = {**place(project, service.at.path), "service": service.name, "image": _image(service, stages)}
    if check is None:
        attrs = {**base, "problem": "none", "long-running": _long(service) and not _once(stack, service)}
        yield Subject("healthcheck", *service.at, service.name, attrs,
                      scope=f"services.{service.name}")  # fmt: skip
        return
    if check.disabled or not check.test:
        return
    yield from _tools(base, check, stages)
    yield from _addresses(project, base, stack, service, check, stages)


def _long(service: Service) -> bool:
    """Whether it is a server: it publishes, restarts, or is a known data store built or run here."""
    image = service.image.text if service.image and service.image.text else ""
    known = family_of(image) if image else None
    return bool(service.build and (service.ports or service.restart in ("always", "unless-stopped"))) or bool(
        known and known.datastore
    )


def _once(stack: Stack, service: Service) -> bool:
    """Whether it runs and is done: another waits for its end, or a data store's image only runs a shell or a client."""
    for other in stack.services.values():
        if any(d.name == service.name and d.condition == "service_completed_successfully" for d in other.depends):
            return True
    parts = [part.text or part.raw for part in (*(service.entrypoint or []), *service.command)]
    text = " ".join(parts).strip()
    return service.build is None and bool(_CLIENT.match(text)) and not _SERVER.search(text)


def _tools(base: dict[str, object], check: Healthcheck, stages: list[Stage]) -> Iterator[Subject]:
    image = str(base["image"])
    if not image or any(copy.get("from") for stage in stages for copy in stage.copies if _brings_programs(copy)):
        return
    for part in check.test:
        match = _TOOLS.search(part.text or "")
        if match and missing(image, match.group(1), _installs(stages)):
            attrs = {**base, "problem": "tool", "tool": match.group(1)}
            yield Subject(
                "healthcheck", *part.at, part.raw, attrs, related=[Reason("the image", stages[-1].at)] if stages else []
            )
            return


def _brings_programs(copy: dict[str, object]) -> bool:
    return bool(re.search(r"(^|/)s?bin(/|$)", str(copy.get("dest") or "")))


def _addresses(
    project: Project, base: dict[str, object], stack: Stack, service: Service, check: Healthcheck, stages: list[Stage]
) -> Iterator[Subject]:
    for path, reference in in_check(project, check):
        if reference.attrs.get("host") not in ("localhost", "127.0.0.1", "::1", "0.0.0.0"):
            continue
        yield from _port(base, path, reference, service)
        if reference.attrs.get("host") == "localhost" and _busybox_wget(check, str(base["image"]), _installs(stages)):
            evidence = _ipv4_only(project, service, stages)
            attrs = {**base, "problem": "ipv6", "evidence": evidence[0] if evidence else ""}
            related = [Reason(evidence[0], evidence[1])] if evidence else []
            yield Subject("healthcheck", path, reference.span, reference.value, attrs,
                          related=related, reference=reference,
                          suggestion=reference.value.replace("localhost", "127.0.0.1", 1))  # fmt: skip
        yield from _base_path(project, base, path, reference, service)


def check_of(project: Project, service: Service) -> Healthcheck | None:
    """The check that a service's container runs: compose's, else that of its image's Dockerfile."""
    return _check(service, _stages(project, service))


def in_check(project: Project, check: Healthcheck) -> Iterator[tuple[str, Reference]]:
    """The references that stand within the check's test."""
    spans = [part.at.span for part in check.test] or [check.at.span]
    facts = project.facts.get(check.at.path)
    for reference in facts.references if facts else ():
        if reference.kind in ("url", "host") and any(span.contains(reference.span) for span in (*spans, check.at.span)):
            yield check.at.path, reference


def _port(base: dict[str, object], path: str, reference: Reference, service: Service) -> Iterator[Subject]:
    port = reference.attrs.get("port")
    if port is None or service.network_mode:
        return
    inside = {listener.port for listener in service.listens}
    if port in inside:
        return
    mapped = next((p for p in service.ports if p.host == port and p.container not in (None, port)), None)
    if mapped is None and not (service.listens_known and inside):
        return
    right = mapped.container if mapped else min(inside)
    attrs = {**base, "problem": "port", "port": port, "right-port": right, "published": mapped is not None}
    related = [Reason(f"{port} is the host's port; the container's is {right}", mapped.at)] if mapped else [
        Reason(listener.reason, listener.at) for listener in service.listens if listener.at][:3]
    suggestion = reference.value.replace(f":{port}", f":{right}", 1) if mapped or len(inside) == 1 else ""
    yield Subject("healthcheck", path, reference.span, reference.value, attrs, related=related, reference=reference,
                  suggestion=suggestion)  # fmt: skip


def _busybox_wget(check: Healthcheck, image: str, installs: set[str]) -> bool:
    text = " ".join(part.text or "" for part in check.test)
    return bool(re.search(r"(^|[\s;&|'\"])wget\s", text)) and alpine(image) and "wget" not in installs


def _ipv4_only(project: Project, service: Service, stages: list[Stage]) -> tuple[str, Location] | None:
    """What shows that the server binds IPv4 alone: a bind address of 0.0.0.0, or nginx without `[::]`."""
    for name in ("HOSTNAME", "HOST", "BIND", "BIND_ADDRESS", "LISTEN_HOST"):
        for values in (service.environment, *(stage.env for stage in stages)):
            if name in values and values[name].text == "0.0.0.0":
                return f"`{name}=0.0.0.0` binds IPv4 alone", values[name].at
    parts: list[Value] = [*service.command, *(service.entrypoint or [])]
    parts += [part for stage in stages[:1] for part in (*stage.command, *stage.entrypoint)]
    for part in parts:
        if re.search(r"0\.0\.0\.0(:\d+)?$|0\.0\.0\.0[:\s]", part.text or "") and not re.search(
            r"\.go\b", part.text or ""
        ):
            return "the server binds 0.0.0.0, IPv4 alone", part.at
    return None


def _base_path(
    project: Project, base: dict[str, object], path: str, reference: Reference, service: Service
) -> Iterator[Subject]:
    """The right port with a path outside the `basePath` under which the application serves everything."""
    if service.build is None or service.build.context_path is None:
        return
    context = service.build.context_path
    for config, facts in project.facts.items():
        if "basePath" not in facts.traits or not config.startswith(context + "/" if context else ""):
            continue
        prefix, rest = facts.traits["basePath"][0], str(reference.attrs.get("rest") or "/")
        if (
            prefix.startswith("/")
            and not rest.startswith(prefix)
            and "next.config" in config
            and config.count("/") <= context.count("/") + 1
        ):
            attrs = {**base, "problem": "path", "base-path": prefix}
            yield Subject("healthcheck", path, reference.span, reference.value, attrs, reference=reference)


def _waited_for(project: Project) -> dict[str, list[Location]]:
    """Service name → the places that wait for it to be healthy, anywhere in the repository."""
    found: dict[str, list[Location]] = {}
    for stack in project.topology.stacks:
        for service in stack.services.values():
            for dependency in service.depends:
                if dependency.kind == "depends_on" and dependency.condition == "service_healthy":
                    found.setdefault(dependency.name, []).append(dependency.at)
    return found


def _waits(project: Project, stack: Stack, service: Service, waited: dict[str, list[Location]]) -> Iterator[Subject]:
    for dependency in service.depends:
        target = stack.services.get(dependency.name)
        if dependency.kind != "depends_on" or dependency.condition or target is None:
            continue
        check = _check(target, _stages(project, target))
        attrs = {
            **place(project, dependency.at.path),
            "service": service.name,
            "dependency": dependency.name,
            "has-check": check is not None and not check.disabled,
            "waited-elsewhere": bool(waited.get(dependency.name)) and _may_call(service, target),
        }
        related = [Reason("its check", check.at)] if check else []
        related += [Reason("waited for here", at) for at in waited.get(dependency.name, [])[:2]]
        yield Subject("wait", *dependency.at, dependency.name, attrs, related=related,
                      scope=f"services.{service.name}.depends_on", suggestion="service_healthy")  # fmt: skip


def _may_call(service: Service, target: Service) -> bool:
    """Whether a service may call another: code that is not known may; a known product only what its settings name."""
    image = service.image.text if service.image is not None else ""
    if service.build is not None or service.env_unknown or not image or family_of(image) is None:
        return True
    given = [*service.environment.values(), *service.env_loaded.values(), *service.command, *(service.entrypoint or [])]
    names = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in sorted(target.names())))
    return any(names.search(value.text or value.raw) for value in given)


def _alone(project: Project, seen: set[tuple[str, str, Location]]) -> Iterator[Subject]:
    """Checks of Dockerfiles that no stack builds: only their tools can be judged."""
    for path, dockerfile in project.topology.dockerfiles.items():
        for stage in dockerfile.stages:
            check = stage.healthcheck
            if check is None or check.disabled:
                continue
            chain = stages_below(dockerfile, stage)
            base = {**place(project, path), "service": "", "image": _bottom(dockerfile, chain)}
            for subject in _tools(base, check, chain):
                if ("healthcheck", "tool", Location(subject.path, subject.span)) not in seen:
                    yield subject


def _bottom(dockerfile: Dockerfile, chain: list[Stage]) -> str:
    return chain[-1].base if chain else ""
