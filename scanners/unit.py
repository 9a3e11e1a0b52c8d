"""What a scanner is given: a text, mapped to the bytes of its outer file, and where it stands."""

from msgspec import Struct, structs

from unmoor.model.facts import Declaration, DeclarationKind, Facts, Problem, Reference, ReferenceKind, Role
from unmoor.model.spans import Span
from unmoor.text.mapped import Mapped


class Unit(Struct, frozen=True):
    """A text to scan: a whole file, or a part of one in another language.

    path: the outer file, relative to the root. layers: how the text is written in it, outermost first. scope: the
    enclosing YAML path, stage, heading. runtime: where it runs if the container says so ("container:web", "ci",
    "build", "docs"), else "". cwd: its working directory relative to the root, None if unknown. role: the role of what
    stands in it if the container says so ("healthcheck"), else "".
    """

    path: str
    text: Mapped
    layers: tuple[str, ...] = ()
    scope: str = ""
    runtime: str = ""
    cwd: str | None = ""
    role: str = ""

    @classmethod
    def of(cls, path: str, data: bytes) -> "Unit":
        """A whole file; its working directory is its folder."""
        return cls(path, Mapped.whole(data), cwd=path.rpartition("/")[0])

    def inner(self, text: Mapped, layer: str, **changes: object) -> "Unit":
        """A text decoded from this one. `text` maps into *this unit's* text; the result maps into the outer file."""
        return structs.replace(self, text=self.text.compose(text), layers=(*self.layers, layer), **changes)

    def span(self, lo: int, hi: int) -> Span:
        """Bytes of the outer file behind `text.text[lo:hi]`."""
        return self.text.span(lo, hi)

    def reference(
        self, kind: ReferenceKind, lo: int, hi: int, value: str, role: Role, language: str, layer: str, **more: object
    ) -> Reference:
        """A reference at `text.text[lo:hi]`; `layer` is how the value itself is written, "" if as it stands."""
        fields: dict[str, object] = {"runtime": self.runtime, "scope": self.scope, "cwd": self.cwd, **more}
        layers = (*self.layers, layer) if layer else self.layers
        return Reference(kind, value, self.span(lo, hi), role, language, layers, **fields)  # type: ignore[arg-type]

    def declaration(
        self, kind: DeclarationKind, lo: int, hi: int, name: str, value: str | None, language: str, **more: object
    ) -> Declaration:
        """A declaration at `text.text[lo:hi]`."""
        fields: dict[str, object] = {"scope": self.scope, "layers": self.layers, **more}
        return Declaration(kind, name, value, self.span(lo, hi), language, **fields)  # type: ignore[arg-type]

    def problem(self, lo: int, hi: int, message: str) -> Facts:
        """Facts that say only that a region was not understood."""
        return Facts(problems=[Problem(self.span(lo, hi), message)])
