"""Variables that fixes bring in: Terraform's plan stays what it was, and a service is given one variable more."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given

from tests.laws import applied, mend, request
from tests.test_codemod_laws import Case, passed, terraform
from unmoor.codemods import fix as make
from unmoor.model.findings import Fix, Refusal


@given(case=terraform())
def test_the_plan_is_the_same(case: Case) -> None:
    asked, files = case
    result = make("variable", asked)
    if isinstance(result, Refusal):
        return
    assert isinstance(result, Fix)
    after = {path: data.decode() for path, data in applied(result, files).items()}
    blocks = re.compile(r'variable "(\w+)" \{[^{}]*?default\s*=\s*("[^"\n]*"|\[[^\]]*\])')
    declared = dict(blocks.findall("".join(after.values())))
    text = re.sub(r"\$\{var\.(\w+)\}", lambda match: declared[match.group(1)].strip('"'), after["infra/main.tf"])
    text = re.sub(r"\bvar\.(\w+)", lambda match: declared[match.group(1)], text)
    assert text.split() == files["infra/main.tf"].split()


@given(case=passed())
def test_one_variable_more(case: Case) -> None:
    asked, files = case
    result = make("pass-env", asked)
    if isinstance(result, Refusal):
        return
    name = asked.finding.attrs["name"]
    for fix in result if isinstance(result, list) else [result]:
        before = yaml.safe_load(files["compose.yaml"])["services"]
        after = yaml.safe_load(applied(fix, files)["compose.yaml"])["services"]
        given, was = (_environment(one["web"].pop("environment", None)) for one in (after, before))
        assert given == {**was, name: given[name]}
        assert given[name] in (None, f"${{{name}}}")
        assert after == before


def _environment(value: Any) -> dict[str, str | None]:
    if isinstance(value, list):
        return {name: rest if mark else None for name, mark, rest in (str(one).partition("=") for one in value)}
    return dict(value or {})


def terraformed(text: str, value: str, **more: str) -> dict[str, str] | str:
    files = {"main.tf": text, **{name.replace("_tf", ".tf"): content for name, content in more.items()}}
    result = mend("variable", request(files, "main.tf", value, language="hcl"), files)
    return f"refused: {result.reason}" if isinstance(result, Refusal) else result


def test_a_variable_with_this_value_is_used_again() -> None:
    given = 'variable "gateway_ip" {\n  default = "10.0.0.1"\n}\n'
    after = terraformed('resource "a" "b" {\n  gateway = "10.0.0.1"\n}\n', "10.0.0.1", variables_tf=given)
    assert after == {"main.tf": 'resource "a" "b" {\n  gateway = var.gateway_ip\n}\n', "variables.tf": given}


def test_a_taken_name_is_numbered_and_descriptions_are_written_where_others_have_them() -> None:
    given = 'variable "b_gateway" {\n  description = "x"\n  type        = string\n}'
    after = terraformed('resource "a" "b" {\n  gateway = "10.0.0.1"\n}\n', "10.0.0.1", variables_tf=given)
    assert after["variables.tf"] == given + (  # type: ignore[index]
        '\n\nvariable "b_gateway_2" {\n  description = "B gateway 2"\n  type        = string\n'
        '  default     = "10.0.0.1"\n}\n'
    )


def test_a_list_of_several_lines_goes_with_its_comments() -> None:
    text = 'locals {\n  hosts = [\n    "10.0.0.1", # a\n    "10.0.0.2", # b\n  ]\n}\n'
    after = terraformed(text, "10.0.0.1")
    assert after == {
        "main.tf": "locals {\n  hosts = var.hosts\n}\n",
        "variables.tf": 'variable "hosts" {\n  type = list(string)\n  default = [\n    "10.0.0.1", # a\n'
        '    "10.0.0.2", # b\n  ]\n}\n',
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('terraform {\n  backend "http" {\n    address = "http://10.0.0.1/s"\n  }\n}\n', "backends"),
        ('variable "a" {\n  default = "http://10.0.0.1/s"\n}\n', "own value"),
        ('module "a" {\n  source = "http://10.0.0.1/s"\n}\n', "literal"),
        ('address = "http://10.0.0.1/s"\n', "outside"),
        ('provider "a" {\n  b = {\n    "http://10.0.0.1/s" = 1\n  }\n}\n', "literal"),
    ],
)
def test_where_no_variable_can_stand(text: str, why: str) -> None:
    after = terraformed(text, "http://10.0.0.1/s")
    assert isinstance(after, str)
    assert after.startswith("refused: ")
    assert why in after


def test_other_files_are_refused() -> None:
    for path in ("terragrunt.hcl", "a.tfvars", "a.py"):
        files = {path: 'inputs = {\n  a = "10.0.0.1"\n}\n'}
        assert isinstance(mend("variable", request(files, path, "10.0.0.1"), files), Refusal)
