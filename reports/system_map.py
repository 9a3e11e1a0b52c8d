"""The system map of the HTML report: one drawing a stack, with who calls whom, and where that goes wrong.

Pure layout: boxes and curves in pixels. Callers stand left of what they depend on; people's places (browser, host, …)
stand in the first column.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from unmoor.model.findings import Finding, Report, Severity
from unmoor.reports.excerpts import active

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _PAD = 176, 58, 92, 26, 18
_ACTORS = {"browser": "Browser", "host": "Host", "ci": "CI", "docs": "Documentation", "build": "Build", "test": "Tests"}


class Box(NamedTuple):
    """A service, or a place outside of all services. tone: "", "error", "warning" or "note": its worst finding."""

    name: str
    label: str
    lines: list[str]
    x: int
    y: int
    actor: bool
    tone: str
    networks: list[int]


class Edge(NamedTuple):
    """A curve. tone: "" for a declared dependency, else the severity of the findings along it."""

    path: str
    tone: str
    title: str
    target: str


class Drawing(NamedTuple):
    """One stack, ready to draw."""

    name: str
    width: int
    height: int
    boxes: list[Box]
    edges: list[Edge]
    networks: list[str]
    problems: int


class _Call(NamedTuple):
    source: str
    target: str
    tone: str
    title: str


def drawings(report: Report) -> list[Drawing]:
    """A drawing for each stack with services, those with problems first."""
    found = []
    findings = active(report)
    stacks = _rows(report.topology.get("stacks"))
    for stack in stacks:
        services = {row["name"]: row for row in _rows(stack.get("services"))}
        if services:
            calls = _calls(findings, str(stack.get("name", "")), set(services), alone=len(stacks) == 1)
            found.append(_draw(str(stack.get("name") or "stack"), services, stack, calls))
    return sorted(found, key=lambda drawing: -drawing.problems)


def _rows(value: Any) -> list[dict[str, Any]]:
    """Rows with a name, from a list of objects or from an object of objects."""
    if isinstance(value, dict):
        return [{"name": name, **(row if isinstance(row, dict) else {})} for name, row in value.items()]
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _names(value: Any) -> list[str]:
    """Names, from a list of strings or of objects, or from an object's keys."""
    if isinstance(value, dict):
        return [str(name) for name in value]
    found = []
    for item in value if isinstance(value, list) else []:
        name = item.get("name", item.get("network", "")) if isinstance(item, dict) else item
        found.append(str(name))
    return [name for name in found if name]


def _calls(findings: Iterable[Finding], stack: str, services: set[str], *, alone: bool) -> list[_Call]:
    """Findings that are about an edge between a place and a service of the stack, put together by edge."""
    counted: Counter[tuple[str, str]] = Counter()
    worst: dict[tuple[str, str], Severity] = {}
    for finding in findings:
        if not finding.target or finding.target.service not in services:
            continue
        if finding.target.stack and finding.target.stack != stack and not alone:
            continue
        kind, _, name = finding.runtime.partition(":")
        source = name if name in services else kind
        if source == finding.target.service or (source not in services and source not in _ACTORS):
            continue
        edge = source, finding.target.service
        counted[edge] += 1
        worst[edge] = max(worst.get(edge, finding.severity), finding.severity)
    return [
        _Call(*edge, worst[edge].name, f"{number} finding{'s' * (number > 1)}: {edge[0]} → {edge[1]}")
        for edge, number in counted.items()
    ]


