"""Plan, proof, writing: fixes go in whole or not at all, and what cannot be proven is left as it was."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.files import writing
from unmoor.fixing import Narrowing, Outcome, json_v1, run, save
from unmoor.fixing.loop import Preview
from unmoor.fixing.patch import diff, patch
from unmoor.fixing.proof import worse
from unmoor.model.errors import UserError
from unmoor.model.findings import Edit, Finding, Fix, Refusal, Severity
from unmoor.model.spans import Location, Span
from unmoor.model.subjects import Reason
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

    def scan(self, overlay: dict[str, bytes], links: dict[str, str] | None = None) -> list[Finding]:
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
        outcome = run(found, lambda p: source, lambda o, k, found=found: found, Narrowing(rules=("a-rule",)))
        assert outcome.overlay == {}
    found = [finding("a.txt", source, b"bad1", *fix)]
    assert run(found, lambda p: source, lambda o, k: [], Narrowing(paths=("b/**",))).overlay == {}
    assert run(found, lambda p: source, lambda o, k: [], Narrowing(paths=("*.txt",))).overlay == {"a.txt": b"g"}


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


@pytest.mark.parametrize("severity", [Severity.warning, Severity.note])
def test_a_fix_that_makes_another_finding_is_dropped_alone(severity: Severity) -> None:
    """`bad3` is what the first fix writes; nothing mends it. As a note it is no reason to drop the fix."""
    texts = {1: "bad3", 2: "g"}
    world = World({"a.txt": b"bad1\nbad2\n"}, lambda p, d, n: replaced(p, d, n, texts[n]) if n in texts else [])
    plain = world.scan

    def scan(overlay: dict[str, bytes], links: dict[str, str] | None = None) -> list[Finding]:
        found = plain(overlay)
        for one in found:
            if one.value == "bad3":
                one.severity, one.rule = severity, "other"
        return found

    world.scan = scan  # type: ignore[method-assign]
    outcome = world.run()
    if severity == Severity.note:
        assert outcome.overlay == {"a.txt": b"bad3\ng\n"}
        return
    assert outcome.overlay == {"a.txt": b"bad1\ng\n"}
    assert [(r.finding.value, r.kind, r.reason) for r in outcome.refused] == [
        ("bad1", "unproven", "the fix would make another finding (other)")
    ]


def test_what_only_comes_to_light_is_told_and_nobody_is_blamed() -> None:
    """Nothing was written where it stands, nor where it was judged by; else its maker is dropped."""
    files = {"a.txt": b"bad1 bad2", "z.txt": b"fine"}
    world = World(files, lambda p, d, n: replaced(p, d, n, "g"))
    plain, reasons = world.scan, []

    def scan(overlay: dict[str, bytes], links: dict[str, str] | None = None) -> list[Finding]:
        made = [finding("z.txt", b"fine", b"fine", rule="other", reasons=reasons)] if overlay else []
        return plain(overlay) + made

    world.scan = scan  # type: ignore[method-assign]
    outcome = world.run()
    assert outcome.overlay == {"a.txt": b"g g"}
    assert [one.rule for one in outcome.revealed] == ["other"]
    reasons.append(Reason("because of this", Location("a.txt", Span(0, 1))))
    assert world.run().changed == []


def test_the_same_fix_of_the_same_value_is_not_tried_twice() -> None:
    files = {"a.txt": b"bad1", "b.txt": b"bad1"}
    world = World(files, lambda p, d, n: [Fix("t", "safe", (Edit("c.txt", Span(0, 0), f"bad9 {p}"),))] if n < 9 else [])
    world.files["c.txt"] = b"\n"
    outcome = world.run()
    assert outcome.changed == []
    assert len(outcome.refused) == 2


def test_a_new_finding_may_be_if_the_next_pass_mends_it() -> None:
    world = World({"a.txt": b"bad1"}, lambda p, d, n: replaced(p, d, n, "bad2" if n == 1 else "g"))
    assert world.run().overlay == {"a.txt": b"g"}
    # ... but where the next one cannot, nothing is left of either.
    world = World({"a.txt": b"bad1"}, lambda p, d, n: replaced(p, d, n, "bad2" if n == 1 else "still bad2"))
    outcome = world.run()
    assert outcome.changed == []
    assert outcome.refused[0].reason == "the fix would make another finding (a-rule)"


def test_what_made_another_finding_is_tried_again_when_something_else_is_mended() -> None:
    """`x` is wrong as long as `bad2` stands below it, which the fix of `bad4` makes and the next pass mends."""
    texts = {1: "x", 4: "bad2", 2: "g"}
    world = World({"a.txt": b"bad1\nbad4\n"}, lambda p, d, n: replaced(p, d, n, texts[n]))
    plain = world.scan

    def scan(overlay: dict[str, bytes], links: dict[str, str] | None = None) -> list[Finding]:
        found, text = plain(overlay), overlay.get("a.txt", b"")
        wrong = b"x" in text and b"bad2" in text
        return [*found, finding("a.txt", text, b"x", rule="other")] if wrong else found

    world.scan = scan  # type: ignore[method-assign]
    assert world.run().overlay == {"a.txt": b"x\ng\n"}


def test_a_file_that_may_not_be_written_is_left_and_named() -> None:
    world = World({"a.txt": b"bad1", "b.txt": b"bad2"}, lambda p, d, n: replaced(p, d, n, "g"))
    outcome = run(
        world.scan({}), world.files.__getitem__, world.scan, Narrowing(),
        barred=lambda path: "a.txt is read-only" if path == "a.txt" else "",
    )  # fmt: skip
    assert outcome.overlay == {"b.txt": b"g"}
    assert [r.reason for r in outcome.refused] == ["a.txt is read-only"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(28, "No space left on device"), UserError("x")])
def test_all_is_written_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    outcome = Outcome(
        overlay={"a": b"x", "b": b"y", "made": b"z", "deep/too": b"z"},
        originals={"a": b"1", "b": b"2", "made": None, "deep/too": None},
    )
    original, calls = writing._replace, []

    def replace(target: Path, content: bytes, before: os.stat_result | None) -> None:
        calls.append(target)
        if len(calls) == 4:
            raise fault
        original(target, content, before)

    monkeypatch.setattr(writing, "_replace", replace)
    with pytest.raises((UserError, KeyboardInterrupt)):
        save(tmp_path, outcome)
    assert (tmp_path / "a").read_bytes() == b"1"
    assert (tmp_path / "b").read_bytes() == b"2"
    assert not [path for path in tmp_path.rglob("*") if path.name in ("made", "too")]


@pytest.mark.parametrize("change", [lambda p: p.write_bytes(b"3"), lambda p: p.chmod(0o444), lambda p: p.unlink()])
def test_what_changed_since_the_scan_stops_the_writing_before_it_begins(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    change(tmp_path / "b")
    with pytest.raises(UserError):
        save(tmp_path, Outcome(overlay={"a": b"x", "b": b"y"}, originals={"a": b"1", "b": b"2"}))
    assert (tmp_path / "a").read_bytes() == b"1"


def test_the_edits_of_the_json_give_the_files_and_the_schema_holds() -> None:
    """Two passes over one place, an insertion beside it, and a file that is made."""

    def mend(path: str, data: bytes, number: int) -> list[Fix]:
        (fix,) = replaced(path, data, number, {1: "é bad2 é", 2: "good"}.get(number, "x"))
        made = (("new.txt", "made\n"),) if number == 3 else ()
        return [Fix("t", "safe", fix.edits, made)]

    files = {"a.txt": "ü bad1 bad3 z\n".encode()}
    world = World(files, mend)
    read = lambda path: files[path] if path in files else _absent()  # noqa: E731
    outcome = run(world.scan({}), read, world.scan, Narrowing())
    told = json.loads(json_v1.render(outcome, read, written=True))
    jsonschema.validate(told, json_v1.schema())
    assert {file["path"] for file in told["files"]} == {"a.txt", "new.txt"}
    for file in told["files"]:
        data = files.get(file["path"], b"")
        for edit in sorted(file["edits"], key=lambda edit: -edit["start"]):
            data = data[: edit["start"]] + edit["text"].encode() + data[edit["end"] :]
        assert data == outcome.overlay[file["path"]]
    second = next(item for item in told["applied"] if item["value"] == "bad2")
    assert (second["pass"], second["start"]["byte"], second["edits"][0]["end"]) == (2, 3, 7), "places of the original"


def test_the_schema_on_disk_is_the_schema() -> None:
    path = Path(json_v1.__file__).with_name("unmoor-fixes-v1.schema.json")
    assert json.loads(path.read_text()) == json_v1.schema()


def _absent() -> bytes:
    raise FileNotFoundError


def test_a_declined_fix_is_asked_once() -> None:
    asked: list[str] = []

    def confirm(found: Finding, fixes: list[Fix], preview: Preview) -> Fix | Refusal:
        asked.append(found.value)
        before, after = preview(fixes[0])["a.txt"]
        assert before != after
        return fixes[0] if found.value == "bad2" else Refusal("declined")

    world = World({"a.txt": b"bad1 bad2"}, lambda p, d, n: replaced(p, d, n, "g"))
    outcome = run(world.scan({}), world.files.__getitem__, world.scan, Narrowing(), confirm)
    assert outcome.overlay == {"a.txt": b"bad1 g"}
    assert asked == ["bad1", "bad2"]
    assert outcome.refused[0].reason == "declined"


def bad_one(data: bytes, at: int, text: str) -> Finding:
    fix = Fix("t", "safe", (Edit("a.txt", Span(at, at + 4), text),))
    place = Location("a.txt", Span(at, at + 4))
    return Finding("a-rule", "url", Severity.error, "high", place, data[at : at + 4].decode(), "", fixes=[fix])


def test_an_equal_finding_that_a_fix_brings_to_light_is_no_failure() -> None:
    """`cat bad1` is only seen once the folder before it is right; the other `bad1` is mended all the same."""

    def scan(overlay: dict[str, bytes], links: dict[str, str]) -> list[Finding]:
        data = overlay.get("a.txt", source)
        found = [finding("a.txt", data, b"bad2", *replaced("a.txt", data, 2, "good"))] if b"bad2" in data else []
        places = [at for at in range(len(data)) if data.startswith(b"bad1", at)]
        for at in places if b"bad2" not in data else places[:1]:
            found.append(bad_one(data, at, "fine!"))
        return found

    source = b"bad1\ncd bad2\ncat bad1\n"
    outcome = run(scan({}, {}), lambda path: source, scan, Narrowing())
    assert outcome.overlay == {"a.txt": b"fine!\ncd good\ncat fine!\n"}
    assert outcome.refused == []


def test_one_of_equal_findings_that_stays_does_not_hold_the_others_back() -> None:
    def scan(overlay: dict[str, bytes], links: dict[str, str]) -> list[Finding]:
        data, found = overlay.get("a.txt", source), []
        for at in (at for at in range(len(data)) if data.startswith(b"bad1", at)):
            found.append(bad_one(data, at, "bad1!" if data[at - 1 : at] == b"#" else "fine"))
        return found

    source = b"bad1 #bad1 bad1"
    outcome = run(scan({}, {}), lambda path: source, scan, Narrowing())
    assert outcome.overlay == {"a.txt": b"fine #bad1 fine"}
    assert [one.reason for one in outcome.refused] == ["the finding was still there after the fix"]


def test_what_is_only_shown_is_offered_to_a_person_and_a_link_is_proven() -> None:
    files = {"a.txt": b"needs web/D\n", "d/D": b"FROM x\n"}
    shown = Fix("link", "display-only", links=(("web/D", "d/D"),))

    def scan(overlay: dict[str, bytes], links: dict[str, str]) -> list[Finding]:
        if "web/D" in links:
            return []
        return [finding("a.txt", files["a.txt"], b"web/D", *replaced_by("web/D", "d/D"), shown)]

    def replaced_by(old: str, new: str) -> list[Fix]:
        start = files["a.txt"].index(old.encode())
        return [Fix("use", "display-only", (Edit("a.txt", Span(start, start + len(old)), new),))]

    offered: list[list[str]] = []

    def choose(found: Finding, offers: list[Fix], preview: Preview) -> Fix | Refusal:
        offered.append([fix.title for fix in offers])
        return offers[-1]

    def read(path: str) -> bytes:
        return files[path] if path in files else _absent()

    outcome = run(scan({}, {}), read, scan, Narrowing(), choose)
    assert offered == [["use", "link"]]
    assert (outcome.links, outcome.changed, outcome.remaining) == ({"web/D": "d/D"}, [], [])
    told = json.loads(json_v1.render(outcome, read, written=False))
    assert [entry["target"] for entry in told["links"]] == ["d/D"]
    assert patch(outcome).decode() == (
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
        input=patch(outcome),
        capture_output=True,
        check=False,
    )
    assert run_.returncode == 0, run_.stderr
    assert (tmp_path / "f").read_bytes() == after


def test_json_tells_what_was_done_and_what_not() -> None:
    world = World({"a.txt": b"bad1 bad2"}, lambda p, d, n: replaced(p, d, n, "g", "safe" if n == 1 else "unsafe"))
    told = json.loads(json_v1.render(world.run(), world.files.__getitem__, written=False))
    assert told["files"][0]["path"] == "a.txt"
    assert [entry["value"] for entry in told["applied"]] == ["bad1"]
    assert [entry["reason"] for entry in told["refused"]] == ["its fix is unsafe (--unsafe-fixes)"]
    assert [entry["kind"] for entry in told["refused"]] == ["unsafe"]
    assert diff("a", b"x", b"x") == b""
