"""Entries of compose files: ports, conditions, hosts, checks, build arguments, in every style of writing."""

import pytest
import yaml

from tests.laws import mend, request
from unmoor.model.findings import Refusal


def changed(codemod: str, text: str, value: str, path: str = "compose.yaml", **more: object) -> str:
    """The text after the fix, or "refused: why"."""
    files = {path: text, **more.pop("files", {})}  # type: ignore[dict-item]
    result = mend(codemod, request(files, path, value, **more), files)  # type: ignore[arg-type]
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result[path]


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("5432:5432", "127.0.0.1:5432:5432"),
        ("0.0.0.0:5432:5432", "127.0.0.1:5432:5432"),
        ("${P:-5}:5432/tcp", "127.0.0.1:${P:-5}:5432/tcp"),
    ],
)
def test_bind_loopback(value: str, after: str) -> None:
    assert changed("bind-loopback", f'ports: ["{value}"]\n', value) == f'ports: ["{after}"]\n'
    assert changed("bind-loopback", "ports: [5432]\n", "5432").startswith("refused")


@pytest.mark.parametrize(
    ("port", "after"),
    [
        ("{target: 1, published: 2}", "{target: 1, published: 2, host_ip: 127.0.0.1}"),
        ("target: 1\n    published: 2 # c", "target: 1\n    published: 2 # c\n    host_ip: 127.0.0.1"),
        ("published: 2\n    host_ip: 0.0.0.0\n    target: 1", "published: 2\n    host_ip: 127.0.0.1\n    target: 1"),
        ("target: 1", "refused: the port mapping is written elsewhere"),
    ],
)
def test_bind_loopback_in_the_long_form(port: str, after: str) -> None:
    text = "ports:\n  - {}\nx: 1\n"
    found = changed("bind-loopback", text.format(port), port.partition(":")[0].strip("{"))
    assert found == (after if after.startswith("refused") else text.format(after))


@pytest.mark.parametrize(
    ("path", "language"), [("src/main/resources/application.yml", "yaml"), ("application.properties", "properties")]
)
def test_the_default_of_a_placeholder_of_springs_goes(path: str, language: str) -> None:
    text = "a: optional:configserver:${CONFIG.SERVER_URL:http://localhost:8888/}\n"
    more: dict[str, object] = {"role": "default", "language": language}
    after = changed("resolver-call", text, "http://localhost:8888/", path, **more)
    assert after == "a: optional:configserver:${CONFIG.SERVER_URL}\n"


COMPOSE = (
    "services:\n  a:\n    image: x{}\n  db:\n    image: postgres:16\n    healthcheck: {{test: x}}\n"
    "  cache:\n    image: redis\n"
)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("\n    depends_on: [db]", {"db": "service_healthy"}),
        ("\n    depends_on: [cache, 'db'] # why", {"cache": "service_started", "db": "service_healthy"}),
        ("\n    depends_on:\n      - db # why\n      - cache", {"db": "service_healthy", "cache": "service_started"}),
        ("\n    depends_on:\n    - db\n    - cache", {"db": "service_healthy", "cache": "service_started"}),
        ("\n    depends_on:\n      db: {condition: service_started}", {"db": "service_healthy"}),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_depends_condition(entry: str, expected: dict[str, str], end: str) -> None:
    text = COMPOSE.format(entry).replace("\n", end)
    after = changed("depends-condition", text, "db")
    found = yaml.safe_load(after)["services"]["a"]["depends_on"]
    assert {name: one["condition"] for name, one in found.items()} == expected
    assert after.count("# why") == text.count("# why")
    assert ("\r\n" in after) == (end == "\r\n")
    assert after.replace("\r\n", "").count("\r") == 0


