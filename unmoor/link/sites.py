"""Documentation sites: where a link of a page leads once a generator has built the site.

Known: Docusaurus, VitePress, VuePress, MkDocs, Mintlify, Nextra, Starlight, Fumadocs, Jekyll, Hugo. A site has a
folder of its own, content folders whose files become routes without extension, and folders that are served as is.
"""

import re
from functools import cached_property
from posixpath import dirname, join, normpath

from msgspec import Struct, field

from unmoor.project import Project

_PAGE = re.compile(r"(?i)\.(mdx?|markdown|rst|html?|adoc|ipynb|tsx?|jsx?|vue)$")
_ORDER = re.compile(r"^\d+[-_.]\s*")
_FRONT = re.compile(r"^(?:slug|id|permalink|url|path|route):\s*[\"']?([^\s\"']+)", re.M)
_INDEX = ("index", "readme", "_index", "page", "overview")

# Marker file → (kind, content folders, served folders, strict). strict: every route comes from a file of its name.
_MARKERS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], bool], ...] = (
    (
        r"docusaurus\.config\.\w+",
        "docusaurus",
        ("docs", "versioned_docs", "blog", "src/pages", "community", "i18n"),
        ("static",),
        False,
    ),
    (r"\.vitepress/config\.\w+", "vitepress", ("..",), ("../public",), True),
    (r"\.vuepress/config\.\w+", "vuepress", ("..",), ("public",), False),
    (r"mkdocs\.ya?ml", "mkdocs", ("docs",), ("docs",), True),
    (r"(docs|mint)\.json", "mintlify", (".",), (".",), True),
    (r"theme\.config\.\w+", "nextra", ("pages", "content", "src/pages", "src/content", "docs"), ("public",), False),
    (r"next\.config\.\w+", "nextra", ("content", "src/content", "pages", "src/pages", "docs"), ("public",), False),
    (r"source\.config\.\w+", "fumadocs", ("content/docs", "content"), ("public",), False),
    (r"astro\.config\.\w+", "starlight", ("src/content/docs", "src/content", "src/pages"), ("public",), False),
    (r"_config\.ya?ml", "jekyll", (".",), (".",), False),
    (r"hugo\.(toml|ya?ml)", "hugo", ("content",), ("static",), False),
    (r"\.gitbook\.ya?ml", "gitbook", (".",), (".",), False),
    (r"_sidebar\.md", "docsify", (".",), (".",), False),
    (r"book\.toml", "mdbook", ("src",), ("src",), False),
)
_ANY_MARKER = re.compile("(^|/)(" + "|".join(marker for marker, *_ in _MARKERS) + ")$")


class Site(Struct):
    """One site. root, contents, served: folders from the repository's root."""

    kind: str
    root: str
    contents: list[str]
    served: list[str]
    strict: bool
    routes: set[str] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)
    read: bool = False


