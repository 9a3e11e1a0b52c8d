"""Every report format: what it shows of a hand-made report, in which shape; nothing secret or hostile passes."""

import json
import xml.etree.ElementTree as ET

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.model.findings import Edit, Finding, Fix, Report, Severity
from unmoor.model.spans import Location, Span
from unmoor.reports import REPORTS, json_schema, render
from unmoor.reports.diffs import hunks
from unmoor.reports.excerpts import Places, cells, closing
from unmoor.reports.line_hash import line_hashes
from unmoor.reports.markdown import render as markdown
from unmoor.text.secrets import clean

FORMATS = [name for name, _ in REPORTS]
GITHUB = "::error file=web/src/api.ts,line=3,endLine=3,title=hardcoded-url,col=34,endColumn=65::a browser calls"


@pytest.mark.parametrize("name", FORMATS)
def test_no_credential_in_any_format(name: str, report: Report) -> None:
    assert "hunter2" not in render(name, report)
    assert "hunter2" not in render(name, report, color=True)


@pytest.mark.parametrize("name", ["text", "concise", "github", "html", "junit", "markdown"])
def test_no_control_character_reaches_a_reader(name: str, report: Report) -> None:
    assert "\x1b" not in render(name, report)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_report_renders(name: str) -> None:
    assert render(name, Report(".", 0, 0, [], []))


@pytest.mark.parametrize("name", FORMATS)
def test_same_bytes_twice(name: str, report: Report) -> None:
    assert render(name, report) == render(name, report)


def test_closing_counts_everything(report: Report) -> None:
    assert closing(report) == (
        "4 findings (2 errors, 1 warning, 1 note), 1 suppressed, 1 baselined; 412 files, 97 scanned, 2 not understood"
    )


def test_text(report: Report) -> None:
    text = render("text", report)
    assert "error[hardcoded-url]: a browser calls `localhost:3011`" in text
    lines = text.split("\n")
    at = lines.index("3 | export const load = () => fetch('http://localhost:3011/api/users')")
    assert lines[at - 2] == " --> web/src/api.ts:3:34"
    caret = lines[at + 1]
    assert caret.index("^") == lines[at].index("http") and caret.count("^") == len("http://localhost:3011/api/users")
    assert "  = 3011 is published by `backend` (docker-compose.yml:9)" in text
    assert "hardcoded-fallback" not in text and "exposed-datastore" not in text
    assert "skipped: broken.yaml:7: a merge conflict" in text


def test_the_caret_stands_under_the_value_behind_tabs_and_wide_characters(report: Report) -> None:
    lines = render("text", report).split("\n")
    at = next(number for number, line in enumerate(lines) if "192.168.1.20:9000" in line)
    before = lines[at].split("http://")[0]
    assert lines[at + 1].index("^") == cells(before)


def test_the_caret_stands_under_a_redacted_value(report: Report) -> None:
    lines = render("text", report).split("\n")
    at = next(number for number, line in enumerate(lines) if "DATABASE_URL" in line)
    assert lines[at + 1].index("^") == lines[at].index("postgresql")
    assert lines[at + 1].count("^") == len("postgresql://***@localhost:5435/shop")


def test_colour_only_where_asked(report: Report) -> None:
    assert "\x1b[1;31merror[hardcoded-url]\x1b[0m" in render("text", report, color=True)


def test_summary_can_be_left_out(report: Report) -> None:
    assert closing(report) not in render("concise", report, summary=False)
    assert closing(report) not in render("text", report, summary=False)


def test_concise(report: Report) -> None:
    assert (
        render("concise", report)
        .split("\n")[0]
        .startswith("docker-compose.yml:5:21: error[localhost-in-container] [*] inside container `web`")
    )


def test_json_is_what_was_frozen(report: Report) -> None:
    document = json.loads(render("json", report))
    assert list(document) == ["schema", "tool", "root", "files", "findings", "summary"]
    assert document["schema"] == "unmoor/1" and document["root"] == "."
    assert document["files"]["listed"] == 412 and document["files"]["skipped"][0]["reason"] == "not UTF-8"
    finding = next(f for f in document["findings"] if f["rule"] == "hardcoded-url")
    assert {
        key: finding[key] for key in ("start", "end", "value", "reference", "target", "suppressed", "baseline")
    } == {
        "start": {"line": 3, "column": 34, "byte": 65},
        "end": {"line": 3, "column": 65, "byte": 96},
        "value": "http://localhost:3011/api/users",
        "reference": {"kind": "url", "role": "request", "runtime": "browser", "language": "typescript"},
        "target": {"service": "backend", "port": 3011, "verdict": "host-only", "address": ""},
        "suppressed": None,
        "baseline": "new",
    }
    assert finding["related"] == [
        {
            "path": "docker-compose.yml",
            "start": {"line": 9, "column": 9, "byte": 171},
            "message": "3011 is published by `backend`",
        }
    ]
    assert finding["fixes"] == [
        {
            "title": "call the resolver",
            "applicability": "unsafe",
            "edits": [{"path": "web/src/api.ts", "start": 64, "end": 97, "text": "getApiUrl('/api/users')"}],
        }
    ]
    assert document["summary"] == {"error": 2, "warning": 1, "note": 1, "suppressed": 1, "baselined": 1}


