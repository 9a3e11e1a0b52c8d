"""Reading languages by their tokens alone: comments, strings, brackets. No grammar, so never a parse error.

A table (`Tongue`) says how a language writes comments, strings and what is filled in. At every string the reader knows
the call or subscript it stands in, its place among the arguments, and the text that leads up to it; roles follow from
that.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from unmoor.model.facts import Facts, Reference, Role
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped


class Tongue(NamedTuple):
    """How a language is written.

    comment, string, raw: patterns on bytes. `raw` strings have no escapes. filled: the pattern of an interpolation in a
    string, or None. joins: operators that join strings. A string's quotes are stripped by `quotes`.
    """

    name: str
    comment: bytes
    string: bytes
    raw: bytes = b"(?!)"
    filled: bytes | None = None
    joins: bytes = rb"\+"


class Frame(NamedTuple):
    """An open bracket: the name before it, how many commas have passed, and where it opened."""

    name: str
    place: int
    at: int
    test: bool


class Literal(NamedTuple):
    """A string at its place. lead: up to 160 bytes before it on its statement; tail: what follows on the line."""

    lo: int
    hi: int
    text: Mapped
    raw: bool
    frame: Frame
    lead: str
    tail: str
    joined: bool


_ESCAPE = rb"\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n[ \t]*|.)"
_SIMPLE = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"0": b"\0", b"b": b"\b", b"f": b"\f", b"e": b"\x1b"}
_QUOTES = re.compile(rb"^(?:[$@rbLuU]{0,3}|c?r?)(#{0,8})(\"\"\"|'''|[\"'`])")
_NAME = re.compile(r"([\w.:>$!?@-]+(?:<[^<>()]*>)?)\s*$")
_VERB = rb"%[-+#0-9.]*[dvisqxT]"

_WORTH = re.compile(
    rb"://|localhost|host\.docker|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|::1|:\d{2,5}\b|/home/|/Users/|^[\"'][A-Za-z_]\w*[\"']$|\$\{"
)
_ADDRESS = re.compile(rb"://|localhost|host\.docker|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d|::1")
_HOST_KEY = re.compile(r"(?i)(?:^|[_a-z])(host|hostname|broker|server)s?$")
_DOTLESS_PORT = re.compile(r"^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*:(?:80|443|[1-9]\d{3,4})$")
_HOME = re.compile(
    r"(?<![\w.:/])/(?:home|Users)/(?!(?:node|app|user|username|runner|ubuntu|vscode)\b)[A-Za-z][\w.-]*(?:/[\w./@+-]*)?"
)

ENV_READ = re.compile(
    r"(?:^|[.:>])(?:Getenv|LookupEnv|getenv|get_env|fetch_env!?|GetEnvironmentVariable|var|var_os|env!|option_env!|env|getOrDefault"
    r"|get|getOrElse|fetch|fromEnvironment|ExpandEnv|getEnv\w*|envOr\w*|GetEnv\w*|EnvOr\w*|mustGetenv|MustGetenv|requireEnv|getEnvOrDefault)$"
)
_READS_NAMED = re.compile(r"(?i)(^|[.:>_])(get_?env\w*|env_?or\w*|lookup_?env\w*|env_?(with_?)?default\w*)$")
_SURE = re.compile(
    r"(?i)(os\.(getenv|lookupenv)|^getenv|::getenv|system\.(getenv|get_env|fetch_env!?)|getenvironmentvariable|env::var(_os)?|\benv!|option_env!"
    r"|^env$|getenv\(\)\.|getenv\.(get|getordefault)|sys\.env(\.(get|getorelse))?|^env\.(get|fetch)|environment\.get|fromenvironment"
    r"|(^|[.:])(get_?env\w+|env_?or\w*|must_?getenv\w*|require_?env\w*)|os\.getenv|environment\[|^\$_env|^\$_server|^env\[)$"
)
# What is given where the variable is not set: the second argument, or what an operator puts in its place.
_SECOND = re.compile(
    r"""\s*(?:,|[)\]]\s*(?:\|\||\?\?|\?:))\s*(?:(?P<quote>["'`])(?P<text>[^"'`\n]*)(?P=quote)|(?P<other>[\w$\[(:-]))"""
)
# What goes on without the variable: `== "true"`, `if v := os.Getenv("X"); v != ""`.
_DOES_WITHOUT = re.compile(r"""\s*[)\]]\s*(?:[!=]==?\s*["'][^"'\n]+["']|;\s*\w+\s*!=\s*"")""")
# Go's struct tags: `env:"X,default=http://…"`, `envDefault:"http://…"`, `default:"http://…"`.
_TAGGED = re.compile(r"""(?i)\b(?:env)?default(?:=|:")""")
_REQUIRED = re.compile(r"(?i)fetch_env!|env!|must|require")
_SHOWN = re.compile(
    r"(?i)(^|[.:>])(print\w*|println!?|eprintln!?|puts|echo|writeline|write|printf|fatal\w*|panic!?|log\w*|info\w*!?|warn\w*!?"
    r"|error\w*!?|debug\w*!?|trace!?|errorf|new|raise|die|exit|bail!|anyhow!|expect|fail|usage|describe|help|description|sprintln)$"
)
_LOGGER = re.compile(
    r"(?i)(log|logger|console|fmt|slog|t|b|printer)[.:]+\w+$|^(print\w*|puts|echo|println!?|eprintln!?|panic!?|die)$|\b(error|exception)\w*$|^raise|errors\.new|errorf$|anyhow!|bail!|(info|warn|error|debug|trace)!$"
)
_COMPARED = re.compile(
    r"(?i)(equals\w*|contains|startswith|starts_with|hasprefix|hassuffix|endswith|ends_with|start_with\?|end_with\?|matches|match"
    r"|trimprefix|replace\w*|split|compile|strpos|str_contains|assert\w*!?|eq|include\?|strip_prefix|indexof|regex)$"
)
_FORMAT = re.compile(r"(?i)(^|[.:])(sprintf|string\.format|format!?|formatted|concat|from|into|to_string|to_owned)$")
_BIND = re.compile(
    r"(?i)(listenandserve\w*|listen|bind|start|run|serve|listenudp|listentcp|useurls|withaddr|addr|newserver|inetsocketaddress|serversocket)$"
)
# `([127, 0, 0, 1], 3000)` and `(Ipv4Addr::LOCALHOST, 3000)` of Rust: an address to listen at, without any string.
_SOCKET = re.compile(
    rb"\(\s*(?:\[\s*(?:0|127)\s*,\s*0\s*,\s*0\s*,\s*[01]\s*\]|(?:\w+::)*Ip(?:v[46])?Addr::(?:UNSPECIFIED|LOCALHOST|new\([^)]*\)))"
    rb"\s*,\s*(\d{2,5})\s*\)"
)
_REQUEST = re.compile(
    r"(?i)(^|[.:>])(get|post|put|patch|delete|head|request|newrequest\w*|dial\w*|connect\w*|open|uri|url|parse|create|httpget|get_response"
    r"|getasync|postasync|newclient\w*|baseurl|base_url|resttemplate|webclient|redis|mongo\w*|newredis\w*|http|fetch|newwithoptions)$"
)
_ORIGIN = re.compile(r"(?i)cors|origin")
_COMPARE = re.compile(r"(?:==|!=|===|!==|=~|\bcase|\bin|\bwhen)\s*[\[({]?\s*$")
_OR = re.compile(r"(?:\?\?=?|\|\||\?:|\bor|\|\|=)\s*$")
_SWITCH = re.compile(
    r"(?i)(debug|is_?dev\w*|production|development|environment)[^;{}]{0,60}\?\s*(?:\"[^\"]*\"\s*:\s*)?$"
)
_CONSTANT = re.compile(r"([A-Za-z_$@][\w$]*)\s*(?::\s*[\w&'<>\[\]? ]+)?\s*:?=\s*(?:new\s+\w+\s*\(\s*|\[\s*|&)?$")
_KEY = re.compile(r"[\"':]?([A-Za-z_][\w-]*)[\"']?\s*(?::|=>|=)\s*$")


def read(unit: Unit, tongue: Tongue) -> Facts:
    """The facts of a source in a language of which only the tokens are known."""
    out = Facts()
    source = unit.text.text
    default = _Defaults()
    for literal in literals(unit, tongue, out):
        inside = structs.replace(unit, text=unit.text.compose(literal.text))
        value = literal.text.text.decode("utf-8", "replace")
        name = _read_name(literal, value, source)
        if name:
            read_ = _env(inside, literal, value, tongue)
            default.note(read_, literal)
            out.references.append(read_)
            continue
        out.references += _addresses(inside, literal, value, tongue, default, out)
    for match in _SOCKET.finditer(source):
        port = match.group(1).decode()
        out.declarations.append(unit.declaration("port", *match.span(1), "listen", port, tongue.name))
    return out


class _Defaults:
    """The last read of a variable, so that the string behind it can be told as its default."""

    def __init__(self) -> None:
        self.read: Reference | None = None
        self.at = self.frame = -1

    def note(self, read_: Reference, literal: Literal) -> None:
        self.read, self.at, self.frame = read_, literal.hi, literal.frame.at

    def of(self, literal: Literal) -> Reference | None:
        """The read that this string is the default of, if it is one."""
        if self.read is None:
            return None
        if literal.frame.at == self.frame and literal.frame.place == 1:
            return self.read
        near = (
            literal.lo - self.at < 120
            and "\n\n" not in literal.lead
            and ";" not in literal.lead[-(literal.lo - self.at) :]
        )
        chained = re.search(
            r"(?:unwrap_or\w*|getOrElse|orElse\w*|or_else|\|\||\?\?|\?:|\bor)\s*[({|]?[^\"';]*$", literal.lead
        )
        if near and chained:
            return self.read
        return None


def _read_name(literal: Literal, value: str, source: bytes) -> bool:
    """Whether a string is the name in an environment read."""
    if literal.frame.place != 0 or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        return False
    lead = source[max(literal.frame.at - 60, 0) : max(literal.frame.at - 1, 0)].decode("utf-8", "replace")
    name = re.sub(r"\s+", "", literal.frame.name)
    if not re.search(r"[({\[,]\s*$", source[max(literal.lo - 30, 0) : literal.lo].decode("utf-8", "replace")):
        return False
    if _SURE.search(name) or (
        ENV_READ.search(name) and re.search(r"(?i)getenv\(\)\s*\.\w+$|sys\.env\.\w+$|\benv::\w+$", lead)
    ):
        return value.upper() == value
    return False


def _env(unit: Unit, literal: Literal, value: str, tongue: Tongue) -> Reference:
    required = bool(_REQUIRED.search(literal.frame.name)) or literal.tail.lstrip(")]").startswith(
        (".unwrap()", ".expect(", "!!")
    )
    behind = None if required else _SECOND.match(literal.tail)
    attrs: dict[str, object] = {
        "default": behind["text"] if behind else None,
        "has_default": behind is not None,
        "required": required,
        "access": literal.frame.name[:40],
        "dynamic": False,
        "optional": not required and bool(_DOES_WITHOUT.match(literal.tail)),
    }
    return unit.reference(
        "env",
        0,
        len(literal.text.text),
        value,
        "config",
        tongue.name,
        f"{tongue.name}:string",
        runtime="test" if literal.frame.test else unit.runtime,
        attrs=attrs,
    )


def _addresses(
    unit: Unit, literal: Literal, value: str, tongue: Tongue, default: _Defaults, out: Facts
) -> Iterator[Reference]:
    read_ = default.of(literal)
    if read_ is not None and not read_.attrs["default"]:
        read_.attrs.update(default=value, has_default=True, required=False)
    role, why, attrs = use(literal, read_)
    if role == "config" and _TAGGED.search(value):
        role, why = "default", "the default of a field, in its tag"
    layer = f"{tongue.name}:{'raw' if literal.raw else 'string'}"
    runtime = "test" if literal.frame.test else unit.runtime
    size = len(literal.text.text)
    listening = re.fullmatch(r"([\w.\[\]*]*):(\d{2,5})", value)
    if listening and (_BIND.search(literal.frame.name) or _BIND.search(str(attrs.get("key", "")))):
        lo = len(listening.group(1)) + 1
        out.declarations.append(
            unit.declaration(
                "port",
                lo,
                size,
                "listen",
                listening.group(2),
                tongue.name,
                attrs={"host": listening.group(1) or None, "call": literal.frame.name},
            )
        )
        role, why = "bind", f"the address that `{literal.frame.name}` listens at"
    dotless = bool(_DOTLESS_PORT.match(value)) or (
        bool(re.fullmatch(r"[a-z][a-z0-9_-]*", value))
        and bool(_HOST_KEY.search(str(attrs.get("key", attrs.get("env", "")))))
    )
    if dotless and role not in ("display", "comparison"):
        yield from host_value(unit, 0, size, role, tongue.name, layer, why=why, runtime=runtime, attrs=attrs)
    else:
        yield from addresses_in(unit, 0, size, role, tongue.name, layer, why=why, runtime=runtime, attrs=attrs)
    for match in _HOME.finditer(value):
        lo = len(value[: match.start()].encode())
        yield unit.reference(
            "path",
            lo,
            lo + len(match.group().encode()),
            match.group(),
            role,
            tongue.name,
            layer,
            why=why,
            runtime=runtime,
            attrs={"use": "home"},
        )


def use(literal: Literal, read_: Reference | None) -> tuple[Role, str, dict[str, object]]:
    """(role, why, attrs) of a string from its call and what leads up to it."""
    name, lead = literal.frame.name, literal.lead
    attrs: dict[str, object] = {}
    if name:
        attrs["call"] = name
    constant, key = _CONSTANT.search(lead), _KEY.search(lead)
    if constant:
        attrs["constant"] = attrs["key"] = constant.group(1)
    elif key:
        attrs["key"] = key.group(1)
    if literal.joined:
        attrs["computed"] = True
    if read_ is None and literal.frame.place == 1 and _READS_NAMED.search(name):
        return "default", f"what `{name}` gives where the variable is not set", attrs
    if read_ is not None:
        attrs["env"] = read_.value
        return "default", f"used where `{read_.value}` is not set", attrs
    label = str(attrs.get("key", ""))
    if _COMPARE.search(lead) or (_COMPARED.search(name) and not constant):
        return "comparison", "compared", attrs
    if _LOGGER.search(name):
        return "display", f"text given to `{name}`", attrs
    if _ORIGIN.search(label) or _ORIGIN.search(name):
        return "cors-origin", f"an origin for `{label or name}`", attrs
    if _SWITCH.search(lead):
        return "dev-branch", "one side of an environment switch", attrs
    empty = re.search(r"if\s*\(?\s*(\w+)\s*==\s*\"\"\s*\)?\s*\{\s*(\w+)\s*=\s*$", lead)
    if empty and empty.group(1) == empty.group(2):
        before = re.search(rf"\b{empty.group(1)}\s*:?=\s*os\.Getenv\(\"(\w+)\"\)", lead)
        if before:
            attrs["env"] = before.group(1)
        return "default", "used where the variable is empty", attrs
    if _OR.search(lead):
        return "default", "used where there is no other value", attrs
    if _BIND.search(name) and not _REQUEST.search(name):
        return "bind", f"the address that `{name}` listens at", attrs
    if _REQUEST.search(name):
        return "request", f"called through `{name}`", attrs
    return "config", "a value", attrs


def literals(unit: Unit, tongue: Tongue, out: Facts) -> Iterator[Literal]:
    """Every string that may hold something, with its place; comments go straight to the facts."""
    source = unit.text.text
    token = _token(tongue)
    stack: list[Frame] = [Frame("", 0, 0, False)]
    for match in token.finditer(source):
        kind = match.lastgroup
        if kind == "comment":
            if _ADDRESS.search(match.group()):
                out.references += addresses_in(
                    unit, match.start(), match.end(), "comment", tongue.name, f"{tongue.name}:comment"
                )
        elif kind == "open":
            if len(stack) < 2000:
                stack.append(_frame(source, match, stack[-1]))
        elif kind == "close":
            if len(stack) > 1:
                stack.pop()
        elif kind == "comma":
            stack[-1] = stack[-1]._replace(place=stack[-1].place + 1)
        elif _WORTH.search(match.group()):
            frame = stack[-1]
            if len(stack) > 1 and _FORMAT.search(frame.name):  # what is formatted is for whom the result is given to
                frame = stack[-2]._replace(test=frame.test)
            yield _literal(source, match, frame, tongue)


_TOKENS: dict[str, re.Pattern[bytes]] = {}


def _token(tongue: Tongue) -> re.Pattern[bytes]:
    if tongue.name not in _TOKENS:
        parts = (
            rb"(?P<comment>%s)" % tongue.comment,
            rb"(?P<raw>%s)" % tongue.raw,
            rb"(?P<string>%s)" % tongue.string,
            rb"(?P<open>[(\[{])",
            rb"(?P<close>[)\]}])",
            rb"(?P<comma>,)",
        )
        _TOKENS[tongue.name] = re.compile(b"|".join(parts), re.S)
    return _TOKENS[tongue.name]


def _frame(source: bytes, match: re.Match[bytes], outer: Frame) -> Frame:
    before = source[max(match.start() - 80, 0) : match.start()].decode("utf-8", "replace")
    test = outer.test or (
        match.group() == b"{" and bool(re.search(r"#\[cfg\(test\)\]\s*(?:pub\s+)?mod\s+\w+\s*$", before))
    )
    name = _NAME.search(before)
    if match.group() == b"{":
        return Frame("", 0, match.end(), test)
    return Frame(
        (name.group(1) if name else "") + ("[" if match.group() == b"[" and name else ""), 0, match.end(), test
    )


def _literal(source: bytes, match: re.Match[bytes], frame: Frame, tongue: Tongue) -> Literal:
    written, raw = match.group(), match.lastgroup == "raw"
    quotes = _QUOTES.match(written)
    opening = quotes.end() if quotes else 1
    closing = len(quotes.group(1)) + len(quotes.group(2)) if quotes else 1
    lo, hi = match.start() + opening, max(match.end() - closing, match.start() + opening)
    lead = source[max(match.start() - 160, 0) : match.start()].decode("utf-8", "replace")
    tail = source[match.end() : match.end() + 80].partition(b"\n")[0].decode("utf-8", "replace")
    joined = bool(re.match(rb"\s*(?:%s)" % tongue.joins, source[match.end() : match.end() + 20]))
    text = _decode(source, lo, hi, raw, tongue, joined)
    return Literal(match.start(), match.end(), text, raw, frame, lead, tail, joined)


def _decode(source: bytes, lo: int, hi: int, raw: bool, tongue: Tongue, joined: bool) -> Mapped:
    pattern = b"|".join([*([] if raw else [tongue.filled or b"(?!)"]), *([] if raw else [_ESCAPE]), _VERB])
    parts: list[tuple[bytes, int, int]] = []
    at = lo
    if b"://" in source[lo:hi] or b"\\" in source[lo:hi]:
        for match in re.compile(pattern, re.S).finditer(source, lo, hi):
            decoded = _decoded(match.group(), tongue)
            parts.append((source[at : match.start()], at, match.start()))
            if len(decoded) == len(match.group()):  # one atom, however long its source is
                parts.append((decoded[:1], match.start(), match.start()))
                decoded = decoded[1:]
            parts.append((decoded, match.start(), match.end()))
            at = match.end()
    parts.append((source[at:hi], at, hi))
    if joined:
        parts.append((b"{_}", hi, hi))
    return Mapped.build(parts)


def _decoded(token: bytes, tongue: Tongue) -> bytes:
    if token[:1] == b"%":
        return b"{_}"
    if tongue.filled and re.fullmatch(tongue.filled, token, re.S):
        return b"{" + (re.sub(rb"[^\w.]+", b"", token)[:60] or b"_") + b"}"
    code = token[1:]
    if code[:1] in b"ux" and len(code) > 1:
        digits = code[1:].strip(b"{}")
        number = int(digits, 16)
        return chr(number).encode("utf-8", "replace") if number < 0x110000 else b"?"
    if code[:1] in b"\r\n":
        return b""
    return _SIMPLE.get(code, code)
