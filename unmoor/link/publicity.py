"""Which variables end in a browser, and which addresses are handed to clients instead of being called."""

import re

from unmoor.model.facts import Reference
from unmoor.project import Project
from unmoor.text.addresses import Address
from unmoor.topology.model import Resolution, Runtime

PUBLIC_PREFIXES = ("NEXT_PUBLIC_", "VITE_", "REACT_APP_", "PUBLIC_", "NUXT_PUBLIC_", "GATSBY_", "EXPO_PUBLIC_",
                   "VUE_APP_", "STORYBOOK_", "NG_APP_", "PARCEL_PUBLIC_")  # fmt: skip
_HANDED_OUT = re.compile(
    r"(^|_)(PUBLIC|EXTERNAL|FRONTEND|FRONT_END|CLIENT|BROWSER|WEB(SITE|APP)?|SITE|APP|BASE|ROOT|DASHBOARD|ADMIN|PORTAL"
    r"|SERVER|SELF|OWN|CANONICAL|HOME|LOGIN|LOGOUT|AUTH|NEXTAUTH|BETTER_AUTH|ISSUER|CONSOLE)_?(BASE_|ROOT_)?(URL|URI|HOST|DOMAIN|ADDRESS|ORIGIN)S?$"
    r"|CALLBACK|REDIRECT|ORIGIN|ADVERTISED|CORS|ALLOWED_HOST|COOKIE_DOMAIN|PROXY_URI|RETURN_URL|SUCCESS_URL|CANCEL_URL"
    r"|WEBHOOK_URL|DOMAIN(_NAME)?$|EXTERNAL|PUBLIC", re.I)  # fmt: skip
_PAGES = ("http", "https", "ws", "wss", "")


def public_variable(name: str) -> bool:
    """Whether a bundler bakes the variable into browser code."""
    return name.startswith(PUBLIC_PREFIXES)


def handed_out(
    names: tuple[str, ...], address: Address, reference: Reference, runtime: Runtime, resolution: Resolution
) -> bool:
    """Whether a container holds the address for others: its key says so, or it is the service's own published port."""
    if reference.role == "advertised":
        return True
    if address.scheme not in _PAGES:
        return False
    if any(public_variable(n) or _HANDED_OUT.search(n.upper().replace("-", "_").replace(".", "_")) for n in names):
        return True
    own = resolution.service is not None and resolution.service.name == runtime.service
    return own and resolution.verdict in ("wrong-host", "self", "wrong-port") and resolution.cause != "container-port"


_BUNDLERS = ("next", "vite", "react-scripts", "nuxt", "astro", "gatsby", "@vue/cli-service", "@sveltejs/kit", "webpack",
             "parcel",
             "@angular/core")  # fmt: skip
_TESTERS = re.compile(r"(^|[-_/])(e2e|playwright|cypress|tests?|specs?)([-_/]|$)")


def ships_browser(project: Project, path: str, reference: Reference, runtime: Runtime) -> bool:
    """Whether the service that gets the value is built from a folder whose package bundles browser code; test runners
    are not. The service is the runtime's, or the one that the reference stands under."""
    stack = project.topology.stack(runtime.stack) or next(iter(project.topology.stacks_of(path)), None)
    named = re.match(r"services\.([^.]+)", reference.scope)
    service = stack.services.get(runtime.service or (named.group(1) if named else "")) if stack else None
    if service is None or service.build is None or service.build.context_path is None or _TESTERS.search(service.name):
        return False
    context = service.build.context_path
    target = service.build.dockerfile_path or context
    folders = {context, target.rpartition("/")[0]}
    if any(_TESTERS.search(folder) for folder in folders):
        return False
    return any(package.uses(*_BUNDLERS) for path, package in project.topology.packages.items()
               if package.folder in folders)  # fmt: skip
