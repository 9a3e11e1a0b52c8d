"""Masks: source that a grammar is known to misread, overwritten by something of the same length that it reads.

Each is a bug of a pinned grammar (tree-sitter-typescript #366, tree-sitter-javascript #366: a bare `&` in JSX). The
masks look at bytes only and can be wrong, so `unmoor.syntax.grammars.parse` uses them where the source as it stands
does not parse, and keeps the tree with the smaller errors.
"""

import re
from collections.abc import Callable

_EXPORT_TYPE = re.compile(rb"\bexport\s+type(?=\s*\*)")
_TYPEOF_IMPORT = re.compile(rb"typeof\s+import\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\)")
_VARIANCE = re.compile(rb"(?<=[<,])(\s*)(in\s+out|out|in)(?=\s+[A-Z]\w*\s*[,>=])")
_TYPED_TEMPLATE = re.compile(rb"(?<=[\w)\]])<(?:[^<>`]|<[^<>`]*>){0,600}>(?=\s*`)")
_JSX_ATTRIBUTE = re.compile(rb"=\s*(\"[^\"\n<>]*&[^\"\n<>]*\"|'[^'\n<>]*&[^'\n<>]*')")
_JSX_DEFAULT = re.compile(rb"(?<=\s)default(?=\s*=\s*[{\"'])")
_BARE_AMP = re.compile(rb"&(?!\w+;|#\d+;|#x[0-9a-fA-F]+;)")
_TEXT_AMP = re.compile(rb"(?<!&)&(?![&=]|\w+;|#\d+;|#x[0-9a-fA-F]+;)")
_TEXT_START = re.compile(rb"[<>{}=;\"`]")
_TYPE_NAMED = re.compile(
    rb"(?<=\()(?:string|number|boolean|any|void|object|unknown|symbol|never|bigint)(?=\s*(?:,\s*\w+\s*)*\)\s*=>)"
)
_FOR_DO = re.compile(rb"(?<=[ \t;\n({])for[ \t]+\w+[ \t]+(?=do\b)|^for[ \t]+\w+[ \t]+(?=do\b)")
_GROUP_DO = re.compile(rb"(?<=\))[ \t](?=do\b)")
_BOTH_WAYS = re.compile(rb"(?<=[0-9 \t])<>(?=[ \t]*[\w/\"$])")
_FROM_END = re.compile(rb"(?<=[\w\]])(:[ \t]*)-?[ \t]*\$(?=\w+\})")
_MEMBER = re.compile(rb"\$\{[A-Za-z_]\w*(?:\??\.\w+|\([^(){}\n]*\))+\}")
_REACH = 400


def _blank(match: "re.Match[bytes]") -> bytes:
    return b" " * len(match.group())


def _name(match: "re.Match[bytes]") -> bytes:
    return b"_" * len(match.group())


def _types(source: bytes) -> bytes:
    """What the TypeScript grammar does not know."""
    if b"export" in source and b"*" in source:
        source = _EXPORT_TYPE.sub(lambda m: b"export" + b" " * (len(m.group()) - 6), source)
    if b"import(" in source:
        source = _TYPEOF_IMPORT.sub(_name, source)
    if b"`" in source and b"<" in source:
        source = _TYPED_TEMPLATE.sub(_blank, source)
    if b"=>" in source:
        source = _TYPE_NAMED.sub(_name, source)
    return _VARIANCE.sub(_blank, source) if b"out " in source or b"in " in source else source


def _ampersands(source: bytes) -> bytes:
    """A bare `&` in JSX attributes and JSX text becomes `+`; an attribute named `default` gets another name."""
    if b"<" not in source:
        return source
    source = _JSX_DEFAULT.sub(b"_efault", source)
    source = _JSX_ATTRIBUTE.sub(lambda m: _BARE_AMP.sub(b"+", m.group()), source)
    places = [match.start() for match in _TEXT_AMP.finditer(source) if _in_jsx_text(source, match.start())]
    if not places:
        return source
    text = bytearray(source)
    for place in places:
        text[place] = 0x2B
    return bytes(text)


def _in_jsx_text(source: bytes, at: int) -> bool:
    """Whether the text before a place begins behind a JSX tag or expression, and ends before one."""
    start = max(0, at - _REACH)
    before = source[start:at]
    opening = max(before.rfind(b">"), before.rfind(b"}"))
    if opening < 0 or _TEXT_START.search(before, opening + 1):
        return False
    if before[opening : opening + 1] == b">" and not _closes_tag(before[:opening]):
        return False
    after = re.search(rb"[<{;]", source[at : at + _REACH])
    return after is not None and after.group() in b"<{"


def _closes_tag(before: bytes) -> bool:
    """Whether the `>` behind this text closes a tag: no arrow, no comparison, no type argument."""
    if before.endswith((b"=", b" ")) and not before.rstrip().endswith((b'"', b"'", b"}", b"/")):
        return False
    tag = before.rfind(b"<")
    return tag <= 0 or before[tag + 1 : tag + 2] == b"/" or not re.match(rb"[\w$.]", before[tag - 1 : tag])


def _shell(source: bytes) -> bytes:
    """`for x do`, `until (…) do`, `exec 3<>file`, `${X: -$N}`, and what a JavaScript template puts into a command."""
    source = _FOR_DO.sub(lambda m: m.group()[:-1] + b";", source)
    source = _GROUP_DO.sub(b";", source)
    source = _BOTH_WAYS.sub(b"< ", source)
    source = _FROM_END.sub(lambda m: b":" + b"0" * (len(m.group()) - 1), source)
    return _MEMBER.sub(lambda m: b"$" + b"_" * (len(m.group()) - 1), source)


_MASKS: dict[str, Callable[[bytes], bytes]] = {
    "typescript": _types,
    "tsx": lambda source: _ampersands(_types(source)),
    "javascript": _ampersands,
    "shell": _shell,
}


def mask(name: str, source: bytes) -> bytes:
    """The source as the grammar `name` can read it; the length never changes."""
    function = _MASKS.get(name)
    if function is None:
        return source
    masked = function(source)
    assert len(masked) == len(source)
    return masked
