"""Vue, Svelte and Astro single-file components: script blocks as code, template attributes and text as markup.

Vue: https://vuejs.org/api/sfc-spec.html. Svelte: `{…}` expressions in attributes. Astro: code
between `---` fences first.
"""

import re

from unmoor.model.facts import Facts
from unmoor.scanners import scan_embedded
from unmoor.scanners.markup import body
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n(.*?)^---[ \t]*$", re.S | re.M)
_STYLE = re.compile(rb"<style\b[^>]*>.*?</style\s*>", re.S | re.I)


def scan(unit: Unit) -> Facts:
    """The facts of a component's scripts and template."""
    text = unit.text.text
    facts = Facts(traits={"component": [unit.path.rpartition(".")[2].lower()]})
    skip: list[tuple[int, int]] = [match.span() for match in _STYLE.finditer(text)]
    front = _FRONT.match(text) if unit.path.lower().endswith(".astro") else None
    if front:
        lo, hi = front.span(1)
        facts.add(scan_embedded("typescript", unit.inner(Mapped.whole(text).slice(lo, hi), "script:ts")))
        skip.append(front.span())
    facts.add(body(unit, skip, unit.path.rpartition(".")[2].lower()))
    return facts
