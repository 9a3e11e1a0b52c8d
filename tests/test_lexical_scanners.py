"""Go, Java, Kotlin and the languages read by their tokens: strings, roles, environment reads, listeners."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmoor.model.facts import Facts, Reference
from unmoor.scanners import by_name, scan, scanner_of


def facts(source: str, path: str) -> Facts:
    scanner = scanner_of(path)
    assert scanner is not None and scanner.name in ("go", "java", "literals")
    return scan(path, source.encode(), scanner)


def one(source: str, path: str, kind: str = "url") -> Reference:
    found = [ref for ref in facts(source, path).references if ref.kind == kind]
    assert len(found) == 1, [(ref.kind, ref.value) for ref in facts(source, path).references]
    return found[0]


URL = "http://localhost:3011/x"
ROLES = [
    ("a.go", 'r, e := http.Get("{}")', "request"),
    ("a.go", 'const api = "{}"', "config"),
    ("a.go", 'if u == "{}" {}', "comparison"),
    ("a.go", 'strings.HasPrefix(u, "{}")', "comparison"),
    ("a.go", 'log.Printf("see {}")', "display"),
    ("a.go", "x := `{}`", "config"),
    ("a.go", "// see {}", "comment"),
    ("a.go", "/* {} */", "comment"),
    ("a.java", 'String u = "{}";', "config"),
    ("a.java", 'if (u.equals("{}")) {}', "comparison"),
    ("a.java", '@Value("${api.url:{}}") String u;', "default"),
    ("a.java", 'var t = """\n  {}\n""";', "config"),
    ("a.kt", 'val u = System.getenv("API_URL") ?: "{}"', "default"),
    ("a.rs", 'let u = env::var("API_URL").unwrap_or_else(|_| "{}".into());', "default"),
    ("a.rs", 'let u = r#"{}"#;', "config"),
    ("a.rs", 'let c = \'"\'; let u = "{}";', "config"),
    ("a.rs", 'println!("{}");', "display"),
    ("a.rb", "x = ENV['API_URL'] || '{}'", "default"),
    ("a.rb", "x = 1 # {}", "comment"),
    ("a.php", "$x = getenv('API_URL') ?: '{}';", "default"),
    ("a.cs", 'var u = Environment.GetEnvironmentVariable("API_URL") ?? "{}";', "default"),
    ("a.cs", 'var u = @"{}";', "config"),
    ("a.ex", 'u = System.get_env("API_URL", "{}")', "default"),
    ("a.lua", 'u = os.getenv("API_URL") or "{}"', "default"),
    ("a.scala", 'val u = sys.env.getOrElse("API_URL", "{}")', "default"),
]


@pytest.mark.parametrize(("path", "source", "role"), ROLES)
def test_the_role_comes_from_what_stands_around(path: str, source: str, role: str) -> None:
    text = source.replace("{}", URL)
    ref = one(text, path)
    assert (ref.value, ref.role) == (URL, role)
    assert text.encode()[ref.span.start : ref.span.end].decode() == URL
    if role == "default":
        read = one(text, path, "env")
        assert (read.value, read.attrs["default"], ref.attrs["env"]) == ("API_URL", URL, "API_URL")


def test_a_go_default_set_where_the_variable_is_empty() -> None:
    ref = one('u := os.Getenv("API_URL")\nif u == "" {\n u = "http://localhost:3"\n}', "a.go")
    assert (ref.role, ref.attrs["env"]) == ("default", "API_URL")


@pytest.mark.parametrize(
    ("path", "source", "required"),
    [
        ("a.go", 'os.Getenv("TOKEN")', False),
        ("a.go", 'mustGetenv("TOKEN")', True),
        ("a.rs", 'std::env::var("TOKEN").expect("x")', True),
        ("a.rs", 'env!("TOKEN")', True),
        ("a.java", 'System.getenv("TOKEN")', False),
        ("a.ex", 'System.fetch_env!("TOKEN")', True),
        ("a.rb", 'ENV["TOKEN"]', False),
    ],
)
def test_environment_reads(path: str, source: str, required: bool) -> None:
    read = one(source, path, "env")
    assert (read.value, read.attrs["required"], read.attrs["has_default"]) == ("TOKEN", required, False)


def test_what_is_filled_in_is_computed() -> None:
    assert one('x = "http://#{host}:80/x"', "a.rb").value == "http://{host}:80/x"
    assert one('fmt.Sprintf("http://%s:%d/a", h, p)', "a.go").attrs["port"] is None
    assert one('http.Get("http://localhost:" + port)', "a.go").attrs["port"] is None
    assert one('val u = "http://${host}:80/x"', "a.kt").value == "http://{host}:80/x"


def test_listeners_are_declared() -> None:
    found = facts('http.ListenAndServe(":8080", nil)', "a.go")
    assert [(d.kind, d.value) for d in found.declarations] == [("port", "8080")]


def test_test_modules_inside_source_are_marked() -> None:
    one_, two, three = (f'fn f() {{ get("http://localhost:{port}") }}' for port in (1, 2, 3))
    text = f"{one_}\n#[cfg(test)]\nmod tests {{ {two} }}\n{three}"
    assert [ref.runtime for ref in facts(text, "a.rs").references] == ["", "test", ""]


def test_brackets_in_strings_and_comments_do_not_count() -> None:
    text = 'f(")", \'(\') // (((\ng("http://localhost:3")'
    assert one(text, "a.go").attrs["call"] == "g"


def test_deep_nesting_and_a_long_line_end() -> None:
    facts("(" * 100_000 + '"http://localhost:3"', "a.go")
    facts('"http://localhost:3", ' * 5_000, "a.java")
    facts('"' * 50_000, "a.rs")


@pytest.mark.parametrize(
    "path", ["a.go", "a.java", "a.kt", "a.rs", "a.cs", "a.rb", "a.php", "a.swift", "a.dart", "a.ex", "a.lua", "a.scala"]
)
def test_unclosed_strings_and_comments_are_read(path: str) -> None:
    for source in ('"http://localhost:3', "/* http://localhost:3", "'", '"""', 'r#"', "#[cfg(test)]\nmod x {"):
        facts(source, path)


@given(
    st.binary(max_size=200),
    st.sampled_from(["a.go", "a.java", "a.kt", "a.rs", "a.cs", "a.rb", "a.php", "a.swift", "a.ex", "a.lua"]),
)
def test_no_bytes_make_it_raise(data: bytes, path: str) -> None:
    scan(path, b'x = "http://localhost:3" ' + data, by_name(facts_name(path)))


def facts_name(path: str) -> str:
    scanner = scanner_of(path)
    return scanner.name if scanner else "literals"


@given(st.text(alphabet='ab"\\/:%d{}$x# \n', max_size=60))
def test_spans_hold_what_they_claim(noise: str) -> None:
    data = ('x := "http://localhost:3011/api"\n' + noise).encode()
    first = scan("a.go", data, by_name("go")).references[0]
    assert data[first.span.start : first.span.end] == b"http://localhost:3011/api"