def _draw(name: str, services: dict[str, dict[str, Any]], stack: dict[str, Any], calls: list[_Call]) -> Drawing:
    needs = {
        key: [d for d in _names(row.get("depends_on", row.get("depends"))) if d in services]
        for key, row in services.items()
    }
    wanted = {key: set(value) for key, value in needs.items()}
    for call in calls:
        if call.source in services and call.source not in wanted.get(call.target, ()):
            wanted[call.source].add(call.target)
    columns = _columns(wanted)
    actors = sorted({call.source for call in calls} - set(services))
    networks = _names(stack.get("networks")) or sorted(
        {n for row in services.values() for n in _names(row.get("networks"))}
    )
    tones = _tones(calls)
    boxes: dict[str, Box] = {}
    for column, members in enumerate([actors, *columns] if actors else columns):
        for row, key in enumerate(members):
            x = _PAD + column * (_WIDTH + _GAP_X)
            y = _PAD + row * (_HEIGHT + _GAP_Y)
            if key in services:
                own = [networks.index(n) % 6 for n in _names(services[key].get("networks")) if n in networks]
                boxes[key] = Box(key, _short(key), _lines(services[key]), x, y, False, tones.get(key, ""), own)
            else:
                boxes[key] = Box(key, _ACTORS[key], [], x, y, True, "", [])
    edges = [Edge(_curve(boxes[a], boxes[b]), "", f"{a} depends on {b}", "") for a, bs in needs.items() for b in bs]
    edges += [Edge(_curve(boxes[c.source], boxes[c.target], 6), c.tone, c.title, c.target) for c in calls]
    width = max((box.x for box in boxes.values()), default=0) + _WIDTH + _PAD
    height = max((box.y for box in boxes.values()), default=0) + _HEIGHT + _PAD
    return Drawing(name, width, height, list(boxes.values()), edges, networks, len(calls))


def _columns(needs: dict[str, set[str]]) -> list[list[str]]:
    """Services by distance: who needs others stands left of them. Circles are cut where they close."""
    depth: dict[str, int] = dict.fromkeys(needs, 0)
    for _ in range(len(needs)):
        changed = False
        for key, targets in needs.items():
            for target in targets:
                if depth[target] <= depth[key] and depth[key] + 1 < len(needs):
                    depth[target], changed = depth[key] + 1, True
        if not changed:
            break
    levels = sorted(set(depth.values()))
    columns = [[key for key in needs if depth[key] == level] for level in levels]
    spread: list[list[str]] = []
    for column in columns:
        spread += [column[at : at + 8] for at in range(0, len(column), 8)]
    return spread


def _tones(calls: list[_Call]) -> dict[str, str]:
    found: dict[str, Severity] = {}
    for call in calls:
        found[call.target] = max(found.get(call.target, Severity.note), Severity[call.tone])
    return {key: severity.name for key, severity in found.items()}


def _lines(service: dict[str, Any]) -> list[str]:
    ports = []
    for port in service.get("ports") or []:
        if isinstance(port, dict):
            host, inner = port.get("host", port.get("published")), port.get("container", port.get("target"))
            ports.append(f"{host} → {inner}" if host else str(inner))
        else:
            ports.append(str(port))
    image = str(service.get("image") or "")
    second = ", ".join(ports[:2]) + (" …" if len(ports) > 2 else "")
    return [_short(text, 26) for text in (image or "built here", second) if text]


def _short(text: str, limit: int = 20) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _curve(a: Box, b: Box, shift: int = 0) -> str:
    """From the right side of one box to the left side of the other; round the outside where that is backwards."""
    y1, y2 = a.y + _HEIGHT // 2 + shift, b.y + _HEIGHT // 2 + shift
    if b.x > a.x:
        x1, x2 = a.x + _WIDTH, b.x - 7
        bend = max(36, (x2 - x1) // 2)
        if x2 - x1 > _WIDTH:  # past a column between: below its boxes, or it would seem to end in one
            dip = max(y1, y2) - shift + (_HEIGHT + _GAP_Y) * 2 // 3
            return f"M{x1},{y1} C{x1 + bend // 2},{dip} {x2 - bend // 2},{dip} {x2},{y2}"
        return f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
    x1, x2 = a.x + _WIDTH, b.x + _WIDTH + 7
    return f"M{x1},{y1} C{x1 + 60},{y1} {x2 + 60},{y2} {x2},{y2}"
