"""How compose files are laid over each other, extended and included; laws of the merge by property."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.topology.compose import services
from unmoor.topology.items import Item, convert
from unmoor.topology.link import Topology, link
from unmoor.topology.merge import empty, merge
from unmoor.topology.model import Service


def _load(name: str) -> Any:
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


projects = _load("projects")


def linked(files: dict[str, str], **settings_: Any) -> Topology:
    """The topology of files."""
    return link(projects.project_of(files, **settings_))


def merged(base: str, over: str) -> Service:
    """The one service `web` of a file and its override."""
    topology = linked(
        {"compose.yaml": f"services:\n  web:\n{base}", "compose.override.yaml": f"services:\n  web:\n{over}"}
    )
    assert [stack.files for stack in topology.stacks] == [["compose.yaml", "compose.override.yaml"]]
    return topology.stacks[0].services["web"]


def test_maps_and_lists_of_pairs_merge_by_key() -> None:
    web = merged("    image: a\n    environment: [A=1, B=2]\n", "    environment: {B: '3', C: '4'}\n")
    assert {key: value.text for key, value in web.environment.items()} == {"A": "1", "B": "3", "C": "4"}


def test_commands_are_replaced_and_ports_are_added() -> None:
    web = merged(
        "    image: a\n    command: [one, two]\n    ports: ['80:80']\n",
        "    command: three\n    ports: ['81:81', '80:80']\n",
    )
    assert [value.text for value in web.command] == ["three"]
    assert [(port.host, port.container) for port in web.ports] == [(80, 80), (81, 81)]


def test_volumes_are_told_apart_by_their_target() -> None:
    web = merged("    image: a\n    volumes: ['./a:/data', 'keep:/keep']\n", "    volumes: ['./b:/data']\n")
    assert [(mount.source_path, mount.target) for mount in web.mounts] == [("b", "/data"), (None, "/keep")]


def test_reset_removes_and_override_replaces() -> None:
    web = merged(
        "    image: a\n    ports: ['80:80']\n    environment: {A: '1'}\n",
        "    ports: !reset []\n    environment: !override {B: '2'}\n",
    )
    assert web.ports == []
    assert list(web.environment) == ["B"]


def test_every_value_keeps_the_file_it_came_from() -> None:
    web = merged("    image: a\n    environment: {A: '1'}\n", "    environment: {B: '2'}\n")
    assert [web.environment[name].at.path for name in "AB"] == ["compose.yaml", "compose.override.yaml"]


def test_extends_takes_paths_from_the_other_file() -> None:
    topology = linked(
        {
            "compose.yaml": (
                "services:\n  web:\n    extends: {file: base/common.yml, service: app}\n    environment: {B: '2'}\n"
            ),
            "base/common.yml": "services:\n  app:\n    build: ./src\n    environment: {A: '1', B: '1'}\n",
        }
    )
    web = topology.stacks[0].services["web"]
    assert web.build is not None and web.build.context_path == "base/src"
    assert {key: value.text for key, value in web.environment.items()} == {"A": "1", "B": "2"}
    assert [stack.files for stack in topology.stacks] == [["compose.yaml"]]


def test_a_circle_of_extends_ends() -> None:
    topology = linked(
        {"compose.yaml": "services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}, image: x}\n"}
    )
    assert topology.stacks[0].services["a"].image is not None
    assert topology.stacks[0].incomplete


def test_include_has_its_own_folder_and_env_file() -> None:
    topology = linked(
        {
            "compose.yaml": "include: [infra/db.yaml]\nservices:\n  web: {image: a}\n",
            "infra/db.yaml": "services:\n  db:\n    build: ./image\n    ports: ['${DB_PORT}:5432']\n",
            "infra/.env": "DB_PORT=5440\n",
        }
    )
    assert [stack.files for stack in topology.stacks] == [["compose.yaml", "infra/db.yaml"]]
    db = topology.stacks[0].services["db"]
    assert db.build is not None and db.build.context_path == "infra/image"
    assert [port.host for port in db.ports] == [5440]


def test_an_include_from_elsewhere_makes_the_stack_incomplete() -> None:
    topology = linked({"compose.yaml": "include: [../other/compose.yaml]\nservices:\n  web: {image: a}\n"})
    assert topology.stacks[0].incomplete


def test_env_file_of_the_project_directory_fills_in_and_an_example_is_kept_beside_the_default() -> None:
    files = {
        "compose.yaml": (
            "services:\n  web:\n    image: a:${TAG:-latest}\n    ports: ['${PORT:-3000}:80', '${NONE}:81']\n"
        )
    }
    web = linked({**files, ".env": "TAG=2\n"}).stacks[0].services["web"]
    assert web.image is not None and web.image.text == "a:2"
    assert [(port.host, port.also) for port in web.ports] == [(3000, ()), (None, ())]
    web = linked({**files, ".env.example": "PORT=3100\n"}).stacks[0].services["web"]
    assert web.ports[0].publishes(3000) and web.ports[0].publishes(3100)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("80", [(None, 80, "", "tcp")]),
        ("8080:80", [(8080, 80, "", "tcp")]),
        ("127.0.0.1:8080:80", [(8080, 80, "127.0.0.1", "tcp")]),
        ("'[::1]:8080:80/udp'", [(8080, 80, "::1", "udp")]),
        ("127.0.0.1::80", [(None, 80, "127.0.0.1", "tcp")]),
        ("3000-3001:4000-4001", [(3000, 4000, "", "tcp"), (3001, 4001, "", "tcp")]),
        ("3000-3001", [(None, 3000, "", "tcp"), (None, 3001, "", "tcp")]),
        ("${P:-9000}:80", [(9000, 80, "", "tcp")]),
        ("${P}:80", [(None, 80, "", "tcp")]),
        ("{target: 80, published: '8080', host_ip: 10.0.0.1, protocol: udp}", [(8080, 80, "10.0.0.1", "udp")]),
        ("{target: 80}", [(None, 80, "", "tcp")]),
    ],
)
def test_ports(written: str, expected: list[tuple[int | None, int, str, str]]) -> None:
    quoted = written if written[0] in "{'" else f'"{written}"'
    web = (
        linked({"compose.yaml": f"services:\n  web:\n    image: a\n    ports:\n      - {quoted}\n"})
        .stacks[0]
        .services["web"]
    )
    assert [(port.host, port.container, port.ip, port.protocol) for port in web.ports] == expected


def test_the_two_numbers_of_a_mapping_are_located() -> None:
    text = "services:\n  web:\n    image: a\n    ports:\n      - '${P:-9000}:80/tcp'\n"
    port = linked({"compose.yaml": text}).stacks[0].services["web"].ports[0]
    assert port.host_at is not None and port.container_at is not None
    assert [text[at.span.start : at.span.end] for at in (port.host_at, port.container_at)] == ["${P:-9000}", "80"]


# ------------------------------------------------------------------------------------------------ laws

ENTRIES = st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["1", "2", "x y"]), max_size=3)
SERVICE = st.fixed_dictionaries(
    {"image": st.sampled_from(["a", "b"])},
    optional={
        "environment": ENTRIES,
        "ports": st.lists(st.sampled_from(["80:80", "81:80", "90"]), max_size=2, unique=True),
        "command": st.lists(st.sampled_from(["one", "two"]), min_size=1, max_size=2),
        "volumes": st.lists(
            st.sampled_from(["a:/a", "b:/b", "./c:/a"]), max_size=2, unique_by=lambda one: one.split(":")[1]
        ),
        "depends_on": st.lists(st.sampled_from(["db", "api"]), max_size=2, unique=True),
        "expose": st.lists(st.sampled_from(["1", "2"]), max_size=2, unique=True),
    },
)


def tree(service: dict[str, Any], name: str = "one.yaml") -> Item:
    """A file with this one service."""
    from unmoor.scanners import by_name, scan

    data = yaml.safe_dump({"services": {"web": service}}).encode()
    return convert(scan("compose.yaml", data, by_name("yaml")).documents[0], name, "")


def meaning(item: Item) -> dict[str, Any]:
    """What the merged file says, without places."""
    web = services(item)["web"]
    return {
        "environment": {key: value.text for key, value in web.environment.items()},
        "ports": [(port.host, port.container) for port in web.ports],
        "command": [value.text for value in web.command],
        "volumes": sorted((mount.kind, mount.target) for mount in web.mounts),
        "depends": sorted(one.name for one in web.depends if one.kind == "depends_on"),
        "image": web.image and web.image.text,
        "expose": web.expose,
    }


@settings(max_examples=40, deadline=None)
@given(service=SERVICE)
def test_merging_with_nothing_or_with_itself_changes_nothing(service: dict[str, Any]) -> None:
    one = tree(service)
    assert meaning(merge(one, empty("x", ""))) == meaning(one) == meaning(merge(empty("x", ""), one))
    assert meaning(merge(one, tree(service))) == meaning(one)


@settings(max_examples=40, deadline=None)
@given(one=SERVICE, two=SERVICE, three=SERVICE)
def test_merging_is_associative_and_leaves_its_operands_alone(one: Any, two: Any, three: Any) -> None:
    a, b, c = tree(one), tree(two), tree(three)
    before = meaning(a), meaning(b)
    assert meaning(merge(merge(a, b), c)) == meaning(merge(a, merge(b, c)))
    assert (meaning(a), meaning(b)) == before


@settings(max_examples=40, deadline=None)
@given(one=SERVICE, two=SERVICE)
def test_order_matters_only_where_both_say_something(one: dict[str, Any], two: dict[str, Any]) -> None:
    left = {key: value for key, value in one.items() if key not in two}
    assert meaning(merge(tree(left), tree(two))) == meaning(merge(tree(two), tree(left)))
