"""Shell scripts that nobody wrote by hand: rewritten, and run with the variable at the old address, they do the same.

`curl` is a stub that prints its arguments, in bash and in dash; each address is found by the scanner itself.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.laws import BACKEND, check, request
from tests.projects import project_of
from unmoor.codemods import fix as make
from unmoor.model.findings import Edit, Fix
from unmoor.model.spans import Location
from unmoor.text.edits import apply

URL = "http://localhost:3011"
SHAPES = (
    "curl {}",
    'curl "{}" b',
    "curl '{}'",
    'curl -H "a: {}" -s',
    'curl -d \'{{"u": "{}", "v": 1}}\' x',
    'curl -d "{{\\"u\\": \\"{}\\"}}"',
    'x={}; curl "$x"',
    'x="{}"\ncurl "$x" $x',
    "x='{}'; curl $x",
    'export U={}; curl "${{U}}"',
    "for u in {} 'b c'; do curl \"$u\"; done",
    "sh -c 'curl {}'",
    'sh -c "curl {}"',
    "sh -c \"curl '{}' b\"",
    'sh -c \'curl "{}" "c d"\'',
    "curl $(echo {})",
    'curl "$(echo {})"',
    'curl "$(printf %s "{}")"',
    "curl `echo {}`",
    "case x in x) curl {};; esac",
    "if curl {}; then curl '{}'; fi",
    "curl {} \\\n  -x y",
    'f() {{ curl "$1"; }}; f {}',
    "(cd / && curl {}) && curl {} | cat",
    "cat <<END\nsee {} $((1 + 1))\nEND",
    "curl -d @- x <<END | cat\n{}\nEND",
    "curl \\\n\t'a b' {} # {}",
    "curl --url={} -o '/dev/null'",
)
BASH = ("a=({} 'b c')\ncurl \"${{a[@]}}\"", '[[ -n "{}" ]] && curl {}', 'curl <<<"{}" {}')
TAILS = st.from_regex(r"(/[a-z0-9._~-]{1,4}){0,2}(\?a=[a-z]{1,2})?", fullmatch=True)


@pytest.fixture(scope="module")
def stubs() -> str:
    """A folder with a `curl` that prints each of its arguments."""
    folder = Path(tempfile.mkdtemp())
    stub = folder / "curl"
    stub.write_text("#!/bin/sh\nprintf '[%s]' \"$@\"\necho\n")
    stub.chmod(0o755)
    yield str(folder)  # type: ignore[misc]
    shutil.rmtree(folder)


def run(shell: str, script: str, stubs: str) -> tuple[int, bytes]:
    text = f"BACKEND_URL={URL}\n{script}"
    environment = {"PATH": f"{stubs}:{os.environ['PATH']}"}
    ran = subprocess.run([shell], input=text.encode(), env=environment, capture_output=True, check=False)
    assert not ran.stderr, ran.stderr.decode() + "\n" + script
    return ran.returncode, ran.stdout


def rewritten(script: str) -> tuple[str, int]:
    """The script with every address that can be read from the variable, and their number."""
    files = {"up.sh": script}
    references = project_of(files).facts["up.sh"].references
    edits: list[Edit] = []
    for reference in references:
        if reference.kind != "url" or not reference.value.startswith(URL) or reference.role == "comment":
            continue
        asked = request(files, "up.sh", reference.value, language="shell", services=(BACKEND,))
        asked.finding.reference = structs.replace(reference, role="request")
        asked.finding.location = Location("up.sh", reference.span)
        made = make("env-reference", asked)
        assert isinstance(made, Fix), f"{made}\n{script}"
        check("env-reference", asked, made, files, {"up.sh": apply(script.encode(), made.edits)})
        edits += made.edits
    return apply(script.encode(), edits).decode(), len(edits)


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_rewritten_script_says_the_same(shell: str, stubs: str) -> None:
    program = shutil.which(shell)
    assert program is not None, f"{shell} is needed"
    shapes = (*SHAPES, *BASH) if shell == "bash" else SHAPES

    @given(st.lists(st.tuples(st.sampled_from(shapes), TAILS), min_size=1, max_size=3))
    def holds(parts: list[tuple[str, str]]) -> None:
        script = "".join(shape.format(*([URL + tail] * shape.count("{}"))) + "\n" for shape, tail in parts)
        after, count = rewritten(script)
        assert count, script
        assert run(program, after, stubs) == run(program, script, stubs), after
        assert rewritten(after)[1] == 0

    holds()


@pytest.mark.parametrize("shape", [*SHAPES, *BASH])
def test_every_shape_is_rewritten(shape: str, stubs: str) -> None:
    script = shape.format(*([URL + "/x"] * shape.count("{}"))) + "\n"
    after, count = rewritten(script)
    assert count == shape.count("{}") - shape.count("# {}"), after
    assert URL not in after.partition("#")[0]
    bash = shutil.which("bash")
    assert bash is not None
    assert run(bash, after, stubs) == run(bash, script, stubs)
