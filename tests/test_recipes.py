"""Makefiles, justfiles, Procfiles, crontabs, PowerShell and batch files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.scanners import by_name
from unmoor.scanners import scan as scan_file


def facts(language: str, source: str | bytes) -> Facts:
    return scan_file("ops/x", source.encode() if isinstance(source, str) else source, by_name(language))


def rows(read: Facts, *kinds: str) -> list[tuple[str, str]]:
    return [(r.kind, r.value) for r in read.references if r.kind in kinds]


def test_makefile() -> None:
    source = (
        "include x.mk\n-include .env\nDC := docker compose -f c.yml\nDB ?= shop_db\n.PHONY: up\nup: build ## http://h:1\n"
        "\t@$(DC) up -d web\n\tdocker exec $(DB) psql -h $$PGHOST\n\tcd web && npm run dev \\\n\t  && curl http://h:2/$(X)\n"
        "\tbash y.sh\n\t-docker logs foo\nbuild: ; $(MAKE) -C sub all\n"
    )
    read = facts("makefile", source)
    targets = {d.name: d.attrs for d in read.declarations if d.kind == "script"}
    assert set(targets) == {"up", "build"} and targets["up"]["dependencies"] == ["build"] and targets["up"]["phony"]
    assert rows(read, "service", "container", "script") == [
        ("service", "web"),
        ("container", "shop_db"),
        ("script", "dev"),
        ("container", "foo"),
        ("script", "all"),
    ]
    name = next(r for r in read.references if r.value == "shop_db")
    assert source[name.span.start : name.span.end] == "shop_db"
    (url,) = [r for r in read.references if r.kind == "url"]
    assert source[url.span.start : url.span.end] == "http://h:2/$(X)" and url.scope == "up" and url.cwd == "ops/web"
    script = next(r for r in read.references if r.value == "y.sh")
    assert script.cwd == "ops"  # each line is a shell of its own
    assert next(r for r in read.references if r.value == "foo").attrs["guarded"]
    assert next(r for r in read.references if r.value == ".env").attrs["guarded"]


def test_justfile() -> None:
    source = (
        'api := "http://h:1"\nurl := env_var_or_default("URL", "http://h:2")\ndefault: up\nup name="x": build\n'
        "    docker compose up {{name}} web\n    @echo http://h:3\nbuild:\n    #!/usr/bin/env bash\n    cd x\n    npm run y\n"  # noqa: E501
    )
    read = facts("justfile", source)
    assert [(d.name, d.attrs["dependencies"]) for d in read.declarations if d.kind == "script"] == [
        ("default", ["up"]),
        ("up", ["build"]),
        ("build", []),
    ]
    assert [(r.value, r.role) for r in read.references if r.kind == "url"] == [
        ("http://h:1", "config"),
        ("http://h:2", "default"),
        ("http://h:3", "display"),
    ]
    assert next(r for r in read.references if r.value == "y").cwd == "ops/x"


def test_procfile_and_crontab() -> None:
    read = facts("procfile", "web: uvicorn a:b --port 8001\nworker: python w.py\n")
    assert [(d.kind, d.name, d.value) for d in read.declarations] == [
        ("script", "web", "uvicorn a:b --port 8001"),
        ("port", "uvicorn", "8001"),
        ("script", "worker", "python w.py"),
    ]
    read = facts(
        "crontab",
        "A=b\n# http://localhost:1\n*/5 * * * * root curl http://h:9\n@daily docker exec x y\n0 1 * * 1-5 bash z.sh\n",
    )
    assert rows(read, "url", "container", "path") == [
        ("url", "http://localhost:1"),
        ("url", "http://h:9"),
        ("container", "x"),
        ("path", "z.sh"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        'curl "http://h:1/a"\r\n',
        "$u = 'http://h:1/a'\n",
        "if ($x) { irm http://h:1/a }\n",
        "Invoke-RestMethod -Uri http://h:1/a `\r\n -Method Post\n",
    ],
)
def test_powershell_addresses(source: str) -> None:
    (url,) = [r for r in facts("powershell", source).references if r.kind == "url"]
    assert (url.value, source[url.span.start : url.span.end]) == ("http://h:1/a", "http://h:1/a")


def test_powershell_and_batch_commands() -> None:
    read = facts(
        "powershell",
        '# http://localhost:1\n$c = "shop_db"\ndocker exec $c ls\nWrite-Host "open http://h:5"\n'
        "if (Test-Path ./x.ps1) { ./x.ps1 }\ndocker-compose -f a.yml up -d web\n@echo off\ncd sub\nnpm run dev\n",
    )
    assert rows(read, "container", "service", "script") == [
        ("container", "shop_db"),
        ("service", "web"),
        ("script", "dev"),
    ]
    assert [r.role for r in read.references if r.kind == "url"] == ["comment", "display"]
    assert all(r.attrs["guarded"] for r in read.references if r.value == "./x.ps1")


@given(
    st.sampled_from(["makefile", "justfile", "procfile", "crontab", "powershell"]),
    st.one_of(st.binary(max_size=150), st.text("ab:=\t\n$(){}\\\"'#@-* 0;|", max_size=60).map(str.encode)),
)
def test_never_raises_and_spans_lie_inside(language: str, data: bytes) -> None:
    read = facts(language, data)
    for fact in (*read.references, *read.declarations, *read.problems):
        assert 0 <= fact.span.start <= fact.span.end <= len(data)
