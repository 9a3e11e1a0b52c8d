"""`unmoor baseline`: keep the file of accepted findings."""

from typing import Any

import click

from unmoor.cli.options import defaults

_FILE = click.option("--file", "file", metavar="FILE", help="The baseline file (.unmoor-baseline.jsonl).")


@click.group()
def baseline() -> None:
    """Keep the file of accepted findings, so that only new ones fail."""


@baseline.command()
@_FILE
@click.option("-q", "--quiet", is_flag=True)
def update(file: str | None, quiet: bool) -> int:
    """Accept everything that is found now."""
    return _scan(file, quiet, update_baseline=True)


@baseline.command()
@_FILE
@click.option("-q", "--quiet", is_flag=True)
def prune(file: str | None, quiet: bool) -> int:
    """Drop the entries that nothing matches any more."""
    return _scan(file, quiet, prune_baseline=True)


def _scan(file: str | None, quiet: bool, **flags: bool) -> int:
    from unmoor.cli.accepted import accept
    from unmoor.cli.place import locate
    from unmoor.cli.scan import scan, settings_for

    values: dict[str, Any] = {**defaults(), "baseline": file, "quiet": quiet, **flags}
    place = locate(())
    settings = settings_for(place.root, values).settings
    accept(scan(place, settings, values), settings, place, values)
    return 0


@baseline.command()
@_FILE
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(file: str | None, as_json: bool) -> None:
    """List what is accepted, by rule and file."""
    import json
    import os
    from itertools import groupby

    from unmoor import baseline as file_format
    from unmoor.cli.accepted import path_of
    from unmoor.cli.place import locate
    from unmoor.config.load import load

    place = locate(())
    settings = load(place.root, environment=os.environ).settings
    entries = file_format.read(path_of(settings, place, {"baseline": file}))
    if as_json:
        rows = [{"rule": e.rule, "path": e.path, "value": e.value, "fingerprint": e.fingerprint} for e in entries]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for rule, group in groupby(sorted(entries, key=lambda e: (e.rule, e)), key=lambda e: e.rule):
        members = list(group)
        click.echo(f"{rule}: {len(members)}")
        for item in members:
            click.echo(f"  {item.path}: {item.value}")
    click.echo(f"{len(entries)} accepted")
