"""Makefiles: targets, variables, and recipes read as shell.

`script` declarations (tool "make"; attrs dependencies, phony, recipe); `env` declarations with where "makefile" for
variables. In a recipe `$$` is the shell's `$`, and `$(NAME)` is a variable of the file: it reads as a word that is not
known, or as the literal if the file sets it once.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import commands, shell
from unmoor.scanners.commands import State, Word
from unmoor.scanners.unit import Unit
from unmoor.text.addresses import host_class
from unmoor.text.mapped import Mapped

LANGUAGE = "makefile"
_VARIABLE = re.compile(
    rb"^(?:(?:export|override|unexport|private)[ \t]+)*([A-Za-z_][\w.-]*)[ \t]*(::=|:=|\?=|\+=|!=|=)[ \t]*"
)
_RULE = re.compile(rb"^([^\s:#=][^:#=]*?)[ \t]*::?(?!=)[ \t]*([^=;#]*)(?:;([^\n]*)|#.*)?$", re.S)
_PROGRAMS = {
    b"docker",
    b"podman",
    b"docker-compose",
    b"npm",
    b"yarn",
    b"pnpm",
    b"bun",
    b"npx",
    b"python",
    b"python3",
    b"node",
    b"bash",
    b"sh",
    b"curl",
    b"uv",
    b"poetry",
    b"go",
}
_INCLUDE = re.compile(rb"^[-s]?include[ \t]+")
_DOLLAR = re.compile(rb"\$\$|\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|\$\{([^{}]*)\}|\$[@<^?*%+|]")
_TARGET = re.compile(r"[A-Za-z0-9_][\w.%/-]*$")


class Line(NamedTuple):
    """A logical line: text[lo:hi] with continuations inside; recipe if it begins with a tab."""

    lo: int
    hi: int
    recipe: bool


def lines(text: bytes) -> Iterator[Line]:
    """The logical lines of a makefile; a backslash before the line break continues one."""
    at = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    while at < len(text):
        end = at
        while True:
            end = text.find(b"\n", end)
            if end < 0:
                end = len(text)
                break
            body = text[at:end].rstrip(b"\r")
            if (len(body) - len(body.rstrip(b"\\"))) % 2 == 0:
                break
            end += 1
        yield Line(at, end, text[at : at + 1] == b"\t")
        at = end + 1


def scan(unit: Unit) -> Facts:
    """The facts of a makefile."""
    return _Makefile(unit).run()


class _Makefile:
    def __init__(self, unit: Unit) -> None:
        self.unit, self.facts = unit, Facts()
        self.text = unit.text.text
        self.state = State.of(unit)
        self.state.home = unit.cwd
        self.recipe: list[Line] = []
        self.targets: list[str] = []
        self.phony: set[str] = set()
        self.variables: dict[str, bytes] = {}

    def run(self) -> Facts:
        """Read it all."""
        found = list(lines(self.text))
        for line in found:
            if not line.recipe and (match := _VARIABLE.match(self.text[line.lo : line.hi])):
                self._variable(line, match)
        for line in found:
            if line.recipe and self.targets:
                self.recipe.append(line)
                continue
            raw = self.text[line.lo : line.hi]
            if not raw.strip() or raw.lstrip().startswith(b"#"):
                self._comment(line)
                continue
            self._finish()
            self._line(line, raw)
        self._finish()
        self.facts.declarations = [
            structs.replace(d, attrs={**d.attrs, "phony": d.name in self.phony})
            if d.kind == "script" and d.language == LANGUAGE
            else d
            for d in self.facts.declarations
        ]
        return self.facts

    def _line(self, line: Line, raw: bytes) -> None:
        if _VARIABLE.match(raw):
            return
        if match := _INCLUDE.match(raw):
            for word in re.finditer(rb"[^\s#]+", raw[match.end() :]):
                lo = line.lo + match.end() + word.start()
                if not re.search(rb"[$*?\[]", word.group()):
                    self.facts.references.append(
                        self.unit.reference(
                            "path",
                            lo,
                            lo + len(word.group()),
                            word.group().decode("utf-8", "replace"),
                            "config",
                            LANGUAGE,
                            "",
                            attrs={"use": "config", "guarded": raw[:1] in b"-s", "verb": "include"},
                        )
                    )
            return
        match = _RULE.match(raw)
        if match:
            self._rule(line, match)

    def _rule(self, line: Line, match: "re.Match[bytes]") -> None:
        names = list(re.finditer(rb"\S+", match[1]))
        needs = match[2].replace(b"\\\n", b"  ").decode("utf-8", "replace").split()
        needs = [need for need in needs if need != "|"]
        if match[1].strip() == b".PHONY":
            self.phony.update(needs)
        self.targets = [name.group().decode("utf-8", "replace") for name in names]
        for name in names:
            value = name.group().decode("utf-8", "replace")
            if not value.startswith(".") and _TARGET.match(value):
                lo = line.lo + match.start(1) + name.start()
                self.facts.declarations.append(
                    self.unit.declaration(
                        "script",
                        lo,
                        lo + len(name.group()),
                        value,
                        None,
                        LANGUAGE,
                        attrs={"tool": "make", "dependencies": needs, "pattern": "%" in value},
                    )
                )
        if match[3]:
            lo = line.lo + match.start(3)
            self.recipe.append(Line(lo, line.hi, False))

    def _variable(self, line: Line, match: "re.Match[bytes]") -> None:
        raw = self.text[line.lo : line.hi]
        value = raw[match.end() :].partition(b" #")[0].rstrip()
        name = match[1].decode("utf-8", "replace")
        lo = line.lo + match.end()
        word = self._word(lo, lo + len(value))
        self.variables[name] = b"" if name in self.variables else value
        if word.dynamic or "$" in word.value:
            self.state.variables.pop(name, None)
        else:
            self.state.variables[name] = [word]
        role = "default" if match[2] == b"?=" else "config"
        found = commands.read_value(word, name, self.state, role, f"the value of {name}")  # type: ignore[arg-type]
        self._take(found)
        self.facts.declarations.append(
            structs.replace(
                word.declaration(
                    "env",
                    name,
                    word.value,
                    attrs={"where": "makefile", "exported": raw.startswith(b"export"), "default": match[2] == b"?="},
                ),
                language=LANGUAGE,
            )
        )

    def _take(self, found: Facts) -> None:
        found.references = [structs.replace(r, language=LANGUAGE) for r in found.references if r.kind != "env"]
        self.facts.add(found)

    def _word(self, lo: int, hi: int) -> Word:
        """A value as one word; a continuation stays in it as white space."""
        return commands.plain_word(self.unit, lo, hi)

    def _comment(self, line: Line) -> None:
        found = commands.read_word(self._word(line.lo, line.hi), State(cwd=self.unit.cwd), "comment", "in a comment")
        self.facts.references += [
            structs.replace(r, language=LANGUAGE)
            for r in found.references
            if host_class(r.attrs["host"]) in ("loopback", "private", "tailnet", "docker-internal")
        ]

    def _finish(self) -> None:
        """Read the recipe that has ended. Each line is a shell of its own, so `cd` ends with it."""
        for line in self.recipe:
            text = _recipe(self.text, line, self.variables)
            scope = self.targets[0] if self.targets else ""
            guarded = text.ignored
            unit = structs.replace(
                self.unit,
                text=self.unit.text.compose(text.mapped),
                scope=scope,
                layers=(*self.unit.layers, "make:recipe"),
            )
            state = self.state.copy()
            state.guarded = guarded
            state.assigned |= set(self.variables)
            self.facts.add(shell.scan_in(unit, state))
        self.recipe, self.targets = [], []


class _Recipe(NamedTuple):
    mapped: Mapped
    ignored: bool


def _recipe(text: bytes, line: Line, variables: dict[str, bytes]) -> _Recipe:
    """The shell text of a recipe line: without its tab and prefix, `$$` as `$`, `$(X)` as `${X}` or its literal."""
    lo = line.lo
    while lo < line.hi and text[lo : lo + 1] in b"\t @-+":
        lo += 1
    parts: list[tuple[bytes, int, int]] = []
    at = lo
    for match in _DOLLAR.finditer(text, lo, line.hi):
        parts.append((text[at : match.start()], at, match.start()))
        parts.append((_expanded(match, variables), match.start(), match.end()))
        at = match.end()
    parts.append((text[at : line.hi], at, line.hi))
    # A tab behind a continuation belongs to the makefile.
    return _Recipe(Mapped.build(list(_without_tabs(parts))), b"-" in text[line.lo : lo])


def _without_tabs(parts: list[tuple[bytes, int, int]]) -> Iterator[tuple[bytes, int, int]]:
    for raw, lo, hi in parts:
        if hi - lo != len(raw) or b"\\\n\t" not in raw:
            yield raw, lo, hi
            continue
        at = 0
        for match in re.finditer(rb"(?<=\\\n)\t", raw):
            yield raw[at : match.start()], lo + at, lo + match.start()
            at = match.end()
        yield raw[at:], lo + at, hi


def _expanded(match: "re.Match[bytes]", variables: dict[str, bytes]) -> bytes:
    raw = match.group()
    if raw == b"$$":
        return b"$"
    name = (match[1] or match[2] or b"").strip()
    if re.fullmatch(rb"[A-Za-z_]\w*", name):
        if name in (b"MAKE",):
            return b"make"
        value = variables.get(name.decode(), b"")
        # A single name or address is left to the reader of commands, which reports it once, where it is written.
        whole = b" " in value or value in _PROGRAMS
        return value if whole and not re.search(rb"[$\n\\]", value) else b"${" + name + b"}"
    size = len(raw)
    return b"${" + b"_" * max(size - 3, 1) + b"}"
