"""nginx configuration: servers, locations, upstreams (https://nginx.org/en/docs/dirindex.html)."""

import re
from collections.abc import Iterator

from unmoor.model.facts import Facts, Problem, Role
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.unit import Unit

_TOKEN = re.compile(
    rb"""[\s]+|(?P<comment>\#[^\n]*)|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    rb"""|(?P<mark>[;{}])|(?P<word>(?:\$\{[^}\n]*\}|\{\{.*?\}\}|\\.|[^\s;{}])+)|(?P<other>.)""",
    re.S,
)
_PASSES = frozenset(["proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass", "scgi_pass", "memcached_pass"])
# Addresses that are compared with or resolved through, never called.
_COMPARED = frozenset(["allow", "deny", "set_real_ip_from", "server_name", "resolver", "geo", "valid_referers", "if"])
_SHOWN = frozenset(["return", "rewrite", "error_page", "log_format"])
_LISTEN = re.compile(r"(?:(\[[0-9a-fA-F:]*\]|[\w.*-]+):)?(\d{1,5}|\$\{\w+\})$")
_ENV = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class Word:
    """One argument: decoded text and its bytes without quotes."""

    __slots__ = ("hi", "lo", "style", "text")

    def __init__(self, text: str, lo: int, hi: int, style: str) -> None:
        self.text, self.lo, self.hi, self.style = text, lo, hi, style

    @property
    def layer(self) -> str:
        """How the word is written, for codemods."""
        return f"nginx:{self.style}"


class Directive:
    """One directive with its arguments and, for a block, its children."""

    __slots__ = ("children", "parent", "words")

    def __init__(self, words: list[Word], parent: "Directive | None") -> None:
        self.words = words
        self.parent = parent
        self.children: list[Directive] = []

    @property
    def name(self) -> str:
        """The directive's name, "" at the top."""
        return self.words[0].text if self.words else ""

    def text(self, number: int = 1) -> str:
        """The argument of a number, "" if there is none."""
        return self.words[number].text if len(self.words) > number else ""

    def above(self, name: str) -> "Directive | None":
        """The nearest enclosing block of a name."""
        at = self.parent
        while at is not None and at.name != name:
            at = at.parent
        return at


def read(source: bytes) -> tuple[Directive, list[tuple[int, int, str]]]:
    """The directives of a file, below a nameless one, and what could not be read."""
    top = at = Directive([], None)
    words: list[Word] = []
    problems: list[tuple[int, int, str]] = []
    for token in _TOKEN.finditer(source):
        kind = token.lastgroup
        if kind in ("word", "double", "single"):
            words.append(Word(token.group(kind).decode("utf-8", "replace"), *token.span(kind), kind))
        elif kind == "mark":
            mark = token.group()
            if mark == b"}":
                problems += [(*token.span(), "closing brace without an opening one")] if at.parent is None else []
                at = at.parent or at
            elif words:
                directive = Directive(words, at)
                at.children.append(directive)
                at = directive if mark == b"{" else at
            elif mark == b"{":
                at = Directive([], at)
            words = []
        elif kind == "other":
            problems.append((*token.span(), "unexpected character"))
    return top, problems[:20]


def directives(top: Directive) -> Iterator[Directive]:
    """Every directive in document order."""
    stack = list(reversed(top.children))
    while stack:
        directive = stack.pop()
        yield directive
        stack.extend(reversed(directive.children))


def scan(unit: Unit) -> Facts:
    """Routes, ports and addresses of an nginx file."""
    top, problems = read(unit.text.text)
    reader = _Reader(unit, top)
    for directive in directives(top):
        reader.directive(directive)
    reader.facts.traits["format"] = ["nginx"]
    if reader.upstreams:
        reader.facts.traits["upstream"] = sorted(reader.upstreams)
    reader.facts.problems = [Problem(unit.span(lo, hi), message) for lo, hi, message in problems]
    return reader.facts


