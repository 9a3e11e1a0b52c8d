"""Templates: the project's own in `settings.templates`, else those of this package. jinja2 is imported at first use."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent / "templates"


def render(template: str, folder: Path | None = None, **values: Any) -> str:
    """A template's text. folder: where the user's own templates lie; one of the same name there goes first."""
    text: str = _environment(folder).get_template(template).render(**values)
    return text


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
