"""Every format's reader on every misuse of its keys: a scalar where a map belongs, a list, nothing at all."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from unmoor.scanners import by_name, scan

SAMPLES = {
    "compose.yaml": {
        "include": ["a.yml", {"path": "b", "env_file": "c"}],
        "services": {
            "web": {
                "image": "x", "build": {"context": ".", "args": {"A": "b"}, "additional_contexts": {"a": "b"}},
                "environment": {"DB_HOST": "db", "DB_PORT": 1}, "env_file": [{"path": "x", "required": False}],
                "healthcheck": {"test": ["CMD", "curl", "http://localhost"]}, "command": ["sh", "-c", "true"],
                "volumes": ["./a:/b", {"type": "bind", "source": "./x"}], "labels": ["a=b"], "extends": {"file": "x"},
                "ports": ["1:2"],
            }
        },
        "configs": {"c": {"file": "x"}},
    },
    ".github/workflows/ci.yml": {
        "on": {"push": {"paths": ["a"]}}, "env": {"A": "b"}, "defaults": {"run": {"working-directory": "x"}},
        "jobs": {
            "j": {
                "container": {"image": "x", "env": {"A": "b"}}, "services": {"s": {"ports": ["1:2"]}},
                "environment": {"url": "x"}, "uses": "./x", "defaults": {"run": {"shell": "bash"}},
                "steps": [{"run": "cd x", "working-directory": "y", "env": {"A": "b"}},
                          {"uses": "docker/build-push-action@v1", "with": {"file": "x", "context": "."}}],
            }
        },
    },
    "action.yml": {
        "runs": {"steps": [{"run": "x", "shell": "bash"}]},
        "inputs": {"a": {"default": "http://localhost"}}},
    ".gitlab-ci.yml": {"variables": {"A": {"value": "b"}}, "include": [{"local": "x"}], "j": {"script": ["x", ["y"]]}},
    "prometheus.yml": {"scrape_configs": [{"static_configs": [{"targets": ["a:1"]}]}]},
    "traefik.yml": {"entryPoints": {"web": {"address": ":80"}}, "http": {"services": {"a": {"url": "http://a"}}}},
    "k8s.yml": {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"env": [{"name": "A", "value": "b"}]}
    },
    "Taskfile.yml": {
        "env": {"A": "b"}, "tasks": {"a": {"dir": "x", "cmds": ["x", {"task": "b"}, {"cmd": "c"}]}, "b": "x"}
    },
    ".pre-commit-config.yaml": {
        "repos": [{"repo": "local", "hooks": [{"id": "a", "entry": "x", "language": "script"}]}]
    },
    ".github/dependabot.yml": {"updates": [{"directory": "/x", "directories": ["/y"]}], "docker": 1},
    ".circleci/config.yml": {"jobs": {"a": {"steps": [{"run": {"command": "x"}}, {"run": "y"}]}}},
    "azure-pipelines.yml": {"steps": [{"script": "x"}, {"bash": "y"}]},
    "cloudbuild.yaml": {
        "steps": [{"dir": "x", "entrypoint": "bash", "args": ["-c", "x"], "script": "y", "env": ["A=$B"]}]
    },
    "mkdocs.yml": {"docs_dir": "d", "nav": [{"A": "a.md"}, "b.md"], "site_url": "http://localhost"},
    "application.yml": {"a": "${A:http://localhost}", "server": {"host": "x", "port": 1}},
    "openapi.yml": {"openapi": "3", "servers": [{"url": "http://localhost"}]},
    "package.json": {
        "scripts": {"a": "b"}, "proxy": {"/a": {"target": "http://localhost", "ws": True}},
        "workspaces": {"packages": ["x"]},
        "dependencies": {"a": "1"}, "jest": {"url": "http://localhost"},
    },
    "vercel.json": {
        "rewrites": [{"source": "/a", "destination": "http://localhost"}], "env": {"A": "http://localhost"}
    },
    "proxy.conf.json": {"/api": {"target": "http://localhost", "ws": True}},
    ".devcontainer/devcontainer.json": {
        "dockerComposeFile": ["x"], "build": {"dockerfile": "x", "context": "y"}, "service": "a", "runServices": ["b"],
        "postCreateCommand": {"a": "x", "b": ["y", "z"]}, "forwardPorts": [1, "db:2"],
    },
    "docker-bake.json": {"target": {"a": {"dockerfile": "x", "context": "y"}}},
    "netlify.toml": {"redirects": [{"from": "/a", "to": "http://localhost"}], "build": {"command": "x"}},
    "fly.toml": {
        "build": {"dockerfile": "x"}, "env": {"A": "b"}, "http_service": {"internal_port": 1},
        "services": [{"internal_port": 2}]
    },
    "wrangler.toml": {
        "vars": {"A": "b"}, "containers": [{"image": "./Dockerfile"}], "env": {"x": {"vars": {"A": "b"}}}
    },
    "pyproject.toml": {"project": {"scripts": {"a": "b"}}, "tool": {"poe": {"tasks": {"a": {"cmd": "x"}, "b": "y"}}}},
}  # fmt: skip
WRONG: list[Any] = ["x http://localhost:1", ["a", {"b": "c"}], {"a": "b", "c": ["d"]}, None, 1, [], {}]


def _mutants(value: Any) -> Iterator[Any]:
    """The value with each of its parts replaced by each wrong thing."""
    yield from WRONG
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for part in _mutants(value[key]):
            changed = copy.copy(value)
            changed[key] = part
            yield changed


def _toml(value: Any) -> str:
    """Top-level keys with inline values: all that a test needs of TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return '""' if value is None else json.dumps(value)


@pytest.mark.parametrize("path", SAMPLES)
def test_misused_keys_never_raise(path: str) -> None:
    name = path.rpartition(".")[2].replace("yml", "yaml")
    for mutant in [SAMPLES[path], *_mutants(SAMPLES[path])]:
        if name == "toml":
            items = mutant.items() if isinstance(mutant, dict) else [("a", mutant)]
            text = "".join(f"{json.dumps(key)} = {_toml(item)}\n" for key, item in items)
        else:
            text = json.dumps(mutant) if name == "json" else yaml.safe_dump(mutant, sort_keys=False)
        data = text.encode()
        facts = scan(path, data, by_name(name))
        assert not facts.problems or name == "yaml", (text, facts.problems)
        for found in [*facts.references, *facts.declarations]:
            assert 0 <= found.span.start <= found.span.end <= len(data)
