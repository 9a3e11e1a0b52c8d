"""The topology for people: text for a terminal, and Mermaid for a page."""

import re
from collections.abc import Sequence
from typing import Any

_GOOD = ("ok", "self", "external", "unknown")


def text(shape: dict[str, Any]) -> str:
    """Every stack with its services, what they are made of, their ports and who calls whom."""
    if not shape["stacks"]:
        return "No compose file was found.\n" + _cluster(shape)
    return "\n".join(_stack(stack, shape) for stack in shape["stacks"]) + _cluster(shape)


def _cluster(shape: dict[str, Any]) -> str:
    if not shape["cluster"]:
        return ""
    rows = [(one["name"], ", ".join(str(port) for port in one["ports"]), one["at"]) for one in shape["cluster"]]
    return "\nKubernetes Services\n" + table(rows, "  ")


def _stack(stack: dict[str, Any], shape: dict[str, Any]) -> str:
    tags = [stack["environment"]] if stack["environment"] else []
    if stack["default"]:
        tags.insert(0, "default")
    if stack["project"]:
        tags.append(f"project {stack['project']}")
    lines = [stack["name"] + (f"  ({', '.join(tags)})" if tags else "")]
    if stack["incomplete"]:
        lines.append(f"  not wholly known: {stack['incomplete']}")
    rows: list[tuple[str, ...]] = [("service", "made of", "host → container", "networks", "")]
    rows += [_row(service) for service in stack["services"]]
    calls = [call for call in shape["calls"] if call["stack"] == stack["name"]]
    return "\n".join(lines) + "\n" + table(rows, "  ") + _calls(calls)


def _row(service: dict[str, Any]) -> tuple[str, ...]:
    build = service["build"]
    made = (build["dockerfile"] or build["context"] or "?") if build else service["image"] or ""
    if build and build["target"]:
        made += f" ({build['target']})"
    network = service["network_mode"] or ", ".join(service["networks"])
    extra = [f"×{service['replicas']}"] if service["replicas"] else []
    if service["profiles"]:
        extra.append(f"profile {', '.join(service['profiles'])}")
    other = [name for name in service["names"] if name != service["name"]]
    if other:
        extra.append(f"also {', '.join(other)}")
    return service["name"], made, _ports(service), network, "; ".join(extra)


def _ports(service: dict[str, Any]) -> str:
    shown = []
    for port in service["ports"]:
        host = str(port["host"]) if port["host"] is not None else "?"
        ip = f"{port['ip']}:" if port["ip"] not in ("", "0.0.0.0") else ""
        protocol = "" if port["protocol"] == "tcp" else f"/{port['protocol']}"
        shown.append(f"{ip}{host} → {port['container'] if port['container'] is not None else '?'}{protocol}")
    published = {port["container"] for port in service["ports"]}
    inner = [str(one["port"]) for one in service["listens"] if one["port"] not in published and one["from"] != "EXPOSE"]
    if inner:
        shown.append(f"({', '.join(inner)})")
    return ", ".join(shown)


def _calls(calls: list[dict[str, Any]]) -> str:
    if not calls:
        return ""
    rows = []
    for call in calls:
        port = f":{call['port']}" if call["port"] is not None else ""
        verdict = "" if call["verdict"] in _GOOD else call["verdict"]
        rows.append((f"{call['from']} → {call['to']}{port}", call["through"], call["at"], verdict))
    return "  calls\n" + table(rows, "    ")


def table(rows: Sequence[tuple[str, ...]], indent: str) -> str:
    """Rows in columns of equal width; a cell is never cut."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    widths = [min(width, 48) for width in widths]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines) + "\n"


def mermaid(shape: dict[str, Any]) -> str:
    """A flowchart: a box a stack, a node a service with its published ports; dotted arrows for what cannot work."""
    lines = ["flowchart LR"]
    for number, stack in enumerate(shape["stacks"]):
        lines.append(f'  subgraph s{number}["{_quoted(stack["name"])}"]')
        for service in stack["services"]:
            ports = _ports(service)
            label = _quoted(service["name"]) + (f"<br/>{_quoted(ports)}" if ports else "")
            lines.append(f'    {_id(number, service["name"])}["{label}"]')
        names = {service["name"] for service in stack["services"]}
        lines += _arrows(number, stack, shape, names)
        lines.append("  end")
    return "\n".join(lines) + "\n"


def _arrows(number: int, stack: dict[str, Any], shape: dict[str, Any], names: set[str]) -> list[str]:
    drawn: set[tuple[str, str]] = set()
    lines = []
    for call in shape["calls"]:
        if call["stack"] == stack["name"]:
            arrow = "-->" if call["verdict"] in _GOOD else "-.->"
            label = f"|{call['port']}|" if call["port"] else ""
            lines.append(f"    {_id(number, call['from'])} {arrow}{label} {_id(number, call['to'])}")
            drawn.add((call["from"], call["to"]))
    for service in stack["services"]:
        for other in service["depends_on"]:
            if other in names and (service["name"], other) not in drawn:
                lines.append(f"    {_id(number, service['name'])} --- {_id(number, other)}")
    return list(dict.fromkeys(lines))


def _id(number: int, name: str) -> str:
    return f"s{number}_" + re.sub(r"\W", lambda match: f"_{ord(match.group()):x}_", name)


def _quoted(label: str) -> str:
    return label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
