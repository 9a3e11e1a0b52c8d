"""Prometheus and Traefik files, and collectors that scrape: what they call stands in `targets` and `url`.

https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and https://doc.traefik.io/traefik/
"""

from unmoor.model.facts import Facts
from unmoor.scanners.addresses import host_value
from unmoor.scanners.configuration import Place, draw
from unmoor.scanners.unit import Unit
from unmoor.scanners.values import Value, inner, walk
from unmoor.scanners.yaml import generic

_PROXIED = frozenset(["url", "address", "target", "upstream"])
_BOUND = frozenset(["entryPoints", "ping", "metrics"])


def scrapes(root: Value) -> bool:
    """Whether a document is Prometheus's own, or has an OpenTelemetry collector scrape as Prometheus does."""
    inside = root.get("receivers", "prometheus", "config", "scrape_configs")
    return root.get("scrape_configs") is not None or inside is not None


def scan(unit: Unit, root: Value) -> Facts:
    """The references of a Prometheus, Alertmanager or Traefik document."""
    facts = Facts()
    traefik = not scrapes(root)
    for path, key, value in walk(root):
        if not value.scalar or value.kind == "null":
            continue
        name = key.text or path[-1]  # the root is a map, so no path is empty
        place = Place(name, ".".join(path))
        if path[-1] in ("targets", "static_configs") and not traefik:
            _target(unit, facts, value, place)
        elif traefik and name in _PROXIED and path[0] not in _BOUND:
            facts.references += draw(unit, value, place._replace(role="proxy-target"))
        elif traefik and path[0] in _BOUND:
            facts.references += draw(unit, value, place._replace(role="bind"))
        else:
            facts.references += draw(unit, value, generic.at(Place(), path, name))
    return facts


def _target(unit: Unit, facts: Facts, value: Value, place: Place) -> None:
    """A scrape target is `host:port`, or a URL where a blackbox exporter probes it."""
    text = inner(unit, value, scope=place.scope)
    end = len(text.text.text)
    facts.references += host_value(text, 0, end, "request", "yaml", "", attrs={"key": "targets"})
