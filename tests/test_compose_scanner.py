"""Compose files: which key gives what, in which role and runtime, at which bytes."""

from unmoor.model.facts import Facts, Reference
from unmoor.scanners import by_name, scan

FILE = "deploy/docker-compose.yml"


def _scan(text: str, path: str = FILE) -> tuple[Facts, bytes]:
    data = text.encode()
    facts = scan(path, data, by_name("yaml"))
    for found in facts.references:
        assert 0 <= found.span.start <= found.span.end <= len(data)
    return facts, data


def _web(body: str) -> list[Reference]:
    text = "services:\n  web:\n    image: x\n" + "".join(f"    {line}\n" for line in body.splitlines())
    facts, data = _scan(text)
    for found in facts.references:
        raw = data[found.span.start : found.span.end].decode()
        assert raw.replace("$$", "$") == found.value, (raw, found.value)
    return facts.references


def _one(found: list[Reference], kind: str) -> Reference:
    (only,) = [reference for reference in found if reference.kind == kind]
    return only


def test_both_forms_of_environment() -> None:
    for body in ("environment:\n  API: http://api:3000/x", "environment:\n  - API=http://api:3000/x"):
        url = _one(_web(body), "url")
        assert (url.role, url.runtime, url.scope) == ("config", "container:web", "services.web.environment.API")
        assert (url.attrs["key"], url.attrs["env"], url.attrs["host"], url.attrs["port"]) == ("API", "API", "api", 3000)
        assert url.layers == ("yaml:plain",)


def test_roles_come_from_names() -> None:
    roles = {
        "CORS_ORIGINS: http://localhost:3000": "cors-origin",
        "ALLOWED_ORIGIN: http://localhost:3000": "cors-origin",
        "KAFKA_ADVERTISED_LISTENERS: EXT://localhost:9092": "advertised",
        "BIND_ADDR: 127.0.0.1:80": "bind",
        "HOST: 0.0.0.0": "bind",
        "DATABASE_URL: postgres://u:p@localhost:5432/x": "config",
    }
    for entry, role in roles.items():
        found = [r for r in _web(f"environment:\n  {entry}") if r.kind in ("url", "host")]
        assert [reference.role for reference in found] == [role], entry


def test_defaults_of_interpolation() -> None:
    found = _web("environment:\n  API: ${API_URL:-http://localhost:3011}")
    url, env = _one(found, "url"), _one(found, "env")
    assert (url.value, url.role, url.attrs["env"]) == ("http://localhost:3011", "default", "API_URL")
    assert (env.value, env.attrs["default"], env.attrs["access"]) == ("API_URL", "http://localhost:3011", "compose")
    assert env.attrs["has_default"] and not env.attrs["required"]


def test_nested_defaults_and_required_variables() -> None:
    found = _web("environment:\n  A: ${A:-http://localhost:${P:-3000}}\n  B: ${B:?set it}\n  C: $$PLAIN\n  D: $SHORT")
    assert [r.value for r in found if r.kind == "env"] == ["A", "P", "B", "SHORT"]
    assert _one(found, "url").value == "http://localhost:${P:-3000}"
    assert next(r for r in found if r.value == "B").attrs["required"]


def test_bare_hosts_by_their_keys() -> None:
    body = (
        "environment:\n  DB_HOST: db\n  DB_PORT: 5432\n  BROKERS: k1:9092,k2:9092\n  CACHE: redis:6379\n"
        "  NAME: db\n  MAIL_SERVER: 12"
    )
    found = [r for r in _web(body) if r.kind == "host"]
    assert [r.value for r in found] == ["db", "k1:9092", "k2:9092", "redis:6379"]
    assert found[0].attrs["sibling_port"] == 5432


def test_a_host_as_the_default_of_a_variable() -> None:
    found = _web("environment:\n  A: ${DB_HOST:-localhost}\n  B: http://${HOST:-localhost}:${PORT:-3000}/x")
    hosts = [r for r in found if r.kind == "host"]
    assert [(r.value, r.role, r.attrs["env"]) for r in hosts] == [
        ("localhost", "default", "DB_HOST"),
        ("localhost", "default", "HOST"),
    ]
    assert hosts[1].attrs["sibling_port"] == 3000


def test_what_defines_is_no_reference() -> None:
    body = 'ports: ["127.0.0.1:5432:5432"]\nextra_hosts: ["x:10.0.0.1"]\nhostname: db\nexpose: ["80"]\ndns: 10.0.0.2'
    assert _web(body) == []


def test_paths_and_their_use() -> None:
    body = (
        "build: {context: ./web, dockerfile: d/Dockerfile}\nenv_file: [.env, {path: b.env, required: false}]\n"
        "volumes:\n  - ./x:/y:ro\n  - data:/z\n  - /anonymous\n  - ${D:-.}/w:/e\n"
        "  - {type: bind, source: ./long, target: /l}"
    )
    text = (
        "services:\n  web:\n"
        + "".join(f"    {line}\n" for line in body.splitlines())
        + "configs:\n  c: {file: ./c.conf}\n"
    )
    facts, _ = _scan(text)
    paths = [(r.value, r.attrs["use"]) for r in facts.references if r.kind == "path"]
    assert paths == [
        ("./web", "context"), ("d/Dockerfile", "dockerfile"), (".env", "env-file"), ("b.env", "env-file"),
        ("./x", "mount"), ("${D:-.}/w", "mount"), ("./long", "mount"), ("./c.conf", "config"),
    ]  # fmt: skip
    assert {r.cwd for r in facts.references if r.kind == "path"} == {"deploy"}


