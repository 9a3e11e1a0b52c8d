"""Plan, proof, writing: fixes go in whole or not at all, and what cannot be proven is left as it was."""

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.files.writing import TEMPORARY, dirty, link, write
from unmoor.fixing import Narrowing, Outcome, run
from unmoor.fixing.loop import Preview
from unmoor.fixing.patch import as_json, diff, patch
from unmoor.fixing.proof import worse
from unmoor.model.errors import UserError
from unmoor.model.findings import Edit, Finding, Fix, Severity
from unmoor.model.spans import Location, Span
from unmoor.text.edits import Chosen, apply


def finding(path: str, source: bytes, word: bytes, *fixes: Fix, **fields: object) -> Finding:
    start = source.index(word)
    place = Location(path, Span(start, start + len(word)))
    found = Finding("a-rule", "url", Severity.error, "high", place, word.decode(), "", fixes=list(fixes))
    for name, value in fields.items():
        setattr(found, name, value)
    return found


class World:
    """A tree in memory in which every `bad<digit>` is a finding, and `mend` says what its fix writes."""

    def __init__(self, files: dict[str, bytes], mend: Callable[[str, bytes, int], list[Fix]]) -> None:
        self.files, self.mend, self.scans = files, mend, 0

    def scan(self, overlay: dict[str, bytes]) -> list[Finding]:
        self.scans += 1
        found = []
        for path, data in {**self.files, **overlay}.items():
            for number in range(10):
                word = f"bad{number}".encode()
                if word in data:
                    found.append(finding(path, data, word, *self.mend(path, data, number)))
        return found

    def run(self, **narrowing: object) -> Outcome:
        return run(self.scan({}), self.files.__getitem__, self.scan, Narrowing(**narrowing))  # type: ignore[arg-type]


def replaced(path: str, data: bytes, number: int, text: str, applicability: str = "safe") -> list[Fix]:
    start = data.index(f"bad{number}".encode())
    return [Fix("t", applicability, (Edit(path, Span(start, start + 4), text),))]  # type: ignore[arg-type]


def test_every_fix_goes_in_and_the_end_is_quiet() -> None:
    world = World({"a.txt": b"bad1 x bad2\r\n"}, lambda p, d, n: replaced(p, d, n, f"good{n}"))
    outcome = world.run()
    assert outcome.overlay == {"a.txt": b"good1 x good2\r\n"}
    assert len(outcome.applied) == 2
    assert outcome.remaining == []


def test_a_fix_whose_finding_stays_is_dropped_and_the_file_left() -> None:
    world = World({"a.txt": b"bad1 bad2"}, lambda p, d, n: replaced(p, d, n, "still bad1" if n == 1 else "good"))
    outcome = world.run()
    assert outcome.overlay == {"a.txt": b"bad1 good"}
    assert [(r.finding.value, r.reason) for r in outcome.refused] == [
        ("bad1", "the finding was still there after the fix")
    ]


def test_a_fix_that_breaks_the_syntax_is_dropped_alone() -> None:
    source = b"x = 'bad1'\ny = 'bad2'\n"
    world = World({"a.py": source}, lambda p, d, n: replaced(p, d, n, "'" if n == 1 else "good"))
    outcome = world.run()
    assert outcome.overlay == {"a.py": b"x = 'bad1'\ny = 'good'\n"}
    assert "parse" in outcome.refused[0].reason or "refuse" in outcome.refused[0].reason


def test_touching_fixes_wait_for_the_next_pass() -> None:
    world = World({"a.txt": b"bad1bad2"}, lambda p, d, n: replaced(p, d, n, "g"))
    outcome = world.run()
    assert outcome.overlay == {"a.txt": b"gg"}
    assert outcome.passes == 2


def test_fixes_that_undo_each_other_stop() -> None:
    def mend(path: str, data: bytes, number: int) -> list[Fix]:
        return replaced(path, data, number, "bad2" if number == 1 else "bad1")

    outcome = World({"a.txt": b"bad1"}, mend).run()
    assert outcome.passes <= 10
    assert outcome.problem


