"""Markdown and MDX: links, code spans, prose addresses, tables of variables, fences, headings, task lists.

What a page names is shown, not run: runtime "docs", role "display", but for commands, which a reader runs on the host.
MDX is read as Markdown; its expressions and imports are left alone.
"""

import re
from itertools import pairwise
from urllib.parse import unquote

from msgspec import structs

from unmoor.model.facts import Facts
from unmoor.scanners import scan_embedded
from unmoor.scanners.addresses import addresses_in, host_value
from unmoor.scanners.markdown import fences, inline, words
from unmoor.scanners.markdown.blocks import Page, Row, read
from unmoor.scanners.unit import Unit
from unmoor.text.mapped import Mapped

_NAME_COLUMN = re.compile(r"(?i)\b(variable|env|environment|name|key|setting|option|parameter|var)\b")
_DEFAULT_COLUMN = re.compile(r"(?i)\bdefault")
_ENV_COLUMN = re.compile(r"(?i)\b(env|variable|environment)")
_RELATIVE = re.compile(r"(?i)^(?:[a-z][a-z0-9+.-]*:|//|#|\{|$)")


def scan(unit: Unit) -> Facts:
    """The facts of a page."""
    page = read(unit.text.text)
    reader = Reader(unit, page)
    return reader.facts()


