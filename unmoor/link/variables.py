"""Environment variables: reads without a declaration, values that reach nobody, values that disagree."""

from collections.abc import Iterator

from unmoor.link import env_builds, env_files, env_reads, env_stacks
from unmoor.link.env_index import Variables
from unmoor.model.subjects import Subject
from unmoor.project import Project


def subjects(project: Project) -> Iterator[Subject]:
    """All subjects about variables; the index is built once."""
    variables = Variables(project)
    for module in (env_reads, env_stacks, env_builds, env_files):
        yield from module.subjects(variables)
