"""Environment switches: is a piece of code only for development, or for the browser? The condition decides."""

import re

from tree_sitter import Node

from unmoor.scanners.ecmascript.names import DEVELOPMENT_KEY, PRODUCTION_KEY, STAGE_KEY
from unmoor.scanners.ecmascript.source import Chain, Source

_SWITCH = re.compile(
    r"NODE_ENV|import\.meta\.env\.(?:DEV|PROD|MODE)\b|\b__(?:DEV|PROD)__\b|\bis_?(?:Dev|Prod|Local|Test)\w*|\bIS_(?:DEV|PROD|LOCAL|TEST)\w*"
    r"|\b(?:APP|VERCEL|DEPLOY\w*|NEXT_PUBLIC_APP|VITE|NODE|PUBLIC)_ENV(?:IRONMENT)?\b|\blocation\.(?:host|hostname|origin|href)\b|\bhostname\b"
    r"|\b(?:env|environment|mode|stage|appEnv|nodeEnv)\s*(?:[!=]==?|\.(?:startsWith|includes))|\b(?:dev|development|production|prod)(?:Mode)?\b"
    r"|\.isDevelopment|\.isProduction"
)
_PRODUCTION = re.compile(r"(?i)prod")
_DEVELOPMENT = re.compile(r"(?i)dev|local|127\.0\.0\.1|test")
_NEGATED = re.compile(r"!==?(?!=)|(?:^|[^\w)=!])!(?!=)")
_WINDOW = re.compile(r"typeof\s+(?:window|document|globalThis\.window)\s*([!=])==?\s*['\"]undefined['\"]")
_NAME = re.compile(r"(?<![\w.$])[A-Za-z_$][\w$]*(?![\w$(])")


def branch(source: Source, condition: Node, positive: bool) -> str:
    """ "development", "production" or "" (no environment switch) for the arm taken when the condition holds or not."""
    text = _resolved(source, condition)
    if not _SWITCH.search(text):
        return ""
    negated = bool(_NEGATED.search(text))
    if _PRODUCTION.search(text) and not re.search(r"(?i)\b(?:local|dev)", text):
        production = positive != negated
    elif _DEVELOPMENT.search(text):
        production = positive == negated
    else:
        return ""
    return "production" if production else "development"


def side(source: Source, condition: Node, positive: bool) -> str:
    """ "browser" or "server" if the condition asks for a window, else ""."""
    match = _WINDOW.search(source.name(condition))
    if not match:
        return ""
    return "browser" if (match.group(1) == "!") == positive else "server"


def _resolved(source: Source, condition: Node) -> str:
    """The condition's text, followed by what the names in it were declared with."""
    text = source.name(condition)[:500]
    if "'" in text or '"' in text:
        return text
    for name in _NAME.findall(text)[:6]:
        value = source.values.get(name)
        if (
            value is None
            or value.end_byte - value.start_byte >= 300
            or value.type
            not in (
                "binary_expression",
                "call_expression",
                "parenthesized_expression",
                "member_expression",
                "unary_expression",
            )
        ):
            continue
        meaning = source.name(value)
        if _SWITCH.search(meaning):
            return ("!(" + meaning + ")" if text.lstrip().startswith("!") else meaning).replace("!(!", "(")
    return text


def surrounding(source: Source, chain: Chain, start: int) -> tuple[str, str]:
    """(branch, side) of the statements around `chain[start]`: if, switch, and returns that come before it."""
    found, where = "", ""
    for at in range(start, max(0, start - 200), -1):
        node, field = chain[at]
        parent = chain[at - 1].node
        if parent.type == "if_statement" and field in ("consequence", "alternative"):
            condition = parent.child_by_field_name("condition")
            if condition is not None:
                found = found or branch(source, condition, field == "consequence")
                where = where or side(source, condition, field == "consequence")
        elif parent.type == "switch_body" and node.type == "switch_case":
            found = found or _case(source, node, chain[at - 2].node if at > 1 else None)
        elif parent.type == "statement_block":
            found = found or _after_return(source, parent, node)
        if found:
            break
    return found, where


def _case(source: Source, case: Node, switch: Node | None) -> str:
    subject = source.name(switch.child_by_field_name("value")) if switch is not None else ""
    value = source.name(case.child_by_field_name("value")).strip("'\"`")
    if not re.search(r"(?i)env|mode|stage|hostname", subject):
        return ""
    return keyed(value)


def keyed(key: str) -> str:
    """The branch that the name of an environment stands for."""
    if DEVELOPMENT_KEY.match(key):
        return "development"
    return "production" if PRODUCTION_KEY.match(key) or STAGE_KEY.match(key) else ""


def _after_return(source: Source, block: Node, node: Node) -> str:
    """`if (production) return …;` before a statement leaves the other branch to it."""
    for beside in block.named_children[:60]:
        if beside.start_byte >= node.start_byte:
            break
        if beside.type != "if_statement" or beside.child_by_field_name("alternative") is not None:
            continue
        condition, body = beside.child_by_field_name("condition"), beside.child_by_field_name("consequence")
        if condition is None or body is None or not _leaves(body):
            continue
        found = branch(source, condition, False)
        if found:
            return found
    return ""


def _leaves(body: Node) -> bool:
    last = body.named_children[-1] if body.type == "statement_block" and body.named_children else body
    return last.type in ("return_statement", "throw_statement")
