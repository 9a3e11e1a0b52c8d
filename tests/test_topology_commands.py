"""`unmoor resolve`, `unmoor topology`, `unmoor impact`, as people and programs see them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

COMPOSE = """services:
  backend:
    build: ./web
    networks: [app]
    ports: ["3011:3011"]
    environment:
      DATABASE_URL: postgresql://shop:hunter2@localhost:5435/shop
  database:
    image: postgres:16
    container_name: shop_db
    networks: [app]
    ports:
      - "5435:5432"
networks: {app: {}}
"""
FILES = {
    "docker-compose.yml": COMPOSE,
    "web/Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "run.sh": "docker exec shop_db ls\n",
}


@pytest.fixture
def repository(write: Callable[[dict[str, str]], Path], git: Callable[..., str]) -> Path:
    root = write(FILES)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return root


def test_resolve_says_why_and_what_to_write(repository: Path, unmoor: Callable[..., Any]) -> None:
    ran = unmoor("resolve", "http://localhost:5435", "--from", "backend")
    assert ran.code == 0, ran.err
    assert ran.out == (
        "wrong host: inside container `backend`, localhost is the container itself, and nothing in it listens at 5435\n"
        "  5435 is published on the host by `database` (docker-compose.yml:13) for its port 5432\n"
        "  `backend` and `database` share network `app`\n"
        "use: postgresql://database:5432\n"
    )


def test_resolve_of_a_line_never_shows_credentials(repository: Path, unmoor: Callable[..., Any]) -> None:
    for form in ("text", "json"):
        ran = unmoor("resolve", "docker-compose.yml:7", "--output-format", form)
        assert ran.code == 0, ran.err
        assert "hunter2" not in ran.out
        assert "postgresql://***@database:5432/shop" in ran.out


def test_resolve_helps_with_a_wrong_name(repository: Path, unmoor: Callable[..., Any]) -> None:
    ran = unmoor("resolve", "http://localhost:5435", "--from", "bakend")
    assert ran.code == 2
    assert "did you mean `backend`?" in ran.err


def test_topology_as_json_keeps_to_its_schema_and_is_the_same_twice(
    repository: Path, unmoor: Callable[..., Any]
) -> None:
    one, two = (unmoor("topology", "--output-format", "json") for _ in range(2))
    assert one.out == two.out
    schema = Path(__file__).parents[1] / "unmoor" / "topology" / "topology.schema.json"
    shape = json.loads(one.out)
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(shape)
    assert [(call["from"], call["to"], call["verdict"]) for call in shape["calls"]] == [
        ("backend", "database", "wrong-host")
    ]


def test_topology_as_pictures(repository: Path, unmoor: Callable[..., Any]) -> None:
    mermaid = unmoor("topology", "--output-format", "mermaid").out
    assert mermaid.startswith("flowchart LR\n") and "s0_backend -.->|5435| s0_database" in mermaid
    root = ElementTree.fromstring(unmoor("topology", "--output-format", "svg").out)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"backend", "database"} <= set(texts)


def test_topology_diff_names_what_came_and_went(repository: Path, unmoor: Callable[..., Any]) -> None:
    target = repository / "docker-compose.yml"
    target.write_text(
        COMPOSE.replace('"5435:5432"', '"5436:5432"').replace("networks: {app: {}}", "networks: {app: {}, b: {}}")
    )
    ran = unmoor("topology", "--diff", "HEAD")
    assert ran.code == 0, ran.err
    assert "- docker-compose.yml: service database publishes 5435 → 5432/tcp\n" in ran.out
    assert "+ docker-compose.yml: service database publishes 5436 → 5432/tcp\n" in ran.out
    assert "+ docker-compose.yml: network b\n" in ran.out
    assert unmoor("topology", "--diff", "nowhere").code == 2


@pytest.mark.parametrize(
    ("arguments", "places"),
    [
        (["--service", "database"], ["docker-compose.yml:8", "docker-compose.yml:7"]),
        (["--port", "5435"], ["docker-compose.yml:13", "docker-compose.yml:7"]),
        (["--env", "DATABASE_URL"], ["docker-compose.yml:7"]),
        (["--container", "shop_db"], ["docker-compose.yml:10", "run.sh:1"]),
    ],
)
def test_impact(repository: Path, unmoor: Callable[..., Any], arguments: list[str], places: list[str]) -> None:
    ran = unmoor("impact", *arguments, "--output-format", "json")
    assert ran.code == 0, ran.err
    assert [mention["at"] for mention in json.loads(ran.out)] == places
    assert "hunter2" not in ran.out
