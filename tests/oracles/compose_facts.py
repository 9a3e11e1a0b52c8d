"""What a compose file means, in one flat form that our model and other programs' `config` output can both be put in."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from unmoor.model.facts import Node
from unmoor.scanners import scan, scanner_of
from unmoor.topology.compose import services, volumes
from unmoor.topology.interpolate import interpolate
from unmoor.topology.load import Source, load
from unmoor.topology.model import Service


def ours(root: Path, files: list[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """The flat form of what our loader makes of files."""
    tree = load(files, files[0].rpartition("/")[0], _source(root, environment or {})).tree
    return {name: _flat(service) for name, service in services(tree).items()} | {"volumes:": sorted(volumes(tree))}


def _source(root: Path, environment: dict[str, str]) -> Source:
    def tree(path: str) -> Node | None:
        target = root / path
        if not target.is_file():
            return None
        scanner = scanner_of(path)
        documents = scan(path, target.read_bytes(), scanner).documents if scanner is not None else []
        return documents[0] if documents else None

    def variables(env_files: list[str] | None, folder: str | None) -> Any:
        found: dict[str, str] = {}
        for path in env_files if env_files is not None else [f"{folder}/.env" if folder else ".env"]:
            target = root / path
            for line in target.read_text().splitlines() if target.is_file() else []:
                name, equals, value = line.partition("=")
                if equals and not line.startswith("#"):
                    found[name.strip()] = interpolate(value.partition(" #")[0].strip().strip("\"'"), found.get).text
        return {**found, **environment}.get

    return Source(tree, variables, unset="")


def _flat(service: Service) -> dict[str, Any]:
    build = service.build
    return {
        "image": service.image.text if service.image else None,
        "container_name": service.container_name.text if service.container_name else None,
        "environment": {key: value.text for key, value in service.environment.items()},
        "ports": sorted({(str(p.host or ""), str(p.container), p.ip, p.protocol) for p in service.ports}),
        "networks": sorted(a.network for a in service.networks) or ["default"] * (not service.network_mode),
        "aliases": {a.network: sorted(a.aliases) for a in service.networks if a.aliases},
        "network_mode": service.network_mode,
        "depends_on": {d.name: d.condition or "service_started" for d in service.depends if d.kind == "depends_on"},
        "command": [value.text for value in service.command],
        "entrypoint": [value.text for value in service.entrypoint or []],
        "volumes": sorted((m.kind, m.target) for m in service.mounts),
        "expose": sorted(service.expose),
        "build": build and [build.context_path, build.dockerfile.text if build.dockerfile else None],
        "target": build.target.text if build and build.target else None,
        "args": {key: value.text for key, value in build.args.items()} if build else {},
        "labels": {key: value.text for key, value in service.labels.items()},
        "links": dict(service.links),
        "extra_hosts": dict(service.extra_hosts),
    }


def theirs(program: list[str], root: Path, files: list[str], environment: dict[str, str]) -> dict[str, Any] | str:
    """The flat form of what another program prints, or its complaint."""
    flags = [part for file in files for part in ("-f", file)]
    washed = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
    done = subprocess.run(
        [*program, *flags, "config"],
        cwd=root,
        env={**washed, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stderr.strip() or done.stdout.strip() or "failed"
    # docker-compose doubles every `$` again, podman-compose does not.
    text = done.stdout.replace("$$", "$") if "docker-compose" in program[0] else done.stdout
    printed = yaml.safe_load(text)
    folder = (root / files[0]).parent
    found = {name: _theirs(service or {}, root, folder) for name, service in (printed.get("services") or {}).items()}
    return found | {"volumes:": sorted(printed.get("volumes") or {})}


def _theirs(service: dict[str, Any], root: Path, folder: Path) -> dict[str, Any]:
    build = service.get("build")
    build = {"context": build} if isinstance(build, str) else build
    networks = service.get("networks")
    named = {name: {} for name in networks} if isinstance(networks, list) else dict(networks or {})
    mode = service.get("network_mode") or ""
    return {
        "image": service.get("image"),
        "container_name": service.get("container_name"),
        "environment": _pairs(service.get("environment")),
        "ports": sorted({port for entry in service.get("ports") or [] for port in _ports(entry)}),
        "networks": sorted(named) or ["default"] * (not mode),
        "aliases": {name: sorted(value["aliases"]) for name, value in named.items() if value and value.get("aliases")},
        "network_mode": mode,
        "depends_on": _depends(service.get("depends_on")),
        "command": _words(service.get("command")),
        "entrypoint": _words(service.get("entrypoint")),
        "volumes": sorted(_volume(entry) for entry in service.get("volumes") or []),
        "expose": sorted(int(str(port).partition("/")[0]) for port in service.get("expose") or []),
        "build": build and [_below(build.get("context", "."), root, folder), build.get("dockerfile")],
        "target": build.get("target") if build else None,
        "args": _pairs(build.get("args")) if build else {},
        "labels": _pairs(service.get("labels")),
        "links": {a or n: n for n, _, a in (str(one).partition(":") for one in service.get("links") or [])},
        "extra_hosts": _hosts(service.get("extra_hosts")),
    }


def _below(path: str, root: Path, folder: Path) -> str:
    text = os.path.relpath(os.path.normpath(folder / path), root)
    return "" if text == "." else text


def _pairs(value: Any) -> dict[str, str | None]:
    if isinstance(value, list):
        value = {name: text if equals else None for name, equals, text in (str(one).partition("=") for one in value)}
    return {str(key): None if text is None else _text(text) for key, text in (value or {}).items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _hosts(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        return {name: text for name, _, text in (re.sub("=", ":", str(one), count=1).partition(":") for one in value)}
    return {str(key): str(text) for key, text in (value or {}).items()}


def _ports(entry: Any) -> list[tuple[str, str, str, str]]:
    if isinstance(entry, dict):
        return [
            (
                str(entry.get("published", "")),
                str(entry["target"]),
                entry.get("host_ip", ""),
                entry.get("protocol", "tcp"),
            )
        ]
    body, _, protocol = str(entry).partition("/")
    head, _, container = body.rpartition(":")
    ip, _, host = head.rpartition(":")
    containers, hosts = _range(container), _range(host)
    if len(hosts) != len(containers):
        hosts = [""] * len(containers)
    return [(h, c, ip.strip("[]"), protocol or "tcp") for h, c in zip(hosts, containers)]


def _range(text: str) -> list[str]:
    low, dash, high = text.partition("-")
    return [str(port) for port in range(int(low), int(high) + 1)] if dash else [text]


def _depends(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        return dict.fromkeys(value, "service_started")
    return {name: (rule or {}).get("condition", "service_started") for name, rule in (value or {}).items()}


def _words(value: Any) -> list[str]:
    import shlex

    return shlex.split(value) if isinstance(value, str) else [_text(one) for one in value or []]


def _volume(entry: Any) -> tuple[str, str]:
    if isinstance(entry, dict):
        kind = entry.get("type", "volume")
        return ("anonymous" if kind == "volume" and not entry.get("source") else kind, entry["target"])
    parts = str(entry).split(":")
    if len(parts) == 1:
        return ("anonymous", parts[0])
    return ("bind" if parts[0].startswith((".", "/", "~")) else "volume", parts[1])


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """`service.key: mine | theirs`, for every key that both have and that differs."""
    found = []
    for name in sorted({*one, *other}):
        mine, its = one.get(name), other.get(name)
        if isinstance(mine, dict) and isinstance(its, dict):
            found += [f"{name}.{key}: {mine[key]} | {its[key]}" for key in mine if mine[key] != its[key]]
        elif mine != its:
            found.append(f"{name}: {mine} | {its}")
    return found
