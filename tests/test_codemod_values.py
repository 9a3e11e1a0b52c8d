"""Addresses, names, paths and compose entries: the smallest edit, every other byte as it was."""

import shutil
import subprocess

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import mend, request
from unmoor.model.findings import Refusal
from unmoor.model.subjects import Target


def changed(codemod: str, text: str, value: str, path: str = "compose.yaml", **more: object) -> str:
    """The text after the fix, or "refused: why"."""
    files = {path: text, **more.pop("files", {})}  # type: ignore[dict-item]
    result = mend(codemod, request(files, path, value, **more), files)  # type: ignore[arg-type]
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result[path]


@pytest.mark.parametrize(
    ("value", "suggestion", "after"),
    [
        ("postgresql://u:p@localhost:5432/shop?a=b", "postgresql://db:5432", "postgresql://u:p@db:5432/shop?a=b"),
        ("http://database:5435/x", "http://database:5432", "http://database:5432/x"),
        ("redis://localhost", "redis://cache:6379", "redis://cache"),
        ("redis://localhost", "redis://cache:6380", "redis://cache:6380"),
        ("redis://localhost/0", "redis://cache:6380", "redis://cache:6380/0"),
        ("localhost:5435", "db:5432", "db:5432"),
        ("localhost", "db:5432", "db"),
        ("jdbc:postgresql://localhost:5432/x", "jdbc:postgresql://db:5432", "jdbc:postgresql://db:5432/x"),
        ("http://[::1]:80/x", "http://web:8080", "http://web:8080/x"),
        (r"http:\/\/localhost:3000\/x", "http://web:80", r"http:\/\/web:80\/x"),
    ],
)
def test_service_address(value: str, suggestion: str, after: str) -> None:
    text = f'  A: "{value}" # c\r\n'
    assert changed("service-address", text, value, suggestion=suggestion) == text.replace(value, after)


@pytest.mark.parametrize(
    ("value", "suggestion"), [("http://localhost:${P}/x", "http://db:1"), ("http://db:1/x", "http://db:1")]
)
def test_service_address_refuses(value: str, suggestion: str) -> None:
    assert changed("service-address", f"A: {value}\n", value, suggestion=suggestion).startswith("refused")


def test_the_target_serves_where_nothing_is_suggested() -> None:
    target = Target("db", "shop", 5432, "postgresql://db:5432", "wrong-host")
    assert changed("service-address", "A: postgres://localhost/x\n", "postgres://localhost/x", target=target) == (
        "A: postgres://db/x\n"
    )


def test_credentials_are_never_written() -> None:
    text = "A: http://u:p@acme.dev/a\n"
    after = changed("replace-value", text, "http://u:p@acme.dev/a", suggestion="https://***@acme.dev/a")
    assert after == "A: https://u:p@acme.dev/a\n"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00\x85\u2028\u2029"), min_size=1, max_size=12))
def test_a_yaml_value_reads_back_as_what_was_meant(wanted: str) -> None:
    for text, layer in (("a: old\nb: 1\n", "yaml:plain"), ('a: "old"\n', "yaml:double"), ("a: 'old'\n", "yaml:single")):
        after = changed("replace-value", text, "old", suggestion=wanted, layers=(layer,), kind="path")
        if not after.startswith("refused"):
            try:
                assert yaml.safe_load(after)["a"] == wanted
            except yaml.YAMLError:
                pytest.skip("a character that PyYAML does not read")


def test_rename_and_compose_key() -> None:
    assert changed("rename", "docker exec web-old ls\n", "web-old", "a.sh", suggestion="web") == "docker exec web ls\n"
    assert changed("compose-key", "  depends: [a]\n", "depends", suggestion="depends_on") == "  depends_on: [a]\n"
    assert changed("rename", "docker exec x ls\n", "x", "a.sh").startswith("refused")


@pytest.mark.parametrize(
    ("value", "suggestion", "after"),
    [
        ("./Dockerfile.api", "dockerfiles/Dockerfile.api", "./dockerfiles/Dockerfile.api"),
        ("docs/a.md#part", "docs/b.md", "docs/b.md#part"),
        ("../x", "../y", "../y"),
    ],
)
def test_repath(value: str, suggestion: str, after: str) -> None:
    assert changed("repath", f"p: {value}\n", value, suggestion=suggestion) == f"p: {after}\n"


def test_repath_never_names_a_file_twice_on_a_line() -> None:
    text = "up -f compose.yml -f compose.gpu.yml\n"
    assert changed("repath", text, "compose.gpu.yml", "a.sh", suggestion="compose.yml").startswith("refused")


