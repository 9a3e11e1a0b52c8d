"""One command being read: its words, what it has given so far, and how inner commands are read."""

import posixpath
import re
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from unmoor.model.facts import DeclarationKind, Facts, ReferenceKind, Role
from unmoor.scanners.commands.state import State, join
from unmoor.scanners.commands.text import read_word
from unmoor.scanners.commands.words import Word

PLACEHOLDER = ("<", "[", "{", "…", "...")
MAX_DEPTH = 12


class Call(Struct):
    """words: the program and its arguments. role: what addresses in them are for, with the reason in `why`.

    taken: places (`Word.lo`) of words that were read otherwise and hold nothing more for this command.
    read: reads an inner command's words; script: reads a text as shell.
    """

    words: list[Word]
    state: State
    facts: Facts
    read: Callable[[Sequence[Word], State], Facts]
    script: Callable[[Word, State], Facts]
    role: Role = "config"
    why: str = ""
    taken: set[int] = field(default_factory=set)

    @property
    def program(self) -> str:
        """The name of the program, without its folder."""
        name = self.words[0].value.rpartition("/")[2] if self.words else ""
        return name.removesuffix(".exe")

    @property
    def arguments(self) -> list[Word]:
        """The words behind the program."""
        return self.words[1:]

    def place(self) -> dict[str, object]:
        """The fields of a reference that the state gives."""
        return {"runtime": self.state.runtime, "cwd": self.state.cwd}

    def refer(self, word: Word, kind: ReferenceKind, /, **attrs: object) -> None:
        """A reference to what a word names. A variable whose values are known refers at each of their literals."""
        for literal in self.literals(word):
            extra = {"guarded": self.state.guarded, **attrs}
            if self.state.remote:
                extra["remote"] = self.state.remote
            self.facts.references.append(
                literal.reference(kind, self.state.role_or("request"), attrs=extra, **self.place())
            )

    def literals(self, word: Word) -> list[Word]:
        """The words that a word stands for: itself, or the literals of the variable that it is; none if unknown."""
        text = word.value
        if not word.dynamic:
            return [word] if text and not text.startswith(PLACEHOLDER) else []
        name = text[2:-1] if text.startswith("${") and text.endswith("}") else text[1:]
        known = self.state.variables.get(name, []) if text.startswith("$") and name.isidentifier() else []
        if all(piece.layer == "shell:word" for piece in word.pieces):  # unquoted: the shell splits what it holds
            known = [one.part(*item.span()) for one in known for item in re.finditer(r"\S+", one.value)]
        return [w for w in known if not w.dynamic and w.value and not w.value.startswith(PLACEHOLDER)]

    def path(self, word: Word, use: str, **attrs: object) -> None:
        """A reference to a file or folder, seen from the folder that the script is in or names in front."""
        base, rest = self.state.base(word.value)
        if not rest or rest in ("-", ".", "/dev/null", "/dev/stdin") or rest.startswith(("http:", "https:", "<(")):
            return
        if rest.startswith("/") and use in ("data", "cd", "config", "env-file"):
            return  # of the machine, or of the container
        if self.state.anchored(word.value):
            attrs["anchored"] = True
        if rest != word.value:
            word = word.part(len(word.value) - len(rest))
        for literal in self.literals(word):
            extra = {"use": use, "verb": self.program, "guarded": self.state.guarded, **attrs}
            if self.state.remote:
                extra["remote"] = self.state.remote
            if self.state.adrift:
                extra["adrift"] = True
            self.facts.references.append(
                literal.reference(
                    "path", self.state.role_or("request"), attrs=extra, runtime=self.state.runtime, cwd=base
                )
            )

    def from_here(self, word: Word) -> str:
        """The path of a word as seen from where the script stands: `$DIR/x` without the variable."""
        base, rest = self.state.base(word.value)
        path = join(base, rest) if rest != word.value else None
        return word.value if path is None else posixpath.relpath(path or ".", self.state.cwd or ".")

    def declare(self, word: Word, kind: DeclarationKind, name: str, value: str | None, /, **attrs: object) -> None:
        """A declaration at a word, unless the word is computed."""
        if word.value and not word.value.startswith(PLACEHOLDER):
            extra = {"cwd": self.state.cwd, "runtime": self.state.runtime, **attrs}
            self.facts.declarations.append(word.declaration(kind, name, value, attrs=extra))

    def bind(self, word: Word) -> None:
        """An address that the command listens at."""
        self.taken.add(word.lo)
        self.facts.add(read_word(word, self.state, "bind", f"{self.program} listens here", command=self.program))

    def make(self, word: Word) -> None:
        """A file or folder that the command makes."""
        base, rest = self.state.base(word.value)
        if rest and not rest.startswith("-"):
            named = word.part(len(word.value) - len(rest))
            for made in self.literals(named) or [named]:
                self.declare(made, "path", made.value, None, cwd=base, verb=self.program)

    def run(self, words: Sequence[Word], state: State | None = None) -> None:
        """Read words as a command of their own."""
        inner = state or self.state
        if words and inner.depth < MAX_DEPTH:
            self.taken.update(word.lo for word in words)
            inner.depth += 1
            self.facts.add(self.read(words, inner))
            inner.depth -= 1

    def run_script(self, word: Word, state: State | None = None) -> None:
        """Read a word as a shell script (`sh -c '…'`)."""
        if self.state.depth < MAX_DEPTH:
            self.taken.add(word.lo)
            inner = (state or self.state).copy()
            inner.depth += 1
            self.facts.add(self.script(word, inner))
