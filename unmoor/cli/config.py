"""`unmoor config`: the effective settings, and where each value came from."""

import os
from pathlib import Path

import click

from unmoor.config.load import Loaded, load
from unmoor.config.settings import Settings
from unmoor.files.discovery import root_for


@click.group(invoke_without_command=True)
@click.option("--config", "files", multiple=True, metavar="FILE|KEY=VALUE", help="A file, or KEY=VALUE in TOML.")
@click.option("--isolated", is_flag=True, help="Leave every configuration file out of account.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def config(context: click.Context, files: tuple[str, ...], isolated: bool, as_json: bool) -> None:
    """Show the effective settings and where each came from."""
    if context.invoked_subcommand:
        return
    loaded = load(root_for(Path.cwd()), explicit=files, environment=os.environ, isolated=isolated)
    click.echo(as_text(loaded) if as_json else describe(loaded), nl=False)


@config.command()
def schema() -> None:
    """Print the JSON schema of the configuration, for editors."""
    from unmoor.config.schema import text

    click.echo(text(), nl=False)


@config.command()
def check() -> None:
    """Check the configuration, the rules that it names, and the project's own rule pages."""
    from unmoor.cli.options import defaults
    from unmoor.cli.scan import settings_for
    from unmoor.engine import catalogue

    root = root_for(Path.cwd())
    loaded = settings_for(root, defaults())
    number = len(catalogue(root, loaded.settings).rules)
    click.echo(f"{loaded.origin or 'no configuration file'}: sound; {number} rules")


def _rows(loaded: Loaded) -> list[tuple[str, object, str]]:
    import msgspec

    values = msgspec.to_builtins(loaded.settings)
    keys = [name.replace("_", "-") for name in Settings.__struct_fields__ if name != "extend"]
    return [(key, values[key], loaded.source(key)) for key in keys]


def describe(loaded: Loaded) -> str:
    """One `key = value  # origin` a line, in TOML's spelling."""
    import json

    rows = [(f"{key} = {json.dumps(value, ensure_ascii=False)}", source) for key, value, source in _rows(loaded)]
    width = min(max(len(text) for text, _ in rows), 60)
    origin = loaded.origin or "no file; the defaults"
    return f"# {origin}\n" + "".join(f"{text:<{width}}  # {source}\n" for text, source in rows)


def as_text(loaded: Loaded) -> str:
    """The same as JSON: key → {value, source}."""
    import json

    table = {key: {"value": value, "source": source} for key, value, source in _rows(loaded)}
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"
