"""Writing a value as its surroundings require: the inverse of the scanners' decoding, layer by layer.

`layers` is how the old value is written, outermost first, as a reference says it: ("yaml:double", "shell:word"). The
new value is encoded for the innermost layer, the result for the layer around it, and so on. Substitutions (`${X}`,
`$X`, `$(…)`) are kept as they are where the layer expands them, since the scanners leave them as they are written;
a `$` that begins none is escaped.

Only a part of a scalar or word is replaced, so nothing here may depend on what stands beside it: where a layer would
need other quotes around the whole, the value cannot stand.
"""

import json
import re
from collections.abc import Callable

_SUBSTITUTION = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}|\$\([^()]*\)|\$\w+|\$\{\{.*?\}\}|\{\{.*?\}\}")
_SAFE = re.compile(r"[\w./:@,+=-]*")
_BREAK = re.compile(r"[\r\n\x85\u2028\u2029\x00]")
_PLAIN_TYPED = re.compile(
    r"(?i)y|n|yes|no|on|off|true|false|null|~|[-+]?(?:0x[0-9a-f_]+|0o?[0-7_]+|[\d_]*\.?[\d_]+(?:e[-+]?\d+)?|\.inf|\.nan)"
    r"|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?|\d{4}-\d\d?-\d\d?.*|<<|="
)


class CannotStandError(ValueError):
    """The value cannot be written there; the message says why."""


def encode(layers: tuple[str, ...], text: str) -> str:
    """The text as it is to be written in the file. Raises `CannotStandError` (a ValueError) where it cannot be."""
    for layer in reversed(layers):
        text = _encode(layer, text)
    return text


def encode_or_none(layers: tuple[str, ...], text: str) -> str | None:
    """As `encode`, but None where the text cannot be written there."""
    try:
        return encode(layers, text)
    except CannotStandError:
        return None


def _encode(layer: str, text: str) -> str:
    encoder = _ENCODERS.get(layer)
    if encoder is None:
        family, _, _ = layer.partition(":")
        encoder = _FAMILIES.get(family)
    if encoder is not None:
        return encoder(text)
    if _SAFE.fullmatch(text):
        return text
    raise CannotStandError(f"it is not known how `{layer}` writes `{text}`")


def _refuse(text: str, characters: str, where: str) -> None:
    found = next((char for char in text if char in characters), "")
    if found:
        raise CannotStandError(f"{found!r} cannot stand in {where}")


def _one_line(text: str, where: str) -> None:
    if _BREAK.search(text):
        raise CannotStandError(f"a line break cannot stand in {where}")


def _outside(text: str, escape: Callable[[str], str]) -> str:
    """Escape what stands outside of substitutions."""
    out: list[str] = []
    at = 0
    for match in _SUBSTITUTION.finditer(text):
        out += [escape(text[at : match.start()]), match.group()]
        at = match.end()
    return "".join([*out, escape(text[at:])])


def _escaped(characters: str) -> Callable[[str], str]:
    pattern = re.compile("[" + re.escape(characters) + "]")
    return lambda text: pattern.sub(lambda match: "\\" + match.group(), text)


def _shell_word(text: str) -> str:
    _one_line(text, "an unquoted word")
    if any(re.search(r"\s|[\"'`]", match.group()) for match in _SUBSTITUTION.finditer(text)):
        raise CannotStandError("an expansion with blanks or quotes cannot stand in an unquoted word")
    return _outside(text, _escaped("\\ \t\"'`$&|;<>()*?[]{}!#~"))


def _shell_single(text: str) -> str:
    return text.replace("'", "'\\''")


def _shell_double(text: str) -> str:
    return _outside(text, _escaped('\\"`$'))


def _shell_ansi(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")


def _shell_heredoc(text: str) -> str:
    _one_line(text, "a line of a here-document")
    return _outside(text, _escaped("\\`$"))


def _verbatim(where: str, refused: str = "") -> Callable[[str], str]:
    def encoder(text: str) -> str:
        _one_line(text, where)
        _refuse(text, refused, where)
        return text

    return encoder


def _yaml_plain(text: str) -> str:
    _one_line(text, "a plain scalar")
    if not text or text != text.strip() or "\t" in text:
        raise CannotStandError("blanks at the ends cannot stand in a plain scalar")
    if text[0] in "&*!|>%@`\"'#{}[],?:-" and not re.match(r"[-?:][^\s,\[\]{}]", text):
        raise CannotStandError(f"{text[0]!r} cannot begin a plain scalar")
    if re.search(r":(?:\s|$)|\s#", text) or text.startswith(("---", "...")):
        raise CannotStandError("`: ` and ` #` end a plain scalar")
    if _PLAIN_TYPED.fullmatch(text):
        raise CannotStandError("it would no longer be a string")
    _printable(text)
    return text


def _yaml_flow(text: str) -> str:
    _refuse(text, ",[]{}?", "a plain scalar of a flow collection")
    _refuse(text[:1], ":", "the beginning of a plain scalar of a flow collection")
    return _yaml_plain(text)


def _yaml_single(text: str) -> str:
    _one_line(text, "a single-quoted scalar")
    _printable(text)
    return text.replace("'", "''")


def _yaml_double(text: str) -> str:
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\t" or char.isprintable():
            out.append(char)
        else:
            code = ord(char)
            out.append(f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}")
    return "".join(out)


def _yaml_block(text: str) -> str:
    _one_line(text, "one line of a block scalar")
    _printable(text)
    if text != text.strip():
        raise CannotStandError("blanks at the ends could change a block scalar's indentation")
    return text


def _printable(text: str) -> None:
    if any(char != "\t" and not char.isprintable() and (not char.isspace() or char < " ") for char in text):
        raise CannotStandError("a control character cannot stand in this scalar")


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_single(text: str) -> str:
    return _json(text).replace('\\"', '"').replace("'", "\\'")


def _js(quote: str) -> Callable[[str], str]:
    def encoder(text: str) -> str:
        text = text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\r", "\\r").replace("\n", "\\n")
        return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x00", "\\x00")

    return encoder


def _js_template(text: str) -> str:
    """`${…}` is kept: the scanners leave a template's substitutions as they are written."""
    if text.count("${") != len(re.findall(r"\$\{[^{}]*\}", text)):
        raise CannotStandError("an unclosed ${ cannot stand in a template literal")
    return re.sub(r"[\\`]", lambda match: "\\" + match.group(), text).replace("\r", "\\r")


def _attribute(text: str) -> str:
    _one_line(text, "an attribute")
    text = re.sub(r"&(?=#?\w+;)", "&amp;", text)
    return text.replace('"', "&quot;").replace("'", "&#39;").replace("<", "&lt;")


def _markup_text(text: str) -> str:
    _one_line(text, "text of a page")
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("{", "&#123;"), ("}", "&#125;")):
        text = text.replace(char, entity)
    return text


