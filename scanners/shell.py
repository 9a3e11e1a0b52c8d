"""Shell scripts: tree-sitter's bash for the structure, our own lexer for words and here-documents."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import structs
from tree_sitter import Node

from unmoor.model.facts import Facts, Reference, Role
from unmoor.scanners import commands
from unmoor.scanners.commands import State, Word
from unmoor.scanners.shell_heredocs import Heredoc, heredocs, substitutions
from unmoor.scanners.unit import Unit
from unmoor.syntax.grammars import errors, parse
from unmoor.text.addresses import host_class

_TEMPLATE = re.compile(rb"\$\{\{.*?\}\}|\{\{.*?\}\}|\{%.*?%\}|<%.*?%>", re.S)
_PLACEHOLDER = re.compile(rb"(?<=[\s/:='\"@])<[A-Za-z][\w.-]*(?:[ |/][\w.-]+)*>(?![>&])")
_POWERSHELL = re.compile(
    rb"(?m)^\s*(?:Write-(?:Host|Output|Error|Warning)\b|param\s*\(|\$[A-Za-z_]\w*\s+=\s|\[(?:CmdletBinding|Parameter)|"
    rb"(?:Get|Set|New|Remove|Invoke|Test|Start|Stop|Import)-[A-Z]\w+\b)|\$env:[A-Za-z_]"
)
_SHEBANG = re.compile(rb"^\xef\xbb\xbf?#!.*|^#!.*")
_SHELLS = re.compile(rb"\b(?:ba|z|k|da|a|mk|c|tc|)sh[0-9.]*\b|\bbats\b|\benv\s*$")
_GUARD = re.compile(
    rb"(?:\[\[?|\btest)\s+(?:-[a-zA-Z]\s+\S+\s+(?:-a|-o|&&)\s+)*-[defrsxhL]\s|\bcommand\s+-v\b|\bwhich\s|"
    rb"\btype\s|\bhash\s|\|\s*grep\s"
)
_NEGATED = re.compile(rb"^\s*(?:if\s+)?(?:!|\[\[?\s*!)")
_FAILS = re.compile(rb"\b(?:exit|return|die|fail|abort|err(?:or)?_exit)\b")
_WORDS = {
    "word",
    "string",
    "raw_string",
    "ansi_c_string",
    "translated_string",
    "concatenation",
    "number",
    "expansion",
    "simple_expansion",
    "command_substitution",
    "process_substitution",
    "brace_expression",
    "arithmetic_expansion",
    "command_name",
    "array",
    "regex",
    "test_operator",
    "extglob_pattern",
    "variable_name",
    "special_variable_name",
}
_SUBSHELLS = {"subshell", "command_substitution", "process_substitution", "function_definition"}
_QUERY = "(variable_assignment name: (variable_name) @name) (for_statement variable: (variable_name) @name)"
MAX_SCOPES = 100  # subshells within subshells; what lies deeper is generated and says nothing
_LOCAL_CLASSES = {"loopback", "private", "tailnet", "docker-internal"}


def scan(unit: Unit) -> Facts:
    """The facts of a script, or of a piece of one."""
    return scan_in(unit, State.of(unit))


def scan_in(unit: Unit, state: State) -> Facts:
    """The facts of a script that begins in a given state, which it changes (`source`d text, `sh -c`)."""
    text = unit.text.text
    if foreign(text):
        from unmoor.scanners import powershell

        return powershell.scan(unit) if _POWERSHELL.search(text) else Facts()
    return _Script(unit, state).run()


def foreign(text: bytes) -> bool:
    """Whether a text is no shell: another shebang, or the look of PowerShell."""
    shebang = _SHEBANG.match(text)
    if shebang:
        return not _SHELLS.search(shebang.group().strip())
    return _POWERSHELL.search(text) is not None


def masked(text: bytes) -> bytes:
    """The text with templates of other languages and carriage returns overwritten; the length stays."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b" \n")
    if b"{{" in text or b"%" in text:
        text = _TEMPLATE.sub(_fill, text)
    return _PLACEHOLDER.sub(lambda m: b"_" * len(m.group()), text) if b"<" in text else text


