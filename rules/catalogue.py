"""The catalogue: every page of the project and of its users, loaded and checked."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from unmoor.model.errors import UserError
from unmoor.rules.page import Rule, read

FAMILIES = ("url", "port", "name", "path", "env", "route", "network", "health", "docs", "unmoor")
_HERE = Path(__file__).parent


class Catalogue(Struct):
    """Rules by id, in the order of families and then of ids."""

    rules: dict[str, Rule]

    def select(self, wanted: Iterable[str], ignored: Iterable[str], extra: Iterable[str], persona: str) -> list[Rule]:
        """The rules of a run. Names are ids, families or ALL. Raises UserError for an unknown name.

        Without `wanted`, every rule of the persona; rules named outright are on whatever their persona is.
        """
        order = ("regular", "pedantic", "auditor")
        level = order.index(persona)
        named = set(self._resolve(wanted)) if wanted else None
        added, dropped = set(self._resolve(extra)), set(self._resolve(ignored))
        outright = {*wanted, *extra}
        chosen = []
        for rule in self.rules.values():
            allowed = order.index(rule.persona) <= level or rule.id in outright or "ALL" in outright
            wanted_here = ((named is None or rule.id in named) and allowed) or rule.id in added
            if wanted_here and (rule.id not in dropped or rule.id in outright - set(ignored)):
                chosen.append(rule)
        return chosen

    def _resolve(self, names: Iterable[str]) -> list[str]:
        found: list[str] = []
        for name in names:
            if name == "ALL":
                found.extend(self.rules)
            elif name in self.rules:
                found.append(name)
            elif name in FAMILIES:
                found.extend(rule.id for rule in self.rules.values() if rule.family == name)
            else:
                near = get_close_matches(name, [*self.rules, *FAMILIES], 1)
                raise UserError(f"unknown rule or family `{name}`", help=f"did you mean `{near[0]}`?" if near else
                                "`unmoor rules list` shows them all")
        return found


def load(extra: Iterable[Path] = ()) -> Catalogue:
    """The built-in pages and those in the given folders (users' rules). Raises UserError for a wrong page."""
    rules = dict(_builtin())
    for folder in extra:
        for path in sorted(folder.glob("**/*.md")):
            rule = read(path, _vocabulary(), family=_family(path, folder))
            if rule.id in rules and _HERE.resolve() in path.resolve().parents:
                continue  # a folder of ours
            if rule.id in rules:
                raise UserError(f"{path}: a rule `{rule.id}` is already there", f"defined by {rules[rule.id].source}")
            rules[rule.id] = rule
    return Catalogue(rules)


@lru_cache(1)
def _builtin() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for family in FAMILIES:
        for path in sorted((_HERE / family).glob("*.md")):
            found[path.stem] = read(path, _vocabulary(), family, trusted=True)
    return found


def _vocabulary() -> dict[str, dict[str, str]]:
    from unmoor.link.vocabulary import SUBJECTS

    return SUBJECTS


def _family(path: Path, folder: Path) -> str:
    parent = path.parent.name
    return parent if parent in FAMILIES and path.parent != folder else "user"