def _link(text: str) -> str:
    """A Markdown destination without angle brackets: blanks and brackets are percent-encoded."""
    _one_line(text, "a link")
    return re.sub(r"[ ()<>\\\"]|%(?![0-9A-Fa-f]{2})", lambda match: f"%{ord(match.group()):02X}", text)


def _python(text: str) -> str:
    """Prefixes (r, b, f) are not known here, so nothing that they would read otherwise."""
    _one_line(text, "a string")
    _refuse(text, "\\{}\"'", "a Python string whose prefix is not known")
    return text


def _dotenv_plain(text: str) -> str:
    _one_line(text, "an unquoted value")
    if text != text.strip() or re.search(r"(?:^|\s)#", text) or text[:1] in ("'", '"', "`"):
        raise CannotStandError("it would have to be quoted")
    if "#" in text:
        raise CannotStandError("readers differ about # in an unquoted value")
    _refuse(text, "\\", "an unquoted value that all readers read alike")
    return text


def _dotenv_double(text: str) -> str:
    _one_line(text, "a value that all readers read alike")
    return _outside(text, _escaped('"\\$'))


def _dockerfile_word(text: str) -> str:
    _one_line(text, "an instruction")
    if any(re.search(r"\s", match.group()) for match in _SUBSTITUTION.finditer(text)):
        raise CannotStandError("an expansion with blanks would have to be quoted")
    _refuse(_SUBSTITUTION.sub("", text), " \t\v\f\\\"'`$", "an unquoted value of a Dockerfile")
    return text


def _dockerfile_double(text: str) -> str:
    _one_line(text, "an instruction")
    _refuse(_SUBSTITUTION.sub("", text), '\\"`$', "a quoted value of a Dockerfile")
    return text


def _dockerfile_line(text: str) -> str:
    _one_line(text, "an instruction")
    if text.rstrip(" \t").endswith(("\\", "`")):
        raise CannotStandError("it would continue the line")
    return text


def _make(text: str) -> str:
    """A recipe: `$$` is the shell's dollar; `$(X)` and `${X}` would be make's."""
    _one_line(text, "a recipe")
    return text.replace("$", "$$")


_ENCODERS: dict[str, Callable[[str], str]] = {
    "shell:word": _shell_word,
    "shell:single": _shell_single,
    "shell:double": _shell_double,
    "shell:ansi": _shell_ansi,
    "shell:heredoc": _shell_heredoc,
    "shell:heredoc-quoted": _verbatim("a line of a here-document"),
    "dockerfile:word": _dockerfile_word,
    "dockerfile:double": _dockerfile_double,
    "dockerfile:single": _verbatim("a quoted value of a Dockerfile", "'\\"),
    "dockerfile:rest": _dockerfile_line,
    "dockerfile:shell": _dockerfile_line,
    "dockerfile:heredoc": _verbatim("a line of a here-document"),
    "dockerfile:heredoc-quoted": _verbatim("a line of a here-document"),
    "json:string": _json,
    "json:double": _json,
    "json:exec": _json,
    "json:single": _json_single,
    "yaml:plain": _yaml_plain,
    "yaml:plain-flow": _yaml_flow,
    "yaml:single": _yaml_single,
    "yaml:single-flow": _yaml_single,
    "yaml:double": _yaml_double,
    "yaml:double-flow": _yaml_double,
    "yaml:literal": _yaml_block,
    "yaml:folded": _yaml_block,
    "js:single": _js("'"),
    "js:double": _js('"'),
    "js:template": _js_template,
    "jsx:attribute": _attribute,
    "jsx:text": _markup_text,
    "html:attribute": _attribute,
    "html:text": _markup_text,
    "md:code": _verbatim("a code span", "`"),
    "md:link": _link,
    "md:angle": _verbatim("a link in angle brackets", "<>\\"),
    "dotenv:plain": _dotenv_plain,
    "dotenv:single": _verbatim("a quoted value", "'\\"),
    "dotenv:double": _dotenv_double,
    "dotenv:backtick": _verbatim("a quoted value", "`\\"),
    "make:recipe": _make,
    "compose": _verbatim("a value that Compose reads", "$"),
    "shell": _verbatim("a command"),
}
_FAMILIES: dict[str, Callable[[str], str]] = {
    "fence": _verbatim("a line of a fence"),
    "script": _verbatim("a line of a script"),
    "py": _python,
}
