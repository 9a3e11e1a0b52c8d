"""Values of variables from the repository's env files, by folder."""

from unmoor.project import Project
from unmoor.topology.interpolate import Lookup, interpolate

UNSETTLED = "${COMPOSE_PROJECT_NAME}"  # the project is called as the folder it is checked out in
EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    ".env-example",
    ".env_example",
    ".env.docker.example",
    "env.example",
    "example.env",
    "env.template",
    ".env.local.example",
    ".env.development",
    "dot-env",
)


def values(project: Project, path: str) -> dict[str, str]:
    """The variables that an env file sets, with references to earlier ones filled in; {} if it is not there."""
    facts = project.facts.get(path)
    found: dict[str, str] = {}
    for declaration in facts.declarations if facts is not None else []:
        if declaration.kind == "env" and declaration.value is not None and not declaration.attrs.get("commented"):
            found[declaration.name] = _expanded(declaration.value, found)
    return found


def _expanded(value: str, earlier: dict[str, str]) -> str:
    return interpolate(value, earlier.get).text if "$" in value else value


class Environment:
    """What interpolation sees. Only files of the repository count: the machine's own environment is not knowable."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._files: dict[str, dict[str, str]] = {}

    def file(self, path: str) -> dict[str, str]:
        """The variables of one env file."""
        if path not in self._files:
            self._files[path] = values(self._project, path)
        return self._files[path]

    def lookup(self, env_files: list[str] | None, project_dir: str | None, project: str = "") -> Lookup:
        """Values as Compose sees them: the env files given, else `.env` of the project directory. project: its name."""
        if env_files is None:
            env_files = [_join(project_dir, ".env")] if project_dir is not None else []
        merged: dict[str, str] = {}
        for path in env_files:
            merged.update(self.file(path))
        # Compose always sets it itself, to the project's name: what stands behind `:-` is never taken.
        name = merged.get("COMPOSE_PROJECT_NAME") or project or UNSETTLED

        def lookup(variable: str) -> str | None:
            return name if variable == "COMPOSE_PROJECT_NAME" else merged.get(variable)

        return lookup

    def examples(self, project_dir: str | None) -> Lookup:
        """Values as the example env files of the project directory and of the root document them."""
        merged: dict[str, str] = {}
        for folder in ("", project_dir or ""):
            for name in EXAMPLES:
                merged.update(self.file(_join(folder, name)))
        return merged.get


def _join(folder: str | None, name: str) -> str:
    return f"{folder}/{name}" if folder else name