class _Reader:
    def __init__(self, unit: Unit, top: Directive) -> None:
        self.unit = unit
        self.facts = Facts()
        found = list(directives(top))
        self.upstreams = {d.text() for d in found if d.name == "upstream"}
        self.variables = {d.text(): d.text(2) for d in found if d.name == "set"}
        self.template = bool(re.search(r"\.(template|tpl|tmpl)(\.|$)|/templates/", unit.path))
        self.order = 0

    def directive(self, directive: Directive) -> None:
        """The facts of one directive."""
        name = directive.name
        if self.template:
            self._reads(directive)
        if name == "location":
            self._location(directive)
        elif name == "listen":
            self._listen(directive)
        elif name == "server_name":
            names = [word.text for word in directive.words[1:] if word.text not in ("_", "")]
            self.facts.traits.setdefault("server_name", []).extend(names)
        elif name in ("root", "alias") and directive.text():
            self.facts.traits.setdefault(name, []).append(directive.text())
        elif name == "server" and not directive.children and directive.above("upstream"):
            self._host(directive.words[1:2], directive)
        elif name in _PASSES:
            self._pass(directive)
        elif name not in _COMPARED:
            self._others(directive)

    def _scope(self, directive: Directive) -> str:
        """server > location: the blocks around a directive."""
        parts: list[str] = [directive.name]
        at = directive.parent
        while at is not None and at.words:
            label = " ".join(word.text for word in at.words[1:])
            parts.append(f"{at.name} {label}".strip())
            at = at.parent
        return " > ".join(reversed(parts))

    def _host(self, words: list[Word], directive: Directive) -> None:
        for word in words:
            if word.text.startswith("unix:") or word.text.startswith("$"):
                continue
            attrs = {"key": directive.name}
            scope = self._scope(directive)
            self.facts.references += host_value(
                self.unit, word.lo, word.hi, "proxy-target", "nginx", word.layer, scope=scope, attrs=attrs
            )  # fmt: skip

    def _pass(self, directive: Directive) -> None:
        """`proxy_pass`: a URL, `host:port`, an upstream of this file (no host at all), or a variable."""
        for word in directive.words[1:2]:
            host = re.sub(r"^\w+://", "", word.text).partition("/")[0]
            if host in self.upstreams or word.text.startswith(("$", "unix:")) or "unix:" in word.text:
                continue
            if "://" in word.text:
                self._draw(word, directive, "proxy-target")
            else:
                self._host([word], directive)

    def _draw(self, word: Word, directive: Directive, role: Role) -> None:
        self.facts.references += addresses_in(
            self.unit, word.lo, word.hi, role, "nginx", word.layer, scope=self._scope(directive),
            attrs={"key": directive.name},
        )  # fmt: skip

    def _others(self, directive: Directive) -> None:
        role: Role = "display" if directive.name in _SHOWN else "config"
        line = " ".join(word.text for word in directive.words).lower()
        if "access-control-allow" in line or "content-security-policy" in line or "http_origin" in line:
            role = "cors-origin"
        above = directive.parent
        if above is not None and above.name in ("map", "geo", "if"):
            origin = "origin" in above.text()
            role = "cors-origin" if origin else "comparison" if above.name == "geo" else role
        if directive.name == "set" and _passed(directive):
            role = "proxy-target"
        for word in directive.words:
            self._draw(word, directive, role)

    def _listen(self, directive: Directive) -> None:
        word = directive.words[1] if len(directive.words) > 1 else None
        match = _LISTEN.match(word.text) if word else None
        if word is None or match is None:
            return
        attrs = {"host": (match.group(1) or "").strip("[]"), "ssl": "ssl" in [w.text for w in directive.words]}
        start = word.lo + len(word.text[: match.start(2)].encode())
        self.facts.declarations.append(
            self.unit.declaration("port", start, word.hi, "listen", match.group(2), "nginx", attrs=attrs)
        )

    def _location(self, directive: Directive) -> None:
        """A route: what it matches, where it leads, and whether it lets a socket through."""
        words = directive.words[1:]
        modifier = words[0].text if words and words[0].text in ("=", "~", "~*", "^~") else ""
        at = words[1] if modifier and len(words) > 1 else words[0] if words else None
        if at is None or at.text.startswith("@"):
            return
        target = next((d.text() for d in directive.children if d.name in _PASSES), "")
        attrs = {
            "source": "nginx",
            "destination": self.variables.get(target, target),
            "order": self.order,
            "websocket": self._upgrades(directive),
            "modifier": modifier,
        }
        self.order += 1
        self.facts.declarations.append(
            self.unit.declaration("route", at.lo, at.hi, at.text, at.text, "nginx", attrs=attrs,
                                  scope=self._scope(directive))
        )  # fmt: skip

    def _upgrades(self, block: Directive | None) -> bool:
        """Whether an Upgrade header is set here; nginx inherits headers only where a block sets none itself."""
        while block is not None:
            headers = [d.text().lower() for d in block.children if d.name == "proxy_set_header"]
            if headers:
                return "upgrade" in headers
            block = block.parent
        return False

    def _reads(self, directive: Directive) -> None:
        """`${NAME}` in a template that envsubst fills in; nginx's own variables are lower case."""
        for word in directive.words:
            for match in _ENV.finditer(word.text):
                lo = word.lo + len(word.text[: match.start(1)].encode())
                attrs = {"default": None, "has_default": False, "required": False, "access": "envsubst",
                         "dynamic": False, "key": directive.name}  # fmt: skip
                name = match.group(1)
                self.facts.references.append(
                    self.unit.reference("env", lo, lo + len(name), name, "config", "nginx", "", attrs=attrs)
                )


def _passed(directive: Directive) -> bool:
    """Whether a variable that `set` fills goes into a `proxy_pass` beside or below it."""
    block = directive.parent
    return block is not None and any(d.name in _PASSES and directive.text() in d.text() for d in directives(block))
