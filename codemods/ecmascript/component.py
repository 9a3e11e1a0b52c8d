"""Vue, Svelte and Astro components: the part that holds an address, and the script whose imports that part sees.

A template sees the imports of Vue's `<script setup>`, of Svelte's scripts and of the code in front of an Astro page. A
component without any gets such a script. Of a Vue script without `setup` the template sees the component's methods.
"""

import html
import json
import re
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods.ecmascript.source import Script, Source, scripts
from unmoor.model.findings import Edit
from unmoor.model.spans import Span
from unmoor.syntax.grammars import parse
from unmoor.syntax.tags import Attribute, tags

_AUTHORITY = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\s\"'`{}@]+")
_VUE_CODE = re.compile(r"^(?::|@|#|v-)")
_EVENT = re.compile(r"^(?:@|v-on:|on:|on[A-Za-z]+$)")


class Place(NamedTuple):
    """Where an address of a file stands. source: the code around it, None in a plain attribute.

    home: the script to import into, None if one is to be made. seen: other scripts whose imports count there.
    options: the object of a Vue component whose template sees its methods and no imports.
    """

    source: Source | None
    home: Source | None
    seen: tuple[Source, ...] = ()
    attribute: Attribute | None = None
    options: Node | None = None

    @property
    def shown(self) -> bool:
        """Whether it is in a template, but in no event handler."""
        return self.attribute is not None and not _EVENT.match(self.attribute.name)


class Expression(Source):
    """The code in an attribute of a template."""

    def __init__(self, path: str, data: bytes, attribute: Attribute) -> None:
        super().__init__(path, data, attribute.lo)
        around = 1 if attribute.quote == "`" else 0
        self.region = Span(attribute.lo - around, attribute.hi + around)
        self.grammar = "typescript"
        self._held = attribute.quote

    @cached_property
    def root(self) -> Node:
        """The tree of the file with all but the expression left blank, and that in parentheses."""
        blank = bytearray(re.sub(rb"[^\r\n]", b" ", self.data))
        lo, hi = self.region
        blank[lo - 1 : hi + 1] = b"(" + self.data[lo:hi] + b")"
        return parse(self.grammar, bytes(blank)).root_node

    @cached_property
    def quote(self) -> str:
        """The quote that does not end the attribute; in braces, the commoner one of the file."""
        if self._held in ('"', "'"):
            return "'" if self._held == '"' else '"'
        return '"' if self.data.count(b"'") < self.data.count(b'"') // 4 else "'"


def place(path: str, data: bytes, at: int) -> Place | str:
    """The place of the byte `at`, or why nothing can be called there."""
    suffix = path.rpartition(".")[2].lower()
    found = scripts(suffix, data)
    own = next((script for script in found if script.span.start <= at < script.span.end), None)
    if own is not None:
        return _in_script(path, data, at, own, found)
    attribute = _attribute(suffix, data, at)
    if isinstance(attribute, str):
        return attribute
    home = _home(suffix, found)
    source = Source(path, data, home.span.start) if home is not None else None
    options = None
    if suffix == "vue" and source is not None and not any(script.setup for script in found):
        options = _options(source)
        if options is None:
            return "the template sees no imports: the component has no `<script setup>` and no object of options"
    seen = tuple(Source(path, data, one.span.start) for one in found if one != home and suffix != "astro")
    code = attribute.quote in ("{", "`") or (suffix == "vue" and _VUE_CODE.match(attribute.name) is not None)
    return Place(Expression(path, data, attribute) if code else None, source, seen, attribute, options)


def _in_script(path: str, data: bytes, at: int, own: Script, found: list[Script]) -> Place | str:
    source = Source(path, data, at)
    if path.endswith(".astro"):
        if re.search(rb"is:inline|define:vars|\btype\s*=", own.attributes):
            return "the browser runs this script as it stands, without imports"
        return Place(source, source)
    suffix = path.rpartition(".")[2].lower()
    shared = next((script for script in found if script.shared(suffix) and script != own), None)
    if shared is None or own.shared(suffix):
        return Place(source, source)
    return Place(source, Source(path, data, shared.span.start), (source,))


def _home(suffix: str, found: list[Script]) -> Script | None:
    """The script that a template's imports belong in; None if there is none yet."""
    if suffix == "astro":
        return next((script for script in found if script.attributes == b"---"), None)
    return next((script for script in found if script.shared(suffix)), found[0] if found else None)


