"""The default of a value that comes from elsewhere: it goes, so that a missing value stops with its name."""

import re
from collections.abc import Callable
from typing import NamedTuple

from tree_sitter import Node

from unmoor.codemods import python_imports as imports
from unmoor.codemods import python_parameter as parameter
from unmoor.codemods.python_site import Site, bases
from unmoor.model.findings import Edit, Fix, Refusal
from unmoor.model.spans import Span

_READ = re.compile(r"(?:(\w+)\.)?(getenv|environ(?:\.(?:get|setdefault))?)")
_WRAPPER = re.compile(r"(\w+\.)?(env|config)(\.(str|url))?")
_WRAPPERS = re.compile(rb"(?m)^(?:from|import)[ \t]+(environs|environ|decouple|starlette\.config)\b")
_SETTINGS = re.compile(r"(?i)(^|[._])(settings|config|conf|cfg)$")
_OPTION = re.compile(r"(?:\w+\.)?(option|argument|Option|Argument)$")
_LOOSE = ("argument_list", "assignment", "return_statement", "keyword_argument", "pair", "list", "tuple", "set",
          "parenthesized_expression", "expression_list", "interpolation", "expression_statement", "yield",
          "named_expression", "augmented_assignment", "default_parameter", "typed_default_parameter")  # fmt: skip


def without(site: Site) -> Fix | Refusal | None:
    """The places that read the value by themselves: a command line option, a settings class, a settings object."""
    call, key = _call(site)
    if call is not None:
        name = site.text(call.child_by_field_name("function") or call)
        if _OPTION.match(name) and re.search(rb"(?m)^(?:from|import)[ \t]+(click|typer|asyncclick)\b", site.source):
            return _option(site, call, key, typer=name.rpartition(".")[2][0].isupper())
        if _WRAPPER.fullmatch(name) and _WRAPPERS.search(site.source) and site.request.reference.role == "default":
            return _argument_gone(site)
        if (found := _of_settings(site, call, name)) is not None:
            return found
    return _settings_field(site, call)


def _call(site: Site) -> tuple[Node | None, str]:
    """The call that the unit is an argument of, and the keyword it is given by."""
    holder, key = site.parent, ""
    if holder.type == "keyword_argument" and holder.parent is not None:
        name = holder.child_by_field_name("name")
        holder, key = holder.parent, site.text(name) if name is not None else ""
    if holder.type != "argument_list" or holder.parent is None or holder.parent.type != "call":
        return None, ""
    return holder.parent, key


def _arguments(call: Node) -> list[Node]:
    holder = call.child_by_field_name("arguments")
    return [one for one in holder.named_children if one.type != "comment"] if holder is not None else []


def _option(site: Site, call: Node, key: str, *, typer: bool) -> Fix | Refusal:
    """click and typer read a variable themselves, say so in `--help`, and name it where it is missing."""
    given = {site.text(one.child_by_field_name("name") or one): one for one in _arguments(call)
             if one.type == "keyword_argument"}  # fmt: skip
    first = _arguments(call)[0] == site.unit
    if key != "default" and not (typer and first):
        return Refusal("it is no default of the option")
    if given.keys() & {"required", "is_flag", "prompt", "multiple", "nargs"}:
        return Refusal("the option asks for its value in its own way")
    name = site.text(given["envvar"]).partition("=")[2].strip("\"' ") if "envvar" in given else site.variable()
    if not re.fullmatch(r"\w+", name):
        return Refusal("no variable is known for this option")
    if "envvar" not in given and (site.match is None or site.rest or site.tail):
        return Refusal("an option's default with a path behind the address")
    made: list[str] = [] if "envvar" in given else [f"envvar={site.quote}{name}{site.quote}"]
    whole = site.parent if key else site.unit
    span = Span(whole.start_byte, whole.end_byte)
    if not typer:
        edits = [Edit(site.path, span, ", ".join([*made, "required=True"]))]
    else:
        last = _arguments(call)[-1]
        edits = [Edit(site.path, span, "default=..." if key else "...")]
        if made and last == whole:
            edits = [Edit(site.path, span, f"{edits[0].text}, {made[0]}")]
        elif made:
            edits.append(Edit(site.path, Span(last.end_byte, last.end_byte), f", {made[0]}"))
    return Fix(f"require the option or `{name}`", site.request.applicability, tuple(edits))


def _argument_gone(site: Site) -> Fix | Refusal:
    """`env("X", "http://…")` → `env("X")`: such readers stop where nothing is set."""
    whole = site.unit if site.parent.type == "argument_list" else site.parent
    before = whole.prev_named_sibling
    if before is None or before.type == "comment":
        return Refusal("it is no default of a variable")
    edit = Edit(site.path, Span(before.end_byte, whole.end_byte), "")
    return Fix("require the variable", site.request.applicability, (edit,))