def test_json_keeps_its_schema(report: Report) -> None:
    assert json_schema.PUBLISHED.read_text("utf-8") == json_schema.text()
    jsonschema.validate(json.loads(render("json", report)), json_schema.schema())


def test_a_suppression_without_a_reason_is_still_told_in_json(report: Report) -> None:
    report.findings[0].suppressed = ""
    finding = next(f for f in json.loads(render("json", report))["findings"] if f["rule"] == "hardcoded-url")
    assert finding["suppressed"]


def test_a_fix_with_a_credential_can_only_be_looked_at(report: Report) -> None:
    edit = Edit("docker-compose.yml", Span(0, 0), "postgresql://shop:hunter2@database")
    report.findings[0].fixes = [Fix("x", "safe", (edit,))]
    finding = next(f for f in json.loads(render("json", report))["findings"] if f["rule"] == "hardcoded-url")
    assert finding["fixes"][0]["applicability"] == "display-only"
    assert "hunter2" not in render("sarif", report) + render("rdjson", report)


def test_jsonl_holds_the_same_findings(report: Report) -> None:
    rows = [json.loads(line) for line in render("jsonl", report).splitlines()]
    whole = json.loads(render("json", report))
    assert rows[:-1] == whole["findings"] and rows[-1]["summary"] == whole["summary"]


def test_sarif(report: Report) -> None:
    log = json.loads(render("sarif", report))
    run = log["runs"][0]
    assert log["version"] == "2.1.0" and run["columnKind"] == "unicodeCodePoints"
    results = {result["ruleId"]: result for result in run["results"]}
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(ids[result["ruleIndex"]] == rule for rule, result in results.items())
    url = results["hardcoded-url"]
    physical = url["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "web/src/api.ts", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 3, "startColumn": 34, "endLine": 3, "endColumn": 65}
    assert url["partialFingerprints"]["unmoor/v1"] == next(
        f.fingerprint for f in report.findings if f.rule == "hardcoded-url"
    )
    assert url["message"]["text"].endswith("(see [docker-compose.yml:9](1))")
    assert url["relatedLocations"][0]["id"] == 1
    steps = url["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps[1:]] == [
        reason.text for reason in report.findings[0].reasons
    ]
    replacement = url["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["deletedRegion"]["byteOffset"] == 64 and replacement["insertedContent"]["text"].startswith(
        "getApiUrl"
    )
    assert results["hardcoded-fallback"]["suppressions"][0]["justification"] == "the dev server"
    assert results["exposed-datastore"]["baselineState"] == "unchanged"
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notifications] == [
        "not understood: not UTF-8",
        "not understood: a merge conflict",
    ]


def test_only_security_rules_carry_a_security_severity(report: Report) -> None:
    rules = json.loads(render("sarif", report))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules if "security-severity" in rule["properties"]] == ["exposed-datastore"]


def test_sarif_holds_no_empty_string(report: Report) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [
                text
                for key, item in value.items()
                if key not in ("insertedContent", "properties")
                for text in strings(item)
            ]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [value] if isinstance(value, str) else []

    assert all(strings(json.loads(render("sarif", report))))


@pytest.mark.parametrize(
    ("source", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (
            "hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ],
        ),
    ],
)
def test_line_hashes_are_those_of_codeql(source: str, hashes: list[str]) -> None:
    assert list(line_hashes(source.encode()).values()) == hashes


def test_github(report: Report) -> None:
    lines = render("github", report).splitlines()
    assert any(line.startswith(GITHUB) for line in lines)
    assert lines[-1] == closing(report)


def test_github_stays_within_ten_of_a_kind_and_says_what_is_left(report: Report) -> None:
    report.findings = [report.findings[0]] * 12 + report.findings[1:]
    lines = render("github", report).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 10
    assert lines[-1].endswith("(3 more are not annotated; see the log or the summary)")


def test_github_escapes(report: Report) -> None:
    report.findings[0].message = "100%\nof ::error::"
    report.findings[0].location = Location("a:b,c.ts", Span(0, 0))
    text = render("github", report)
    assert "file=a%3Ab%2Cc.ts," in text and "100%25%0Aof ::error::" in text


