"""Reads: of what no example declares, of what a browser does not have, of secrets under a public prefix."""

import re
from collections.abc import Iterator
from itertools import islice

from unmoor.link.env_index import EXAMPLE, TEST_SWITCH, WELL_KNOWN, Read, Variables
from unmoor.link.places import file_kind, place, world_of
from unmoor.link.publicity import PUBLIC_PREFIXES, public_variable
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Reason, Subject
from unmoor.text.addresses import find, host_class

SECRET = re.compile(r"(SECRET|PASSWORD|PASSWD|PRIVATE_KEY|PRIVATE|API_?KEY|ACCESS_KEY|AUTH_TOKEN|API_TOKEN|ACCESS_TOKEN"
                    r"|SERVICE_ROLE|CREDENTIALS?|(^|_)TOKEN)(_|$)")  # fmt: skip
PUBLIC_BY_DESIGN = re.compile(
    r"^(USE|ENABLE|ENABLED|DISABLE|IS|HAS|SHOW|ALLOW)_|_(USE|ENABLE|DISABLE|IS|HAS|SHOW|ALLOW)_|PUBLISHABLE|PUBLIC_KEY|ANON|CLIENT_ID|DSN|SITE_?KEY|MEASUREMENT|TRACKING|ANALYTICS|POSTHOG|GTM|GA_|MAPS?_|MAPBOX|FIREBASE|ALGOLIA"
    r"|SENTRY|STRIPE_P|RECAPTCHA|TURNSTILE|HCAPTCHA|VAPID|PUSHER_KEY|STREAM_API_KEY|SEARCH_(?:ONLY_)?(?:API_)?KEY|SEGMENT|AMPLITUDE|MIXPANEL|LOGROCKET|GIPHY|UNSPLASH|CLERK_P|INTERCOM"
    r"|DATADOG|CRISP|HOTJAR|PROJECT_API_KEY|APP_KEY|WIDGET|ONESIGNAL|WALLETCONNECT|INFURA|ALCHEMY|SUPABASE_KEY|IMGBB|TINYMCE|LENGTH|NAME|EXPIRY|TTL|URL"
)
_BUILT_IN = {"NODE_ENV", "MODE", "PROD", "DEV", "SSR", "BASE_URL", "CI", "NEXT_RUNTIME", "LEGACY", "PUBLIC_URL"}
_OPEN_PREFIXES = {
    "next": ("NEXT_PUBLIC_",),
    "vite": ("VITE_",),
    "react-scripts": ("REACT_APP_",),
    "astro": ("PUBLIC_",),
    "@sveltejs/kit": ("PUBLIC_", "VITE_"),
    "gatsby": ("GATSBY_",),
    "nuxt": ("NUXT_PUBLIC_", "VITE_"),
    "@vue/cli-service": ("VUE_APP_",),
}


def subjects(variables: Variables) -> Iterator[Subject]:
    """`env-read` subjects: one a read in code or compose; `first` is the first of its variable in the service."""
    seen: set[tuple[str, str]] = set()
    secret_files: set[tuple[str, str]] = set()
    for name in sorted(variables.reads):
        if not any(variables.project.asked(read.path) for read in variables.reads[name]):
            continue
        # What compose hands to a service is where the variable is set: that line speaks before the code that it feeds.
        for read in sorted(variables.reads[name], key=lambda read: read.reference.attrs.get("access") != "compose"):
            if read.reference.attrs.get("dynamic") or not re.fullmatch(r"[A-Za-z_]\w*", name):
                continue
            yield _subject(variables, name, read, seen, secret_files)


def _subject(
    variables: Variables, name: str, read: Read, seen: set[tuple[str, str]], secret_files: set[tuple[str, str]]
) -> Subject:
    path, reference = read
    kind = file_kind(path, reference)
    runtimes = variables.project.topology.runtimes(path, reference)
    service = next((one.service for one in runtimes if one.service), "") or variables.given_to(path, reference)
    family = variables.family_of(path)
    counts = kind in ("code", "compose") and not world_of(path)
    key = (name, service or path.partition("/")[0])
    first = counts and key not in seen
    if first:
        seen.add(key)
    default = reference.attrs.get("default")
    browser = any(runtime.kind == "browser" for runtime in runtimes)
    access = str(reference.attrs.get("access", ""))
    where = next((runtime.kind for runtime in runtimes), "")
    if access == "import.meta.env" and where == "server" and bundler_of(variables, path)[0] in ("vite", "astro"):
        browser, where = True, "browser"  # what Vite replaces it replaces for the server, too
    attrs = {
        **place(variables.project, path, reference),
        "name": name,
        "first": first,
        "service": service,
        "access": access,
        "example": family,
        "declared": variables.has_value(name) or _ignored(variables, name),
        "well-known": bool(WELL_KNOWN.match(name)),
        "test-switch": bool(TEST_SWITCH.search(name)),
        "default-kind": _kind_of(variables, name, path, reference.attrs),
        "public": public_variable(name),
        "secret": bool(SECRET.search(_bare(name))) and not PUBLIC_BY_DESIGN.search(_bare(name)),
        "first-in-file": (name, path) not in secret_files,
        "runtime": where,
        "undefined-in-browser": browser and _undefined_in_browser(variables, name, path, access),
        "default": default if isinstance(default, str) else "",
    }
    secret_files.add((name, path))
    others = ((p, r) for p, r in variables.reads[name] if (p, r) != read)
    related = [Reason("read again here", Location(p, r.span)) for p, r in islice(others, 10)]
    if family:
        related.append(Reason("the example file", Location(family, _end(variables, family))))
    return Subject("env-read", path, reference.span, name, attrs, related=related, reference=reference, suggestion=name)


