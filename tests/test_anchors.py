"""Folders that scripts compute, in the ways that scripts are written."""

import pytest

from unmoor.scanners.commands.anchors import anchor

_FOLDERS = {"DIR": "scripts/dev"}


@pytest.mark.parametrize(
    ("word", "folder", "rest"),
    [
        ('$( cd "$( dirname "${BASH_SOURCE[0]}" )" >/dev/null && pwd )', "scripts/dev", ""),
        ('$( cd -- "$( dirname -- "${BASH_SOURCE[0]}" )" &> /dev/null && pwd )/a.sh', "scripts/dev", "a.sh"),
        ('$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")" >/dev/null 2>&1; pwd -P)', "scripts/dev", ""),
        ('$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)', "scripts", ""),
        ('$(cd "$(dirname "$0")"/../.. && pwd)/x', "", "x"),
        ('$(cd "$(dirname "$0")" && cd .. && pwd)', "scripts", ""),
        ('$(realpath "$(dirname "$0")/..")/lib', "scripts", "lib"),
        ("$(cd `dirname $0`; pwd)", "scripts/dev", ""),
        ("`dirname $0`/x", "scripts/dev", "x"),
        ("${0%/*}/x", "scripts/dev", "x"),
        ('$(dirname "$(dirname "$0")")/x', "scripts", "x"),
        ('$(dirname "$DIR")', "scripts", ""),
        ('$(cd "$DIR/../lib" && pwd)/x', "scripts/lib", "x"),
        ("${DIR}/../x", "scripts/dev", "../x"),
        ("$(git rev-parse --show-toplevel)/x", "", "x"),
        ("$(pwd)/x", "here", "x"),
        ('$(cd "$(dirname "$0")/../../.." && pwd)', None, ""),
    ],
)
def test_a_computed_folder_is_known(word: str, folder: str | None, rest: str) -> None:
    assert anchor(word, "scripts/dev", "here", _FOLDERS) == (folder, rest)


@pytest.mark.parametrize("word", ["$OTHER/x", "$DIRS", "$DIR-old", "$0", "$1", "a/b", "$(cat x)/y", "$(basename $0)"])
def test_what_is_not_computed_from_a_known_folder_is_left(word: str) -> None:
    assert anchor(word, "scripts/dev", "here", _FOLDERS) is None


def test_a_script_outside_of_the_tree_has_no_folder() -> None:
    assert anchor("$(dirname $0)/x", None, None, {}) == (None, "x")