def test_a_missing_dockerfile_may_be_linked_or_begun() -> None:
    from unmoor.codemods import fix

    files = {"compose.yaml": "dockerfile: web/Dockerfile\n", "web/package.json": '{"scripts": {"build": "x"}}'}
    made = fix("repath", request(files, "compose.yaml", "web/Dockerfile", finding_attrs={"expected": "web/Dockerfile"}))
    assert isinstance(made, list)
    assert [one.applicability for one in made] == ["display-only"]
    assert "npm run build" in dict(made[0].creates)["web/Dockerfile"]
    files["dockerfiles/Dockerfile"] = "FROM x\n"
    attrs = {"expected": "web/Dockerfile", "near": "dockerfiles/Dockerfile"}
    made = fix(
        "repath",
        request(files, "compose.yaml", "web/Dockerfile", suggestion="dockerfiles/Dockerfile", finding_attrs=attrs),
    )
    assert isinstance(made, list)
    assert made[1].links == (("web/Dockerfile", "dockerfiles/Dockerfile"),)


@pytest.mark.parametrize(
    ("layer", "after"), [("md:link", "[a](x/my%20file%281%29.md)\n"), ("md:angle", "[a](x/my file(1).md)\n")]
)
def test_blanks_in_links(layer: str, after: str) -> None:
    about = {"expected": "docs/my file(1).md", "near": "x/my file(1).md"}
    text, value = "[a](docs/my file(1).md)\n", "docs/my file(1).md"
    assert changed("repath", text, value, "a.md", kind="path", layers=(layer,), attrs={"use": "link"},
                   suggestion="x/my file(1).md", finding_attrs=about) == after  # fmt: skip


@pytest.mark.parametrize(
    ("example", "after"),
    [
        ("A=1\n", "A=1\nKEY=x\n"),
        ("A=1", "A=1\nKEY=x\n"),
        ("# all\r\nA=1\r\n", "# all\r\nA=1\r\n\r\n# read in src/a.ts\r\nKEY=x\r\n"),
    ],
)
def test_env_example(example: str, after: str) -> None:
    files = {"src/a.ts": "process.env.KEY", ".env.example": example}
    asked = request(files, "src/a.ts", "KEY", kind="env", attrs={"default": "x"}, finding_attrs={"name": "KEY"})
    # A name that looks like a secret gets no value; KEY alone is one.
    result = mend("env-example", asked, files)
    assert not isinstance(result, Refusal)
    assert result[".env.example"] == after


def test_env_example_keeps_secrets_and_homes_out() -> None:
    for name, default in (("API_SECRET", "x"), ("PLACE", "/home/me/x"), ("U", "http://u:p@h")):
        files = {"a.ts": f"process.env.{name}", ".env.example": ""}
        result = mend("env-example", request(files, "a.ts", name, kind="env", attrs={"default": default}), files)
        assert not isinstance(result, Refusal)
        assert result[".env.example"] == f"{name}=\n"


@pytest.mark.parametrize(
    ("script", "layer", "after"),
    [
        ("curl http://localhost:3011/a b\n", "shell:word", 'curl "${BACKEND_URL}"/a b\n'),
        ('curl "http://localhost:3011/a"\n', "shell:double", 'curl "${BACKEND_URL}/a"\n'),
        ("curl 'http://localhost:3011/a'\n", "shell:single", 'curl "${BACKEND_URL}/a"\n'),
        (
            'curl -d \'{"u": "http://localhost:3011/a"}\'\n',
            "shell:single",
            'curl -d \'{"u": "\'"${BACKEND_URL}"\'/a"}\'\n',
        ),
        ("cat <<E\nhttp://localhost:3011/a\nE\n", "shell:heredoc", "cat <<E\n${BACKEND_URL}/a\nE\n"),
        (
            "cat <<'E'\nhttp://localhost:3011/a\nE\n",
            "shell:heredoc-quoted",
            "refused: nothing is expanded in a quoted heredoc",
        ),
    ],
)
def test_env_reference_in_shell(script: str, layer: str, after: str) -> None:
    result = changed("env-reference", script, "http://localhost:3011/a", "a.sh", layers=(layer,), language="shell")
    assert result == after
    bash = shutil.which("bash")
    if bash is None or result.startswith("refused"):
        return
    environment = {"BACKEND_URL": "http://localhost:3011", "PATH": "/usr/bin:/bin"}
    curl = "curl() { printf '%s|' \"$@\"; }; "
    run = [subprocess.run([bash, "-c", curl + one], env=environment, capture_output=True,
                          check=True).stdout for one in (script, result)]  # fmt: skip
    assert run[0] == run[1]


