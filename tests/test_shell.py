"""Shell: words and quotes, here-documents, guards, variables, and what the reader of commands makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Facts, Reference
from unmoor.scanners import commands
from unmoor.scanners.shell import foreign, scan
from unmoor.scanners.shell_heredocs import heredocs
from unmoor.scanners.unit import Unit


def facts(source: str | bytes) -> Facts:
    return scan(Unit.of("scripts/x.sh", source.encode() if isinstance(source, str) else source))


def values(source: str, *kinds: str) -> list[str]:
    return [r.value for r in facts(source).references if r.kind in kinds]


def one(source: str, kind: str) -> Reference:
    (found,) = [r for r in facts(source).references if r.kind == kind]
    return found


def made(source: str, kind: str) -> list[tuple[str, str | None]]:
    return [(d.name, d.value) for d in facts(source).declarations if d.kind == kind]


@pytest.mark.parametrize(
    ("source", "decoded"),
    [
        ("a\\ b", "a b"),
        ("'a b'", "a b"),
        ('"a\\"b"', 'a"b'),
        ("$'a\\nb\\x41'", "a\nbA"),
        ("a'b'\"c\"", "abc"),
        ('"$X"/y', "$X/y"),
        ('"$(echo "a b")"c', '$(echo "a b")c'),
        ("${X:-a b}", "${X:-a b}"),
        ("a\\\nb", "ab"),
        ("${m[${r}:${v}_$t]}", "${m[${r}:${v}_$t]}"),  # P31
    ],
)
def test_words_are_decoded(source: str, decoded: str) -> None:
    (word,) = commands.split(Unit.of("x.sh", source.encode()))
    assert word.value == decoded


@pytest.mark.parametrize(
    ("source", "bodies"),
    [
        ("cmd <<A <<B\nx\nA\ny\nB\n", ["x\n", "y\n"]),  # P29
        ("cat <<A; echo z\nx\nA\n", ["x\n"]),
        ("cat <<A 2>&1 | tail\nx\nA\n", ["x\n"]),
        ("<<A cat\nx\nA\n", ["x\n"]),  # P30
        ("cat <<''\nx\n\n", ["x\n"]),
        ("cat <<-'E O'\n\tx\n\tE O\n", ["\tx\n"]),
        ("let x=1<<2\necho\n", []),
        ("a=$((1<<2))\n", []),
        ("cat <<<x\n", []),
        ("exec 3<>/x\n", []),
        ("# <<A\nA\n", []),
        ('x="$(cat <<\'E\'\n" $( \nE\n)"\n', ['" $( \n']),
        ("echo '<<A'\nA\n", []),
        ("cat <<A\r\nx\r\nA\r\n", ["x\r\n"]),
    ],
)
def test_heredocs(source: str, bodies: list[str]) -> None:
    assert [source.encode()[d.lo : d.hi].decode() for d in heredocs(source.encode())] == bodies


@pytest.mark.parametrize(
    "source",
    [
        "cat <<A; echo http://x:1\nA\n",
        "cmd <<A <<B\na\nA\nb\nB\ncurl http://x:1\n",
        "exec 3<>/y; curl http://x:1\n",
        "cat <<A 2>&1 | tail\n`\n$(\nA\ncurl http://x:1\n",
        'curl "http://x:1"\r\n',
        "let y=1<<2\ncurl http://x:1\n",
        "cat <<A\nhttp://x:1 $B\nA\n",
        "case $1 in a) curl http://x:1;; esac",
    ],
)
def test_nothing_is_lost_around_heredocs(source: str) -> None:
    assert values(source, "url") == ["http://x:1"]


def test_quotes_give_layers_and_exact_bytes() -> None:
    for text, layer in (
        ("http://h:1/a", "shell:word"),
        ("'http://h:1/a'", "shell:single"),
        ('"http://h:1/a"', "shell:double"),
    ):
        source = f"curl -f {text} -o x\n"
        url = one(source, "url")
        assert url.layers == (layer,) and source[url.span.start : url.span.end] == "http://h:1/a"
    assert one("sh -c 'curl \"http://h:1/a\"'", "url").layers == ("shell:single", "shell:double")
    assert one('eval "curl http://h:1/a"', "url").layers == ("shell:double", "shell:word")


def test_templates_of_other_languages_are_masked() -> None:  # P32
    for word in ("${{ env.HOST }}", '"${{ env.HOST }}"', "'${{ env.HOST }}'", "{{ host }}"):
        source = f"curl http://{word.strip(chr(34) + chr(39))}:1/ && docker logs shop\n"
        assert values(source, "container") == ["shop"]
    assert values("docker exec <container> sh\ndocker logs web_1\n", "container") == ["web_1"]


def test_other_languages_are_not_shell() -> None:  # P36
    assert foreign(b'Write-Host "x"\n') and foreign(b"#!/usr/bin/env pwsh\nls\n") and foreign(b"$env:X = 1\n")
    assert not foreign(b"#!/usr/bin/env bash\necho $x\n") and not foreign(b"x=$y\n")


def test_docker_names() -> None:
    source = (
        "docker exec -it shop_db psql -h localhost -p 5433\ndocker logs --tail 5 -f a\ndocker restart -t 3 b c\n"
        "docker cp d:/x ./y\ndocker inspect -f '{{.State}}' e\npodman stop f\nsudo docker rm -f g\ndocker stats h\n"
    )
    assert values(source, "container") == ["shop_db", "a", "b", "c", "d", "e", "f", "g", "h"]
    (host,) = [r for r in facts(source).references if r.kind == "host"]
    assert (host.runtime, host.cwd, host.attrs["port"]) == ("container:shop_db", None, 5433)


def test_docker_run_and_build() -> None:
    source = "docker run -d --name shop -p 127.0.0.1:8080:80 -v data:/d -e A=http://b:1 nginx\ndocker build -f d/X -t t --target s ctx\n"  # noqa: E501
    assert made(source, "container") == [("shop", None)] and made(source, "port") == [("docker run", "8080")]
    assert values(source, "volume") == ["data"]
    paths = {r.attrs["use"]: (r.value, r.attrs["target"]) for r in facts(source).references if r.kind == "path"}
    assert paths == {"dockerfile": ("d/X", "s"), "context": ("ctx", "s")}


def test_compose() -> None:
    source = "docker compose -f a.yml -f b.yml --env-file .env.x exec -T web curl http://localhost:80/\ndocker-compose up -d --scale w=3 x\n"  # noqa: E501
    assert values(source, "service") == ["web", "x", "w"]
    assert [(r.value, r.attrs["use"]) for r in facts(source).references if r.kind == "path"] == [
        ("a.yml", "compose-file"),
        ("b.yml", "compose-file"),
        (".env.x", "env-file"),
    ]
    assert one(source, "url").runtime == "container:web"
    assert next(r for r in facts(source).references if r.kind == "service").attrs["files"] == ["a.yml", "b.yml"]


def test_names_through_variables_and_loops() -> None:
    source = 'C=shop_db\ndocker exec $C sh\nL="a b"\nfor s in $L "c"; do docker logs "$s"; done\nA=(x y)\nfor s in "${A[@]}"; do docker stop $s; done\n'  # noqa: E501
    read = facts(source)
    names = [r for r in read.references if r.kind == "container"]
    assert [r.value for r in names] == ["shop_db", "a", "b", "c", "x", "y"]
    assert all(source[r.span.start : r.span.end] == r.value for r in names)
    assert values("docker exec $UNKNOWN sh\n", "container") == []
    assert values('DC="docker compose -f x.yml"\n$DC logs web\n$DC up web\n', "service", "path") == [
        "x.yml",
        "web",
        "web",
    ]


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        ("bash x.sh || true", True),
        ("bash x.sh || echo no", True),
        ("bash x.sh || exit 1", False),
        ("bash x.sh", False),
        ("[ -f x.sh ] && bash x.sh", True),
        ("if [ -f x.sh ]; then bash x.sh; fi", True),
        ("if [ ! -f x.sh ]; then bash x.sh; fi", False),
        ("if [ -f y ]; then :; else bash x.sh; fi", False),
        ("[[ -e x.sh ]] && { true; bash x.sh; }", True),
        ("true && bash x.sh", False),
    ],
)
def test_guards(source: str, guarded: bool) -> None:
    assert [r.attrs["guarded"] for r in facts(source).references if r.value == "x.sh"] == [guarded]


def test_folders() -> None:
    source = (
        'cd a && bash x.sh\n(cd b; bash y.sh)\nbash z.sh\nROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\n'
        'source "$ROOT/lib/v.sh"\ncd - \ncd /srv\nbash w.sh\n'
    )
    places = {r.value: r.cwd for r in facts(source).references if r.kind == "path" and r.attrs["use"] == "script"}
    assert places == {"x.sh": "scripts/a", "y.sh": "scripts/a/b", "z.sh": "scripts/a", "lib/v.sh": "", "w.sh": None}


def test_variables() -> None:
    source = 'X=1\necho "$X ${API:-http://localhost:3}" $Y ${Z:?no} ${DB_HOST:-postgres} "${A:-http://h:${P:-5}/}" $1 $$ $lower\n'  # noqa: E501
    reads = {r.value: (r.attrs["default"], r.attrs["required"]) for r in facts(source).references if r.kind == "env"}
    assert reads == {
        "API": ("http://localhost:3", False),
        "Y": (None, False),
        "Z": (None, True),
        "DB_HOST": ("postgres", False),
        "A": (None, False),
        "P": ("5", False),
    }
    urls = [(r.value, r.role, r.attrs["env"]) for r in facts(source).references if r.kind in ("url", "host")]
    assert urls == [
        ("http://localhost:3", "default", "API"),
        ("postgres", "default", "DB_HOST"),
        ("http://h:${P:-5}/", "default", "A"),
    ]
    assert made("export A=b\nB=c cmd\n", "env") == [("A", "b"), ("B", "c")]


@pytest.mark.parametrize(
    ("source", "role"),
    [
        ("curl http://localhost:1", "request"),
        ('echo "open http://localhost:1"', "display"),
        ("log_info http://localhost:1", "display"),
        ("X=http://localhost:1", "config"),
        ("# http://localhost:1", "comment"),
        ('[ "$X" = "http://localhost:1" ]', "comparison"),
        ("CORS_ORIGINS=http://localhost:1", "cors-origin"),
        ("cat <<E\nhttp://localhost:1\nE", "display"),
        ("grep http://localhost:1 f", "comparison"),
    ],
)
def test_roles(source: str, role: str) -> None:
    assert one(source, "url").role == role


@pytest.mark.parametrize(
    ("source", "ports"),
    [
        ("uvicorn a:b --host 0.0.0.0 --port 8001", ["8001"]),
        ("gunicorn -b 0.0.0.0:5000 a", ["5000"]),
        ("next dev -p 3011", ["3011"]),
        ("python -m http.server 8123", ["8123"]),
        ("kubectl port-forward svc/x 8080:80", ["8080"]),
        ("ssh -L 5433:db:5432 h", ["5433"]),
        ("php -S localhost:8099", ["8099"]),
        ("uvicorn a:b --port ${PORT:-8002}", ["8002"]),
        ("vite build", []),
        ("flask run -p 5001", ["5001"]),
        ("python manage.py runserver 0.0.0.0:8003", ["8003"]),
        ("npx next start", ["3000"]),
    ],
)
def test_listeners(source: str, ports: list[str]) -> None:
    assert [value for _, value in made(source, "port")] == ports


@pytest.mark.parametrize(
    ("source", "tool", "name"),
    [
        ("npm run dev", "npm", "dev"),
        ("npm --prefix web run build", "npm", "build"),
        ("npm test", "npm", "test"),
        ("yarn workspace a run b", "yarn", "b"),
        ("pnpm --filter x run y:z", "pnpm", "y:z"),
        ("make -C sub all", "make", "all"),
        ("just up x", "just", "up"),
        ("task db:up", "task", "db:up"),
        ("python -m app.main", "python-module", "app.main"),
        ("cross-env A=b npm run dev", "npm", "dev"),
        ("timeout 5 npm run dev", "npm", "dev"),
    ],
)
def test_scripts(source: str, tool: str, name: str) -> None:
    found = one(source, "script")
    assert (found.attrs["tool"], found.value) == (tool, name)


def test_what_a_script_makes() -> None:
    source = "mkdir -p a/b\ngit clone https://x.test/o/repo.git\ncurl -o f.txt https://x.test/\necho > out.log\ncp s.txt d.txt\n"  # noqa: E501
    assert [name for name, _ in made(source, "path")] == ["a/b", "repo", "f.txt", "out.log", "d.txt"]


def test_told_and_handed_commands() -> None:
    told = facts(
        'echo "  docker logs -f shop_web"\necho "docker logs are here"\nrun_test "x" "python ops/migrate.py"\n'
    )
    assert [(r.kind, r.value, r.role) for r in told.references] == [
        ("container", "shop_web", "display"),
        ("path", "ops/migrate.py", "request"),
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("http://a:1 $x\n", ["http://a:1"]),  # P33: text before the first expansion
        ("a `curl http://b:2`\n", ["http://b:2"]),  # P33
        ("a $(curl http://b:2) \\$(curl http://c:3 $((1+2))\n", ["http://b:2", "http://c:3"]),
    ],
)
def test_commands_in_here_documents(body: str, found: list[str]) -> None:
    assert sorted(values(f"cat <<A\n{body}A\n", "url")) == found
    assert len(values(f"cat <<'A'\n{body}A\n", "url")) == len(found)
    assert values("cat <<A\n$(docker logs web)\nA\n", "container") == ["web"]
    assert values("cat <<'A'\n$(docker logs web)\nA\n", "container") == []


@pytest.mark.parametrize(
    "source",
    [
        "for arg do\n  curl http://x:1\ndone\n",
        "f() {\n  for arg do curl http://x:1; done\n}\n",
        "until (curl http://x:1) do sleep 1; done\n",
        "exec 3<>/dev/tcp/127.0.0.1/9000 && curl http://x:1 && grep ok <&3\n",
        'X="${Y: -$N}"\ncurl http://x:1\n',
    ],
)
def test_what_the_grammar_misreads(source: str) -> None:
    assert facts(source).problems == []
    assert values(source, "url") == ["http://x:1"]


def test_a_background_mark_ends_an_address() -> None:  # P35
    assert values("curl http://h?a=1&b=2", "url") == ["http://h?a=1"]


@given(st.one_of(st.binary(max_size=200), st.text("ab $\"'`\\{}()<>|&;\n#=-:/[]!", max_size=80).map(str.encode)))
def test_never_raises_and_spans_lie_inside(data: bytes) -> None:
    read = facts(data)
    for fact in (*read.references, *read.declarations, *read.problems):
        assert 0 <= fact.span.start <= fact.span.end <= len(data)


def test_deep_nesting_and_long_lines() -> None:  # P47
    facts("(" * 20000 + "x" + ")" * 20000)
    facts("echo " + "$(" * 5000 + ")" * 5000)
    facts("echo " + "a" * 1_000_000 + " http://x:1")
