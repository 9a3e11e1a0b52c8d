"""In which kind of runtime a source file is evaluated, by the conventions of the frameworks that its package uses."""

import re
from typing import NamedTuple

from unmoor.model.facts import Facts
from unmoor.topology.packages import Package

_SCRIPT = re.compile(r"\.(ts|tsx|js|jsx|mts|cts|mjs|cjs)$")
_COMPONENT = re.compile(r"\.(vue|svelte)$")
_NEXT_SERVER_FILE = re.compile(
    r"(^|/)app/(.*/)?(page|layout|template|default|loading|not-found|error|sitemap|robots|manifest|opengraph-image)\.[jt]sx?$"
)
_ROUTE_FILE = re.compile(r"(^|/)(app/(.*/)?route\.[jt]s|pages/api/.*)$")
_BUILD_FILE = re.compile(
    r"(^|/)(next|vite|nuxt|astro|svelte|remix|rollup|webpack|rspack|craco|vue|angular|electron\.vite|rsbuild|tsup|esbuild|metro|babel|tailwind|postcss|gatsby)[.-]?(config)?\.[a-z.]*config?\.?[cm]?[jt]s$|^[a-z-]+\.config\.[cm]?[jt]s$|(^|/)\.[a-z-]+rc\.[cm]?[jt]s$|(^|/)webpack[.\w-]*\.[cm]?js$|setupProxy\.[jt]s$|(^|/)proxy\.conf\.(js|json)$"
)
_HOST_FOLDER = re.compile(r"(^|/)(scripts?|tools?|bin|hack|ci|dev|migrations?|seeds?)/")
# Scripts of a package or of the repository, whatever they import: a developer or CI starts them.
_TOP_SCRIPT = re.compile(r"(scripts?|tools?|tooling|hack|ci)/")
# The native half of a desktop application, which runs on its user's own machine.
_DESKTOP = re.compile(r"(^|/)src-tauri/|(^|/)tauri-plugin-[^/]+/")
_CLIENT_FOLDER = re.compile(
    r"(^|/)(client|frontend|web|ui|browser|webapp|spa|public|static|www|assets|components|hooks|views|widgets)/"
)
_SERVER_FOLDER = re.compile(
    r"(^|/)(server|backend|api|routes|controllers|middleware|services|workers?|jobs|lambda|functions)/"
)
_NODE = {
    "express",
    "fs",
    "http",
    "https",
    "net",
    "path",
    "child_process",
    "fastify",
    "koa",
    "hono",
    "pg",
    "ioredis",
    "redis",
    "mongoose",
    "amqplib",
    "kafkajs",
    "dotenv",
    "os",
    "server-only",
    "next/headers",
    "next/server",
    "@nestjs/common",
    "@nestjs/core",
    "apollo-server",
    "@apollo/server",
    "bullmq",
    "prom-client",
    "nodemailer",
    "winston",
    "pino",
}
_WEB = {
    "react-dom",
    "react-dom/client",
    "@angular/core",
    "svelte",
    "vue",
    "jquery",
    "react-router-dom",
    "@tanstack/react-query",
    "zustand",
    "swr",
    "client-only",
}
_SERVER_PACKAGES = (
    "express",
    "@nestjs/core",
    "fastify",
    "koa",
    "hono",
    "@hapi/hapi",
    "apollo-server",
    "@apollo/server",
    "apollo-server-express",
    "restify",
    "@adonisjs/core",
    "moleculer",
    "elysia",
)
_BROWSER_PACKAGES = (
    "react",
    "vue",
    "@angular/core",
    "svelte",
    "preact",
    "solid-js",
    "react-scripts",
    "lit",
    "jquery",
    "@builder.io/qwik",
)
_PYTHON_SERVERS = {
    "fastapi",
    "flask",
    "django",
    "starlette",
    "aiohttp",
    "sanic",
    "tornado",
    "bottle",
    "falcon",
    "quart",
    "litestar",
    "celery",
    "uvicorn",
    "grpc",
    "streamlit",
    "dash",
    "gradio",
    "fastmcp",
    "mcp",
}


class Kind(NamedTuple):
    """A runtime kind and what says so."""

    kind: str
    why: str