URL = "http://localhost:3011"


@pytest.mark.parametrize(
    ("path", "text", "layers", "after"),
    [
        ("compose.yaml", "a: [http://localhost:3011/x, b]\n", ("yaml:plain-flow",), 'a: ["${BACKEND_URL}/x", b]\n'),
        ("compose.yaml", "a: {U: http://localhost:3011}\n", ("yaml:plain-flow",), 'a: {U: "${BACKEND_URL}"}\n'),
        ("compose.yaml", "a: [U=http://localhost:3011]\n", ("yaml:plain-flow",), 'a: ["U=${BACKEND_URL}"]\n'),
        ("compose.yaml", "a: 'http://localhost:3011/x'\n", ("yaml:single",), "a: '${BACKEND_URL}/x'\n"),
        ("compose.yaml", 'a: sh -c "curl http://localhost:3011 $$HOME"\n',
         ("yaml:plain", "compose", "shell:double", "shell:word"), 'a: sh -c "curl ${BACKEND_URL} $$HOME"\n'),
        (".github/workflows/a.yml", "run: curl http://localhost:3011/x\n", ("yaml:plain", "shell:word"),
         'run: curl "${BACKEND_URL}"/x\n'),
        (".github/workflows/a.yml", 'run: "curl http://localhost:3011/x"\n', ("yaml:double", "shell:word"),
         'run: "curl \\"${BACKEND_URL}\\"/x"\n'),
        (".github/workflows/a.yml", "- http://localhost:3011/x\n", ("yaml:plain", "shell:word"),
         '- "\\"${BACKEND_URL}\\"/x"\n'),
        (".github/workflows/a.yml", "a: http://localhost:3011/x\n", ("yaml:plain",), "a: ${{ vars.BACKEND_URL }}/x\n"),
        (".github/workflows/a.yml", "a: [http://localhost:3011]\n", ("yaml:plain-flow",),
         'a: ["${{ vars.BACKEND_URL }}"]\n'),
        ("a.sh", "sh -c 'curl http://localhost:3011/x'\n", ("shell:single", "shell:word"),
         "sh -c 'curl '\"${BACKEND_URL}\"'/x'\n"),
        ("a.sh", 'ssh h "curl http://localhost:3011/x"\n', ("shell:double", "shell:word"),
         'ssh h "curl \\"${BACKEND_URL}\\"/x"\n'),
        ("Dockerfile", "RUN curl http://localhost:3011/x\n", ("dockerfile:shell", "shell:word"),
         'RUN curl "${BACKEND_URL}"/x\n'),
        ("Dockerfile", 'CMD ["sh", "-c", "curl http://localhost:3011/x"]\n', ("json:string", "shell:word"),
         'CMD ["sh", "-c", "curl \\"${BACKEND_URL}\\"/x"]\n'),
        ("Makefile", "up:\n\tcurl 'http://localhost:3011/x'\n", ("make:recipe", "shell:single"),
         "up:\n\tcurl '$(BACKEND_URL)/x'\n"),
        ("Dockerfile", 'CMD ["curl", "http://localhost:3011/x"]\n', ("json:string",),
         "refused: nothing is expanded in the exec form"),
        ("Dockerfile", "ENV A='http://localhost:3011/x'\n", ("dockerfile:single",),
         "refused: nothing is expanded in single quotes"),
        ("values.yaml", "a: http://localhost:3011/x\n", ("yaml:plain",),
         "refused: variables are not expanded in this kind of file"),
    ],
)  # fmt: skip
def test_env_reference_with_the_quoting_of_its_context(
    path: str, text: str, layers: tuple[str, ...], after: str
) -> None:
    url = f"{URL}/x" if "/x" in text else URL
    language = "shell" if any("shell" in layer or "json" in layer for layer in layers) else "yaml"
    assert changed("env-reference", text, url, path, layers=layers, language=language) == after


def test_a_plain_scalar_is_quoted_where_the_new_value_needs_it() -> None:
    assert changed("replace-value", "a: x.md # c\n", "x.md", suggestion="a: b", layers=("yaml:plain",)) == (
        'a: "a: b" # c\n'
    )
    assert changed("replace-value", "a: [x.md:/y, z]\n", "x.md", suggestion="b,c", layers=("yaml:plain-flow",)) == (
        'a: ["b,c:/y", z]\n'
    )