class Sites:
    """Every site of a repository."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def all(self) -> list[Site]:
        """Sites, the innermost first."""
        found: list[Site] = []
        for path in self._project.tree.files:
            if not _ANY_MARKER.search(path):
                continue
            for marker, kind, contents, served, strict in _MARKERS:
                if re.search(rf"(^|/){marker}$", path) and self._is(path, kind):
                    folder = dirname(path)
                    own = self._docs_dir(path) if kind == "mkdocs" else contents
                    found.append(
                        Site(
                            kind,
                            folder,
                            _within(folder, own),
                            _within(folder, own if kind == "mkdocs" else served),
                            strict,
                        )
                    )
        return sorted(found, key=lambda site: (-len(site.root), site.kind))

    def _is(self, path: str, kind: str) -> bool:
        if kind == "mintlify":
            text = self._text(path)
            return '"navigation"' in text
        if kind == "nextra" and "next.config" in path:
            return "nextra" in self._text(path)
        if kind == "jekyll":
            return not path.startswith(".github/")
        return True

    def _docs_dir(self, path: str) -> tuple[str, ...]:
        match = re.search(r"^docs_dir:\s*[\"']?([^\s\"'#]+)", self._text(path), re.M)
        return (match.group(1),) if match else ("docs",)

    def _text(self, path: str, limit: int = 100_000) -> str:
        try:
            return self._project.read(path)[:limit].decode("utf-8", "replace")
        except OSError:
            return ""

    def of(self, page: str) -> Site | None:
        """The site that a page is built into."""
        for site in self.all:
            if any(page.startswith(content + "/") or not content for content in site.contents):
                return site
        return None

    def leads(self, site: Site, page: str, link: str) -> str:
        """ "there", "missing" or "unknowable": whether a link without scheme leads to a page or file of the site."""
        target = link.split("#")[0].split("?")[0]
        if self._served(site, target) or self._routed(site, page, target):
            return "there"
        file_like = bool(re.search(r"\.\w{1,5}$", target)) and not re.search(r"(?i)\.html?$", target)
        if file_like and not target.startswith("/"):
            return "missing"
        if not site.strict:
            return "missing" if file_like and re.search(r"(?i)\.(png|jpe?g|gif|svg|webp)$", target) else "unknowable"
        return "missing" if file_like or self._in_known_folder(site, target) else "unknowable"

    def _served(self, site: Site, target: str) -> bool:
        if not target.startswith("/"):
            return False
        tree = self._project.tree
        rest = target.strip("/")
        places = [*site.served, *site.contents, site.root, ""]
        tails = [rest, rest.partition("/")[2]]
        return any(tail and tree.has(_clean(f"{place}/{tail}")) for place in places for tail in tails)

    def _routed(self, site: Site, page: str, target: str) -> bool:
        self._learn(site)
        routes = self._routes_of(site, page, target)
        if routes & site.routes:
            return True
        slugs = {route.rpartition("/")[2] for route in routes}
        return bool(routes & site.slugs or slugs & site.slugs)

    def _routes_of(self, site: Site, page: str, target: str) -> set[str]:
        if target.startswith("/"):
            whole = _route(target)
            return {whole, whole.partition("/")[2]}
        found: set[str] = set()
        for content in site.contents:
            if content and not page.startswith(content + "/"):
                continue
            here = page[len(content) + 1 :] if content else page
            own = _route(here)
            for base in (dirname(here), own, dirname(own)):
                joined = normpath(join("/", base, target)).lstrip("/")
                found.add(_route(joined))
        return found

    def _learn(self, site: Site) -> None:
        """Fill the routes of a site from its files, and the slugs that their front matter sets."""
        if site.read:
            return
        site.read = True
        for content in site.contents:
            prefix = content + "/" if content else ""
            for path in self._project.tree.files:
                if path.startswith(prefix) and _PAGE.search(path):
                    route = _route(path[len(prefix) :])
                    site.routes.add(route)
                    site.routes.update(_route(f"{last}/{route}") for last in [content.rpartition("/")[2]] if last)
                    if path.lower().endswith((".md", ".mdx")):
                        head = self._text(path, 1500)
                        if head.startswith("---"):
                            site.slugs.update(slug.strip("/").lower() for slug in _FRONT.findall(head))

    def _in_known_folder(self, site: Site, target: str) -> bool:
        """Whether the link's first folder is one of the site's, so that a miss in it is a miss indeed."""
        first, _, rest = target.strip("/").partition("/")
        if not target.startswith("/"):
            return "/" in target.strip("/") or site.kind in ("mintlify", "vitepress")
        return bool(rest) and any(_clean(f"{c}/{first}") in self._project.tree.folders for c in site.contents)


def _within(folder: str, inner: tuple[str, ...]) -> list[str]:
    return [_clean(f"{folder}/{part}") for part in inner]


def _clean(path: str) -> str:
    path = normpath(path.lstrip("/") or ".")
    return "" if path == "." else path.removeprefix("../")


def _route(path: str) -> str:
    """The route of a file or link: no extension, no index, no order numbers, lower case."""
    parts = [_ORDER.sub("", part).lower() for part in _PAGE.sub("", path.strip("/")).split("/") if part]
    parts = [part for part in parts if not (part.startswith("(") and part.endswith(")"))]
    while parts and parts[-1] in _INDEX[:4]:
        parts.pop()
    return "/".join(parts)
