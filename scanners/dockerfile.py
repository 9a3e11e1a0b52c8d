"""Dockerfiles: stages, instructions, what is copied, run, exposed and set.

Declarations: `stage` (name, base image; attrs index, platform), `instruction` in order (name in capitals, its arguments
as text; attrs stage, flags, args, exec, and by instruction: sources, dest, from, test, user, …), `port` named "expose",
`env` with where "dockerfile-env" or "dockerfile-arg". Runtimes: "build" for RUN, "container:" (the container itself)
for CMD, ENTRYPOINT, HEALTHCHECK and ENV.
"""

import re
from collections.abc import Callable

from msgspec import structs

from unmoor.model.facts import Facts, Role
from unmoor.scanners import commands, shell
from unmoor.scanners.commands import State, Word
from unmoor.scanners.dockerfile_lexer import (
    Document,
    Heredoc,
    Instruction,
    exec_form,
    json_string,
    old_form,
    parse,
    shell_words,
    unquote,
    value_words,
)
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class
from unmoor.text.mapped import Mapped

LANGUAGE = "dockerfile"
_SELF = "container:"
_QUOTED = re.compile(rb"\"(?:\\.|[^\"\\])*\"|'[^']*'|\\.", re.S)
_VARIABLE = re.compile(rb"\$\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}]*))?[^{}]*\}|\$([A-Za-z_]\w*)")
_EXPANDED = {"ADD", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "ARG"}
_HEALTH = re.compile(rb"(?i)(CMD|NONE)(?=\s|$)\s*")


def scan(unit: Unit) -> Facts:
    """The facts of a Dockerfile."""
    return _File(unit).run()