def test_env_reference_elsewhere() -> None:
    url = "http://localhost:3011"
    assert changed("env-reference", f"A: {url}/x\n", f"{url}/x") == "A: ${BACKEND_URL}/x\n"
    assert changed("env-reference", f"A={url}\n", url, ".env") == "A=${BACKEND_URL}\n"
    assert changed("env-reference", f'CMD ["{url}"]\n', url, "Dockerfile", layers=("dockerfile:exec",)).startswith(
        "refused"
    )
    assert changed("env-reference", 'A="${B:-http://localhost:3011}"\n', url, "a.sh", role="default") == (
        'A="${B:?B is not set}"\n'
    )


@pytest.mark.parametrize(
    ("path", "text", "value", "after"),
    [
        (".env", "A=1\nB=2\nC=3\n", "B", "A=1\nC=3\n"),
        (".env", "A=1\nB=2", "B", "A=1"),
        ("c.yaml", "a:\n  - x\n  - y\n", "y", "a:\n  - x\n"),
        ("c.yaml", "a:\n  - x\n", "x", "refused: it is the only entry of its list"),
        ("c.yaml", "a:\n  b:\n    c: 1\n  d: 2\n", "b", "refused: other entries hang on it"),
        (".env", 'A="x\ny"\n', "A", "refused: the line holds more than this entry"),
        (".env", "A=1\ncase $B in\n  x) C=1;;\nesac\n", "A=1", "refused: the file is a script"),
    ],
)
def test_remove_entry(path: str, text: str, value: str, after: str) -> None:
    assert changed("remove-entry", text, value, path) == after


@pytest.mark.parametrize(
    ("text", "name", "attrs", "after"),
    [
        ("x = 1  # unmoor: ignore[aa] why\n", "aa", {"comment": [7, 31], "others": [], "alone": False}, "x = 1\n"),
        ("# unmoor: ignore[aa]\nx\n", "aa", {"comment": [0, 20], "others": [], "alone": True}, "x\n"),
        ("x # unmoor: ignore[aa, bb]\n", "aa", {"others": ["bb"]}, "x # unmoor: ignore[bb]\n"),
        ("x # unmoor: ignore[aa, bb]\n", "bb", {"others": ["aa"]}, "x # unmoor: ignore[aa]\n"),
    ],
)
def test_suppression(text: str, name: str, attrs: dict[str, object], after: str) -> None:
    assert changed("suppression", text, name, "a.py", finding_attrs=attrs) == after


@pytest.mark.parametrize(
    ("path", "value", "missing", "found", "suggestion", "attrs", "after"),
    [
        ("docs/a.md", "m.py", "docs/m.py", "ops/m.py", "../ops/m.py", {"or_root": True, "use": "script"}, "ops/m.py"),
        ("app/a.md", "m.py", "app/m.py", "app/x/m.py", "x/m.py", {"or_root": True, "use": "script"}, "x/m.py"),
        ("crontab", "/app/s/m.py", "s/m.py", "s/ops/m.py", "s/ops/m.py", {"use": "script"}, "/app/s/ops/m.py"),
        ("docs/a.md", "b.md", "docs/b.md", "docs/x/b.md", "x/b.md", {"use": "link"}, "x/b.md"),
    ],
)
def test_repath_is_seen_from_where_it_was_meant(
    path: str, value: str, missing: str, found: str, suggestion: str, attrs: dict[str, object], after: str
) -> None:
    about = {"expected": missing, "near": found}
    more = {"kind": "path", "attrs": attrs, "suggestion": suggestion, "finding_attrs": about, "files": {found: "x"}}
    assert changed("repath", f"run {value}\n", value, path, **more) == f"run {after}\n"


@pytest.mark.parametrize(
    ("path", "missing", "found", "attrs"),
    [
        ("docs/a.md", "tests/security/t.py", "src/tests/unit/t.py", {"use": "code-span"}),
        ("docs/a.md", "docs/adapters", "src/adapters", {"use": "code-span"}),
        ("one/a.md", "g.png", "two/g.png", {"use": "image"}),
        ("tools/a.sh", "tools/m.py", "tools/ops/m.py", {"use": "script"}),
        ("a.sh", "index.json", "index.md", {"use": "script"}),
    ],
)
def test_a_guess_is_only_shown(path: str, missing: str, found: str, attrs: dict[str, object]) -> None:
    from unmoor.codemods import fix

    value = missing.removeprefix("tools/") if path.startswith("tools") else missing
    files = {path: f"see {value}\n", found: "x"}
    asked = request(files, path, value, kind="path", language="shell", attrs=attrs, suggestion=found,
                    finding_attrs={"expected": missing, "near": found})  # fmt: skip
    made = fix("repath", asked)
    assert isinstance(made, list) and {one.applicability for one in made} == {"display-only"}


def test_names_far_from_each_other_are_only_shown() -> None:
    from unmoor.codemods import fix

    for old, new, wanted in (("api", "mailpit", "display-only"), ("worker-02", "worker", "display-only"),
                             ("mail", "mailpit", "unsafe")):  # fmt: skip
        files = {"a.sh": f"docker compose logs {old}\n"}
        made = fix("replace-value", request(files, "a.sh", old, suggestion=new, options={"near": True}))
        assert getattr(made, "applicability", "") == wanted


def test_an_encrypted_scheme_only_without_a_port() -> None:
    options = {"secure": True}
    assert (
        changed("replace-value", "http://a.dev/x\n", "http://a.dev/x", "a.sh", options=options) == "https://a.dev/x\n"
    )
    assert changed("replace-value", "http://a.dev:80\n", "http://a.dev:80", "a.sh", options=options).startswith(
        "refused"
    )


def test_the_check_asks_the_port_of_this_very_service() -> None:
    text = "services:\n  backend:\n    image: node:22\n    ports:\n      - '80:5000'\n"
    assert "connect(5000," in changed("healthcheck", text, "backend", finding_attrs={"image": "node:22"})


@pytest.mark.parametrize(
    "command", ["--port 29999", "['mongod', '--port', '29999']", "mongod --port=29999", "-p 29999"]
)
def test_a_store_at_a_port_of_its_own_gets_no_check(command: str) -> None:
    text = f"services:\n  db:\n    image: mongo:7\n    command: {command}\n"
    assert changed("healthcheck", text, "db", finding_attrs={"image": "mongo:7"}) == (
        "refused: its command names another port"
    )
    text = f"services:\n  db:\n    image: node:22\n    command: {command}\n    ports: ['1:29999']\n"
    assert "connect(29999" in changed("healthcheck", text, "db", finding_attrs={"image": "node:22"})


def test_a_bare_host_is_only_shown() -> None:
    from unmoor.codemods import fix

    for path, text in (("a.sh", 'H="${A:-127.0.0.1}"\n'), ("application.yml", "a: jdbc:mysql://${A:127.0.0.1}/x\n")):
        language = "shell" if path == "a.sh" else "yaml"
        asked = request({path: text}, path, "127.0.0.1", kind="host", role="default", language=language)
        assert getattr(fix("resolver-call", asked), "applicability", "") == "display-only"


def test_a_default_within_a_default_stays() -> None:
    text = 'A="${A:-${B:-http://localhost:1}:2}"\n'
    assert changed("resolver-call", text, "http://localhost:1", "a.sh", role="default", language="shell") == (
        "refused: it is a part of the default of another variable"
    )


def test_a_heading_goes_with_its_only_entry() -> None:
    text = "A=1\n\n# of B\nB=1\n\n# of C\nC=1\n"
    assert changed("remove-entry", text, "B=1", ".env.example", kind="env") == "A=1\n\n# of C\nC=1\n"


def test_each_variable_goes_into_an_example_once() -> None:
    from unmoor.model.findings import Edit, Fix
    from unmoor.model.spans import Span
    from unmoor.text.edits import apply, compatible

    def line(name: str, page: str) -> Fix:
        end = Span(2, 2)
        return Fix(
            "", "safe", (Edit(".env.example", end, f"\n# read in {page}\n"), Edit(".env.example", end, f"{name}=\n"))
        )

    first, again, other = line("K", "a.ts"), line("K", "b.ts"), line("L", "a.ts")
    assert not compatible([first], again)
    assert compatible([first], other)
    assert apply(b"A\n", [*first.edits, *other.edits]) == b"A\n\n# read in a.ts\nK=\nL=\n"


def test_a_default_that_lets_the_stack_start_stays() -> None:
    text = "services:\n  a:\n    environment:\n      U: ${U:-http://localhost:1}\n"
    more: dict[str, object] = {"role": "default", "language": "yaml"}
    assert changed("resolver-call", text, "http://localhost:1", **more).startswith("refused")
    after = changed("resolver-call", text, "http://localhost:1", files={".env": "U=x\n"}, **more)
    assert "${U:?U is not set}" in after
