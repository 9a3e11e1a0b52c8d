"""`unmoor checklist`: the items of Markdown plans against the repository."""

import json
import os
from pathlib import Path

import click

from unmoor.cli.terminal import say
from unmoor.model.errors import UserError


@click.command()
@click.argument("plans", metavar="PLAN.md...", nargs=-1, required=True)
@click.option(
    "--output-format", "--format", "output_format", type=click.Choice(["text", "json", "markdown"]), default="text",
    help="For people, programs, or a pull request.",
)  # fmt: skip
@click.option("--fail-on", type=click.Choice(["unmet", "unticked", "never"]), default="never", show_default=True,
              help="End with exit code 1 if an item is done but absent (unticked: or open though there).")  # fmt: skip
@click.option("-a", "--all", "everything", is_flag=True, help="Show every item, not only those that do not fit.")
@click.option("--root", metavar="DIR", help="The repository's root, where it is not the git root.")
def checklist(plans: tuple[str, ...], output_format: str, fail_on: str, everything: bool, root: str | None) -> int:
    """Check the items of plans against what is in the repository.

    Each item is done and there, done but absent, open though there, open, or says nothing that can be looked up.
    """
    from unmoor.claims import progress
    from unmoor.cli.place import locate
    from unmoor.config.load import load as load_settings
    from unmoor.engine import load

    place = locate(plans, root=root or _here(plans))
    project = load(place.root, load_settings(place.root, environment=os.environ).settings)
    pages = _pages(place.root, place.paths or [""])
    found = {page: progress.judge(project, page, (place.root / page).read_bytes()) for page in pages}
    if output_format == "json":
        shown = [
            {
                "path": page,
                "progress": progress.progress(rows),
                "requirements": progress.requirements(rows),
                "items": rows,
            }
            for page, rows in found.items()
        ]
        click.echo(json.dumps({"schema": "unmoor-checklist/1", "plans": shown}, indent=2, ensure_ascii=False))
    else:
        render = progress.markdown if output_format == "markdown" else None
        texts = [
            render(p, rows) if render else progress.text(p, rows, everything=everything) for p, rows in found.items()
        ]
        click.echo("\n".join(texts), nl=False)
    for page, rows in found.items():
        if not rows:
            say(f"{page}: no checklist item was found")
    failing = {"never": (), "unmet": ("unmet",), "unticked": ("unmet", "unticked")}[fail_on]
    return 1 if any(row["verdict"] in failing for rows in found.values() for row in rows) else 0


def _here(plans: tuple[str, ...]) -> Path | None:
    """The root of the folder one stands in, where the plans lie below it: a plan speaks of the whole repository."""
    from unmoor.files.discovery import find_root

    root = find_root(Path.cwd()).resolve()
    return root if all(Path(plan).resolve().is_relative_to(root) for plan in plans) else None


def _pages(root: Path, paths: list[str]) -> list[str]:
    """The pages named; of a folder, those that hold an item."""
    from unmoor.claims.plan import is_plan

    found: list[str] = []
    for path in paths:
        target = root / path
        if target.is_dir():
            for page in sorted(target.rglob("*.md")):
                if ".git" not in page.parts and "node_modules" not in page.parts and is_plan(page.read_bytes()):
                    found.append(page.relative_to(root).as_posix())
        else:
            found.append(path)
    if not found:
        raise UserError("no plan was found", "no Markdown file there has a checklist item", "name the file")
    return list(dict.fromkeys(found))