def _options(source: Source) -> Node | None:
    """The object of `export default {…}` or `export default defineComponent({…})`."""
    exported = next((node for node in source.root.children if node.type == "export_statement"
                     and node.child_by_field_name("value") is not None), None)  # fmt: skip
    value = exported.child_by_field_name("value") if exported is not None else None
    if value is not None and value.type == "call_expression":
        given = value.child_by_field_name("arguments")
        value = given.named_children[0] if given is not None and len(given.named_children) == 1 else None
    return value if value is not None and value.type == "object" else None


def exposed(source: Source, options: Node, name: str) -> Edit | None:
    """The edit that puts a function among a component's methods; None if it is there."""
    methods = next(
        (pair.child_by_field_name("value") for pair in options.named_children if _key(pair) == "methods"), None
    )
    if methods is None:
        return _entry(source, options, f"methods: {{ {name} }}")
    if any(child.text == name.encode() for child in methods.named_children):
        return None
    return _entry(source, methods, name)


def _key(pair: Node) -> str:
    key = pair.child_by_field_name("key")
    return (key.text or b"").decode() if key is not None else ""


def _entry(source: Source, held: Node, text: str) -> Edit:
    """A last entry of an object, on a line of its own if the one before has its own."""
    entries = [child for child in held.named_children if child.type != "comment"]
    if not entries:
        return Edit(source.path, Span(held.start_byte + 1, held.start_byte + 1), f" {text} ")
    last = entries[-1]
    lead = re.search(rb"\n([ \t]*)$", source.data[: last.start_byte])
    gap = source.newline + lead.group(1).decode() if lead else " "
    comma = re.match(rb"\s*,", source.data[last.end_byte : held.end_byte])
    at = last.end_byte + (comma.end() if comma else 0)
    return Edit(source.path, Span(at, at), f"{gap}{text}," if comma else f",{gap}{text}")


def _attribute(suffix: str, data: bytes, at: int) -> Attribute | str:
    for tag in tags(data, suffix):
        if tag.start <= at < tag.end:
            held = next((one for one in tag.attributes if one.lo <= at < one.hi), None)
            if held is None or any(one.name in ("v-pre", "is:raw") for one in tag.attributes):
                return "it is no attribute that an expression can give"
            return held
    return "it is text of the page"


def plain(path: str, data: bytes, attribute: Attribute, at: int, call: str) -> list[Edit] | str:
    """A plain attribute becomes one that the call gives: `:src="…"` in Vue, `src={…}` in Svelte and Astro."""
    match = _AUTHORITY.match(data, at, attribute.hi)
    if match is None or at != attribute.lo:
        return "the address is only a part of a longer text"
    rest = data[match.end() : attribute.hi].decode()
    if re.search(r"[\s\\`]", rest) or (rest and rest[0] not in "/?#{"):
        return "the address is only a part of a longer text"
    ended = 1 if attribute.quote else 0
    if path.endswith(".vue"):
        inner = '"' if attribute.quote == "'" else "'"
        if "'" in rest or '"' in rest:
            return "its path holds quotes"
        written = f"{call}({inner}{rest}{inner})" if rest else f"{call}()"
        text = written if ended else f'"{written}"'
        return [Edit(path, Span(attribute.start, attribute.start), ":"), Edit(path, Span(at, attribute.hi), text)]
    if path.endswith(".svelte") and "{" in rest:
        return [Edit(path, Span(at, match.end()), f"{{{call}()}}")]
    argument = json.dumps(html.unescape(rest), ensure_ascii=False)
    if "'" not in argument and '\\"' not in argument:
        argument = f"'{argument[1:-1]}'"
    written = f"{{{call}({argument if rest else ''})}}"
    return [Edit(path, Span(at - ended, attribute.hi + ended), written)]


def opened(path: str, data: bytes, line: str, newline: str) -> Edit:
    """A script for the import of a component that has none."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    head, foot = {"vue": ("<script setup>", "</script>"), "astro": ("---", "---")}.get(
        path.rpartition(".")[2].lower(), ("<script>", "</script>")
    )
    indent = "  " if path.endswith(".svelte") else ""
    return Edit(path, Span(start, start), f"{head}{newline}{indent}{line}{newline}{foot}{newline}{newline}")