def _of_settings(site: Site, call: Node, name: str) -> Fix | None:
    """`getattr(settings, "X", default)` → `settings.X`; Flask's `app.config.get("X", default)` → `app.config["X"]`."""
    given = _arguments(call)
    texts = [site.text(one) for one in given]
    literal = re.fullmatch(r"([\"'])(\w+)\1", texts[-2]) if len(texts) > 1 else None
    if literal is None or given[-1] != site.unit:
        return None
    if name == "getattr" and len(given) == 3 and _SETTINGS.search(texts[0]):
        text = f"{texts[0]}.{literal.group(2)}"
    elif re.fullmatch(r"(current_)?app\.config\.get", name) and len(given) == 2:
        text = f"{name.removesuffix('.get')}[{texts[0]}]"
    else:
        return None
    edit = Edit(site.path, Span(call.start_byte, call.end_byte), text)
    return Fix(f"require `{literal.group(2)}`", site.request.applicability, (edit,))


def _settings_field(site: Site, call: Node | None) -> Fix | Refusal | None:
    """A field of a settings class without a default: pydantic names the variable that is missing."""
    value = call if call is not None and call.parent is not None and call.parent.type == "assignment" else site.unit
    field = value.parent
    owner = parameter.class_of(field) if field is not None and field.type == "assignment" else None
    if field is None or owner is None or not re.search(r"\w*Settings\b", bases(site, owner)):
        return None
    kind = field.child_by_field_name("type")
    if kind is None:
        return Refusal("a settings field without a type")
    if re.search(r"\bNone\b|\bOptional\b", site.text(kind)):
        return Refusal("the settings field may be None, and would be")
    title = f"require `{site.request.reference.attrs.get('env') or site.text(field).split(':')[0]}`"
    if value == site.unit:
        edit = Edit(site.path, Span(kind.end_byte, value.end_byte), "")
        return Fix(title, site.request.applicability, (edit,))
    function = site.text(call.child_by_field_name("function") or call) if call is not None else ""
    if not re.fullmatch(r"(\w+\.)?Field", function):
        return Refusal("the default of a settings field: remove it, or set the variable")
    edit = Edit(site.path, Span(site.unit.start_byte, site.unit.end_byte), "...")
    return Fix(title, site.request.applicability, (edit,))


class _Front(NamedTuple):
    """A read in front of a default. whole: all that is replaced; read: it without a default; held: by `or` before."""

    whole: Node
    start: int
    name: str
    owner: str
    read: str
    outer: str = ""


def required(site: Site, resolver: Callable[[], "Written"] | None) -> Fix | Refusal | None:
    """`os.getenv("X", default)`, `os.getenv("X") or default` and their like: the variable must be set, or the resolver
    answers where it is not."""
    front = _front(site)
    if front is None or isinstance(front, Refusal):
        return front
    if resolver is not None:
        written = resolver()
        whole = front.name == site.variable() and not site.rest and not site.tail
        text = written.text if whole else f"{front.read} or {written.text}"
        return _made(site, front, written.title, text, written.brought)
    brought: imports.Imported | Refusal = imports.Imported(front.owner, None)
    if not front.owner:
        brought = imports.bring_environ(site.path, site.source, site.root, site.node.start_byte)
    if isinstance(brought, Refusal):
        return brought
    name = f"{site.quote}{front.name}{site.quote}"
    text = f"{brought.local}.get({name})" if _in_option(site) else f"{brought.local}[{name}]"
    return _made(site, front, f"require `{front.name}`", text, brought)


def _made(site: Site, front: _Front, title: str, text: str, brought: imports.Imported) -> Fix:
    text = f"{front.outer} or {text}" if front.outer else text
    holder = front.whole.parent
    operators = " or " in text and holder is not None and holder.type not in _LOOSE
    if operators and holder is not None and holder.type != "boolean_operator":
        text = f"({text})"
    edits = [Edit(site.path, Span(front.start, front.whole.end_byte), text)]
    return Fix(title, site.request.applicability, (*edits, *([brought.edit] if brought.edit is not None else [])))


def _front(site: Site) -> _Front | Refusal | None:
    parent, call = site.parent, _call(site)[0]
    if call is not None:
        return _outer(site, _defaulted(site, call))
    if parent.type == "boolean_operator" and parent.child_by_field_name("right") == site.unit:
        left, operator = parent.child_by_field_name("left"), parent.child_by_field_name("operator")
        if left is None or operator is None or operator.type != "or":
            return None
        last = left.child_by_field_name("right") if left.type == "boolean_operator" else left
        read = _read(site, last) if last is not None else None
        return _outer(site, _Front(parent, last.start_byte, *read)) if read is not None and last is not None else None
    if parent.type == "conditional_expression":
        parts = [one for one in parent.named_children if one.type != "comment"]
        read = _read(site, parts[0]) if len(parts) == 3 and parts[2] == site.unit else None
        if read is not None and read[0] in site.text(parts[1]):
            return _Front(parent, parent.start_byte, *read)
    return None


