"""Finding and reading the configuration: --config > UNMOOR_CONFIG > .unmoor.toml > unmoor.toml > pyproject.toml.

Every mistake ends as a `UserError` that names file, line and column and, where one is near, what was meant.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import msgspec

from unmoor.config.locate import position
from unmoor.config.settings import Settings
from unmoor.model.errors import UserError

NAMES = (".unmoor.toml", "unmoor.toml", "pyproject.toml")
_AT = re.compile(r" - at `(key in )?\$([^`]*)`$")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[\.\.\.\]")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")


class Layer(NamedTuple):
    """One place that values came from: a file (with its text, for positions), or a command line without text."""

    name: str
    text: str
    values: dict[str, Any]
    prefix: tuple[str, ...] = ()


class Loaded(NamedTuple):
    """The effective settings. layers: first wins. origin: the file that was found, None for the defaults alone."""

    settings: Settings
    layers: tuple[Layer, ...]
    origin: Path | None

    def source(self, key: str) -> str:
        """Where the value of a top-level key came from, as `file:line:column`, or "default"."""
        for layer in self.layers:
            if key in layer.values:
                return self.place(layer, (key,))
        return "default"

    @staticmethod
    def place(layer: Layer, path: tuple[str | int, ...]) -> str:
        """`file:line:column` of a key path in a layer; the layer's name where it has no text."""
        if not layer.text:
            return layer.name
        line, column = position(layer.text, (*layer.prefix, *path))
        return f"{layer.name}:{line}:{column}"


def load(
    root: Path,
    *,
    explicit: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    isolated: bool = False,
    overrides: Mapping[str, Any] | None = None,
) -> Loaded:
    """The settings for a root.

    explicit: values of `--config`, each a path or an inline `key = value`. environment: where UNMOOR_CONFIG is looked
    up. overrides: values of the command line, by kebab-case key; they win over every file.
    """
    files = [item for item in explicit if not _inline(item)]
    layers = [Layer("command line", "", dict(overrides))] if overrides else []
    layers += [_inline_layer(item) for item in explicit if _inline(item)]
    origin = None if isolated and not files else _find(root, files, environment or {})
    if origin:
        layers += _file_layers(origin, root)
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        _check(layer)
        merged.update(layer.values)
    merged.pop("extend", None)
    return Loaded(msgspec.convert(merged, Settings), tuple(layers), origin)


def _inline(item: str) -> bool:
    return "=" in item and not Path(item).is_file()


def _inline_layer(item: str) -> Layer:
    try:
        return Layer("--config", item, tomllib.loads(item))
    except tomllib.TOMLDecodeError as error:
        raise UserError(
            f"`--config {item}` is neither a file nor TOML",
            str(error),
            "write a string in quotes: --config 'fail-on=\"warning\"'",
        ) from None


def _find(root: Path, files: list[str], environment: Mapping[str, str]) -> Path | None:
    named = files[-1] if files else environment.get("UNMOOR_CONFIG", "")
    if named:
        path = Path(named)
        if not path.is_file():
            raise UserError(
                f"no configuration file at {named}",
                f"looked for {path.absolute()}",
                "correct --config or UNMOOR_CONFIG",
            )
        return path
    for name in NAMES:
        path = root / name
        if path.is_file() and (name != "pyproject.toml" or b"[tool.unmoor" in path.read_bytes()):
            return path
    return None


def _file_layers(path: Path, root: Path) -> list[Layer]:
    """The layers of a file and of those that it extends, nearest first."""
    layers: list[Layer] = []
    seen: set[Path] = set()
    while path.resolve() not in seen:
        seen.add(path.resolve())
        layer = _read(path, root)
        layers.append(layer)
        extend = layer.values.get("extend", "")
        if not isinstance(extend, str) or not extend:
            return layers
        if not (path.parent / extend).is_file():
            raise UserError(
                f"{Loaded.place(layer, ('extend',))}: `extend` names no file",
                f"looked for {(path.parent / extend).absolute()}",
                "paths are relative to the configuration file",
            )
        path = path.parent / extend
    raise UserError(f"{layers[-1].name}: `extend` goes in a circle", " → ".join(layer.name for layer in layers))


