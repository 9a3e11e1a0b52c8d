"""Rules: one Markdown page a rule, by family. A rule is a predicate over a subject, and words.

A rule knows nothing of languages or files. `load` gives the catalogue, `judge` the findings.
"""

from unmoor.rules.catalogue import FAMILIES, Catalogue, load
from unmoor.rules.judge import judge
from unmoor.rules.page import Example, Rule, examples

__all__ = ["FAMILIES", "Catalogue", "Example", "Rule", "examples", "judge", "load"]
