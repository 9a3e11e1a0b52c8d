"""The JSON schema of `unmoor/1`, made from the frozen types; published as `unmoor-v1.schema.json` beside this file."""

import json
from pathlib import Path
from typing import Any

import msgspec

from unmoor.reports.json_v1 import SCHEMA, Document

PUBLISHED = Path(__file__).parent / "unmoor-v1.schema.json"


def schema() -> dict[str, Any]:
    """The schema as a value."""
    made: dict[str, Any] = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Report of unmoor, {SCHEMA}",
        **made,
    }


def text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