def test_gitlab_fingerprints_are_unique(report: Report) -> None:
    report.findings.append(report.findings[0])
    rows = json.loads(render("gitlab", report))
    assert len({row["fingerprint"] for row in rows}) == len(rows) == 5
    assert rows[0]["location"] == {"path": "docker-compose.yml", "lines": {"begin": 5, "end": 5}}
    assert {row["severity"] for row in rows} == {"major", "minor", "info"}


def test_junit_is_xml_with_a_failure_for_what_is_no_note(report: Report) -> None:
    tree = ET.fromstring(render("junit", report))
    assert (tree.get("tests"), tree.get("failures")) == ("4", "3")
    assert len(tree.findall(".//failure")) == 3
    assert len(ET.fromstring(render("junit", Report(".", 1, 1, [], []))).findall(".//testcase")) == 1


def test_rdjson_counts_columns_in_bytes(report: Report) -> None:
    rows = json.loads(render("rdjson", report))["diagnostics"]
    lan = next(row for row in rows if row["code"]["value"] == "hardcoded-address")
    # one tab, `const wide = "`, two characters of three bytes each, `: `
    assert lan["location"]["range"]["start"] == {"line": 5, "column": 1 + 1 + 14 + 6 + 2}
    assert next(row for row in rows if "suggestions" in row)["suggestions"][0]["text"] == "database:5432"


def test_markdown_drops_whole_files_above_the_budget(report: Report) -> None:
    text = markdown(report, budget=900)
    assert len(text.encode()) <= 900
    assert text.count("<details>") == text.count("</details>") < 3
    assert "more findings do not fit here" in text


def test_markdown_escapes_what_is_not_code(report: Report) -> None:
    report.findings[0].message = "a <b>bold</b> [link](x) *star*"
    assert r"a \<b\>bold\</b\> \[link\](x) \*star\*" in render("markdown", report)


def test_html_escapes_hostile_names(report: Report) -> None:
    page = render("html", report)
    assert "<img src=x" not in page and "<script>alert" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert page.count("<script>") == 1


def test_html_loads_nothing(report: Report) -> None:
    page = render("html", report)
    body = page.replace("http://localhost:3011", "").replace("http://192.168", "")
    assert (
        "src=" not in body.replace("&lt;img src=x", "").replace("<img src=x", "")
        and "<link" not in page
        and "@import" not in page
    )
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_html_map_shows_services_and_troubled_calls(report: Report) -> None:
    services = [
        {"name": "backend", "ports": [{"host": 3011, "container": 3011}]},
        {"name": "database", "depends_on": ["backend"]},
    ]
    report.topology = {"stacks": [{"name": "app", "services": services}]}
    page = render("html", report)
    assert "3011 → 3011" in page and "1 finding: browser → backend" in page


def test_excerpt_windows_keep_the_mark_in_view() -> None:
    source = b"x" * 5000 + b"http://localhost:1" + b"y" * 5000
    report = Report(".", 1, 1, [], [], {"a.js": source})
    excerpt = Places(report).excerpt(Location("a.js", Span(5000, 5018)), 80)
    assert excerpt and len(excerpt.text) <= 80
    assert excerpt.text[excerpt.mark[0] : excerpt.mark[1]] == "http://localhost:1"


def test_hunks_show_a_deleted_line_and_what_stands_around() -> None:
    source = b"one\ntwo\nthree\nfour\n"
    found = hunks(Fix("t", "safe", (Edit("a", Span(4, 8), ""),)), {"a": source})
    assert [(row.sign, row.text) for row in found[0].rows] == [
        (" ", "one"),
        ("-", "two"),
        (" ", "three"),
        (" ", "four"),
    ]


@given(st.text(min_size=1), st.text(max_size=40), st.data())
@settings(max_examples=60, deadline=None)
def test_any_text_renders_everywhere(source: str, message: str, data: st.DataObject) -> None:
    raw = source.encode("utf-8", "replace")
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    message = message.encode("utf-8", "replace").decode()
    finding = Finding(
        "hardcoded-url", "url", Severity.error, "high", Location("a b.ts", Span(start, end)), message, message
    )
    report = Report(".", 1, 1, [finding], [], {"a b.ts": raw})
    for name in FORMATS:
        if name not in ("html",):
            render(name, report).encode()
    json.loads(render("sarif", report))
    ET.fromstring(render("junit", report))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://u:p@h/db", "postgres://***@h/db"),
        ("POSTGRES_PASSWORD: hunter2", "POSTGRES_PASSWORD: ***"),
        ('const apiKey = "abcdef"', 'const apiKey = "***"'),
        ("PASSWORD=${DB_PASSWORD}", "PASSWORD=${DB_PASSWORD}"),
        ("token: process.env.TOKEN", "token: process.env.TOKEN"),
        ("key ghp_abcdefghijklmnopqrstuvwxyz0123456789", "key ***"),
        ("TOKEN_URL=https://auth.example.com/token", "TOKEN_URL=https://auth.example.com/token"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown
