"""Names that commands use: containers, services, derived names, resources; and compose files themselves."""

import pytest

from tests.projects import project_of
from unmoor.link import composition, names
from unmoor.link.suggest import near_name
from unmoor.model.subjects import Subject

SHOP = """\
name: shop
services:
  api:
    image: acme/api
    container_name: shop_api
  worker:
    image: acme/worker
  database:
    image: postgres:16
    volumes: [data:/var/lib/postgresql/data]
volumes:
  data:
networks:
  edge:
    name: shop-edge
"""


def subjects_of(command: str, compose: str = SHOP, **more: str) -> list[Subject]:
    """The subjects of one command beside a compose file."""
    return [
        s
        for s in names.subjects(project_of({"compose.yaml": compose, "run.sh": command + "\n", **more}))
        if s.path == "run.sh"
    ]


@pytest.mark.parametrize(
    ("command", "verdict", "suggestion"),
    [
        ("docker exec shop_api sh", "", ""),
        ("docker exec api sh", "service", "shop_api"),
        ("docker exec worker sh", "service", "shop-worker-1"),
        ("docker logs shop_apy", "stale", "shop_api"),
        ("docker restart shop-api-1", "wrong-derived", "shop_api"),
        ("docker restart shop_worker_1", "wrong-derived", "shop-worker-1"),
        ("docker restart shop-worker-1", "", ""),
        ("docker restart tokyo-worker-1", "wrong-derived", "shop-worker-1"),
        ("docker exec $NAME sh", "", ""),
        ("docker rm -f 0123456789ab", "", ""),
        ("docker run --name shop_apy x; docker logs shop_apy", "", ""),
        ("docker compose exec worker sh", "", ""),
        ("docker compose exec shop_api sh", "container", "api"),
        ("docker compose logs workers", "undefined", "worker"),
        ("docker compose up -d --scale workers=2", "undefined", "worker"),
        ("docker compose -f gone.yaml logs workers", "", ""),
        ("docker volume rm data", "stale", "shop_data"),
        ("docker volume rm shop_data", "", ""),
        ("docker volume rm other", "", ""),
        ("docker network inspect edge", "stale", "shop-edge"),
        ("ssh me@host docker restart unrelated", "", ""),
    ],
)
def test_names_in_commands(command: str, verdict: str, suggestion: str) -> None:
    found = [(s.verdict, s.suggestion) for s in subjects_of(command)]
    assert found == ([(verdict, suggestion)] if verdict else [])


def test_a_derived_name_is_no_fix_where_the_project_is_not_pinned() -> None:
    """The folder's name differs from machine to machine."""
    found = subjects_of("docker exec worker sh", SHOP.replace("name: shop\n", ""))
    assert [(s.verdict, s.suggestion) for s in found] == [("service", "")]


def test_a_container_of_another_stack_is_one_step_lower() -> None:
    other = "services:\n  bus:\n    image: x\n    container_name: shop_bus\n"
    [subject] = subjects_of("docker logs shop_bus", **{"tools/compose.yaml": other})
    assert subject.verdict == "elsewhere" and subject.attrs["lower"]


def test_configured_renames() -> None:
    files = {"compose.yaml": SHOP, "run.sh": "docker logs legacy\n"}
    [subject] = names.subjects(project_of(files, renames={"legacy": "shop_api"}))
    assert (subject.verdict, subject.suggestion) == ("stale", "shop_api")


def test_near_names() -> None:
    assert near_name("databse", ["database", "api"]) == "database"
    assert near_name("api", ["database", "web"]) == ""
    assert near_name("x-a", ["x-b", "x-c"]) == "", "two are as near: no guess"


def kinds(compose: str, **more: str) -> list[tuple[str, str, str]]:
    """(kind, value, suggestion) of what is wrong inside a compose file."""
    project = project_of({"compose.yaml": compose, **more})
    return [(s.kind, s.value, s.suggestion) for s in composition.subjects(project)]


def test_unknown_keys() -> None:
    text = (
        "x-base: {a: 1}\nservices:\n  api:\n    image: x\n    depends: [db]\n    x-team: a\n    build: {contxt: .}\n"
        "    healthcheck: {tests: a}\n    depends_on:\n      db: {conditon: service_healthy}\n  db: {image: y}\n"
    )
    assert kinds(text) == [
        ("compose-key", "depends", "depends_on"),
        ("compose-key", "contxt", "context"),
        ("compose-key", "tests", "test"),
        ("compose-key", "conditon", "condition"),
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("services:\n  a: {image: x, depends_on: [b]}\n", ["b"]),
        ("services:\n  a: {image: x, networks: [n]}\nnetworks: {n: }\n", []),
        ("services:\n  a: {image: x, volumes: ['vol:/x']}\n", ["vol"]),
        ("services:\n  a: {image: x, network_mode: 'service:b'}\n  b: {image: y}\n", []),
        ("services:\n  a: {image: x, secrets: [s]}\n", ["s"]),
        ("services:\n  a: {image: x, depends_on: {b: {condition: service_started, required: false}}}\n", []),
        ("services:\n  a: {image: x, extends: {service: b}}\n", ["b"]),
        ("services:\n  a: {image: x, depends_on: ['${B}']}\n", []),
    ],
)
def test_names_that_nothing_defines(text: str, wrong: list[str]) -> None:
    assert [value for kind, value, _ in kinds(text) if kind == "dependency"] == wrong


def test_an_overlay_is_judged_with_its_base() -> None:
    overlay = "services:\n  b: {image: y, depends_on: [a]}\n"
    assert kinds("services:\n  a: {image: x}\n", **{"compose.more.yaml": overlay}) == []


def test_profiles_on_everything() -> None:
    text = "services:\n  a: {image: x, profiles: [p]}\n"
    assert [kind for kind, _, _ in kinds(text)] == ["stack"]
    assert kinds(text, **{".env": "COMPOSE_PROFILES=p\n"}) == []


def test_duplicates_lie_at_the_later_place() -> None:
    text = "services:\n  b: {image: x, container_name: one}\n  a: {image: x, container_name: one}\n"
    [subject] = names.subjects(project_of({"compose.yaml": text}))
    assert (subject.verdict, subject.attrs["service"]) == ("duplicate", "a")
    assert subject.span.start == text.rindex("one")
