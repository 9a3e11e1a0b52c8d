"""Commands inside words of other commands: told to the reader (`echo "run: docker logs web"`) or run by a function."""

import re

from unmoor.scanners.commands.call import Call
from unmoor.scanners.commands.words import Word, split

_PROGRAM = (
    r"(?:sudo\s+)?(?:docker|docker-compose|podman|npm\s+run|yarn\s+run|pnpm\s+run|bun\s+run|npm\s+--\S+|python3?|bash|sh"
    r"|node|make|just|\.{1,2}/[\w./-]+\.\w+)"
)
_TOLD = re.compile(
    rf"(?:^[\s>$#*•·➜→-]*(?:\d+[.)]\s*)?|:\s+|`|\b(?:[Rr]un|[Uu]se|[Tt]ry|[Ee]xecute|with)\s+['\"]?)(?P<command>{_PROGRAM}(?:\s+[^\n`'\"]+)?)"
    r"(?=\n|`|'|\"|$)",
    re.M,
)
_RUN = re.compile(rf"^\s*(?:cd\s+\S+\s*&&\s*)?(?:[A-Z_]+=\S*\s+)*{_PROGRAM}\s+\S|^\s*curl\s+\S")
_PROSE = re.compile(
    r"(?i)(?:^|\s)(?:a|after|all|an|and|are|as|at|be|because|before|but|can|cannot|could|did|does|error|errors|exists|failed"
    r"|first|for|found|from|has|have|if|in|installed|instead|into|is|it|manually|may|missing|must|needed|no|not|of|on|or"
    r"|please|required|running|should|sure|that|the|then|there|this|to|unless|was|were|when|will|with|without|you|your)"
    r"(?=[\s.,!?:;)]|$)"
)
_COMMENT = re.compile(r"\s#(?=\s|$)")
_AIM = re.compile(r"^(?:make|just)\s+[\w:.-]+$")


def told(call: Call) -> None:
    """Commands that a message tells the reader to run. Sentences about a command are none."""
    for word in call.arguments:
        if len(word.value) < 6 or word.lo in call.taken:
            continue
        for match in _TOLD.finditer(word.value):
            text = _COMMENT.split(match["command"], maxsplit=1)[0].rstrip(" .,;:)")
            if _PROSE.search(text) or re.search(r"<|\.\.\.|…", text):
                continue
            if text.startswith(("make ", "just ")) and not _AIM.match(text):
                continue
            _read(call, word, match.start("command"), match.start("command") + len(text))


def _read(call: Call, word: Word, lo: int, hi: int) -> None:
    """Names and paths only: addresses are found in the message itself."""
    state = call.state.copy()
    state.role = "display"
    part = word.part(lo, hi)
    found = call.read([w._replace(pieces=part.pieces[:1]) for w in split(part.unit)], state)
    found.references = [r for r in found.references if r.kind not in ("url", "host", "env")]
    found.declarations = [d for d in found.declarations if d.kind == "port"]
    call.facts.add(found)


def handed(call: Call) -> None:
    """Arguments of a function of the script that are commands: `run_test "migrate" "python migrate.py"`."""
    for word in call.arguments:
        if " " in word.value and word.lo not in call.taken and _RUN.match(word.value) and not _PROSE.search(word.value):
            call.run_script(word, call.state.copy())