def test_unsafe_and_shown_fixes_are_not_used_unasked() -> None:
    world = World({"a.txt": b"bad1 bad2"}, lambda p, d, n: replaced(p, d, n, "g", ["", "unsafe", "display-only"][n]))
    assert world.run().overlay == {}
    reasons = [r.reason for r in world.run().refused]
    assert reasons == ["its fix is unsafe (--unsafe-fixes)", "its fix is only shown"]
    assert world.run(unsafe=True).overlay == {"a.txt": b"g bad2"}


def test_suppressed_known_and_other_findings_are_left() -> None:
    source = b"bad1"
    fix = replaced("a.txt", source, 1, "g")
    for fields in ({"suppressed": "why"}, {"baseline": "known"}, {"rule": "other"}):
        found = [finding("a.txt", source, b"bad1", *fix, **fields)]
        outcome = run(found, lambda p: source, lambda o, found=found: found, Narrowing(rules=("a-rule",)))
        assert outcome.overlay == {}
    found = [finding("a.txt", source, b"bad1", *fix)]
    assert run(found, lambda p: source, lambda o: [], Narrowing(paths=("b/**",))).overlay == {}
    assert run(found, lambda p: source, lambda o: [], Narrowing(paths=("*.txt",))).overlay == {"a.txt": b"g"}


def test_a_fix_over_two_files_goes_in_whole_or_not_at_all() -> None:
    files = {"a.py": b"x = 'bad1'\n", "b.txt": b"n\n"}

    def mend(path: str, data: bytes, number: int) -> list[Fix]:
        (fix,) = replaced(path, data, number, "'")
        return [Fix("t", "safe", (*fix.edits, Edit("b.txt", Span(0, 1), "m")))]

    assert World(files, mend).run().changed == []


def test_two_fixes_share_the_file_they_create() -> None:
    def mend(path: str, data: bytes, number: int) -> list[Fix]:
        (fix,) = replaced(path, data, number, "g")
        return [Fix("t", "safe", fix.edits, (("new.ts", "made"),))]

    world = World({"a.txt": b"bad1 bad2"}, mend)
    world.files.pop("new.ts", None)
    outcome = run(world.scan({}), lambda p: world.files[p] if p in world.files else _absent(), world.scan, Narrowing())
    assert outcome.overlay == {"a.txt": b"g g", "new.ts": b"made"}
    assert outcome.originals["new.ts"] is None
    assert len(outcome.applied) == 2


def _absent() -> bytes:
    raise FileNotFoundError


def test_a_declined_fix_is_asked_once() -> None:
    asked: list[str] = []

    def choose(found: Finding, offers: list[Fix], preview: Preview) -> Fix | None:
        asked.append(found.value)
        assert preview(offers[0])["a.txt"][0] != preview(offers[0])["a.txt"][1]
        return offers[0] if found.value == "bad2" else None

    world = World({"a.txt": b"bad1 bad2"}, lambda p, d, n: replaced(p, d, n, "g"))
    outcome = run(world.scan({}), world.files.__getitem__, world.scan, Narrowing(), choose)
    assert outcome.overlay == {"a.txt": b"bad1 g"}
    assert asked == ["bad1", "bad2"]
    assert outcome.refused[0].reason == "declined"


def bad_one(data: bytes, at: int, text: str) -> Finding:
    fix = Fix("t", "safe", (Edit("a.txt", Span(at, at + 4), text),))
    place = Location("a.txt", Span(at, at + 4))
    return Finding("a-rule", "url", Severity.error, "high", place, data[at : at + 4].decode(), "", fixes=[fix])


def test_an_equal_finding_that_a_fix_brings_to_light_is_no_failure() -> None:
    """`cat bad1` is only seen once the folder before it is right; the other `bad1` is mended all the same."""

    def scan(overlay: dict[str, bytes]) -> list[Finding]:
        data = overlay.get("a.txt", source)
        found = [finding("a.txt", data, b"bad2", *replaced("a.txt", data, 2, "good"))] if b"bad2" in data else []
        places = [at for at in range(len(data)) if data.startswith(b"bad1", at)]
        for at in places if b"bad2" not in data else places[:1]:
            found.append(bad_one(data, at, "fine!"))
        return found

    source = b"bad1\ncd bad2\ncat bad1\n"
    outcome = run(scan({}), lambda path: source, scan, Narrowing())
    assert outcome.overlay == {"a.txt": b"fine!\ncd good\ncat fine!\n"}
    assert outcome.refused == []


