"""Compose files that nobody wrote by hand, in every style, through each codemod of compose files.

What a fix changes is compared as PyYAML reads it: the wanted value is another, and nothing else. Comments all stay.
"""

import copy
import json
import re
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import mend, request
from unmoor.model.findings import Refusal

PLAIN = re.compile(r"[A-Za-z./][\w./:@$-]*(?<!:)")
FLAT = re.compile(r"[A-Za-z./][\w./:@-]*(?<!:)")
NAMES = st.from_regex(r"q[a-z]{2,5}", fullmatch=True)
URLS = st.builds("http://{}:{}/{}".format, NAMES, st.integers(1, 65535), NAMES)


class Style:
    """Renders a value as YAML, each collection and scalar in a style of its own, with comments between."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.comments = draw, 0
        self.step = draw(st.sampled_from([2, 4]))
        self.dash = draw(st.sampled_from([0, 2]))

    def one_of(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def comment(self, before: str = "  ") -> str:
        if self.one_of(True, False, False, False):
            self.comments += 1
            return f"{before}# c{self.comments}"
        return ""

    def scalar(self, value: Any, *, flow: bool) -> str:
        if not isinstance(value, str):
            return "null" if value is None else json.dumps(value)
        plain = (FLAT if flow else PLAIN).fullmatch(value) and not re.fullmatch(r"(?i)y|n|yes|no|on|off|null", value)
        styles = ['"', "'", *("p" if plain else "")]
        chosen = self.one_of(*styles)
        if chosen == "'":
            return "'" + value.replace("'", "''") + "'"
        return value if chosen == "p" else json.dumps(value)

    def flow(self, value: Any) -> str:
        gap = self.one_of("", " ")
        if isinstance(value, dict):
            pairs = [f"{key}: {self.flow(one)}" for key, one in value.items()]
            return f"{{{gap}{', '.join(pairs)}{self.one_of('', ',') if pairs else ''}{gap}}}"
        if isinstance(value, list):
            return f"[{gap}{', '.join(self.flow(one) for one in value)}{gap}]"
        return self.scalar(value, flow=True)

    def block(self, value: dict[str, Any], indent: int, deep: int = 0) -> list[str]:
        lines = []
        pad = " " * indent
        for key, one in value.items():
            comment = self.comment("")
            lines += [f"{pad}{comment}"] if comment else []
            lines += [""] if self.one_of(True, False, False, False) and lines else []
            if isinstance(one, dict) and one and (deep < 2 or self.one_of(True, False)):
                lines += [f"{pad}{key}:{self.comment()}", *self.block(one, indent + self.step, deep + 1)]
            elif isinstance(one, list) and one and self.one_of(True, False):
                lines.append(f"{pad}{key}:{self.comment()}")
                for item in one:
                    text = self.scalar(item, flow=False) if not isinstance(item, (dict, list)) else self.flow(item)
                    lines.append(f"{pad}{' ' * self.dash}-{self.one_of(' ', '  ')}{text}{self.comment()}")
            elif one is None:
                lines.append(f"{pad}{key}:{self.comment()}")
            else:
                text = self.flow(one) if isinstance(one, (dict, list)) else self.scalar(one, flow=False)
                lines.append(f"{pad}{key}: {text}{self.comment()}")
        return lines


@st.composite
def composition(draw: st.DrawFn, service: dict[str, Any], others: dict[str, Any] | None = None) -> tuple[str, str, int]:
    """(text, the name of the service, comments). The service stands among others, its keys in any order."""
    style = Style(draw)
    name = "target"
    keys = draw(st.permutations(list(service)))
    noise = {"restart": "always", "command": "run it", "labels": {"a": "b"}, "image": "img/target"}
    body = {
        key: noise[key]
        for key in ("image", *draw(st.lists(st.sampled_from(["restart", "command", "labels"]), unique=True)))
    }
    body |= {key: service[key] for key in keys}
    services: dict[str, Any] = {
        "first": {"image": "a"},
        name: body,
        **(others or {"last": {"image": "z", "ports": ["1:1"]}}),
    }
    if draw(st.booleans()):
        flow = f"  {name}: {style.flow(body)}"
        lines = [
            *style.block({"first": {"image": "a"}}, 2, 1),
            flow,
            *style.block(dict(list(services.items())[2:]), 2, 1),
        ]
        style.step = 2
    else:
        lines = style.block(services, 2, 0)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    bom = draw(st.sampled_from(["", "\ufeff"]))
    last = draw(st.sampled_from(["", "\n", "\n\n# end\nvolumes: {}\n"]))
    text = bom + ("services:\n" + "\n".join(lines) + last).replace("\n", end)
    return text, name, style.comments


def mended(codemod: str, text: str, value: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The services before and after, the comments counted."""
    files = {"compose.yaml": text, **more.pop("files", {})}
    result = mend(codemod, request(files, "compose.yaml", value, **more), files)
    assert not isinstance(result, Refusal), f"{result.reason}\n{text}"
    after = result["compose.yaml"]
    assert re.findall(r"# c\d+|# end", after) == re.findall(r"# c\d+|# end", text) or codemod == "build-arg", after
    assert sorted(re.findall(r"# c\d+", after)) == sorted(re.findall(r"# c\d+", text)) or codemod == "build-arg", after
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert after.count("\n") == after.count("\r\n") or "\r" not in after
    return yaml.safe_load(text.lstrip("\ufeff"))["services"], yaml.safe_load(after.lstrip("\ufeff"))["services"]


