"""What fixes add to an example file, read by python-dotenv: the value that the code has, and all else as it was."""

from io import StringIO

from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import mend, request
from unmoor.model.findings import Refusal

BEFORE = st.sampled_from(
    ["", "A=1", "A=1\n", "# all\nA='x y'\n", 'A=1\r\nB="2"\r\n', "\ufeffA=1\n", "export A=1\n\n", "A=1\n#"]
)
DEFAULT = st.one_of(
    st.none(), st.text(max_size=8), st.sampled_from(["http://localhost:3011/#x", "a b", "$X", "it's", "0.5"])
)


@given(before=BEFORE, default=DEFAULT, computed=st.booleans())
def test_other_readers_find_the_value(before: str, default: str | None, computed: bool) -> None:
    files = {"a.py": "os.environ['WANTED']", ".env.example": before}
    about = {"default": default, "has_default": computed or default is not None}
    asked = request(files, "a.py", "WANTED", kind="env", attrs=about, finding_attrs={"name": "WANTED"})
    after = mend("env-example", asked, files)
    assert not isinstance(after, Refusal)
    was = dotenv_values(stream=StringIO(before), interpolate=False)
    now = dotenv_values(stream=StringIO(after[".env.example"]), interpolate=False)
    value = now.pop("WANTED", None)
    assert now == was
    if about["has_default"]:
        private = default is not None and "@" in default
        assert value in (None, default) or private, "an empty value would stand in for the code's own"
        assert value is not None or "# WANTED=" in after[".env.example"]
    else:
        assert value == ""
