"""Reachability by a matrix: generated topologies, every runtime and address, against a naive second implementation."""

from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unmoor.text.addresses import parse
from unmoor.topology.link import Topology, link
from unmoor.topology.model import Runtime


def _load(name: str) -> Any:
    spec = spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


naive, projects = _load("naive_reachability"), _load("projects")
NAMES = ("web", "api", "db")
PORTS = (80, 5432, 8000, 9000)


@st.composite
def topologies(draw: Callable[..., Any]) -> dict[str, Any]:
    """Three services with mappings, networks, names and network modes; no two publish one host port."""
    host_ports = draw(st.permutations([80, 5432, 8000, 9000, 9100]))
    services: dict[str, Any] = {}
    for number, name in enumerate(NAMES):
        service: dict[str, Any] = {"image": "postgres:16" if name == "db" else f"acme/{name}"}
        if draw(st.booleans()):
            service["ports"] = [f"{host_ports[number]}:{draw(st.sampled_from(PORTS))}"]
        if draw(st.booleans()):
            service["expose"] = [str(draw(st.sampled_from(PORTS)))]
        if draw(st.integers(0, 3)) == 0:
            service["container_name"] = f"acme-{name}"
        mode = draw(st.sampled_from(["", "", "", "", "host", "service:web"]))
        if mode and not (mode == "service:web" and name == "web"):
            service["network_mode"] = mode
            service.pop("ports", None)
        elif draw(st.booleans()):
            service["networks"] = draw(st.lists(st.sampled_from(["front", "back"]), min_size=1, unique=True))
        services[name] = service
    if services["web"].get("network_mode") == "host":
        for service in services.values():
            if service.get("network_mode") == "service:web":
                del service["network_mode"]
    return {"services": services, "networks": {"front": {}, "back": {}}}


def linked(compose: dict[str, Any]) -> Topology:
    """The topology of one compose file."""
    return link(projects.project_of({"compose.yml": yaml.safe_dump(compose)}))


def agrees(mine: str, other: str) -> bool:
    """`fails` is any verdict that is not right; an unknown port is never called right or wrong."""
    if mine == "unknown":
        return other == "fails"
    return mine == other if other in ("ok", "self", "isolated") else mine not in ("ok", "self")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(compose=topologies())
def test_every_pair_of_runtime_and_address_agrees_with_the_naive_answer(compose: dict[str, Any]) -> None:
    topology = linked(compose)
    hosts = ["localhost", *NAMES, "acme-web", "acme-db", "nobody"]
    for port in (80, 5432, 8000, 9000, 9100):
        for host in hosts:
            address = parse(f"http://{host}:{port}/x")
            assert address is not None
            for name in NAMES:
                mine = topology.resolve(address, Runtime("container", name, "compose.yml")).verdict
                its = naive.from_container(compose, name, host, port)
                if its == "isolated" and mine == "wrong-host":  # a service on the host's network asks for a name
                    its = "fails"
                assert agrees(mine, its), (name, host, port, mine, its)
            mine = topology.resolve(address, Runtime("host", "", "compose.yml")).verdict
            its = naive.from_host(compose, host, port)
            assert agrees(mine, its), ("host", host, port, mine, its)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(compose=topologies(), port=st.sampled_from([80, 5432, 8000, 9000, 9100]), name=st.sampled_from(NAMES))
def test_the_right_address_is_right(compose: dict[str, Any], port: int, name: str) -> None:
    topology = linked(compose)
    address = parse(f"http://localhost:{port}/x")
    assert address is not None
    for runtime in (Runtime("container", name, "compose.yml"), Runtime("host", "", "compose.yml")):
        found = topology.resolve(address, runtime)
        if found.address and found.verdict not in ("ok", "self") and "docker.internal" not in found.address:
            right = parse(found.address)
            assert right is not None
            assert topology.resolve(right, runtime).verdict in ("ok", "self"), (found.address, runtime)


COMPOSE = """services:
  backend:
    build: ./web
    networks: [app]
    ports: ["3011:3011"]
  database:
    image: postgres:16
    networks: [app]
    ports:
      - "5435:5432"
  cache: {image: "redis:7", networks: [private]}
  odd: {image: acme/odd, networks: [app], ports: ["8100:8000"]}
  away: {image: acme/away, networks: [shared]}
networks: {app: {}, private: {}, shared: {external: true}}
"""


