"""The commands. Each is loaded when it is called, and listed only if it is there."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

import click

from unmoor import __version__
from unmoor.cli.options import Option, split
from unmoor.model.errors import UserError

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# Name → ("module:attribute", one line for `unmoor --help`). In the order in which people meet them.
COMMANDS: dict[str, tuple[str, str]] = {
    "scan": ("unmoor.cli.scan_command:scan", "Find hard-wired, undefined and mismatched addresses, names and paths."),
    "fix": ("unmoor.cli.fix:fix", "Rewrite what can be mended; safe fixes only, unless told otherwise."),
    "report": ("unmoor.cli.report:report", "Render a saved JSON report in another format."),
    "resolve": ("unmoor.cli.topology:resolve", "Say what an address reaches from a place, and why."),
    "topology": ("unmoor.cli.topology:topology", "Show the services, ports and networks that unmoor sees."),
    "impact": ("unmoor.cli.topology:impact", "List everything that names a service, port or variable."),
    "env": ("unmoor.cli.env:env", "Follow each variable from where it is set to where it is read."),
    "generate": (
        "unmoor.cli.generate:generate",
        "Write resolvers, proxy routes, examples and scripts from the topology.",
    ),
    "checklist": ("unmoor.cli.checklist:checklist", "Check the items of a Markdown plan against the repository."),
    "baseline": ("unmoor.cli.baseline:baseline", "Keep the file of accepted findings."),
    "rules": ("unmoor.cli.rules:rules", "List, show, test and begin rules."),
    "config": ("unmoor.cli.config:config", "Show the effective settings and where each came from."),
    "init": ("unmoor.cli.init:init", "Write a commented configuration from what is here."),
}


class Lazy(click.Group):
    """A group whose commands are imported one at a time; those whose module is not there are not offered."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return [name for name, (target, _) in COMMANDS.items() if find_spec(target.partition(":")[0])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a near name for an unknown one."""
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            from unmoor.config.load import nearest

            near = nearest(args[0], self.list_commands(ctx))
            hint = f"did you mean `unmoor {near}`?" if near else "`unmoor --help` lists the commands"
            raise UserError(f"there is no command `{args[0]}`", help=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and their lines from the table, without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="unmoor")
def cli() -> None:
    """A linker for a repository's infrastructure.

    Reads what compose files, Dockerfiles, env files and the tree define, and what code, scripts, configuration and
    documents refer to; reports what does not fit, and rewrites it. Start with `unmoor scan`.
    """


def main(argv: list[str]) -> int:
    """Run a command line; click's own complaints end with exit code 2."""
    try:
        result = cli.main(argv, prog_name="unmoor", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    return result if isinstance(result, int) else 0


class Sections(click.Command):
    """A command whose `--help` shows its options by group."""

    groups: dict[str, str] = {}  # noqa: RUF012

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options under the headings of their groups."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record:
                rows.setdefault(self.groups.get(parameter.name or "", "Other"), []).append(record)
        for name, records in rows.items():
            with formatter.section(name):
                formatter.write_dl(records)


def options(table: tuple[Option, ...]) -> Callable[[Decorated], Decorated]:
    """A decorator that gives a command the options of a table."""

    def decorate(function: Decorated) -> Decorated:
        for option in reversed(table):
            function = _option(option)(function)
        return function

    return decorate


def _option(option: Option) -> Any:
    # UNMOOR_CONFIG is a path and is read by the loader; click would split it at blanks.
    variable = None if option.name == "config" else option.variable
    common: dict[str, Any] = {"envvar": variable, "help": option.help or None}
    if option.kind == "flag":
        return click.option(*option.flags, option.name, is_flag=True, default=False, **common)
    if option.kind in ("list", "many"):
        callback = (lambda ctx, parameter, value: split(value)) if option.kind == "list" else None
        return click.option(
            *option.flags, option.name, multiple=True, metavar=option.metavar, callback=callback, **common
        )
    kind: Any = click.Choice(option.choices) if option.choices else int if option.kind == "int" else str
    return click.option(
        *option.flags, option.name, type=kind, default=option.default, metavar=option.metavar or None, **common
    )
