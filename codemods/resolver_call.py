"""A hard-wired address becomes a call of the resolver of the service that it reaches."""

from unmoor.codemods.request import Request
from unmoor.model.findings import Fix, Refusal

_SETTINGS = ("yaml", "dotenv", "dockerfile", "json", "toml")
_ECMASCRIPT = (".ts", ".mts", ".cts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro")


def fix(request: Request) -> Fix | Refusal:
    """The call, in the language of the file; in configuration and scripts, the right address or variable."""
    path = request.finding.path
    if path.endswith(_ECMASCRIPT):
        from unmoor.codemods.ecmascript import resolver

        return resolver.fix(request)
    if path.endswith((".py", ".pyi")):
        from unmoor.codemods import python_call

        return python_call.fix(request)
    if request.reference.role == "default" and request.reference.language in (
        "shell",
        "yaml",
        "dockerfile",
        "makefile",
        "properties",
    ):
        from unmoor.codemods import env_reference

        return env_reference.required(request)
    if request.finding.suggestion:
        from unmoor.codemods import service_address

        made = service_address.fix(request)
        if isinstance(made, Fix) or request.reference.language in _SETTINGS:
            return made
    if request.reference.language in _SETTINGS:
        return Refusal("the topology knows no address that is right from here")
    return Refusal(f"there is no resolver in {request.reference.language} files")
