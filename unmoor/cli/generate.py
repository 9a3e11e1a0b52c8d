"""`unmoor generate`: resolvers, proxy routes, examples, scripts and jobs, from the topology."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from unmoor.cli.deliver import absent, complete, deliver, place
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.project import Project


class Ground:
    """What every generator stands on: the project, and the user's templates."""

    def __init__(self) -> None:
        from unmoor.cli.place import locate
        from unmoor.config.load import load as load_settings
        from unmoor.engine import load

        self.root = locate(()).root
        settings = load_settings(self.root, environment=os.environ).settings
        self.project: Project = load(self.root, settings)
        self.templates: Path = self.root / settings.templates
        _point_out(self.root, self.templates)


def _point_out(root: Path, folder: Path) -> None:
    """A template of the user's whose name nothing renders has no effect: say so."""
    from unmoor.generate.render import names, unknown

    for path, near in unknown(folder):
        hint = f"did you mean `{near}`?" if near else f"the names are: {', '.join(names())}"
        click.echo(f"warning: {path.relative_to(root)} is no template of unmoor's and has no effect; {hint}", err=True)


_WRITE = click.option(
    "--write",
    metavar="PATH",
    help="Write to this file (`auto`: the usual place, `-`: stdout) instead of printing; never over one.",
)


@click.group()
def generate() -> None:
    """Write resolvers, proxy routes, examples and scripts from the topology.

    Everything is printed unless --write says where it goes. Templates in `.unmoor/templates` go before the built-in
    ones of the same name.
    """


def _folder(given: str) -> str:
    """A folder as an option gives it, relative to the root."""
    return given.removeprefix("./").strip("/") if given != "." else ""


@generate.command()
@click.option("--language", type=click.Choice(["typescript", "python"]), default="typescript", help="Of the resolver.")
@click.option("--package", metavar="DIR", default="", help="The folder whose code is to call it.")
@click.option("--service", "wanted", multiple=True, help="A service to hold besides those that the code addresses.")
@click.option("--tests", is_flag=True, help="Its unit tests instead, for the project's own runner.")
@click.option("--write", metavar="PATH", help="Write module and tests (`auto`: where codemods expect them).")
def resolver(language: str, package: str, wanted: tuple[str, ...], tests: bool, write: str | None) -> None:
    """A module that knows each service's address, with its unit tests.

    Server and browser resolution, WebSocket addresses, and an error that names the variable instead of a silent
    localhost in production.
    """
    from msgspec.structs import replace

    from unmoor.generate import resolver as made
    from unmoor.generate.choose import plan_of

    ground = Ground()
    plan = plan_of(ground.project, language, _folder(package), wanted)
    if not plan.endpoints:
        raise UserError(
            "the topology names no other service that is reached by URL", help="`unmoor topology` shows what it knows"
        )
    if write in (None, "-"):
        click.echo(made.tests(plan, ground.templates)[1] if tests else made.module(plan, ground.templates), nl=False)
        return
    plan = replace(plan, path=place(ground.root, str(write), plan.path))
    path, text = made.tests(plan, ground.templates)
    module = made.module(plan, ground.templates)
    absent(ground.root, [plan.path, path])  # both or none
    deliver(ground.root, module, "auto", plan.path)
    deliver(ground.root, text, "auto", path)


@generate.command()
@click.option("--kind", type=click.Choice(["next", "vite", "nginx"]), required=True, help="Of the proxy.")
@click.option("--package", metavar="DIR", default="", help="The front end, where it is not the only one.")
@click.option("--service", "wanted", multiple=True, help="A service to route to besides those that the pages call.")
@_WRITE
def proxy(kind: str, package: str, wanted: tuple[str, ...], write: str | None) -> None:
    """Proxy routes for what a front end calls: Next rewrites, a Vite plugin, an nginx server.

    Only the application's own services are routed to; others, such as Grafana, where --service asks for them.
    """
    from unmoor.generate import proxies

    ground = Ground()
    text = proxies.proxy(ground.project, ground.templates, kind, _folder(package), wanted)
    deliver(ground.root, text, write, proxies.usual(ground.project, kind, _folder(package)))