def _read(path: Path, root: Path) -> Layer:
    name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{name}: cannot be read", str(error)) from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = at.groups() if at else (text.rstrip("\n").count("\n") + 1, 1)
        cause = re.sub(r" \(at line .*\)$", "", str(error))
        raise UserError(f"{name}:{line}:{column}: not valid TOML", cause) from None
    if path.name == "pyproject.toml":
        return Layer(name, text, dict(values.get("tool", {}).get("unmoor", {})), ("tool", "unmoor"))
    return Layer(name, text, values)


def _check(layer: Layer) -> None:
    """Raises UserError at the first value that the settings do not take."""
    try:
        settings = msgspec.convert(layer.values, Settings)
    except msgspec.ValidationError as error:
        _explain(layer, str(error))
    for index, override in enumerate(settings.overrides):
        if "off" in override.severity.values() and not override.reason:
            raise UserError(
                f"{Loaded.place(layer, ('overrides', index, 'severity'))}: turning a rule off needs a reason",
                help='add `reason = "…"`',
            )
        if override.expires and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", override.expires):
            raise UserError(
                f"{Loaded.place(layer, ('overrides', index, 'expires'))}: `{override.expires}` is no date",
                help="write YYYY-MM-DD",
            )
    if settings.container_name_pattern:
        try:
            re.compile(settings.container_name_pattern)
        except re.error as error:
            place = Loaded.place(layer, ("container-name-pattern",))
            raise UserError(f"{place}: not a regular expression", str(error)) from None


def _explain(layer: Layer, message: str) -> NoReturn:
    at = _AT.search(message)
    steps: list[str | int] = []
    for name, index in _STEP.findall(at.group(2) if at else ""):
        steps.append(name or (int(index) if index else ""))
    steps = _resolve(layer.values, steps)
    unknown = _UNKNOWN.search(message)
    if unknown:
        place = Loaded.place(layer, (*steps, unknown.group(1)))
        near = nearest(unknown.group(1), _fields(steps))
        raise UserError(f"{place}: unknown key `{unknown.group(1)}`", help=f"did you mean `{near}`?" if near else "")
    name = ".".join(str(step) for step in steps)
    cause = message[: at.start()] if at else message
    value = _value(layer.values, steps)
    near = nearest(value, _choices(steps)) if isinstance(value, str) else ""
    raise UserError(
        f"{Loaded.place(layer, tuple(steps))}: `{name}`: {cause[0].lower()}{cause[1:]}",
        help=f"did you mean `{near}`?" if near else "",
    )


def _resolve(values: Any, steps: list[str | int]) -> list[str | int]:
    """msgspec writes `[...]` for the key of a mapping; the offending key is the first that is not as it should be."""
    resolved: list[str | int] = []
    for step in steps:
        if step == "":
            if not isinstance(values, dict):
                break
            step = next(iter(values), "")
        resolved.append(step)
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            break
    return resolved


def _value(values: Any, steps: list[str | int]) -> Any:
    for step in steps:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _fields(steps: list[str | int]) -> list[str]:
    from unmoor.config.schema import properties

    return list(properties(steps))


def _choices(steps: list[str | int]) -> list[str]:
    from unmoor.config.schema import choices

    return choices(steps)


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that was most probably meant, or ""."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def check_rules(loaded: Loaded, rules: Collection[str], families: Collection[str]) -> None:
    """Raises UserError for a rule or family that nobody has written, with its place and a did-you-mean."""
    known = {*rules, *families, "ALL"}
    for layer in loaded.layers:
        for key in ("select", "ignore", "extend-select"):
            for index, name in enumerate(layer.values.get(key, ())):
                _check_rule(layer, (key, name), (key, index), name, known)
        for name in layer.values.get("severity", {}):
            _check_rule(layer, ("severity", name), ("severity", name), name, known)
        for index, override in enumerate(layer.values.get("overrides", ())):
            for name in override.get("severity", {}):
                path = ("overrides", index, "severity", name)
                _check_rule(layer, path, path, name, known)


def _check_rule(
    layer: Layer, path: tuple[str | int, ...], key: tuple[str | int, ...], name: str, known: Collection[str]
) -> None:
    if name in known:
        return
    near = nearest(name, known)
    place = f"--{key[0]}" if not layer.text else Loaded.place(layer, path)
    raise UserError(
        f"{place}: unknown rule or family `{name}`",
        help=(f"did you mean `{near}`? " if near else "") + "`unmoor rules list` shows them all",
    )