class _File:
    """One pass over the instructions, knowing the current stage."""

    def __init__(self, unit: Unit) -> None:
        self.unit, self.facts = unit, Facts()
        self.document: Document = parse(unit.text.text)
        self.stage, self.stage_name = -1, ""

    def run(self) -> Facts:
        """Read it all."""
        for lo, hi, message in self.document.problems:
            self.facts.add(self.unit.problem(lo, hi, message))
        for instruction in self.document.instructions:
            self._instruction(instruction)
        for lo, hi in self.document.comments:
            self._comment(lo, hi)
        return self.facts

    def _instruction(self, given: Instruction) -> None:
        if given.name == "FROM":
            self._from(given)
        scope = self.stage_name or (f"stage {self.stage}" if self.stage >= 0 else "")
        unit = structs.replace(self.unit, scope=scope, text=self.unit.text.compose(given.line))
        attrs: dict[str, object] = {
            "stage": self.stage,
            "flags": {flag.name: flag.value for flag in given.flags},
            "exec": given.exec_ is not None,
            "args": self._arguments(given),
            "onbuild": False,
            "heredocs": len(given.heredocs),
        }
        effective = given
        if given.trigger is not None:
            effective = given.trigger
            attrs |= {
                "onbuild": True,
                "trigger": effective.name,
                "args": self._arguments(effective),
                "exec": effective.exec_ is not None,
            }
        reader = _READERS.get(effective.name)
        if reader is not None:
            reader(self, unit, effective, attrs)
        if effective.name in _EXPANDED:
            self._variables(unit, effective)
        text = given.text.decode("utf-8", "replace")
        self.facts.declarations.append(
            unit.declaration("instruction", 0, len(given.line.text), given.name, text, LANGUAGE, attrs=attrs)
        )

    def _arguments(self, given: Instruction) -> list[str]:
        if given.exec_ is not None:
            return [json_string(given.line, lo, hi).text.decode("utf-8", "replace") for lo, hi in given.exec_]
        text = given.line.text
        words = shell_words(text, given.lo, given.hi, self.document.escape)
        return [unquote(text[lo:hi], self.document.escape).decode("utf-8", "replace") for lo, hi in words or []]

    def _from(self, given: Instruction) -> None:
        self.stage += 1
        words = value_words(given.line.text, given.lo, given.hi, self.document.escape)
        text = given.line.text
        values = [text[lo:hi].decode("utf-8", "replace") for lo, hi in words]
        named = len(values) >= 3 and values[1].upper() == "AS"
        self.stage_name = values[2] if named else ""
        lo, hi = words[2] if named else words[0] if words else (given.lo, given.hi)
        unit = structs.replace(self.unit, text=self.unit.text.compose(given.line), scope=self.stage_name)
        base = values[0] if values else ""
        flags = {flag.name: flag.value for flag in given.flags}
        self.facts.declarations.append(
            unit.declaration(
                "stage",
                lo,
                hi,
                self.stage_name,
                base,
                LANGUAGE,
                attrs={"index": self.stage, "platform": flags.get("platform", ""), "base": base},
            )
        )

    def _variables(self, unit: Unit, given: Instruction) -> None:
        text = given.line.text
        literal = [m.span() for m in _QUOTED.finditer(text, given.lo, given.hi) if m.group().startswith(b"'")]
        for match in _VARIABLE.finditer(text, given.lo, given.hi):
            before = text[: match.start()]
            if any(lo < match.start() < hi for lo, hi in literal):
                continue
            if (len(before) - len(before.rstrip(self.document.escape))) % 2:
                continue
            group = 1 if match[1] else 4
            name = match[group].decode()
            default = match[3].decode("utf-8", "replace") if match[2] and match[2].endswith(b"-") and match[3] else None
            self.facts.references.append(
                unit.reference(
                    "env",
                    match.start(group),
                    match.end(group),
                    name,
                    "config",
                    LANGUAGE,
                    "",
                    runtime="build",
                    attrs={
                        "default": default,
                        "has_default": bool(match[2]) and match[2].endswith(b"-"),
                        "required": bool(match[2]) and match[2].endswith(b"?"),
                        "access": "dockerfile",
                        "dynamic": False,
                        "stage": self.stage,
                        "instruction": given.name,
                    },
                )
            )

    def _comment(self, lo: int, hi: int) -> None:
        word = commands.plain_word(self.unit, lo, hi)
        found = commands.read_word(word, State(cwd=self.unit.cwd), "comment", "in a comment")
        self.facts.references += [
            r
            for r in found.references
            if host_class(r.attrs["host"]) in ("loopback", "private", "tailnet", "docker-internal")
        ]

    def _word(self, unit: Unit, lo: int, hi: int) -> Word:
        """A word of ENV, ARG or COPY without its quotes."""
        text = unit.text.text
        for quote, layer in ((b'"', "dockerfile:double"), (b"'", "dockerfile:single")):
            if hi - lo >= 2 and text[lo : lo + 1] == quote == text[hi - 1 : hi] and quote not in text[lo + 1 : hi - 1]:
                return commands.plain_word(unit, lo + 1, hi - 1, layer)
        return commands.plain_word(unit, lo, hi, "dockerfile:word")

    def _env(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        text, escape = given.line.text, self.document.escape
        old = old_form(text, given.lo, given.hi, escape)
        if old is not None:
            (lo, hi), value = old
            pairs = [(text[lo:hi], commands.plain_word(unit, *value, "dockerfile:rest"))]
        else:
            pairs = []
            for lo, hi in value_words(text, given.lo, given.hi, escape):
                name, _, _ = text[lo:hi].partition(b"=")
                pairs.append((name, self._word(unit, min(lo + len(name) + 1, hi), hi)))
        attrs["names"] = [name.decode("utf-8", "replace") for name, _ in pairs]
        if given.name == "LABEL":
            return
        for raw, word in pairs:
            self._declare_env(raw.strip(b"\"'").decode("utf-8", "replace"), word, "dockerfile-env", word.value)

    def _arg(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        text = given.line.text
        names: list[str] = []
        for lo, hi in value_words(text, given.lo, given.hi, self.document.escape):
            name, equals, _ = text[lo:hi].partition(b"=")
            names.append(name.decode("utf-8", "replace"))
            word = self._word(unit, lo + len(name) + 1, hi) if equals else commands.plain_word(unit, lo, hi)
            self._declare_env(names[-1], word, "dockerfile-arg", word.value if equals else None)
        attrs["names"] = names

    def _declare_env(self, name: str, word: Word, where: str, value: str | None) -> None:
        self.facts.declarations.append(
            structs.replace(
                word.declaration("env", name, value, attrs={"where": where, "stage": self.stage}), language=LANGUAGE
            )
        )
        if value is not None:
            role: Role = "default" if where == "dockerfile-arg" else "config"
            state = State(cwd=None, runtime="build" if where == "dockerfile-arg" else _SELF, role=role)
            found = commands.read_value(word, name, state, role, f"the value of {where[11:].upper()} {name}")
            self._take(found)

    def _take(self, found: Facts) -> None:
        """Facts made by the reader of commands, in this file's language where they are not shell."""
        found.references = [structs.replace(r, language=LANGUAGE) for r in found.references if r.kind != "env"]
        self.facts.add(found)

    def _copy(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        flags = {flag.name: flag for flag in given.flags}
        origin = flags["from"].value if "from" in flags else ""
        text = given.line.text
        if given.exec_ is not None:
            words = [_json_word(unit, lo, hi) for lo, hi in given.exec_]
        else:
            heredocs = {item.word for item in given.heredocs}
            words = [
                self._word(unit, lo, hi)
                for lo, hi in shell_words(text, given.lo, given.hi, self.document.escape) or []
                if (lo, hi) not in heredocs
            ]
        attrs |= {
            "from": origin,
            "sources": [word.value for word in words[:-1]],
            "dest": words[-1].value if words else "",
        }
        for word in words[:-1]:
            if origin or re.match(r"(?i)(https?|git)://|git@", word.value):
                self._take(commands.read_word(word, State(cwd=None, runtime="build"), "request", "fetched by ADD"))
                continue
            self.facts.references.append(
                structs.replace(
                    word.reference(
                        "path",
                        "request",
                        runtime="build",
                        cwd=unit.cwd,
                        attrs={
                            "use": "copy",
                            "verb": given.name,
                            "guarded": False,
                            "stage": self.stage,
                            "dest": attrs["dest"],
                            "computed": "$" in word.value,
                        },
                    ),
                    language=LANGUAGE,
                )
            )

    def _expose(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        for lo, hi in value_words(given.line.text, given.lo, given.hi, self.document.escape):
            raw = given.line.text[lo:hi].decode("utf-8", "replace").strip("\"'")
            port, _, protocol = raw.partition("/")
            self.facts.declarations.append(
                unit.declaration(
                    "port",
                    lo,
                    lo + len(port.encode()),
                    "expose",
                    port,
                    LANGUAGE,
                    attrs={"protocol": protocol or "tcp", "stage": self.stage},
                )
            )

    def _run(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        runtime = "build" if given.name == "RUN" else _SELF
        base = structs.replace(unit, runtime=runtime, cwd=None)
        if given.exec_ is not None:
            self._exec(base, given.line, given.exec_)
            return
        self._shell(base, given.lo, given.hi, [item.word for item in given.heredocs])
        for item in given.heredocs:
            self._heredoc(base, given, item)

    def _shell(self, unit: Unit, lo: int, hi: int, hidden: list[tuple[int, int]]) -> None:
        text = unit.text.masked(hidden, b" ") if hidden else unit.text
        self.facts.add(
            shell.scan(structs.replace(unit, text=text.slice(lo, hi), layers=(*unit.layers, "dockerfile:shell")))
        )

    def _exec(self, unit: Unit, line: Mapped, items: tuple[tuple[int, int], ...]) -> None:
        words = [_json_word(unit, lo, hi) for lo, hi in items]
        self.facts.add(commands.read(words, unit, State.of(unit)))

    def _heredoc(self, unit: Unit, given: Instruction, item: Heredoc) -> None:
        """`RUN <<EOF` is a script; `RUN python <<EOF` and `COPY <<EOF` are text."""
        layer = "dockerfile:heredoc-quoted" if item.quoted else "dockerfile:heredoc"
        source = self.unit.text.text
        parts = []
        for match in re.finditer(rb"(\t*)([^\n]*\n?)", source[item.lo : item.hi]):
            start = match.start(2) if item.tabs else match.start()
            if match.group():
                parts.append((source[item.lo + start : item.lo + match.end()], item.lo + start, item.lo + match.end()))
        body = structs.replace(
            unit, text=self.unit.text.compose(Mapped.build(parts)), layers=(*self.unit.layers, layer)
        )
        command = given.line.text[given.lo : item.word[0]].strip()
        if given.name == "RUN" and (not command or re.fullmatch(rb"(?:/bin/)?(?:ba|a|da|z)?sh(?: -\w+)*", command)):
            self.facts.add(shell.scan(body))
            return
        size = len(body.text.text)
        word = commands.plain_word(body, 0, size) if item.quoted else commands.quoted_text(body, 0, size, "")
        self.facts.add(commands.read_word(word, State.of(body), "config"))

    def _health(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        match = _HEALTH.match(given.line.text, given.lo, given.hi)
        kind = match[1].decode().upper() if match else ""
        attrs["kind"] = kind
        if match is None or kind != "CMD":
            attrs["test"] = ["NONE"] if kind == "NONE" else []
            return
        base = structs.replace(unit, runtime=_SELF, cwd=None, role="healthcheck")
        items = exec_form(given.line.text, match.end(), given.hi)
        if items is not None:
            values = [json_string(given.line, lo, hi).text.decode("utf-8", "replace") for lo, hi in items]
            attrs |= {"exec": True, "args": values, "test": ["CMD", *values], "command": " ".join(values)}
            self._exec(base, given.line, items)
            return
        text = given.line.text[match.end() : given.hi].decode("utf-8", "replace")
        attrs |= {"test": ["CMD-SHELL", text], "command": text}
        self._shell(base, match.end(), given.hi, [])

    def _plain(self, unit: Unit, given: Instruction, attrs: dict[str, object]) -> None:
        attrs["value"] = given.text.decode("utf-8", "replace")


def _json_word(unit: Unit, lo: int, hi: int) -> Word:
    """An item of an exec form; it is not expanded by anyone."""
    inner = unit.text.compose(json_string(Mapped.whole(unit.text.text), lo, hi))
    part = structs.replace(unit, text=inner, layers=(*unit.layers, "json:string"))
    return Word(part, inner.text.decode("utf-8", "replace"), lo, hi)


Reader = Callable[[_File, Unit, Instruction, dict[str, object]], None]
_READERS: dict[str, Reader] = {
    "ENV": _File._env,
    "LABEL": _File._env,
    "ARG": _File._arg,
    "COPY": _File._copy,
    "ADD": _File._copy,
    "EXPOSE": _File._expose,
    "RUN": _File._run,
    "CMD": _File._run,
    "ENTRYPOINT": _File._run,
    "HEALTHCHECK": _File._health,
    "WORKDIR": _File._plain,
    "USER": _File._plain,
}
