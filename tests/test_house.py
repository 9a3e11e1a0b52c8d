"""The house itself: packages on disk are packages in the wheel, and the four rooms know nothing of each other."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("scanners", "codemods", "rules", "reports")
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def own_modules() -> list[Path]:
    core = [
        path for path in modules(ROOT / "unmoor") if not set(path.relative_to(ROOT / "unmoor").parts[:1]) & set(ROOMS)
    ]
    return core + [path for room in ROOMS for path in modules(ROOT / room)]


def test_every_package_on_disk_is_in_the_wheel() -> None:
    on_disk = set()
    for path in own_modules():
        parts = path.parent.relative_to(ROOT).parts
        on_disk.add(".".join(parts if parts[0] == "unmoor" else ("unmoor", *parts)))
    assert on_disk == set(CONFIG["tool"]["setuptools"]["packages"])


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_do_not_import_each_other(room: str) -> None:
    others = tuple(f"unmoor.{other}" for other in ROOMS if other != room)
    for path in modules(ROOT / room):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(others)], path


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_has_its_link_for_type_checkers(room: str) -> None:
    link = ROOT / "unmoor" / room
    assert link.is_symlink() and link.resolve() == ROOT / room


def test_no_file_outgrows_its_reader() -> None:
    long = {str(path.relative_to(ROOT)): n for path in own_modules() if (n := len(path.read_text().splitlines())) > 500}
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in own_modules()
        if p.read_text() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert not silent


def test_no_vague_names() -> None:
    vague = [p for p in own_modules() if re.search(r"(^|_)(utils?|helpers?|manager|misc|common)\.py$", p.name)]
    assert not vague


def test_registries_match_the_disk() -> None:
    from unmoor.codemods import CODEMODS
    from unmoor.link import LINKERS
    from unmoor.reports import REPORTS
    from unmoor.scanners import SCANNERS

    for folder, listed in (
        ("scanners", {scanner.module for scanner in SCANNERS}),
        ("codemods", {module for _, module in CODEMODS}),
        ("reports", {module for _, module in REPORTS}),
        ("unmoor/link", {module for module, _ in LINKERS}),
    ):
        for name in listed:
            base = ROOT / folder / name
            assert base.with_suffix(".py").exists() or (base / "__init__.py").exists(), f"{folder}/{name} is registered"


def test_rule_pages_are_named_like_their_rule() -> None:
    from unmoor.rules import FAMILIES, load

    rules = load().rules
    on_disk = {path.stem for family in FAMILIES for path in (ROOT / "rules" / family).glob("*.md")}
    assert set(rules) == on_disk
    assert all(rule.family == Path(rule.source).parent.name for rule in rules.values())