def _fill(match: "re.Match[bytes]") -> bytes:
    raw = match.group()
    head = b"$" if raw.startswith(b"$") else b"_"
    if raw.startswith(b"{%"):
        head = b" "
    return head + re.sub(rb"[^\n]", b"_" if head != b" " else b" ", raw[1:])


class _Owned(NamedTuple):
    """A here-document with the command that reads it, and the state in which it does."""

    document: Heredoc
    words: list[Word]
    state: State


Step = Node | Callable[[], None]


class _Script:
    """One walk over a script. The stack is explicit: generated scripts nest deeply."""

    def __init__(self, unit: Unit, state: State) -> None:
        self.unit, self.state, self.facts = unit, state, Facts()
        self.masked = masked(unit.text.text)
        loose: list[tuple[int, int]] = []
        self.documents = heredocs(self.masked, loose)
        self.source = _without(self.masked, self.documents, loose)
        self.owned: list[_Owned] = []
        self.stack: list[Step] = []
        self.scopes = 0

    def run(self) -> Facts:
        """Read it all."""
        tree = parse("shell", self.source)
        for lo, hi in errors(tree):
            self.facts.add(self.unit.problem(lo, hi, "shell not understood"))
        self.state.assigned |= _assigned(tree.root_node, self.source)
        self.stack.append(tree.root_node)
        while self.stack:
            step = self.stack.pop()
            if isinstance(step, Node):
                self._visit(step)
            else:
                step()
        self._heredocs()
        self.facts.references = _distinct(self.facts.references)
        return self.facts

    def _visit(self, node: Node) -> None:
        handler = _HANDLERS.get(node.type)
        if handler is not None:
            handler(self, node)
        elif node.type in _SUBSHELLS:
            self._scoped(node)
        elif node.child_count:
            self.stack.extend(reversed(node.children))

    def _scoped(self, node: Node) -> None:
        """A subshell or function: what it changes stays inside."""
        outer = self.state

        def leave() -> None:
            self.state = outer
            self.scopes -= 1

        if self.scopes > MAX_SCOPES:
            return
        self.scopes += 1
        self.state = outer.copy()
        self.stack.append(leave)
        self.stack.extend(reversed(node.children))

    def _guarded(self, nodes: list[Node], guarded: bool) -> None:
        """Push nodes so that they are read under a guard (or as before if there is none)."""
        before = self.state.guarded

        def enter() -> None:
            self.state.guarded = before or guarded

        def leave() -> None:
            self.state.guarded = before

        self.stack.append(leave)
        self.stack.extend(reversed(nodes))
        self.stack.append(enter)

    def _list(self, node: Node) -> None:
        children = node.children
        if len(children) < 3:
            self.stack.extend(reversed(children))
            return
        left, operator, right = children[0], children[1].type, children[-1]
        right_text = self.source[right.start_byte : right.end_byte]
        self._guarded([right], operator == "&&" and self._is_guard(left))
        self._guarded([left], operator == "||" and not _FAILS.search(right_text))

    def _is_guard(self, node: Node) -> bool:
        text = self.source[node.start_byte : node.end_byte]
        return _GUARD.search(text) is not None and not _NEGATED.match(text)

    def _if(self, node: Node) -> None:
        """The condition decides for what stands between `then` and `elif`, `else` or `fi`."""
        children = node.children
        then = next((i for i, child in enumerate(children) if child.type == "then"), 0)
        condition = children[:then]
        text = self.source[node.start_byte : children[then].start_byte] if then else b""
        guard = _GUARD.search(text) is not None and not re.search(rb"(?:if|elif)\s+(?:!|\[\[?\s*!)", text)
        body = [child for child in children[then:] if child.type not in ("elif_clause", "else_clause")]
        for child in reversed([c for c in children if c.type in ("elif_clause", "else_clause")]):
            self.stack.append(child)
        self._guarded(body, guard)
        self.stack.extend(reversed(condition))

    def _words(self, nodes: list[Node]) -> list[Word]:
        """The words of some nodes; nodes that touch are one word."""
        bounds: list[tuple[int, int]] = []
        for node in nodes:
            if bounds and bounds[-1][1] == node.start_byte:
                bounds[-1] = (bounds[-1][0], node.end_byte)
            else:
                bounds.append((node.start_byte, node.end_byte))
        return [commands.shell_word(self.unit, lo, hi, self.source) for lo, hi in bounds]

    def _command(self, node: Node) -> None:
        assignments = [child for child in node.children if child.type == "variable_assignment"]
        parts = [child for child in node.children if child.type in _WORDS and child not in assignments]
        for child in assignments:
            self._assign(child, local=bool(parts))
        words = self._words(parts)
        self._own(node, words)
        if words:
            self.facts.add(commands.read(words, self.unit, self.state))
        self._nested([child for child in node.children if child not in assignments])

    def _nested(self, nodes: list[Node]) -> None:
        """Commands inside words: `"$(curl …)"`."""
        for node in reversed(nodes):
            if node.type in ("command_substitution", "process_substitution"):
                self.stack.append(node)
            elif node.child_count:
                self.stack.extend(reversed(list(_below(node))))
            if node.type in ("file_redirect", "herestring_redirect"):
                self.stack.append(node)

    def _assign(self, node: Node, *, local: bool = False, exported: bool = False) -> None:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if name is None:
            return
        key = self.source[name.start_byte : name.end_byte].decode("utf-8", "replace")
        if value is not None and value.type == "array":
            words = self._words_of_array(value)
            self.state.variables[key] = words
            for word in words:
                self.facts.add(commands.read_word(word, self.state, "config", key=key))
        else:
            lo = value.start_byte if value is not None else node.end_byte
            word = commands.shell_word(self.unit, lo, node.end_byte, self.source)
            self.facts.add(commands.assign(word, key, self.state, local=local, exported=exported))
        if value is not None:
            self._nested([value])

    def _words_of_array(self, node: Node) -> list[Word]:
        return self._words([child for child in node.children if child.type in _WORDS])

    def _bare_assignment(self, node: Node) -> None:
        self._assign(node)

    def _declaration(self, node: Node) -> None:
        exported = bool(node.children) and node.children[0].type == "export"
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, exported=exported)
            elif child.type in ("string", "raw_string", "concatenation", "word"):
                for word in self._words([child]):
                    self.facts.add(commands.read_word(word, self.state, "config"))
                self._nested([child])

    def _for(self, node: Node) -> None:
        variable = node.child_by_field_name("variable")
        values = self._words([c for i, c in enumerate(node.children) if node.field_name_for_child(i) == "value"])
        if variable is not None:
            name = self.source[variable.start_byte : variable.end_byte].decode("utf-8", "replace")
            self.state.variables[name] = list(self._expanded(values))
            self.state.assigned.add(name)
        for word in values:
            self.facts.add(commands.read_word(word, self.state, "config"))
        body = node.child_by_field_name("body")
        if body is not None:
            self.stack.append(body)
        self._nested([c for i, c in enumerate(node.children) if node.field_name_for_child(i) == "value"])

    def _expanded(self, words: list[Word]) -> Iterator[Word]:
        """The literals of a loop: its own words, and those of the lists that its variables hold."""
        for word in words:
            match = re.fullmatch(r"\$\{?(\w+)(?:\[[@*]\])?\}?", word.value)
            if not match:
                yield word
                continue
            for known in self.state.variables.get(match[1], []):
                for item in re.finditer(r"\S+", known.value):
                    yield known.part(item.start(), item.end())

    def _redirect(self, node: Node) -> None:
        destination = node.child_by_field_name("destination")
        if destination is None:
            return
        word = commands.shell_word(self.unit, destination.start_byte, destination.end_byte, self.source)
        self.facts.add(commands.read_word(word, self.state, "config"))
        operator = next((c.type for c in node.children if c.type.strip("<>&|") == "" and c.type), "")
        base, rest = self.state.base(word.value)
        if not rest or rest.startswith(("/dev/", "&", "-")) or rest.isdigit() or word.value.startswith(("<(", ">(")):
            return
        part = word.part(len(word.value) - len(rest))
        if operator.startswith((">", "&>")):
            self.facts.declarations.append(part.declaration("path", rest, None, attrs={"cwd": base, "verb": operator}))
        elif operator == "<" and not part.dynamic:
            attrs = {"use": "data", "guarded": self.state.guarded, "verb": "<"}
            if self.state.anchored(word.value):
                attrs["anchored"] = True
            self.facts.references.append(
                part.reference("path", self.state.role_or("request"), attrs=attrs, runtime=self.state.runtime, cwd=base)
            )

    def _herestring(self, node: Node) -> None:
        for word in self._words([child for child in node.children if child.type in _WORDS]):
            self.facts.add(commands.read_word(word, self.state, "config"))

    def _loose(self, node: Node) -> None:
        """A word outside of any command: the subject of `case`, an operand of a test."""
        for word in self._words([node]):
            self.facts.add(commands.read_word(word, self.state, "comparison", "compared"))
        self._nested([node])

    def _test(self, node: Node) -> None:
        """`[ -f x ]`: operands are compared; files are looked for, and may be absent."""
        operands = [c for c in _descend(node) if c.type in _WORDS and c.type not in ("test_operator", "command_name")]
        for word in self._words(operands):
            self.facts.add(commands.read_word(word, self.state, "comparison", "compared"))
        self._nested(operands)

    def _comment(self, node: Node) -> None:
        word = commands.plain_word(self.unit, node.start_byte, node.end_byte)
        found = commands.read_word(
            word, State(cwd=self.state.cwd, runtime=self.state.runtime), "comment", "in a comment"
        )
        self.facts.references += [
            r for r in found.references if r.kind in ("url", "host") and host_class(r.attrs["host"]) in _LOCAL_CLASSES
        ]

    def _own(self, node: Node, words: list[Word]) -> None:
        """Give the command the here-documents whose operator stands behind it on its line."""
        for document in self.documents:
            if document.operator < node.start_byte or any(o.document is document for o in self.owned):
                continue
            between = self.source[node.end_byte : document.operator]
            if b"\n" in between or re.search(rb"(?<![<>&0-9])[|;]|&&", between):
                continue
            self.owned.append(_Owned(document, words, self.state.copy()))

    def _heredocs(self) -> None:
        owned = {id(item.document): item for item in self.owned}
        for document in self.documents:
            item = owned.get(id(document)) or _Owned(document, [], self.state)
            self.facts.add(read_heredoc(self.unit, self.masked, item.document, item.words, item.state))


