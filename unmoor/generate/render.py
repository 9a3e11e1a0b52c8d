"""Templates: the project's own in `settings.templates`, else those of this package. jinja2 is imported at first use."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmoor.model.errors import UserError

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent / "templates"


def render(template: str, folder: Path | None = None, **values: Any) -> str:
    """A template's text. folder: where the user's own templates lie; one of the same name there goes first.

    UserError where a template of the user's cannot be read or rendered: the line, and the variables that there are.
    """
    own = folder is not None and (folder / template).is_file()
    try:
        text: str = _environment(folder).get_template(template).render(**values)
    except Exception as error:
        if folder is None or not own:
            raise
        raise _explained(error, folder / template, folder, values) from error
    return text


def names() -> list[str]:
    """The names of all templates, sorted."""
    return sorted(path.name for path in HERE.iterdir() if path.suffix == ".j2")


def unknown(folder: Path) -> list[tuple[Path, str]]:
    """Templates in the user's folder that nothing renders, each with the near name that was perhaps meant.

    A name that begins with `_` is a part that others include.
    """
    known, found = names(), []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known and not path.name.startswith(("_", ".")):
            near = difflib.get_close_matches(f"{name.removesuffix('.j2')}.j2", known, 1, 0.6)
            found.append((path, near[0] if near else ""))
    return found


def _explained(error: Exception, path: Path, folder: Path, values: dict[str, Any]) -> UserError:
    """Which line of which template of the user's failed, why, and what a template may use."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError

    if isinstance(error, TemplateSyntaxError):
        where, line = Path(error.filename or path), error.lineno
    else:
        where, line = _line(error, folder) or (path, 0)
    given = ", ".join(sorted(values)) or "none"
    help = f"{path.name} is given: {given} (docs/generators.md)"
    if isinstance(error, UndefinedError):
        near = _near(str(error), values)
        help = f"did you mean `{near}`? {help}" if near else help
    elif isinstance(error, TemplateNotFound):
        return UserError(f"{path}: there is no template `{error.name}` to include", help=f"put it beside, in {folder}")
    place = f"{where}:{line}" if line else str(where)
    return UserError(f"{place}: {error}", "this template of yours cannot be rendered", help)


def _line(error: Exception, folder: Path) -> tuple[Path, int] | None:
    """The innermost place in a template of the user's; jinja2 puts its files into the trace."""
    trace, found = error.__traceback__, None
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename)
        if name.is_relative_to(folder):
            found = (name, trace.tb_lineno)
        trace = trace.tb_next
    return found


def _near(message: str, values: dict[str, Any]) -> str:
    name = message.split("'")[1] if message.count("'") >= 2 else ""
    near = difflib.get_close_matches(name, list(values), 1, 0.6)
    return near[0] if near else ""


def _environment(folder: Path | None) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    places = [str(place) for place in (folder, HERE) if place is not None and place.is_dir()]
    return Environment(
        loader=FileSystemLoader(places),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # code and configuration, no HTML
    )