@pytest.mark.parametrize(
    ("address", "runtime", "verdict", "cause", "right"),
    [
        ("http://localhost:5435", "container:backend", "wrong-host", "published-port", "postgresql://database:5432"),
        ("postgresql://u:p@localhost:5432/x", "container:backend", "wrong-host", "other-container", "postgresql://***@database:5432/x"),
        ("http://database:5435", "container:backend", "wrong-port", "published-port", "http://database:5432"),
        ("postgresql://DATABASE:5432/x", "container:backend", "ok", "", ""),
        ("redis://cache:6379", "container:backend", "isolated", "", ""),
        ("http://odd:9999", "container:backend", "unknown", "", ""),
        ("http://localhost:8100", "container:odd", "wrong-port", "own-port", "http://localhost:8000"),
        ("http://localhost:3011", "container:backend", "self", "", ""),
        ("http://nobody:80", "container:backend", "undefined", "", ""),
        ("http://nobody:80", "container:away", "unknown", "", ""),
        ("http://database:5432", "browser", "wrong-host", "service-name", "http://localhost:5435"),
        ("http://localhost:3011", "browser", "host-only", "", ""),
        ("http://localhost:5432", "host", "wrong-port", "container-port", "http://localhost:5435"),
        ("http://localhost:5435", "docs", "ok", "", ""),
        ("http://localhost:7777", "host", "undefined", "unpublished", ""),
        ("https://api.stripe.com", "container:backend", "external", "", ""),
        ("http://${HOST}:80", "container:backend", "unknown", "", ""),
    ],
)  # fmt: skip
def test_verdicts(address: str, runtime: str, verdict: str, cause: str, right: str) -> None:
    topology = link(projects.project_of({"compose.yml": COMPOSE, "web/Dockerfile": "FROM python:3.12\nCOPY . .\n"}))
    kind, _, service = runtime.partition(":")
    parsed = parse(address)
    assert parsed is not None
    found = topology.resolve(parsed, Runtime(kind, service, "compose.yml"))
    assert (found.verdict, found.cause) == (verdict, cause), found.reasons
    if right:
        assert found.address == right


WORKFLOW = """on: push
jobs:
  runner:
    runs-on: ubuntu-latest
    services:
      cache: {image: "redis:7", ports: ["6380:6379"]}
    steps:
      - run: redis-cli -u redis://localhost:6380 ping
      - run: redis-cli -u redis://cache:6379 ping
  inside:
    runs-on: ubuntu-latest
    container: node:20
    services:
      store: {image: "postgres:16"}
    steps:
      - run: psql postgresql://store:5432/x
"""


@pytest.mark.parametrize(
    ("address", "verdict", "right"),
    [
        ("redis://localhost:6380", "ok", ""),
        ("redis://cache:6379", "wrong-host", "redis://localhost:6380"),
        ("postgresql://store:5432/x", "ok", ""),
    ],
)
def test_services_of_a_job_are_localhost_on_the_runner_and_names_in_a_container(
    address: str, verdict: str, right: str
) -> None:
    path = ".github/workflows/ci.yml"
    topology = link(projects.project_of({path: WORKFLOW}))
    parsed = parse(address)
    assert parsed is not None
    found = topology.resolve(parsed, Runtime("ci"), path=path)
    assert (found.verdict, found.address if right else "") == (verdict, right), found.reasons


@pytest.mark.parametrize(
    ("host", "verdict"),
    [("db", "ok"), ("db.shop", "ok"), ("db.shop.svc.cluster.local", "ok"), ("x.other.svc.cluster.local", "unknown")],
)
def test_kubernetes_services_are_hosts_and_never_compose_services(host: str, verdict: str) -> None:
    manifest = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {ports: [{port: 5432}]}\n"
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {URL: 'postgresql://db:5432'}\n"
    )
    topology = link(projects.project_of({"k8s/all.yaml": manifest, "compose.yaml": "services: {web: {image: a}}\n"}))
    parsed = parse(f"postgresql://{host}:5432")
    assert parsed is not None
    runtime = topology.runtimes("k8s/all.yaml")[0]
    assert topology.resolve(parsed, runtime, path="k8s/all.yaml").verdict == verdict