def _kind_of(variables: Variables, name: str, path: str, attrs: dict[str, object]) -> str:
    if name in variables.optional or _listed_by_framework(variables, path):
        return "optional"
    if all(read.reference.attrs.get("optional") for read in variables.reads[name]):
        return "optional"
    return "none" if _blank(variables, name, attrs) else default_kind(name, attrs)


def _listed_by_framework(variables: Variables, path: str) -> bool:
    """Laravel's `config/*.php` name every driver that there is; one variable of each is in use."""
    match = re.fullmatch(r"((?:.*/)?)config/[\w-]+\.php", path)
    return match is not None and match[1] + "artisan" in variables.project.tree.files


def _blank(variables: Variables, name: str, attrs: dict[str, object]) -> bool:
    """Whether compose hands on an empty text for what the code cannot do without (`${X:-}`)."""
    if attrs.get("access") != "compose" or attrs.get("default"):
        return False
    return any(r.attrs.get("required") and not world_of(p) for p, r in variables.reads[name] if r.attrs is not attrs)


def _ignored(variables: Variables, name: str) -> bool:
    return any(re.fullmatch(pattern.replace("*", ".*"), name) for pattern in variables.project.settings.env_ignore)


def _end(variables: Variables, path: str) -> Span:
    size = len(variables.project.read(path))
    return Span(size, size)


def _bare(name: str) -> str:
    for prefix in PUBLIC_PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


_MEASURE = re.compile(r"(?i)\d+(\.\d+)?|true|false")  # `TOKEN_BUDGET`: a number of tokens


def default_kind(name: str, attrs: dict[str, object]) -> str:
    """none, empty, harmless, address (loopback or private), home (a person's folder), secret: what ships without it."""
    default = attrs.get("default")
    if not attrs.get("has_default"):
        return "none"
    if SECRET.search(name) and not PUBLIC_BY_DESIGN.search(name) and isinstance(default, str):
        return "harmless" if _MEASURE.fullmatch(default) else "secret"
    if default is None:
        return "harmless"
    text = str(default)
    if not text:
        return "empty"
    if any(host_class(a.host) in ("loopback", "private", "tailnet") for a in find(text)):
        return "address"
    if re.search(r"(^|[=:\s])(/home/\w+|/Users/\w+|[A-Z]:\\\\?Users)", text):
        return "home"
    return "harmless"


def _undefined_in_browser(variables: Variables, name: str, path: str, access: str) -> bool:
    """Whether the bundler in use leaves the variable out. Only where the bundler is known and defines nothing of it."""
    if name in _BUILT_IN or name in variables.defined:
        return False
    bundler, prefixes = bundler_of(variables, path)
    if not bundler or name.startswith(prefixes):
        return False
    if bundler == "next":
        client = "use client" in variables.project.facts[path].traits.get("directive", ())
        return access == "process.env" and (client or name.startswith(PUBLIC_PREFIXES))
    if access == "process.env":
        return True
    return access == "import.meta.env" and bundler in ("vite", "astro", "@sveltejs/kit")


def bundler_of(variables: Variables, path: str) -> tuple[str, tuple[str, ...]]:
    """The bundler of the nearest package.json, with the prefixes it lets through; webpack by its configuration."""
    folder = path.rpartition("/")[0]
    if folder not in variables.bundlers:
        variables.bundlers[folder] = _bundler_at(variables, folder)
    return variables.bundlers[folder]


def _bundler_at(variables: Variables, folder: str) -> tuple[str, tuple[str, ...]]:
    facts = variables.project.facts
    while True:
        manifest = f"{folder}/package.json" if folder else "package.json"
        if manifest in facts:
            deps = set(facts[manifest].traits.get("deps", ()))
            for name, prefixes in _OPEN_PREFIXES.items():
                if name in deps:
                    own = facts[manifest].traits.get("env_prefix", [])
                    return name, (*prefixes, *own, *_configured(variables, folder))
            start = (folder + "/" if folder else "") + "webpack.config."
            defines = any(p.startswith(start) and "defined_env" in facts[p].traits for p in facts)
            return ("webpack", ()) if "webpack" in deps and defines else ("", ())
        if not folder:
            return "", ()
        folder = folder.rpartition("/")[0]


def _configured(variables: Variables, folder: str) -> tuple[str, ...]:
    """`envPrefix` of a Vite configuration."""
    found: list[str] = []
    for path, facts in variables.project.facts.items():
        if path.rpartition("/")[0] == folder and "env_prefix" in facts.traits:
            found.extend(facts.traits["env_prefix"])
    return tuple(found)


def is_example(path: str) -> bool:
    """Whether a file belongs to the example family."""
    return bool(EXAMPLE.search(path))