def _defaulted(site: Site, call: Node) -> _Front | Refusal | None:
    """A read that the unit is the default of."""
    given = _arguments(call)
    if len(given) != 2 or given[0] == site.unit:
        return None
    read = _read(site, call)
    if read is None:
        computed = _READ.fullmatch(site.text(call.child_by_field_name("function") or call))
        return Refusal("the variable's name is computed") if computed else None
    if call.parent is not None and call.parent.type == "expression_statement":
        return Refusal("it sets the variable for what runs behind it")
    return _Front(call, call.start_byte, *read)


def _outer(site: Site, front: _Front | Refusal | None) -> _Front | Refusal | None:
    """`os.getenv("A", os.getenv("B", …))`: B is asked only where A is not set, so A's read comes to stand in front."""
    if not isinstance(front, _Front):
        return front
    holder = front.whole.parent
    call = holder.parent if holder is not None and holder.type == "argument_list" else None
    read = _read(site, call) if call is not None and _arguments(call)[-1] == front.whole else None
    if call is None or read is None or len(_arguments(call)) != 2:
        return front
    return _Front(call, call.start_byte, front.name, front.owner, front.read, read[2])


def _read(site: Site, node: Node) -> tuple[str, str, str] | None:
    """(variable, `os.environ` as written here or "", the read without a default) of a read by a plain name."""
    function = node.child_by_field_name("function" if node.type == "call" else "value")
    if node.type not in ("call", "subscript") or function is None:
        return None
    match = _READ.fullmatch(site.text(function))
    given = _arguments(node) if node.type == "call" else node.children_by_field_name("subscript")
    name = re.fullmatch(r"([\"'])(\w+)\1", site.text(given[0])) if given else None
    if match is None or name is None or not _is_os(site, match):
        return None
    object_, word = match.group(1), match.group(2)
    owner = f"{object_}.environ" if object_ else "" if word == "getenv" else "environ"
    read = site.text(node)
    if node.type == "call":
        asked = site.text(function).replace("setdefault", "get")
        read = f"{asked}({site.text(given[0])})"
    return name.group(2), owner, read


def _is_os(site: Site, match: "re.Match[str]") -> bool:
    """Whether the name in front is the module `os`, or was imported from it."""
    if match.group(1):
        alias = rf"(?m)^[ \t]*import[ \t]+[^\n]*\bos[ \t]+as[ \t]+{match.group(1)}\b"
        return match.group(1) == "os" or re.search(alias.encode(), site.source) is not None
    word = match.group(2).partition(".")[0]
    return (
        re.search(rb"(?m)^[ \t]*from[ \t]+os[ \t]+import\b[^\n]*\b" + word.encode() + rb"\b", site.source) is not None
    )


def _in_option(site: Site) -> bool:
    """Whether the value is the default of an `argparse` option: a variable that is not set must not stop `--help`."""
    node: Node | None = site.node
    while node is not None and node.type not in ("block", "module"):
        function = node.child_by_field_name("function") if node.type == "call" else None
        if function is not None and site.text(function).endswith(".add_argument"):
            return True
        node = node.parent
    return False


class Written(NamedTuple):
    """What is written in place of a span of the unit, how the fix is called, and what it needs."""

    span: Span
    text: str
    title: str
    brought: imports.Imported


def placed(site: Site, written: Written) -> Fix | Refusal:
    """The expression at its place: where it is the default of something, it is only evaluated if it is needed."""
    span, text, title, brought = written
    head = site.source[site.unit.start_byte : span.start].decode()
    whole = head + text + site.source[span.end : site.unit.end_byte].decode()
    call, key = _call(site)
    if _in_option(site) and call is not None:
        if not re.fullmatch(r".*environ\[([\"']\w+[\"'])\]|\w+\(.*\)", whole):
            return Refusal("an option's default with a path behind the address")
        text = re.sub(r"environ\[([\"']\w+[\"'])\]$", r"environ.get(\1)", text)
    elif call is not None and site.request.reference.role == "default" and (found := _lazy(site, call, whole)):
        return _with(site, Span(call.start_byte, call.end_byte), found, title, brought)
    elif parameter.is_default(site) or parameter.is_field(site, call, key):
        return parameter.late(site, call, whole, title, brought)
    return _with(site, span, text, title, brought)


def _lazy(site: Site, call: Node, whole: str) -> str:
    """`x.get("k", default)` asks for its default in any case; `x.get("k") or default` only where it is needed."""
    name, given = site.text(call.child_by_field_name("function") or call), _arguments(call)
    if given[-1] != site.unit:
        return ""
    if name == "getattr" and len(given) == 3:
        asked = f"getattr({site.text(given[0])}, {site.text(given[1])}, None)"
    elif name.endswith(".get") and len(given) == 2:
        asked = f"{name}({site.text(given[0])})"
    else:
        return ""
    loose = call.parent is not None and call.parent.type in _LOOSE
    return f"{asked} or {whole}" if loose else f"({asked} or {whole})"


def _with(site: Site, span: Span, text: str, title: str, brought: imports.Imported) -> Fix:
    edits = [Edit(site.path, span, text)]
    if brought.edit is not None:
        edits.append(brought.edit)
    return Fix(title, site.request.applicability, tuple(edits))
