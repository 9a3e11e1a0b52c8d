"""Rewritten makefiles, run by make: with the variable set to the old address, each recipe is what it was."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import mend, request
from unmoor.model.findings import Refusal

ADDRESS = "http://localhost:9999"
HEADS = st.sampled_from(
    ["", "# all\n", "SHELL := /bin/sh\n", ".PHONY: up\n", "OTHER = $(API)/other\n", "export PLAIN = 1\n"]
)
BODIES = st.sampled_from(
    [
        "\t@echo $(API)/x\n",
        "\t@echo ${API} $(PLAIN)\n",
        "\t@echo '$(API)' $$HOME\n",
        "\t@echo $(OTHER)\n",
        "\t@echo nothing\n",
    ]
)


def run(folder: Path, text: str, **variables: str) -> tuple[int, str]:
    (folder / "Makefile").write_text(text)
    environment = {"PATH": os.environ["PATH"], "HOME": "/h", **variables}
    done = subprocess.run(
        ["make", "-n", "up"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def required(text: str) -> str:
    files = {"Makefile": text}
    result = mend("resolver-call", request(files, "Makefile", ADDRESS, role="default", language="makefile"), files)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result["Makefile"]


@given(head=HEADS, body=BODIES, gap=st.sampled_from(["", " ", "\t"]), tail=st.sampled_from(["", " # the gateway"]))
def test_the_recipe_is_what_it_was(
    tmp_path_factory: pytest.TempPathFactory, head: str, body: str, gap: str, tail: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = f"{head}API{gap}?={gap}{ADDRESS}{tail}\n\nup:\n{body}"
    after = required(text)
    assert not after.startswith("refused")
    address = f"{ADDRESS} " if tail else ADDRESS
    assert run(folder, after, API=address) == run(folder, text)
    code, said = run(folder, after)
    assert ("API is not set" in said and code != 0) == ("API" in body or ("OTHER" in body and "OTHER" in head))


@pytest.mark.parametrize("line", ["NOW := $(API)/x", "export API", "export", "ifeq ($(API),)\nendif", "up: $(API)"])
def test_what_is_expanded_at_once_is_left(line: str) -> None:
    assert required(f"API ?= {ADDRESS}\n{line}\n") == (
        "refused: `API` is expanded when the makefile is read, for every target"
    )


def test_a_part_of_a_value_is_left() -> None:
    assert required(f"API ?= {ADDRESS} -v\n") == "refused: the default is only a part of the variable"
    assert required(f"export API ?= {ADDRESS}\n") == "refused: the default is only a part of the expansion"