def read_heredoc(unit: Unit, source: bytes, document: Heredoc, words: list[Word], state: State) -> Facts:
    """The facts of a here-document: a script if a shell reads it, else text with addresses and expansions."""
    layer = "shell:heredoc-quoted" if document.quoted else "shell:heredoc"
    program = words[0].value.rpartition("/")[2] if words else ""
    target = re.search(rb">>?\s*[\"']?([^\s\"'|;&<>]+)", _line(source, document.operator))
    name = target[1].decode("utf-8", "replace") if target else ""
    reader = words[-1].value.rpartition("/")[2] if words else ""
    body = structs.replace(unit, text=unit.text.slice(document.lo, document.hi), layers=(*unit.layers, layer))
    if (reader in ("sh", "bash", "ash", "zsh", "-s") or re.search(r"\.(sh|bash)$", name)) and not name.endswith(".md"):
        inner = state.inside(_runtime(words)) if _runtime(words) else state.copy()
        return scan_in(body, inner)
    if re.search(r"(^|[/.])env(\.[\w.]+)?$", name):
        from unmoor.scanners import dotenv

        return dotenv.scan(structs.replace(body, cwd=state.cwd))
    role: Role = (
        "display"
        if program in ("cat", "echo") and not name and b"|" not in _line(source, document.operator)
        else "config"
    )
    if document.quoted:
        word = commands.plain_word(unit, document.lo, document.hi, layer)
    else:
        word = commands.quoted_text(unit, document.lo, document.hi, layer, source)
    found = commands.read_word(word, state, role, "shown by cat" if role == "display" else "", file=name)
    for lo, hi in () if document.quoted else substitutions(source, document.lo, document.hi):
        command = structs.replace(unit, text=unit.text.slice(lo, hi), layers=(*unit.layers, layer))
        found.add(scan_in(command, state.copy()))
    return found


