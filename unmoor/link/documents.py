"""What pages name: links, paths in code spans, commands in fences, drawn layouts, home folders of one developer."""

import re
from collections.abc import Iterator
from functools import cached_property
from posixpath import relpath
from typing import Any

from unmoor.link.bases import above, bases
from unmoor.link.existence import Made, Sought, clean, excused, find, seek
from unmoor.link.homes import home_path, image_users
from unmoor.link.own import own_names, standing
from unmoor.link.places import file_kind
from unmoor.link.sites import Sites
from unmoor.link.suggest import near_path
from unmoor.model.facts import Reference
from unmoor.model.subjects import Reason, Subject
from unmoor.project import Project, normalise

_FORGE = re.compile(
    r"(?i)^(\.\./)+(issues|wiki|pulls?|pull/\d+|discussions?|actions|releases|tags|tree|blob|raw|commits?|compare|projects"
    r"|security|network|stargazers|graphs|branches|labels|milestones?|fork|settings|packages|archive|edit|new|watchers"
    r"|merge_requests|-)(/|\?|#|$)"
)
_FORGE_ROUTE = re.compile(
    r"(?i)^/?(issues|wiki|pulls|discussions|releases|actions)(/new.*|\?.*)?$|^/[\w.-]+/[\w.-]+/(issues|pull|wiki)"
)
_PAST = (
    r"change-?log|changes|history|release[-_]?notes?|releases?|news|post-?mortems?|blog|journal|retrospectives?|archive"
)
_PLANNED = (
    r"migration|upgrad(?:e|ing)|adrs?|decisions|rfcs?|plans?|specs?|proposals?|roadmap|todo|design[-_]?docs?|prds?"
    r"|prompts?"
)
HISTORY = re.compile(
    rf"(?i)(^|/)({_PAST}|{_PLANNED})([-_.][^/]*)?(/|\.\w+$)|(^|/)\d{{4}}-\d\d-\d\d[^/]*$"
    r"|[-_](plan|design|spec|proposal|roadmap|\d{4}-\d\d-\d\d)\.\w+$"
)
_OVER = re.compile(rf"(?i)(^|/)({_PAST})([-_.][^/]*)?(/|\.\w+$)")
# Pages of editors and their assistants, which follow links from the root.
_TOOL = re.compile(r"^\.(?!github/|gitlab/|gitea/|forgejo/)[\w-]+/")
_OPEN_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[ \]")
_FILE_LIKE = re.compile(r"\.[A-Za-z][\w]{0,9}$|^\.{1,2}/|/$|^(Makefile|Dockerfile|justfile)$")
# Pages of projects to be: what they name is the new project's.
TEMPLATE = re.compile(
    r"(?i)(^|/)(templates?|scaffolds?|boilerplates?|skeletons?|cookiecutter[\w-]*|\{\{[^/]*)/|readme[-_.]template"
)
_FORMS = re.compile(r"(?i)(^|/)(\.github|\.gitlab)/.*(issue_template|pull_request_template|merge_request_templates)")
_HEDGED_COMMENT = re.compile(
    r"(?i)#.*\b(if|optional|your|e\.g|example|create[sd]?|generated?|removed|deleted|old|former)\b"
)
_GONE = re.compile(
    r"(?i)\b(deleted?|removed?|obsolete|renamed|moved|former(ly)?|previously|no longer|legacy|replaced?)\b|~~"
)


def subjects(project: Project) -> Iterator[Subject]:
    """One subject for each name of a page that leads nowhere."""
    reader = _Reader(project)
    for path, reference in project.asked_references("path"):
        if file_kind(path, reference) == "doc":
            if not _FORMS.search(path) and not TEMPLATE.search(path):
                yield from reader.path(path, reference)
        elif (home := home_path(project, path, reference, reader.image_users)) is not None:
            yield home


