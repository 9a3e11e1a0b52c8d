"""How each framework reads its environment: the prefix that reaches browsers, the expression, and who runs the code."""

from typing import NamedTuple


class Framework(NamedTuple):
    """package: whose dependency tells it. prefix: of variables that browser code may read. reads: how it does:

    "process" (`process.env.X`, put in at build), "meta" (`import.meta.env.X`, put in at build), "kit" (SvelteKit's
    `$env/dynamic/public`) or "settings" (Angular's environment files). rendered: the code runs on a server as well.
    """

    name: str
    package: str
    prefix: str
    reads: str = "process"
    rendered: bool = False


# In order: a package that depends on several is of the first. Vite comes last, since most others bring it.
FRAMEWORKS = (
    Framework("next", "next", "NEXT_PUBLIC_", rendered=True),
    Framework("nuxt", "nuxt", "VITE_", "meta", rendered=True),
    Framework("sveltekit", "@sveltejs/kit", "PUBLIC_", "kit", rendered=True),
    Framework("remix", "@remix-run/dev", "VITE_", "meta", rendered=True),
    Framework("remix", "@react-router/dev", "VITE_", "meta", rendered=True),
    Framework("astro", "astro", "PUBLIC_", "meta"),
    Framework("angular", "@angular/core", "", "settings"),
    Framework("cra", "react-scripts", "REACT_APP_"),
    Framework("vue-cli", "@vue/cli-service", "VUE_APP_"),
    Framework("expo", "expo", "EXPO_PUBLIC_"),
    Framework("gatsby", "gatsby", "GATSBY_"),
    Framework("vite", "vite", "VITE_", "meta"),
)
# Not SvelteKit's and Astro's bare `PUBLIC_`: others' servers have such names too.
PUBLIC = tuple(sorted({one.prefix for one in FRAMEWORKS if one.prefix not in ("", "PUBLIC_")}))
NODE = Framework("node", "", "")
BROWSER = Framework("browser", "", "")
_SERVERS = {"express", "fastify", "koa", "hono", "@nestjs/core"}
_PAGES = {"react", "vue", "svelte", "@docusaurus/core", "preact", "solid-js"}


def of(dependencies: set[str]) -> Framework:
    """The framework of a package.json. Vite beside a server's framework builds only part of it."""
    for one in FRAMEWORKS:
        if one.package in dependencies and not (one.name == "vite" and dependencies & _SERVERS):
            return one
    return BROWSER if dependencies & _PAGES else NODE


def named(name: str) -> Framework:
    """The framework of a name."""
    return next((one for one in (*FRAMEWORKS, NODE, BROWSER) if one.name == name), NODE)