@pytest.mark.parametrize(
    "hosts",
    [
        "",
        '\n    extra_hosts: ["a:1.2.3.4"]',
        "\n    extra_hosts:\n      - a:1.2.3.4",
        "\n    extra_hosts:\n      a: 1.2.3.4",
    ],
)
def test_extra_hosts(hosts: str) -> None:
    text = f"services:\n  a:\n    environment:\n      U: http://host.docker.internal:1{hosts}\n\n# end\nvolumes: {{}}\n"
    after = changed(
        "extra-hosts", text, "http://host.docker.internal:1", finding_attrs={"host": "host.docker.internal"}
    )
    found = yaml.safe_load(after)
    assert "host-gateway" in str(found["services"]["a"]["extra_hosts"])
    assert set(found) == {"services", "volumes"}
    assert after.endswith("\n\n# end\nvolumes: {}\n")


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ('    environment: {U: "http://host.docker.internal:1"}\n    extra_hosts: {"a": 1.2.3.4,}\n', {"a": "1.2.3.4"}),
        ("    command: http://host.docker.internal:1\n    extra_hosts:\n", {}),
        ("    command: http://host.docker.internal:1\n    extra_hosts: []\n", []),
        ("    command: http://host.docker.internal:1\n    extra_hosts: [a:1.2.3.4]\n", ["a:1.2.3.4"]),
    ],
)
def test_extra_hosts_in_every_form(service: str, expected: dict[str, str] | list[str]) -> None:
    text = f"services:\n  a:\n{service}"
    after = changed("extra-hosts", text, "http://host.docker.internal:1")
    found = yaml.safe_load(after)["services"]["a"]["extra_hosts"]
    host, gateway = "host.docker.internal", "host-gateway"
    assert found == ([*expected, f"{host}:{gateway}"] if isinstance(expected, list) else {**expected, host: gateway})


def test_a_service_on_one_line_stays_on_one_line() -> None:
    text = (
        "services:\n  db: {image: 'postgres:16', ports: [5432],}\n"
        "  api: {image: x, depends_on: {db: {required: true}}}\n"
    )
    after = changed("healthcheck", text, "db", finding_attrs={"image": "postgres:16"})
    assert yaml.safe_load(after)["services"]["db"]["healthcheck"]["interval"] == "10s"
    assert after.count("\n") == text.count("\n")
    after = changed("depends-condition", text, "db", occurrence=1)
    assert yaml.safe_load(after)["services"]["api"]["depends_on"] == {
        "db": {"required": True, "condition": "service_healthy"}
    }
    after = changed("extra-hosts", text, "x", finding_attrs={"host": "host.docker.internal"})
    assert yaml.safe_load(after)["services"]["api"]["extra_hosts"] == ["host.docker.internal:host-gateway"]


def test_healthcheck_goes_behind_the_services_own_last_line() -> None:
    text = "services:\n    db:\n        image: postgres:16\n        command: |\n            x\n\n\n# end\nvolumes: {}\n"
    after = changed("healthcheck", text, "db", finding_attrs={"image": "postgres:16"})
    found = yaml.safe_load(after)
    assert found["services"]["db"]["healthcheck"]["test"][0] == "CMD-SHELL"
    assert found["services"]["db"]["command"] == "x\n"
    assert after.endswith("\n\n\n# end\nvolumes: {}\n")
    assert changed("healthcheck", "services:\n  a: *a\n", "a").startswith("refused")