@given(st.data())
def test_a_healthcheck_is_added_and_nothing_else(data: st.DataObject) -> None:
    text, name, _ = data.draw(composition({"ports": ["5432:5432"]}))
    before, after = mended("healthcheck", text, "img/target", finding_attrs={"image": "postgres:16"})
    check = after[name].pop("healthcheck")
    assert (check["test"][0], check["retries"]) == ("CMD-SHELL", 5)
    assert after == before


@given(st.data())
def test_depends_on_takes_the_condition(data: st.DataObject) -> None:
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    options = st.sampled_from([None, {}, {"required": False}, {"condition": "service_started", "restart": True}])
    entries = data.draw(st.just(names) | st.fixed_dictionaries(dict.fromkeys(names, options)))
    checked = data.draw(st.sets(st.sampled_from(names)))
    others = {one: {"image": "x", **({"healthcheck": {"test": "x"}} if one in checked else {})} for one in names}
    text, name, _ = data.draw(composition({"depends_on": entries}, others))
    before, after = mended("depends-condition", text, "img/target", finding_attrs={"dependency": names[0]})
    expected = copy.deepcopy(before)
    if isinstance(entries, list):
        healthy = checked | {names[0]}
        wanted: dict[str, Any] = {
            one: {"condition": "service_healthy" if one in healthy else "service_started"} for one in names
        }
    else:
        wanted = {**entries, names[0]: {**(entries[names[0]] or {}), "condition": "service_healthy"}}
    expected[name]["depends_on"] = wanted
    assert after == expected


@given(st.data())
def test_a_host_is_added(data: st.DataObject) -> None:
    hosts = st.lists(st.just("a:1.2.3.4"), max_size=1) | st.dictionaries(st.just("a"), st.just("1.2.3.4"), max_size=1)
    present = data.draw(st.none() | hosts)
    service = {"extra_hosts": present} if data.draw(st.booleans()) else {}
    text, name, _ = data.draw(composition(service))
    before, after = mended("extra-hosts", text, "img/target", finding_attrs={"host": "host.docker.internal"})
    added = after[name].pop("extra_hosts")
    old = before[name].pop("extra_hosts", None)
    gateway = "host-gateway"
    assert added in (
        [*(old or []), f"host.docker.internal:{gateway}"],
        {**(old if isinstance(old, dict) else {}), "host.docker.internal": gateway},
    )
    assert isinstance(added, list) == isinstance(old, list) or old is None
    assert after == before


