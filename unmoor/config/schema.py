"""The JSON schema of the configuration, made from the settings, so that the two cannot differ."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from unmoor.config.settings import Settings

PUBLISHED = Path(__file__).parent / "unmoor.schema.json"


@lru_cache(1)
def schema() -> dict[str, Any]:
    """The schema as a value. `$defs` hold the tables."""
    made: dict[str, Any] = msgspec.json.schema(Settings)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "unmoor configuration (.unmoor.toml, unmoor.toml, [tool.unmoor])",
        **made,
    }


def text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _table(steps: list[str | int]) -> dict[str, Any]:
    """The schema of the value at a key path; {} where there is none."""
    node: dict[str, Any] = schema()
    for step in [None, *steps]:
        if isinstance(step, int):
            node = node.get("items", {})
        elif isinstance(step, str):
            node = node.get("properties", {}).get(step) or node.get("additionalProperties") or {}
        if not isinstance(node, dict):
            return {}
        while "$ref" in node:
            node = schema()["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def properties(steps: list[str | int]) -> dict[str, Any]:
    """Key → schema of the table at a key path; [] for the whole configuration."""
    found: dict[str, Any] = _table(steps).get("properties", {})
    return found


def choices(steps: list[str | int]) -> list[str]:
    """The values that may stand at a key path, if they are a closed list."""
    return [str(value) for value in _table(steps).get("enum", [])]
