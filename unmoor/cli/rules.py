"""`unmoor rules`: list, show, test and begin rules."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unmoor.cli.terminal import say, use_color
from unmoor.cli.terminal import width as columns
from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from unmoor.rules import Catalogue, Rule


@click.group()
def rules() -> None:
    """List, show, test and begin rules."""


def _catalogue() -> "Catalogue":
    """The built-in rules and those that the configuration names."""
    from unmoor.config.load import load
    from unmoor.engine import catalogue
    from unmoor.files.discovery import root_for

    root = root_for(Path.cwd())
    return catalogue(root, load(root, environment=os.environ).settings)


@rules.command("list")
@click.option("--family", help="Only those of one family.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(family: str | None, as_json: bool) -> None:
    """List every rule: id, severity, persona, whether it can fix, and what it finds."""
    found = [rule for rule in _catalogue().rules.values() if family in (None, rule.family)]
    if family and not found:
        raise UserError(f"no rule is in a family `{family}`", help="`unmoor rules list` shows the families")
    if as_json:
        import json

        click.echo(json.dumps([_row(rule) for rule in found], indent=2, ensure_ascii=False))
        return
    current = ""
    width = max((len(rule.id) for rule in found), default=0)
    room = max(40, columns() - width - 8) if sys.stdout.isatty() else 1000
    for rule in found:
        if rule.family != current:
            click.echo(("\n" if current else "") + rule.family)
            current = rule.family
        fix = {"safe": "S", "unsafe": "U"}.get(str(rule.fix.get("applicability", "")), " ") if rule.fix else " "
        dagger = "†" if rule.persona != "regular" else " "
        click.echo(f"  {rule.id:<{width}}  {rule.severity[0].upper()} {fix}{dagger} {_first(rule.summary, room)}")
    click.echo("\nE error, W warning, N note; S safe fix, U unsafe fix; † only with a stricter --persona")


def _row(rule: "Rule") -> dict[str, object]:
    return {
        "id": rule.id,
        "family": rule.family,
        "severity": rule.severity,
        "persona": rule.persona,
        "confidence": rule.confidence,
        "fix": rule.fix.get("applicability", "unsafe") if rule.fix else None,
        "summary": rule.summary,
    }


def _first(summary: str, room: int) -> str:
    """The first sentence, without marks, cut to a width."""
    text = summary.split(". ")[0].rstrip(".").replace("`", "")
    return text if len(text) <= room else text[: room - 1] + "…"


@rules.command()
@click.argument("rule_id", metavar="ID")
def show(rule_id: str) -> None:
    """Show the page of a rule."""
    rule = _rule(rule_id)
    fix = f", fix: {rule.fix.get('applicability', 'unsafe')}" if rule.fix else ""
    head = f"{rule.family} · {rule.severity} · persona {rule.persona} · confidence {rule.confidence}{fix}"
    if use_color():
        from rich.console import Console
        from rich.markdown import Markdown

        console = Console(force_terminal=True)
        console.print(head, style="dim")
        console.print(Markdown(rule.body))
        return
    click.echo(f"{head}\n\n{rule.body.strip()}")


def _rule(rule_id: str) -> "Rule":
    from unmoor.config.load import nearest

    known = _catalogue().rules
    if rule_id not in known:
        near = nearest(rule_id, known)
        raise UserError(
            f"no rule is called `{rule_id}`",
            help=f"did you mean `{near}`?" if near else "`unmoor rules list` lists them",
        )
    return known[rule_id]


@rules.command()
@click.argument("target", metavar="[DIR|ID]", required=False)
@click.option("-v", "--verbose", is_flag=True, help="Show examples that pass, too.")
def test(target: str | None, verbose: bool) -> int:
    """Run the examples of rule pages: all of them, those of a folder, or those of one rule.

    validated: a Good stayed silent; reported: a Bad was found at its marks; fixed: its fix gave the Fixed. missing,
    noisy, misfixed and empty are failures.
    """
    from collections import Counter

    from unmoor.ruletest import GOOD, run

    outcomes: Counter[str] = Counter()
    for rule in _chosen(target):
        for case in run(rule):
            outcomes[case.outcome] += 1
            good = case.outcome in GOOD
            if verbose or not good:
                place = f"{_short(rule.source)}:{case.line}"
                title = f" ({case.title})" if case.title else ""
                click.echo(
                    f"{place}: {case.outcome}: {case.rule}{title}" + (f"\n  {case.detail}" if case.detail else "")
                )
    click.echo(", ".join(f"{number} {name}" for name, number in sorted(outcomes.items())) or "no rules")
    return 1 if any(name not in GOOD for name in outcomes) else 0


def _chosen(target: str | None) -> "list[Rule]":
    if target is None:
        return list(_catalogue().rules.values())
    folder = Path(target)
    if folder.is_dir():
        from unmoor.rules import load

        inside = folder.resolve()
        return [rule for rule in load([folder]).rules.values() if Path(rule.source).resolve().is_relative_to(inside)]
    return [_rule(target)]


def _short(source: str) -> str:
    path = Path(source)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else source


_PAGE = """---
severity: warning
on: address
when:
  host: {host}
  role: [request, config]
message: "`{{host}}` is gone; use the gateway"
---
# {rule}

One sentence on what is found.

## What it does

## Why it is bad

## Fix safety

There is no fix.

## Bad

```typescript file=web/src/api.ts
export const load = () => fetch("http://{host}/api/users"); // <- finding
```

## Good

```typescript file=web/src/api.ts
export const load = () => fetch("https://gateway.example.com/api/users");
```
"""


@rules.command()
@click.argument("rule_id", metavar="ID")
@click.option("--dir", "folder", default=".unmoor/rules", show_default=True, help="Where it goes.")
def new(rule_id: str, folder: str) -> None:
    """Begin a rule of your own: a page that passes `unmoor rules test`, to be changed."""
    import re

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule_id):
        raise UserError(f"`{rule_id}` is no rule id", help="lower case, words joined by dashes: no-old-gateway")
    if rule_id in _catalogue().rules:
        raise UserError(f"a rule `{rule_id}` is already there", help=f"see `unmoor rules show {rule_id}`")
    path = Path(folder) / f"{rule_id}.md"
    if path.exists():
        raise UserError(f"{path} is already there")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_PAGE.format(rule=rule_id, host="old-gateway.internal"), encoding="utf-8")
    say(f"wrote {path}; try it with `unmoor rules test {folder}`")
