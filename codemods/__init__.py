"""Codemods: each turns a finding into a fix in one way of writing, and knows nothing of how the finding arose.

A codemod module offers `fix(request: Request) -> Fix | list[Fix] | Refusal`: the best fix first, alternatives behind.
It returns edits only; the fixing engine proves them (they parse, the finding is gone, a second run changes nothing) and
one writer puts them on disk.
"""

from importlib import import_module

from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal

# The name that a rule's `fix:` gives, and the module that does it.
CODEMODS: tuple[tuple[str, str], ...] = (
    ("resolver-call", "resolver_call"),
    ("env-reference", "env_reference"),
    ("service-address", "service_address"),
    ("replace-value", "replace_value"),
    ("rename", "rename"),
    ("repath", "repath"),
    ("healthcheck", "healthcheck"),
    ("depends-condition", "depends_condition"),
    ("env-example", "env_example"),
    ("compose-key", "compose_key"),
    ("extra-hosts", "extra_hosts"),
    ("build-arg", "build_arg"),
    ("pass-env", "pass_env"),
    ("variable", "variable"),
    ("bind-loopback", "bind_loopback"),
    ("remove-entry", "remove_entry"),
    ("suppression", "suppression"),
)


def fix(name: str, request: Request) -> Fix | list[Fix] | Refusal:
    """The fix that the codemod `name` makes for a finding. Raises KeyError for an unknown name."""
    module = dict(CODEMODS)[name]
    result: Fix | list[Fix] | Refusal = import_module(f"unmoor.codemods.{module}").fix(request)
    return result