def kind_of(path: str, facts: Facts, package: Package | None) -> Kind:
    """Browser, server, universal, build or host; for code only."""
    traits = facts.traits
    if _SCRIPT.search(path) or _COMPONENT.search(path):
        return _script(path, traits, package)
    if re.search(r"\.(html?|ejs|erb|hbs|njk|liquid|jinja2?|j2)$", path):
        return Kind("browser", "a page is shown by a browser")
    if path.endswith((".py", ".pyi")):
        return _python(path, traits)
    if _DESKTOP.search(path):
        return Kind("host", "a desktop application")
    if _HOST_FOLDER.search(path.partition("/src/")[0]):
        return Kind("host", "a script of the repository")
    return Kind("server", "server code")


def _python(path: str, traits: dict[str, list[str]]) -> Kind:
    modules = {name.split(".")[0] for name in traits.get("imports", [])}
    if modules & _PYTHON_SERVERS:
        return Kind("server", f"it uses {sorted(modules & _PYTHON_SERVERS)[0]}")
    if _HOST_FOLDER.search(path):
        return Kind("host", "a script of the repository")
    return Kind("server", "Python code")


def _script(path: str, traits: dict[str, list[str]], package: Package | None) -> Kind:
    directives = traits.get("directive", [])
    imports = set(traits.get("imports", []))
    inner = path[len(package.folder) + 1 :] if package is not None and package.folder else path
    if _BUILD_FILE.search(inner):
        return Kind("build", "a configuration of the build")
    if "use client" in directives:
        return Kind("browser", "'use client'")
    if "use server" in directives:
        return Kind("server", "'use server'")
    if _is_public(inner):
        return Kind("browser", "a static file")
    node = {name.removeprefix("node:") for name in imports} & _NODE
    if package is not None and package.uses("next"):
        return _next(inner, traits, node)
    if package is not None and package.uses(
        "nuxt", "@sveltejs/kit", "@remix-run/react", "astro", "@tanstack/react-start"
    ):
        return _full_stack(inner, node)
    return _plain(path, inner, imports, node, package)


def _is_public(inner: str) -> bool:
    return bool(re.match(r"(public|static|www)/", inner))


def _next(inner: str, traits: dict[str, list[str]], node: set[str]) -> Kind:
    if _ROUTE_FILE.search(inner) or re.search(r"(^|/)(middleware|proxy|instrumentation)\.[jt]s$", inner):
        return Kind("server", "a route handler of Next.js")
    if _NEXT_SERVER_FILE.search(inner):
        return Kind("server", "a server component of Next.js")
    if _TOP_SCRIPT.match(inner):
        return Kind("host", "a script of the repository")
    if node:
        return Kind("server", f"it imports {sorted(node)[0]}")
    if _HOST_FOLDER.search(inner):
        return Kind("host", "a script of the repository")
    exports = set(traits.get("exports", []))
    if exports & {"getServerSideProps", "getStaticProps"}:
        return Kind("universal", "a page of Next.js with server data")
    return Kind("universal", "shared by server and browser code of Next.js")


def _full_stack(inner: str, node: set[str]) -> Kind:
    if re.search(r"(^|/)(server|api)/|\.server\.[jt]sx?$|\+server\.[jt]s$|hooks\.server", inner) or node:
        return Kind("server", "server code of the framework")
    return Kind("universal", "shared by server and browser code")


def _plain(path: str, inner: str, imports: set[str], node: set[str], package: Package | None) -> Kind:
    if _TOP_SCRIPT.match(inner):
        return Kind("host", "a script of the repository")
    if node:
        return Kind("server", f"it imports {sorted(node)[0]}")
    if imports & _WEB or _COMPONENT.search(path) or (path.endswith((".tsx", ".jsx")) and "react" in imports):
        return Kind("browser", "it imports what only a browser runs")
    server = package is not None and package.uses(*_SERVER_PACKAGES)
    browser = package is not None and package.uses(*_BROWSER_PACKAGES)
    if _HOST_FOLDER.search(inner) and not inner.startswith("src/"):
        return Kind("host", "a script of the repository")
    if browser and not server:
        return Kind("browser", "its package is a browser application")
    if server and not browser:
        return Kind("server", "its package is a server")
    if server and browser:
        return Kind("server", "its folder") if _SERVER_FOLDER.search(inner) else Kind("browser", "its folder")
    if _CLIENT_FOLDER.search(path) and not _SERVER_FOLDER.search(path):
        return Kind("browser", "its folder")
    return Kind("server", "Node code")
