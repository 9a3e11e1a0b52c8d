"""The topology as one SVG with no outside dependency: layers from callers to called, a panel for each stack."""

from html import escape
from typing import Any

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _PAD = 190, 56, 70, 22, 24
_STYLE = (
    "text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#1f2937}.t{font-weight:600}.s{font-size:11px;fill:#6b7280}"
    ".h{font-size:14px;font-weight:600}rect{fill:#fff;stroke:#9ca3af}.panel{fill:#f9fafb;stroke:#e5e7eb}"
    "path{fill:none;stroke:#6b7280}.bad{stroke:#dc2626;stroke-dasharray:5 4}.dep{stroke:#d1d5db}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.s{fill:#9ca3af}rect{fill:#1f2937;stroke:#6b7280}"
    ".panel{fill:#111827;stroke:#374151}.dep{stroke:#4b5563}}"
)
_GOOD = ("ok", "self", "external", "unknown")


def svg(shape: dict[str, Any]) -> str:
    """The whole picture."""
    parts: list[str] = []
    y, widest = _PAD, 320
    for stack in shape["stacks"]:
        body, width, height = _panel(stack, [call for call in shape["calls"] if call["stack"] == stack["name"]], y)
        parts += body
        y += height + _PAD
        widest = max(widest, width)
    size = f'width="{widest + 2 * _PAD}" height="{y}" viewBox="0 0 {widest + 2 * _PAD} {y}"'
    arrow = (
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" style="fill:#6b7280;stroke:none"/></marker></defs>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Services and their calls">'
    return f"{head}<style>{_STYLE}</style>{arrow}{''.join(parts)}</svg>\n"


def _panel(stack: dict[str, Any], calls: list[dict[str, Any]], top: int) -> tuple[list[str], int, int]:
    services = {service["name"]: service for service in stack["services"]}
    links = [(call["from"], call["to"], call["verdict"] not in _GOOD, False) for call in calls]
    known = {(one, other) for one, other, _, _ in links}
    for service in services.values():
        links += [
            (service["name"], other, False, True)
            for other in service["depends_on"]
            if other in services and (service["name"], other) not in known
        ]
    links = [link for link in dict.fromkeys(links) if link[0] in services and link[1] in services]
    columns = _layers(list(services), [(one, other) for one, other, _, _ in links])
    tallest = max((len(column) for column in columns), default=1)
    width = max(len(columns) * (_WIDTH + _GAP_X) - _GAP_X + 2 * _PAD, 320)
    height = tallest * (_HEIGHT + _GAP_Y) - _GAP_Y + 2 * _PAD + 24
    places: dict[str, tuple[int, int]] = {}
    for x, column in enumerate(columns):
        for y, name in enumerate(column):
            places[name] = (2 * _PAD + x * (_WIDTH + _GAP_X), top + _PAD + 24 + y * (_HEIGHT + _GAP_Y))
    body = [
        f'<rect class="panel" x="{_PAD}" y="{top}" width="{width}" height="{height}" rx="8"/>',
        f'<text class="h" x="{2 * _PAD}" y="{top + 24}">{escape(stack["name"])}</text>',
    ]
    body += [_arrow(places[one], places[other], bad, dep) for one, other, bad, dep in links]
    body += [_box(services[name], *places[name]) for name in places]
    return body, width, height


def _layers(names: list[str], links: list[tuple[str, str]]) -> list[list[str]]:
    """Columns: who calls stands left of whom it calls; circles are cut where they close."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        changed = False
        for one, other in links:
            if depth[other] <= depth[one] and depth[one] + 1 < len(names):
                depth[other], changed = depth[one] + 1, True
        if not changed:
            break
    used = sorted(set(depth.values()))
    return [[name for name in names if depth[name] == level] for level in used]


def _arrow(start: tuple[int, int], end: tuple[int, int], bad: bool, dependency: bool) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    if x2 <= start[0]:  # back to the left, or within a column: round the outside
        x1, x2 = start[0] + _WIDTH, end[0] + _WIDTH
        bend = f"C{x1 + 40} {y1} {x2 + 40} {y2} {x2} {y2}"
    else:
        bend = f"C{x1 + _GAP_X // 2} {y1} {x2 - _GAP_X // 2} {y2} {x2} {y2}"
    kind = "bad" if bad else "dep" if dependency else "call"
    end_mark = "" if dependency else ' marker-end="url(#a)"'
    return f'<path class="{kind}" d="M{x1} {y1} {bend}"{end_mark}/>'


def _box(service: dict[str, Any], x: int, y: int) -> str:
    ports = [f"{port['host'] or '?'}→{port['container'] or '?'}" for port in service["ports"][:3]]
    made = service["image"] or ((service["build"] or {}).get("dockerfile") or "")
    below = ", ".join(ports) or made
    title = escape(f"{service['name']}: {made}")
    return (
        f'<g><title>{title}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>'
        f'<text class="t" x="{x + 12}" y="{y + 23}">{escape(_short(service["name"], 22))}</text>'
        f'<text class="s" x="{x + 12}" y="{y + 42}">{escape(_short(below, 28))}</text></g>'
    )


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
