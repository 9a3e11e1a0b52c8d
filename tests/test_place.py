"""Which folder is the root (the git root, or a configured part of the repository), and what lies there counts."""

from collections.abc import Callable
from pathlib import Path

FILES = {
    "compose.yaml": "services:\n  web: {image: nginx, depends_on: [gone]}\n",
    "part/.unmoor.toml": "",
    "part/compose.yaml": "services:\n  api: {image: nginx, depends_on: [lost]}\n",
    "part/deep/notes.md": "[a](b.md)\n",
    "plain/notes.md": "[a](c.md)\n",
}


def found(ran: object) -> set[str]:
    return {line.split(":")[0] for line in ran.out.splitlines() if line.count(":") >= 3}  # type: ignore[attr-defined]


def test_a_part_with_its_own_configuration_is_a_root_for_who_stands_in_it(
    unmoor: Callable[..., object], write: Callable[[dict[str, str]], Path], git: Callable[..., str]
) -> None:
    root = write(FILES)
    git("init")
    scan = ("scan", "--output-format", "concise", "--no-cache")
    assert found(unmoor(*scan, cwd=root / "part")) == {"compose.yaml", "deep/notes.md"}
    assert found(unmoor(*scan, cwd=root / "part" / "deep")) == {"compose.yaml", "deep/notes.md"}
    assert found(unmoor(*scan, "deep", cwd=root / "part")) == {"deep/notes.md"}


def test_elsewhere_the_git_root_is_the_root(
    unmoor: Callable[..., object], write: Callable[[dict[str, str]], Path], git: Callable[..., str]
) -> None:
    root = write(FILES)
    git("init")
    scan = ("scan", "--output-format", "concise", "--no-cache")
    every = {"compose.yaml", "part/compose.yaml", "part/deep/notes.md", "plain/notes.md"}
    assert found(unmoor(*scan)) == every
    assert found(unmoor(*scan, cwd=root / "plain")) == every
    assert found(unmoor(*scan, "part/compose.yaml")) == {"part/compose.yaml"}
    assert found(unmoor(*scan, "../plain", cwd=root / "part")) == {"plain/notes.md"}


def test_without_git_the_folder_that_holds_all_paths_is_the_root(
    unmoor: Callable[..., object], write: Callable[[dict[str, str]], Path]
) -> None:
    root = write(FILES)
    scan = ("scan", "--output-format", "concise", "--no-cache")
    assert found(unmoor(*scan, "part", "compose.yaml", cwd=root)) == {
        "compose.yaml",
        "part/compose.yaml",
        "part/deep/notes.md",
    }
    assert found(unmoor(*scan, "part", cwd=root)) == {"compose.yaml", "deep/notes.md"}


def test_a_place_is_named_from_where_one_stands(
    unmoor: Callable[..., object], write: Callable[[dict[str, str]], Path], git: Callable[..., str]
) -> None:
    root = write({"compose.yaml": "services:\n  web: {image: nginx, environment: {API: 'http://gone:80'}}\n"})
    git("init")
    (root / "docs").mkdir()
    ran = unmoor("resolve", "../compose.yaml:2", cwd=root / "docs")
    assert ran.code == 0 and "gone" in ran.out, ran  # type: ignore[attr-defined]


def test_the_file_beside_the_configuration_counts_without_being_named(
    unmoor: Callable[..., object], write: Callable[[dict[str, str]], Path]
) -> None:
    write({"compose.yaml": "services:\n  web: {image: nginx, depends_on: [gone]}\n"})
    assert unmoor("scan", "--no-cache").code == 1  # type: ignore[attr-defined]
    assert unmoor("baseline", "update").code == 0  # type: ignore[attr-defined]
    assert unmoor("scan", "--no-cache").code == 0  # type: ignore[attr-defined]
    assert unmoor("scan", "--no-cache", "--isolated").code == 1  # type: ignore[attr-defined]