def test_one_of_equal_findings_that_stays_does_not_hold_the_others_back() -> None:
    def scan(overlay: dict[str, bytes]) -> list[Finding]:
        data, found = overlay.get("a.txt", source), []
        for at in (at for at in range(len(data)) if data.startswith(b"bad1", at)):
            found.append(bad_one(data, at, "bad1!" if data[at - 1 : at] == b"#" else "fine"))
        return found

    source = b"bad1 #bad1 bad1"
    outcome = run(scan({}), lambda path: source, scan, Narrowing())
    assert outcome.overlay == {"a.txt": b"fine #bad1 fine"}
    assert [one.reason for one in outcome.refused] == ["the finding was still there after the fix"]


def test_what_is_only_shown_is_offered_to_a_person_and_a_link_is_proven() -> None:
    files = {"a.txt": b"needs web/D\n", "d/D": b"FROM x\n"}
    shown = Fix("link", "display-only", links=(("web/D", "d/D"),))

    def scan(overlay: dict[str, bytes]) -> list[Finding]:
        if "web/D" in overlay:
            return []
        return [finding("a.txt", files["a.txt"], b"web/D", *replaced_by("web/D", "d/D"), shown)]

    def replaced_by(old: str, new: str) -> list[Fix]:
        start = files["a.txt"].index(old.encode())
        return [Fix("use", "display-only", (Edit("a.txt", Span(start, start + len(old)), new),))]

    offered: list[list[str]] = []

    def choose(found: Finding, offers: list[Fix], preview: Preview) -> Fix | None:
        offered.append([fix.title for fix in offers])
        return offers[-1]

    def read(path: str) -> bytes:
        return files[path] if path in files else _absent()

    outcome = run(scan({}), read, scan, Narrowing(), choose)
    assert offered == [["use", "link"]]
    assert (outcome.links, outcome.changed, outcome.remaining) == ({"web/D": "d/D"}, [], [])
    assert [entry["target"] for entry in as_json(outcome)["links"]] == ["d/D"]
    assert patch(outcome) == (
        "diff --git a/web/D b/web/D\nnew file mode 120000\n--- /dev/null\n+++ b/web/D\n@@ -0,0 +1 @@\n+../d/D\n"
        "\\ No newline at end of file\n"
    )


@given(
    st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10), st.text(max_size=4)), max_size=6)
)
def test_bytes_outside_compatible_edits_are_untouched(source: bytes, wanted: list[tuple[int, int, str]]) -> None:
    chosen = Chosen()
    for start, length, text in wanted:
        if start + length <= len(source):
            fix = Fix("t", "safe", (Edit("a", Span(start, start + length), text),))
            if chosen.admits(fix):
                chosen.add(fix)
    edits = sorted({edit for fix in chosen.fixes for edit in fix.edits})
    kept = [
        source[a:b] for a, b in zip([0, *(e.span.end for e in edits)], [*(e.span.start for e in edits), len(source)])
    ]
    result = apply(source, [edit for fix in chosen.fixes for edit in fix.edits])
    expected = kept[0]
    for edit, part in zip(edits, kept[1:]):
        expected += edit.text.encode() + part
    assert result == expected


def test_overlapping_edits_are_an_error() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply(b"abcdef", [Edit("a", Span(0, 3), "x"), Edit("a", Span(2, 4), "y")])