@given(st.data())
def test_an_argument_moves_to_the_build(data: st.DataObject) -> None:
    value = data.draw(URLS | st.sampled_from(["yes", "a b", "1", "it's", 'say "x"', "a, b", "${X:-http://x}/y", "{a}"]))
    more = data.draw(st.dictionaries(st.from_regex(r"K[A-Z]{1,3}", fullmatch=True), NAMES, max_size=2))
    pairs = {**more, "VITE_A": value}
    order = data.draw(st.permutations(list(pairs)))
    listed = data.draw(st.booleans())
    environment = [f"{key}={pairs[key]}" for key in order] if listed else {key: pairs[key] for key in order}
    args = data.draw(st.none() | st.just(["FOO=1"]) | st.just({"FOO": "1"}))
    build: Any = data.draw(st.sampled_from(["./web", {"context": "./web"}])) if args is None else {
        "context": "./web", "args": args}  # fmt: skip
    text, name, _ = data.draw(composition({"environment": environment, "build": build}))
    files = {"web/Dockerfile": "FROM node\nRUN npm run build\n"}
    attrs = {"name": "VITE_A", "dockerfile": "web/Dockerfile"}
    before, after = mended("build-arg", text, "img/target", files=files, finding_attrs=attrs)
    made = after[name].pop("build")
    assert made["context"] == "./web"
    given_args = made["args"]
    taken = dict(one.split("=", 1) for one in given_args) if isinstance(given_args, list) else given_args
    assert taken == {**({"FOO": "1"} if args else {}), "VITE_A": value}
    rest = after[name].pop("environment", None)
    assert (rest or ([] if listed else {})) == (
        [one for one in environment if not one.startswith("VITE_A=")] if listed else
        {key: one for key, one in pairs.items() if key != "VITE_A"}
    )  # fmt: skip
    del before[name]["build"], before[name]["environment"]
    assert after == before


@given(st.data())
def test_a_dockerfile_is_named(data: st.DataObject) -> None:
    build = data.draw(st.sampled_from(["./web", {"context": "./web"}, {"context": "./web", "args": {"A": "b"}}]))
    text, name, _ = data.draw(composition({"build": build}))
    attrs = {"expected": "web/Dockerfile", "near": "web/docker/prod.Dockerfile", "certain": False}
    before, after = mended("repath", text, "./web", kind="path", finding_attrs=attrs)
    whole = {"context": "./web"} if isinstance(build, str) else build
    assert after[name].pop("build") == {**whole, "dockerfile": "docker/prod.Dockerfile"}
    del before[name]["build"]
    assert after == before


@given(st.data())
def test_an_address_changes_alone(data: st.DataObject) -> None:
    old = data.draw(
        st.builds("{}://u:p@localhost:{}/x?y=1".format, st.sampled_from(["http", "postgres"]), st.integers(1, 9999))
    )
    listed = data.draw(st.booleans())
    service = {"environment": [f"A={old}", "B=c"] if listed else {"A": old, "B": "c"}}
    text, name, _ = data.draw(composition(service))
    before, after = mended("service-address", text, old, suggestion="http://db:4")
    new = re.sub(r"localhost:\d+", "db:4", old)
    assert after[name]["environment"] == ([f"A={new}", "B=c"] if listed else {"A": new, "B": "c"})
    assert {**after, name: None} == {**before, name: None}


@given(st.data())
def test_a_port_is_bound(data: st.DataObject) -> None:
    mapping = data.draw(st.builds("{}:{}".format, st.integers(61, 65535), st.integers(1, 65535)))
    text, name, _ = data.draw(composition({"ports": ["7:8", mapping]}))
    before, after = mended("bind-loopback", text, mapping)
    assert after[name]["ports"] == ["7:8", f"127.0.0.1:{mapping}"]
    assert {**after, name: None} == {**before, name: None}
