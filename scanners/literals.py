"""Rust, C#, Ruby, PHP, Scala, Swift, Dart, Elixir, Lua: addresses and environment reads, by tokens alone."""

from unmoor.model.facts import Facts
from unmoor.scanners.lexical import Tongue, read
from unmoor.scanners.unit import Unit

_SLASHES = rb"//[^\n]*|/\*.*?(?:\*/|\Z)"
_DOUBLE = rb"\"(?:\\.|[^\"\\])*\""
_LINE = rb"\"(?:\\.|[^\"\\\n])*\""
_SINGLE = rb"'(?:\\.|[^'\\])*'"
_CHARACTER = rb"'(?:\\[^\n]{1,10}?|[^'\\\n])'"
_TRIPLE = rb"\"\"\".*?\"\"\""
_DOLLAR = rb"\$\{[^{}\"]*\}|\$[A-Za-z_]\w*"

_TONGUES = {
    "rs": Tongue(
        "rust", _SLASHES, rb"b?" + _DOUBLE + rb"|" + _CHARACTER, raw=rb"\bb?r(?P<h>#{1,8})\".*?\"(?P=h)|\bb?r\"[^\"]*\""
    ),
    "cs": Tongue(
        "csharp",
        _SLASHES,
        rb"\$?" + _LINE + rb"|" + _CHARACTER,
        raw=_TRIPLE + rb"|[$@]*@[$@]*\"(?:\"\"|[^\"])*\"",
        filled=rb"\{[A-Za-z_][^{}\"]*\}",
    ),
    "rb": Tongue("ruby", rb"#(?!\{)[^\n]*", _DOUBLE, raw=_SINGLE, filled=rb"#\{[^{}]*\}"),
    "php": Tongue(
        "php", _SLASHES + rb"|#(?!\[)[^\n]*", _DOUBLE, raw=_SINGLE, filled=rb"\{\$[^{}]*\}|" + _DOLLAR, joins=rb"\."
    ),
    "scala": Tongue("scala", _SLASHES, _LINE + rb"|" + _CHARACTER, raw=_TRIPLE, filled=_DOLLAR),
    "swift": Tongue("swift", _SLASHES, _TRIPLE + rb"|" + _LINE, filled=rb"\\\([^()]*\)"),
    "dart": Tongue(
        "dart",
        _SLASHES,
        rb"'''.*?'''|" + _TRIPLE + rb"|" + _LINE + rb"|" + _SINGLE,
        raw=rb"\br'[^']*'|\br\"[^\"]*\"",
        filled=_DOLLAR,
    ),
    "ex": Tongue("elixir", rb"#(?!\{)[^\n]*", _TRIPLE + rb"|" + _DOUBLE, filled=rb"#\{[^{}]*\}", joins=rb"<>"),
    "lua": Tongue(
        "lua", rb"--(?:\[\[.*?\]\]|[^\n]*)", _LINE + rb"|'(?:\\.|[^'\\\n])*'", raw=rb"\[\[.*?\]\]", joins=rb"\.\."
    ),
}
_TONGUES["exs"] = _TONGUES["ex"]


def scan(unit: Unit) -> Facts:
    """The facts of a source; the language is that of the file's suffix (in a fence: of its name)."""
    suffix = unit.path.rpartition(".")[2].lower()
    return read(unit, _TONGUES.get(suffix, _TONGUES["rs"]))