@pytest.mark.parametrize(
    "service",
    [
        "    build: ./web\n    environment:\n      NEXT_PUBLIC_A: 'http://x'\n",
        "    build:\n      context: ./web\n    environment:\n      - NEXT_PUBLIC_A=http://x\n",
        "    build:\n      context: ./web\n      args:\n        - B=1\n    environment:\n      - NEXT_PUBLIC_A=http://x\n",
        "    build:\n      context: ./web\n      args:\n        B: '1'\n    environment:\n      NEXT_PUBLIC_A: http://x\n",
        "    build: ./web  # here\n    environment: {NEXT_PUBLIC_A: 'http://x'}\n",
        "    build: {context: ./web}\n    environment: ['NEXT_PUBLIC_A=http://x']\n",
        "    build: {context: ./web, args: {B: 1}}\n    environment:\n      NEXT_PUBLIC_A: http://x\n",
        "    build:\n      context: ./web\n    environment:\n      NEXT_PUBLIC_A: http://x # why\n",
        '    build:\n      context: ./web\n      args: [B=1]\n    environment:\n      NEXT_PUBLIC_A: "http://x a"\n',
        '    build:\n      context: ./web\n      args:\n    environment:\n      - "NEXT_PUBLIC_A=http://x a"\n',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_build_arg(service: str, end: str) -> None:
    files = {
        "compose.yaml": f"services:\n  web:\n{service}".replace("\n", end),
        "web/Dockerfile": "FROM node\nCOPY . .\nRUN npm run build\n",
    }
    attrs = {"name": "NEXT_PUBLIC_A", "dockerfile": "web/Dockerfile"}
    result = mend("build-arg", request(files, "compose.yaml", "NEXT_PUBLIC_A", finding_attrs=attrs), files)
    assert not isinstance(result, Refusal)
    build = yaml.safe_load(result["compose.yaml"])["services"]["web"]["build"]
    assert build["context"] == "./web"
    assert "environment" not in yaml.safe_load(result["compose.yaml"])["services"]["web"]
    assert "NEXT_PUBLIC_A" in str(build["args"])
    assert "http://x" in str(build["args"])
    assert result["compose.yaml"].count("#") == service.count("#")
    assert result["compose.yaml"].count("\n") == result["compose.yaml"].count(end)
    assert result["web/Dockerfile"] == (
        "FROM node\nCOPY . .\nARG NEXT_PUBLIC_A\nENV NEXT_PUBLIC_A=$NEXT_PUBLIC_A\nRUN npm run build\n"
    )
    parser = pytest.importorskip("dockerfile")
    assert [one.cmd.upper() for one in parser.parse_string(result["web/Dockerfile"])] == [
        "FROM",
        "COPY",
        "ARG",
        "ENV",
        "RUN",
    ]


def test_an_argument_moves_and_the_others_and_their_comments_stay() -> None:
    files = {
        "compose.yaml": "services:\n  web:\n    build: ./web\n    environment: [\n      A=1, # one\n      VITE_A=http://x,\n"
        "      B=2\n    ]\n  api:\n    build: ./web\n    environment:\n      # said of it\n      VITE_A: http://x\n",
        "web/Dockerfile": "FROM node\nRUN npm run build\n",
    }
    attrs = {"name": "VITE_A", "dockerfile": "web/Dockerfile"}
    result = mend("build-arg", request(files, "compose.yaml", "VITE_A", finding_attrs=attrs), files)
    assert not isinstance(result, Refusal)
    assert "environment: [\n      A=1, # one\n      B=2\n    ]\n" in result["compose.yaml"]
    result = mend("build-arg", request(files, "compose.yaml", "VITE_A", occurrence=1, finding_attrs=attrs), files)
    assert not isinstance(result, Refusal)
    assert result["compose.yaml"].endswith("        VITE_A: http://x\n      # said of it\n")


@pytest.mark.parametrize(
    ("build", "after"),
    [
        ("./web", {"context": "./web", "dockerfile": "Dockerfile.prod"}),
        ("{context: ./web}", {"context": "./web", "dockerfile": "Dockerfile.prod"}),
        (
            "\n      context: ./web\n      target: x",
            {"context": "./web", "target": "x", "dockerfile": "Dockerfile.prod"},
        ),
    ],
)
def test_a_build_that_takes_dockerfile_for_granted_names_the_one_that_is_there(build: str, after: object) -> None:
    files = {"compose.yaml": f"services:\n  web:\n    build: {build}\n", "web/Dockerfile.prod": "FROM x\n"}
    attrs = {"expected": "web/Dockerfile", "near": "web/Dockerfile.prod", "certain": False}
    result = mend("repath", request(files, "compose.yaml", "./web", kind="path", finding_attrs=attrs), files)
    assert not isinstance(result, Refusal)
    assert yaml.safe_load(result["compose.yaml"])["services"]["web"]["build"] == after