class _Reader:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.sites = Sites(project)
        self.made = Made(project)
        self.drawings: dict[tuple[str, str], bool] = {}  # by page and section

    def path(self, page: str, reference: Reference) -> Iterator[Subject]:
        """The subject of a path, if it is not there."""
        use = reference.attrs.get("use")
        if reference.attrs.get("placeholder") or reference.attrs.get("made") or reference.attrs.get("remote"):
            return
        if reference.runtime.startswith("container"):
            return  # `inside` knows of those
        if use not in ("link", "image") and reference.value in self._subpaths:
            return
        if use in ("link", "image"):
            sought = self._link(page, reference)
        elif use == "code-span":
            sought = self._span(page, reference)
        elif use == "layout":
            sought = self._entry(page, reference)
        else:
            sought = self._command(page, reference)
        if sought is not None and sought.state == "missing":
            yield self._subject(page, reference, sought)

    def _subject(self, page: str, reference: Reference, sought: Sought) -> Subject:
        attrs = reference.attrs
        folder = bool(attrs.get("folder")) or reference.value.endswith("/")
        near = near_path(sought.path, self.project, folder=folder)
        kind = "doc-path" if attrs.get("use") in ("link", "image", "code-span", "layout") else "doc-command"
        facts: dict[str, Any] = {
            **standing(self.project, page, reference),
            "use": attrs.get("use", ""),
            "expected": sought.path,
            "bare": bool(attrs.get("bare")),
            "hedged": self._hedged(page, reference),
            "sure": self._sure(page, reference, sought, near),
            "near": near,
        }
        reasons = [Reason(f"there is no {sought.path}")]
        if near:
            reasons.append(Reason(f"the nearest is {near}"))
        return Subject(
            kind,
            page,
            reference.span,
            reference.value,
            facts,
            "missing",
            reasons,
            [],
            None,
            relative(near, page, reference, sought.path) if near else "",
            reference,
        )

    def _hedged(self, page: str, reference: Reference) -> bool:
        line = str(reference.attrs.get("line_text", ""))
        if _OPEN_ITEM.match(line):
            return True  # it is still to be done
        if reference.attrs.get("use") in ("link", "image"):
            return bool(_OVER.search(page) or (_TOOL.match(page) and HISTORY.search(page)))
        if reference.attrs.get("use") == "code-span" or reference.attrs.get("code_span"):
            told = _EXAMPLES.search(line.replace(reference.value, " "))
            return bool(reference.attrs.get("hedged") or told or HISTORY.search(page))
        return bool(_HEDGED_COMMENT.search(line) or HISTORY.search(page) or _GONE.search(line.partition("#")[2]))

    def _sure(self, page: str, reference: Reference, sought: Sought, near: str) -> bool:
        """Whether the text names a path beyond doubt: a link, a command's file, or a path whose folder is there."""
        attrs = reference.attrs
        if attrs.get("use") in ("link", "image"):
            return True
        if attrs.get("use") == "layout" or attrs.get("ambiguous"):
            return False
        if attrs.get("copied"):
            return True
        if attrs.get("use") == "code-span":
            if "/" not in clean(reference.value).removeprefix("./").rstrip("/"):
                return bool(attrs.get("bare")) and self._among_siblings(page, reference)
            if near and near.endswith("/" + clean(reference.value).strip("/").removeprefix("./")):
                return False  # meant from a folder that the text has in mind
            return self._parent_known(sought.path) or self.project.history.existed(sought.path)
        value = clean(reference.value).removeprefix("./")
        if attrs.get("use") in ("data", "config") and not near and not _TWIN.search(value) and value[-1:] != "/":
            # else the reader's own file
            return self.project.history.existed(sought.path) or self._kin(sought.path)
        if self.sites.of(page) is not None and attrs.get("use") not in ("compose-file", "cd"):
            # a site's reader has a project of their own
            return bool(near) or (self._parent_known(sought.path) and "/" in value)
        return True

    def _kin(self, path: str) -> bool:
        """Whether the folder that is named holds other files of the same ending."""
        head, _, name = path.rpartition("/")
        ending = name.rpartition(".")[2]
        if not head or "." not in name:
            return False
        return any(f.startswith(head + "/") and f.endswith("." + ending) for f in self.project.tree.files)

    def _among_siblings(self, page: str, reference: Reference) -> bool:
        """Whether a bare file name stands in a line or list with others of its kind, and those are there."""
        name = reference.value
        ending = _KIND.get(name.rpartition(".")[2].lower(), name.rpartition(".")[2].lower())
        if not re.search(r"[-_]", name.rpartition(".")[0]) or _WELL_KNOWN.match(name):
            return False
        home = page.rpartition("/")[0]
        for other in self.project.facts[page].references:
            if (
                other.kind != "path"
                or other.value == name
                or not other.attrs.get("bare")
                or other.scope != reference.scope
            ):
                continue
            kind = other.value.rpartition(".")[2].lower()
            if _KIND.get(kind, kind) != ending or abs(other.span.start - reference.span.start) > 600:
                continue
            if any(
                find(self.project.tree, other.value, base) is not None for base in above(home)
            ) or self._under_named_folder(page, other):
                return True
        return False

    def _parent_known(self, path: str) -> bool:
        head = path.rstrip("/").rpartition("/")[0]
        return bool(head) and head in self.project.tree.folders

    def _link(self, page: str, reference: Reference) -> Sought | None:
        value = reference.value.strip()
        if not value or _FORGE.match(value) or _FORGE_ROUTE.match(value) or "{" in value or "<" in value:
            return None
        if value.startswith("/") and not re.search(r"\.\w{1,5}$", value) and self._no_route(value):
            return None
        if (
            re.match(r"(?i)(mailto|tel|javascript):", value)
            or value.startswith(("//", "\\"))
            or reference.attrs.get("fence")
        ):
            return None
        home = page.rpartition("/")[0]
        if self._in_images_folder(page, reference):
            return None
        site = self.sites.of(page)
        rooted = value.startswith("/")
        served = [one for one in above(home) if one.rpartition("/")[2] in ("public", "static")] if rooted else []
        inner = clean(value).lstrip("/")
        if any(find(self.project.tree, inner, one) is not None for one in ["" if rooted else home, *served]):
            return None
        if _TOOL.match(page) and find(self.project.tree, clean(value), "") is not None:
            return None
        if site is not None:
            verdict = self.sites.leads(site, page, value)
            if verdict != "missing":
                return None
        path = normalise(clean(value).lstrip("/"), "" if value.startswith("/") else home)
        if path is None:
            return self._too_high(value)
        if self._excused_link(page, path, value):
            return None
        return Sought("missing", path, "")

    def _in_images_folder(self, page: str, reference: Reference) -> bool:
        """AsciiDoc: images lie in the folder that `:imagesdir:` names; a video's target is the id at its host."""
        if not page.lower().endswith((".adoc", ".asciidoc")):
            return False
        source = self.project.read(page)
        if re.search(rb"(video|audio)::?$", source[max(0, reference.span.start - 8) : reference.span.start]):
            return True
        match = re.search(rb"(?m)^:imagesdir:[ \t]*(\S+)", source)
        if match is None or reference.attrs.get("use") != "image":
            return False
        folder = match.group(1).decode("utf-8", "replace")
        where = normalise(folder, page.rpartition("/")[0])
        return "{" in folder or where is None or find(self.project.tree, clean(reference.value), where) is not None

    def _no_route(self, value: str) -> bool:
        """Whether an absolute link without extension may be a route of a site: it begins in no folder of the root."""
        first = value.strip("/").partition("/")[0]
        return first not in self.project.tree.folders

    def _too_high(self, value: str) -> Sought | None:
        """A link out of the repository: wrong beyond doubt only if what it names lies at the root."""
        rest = re.sub(r"^(\.\./)+", "", value)
        return Sought("missing", rest, "") if "/" in rest and self.project.tree.has(rest.rstrip("/")) else None

    def _excused_link(self, page: str, path: str, value: str) -> bool:
        if self.project.tree.ignored(path) or self.project.tree.ignored(path + "/x"):
            return True
        return self.made.of(page).folder(value) or not re.search(r"[A-Za-z]", value)

    def _span(self, page: str, reference: Reference) -> Sought | None:
        value = reference.value
        attrs = reference.attrs
        if attrs.get("absolute") or self._labels_elsewhere(page, reference):
            return None
        home = page.rpartition("/")[0]
        folders = [home, *above(home)[1:]]
        sought = seek(self.project, value, list(dict.fromkeys(folders)), self.made.of(page))
        if sought.state != "missing":
            return sought
        if self._under_named_folder(page, reference) or self._elsewhere(value):
            return sought._replace(why="elsewhere") if not attrs.get("bare") else None
        return sought

    def _labels_elsewhere(self, page: str, reference: Reference) -> bool:
        """Whether the code span is the label of a link, which says where it leads."""
        behind = self.project.read(page)[reference.span.end : reference.span.end + 12]
        return bool(re.match(rb"[^`\n]{0,4}`[*_]*\]\(", behind))

    def _elsewhere(self, value: str) -> bool:
        name = clean(value).rstrip("/").rpartition("/")[2]
        tail = "/" + clean(value).strip("/").removeprefix("./")
        places = [*self.project.tree.by_name.get(name, ())]
        return any(("/" + place_).endswith(tail) for place_ in places)

    def _under_named_folder(self, page: str, reference: Reference) -> bool:
        """A file of the folder that the heading above names."""
        words = re.findall(r"[\w./-]+", reference.scope or "")
        home = page.rpartition("/")[0]
        return any(
            find(self.project.tree, f"{word.strip('/')}/{clean(reference.value)}", base) is not None
            for word in words
            for base in (home, "")
            if word.strip("/.")
        )

    def _entry(self, page: str, reference: Reference) -> Sought | None:
        name = clean(reference.value).rstrip("/")
        if not name or self._there(name) or not self._draws_us(page, reference.scope):
            return None
        path = normalise(name, reference.cwd or "")
        if path is None or excused(self.project, path, name, self.made.of(page)):
            return None
        return Sought("missing", path, "")

    def _there(self, name: str) -> bool:
        return name in self.project.tree.by_name or self._ends_a_folder(name)

    def _draws_us(self, page: str, scope: str) -> bool:
        """Whether at least half of what the trees of a section show is there: others draw something else."""
        key = (page, scope)
        if key not in self.drawings:
            drawn = [r for r in self.project.facts[page].references if r.attrs.get("use") == "layout"]
            names = [clean(r.value).rstrip("/") for r in drawn if r.scope == scope]
            self.drawings[key] = 2 * sum(map(self._there, names)) >= len(names)
        return self.drawings[key]

    def _ends_a_folder(self, name: str) -> bool:
        known = self.project.tree.folders_by_name.get(name.rpartition("/")[2], ())
        return any(folder == name or folder.endswith("/" + name) for folder in known)

    def _command(self, page: str, reference: Reference) -> Sought | None:
        attrs = reference.attrs
        if attrs.get("guarded") or attrs.get("fence") or _CRON.match(str(attrs.get("line_text", ""))):
            return None
        value = reference.value
        if (attrs.get("use") == "cd" and self._own_name(page, value)) or self._foreign(page, reference):
            return None
        folders = bases(self.project, page, reference)
        if self._shown(page, value):
            return None
        if not folders or not self._names_path(value, str(attrs.get("use")), folders):
            return None
        if attrs.get("use") == "compose-file":
            for part in re.split(r"[:;]", value):
                sought = seek(self.project, part, folders, self.made.of(page))
                if sought.state == "missing":
                    return sought
            return None
        return seek(self.project, value, folders, self.made.of(page))

    def _shown(self, page: str, value: str) -> bool:
        """Whether the page shows the file itself: a fence that begins with its name, or is titled with it."""
        if value.endswith("/") or "." not in value.rpartition("/")[2]:
            return False
        name = re.escape(value.rpartition("/")[2])
        text = self.project.read(page).decode("utf-8", "replace")
        comment = rf"(?m)^[ \t]*(?:#|//|--|;|<!--)[ \t]*(?:file(?:name)?:[ \t]*)?[\w./-]*{name}\b[^\n]{{0,40}}$"
        return bool(re.search(rf"{comment}|(?m:^[ \t]*```[^\n]*\b{name}\b)".replace("(?m)", "", 1), text, re.M))

    def _names_path(self, value: str, use: str, folders: list[str]) -> bool:
        """Whether a word of a command is a path: it has an ending, `./` in front, or its folder is there."""
        if use in ("cd", "compose-file", "env-file", "context", "dockerfile"):
            return bool(re.match(r"^[\w./@+-]+$", value)) and value not in ("up", "down", "path", "exec")
        if not re.search(r"[A-Za-z]", value) or re.search(r"[,;()<>]", value):
            return False
        if _FILE_LIKE.search(clean(value)):
            return True
        head = clean(value).rpartition("/")[0]
        return bool(head) and any(normalise(head, base) in self.project.tree.folders for base in folders)

    def _foreign(self, page: str, reference: Reference) -> bool:
        """Whether the reader stands in a clone of another repository, or an unpacked archive, at this point."""
        text = self.project.read(page)[: reference.span.start].decode("utf-8", "replace")
        found = self._in_folder_told(text)
        for match in _CLONE.finditer(text):
            name = (match.group(2) or match.group(1).rstrip("/").rpartition("/")[2]).removesuffix(".git")
            if name.lower() in self._own_names or (page.count("/") == 0 and match is next(_CLONE.finditer(text))):
                continue
            behind = text[match.end() :]
            into = re.search(rf"\bcd\s+(?:\./)?{re.escape(name)}\b", behind)
            if into and not re.search(r"\bcd\s+(\.\.|-|~)", behind[into.end() :]):
                found = True
        return found

    def _in_folder_told(self, before: str) -> bool:
        """Whether the sentence above the fence says in which folder the reader is, and the repository has none such."""
        prose = re.split(r"(?m)^[ \t]*(?:```|~~~)", before)
        told = _STANDS.findall(prose[-2][-300:] if len(prose) > 1 else before[-300:])
        name = told[-1].strip("/").rpartition("/")[2].lower() if told else ""
        folders = {folder.lower() for folder in self.project.tree.folders_by_name}
        return bool(name) and name not in folders | self._own_names and not _ROOT_WORD.match(name)

    @cached_property
    def _subpaths(self) -> set[str]:
        """What packages of the repository offer to importers (`exports` of package.json): names, no files."""
        return {name for facts in self.project.facts.values() for name in facts.traits.get("subpaths", ())}

    @cached_property
    def image_users(self) -> set[str]:
        """Users that have their homes in containers."""
        return image_users(self.project)

    @cached_property
    def _own_names(self) -> set[str]:
        return own_names(self.project)

    def _own_name(self, page: str, value: str) -> bool:
        """`cd` into the folder that a clone makes: made on the page, or called like the repository itself."""
        first, _, rest = value.strip("/").removeprefix("./").partition("/")
        if rest and self.project.tree.has(rest.rstrip("/")):
            return True  # from above the checkout
        return self.made.of(page).folder(first) or first.lower() in self._own_names or _HOLE.search(first) is not None


