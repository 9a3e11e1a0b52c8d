"""`unmoor generate`: resolvers, proxy routes, examples, scripts and jobs, from the topology."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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


_WRITE = click.option(
    "--write", metavar="PATH", help="Write to this file (`-`: stdout) instead of printing; never over one."
)


@click.group()
def generate() -> None:
    """Write resolvers, proxy routes, examples and scripts from the topology.

    Everything is printed unless --write says where it goes. Templates in `.unmoor/templates` go before the built-in
    ones of the same name.
    """


def _deliver(root: Path, text: str, write: str | None) -> None:
    if write in (None, "-"):
        click.echo(text, nl=False)
        return
    from unmoor.files.writing import write as put

    target = Path(os.path.normpath(Path.cwd() / str(write)))
    if not target.is_relative_to(root):
        raise UserError(f"{write} lies outside {root}")
    path = target.relative_to(root).as_posix()
    put(root, path, text.encode(), None)
    click.echo(f"wrote {path}", err=True)


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
    plan = plan_of(ground.project, language, package.strip("./").rstrip("/"), wanted)
    if not plan.endpoints:
        raise UserError(
            "the topology names no other service that is reached by URL", help="`unmoor topology` shows what it knows"
        )
    if write not in (None, "-", "auto"):
        plan = replace(plan, path=Path(os.path.normpath(Path.cwd() / str(write))).relative_to(ground.root).as_posix())
    if write in (None, "-"):
        click.echo(made.tests(plan, ground.templates)[1] if tests else made.module(plan, ground.templates), nl=False)
        return
    path, text = made.tests(plan, ground.templates)
    _deliver(ground.root, made.module(plan, ground.templates), str(ground.root / plan.path))
    _deliver(ground.root, text, str(ground.root / path))


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

    _make(lambda _, ground: proxies.proxy(ground.project, ground.templates, kind, package.strip("./"), wanted), write)


@generate.command("env-example")
@click.option("--folder", default="", help="Only what code below this folder reads.")
@_WRITE
def env_example(folder: str, write: str | None) -> None:
    """An example env file: every variable that is read, with a comment."""
    _make(lambda texts, ground: texts.env_example(ground.project, ground.templates, folder.strip("/")), write)


@generate.command("env-docs")
@click.option("--folder", default="", help="Only what code below this folder reads.")
@_WRITE
def env_docs(folder: str, write: str | None) -> None:
    """A page that documents every variable."""
    _make(lambda texts, ground: texts.env_docs(ground.project, ground.templates, folder.strip("/")), write)


@generate.command("compose-env")
@click.argument("service", default="")
@_WRITE
def compose_env(service: str, write: str | None) -> None:
    """The `environment:` of each service (or of SERVICE), from what its code reads."""
    _make(lambda texts, ground: texts.compose_env(ground.project, ground.templates, service), write)


@generate.command()
@click.option("--context", default="", help="The folder to build.")
@click.option("--port", type=int, help="The port to expose.")
@_WRITE
def dockerfile(context: str, port: int | None, write: str | None) -> None:
    """A Dockerfile to begin with, by what the folder holds."""
    from unmoor.generate.dockerfile import scaffold

    ground = Ground()
    folder = context.strip("./").rstrip("/")
    tree = ground.project.tree
    _deliver(ground.root, scaffold(folder, tree.has, ground.project.read, ground.templates, port), write)


@generate.command()
@click.argument("service", default="")
@_WRITE
def healthcheck(service: str, write: str | None) -> None:
    """Healthchecks for services that have none and whose image holds a tool."""
    _make(lambda texts, ground: texts.healthcheck(ground.project, ground.templates, service), write)


@generate.command("smoke-test")
@click.option("--stack", default="", help="The stack, where it is not the default one.")
@_WRITE
def smoke_test(stack: str, write: str | None) -> None:
    """A POSIX script that checks the running stack: services, health, ports, open and closed edges."""
    from unmoor.generate import smoke

    _make(lambda _, ground: smoke.smoke_test(ground.project, ground.templates, stack), write)


@generate.command()
@click.option("--kind", type=click.Choice(["github", "gitlab"]), default="github", help="Of the forge.")
@_WRITE
def ci(kind: str, write: str | None) -> None:
    """A job that audits each push and publishes the report."""
    _make(lambda texts, ground: texts.ci(ground.project, ground.templates, kind), write)


@generate.command("access-matrix")
@_WRITE
def access_matrix(write: str | None) -> None:
    """The edges in use today, as the `allow` list of a configuration."""
    _make(lambda texts, ground: texts.access_matrix(ground.project, ground.templates), write)


def _make(text: Callable[[Any, Ground], str], write: str | None) -> None:
    from unmoor.generate import texts

    ground = Ground()
    _deliver(ground.root, text(texts, ground), write)
