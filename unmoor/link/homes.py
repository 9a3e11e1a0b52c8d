"""Home folders of one developer, as values."""

import re

from unmoor.link.places import file_kind, place
from unmoor.model.facts import Reference
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project

_HOME = re.compile(r"^(?:/home/|/Users/|[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2})([\w.-]+)(?=[/\\]|$)")
# Users that images, clouds and examples have; nobody's own.
_COMMON = re.compile(
    r"(?i)^(node|app|appuser|app-?user|user|username|users?|nonroot|ubuntu|debian|ec2-user|admin|centos|fedora|vagrant|runner"
    r"|vscode|codespace|gitpod|jovyan|git|www|www-data|deploy|deployer|docker|dev|developer|test|tester|coder|linuxbrew"
    r"|circleci|jenkins|gradle|postgres|mysql|redis|nginx|airflow|superset|pptruser|pwuser|seluser|airbyte|python|runneradmin"
    r"|public|default|shared|you|your[\w-]*|me|my[\w-]*|name|foo|bar|john|jane|alice|bob|joe|someone|example|xxx+|guest|bun"
    r"|deno|nobody|pi|oracle|opc|azureuser|cloud-user|core|flutter|rust|go|ruby|java|spring|jboss|kafka|spark|hadoop|elastic"
    r"|elasticsearch|kibana|container|worker|service|server|sandbox|agent|builder|build|ci|steam|minecraft|odoo|n8n|frappe)$"
)
_IMAGE_HOME = re.compile(rb"/home/([A-Za-z_][\w-]*)")
_MADE_USER = re.compile(rb"\b(?:useradd|adduser)\b[^\n;|&]*?[ \t]([a-z_][\w-]*)[ \t]*(?:$|[;|&)>])", re.M)
_TARGET_HOME = re.compile(r"^/home/([A-Za-z_][\w-]*)")
_CONTAINER_SIDE = re.compile(rb"(?:target=|dst=|destination=|[\w}./\"']:)$")


def image_users(project: Project) -> set[str]:
    """Who is no person: users whose homes Dockerfiles speak of and mounts lead into, and accounts that scripts make."""
    found: set[str] = set()
    for path in project.facts:
        if file_kind(path) == "dockerfile":
            found.update(name.decode() for name in _IMAGE_HOME.findall(project.read(path)))
        elif file_kind(path) == "script":
            found.update(name.decode() for name in _MADE_USER.findall(project.read(path)))
    for stack in project.topology.stacks:
        for service in stack.services.values():
            found.update(name for mount in service.mounts for name in _TARGET_HOME.findall(mount.target))
    return found


def home_path(project: Project, path: str, reference: Reference, images: set[str]) -> Subject | None:
    """The subject of a path in somebody's home; None for every other path. images: see `image_users`."""
    match = _HOME.match(reference.value)
    if not match or _COMMON.match(match.group(1)) or reference.role in ("comment", "example", "comparison", "type"):
        return None
    if match.group(1) in images and reference.value.startswith("/home/"):
        return None
    if reference.attrs.get("placeholder") or reference.attrs.get("remote"):
        return None
    if _CONTAINER_SIDE.search(project.read(path)[max(reference.span.start - 16, 0) : reference.span.start]):
        return None  # the other side of a mount: a folder of the image
    inside = reference.runtime.startswith("container") and reference.attrs.get("use") != "mount"
    inside = inside or file_kind(path, reference) == "dockerfile" or _only_in_containers(project, path, reference)
    if inside and reference.value.startswith("/home/"):
        return None  # a user of the image
    user = match.group(1)
    attrs = {
        **place(project, path, reference),
        "user": user,
        "position": str(reference.attrs.get("position") or reference.role),
    }
    return Subject(
        "home-path",
        path,
        reference.span,
        reference.value,
        attrs,
        "personal",
        [Reason(f"{match.group()} is the home folder of `{user}`")],
        [],
        None,
        "",
        reference,
    )


def _only_in_containers(project: Project, path: str, reference: Reference) -> bool:
    """Whether a script is run by containers alone, as their entry point: the home is that of the image's user."""
    found = project.topology.runtimes(path, reference) if reference.language == "shell" else []
    return bool(found) and all(runtime.kind == "container" for runtime in found)
