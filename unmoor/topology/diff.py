"""What a change adds to the topology and removes from it: two shapes, compared without their lines."""

from typing import Any


def facts_of(shape: dict[str, Any]) -> dict[str, str]:
    """Everything that a shape says, one statement each: key → the statement in words."""
    found: dict[str, str] = {}
    for stack in shape["stacks"]:
        name = stack["name"]
        found[name] = f"stack {name}"
        for service in stack["services"]:
            found.update(_service(name, service))
        for network in stack["networks"]:
            if network["name"] != "default":
                found[f"{name}/network/{network['name']}"] = f"{name}: network {network['name']}"
        for volume in stack["volumes"]:
            found[f"{name}/volume/{volume['name']}"] = f"{name}: volume {volume['name']}"
    for call in shape["calls"]:
        words = f"{call['stack']}: {call['from']} → {call['to']}:{call['port'] or '?'} ({call['verdict']})"
        found[f"call/{words}"] = words
    return found


def _service(stack: str, service: dict[str, Any]) -> dict[str, str]:
    head = f"{stack}: service {service['name']}"
    key = f"{stack}/{service['name']}"
    found = {key: head}
    for port in service["ports"]:
        words = f"{port['ip']}:{port['host']} → {port['container']}/{port['protocol']}".lstrip(":")
        found[f"{key}/port/{words}"] = f"{head} publishes {words}"
    for what in ("image", "container_name", "network_mode"):
        if service[what]:
            found[f"{key}/{what}/{service[what]}"] = f"{head} has {what} {service[what]}"
    if service["build"]:
        words = f"{service['build']['dockerfile'] or service['build']['context']}"
        found[f"{key}/build/{words}"] = f"{head} is built from {words}"
    for what, verb in (("networks", "is on network"), ("depends_on", "depends on"), ("environment", "is given")):
        for one in service[what]:
            found[f"{key}/{what}/{one}"] = f"{head} {verb} {one}"
    return found


def diff(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """{"added": […], "removed": […]}; what hangs on a service or stack that is itself new or gone is not repeated."""
    old, new = facts_of(before), facts_of(after)
    return {"added": _only(new, old), "removed": _only(old, new)}


def _only(here: dict[str, str], there: dict[str, str]) -> list[str]:
    missing = {key for key in here if key not in there}
    heads = tuple(f"{key}/" for key in missing)
    return sorted(here[key] for key in missing if not key.startswith(heads) or "/port/" in key)


def text(changes: dict[str, list[str]]) -> str:
    """`+` and `-` lines."""
    lines = [f"- {line}" for line in changes["removed"]] + [f"+ {line}" for line in changes["added"]]
    return "\n".join(lines) + "\n" if lines else "No change of the topology.\n"