def _runtime(words: list[Word]) -> str:
    """`docker exec -i X bash <<EOF`: the script runs inside X."""
    values = [word.value for word in words]
    if "exec" in values and values[0] in ("docker", "podman", "docker-compose"):
        names = [v for v in values[values.index("exec") + 1 : -1] if not v.startswith("-")]
        return f"container:{names[0]}" if names else "container"
    return ""


def _line(source: bytes, at: int) -> bytes:
    end = source.find(b"\n", at)
    return source[source.rfind(b"\n", 0, at) + 1 : len(source) if end < 0 else end]


def _distinct(references: list[Reference]) -> list[Reference]:
    """Without repetition: a variable's literal is met at each of its uses."""
    seen: dict[object, Reference] = {}
    for reference in references:
        seen.setdefault((reference.kind, reference.span, reference.value, reference.runtime), reference)
    return list(seen.values())


def _without(text: bytes, documents: list[Heredoc], loose: list[tuple[int, int]]) -> bytes:
    """The script with its here-documents blanked out; newlines stay."""
    if not documents and not loose:
        return text
    out = bytearray(text)
    blanked = [place for d in documents for place in ((d.operator, d.behind), (d.lo, d.close))]
    for lo, hi in blanked + loose:
        out[lo:hi] = re.sub(rb"[^\n]", b" ", bytes(out[lo:hi]))
    return bytes(out)