class Reader:
    """One page on its way to facts. `hidden`: ranges that hold no prose (fences, code, tags, destinations)."""

    def __init__(self, unit: Unit, page: Page, language: str = "markdown") -> None:
        self.page, self.language = page, language
        self.unit = structs.replace(unit, text=Mapped(page.text, unit.text.segments), runtime=unit.runtime or "docs")
        self.hidden = [*((fence.lo, fence.hi) for fence in page.fences), *page.metadata]
        self.hidden += [(block.lo, block.hi) for block in page.indented]
        self.out = Facts()
        self.places: list[tuple[int, fences.Place]] = []

    def facts(self) -> Facts:
        """All facts, with hedges noted on those that name something."""
        for heading in self.page.headings:
            lo = heading.lo
            declared = self.unit.declaration(
                "heading", lo, heading.hi, heading.text, None, self.language, attrs={"level": heading.level}
            )
            self.out.declarations.append(declared)
        self._fences()
        for lo, hi in self.page.inlines:
            self._run(lo, hi)
        for row in self.page.rows:
            self._row(row)
        for lo, hi in self.page.html:
            self._html(lo, hi)
        for lo, hi in self.page.definitions:
            angled = self.page.text[lo : lo + 1] == b"<"
            self.target(lo + angled, hi - angled, "link")
        for lo, hi, done in self.page.tasks:
            self._task(lo, hi, done)
        self._prose()
        self._hedge()
        return self.out

    def _fences(self) -> None:
        place = fences.Place(self.unit.cwd or "")
        before = 0
        for fence in sorted([*self.page.fences, *self.page.indented], key=lambda fence: fence.lo):
            heading = self.page.heading(fence.lo)
            if any(before <= h.lo < fence.lo and h.level <= place.level for h in self.page.headings):
                place = place._replace(now=None)  # the section in which the reader changed folder has ended
            found, after = fences.read(self.unit, fence, heading.text, place)
            place = after if after.now == place.now else after._replace(level=heading.level)
            before = fence.hi
            self.places.append((fence.hi, place))
            self.out.add(found)

    def _run(self, lo: int, hi: int) -> None:
        first = self.page.text[lo : lo + 7]
        if self.unit.path.endswith(".mdx") and first.startswith((b"import ", b"export ")):
            self.hidden.append((lo, hi))
            return
        typed = words.typed(self.page.text[lo:hi])
        if typed:
            self._command(lo, hi)
            self.hidden.append((lo, hi))
            return
        for item in inline.items(self.page.text, lo, hi):
            if item.kind in ("link", "image"):
                self.target(item.start, item.end, item.kind, item.words)
                self.hidden.append((item.start, item.hi))
            elif item.kind == "code":
                self._code(item.start, item.end, item.lo)
                self.hidden.append((item.lo, item.hi))
            elif item.kind == "tag":
                self._html(item.lo, item.hi)
            elif item.kind == "comment":
                self.hidden.append((item.lo, item.hi))

    def _html(self, lo: int, hi: int) -> None:
        for name, start, end in inline.attributes(self.page.text, lo, hi):
            self.target(start, end, "image" if name == "src" else "link")
        self.hidden.append((lo, hi))

    def _scope(self, at: int) -> str:
        return self.page.heading(at).text

    def target(self, lo: int, hi: int, use: str, label: bytes = b"") -> None:
        """A link's or image's destination: a path of the repository, or an address."""
        text = self.page.text[lo:hi].decode("utf-8", "replace")
        if "://" in text:
            self.out.references += addresses_in(
                self.unit,
                lo,
                hi,
                "display",
                self.language,
                "md:link",
                runtime="docs",
                scope=self._scope(lo),
                attrs={"position": use},
            )
            return
        if _RELATIVE.match(text):
            return
        bare = re.split(r"[#?]", text, maxsplit=1)[0]
        attrs: dict[str, object] = {"use": use, "anchor": text.partition("#")[2]}
        if words.placeholder(bare) or "{{" in text:
            attrs["placeholder"] = True
        value = unquote(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", bare))
        end = lo + len(bare.encode())
        if label:
            attrs["words"] = label.decode("utf-8", "replace")[:80]
        before = self.page.text[max(lo - 2, 0) : lo]  # AsciiDoc's `<<page.adoc>>` has no such brackets
        angle = before.endswith(b"<") and before != b"<<"
        self._path(lo, end, value, "md:angle" if angle else "md:link", attrs)

    def _path(self, lo: int, hi: int, value: str, layer: str, attrs: dict[str, object]) -> None:
        attrs["or_root"] = attrs.get("use") not in ("link", "image")
        self.out.references.append(
            self.unit.reference(
                "path",
                lo,
                hi,
                value,
                "display",
                self.language,
                layer,
                runtime="docs",
                scope=self._scope(lo),
                attrs=attrs,
            )
        )

    def _code(self, lo: int, hi: int, mark: int, cell: bool = False) -> None:
        """A code span: a variable, an address, a command or a path; else nothing."""
        raw = self.page.text[lo:hi]
        lo += len(raw) - len(raw.lstrip())
        text = raw.strip().decode("utf-8", "replace")
        hi = lo + len(raw.strip())
        if cell:
            text = text.replace("\\|", "|")
        if words.ENV.match(text):
            self._env(lo, hi, text)
        elif words.is_command(text):
            self._command(lo, hi)
        elif "://" in text or words.HOST_PORT.match(text):
            read_ = addresses_in if "://" in text or text[0].isdigit() or text.startswith("localhost") else host_value
            self.out.references += read_(
                self.unit,
                lo,
                hi,
                "display",
                self.language,
                "md:code",
                runtime="docs",
                scope=self._scope(lo),
                attrs={"position": "code-span"},
            )
        elif found := words.path_in(text):
            value, attrs = found
            attrs["use"] = "code-span"
            if self._copied(lo, hi, mark):
                attrs["copied"] = True
            if "bare" not in attrs or not attrs.get("placeholder"):
                self._path(lo, lo + len(value.encode()), value, "md:code", attrs)
                self._made(lo, mark, value)
        else:
            self.out.references += addresses_in(
                self.unit,
                lo,
                hi,
                "display",
                self.language,
                "md:code",
                runtime="docs",
                scope=self._scope(lo),
                attrs={"position": "code-span"},
            )

    def _copied(self, lo: int, hi: int, mark: int) -> bool:
        """Whether the sentence tells the reader to copy the file, so that it must be there: "copy `a` to `b`"."""
        before = self.page.text[max(0, mark - 40) : mark].decode("utf-8", "replace")
        return words.copied(before, self.page.text[hi : hi + 16].decode("utf-8", "replace"))

    def _made(self, lo: int, mark: int, value: str) -> None:
        """A path that the line tells the reader to make is declared by the page itself."""
        start = self.page.text.rfind(b"\n", 0, mark) + 1
        before = self.page.text[max(start, mark - 80) : mark].decode("utf-8", "replace")
        if words.makes(before):
            self.out.references[-1].attrs["made"] = True
            end = lo + len(value.encode())
            self.out.declarations.append(
                self.unit.declaration(
                    "path", lo, end, value, None, self.language, scope=self._scope(lo), attrs={"by": "text"}
                )
            )

    def _command(self, lo: int, hi: int) -> None:
        place = fences.Place(self.unit.cwd or "")
        for end, after in self.places:
            if end > lo:
                break
            place = after
        folders = place._replace(now=None).folders()
        inner = self.unit.inner(
            Mapped(self.page.text, Mapped.whole(self.page.text).segments).slice(lo, hi),
            "md:code",
            runtime="host",
            scope=self._scope(lo),
        )
        found = scan_embedded("shell", inner)
        for reference in found.references:
            reference.attrs["code_span"] = True
            fences.candidates(reference, folders)
        self.out.references += found.references
        self.out.declarations += found.declarations

    def _env(self, lo: int, hi: int, text: str, default: str | None = None, table: bool = False) -> None:
        match = words.ENV.match(text) or words.ENV_WORD.match(text)
        if match is None:
            return
        assigned = match.group(2) if match.re is words.ENV else None
        start = lo + text.index(match.group(1))
        attrs: dict[str, object] = {
            "default": default,
            "has_default": default is not None,
            "required": False,
            "access": "doc",
            "dynamic": False,
            "table": table,
        }
        if assigned is not None:
            attrs["assigned"] = assigned
            value = hi - len(assigned.encode())
            self.out.references += addresses_in(
                self.unit,
                value,
                hi,
                "example",
                self.language,
                "md:code",
                runtime="docs",
                scope=self._scope(lo),
                attrs={"env": match.group(1)},
            )
        self.out.references.append(
            self.unit.reference(
                "env",
                start,
                start + len(match.group(1)),
                match.group(1),
                "display",
                self.language,
                "md:code",
                runtime="docs",
                scope=self._scope(lo),
                attrs=attrs,
            )
        )

    def _row(self, row: Row) -> None:
        """A table row: its cells as running text; a variable takes the default that stands in its row."""
        before = len(self.out.references)
        for lo, hi in row.cells:
            self._run(lo, hi)
        header = [self.page.text[lo:hi].decode("utf-8", "replace").strip() for lo, hi in row.header]
        if not row.cells or row.cells == row.header or not header or not _NAME_COLUMN.search(" ".join(header)):
            return
        default = self._default(row, header)
        lo, hi = row.cells[0]
        name = self.page.text[lo:hi].decode("utf-8", "replace").strip().strip("`* ")
        known = [r for r in self.out.references[before:] if r.kind == "env" and r.value == name]
        for reference in known:
            reference.attrs.update(default=default, has_default=default is not None, table=True)
        if not known and (
            words.ENV.fullmatch(name) or (words.ENV_WORD.match(name) and _ENV_COLUMN.search(" ".join(header)))
        ):
            start = lo + self.page.text[lo:hi].find(name.encode())
            self._env(start, start + len(name.encode()), name, default, table=True)

    def _default(self, row: Row, header: list[str]) -> str | None:
        column = next((n for n, title in enumerate(header) if _DEFAULT_COLUMN.search(title)), None)
        if column is None or column >= len(row.cells):
            return None
        lo, hi = row.cells[column]
        text = self.page.text[lo:hi].decode("utf-8", "replace").strip().strip("`\"' ")
        return None if text.lower() in ("", "-", "–", "—", "none", "n/a", "*required*", "required", "_none_") else text

    def _task(self, lo: int, hi: int, done: bool) -> None:
        text = self.page.text[lo:hi].decode("utf-8", "replace").strip()
        if text:
            attrs = {"done": done, "text": text[:400], "section": self._scope(lo)}
            end = lo + len(self.page.text[lo:hi].rstrip())
            self.out.references.append(
                self.unit.reference(
                    "claim",
                    lo,
                    end,
                    text,
                    "display",
                    self.language,
                    "",
                    runtime="docs",
                    scope=self._scope(lo),
                    attrs=attrs,
                )
            )

    def _prose(self) -> None:
        """Addresses outside of everything that was read already."""
        text = bytearray(self.page.text)
        for lo, hi in self.hidden:
            text[lo:hi] = b"\n" * (hi - lo)
        blank = structs.replace(self.unit, text=Mapped(bytes(text), self.unit.text.segments))
        bounds = [0, *(heading.lo for heading in self.page.headings), len(text)]
        for lo, hi in pairwise(bounds):
            if lo < hi and words.ADDRESS.search(text, lo, hi):
                self.out.references += addresses_in(
                    blank,
                    lo,
                    hi,
                    "display",
                    self.language,
                    "",
                    runtime="docs",
                    scope=self._scope(lo),
                    attrs={"position": "prose"},
                )

    def _hedge(self) -> None:
        """Note what the line of a name says about it. Spans are of the outer file, so only for whole files."""
        if self.unit.layers:
            return
        text = self.page.text
        for reference in self.out.references:
            if reference.kind not in ("path", "script", "container", "service", "volume", "network"):
                continue
            lo = text.rfind(b"\n", 0, reference.span.start) + 1
            hi = text.find(b"\n", reference.span.end)
            line = text[lo : hi if hi >= 0 else len(text)].decode("utf-8", "replace").strip()
            if words.hedged(_without(line, reference.value)):
                reference.attrs["hedged"] = True
            reference.attrs["line_text"] = line[:200]
            if words.placeholder(reference.value):
                reference.attrs["placeholder"] = True


def _without(line: str, value: str) -> str:
    return line.replace(value, " ") if len(value) > 2 else line