@pytest.mark.parametrize(
    ("path", "before", "after", "is_worse"),
    [
        ("a.ts", b"f('x')", b"f(g())", False),
        ("a.ts", b"f('x')", b"f(g()", True),
        ("a.ts", b"f(", b"g(", False),
        ("a.yaml", b"a: [x]\n", b"a: [${X:-{]\n", True),
        ("a.py", b"from __future__ import annotations\n", b"import os\nfrom __future__ import annotations\n", True),
        ("a.py", b"print 'x'\n", b"print 'y'\n", False),
        ("a.sh", b"echo 'x'\n", b"echo 'x\n", True),
        ("a.vue", b"<script>f('x')</script>", b"<script>f('x'</script>", True),
        ("Dockerfile", b"FROM a\n", b"FROM b\n", False),
        ("a.md", b"x", b"[", False),
        ("a.txt", b"x", b"\0", True),
    ],
)
def test_proof(path: str, before: bytes, after: bytes, is_worse: bool) -> None:
    assert bool(worse(path, before, after)) is is_worse


def test_write_keeps_mode_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "a.sh"
    target.write_bytes(b"old")
    target.chmod(0o4755)
    write(tmp_path, "a.sh", b"new", b"old")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o4755
    assert list(tmp_path.iterdir()) == [target]


def test_write_follows_a_link_inside_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path, "link", b"new", b"old")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def _outside(root: Path) -> None:
    (root.parent / "outside").write_bytes(b"old")
    (root / "x").symlink_to(root.parent / "outside")


def _hard(root: Path) -> None:
    (root / "y").write_bytes(b"old")
    os.link(root / "y", root / "x")


@pytest.mark.parametrize(
    "prepare", [_outside, _hard, lambda root: os.mkfifo(root / "x"), lambda root: (root / "x").write_bytes(b"other")]
)
def test_write_refuses(tmp_path: Path, prepare: Callable[[Path], object]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    prepare(root)
    with pytest.raises(UserError):
        write(root, "x", b"new", b"old")
    assert not list(root.glob(f"{TEMPORARY}*"))
    if (tmp_path / "outside").exists():
        assert (tmp_path / "outside").read_bytes() == b"old"


def test_write_never_leaves_the_root_or_replaces_what_it_makes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="leads out"):
        write(tmp_path, "../x", b"", None)
    write(tmp_path, "deep/er/new.ts", b"made", None)
    assert (tmp_path / "deep/er/new.ts").read_bytes() == b"made"
    with pytest.raises(UserError, match="already there"):
        write(tmp_path, "deep/er/new.ts", b"again", None)
    link(tmp_path, "deep/link", "deep/er/new.ts")
    assert os.readlink(tmp_path / "deep/link") == "er/new.ts"  # noqa: PTH115


def test_dirty_names_tracked_changes_and_wanted_untracked(tmp_path: Path) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t", *args], check=True)

    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-q", "-m", "x")
    (tmp_path / "new").write_text("1")
    assert dirty(tmp_path) == []
    assert dirty(tmp_path, ["new"]) == ["new"]
    (tmp_path / "a").write_text("2")
    assert dirty(tmp_path) == ["a"]
    assert dirty(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\nc\n", b"a\nx\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nx\r\n"),
        (b"a\nb", b"a\nx"),
        (None, b"new\n"),
        (b"a\x0cb\nc\n", b"a\x0cx\nc\n"),
    ],
)
def test_git_applies_the_patch(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    if before is not None:
        (tmp_path / "f").write_bytes(before)
    outcome = Outcome(overlay={"f": after}, originals={"f": before})
    run_ = subprocess.run(
        ["git", "-C", str(tmp_path), "apply", "-p1", "-"],
        input=patch(outcome).encode(),
        capture_output=True,
        check=False,
    )
    assert run_.returncode == 0, run_.stderr
    assert (tmp_path / "f").read_bytes() == after


def test_json_tells_what_was_done_and_what_not() -> None:
    world = World({"a.txt": b"bad1 bad2"}, lambda p, d, n: replaced(p, d, n, "g", "safe" if n == 1 else "unsafe"))
    told = as_json(world.run())
    assert told["files"][0]["path"] == "a.txt"
    assert [entry["value"] for entry in told["applied"]] == ["bad1"]
    assert [entry["reason"] for entry in told["refused"]] == ["its fix is unsafe (--unsafe-fixes)"]
    assert diff("a", b"x", b"x") == ""