def _assigned(root: Node, source: bytes) -> set[str]:
    from unmoor.syntax.grammars import captures

    found = captures("shell", _QUERY, root).get("name", [])
    names = {source[node.start_byte : node.end_byte].decode("utf-8", "replace") for node in found}
    for match in re.finditer(
        rb"\b(?:read|local|declare|typeset|mapfile|readarray|getopts\s+\S+)\s+((?:-\w+\s+)*[\w ]+)", source
    ):
        names.update(match[1].decode().split())
    return names


def _descend(node: Node) -> Iterator[Node]:
    """The outermost words below a node."""
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in _WORDS:
            yield child
        else:
            stack.extend(reversed(child.children))


def _below(node: Node) -> Iterator[Node]:
    """The outermost substitutions below a node."""
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in ("command_substitution", "process_substitution"):
            yield child
        else:
            stack.extend(reversed(child.children))


_HANDLERS: dict[str, Callable[[_Script, Node], None]] = {
    "command": _Script._command,
    "variable_assignment": _Script._bare_assignment,
    "list": _Script._list,
    "if_statement": _Script._if,
    "declaration_command": _Script._declaration,
    "unset_command": lambda *_: None,
    "for_statement": _Script._for,
    "file_redirect": _Script._redirect,
    "herestring_redirect": _Script._herestring,
    "test_command": _Script._test,
    "comment": _Script._comment,
    "string": _Script._loose,
    "expansion": _Script._loose,
    "simple_expansion": _Script._loose,
    "concatenation": _Script._loose,
}