def test_healthcheck_in_every_form() -> None:
    for test in (
        'test: ["CMD", "curl", "-f", "http://localhost:3000/health?a=1"]',
        'test: ["CMD-SHELL", "curl -f http://localhost:3000/health?a=1 || exit 1"]',
        "test: curl -f http://localhost:3000/health?a=1",
    ):
        url = _one(_web(f"healthcheck:\n  {test}"), "url")
        assert (url.role, url.runtime) == ("healthcheck", "container:web"), test
        assert url.value.startswith("http://localhost:3000/health")


def test_shell_in_commands_in_every_style() -> None:
    for command in (
        "command: sh -c 'curl http://api:3000/x'",
        'command: ["sh", "-c", "curl http://api:3000/x"]',
        "command: |\n  set -e\n  curl http://api:3000/x",
        "command: >-\n  curl\n  http://api:3000/x",
        'entrypoint: "curl http://api:3000/x"',
        "entrypoint:\n  - bash\n  - -c\n  - |\n    curl http://api:3000/x",
    ):
        url = _one(_web(command), "url")
        assert (url.value, url.runtime, url.cwd) == ("http://api:3000/x", "container:web", None), command


def test_double_dollars_reach_the_shell_as_one() -> None:
    found = _web('command: sh -c "echo $${INNER} ${OUTER:-x} && curl http://api:3000/$$X"')
    reads = {r.value: r.attrs["access"] for r in found if r.kind == "env"}
    assert reads == {"INNER": "shell", "OUTER": "compose", "X": "shell"}
    assert _one(found, "url").value == "http://api:3000/$X"


def test_an_anchor_used_by_two_services_is_read_in_both() -> None:
    facts, data = _scan(
        "x-env: &env\n  API: http://localhost:3000\n"
        "services:\n  a: {image: x, environment: *env}\n  b: {image: x, environment: {<<: *env, B: c}}\n"
    )
    assert [r.runtime for r in facts.references] == ["container:a", "container:b"]
    assert len({r.span for r in facts.references}) == 1
    assert all(r.attrs["aliases"] for r in facts.references)
    assert data[slice(*facts.references[0].span)] == b"http://localhost:3000"


def test_labels_of_traefik_are_config_others_are_shown() -> None:
    found = _web(
        "labels:\n  - traefik.http.services.a.loadbalancer.server.url=http://localhost:1\n  - info=http://localhost:2"
    )
    assert [r.role for r in found] == ["config", "display"]


def test_crlf_and_escapes_keep_exact_bytes() -> None:
    text = 'services:\r\n  web:\r\n    image: x\r\n    environment:\r\n      A: "\\thttp://localhost:3000"\r\n'
    facts, data = _scan(text)
    assert data[slice(*facts.references[0].span)] == b"http://localhost:3000"
    assert facts.references[0].layers == ("yaml:double",)


def test_comments_name_only_local_addresses() -> None:
    facts, _ = _scan(
        "# see http://localhost:3000 and https://example.com\nservices:\n  web:\n    image: x\n"
        "    command: |\n      # http://localhost:4000\n      true\n"
    )
    comments = [r for r in facts.references if r.layers == ("yaml:comment",)]
    assert [(r.value, r.role) for r in comments] == [("http://localhost:3000", "comment")]


def test_compose_is_known_by_name_or_content() -> None:
    body = "services:\n  a:\n    image: x\n"
    for path in ("compose.yaml", "docker-compose.prod.yml", "infra/compose.dev.yaml", "stack.yml"):
        assert _scan(body, path)[0].traits["format"] == ["compose"], path
    assert "format" not in _scan("services:\n  a: {class: X}\n", "app.yml")[0].traits


def test_the_document_tree_is_kept() -> None:
    facts, data = _scan("services:\n  web:\n    image: 'x'\n")
    (root,) = facts.documents
    _, services = root.items[0]
    _, web = services.items[0]
    key, image = web.items[0]
    assert (key.text, image.text, image.style, data[slice(*image.span)]) == ("image", "x", "single", b"x")


def test_options_of_commands_give_roles() -> None:
    found = _web(
        "command:\n  - redpanda\n  - --advertise-kafka-addr\n  - INSIDE://redpanda:29092,OUTSIDE://localhost:9092\n"
        "  - --kafka-addr=OUTSIDE://0.0.0.0:9092\n  - --peer=http://other:80"
    )
    roles = {r.value: r.role for r in found if r.kind in ("url", "host")}
    assert roles["OUTSIDE://localhost:9092"] == roles["INSIDE://redpanda:29092"] == "advertised"
    assert roles["OUTSIDE://0.0.0.0:9092"] == "bind"
    assert roles["http://other:80"] not in ("advertised", "bind")


def test_networks_and_proxy_exceptions_are_compared_with() -> None:
    found = _web("environment:\n  NO_PROXY: localhost,127.0.0.1\n  PEERS: 10.0.0.0/8\n  TRUSTED_PROXIES: 10.0.0.1")
    assert {r.role for r in found} == {"comparison"} and len(found) == 4


def test_a_user_name_is_no_host() -> None:
    found = _web("environment:\n  U: postgresql://${PGUSER:-postgres}:${PW:-x}@db:5432/a")
    assert [(r.value[:10], r.kind) for r in found if r.kind != "env"] == [("postgresql", "url")]
