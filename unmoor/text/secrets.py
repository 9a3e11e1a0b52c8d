"""What must never be printed: credentials in URLs, well-known tokens, and values whose name tells of a secret."""

import re

from unmoor.text.addresses import redact

_TOKEN = re.compile(
    r"\b(?:sk_(?:live|test)_|rk_live_|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|sk-(?:proj-|ant-)?)[\w-]{12,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+"
)
_ASSIGNED = re.compile(
    r"(?i)((?:password|passwd|secret|token|api_?key|private_?key|access_?key|credentials?)[\w]*[\"']?\s*[:=]\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,;\"'`})]+)"
)
_HARMLESS = re.compile(
    r"""^["']?(?:\$|\{|<|process\.|os\.|import\.|env\b|str\b|string\b|true|false|null|none|\*|!|[A-Za-z_.]+\("""
    r"""|(?:include|omit|same-origin)["']?$)""",
    re.I,
)


def clean(text: str) -> str:
    """The text with `***` for every credential. Substitutions and calls stay, since they hold none."""
    return _ASSIGNED.sub(_mask, _TOKEN.sub("***", redact(text)))


def _mask(match: "re.Match[str]") -> str:
    value = match.group(2)
    bare = value.strip("\"'")
    if not bare or _HARMLESS.match(value) or "://" in bare:
        return match.group()
    quote = value[0] if value[0] in "\"'" else ""
    return f"{match.group(1)}{quote}***{quote}"