_KIND = {"yml": "yaml", "mdx": "md", "jsx": "js", "tsx": "ts", "bash": "sh"}
# Names that every project of a kind may have, and that a text may mean in general.
_WELL_KNOWN = re.compile(
    r"(?i)^(docker-)?compose([.-](override|dev|prod|local|test))?\.ya?ml$|^(package-lock|pnpm-lock|pnpm-workspace|yarn-lock|ts-?config"
    r"[\w.-]*|next-env\.d|setup-env|pre-commit|app-config|dev-requirements|requirements-dev|docker-entrypoint)\b"
)
_CLONE = re.compile(r"\bgit\s+clone\s+(?:-\S+\s+(?:\d+\s+)?)*([^\s;&`\"']+)(?:[ \t]+([\w./-]+))?")
_STANDS = re.compile(
    r"(?i)\b(?:in(?:side)?|within|from)\s+(?:the|your|its)\s+[`*\"']*([\w./-]+)[`*\"']*[ -](?:folder|directory)\b"
    r"(?=[^.\n]*:?\s*(?:\([^()]*\))?\s*$)"
)
_ROOT_WORD = re.compile(
    r"(root|project|repo|repository|main|same|current|this|base|source|top-?level|code|app|application|parent|home)$"
)
_CRON = re.compile(r"^\s*(?:[\d*/,-]+\s+){5}")
_TWIN = re.compile(r"[._-](example|sample|template|dist)\b")
_EXAMPLES = re.compile(r"(?i)\b(examples?|e\.g|imagine|suppose|say)\b")
_HOLE = re.compile(r"[<>{}$]|^(your|my|the)[-_]|^\.\.$|^-$|^~")


def relative(target: str, page: str, reference: Reference, expected: str = "") -> str:
    """The nearest path, written as the reference writes its own: seen from where the missing one was looked for."""
    home = page.rpartition("/")[0]
    value = reference.value
    if reference.attrs.get("use") in ("link", "image"):
        if value.startswith("/"):
            return "/" + target
        base = home
    else:
        candidates = [reference.cwd or "", *above(home)]
        base = next((one for one in candidates if normalise(value, one) == expected), reference.cwd or "")
    found = relpath(target, base or ".")
    return "./" + found if value.startswith("./") and not found.startswith(".") else found
