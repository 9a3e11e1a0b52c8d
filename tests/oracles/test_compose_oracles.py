"""Our reading of compose files, against `docker-compose config` (1.29) and `podman-compose config`.

Run with `pytest -m oracle`. Each program is left out where it is not installed.
"""

import os
import shutil
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

_spec = spec_from_file_location("compose_facts", Path(__file__).with_name("compose_facts.py"))
assert _spec is not None and _spec.loader is not None
facts = module_from_spec(_spec)
_spec.loader.exec_module(facts)

pytestmark = pytest.mark.oracle
QUICK = settings(max_examples=int(os.environ.get("ORACLE_EXAMPLES", "15")), deadline=None, derandomize=True,
                 phases=(Phase.explicit, Phase.generate),
                 suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
VALUES = {"SET": "value", "PORT": "8123", "EMPTY": ""}
NAMES = ("web", "api", "db")


def docker_compose() -> list[str]:
    """The program, or a skip."""
    found = shutil.which("docker-compose")
    if found is None:
        pytest.skip("docker-compose is not installed")
    return [found]


def podman_compose(tmp_path: Path) -> list[str]:
    """The program with a `podman` that only tells its version; it is a development dependency."""
    stub = tmp_path / "bin" / "podman"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text('#!/bin/sh\necho "podman version 5.0.0"\n')
    stub.chmod(0o755)
    return ["env", f"PATH={stub.parent}:{os.environ['PATH']}", sys.executable, "-m", "podman_compose"]


texts = st.sampled_from(
    ["plain", "${SET}", "${SET:-x}", "${NONE:-fall}", "${EMPTY:-fall}", "${EMPTY-kept}", "a$$b", "$SET/x", "${PORT}"]
)
keys = st.sampled_from(["A", "B", "C", "LONG_NAME"])
ports = st.one_of(
    st.tuples(st.integers(8000, 8009), st.integers(80, 85)).map(lambda p: f"{p[0]}:{p[1]}"),
    st.integers(80, 85).map(str),
    st.integers(9000, 9009).map(lambda p: f"127.0.0.1:{p}:80"),
    st.integers(7000, 7003).map(lambda p: f"{p}-{p + 2}:{p}-{p + 2}"),
    st.integers(6000, 6003).map(lambda p: f"{p}:{p}/udp"),
    st.just("${PORT}:80"),
    st.just("${NONE:-8500}:85"),
)
environments = st.one_of(
    st.dictionaries(keys, texts, max_size=3),
    st.lists(
        st.tuples(keys, texts).map(lambda p: f"{p[0]}={p[1]}"), max_size=3, unique_by=lambda one: one.split("=")[0]
    ),
)
commands = st.one_of(
    st.lists(st.sampled_from(["run", "--flag", "a b"]), min_size=1, max_size=3),
    st.sampled_from(["serve --all", "sh -c 'a b'"]),
)
volumes = st.lists(
    st.sampled_from(["./src:/app", "data:/data", "/anon", "./conf:/etc/conf:ro", "data:/other"]),
    max_size=3,
    unique=True,
)


@st.composite
def services(draw: Callable[..., Any], name: str, overlay: bool) -> dict[str, Any]:
    service: dict[str, Any] = (
        {} if overlay and draw(st.booleans()) else {"image": draw(st.sampled_from(["nginx:1", "img:${SET}"]))}
    )
    optional = {
        "environment": environments,
        "ports": st.lists(ports, max_size=3, unique=True),
        "command": commands,
        "entrypoint": commands,
        "volumes": volumes,
        "expose": st.lists(st.sampled_from(["3000", "4000"]), max_size=2, unique=True),
        "networks": st.one_of(
            st.lists(st.sampled_from(["front", "back"]), min_size=1, max_size=2, unique=True),
            st.just({"front": {"aliases": ["other"]}}),
        ),
        "container_name": st.sampled_from(["fixed", "c_${SET}"]),
        "labels": environments,
        "depends_on": st.just([other for other in NAMES if other < name]),
        "extra_hosts": st.just(["away:10.0.0.1"]),
        "build": st.sampled_from([".", {"context": "./app", "dockerfile": "other.Dockerfile", "args": {"X": "1"}}]),
    }
    for key, strategy in optional.items():
        if draw(st.integers(0, 3)) == 0:
            value = draw(strategy)
            if value:
                service[key] = value
    return service


@st.composite
def compositions(draw: Callable[..., Any], overlay: bool = False) -> dict[str, Any]:
    # Of one file, every name: an overlay adds to what is there.
    return {
        "version": "3.9",
        "services": {name: draw(services(name, overlay)) for name in NAMES},
        "networks": {"front": {}, "back": {}},
        "volumes": {"data": {}},
    }


def write(root: Path, name: str, value: dict[str, Any]) -> str:
    (root / name).write_text(yaml.safe_dump(value, sort_keys=False))
    (root / "app").mkdir(exist_ok=True)
    return name


def compare(program: list[str], root: Path, files: list[str], ignore: tuple[str, ...] = ()) -> None:
    """Equal, but for keys that a program is known to treat otherwise."""
    its = facts.theirs(program, root, files, VALUES)
    if isinstance(its, str):
        pytest.fail(its) if "conflict" not in its else None
        return
    found = facts.differences(facts.ours(root, files, VALUES), its)
    found = [line for line in found if line.partition(":")[0].rpartition(".")[2] not in ignore]
    assert not found, "\n".join(found)


@QUICK
@given(one=compositions())
def test_one_file_as_docker_compose_reads_it(one: dict[str, Any], tmp_path: Path) -> None:
    compare(docker_compose(), tmp_path, [write(tmp_path, "compose.yml", one)])


@QUICK
@given(one=compositions(), two=compositions(overlay=True))
def test_two_files_as_docker_compose_merges_them(one: dict[str, Any], two: dict[str, Any], tmp_path: Path) -> None:
    files = [write(tmp_path, "compose.yml", one), write(tmp_path, "over.yml", two)]
    # 1.29 keeps `networks` of the later file alone if both name some; the specification adds them up.
    compare(docker_compose(), tmp_path, files)


@QUICK
@given(one=compositions())
def test_one_file_as_podman_compose_reads_it(one: dict[str, Any], tmp_path: Path) -> None:
    compare(podman_compose(tmp_path), tmp_path, [write(tmp_path, "compose.yml", one)])


@QUICK
@given(
    text=st.lists(
        st.sampled_from(["${SET", "}", ":-", "${NONE:-", "${NONE-", "x", "$$", "${EMPTY:+y}", "${SET:+z}", "${PORT}"]),
        max_size=6,
    ).map("".join)
)
def test_nested_interpolation_as_podman_compose_does_it(text: str, tmp_path: Path) -> None:
    if text.count("${") != text.count("}") or "${SET:-" in text or text.find("}") < text.find("${"):
        return
    one = {"services": {"web": {"image": "x", "environment": {"A": text}}}}
    compare(podman_compose(tmp_path), tmp_path, [write(tmp_path, "compose.yml", one)])
