"""Java and Kotlin: addresses, System.getenv, Spring's `${name:default}`. Read by tokens."""

import re

from unmoor.model.facts import Facts, Reference
from unmoor.scanners.addresses import addresses_in
from unmoor.scanners.lexical import Tongue, read
from unmoor.scanners.unit import Unit

JAVA = Tongue(
    "java",
    comment=rb"//[^\n]*|/\*.*?(?:\*/|\Z)",
    string=rb"\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n]){1,8}'",
)
KOTLIN = JAVA._replace(name="kotlin", filled=rb"\$\{[^{}\"]*\}|\$[A-Za-z_]\w*", raw=rb"\"\"\".*?\"\"\"")
_PROPERTY = re.compile(
    rb"@(?:Value|Scheduled|ConfigProperty|DefaultValue)\s*\(\s*(?:\w+\s*=\s*)?\"\$\{([\w.-]+)(?::([^}\"]*))?\}\""
)


# A bean that is made under a condition, or by hand: only then is its property needed.
_BEAN = re.compile(
    rb"@(?:Component|Service|Configuration|Repository|(?:Rest)?Controller|SpringBootApplication|\w+Scoped|Singleton)\b"
)
_CONDITION = re.compile(rb"@(?:Conditional\w*|Profile|IfBuildProfile|IfBuildProperty)\b")


def scan(unit: Unit) -> Facts:
    """The facts of a Java or Kotlin source."""
    facts = read(unit, KOTLIN if unit.path.endswith((".kt", ".kts")) else JAVA)
    injected: list[Reference] = []
    needed = bool(_BEAN.search(unit.text.text)) and not _CONDITION.search(unit.text.text)
    for match in _PROPERTY.finditer(unit.text.text):
        injected += _property(unit, match, needed)
    spans = {reference.span for reference in injected}
    facts.references = [r for r in facts.references if not any(span.contains(r.span) for span in spans)] + injected
    return facts


def _property(unit: Unit, match: re.Match[bytes], needed: bool) -> list[Reference]:
    """A property that Spring injects; its relaxed name is the variable that sets it. needed: if it has no default."""
    written = match.group(1).decode()
    name = re.sub(r"[.-]", "_", written).upper()
    has = match.group(2) is not None
    default = match.group(2).decode("utf-8", "replace") if has else None
    attrs: dict[str, object] = {
        "default": default,
        "has_default": has,
        "required": needed and not has,
        "access": "spring",
        "dynamic": False,
        "property": written,
    }
    found = [unit.reference("env", match.start(1), match.end(1), name, "config", "java", "java:string", attrs=attrs)]
    if has:
        found += addresses_in(
            unit,
            match.start(2),
            match.end(2),
            "default",
            "java",
            "java:string",
            why=f"the default of property `{written}`",
            attrs={"env": name, "key": written},
        )
    return found