@generate.command("env-example")
@click.option("--folder", default="", help="Only what code below this folder reads.")
@_WRITE
def env_example(folder: str, write: str | None) -> None:
    """An example env file: every variable that is read, with a comment. Written over one, it adds what is missing."""
    from unmoor.env import example
    from unmoor.generate import texts

    ground, below = Ground(), _folder(folder)
    text = texts.env_example(ground.project, ground.templates, below)
    usual = f"{below}/.env.example".lstrip("/")
    if write in (None, "-"):
        deliver(ground.root, text, write)
        return
    target = ground.root / place(ground.root, str(write), usual)
    before = target.read_bytes() if target.is_file() else b""
    whole = example.complete(ground.project, before, below)
    complete(ground.root, text, str(write), usual, before, whole)


@generate.command("env-docs")
@click.option("--folder", default="", help="Only what code below this folder reads.")
@_WRITE
def env_docs(folder: str, write: str | None) -> None:
    """A page that documents every variable."""
    _make(lambda texts, ground: texts.env_docs(ground.project, ground.templates, _folder(folder)), write,
          "docs/environment.md")  # fmt: skip


@generate.command("compose-env")
@click.argument("service", default="")
@click.option("--all", "everything", is_flag=True, help="Also what compose gives the service already.")
@_WRITE
def compose_env(service: str, everything: bool, write: str | None) -> None:
    """What the code of each service (or of SERVICE) reads and compose does not give it yet.

    Variables under a public prefix go to `build.args`, since a bundler puts them in at build.
    """
    from unmoor.generate import compose

    _make(lambda _, ground: compose.environment(ground.project, ground.templates, service, everything), write)


@generate.command()
@click.option("--context", default="", help="The folder to build.")
@click.option("--port", type=int, help="The port to expose.")
@_WRITE
def dockerfile(context: str, port: int | None, write: str | None) -> None:
    """A Dockerfile to begin with, by what the folder holds."""
    from unmoor.generate import frameworks, variables
    from unmoor.generate.dockerfile import scaffold

    ground = Ground()
    folder, tree = _folder(context), ground.project.tree
    read = [one.name for one in variables.of(ground.project, folder) if not one.secret]  # an image keeps its ARGs
    baked = tuple(name for name in read if name.startswith(frameworks.PUBLIC))
    text = scaffold(folder, tree.has, ground.project.read, ground.templates, port, baked)
    deliver(ground.root, text, write, f"{folder}/Dockerfile".lstrip("/"))


@generate.command()
@click.argument("service", default="")
@click.option("--stack", default="", help="The stack, where it is not the default one.")
@_WRITE
def healthcheck(service: str, stack: str, write: str | None) -> None:
    """Healthchecks for services that have none and whose image holds a tool."""
    from unmoor.generate import compose

    _make(lambda _, ground: compose.healthcheck(ground.project, ground.templates, service, stack), write)


@generate.command("smoke-test")
@click.option("--stack", default="", help="The stack, where it is not the default one.")
@_WRITE
def smoke_test(stack: str, write: str | None) -> None:
    """A POSIX script that checks the running stack: services, health, ports, open and closed edges."""
    from unmoor.generate import smoke

    ground = Ground()
    text = smoke.smoke_test(ground.project, ground.templates, stack)
    deliver(ground.root, text, write, "scripts/smoke-test.sh", executable=True)


@generate.command()
@click.option("--kind", type=click.Choice(["github", "gitlab"]), default="github", help="Of the forge.")
@_WRITE
def ci(kind: str, write: str | None) -> None:
    """A job that audits each push and publishes the report."""
    usual = {"github": ".github/workflows/unmoor.yml", "gitlab": ".gitlab-ci.yml"}[kind]
    _make(lambda texts, ground: texts.ci(ground.project, ground.templates, kind, ground.root), write, usual)


@generate.command("access-matrix")
@_WRITE
def access_matrix(write: str | None) -> None:
    """The edges in use today, as the `allow` list of a configuration."""
    _make(lambda texts, ground: texts.access_matrix(ground.project, ground.templates), write)


def _make(text: Callable[[Any, Ground], str], write: str | None, usual: str = "") -> None:
    from unmoor.generate import texts

    ground = Ground()
    deliver(ground.root, text(texts, ground), write, usual)
