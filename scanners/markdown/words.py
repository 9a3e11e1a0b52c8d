"""What a word of documentation is: a command, a path, a variable, a placeholder, a hedge. Pure functions on text."""

import re

_EXTENSIONS = (
    "py|pyi|js|jsx|mjs|cjs|ts|tsx|mts|vue|svelte|json|jsonc|ya?ml|toml|mdx?|rst|adoc|txt|sh|bash|zsh|ps1|bat|sql|env"
    "|conf|cfg|ini|html?|s?css|go|rs|java|kts?|gradle|xml|proto|tf|tfvars|hcl|lock|pem|crt|key|csv|ipynb|service|rb|php"
    "|cs|csproj|sln|svg|png|jpe?g|gif|webp|ico|pdf|drawio|puml|graphql|prisma|example|sample|template|tmpl|tpl|j2|mk"
    "|dockerfile|properties|log|cnf|ksql|avro|avsc|db|pub"
)
_FILE = re.compile(rf"(?i)\.({_EXTENSIONS})$")
_NAMED = re.compile(
    r"(?i)^(dockerfile|containerfile|makefile|justfile|procfile|caddyfile|vagrantfile|jenkinsfile|gemfile|rakefile"
    r"|taskfile|codeowners|dockerfile[.-][\w.-]+|\.env[\w.-]*|\.(git|docker|npm|prettier|eslint)ignore|\.npmrc|\.nvmrc"
    r"|\.editorconfig|license|requirements[\w-]*\.txt)$"
)
_PRODUCT = re.compile(
    r"(?i)^(node|next|vue|nuxt|express|react|three|d3|chart|socket|nest|alpine|ember|backbone|angular|solid|discord"
    r"|moment|day|p5|tone|hapi|koa|meteor|electron|deck|plotly|fastify|hono|trpc|drizzle|bull|asp|ml)\.(js|io|ts|net)$"
)
_COMMANDS = re.compile(
    r"^(?:sudo\s+|[A-Z_][A-Z0-9_]*=\S*\s+)*"
    r"(npm|npx|yarn|pnpm|pnpx|bun|bunx|make|just|task|docker|docker-compose|podman|cd|python3?|pip3?|pipenv|poetry|uv|uvx"
    r"|uvicorn|gunicorn|flask|celery|pytest|bash|sh|zsh|source|node|deno|go|cargo|mvn|gradle|java|curl|wget|kubectl|helm"
    r"|git|cp|mv|rm|mkdir|cat|chmod|psql|mysql|mongosh|redis-cli|nc|ssh|scp|tar|ls|touch|alembic|ansible-playbook"
    r"|terraform|tsx|ts-node|vite|next|django-admin|systemctl|journalctl|export|openssl|ruby|bundle|php|composer|dotnet)"
    r"\s+\S"
)
_SCRIPT = re.compile(r"^(?:sudo\s+)?(?:\./|\.\./)[\w./-]+(?:\s|$)")
_PLACEHOLDER = re.compile(
    r"(?i)<[^>]*>|\byour[-_ ]|\bmy[-_]|path/to|\bfoo\b|\bbar\b|\bbaz\b"
    r"|\bexample[-_/]|(?<![-_./]env\.)(?<!^env\.)\bexample\.|[-_./]example\b(?!$|\.\w+$)"
    r"|xxx|\bxx[-_.]|[-_.]xx\b|\byyyy\b"
    r"|\.\.\.|…"
    r"|\{[^}]*\}|\$\w|\[[\w-]+\]|\bsome[-_]|\bnew[-_]?(file|feature|service)|NNN|YYYY|#\{|%\w+%"
)
_HEDGE = re.compile(
    r"(?i)\b(?:deleted?|removed?|obsolete|deprecated|planned|projected|proposed"
    r"|todo|will be|would be|create[sd]?|for example|your|renamed"
    r"|formerly|previously|no longer|if (?:there|it|you|present|needed|any)|optional|generate[sd]?|gitignored"
    r"|not (?:yet|included|committed)|such as|instead of|replaced|does ?n[o']t exist|coming soon|download(?:ed|s)?"
    r"|save[sd]?)\b|\be\.g\.|→|->|~~"
    r"|删除|移除|废弃|新建|创建|新增|计划|例如|削除|作成|予定|例えば|삭제|생성|예정"
)
_MAKES = re.compile(
    r"(?i)\b(?:creat(?:e|es|ing)|touch|generates?|(?:add|make) (?:a|an|the|another) (?:new )?"
    r"(?:\S+ )?(?:file|folder|directory)"
    r"|new (?:file|folder|directory))\b[^.;`]{0,60}$"
    r"|\b(?:copy|cp|rename|save|write|download|move)\w*\b(?:[^.;]|\.\w){0,70}\b(?:to|as|in|into)\s*$"
)
_COPIES = re.compile(r"(?i)(?:\b(?:copy|copying|duplicate|rename)\s+(?:the\s+)?(?:file\s+)?|复制\s*|拷贝\s*)$")
ENV = re.compile(r"^\$?\{?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\}?(?:=(.*))?$", re.S)
ENV_WORD = re.compile(r"^\$?\{?([A-Z][A-Z0-9_]{2,})\}?$")
HOST_PORT = re.compile(r"^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*:[1-9]\d{3,4}(?:/[\w./-]*)?$")
_LINE_SUFFIX = re.compile(r"(?::\d+(?:[-:,]\d+)*|#L\d+(?:-L?\d+)?|::[\w.\[\]:-]+)$")
_MIME = re.compile(
    r"^(application|text|image|audio|video|multipart|font|model)/[\w.+*-]+$|^(and|or|on|true|yes|GET|POST|TCP|I|CI|n)/\w+$"
)


ADDRESS = re.compile(rb"://|localhost|host\.docker|\d\.\d{1,3}\.\d{1,3}\.\d|\[::1\]")
_TYPED = re.compile(
    rb"^[ \t]*(?:\$ )?(?:sudo )?(?:docker-compose |docker (?:compose|exec|run|ps|logs|build|stop|start"
    rb"|restart|rm|cp|network"
    rb"|volume|inspect|pull|push|kill|stats|top) |(?:npm|yarn|pnpm) (?:run|install|test|start)"
    rb"|mvn (?:-|clean|package|install)"
    rb"|kubectl (?:apply|exec|logs|get|port-forward|delete)|curl -|pip3? install |git clone "
    rb"|\./[\w./-]+\.sh|podman (?:run|exec|logs))"
    rb"[^`]*$"
)


def typed(text: bytes) -> bool:
    """Whether a paragraph or item is nothing but commands, written without any mark. Strict: prose says "make" too."""
    going = False
    lines = text.rstrip().split(b"\n")
    for line in lines:
        if not going and (not _TYPED.match(line) or line.rstrip().endswith((b".", b":", b","))):
            return False
        going = line.rstrip().endswith(b"\\")
    return bool(lines[0].strip())


def is_command(text: str) -> bool:
    """Whether a code span is something one types: a known program with arguments, or a script called by `./`."""
    return bool(_COMMANDS.match(text) or _SCRIPT.match(text))


def path_in(text: str) -> tuple[str, dict[str, object]] | None:
    """(the path, attrs) of a code span that names a file or folder, else None.

    attrs: `bare` (a file name with no folder), `ambiguous` (two words with a slash: perhaps a package, a branch),
    `absolute`, `folder` (ends in a slash), `placeholder`.
    """
    if (
        not text
        or len(text) > 200
        or re.search(r"[\s*?|;()=,\"'`!^&]|://", text)
        or text.startswith(("@", "-", "#", "~", "$"))
    ):
        return None
    path = _LINE_SUFFIX.sub("", text)
    last = path.rstrip("/").rpartition("/")[2]
    known = bool(_FILE.search(last) or _NAMED.match(last))
    if ":" in path or not re.search(r"[A-Za-z0-9]", path) or _MIME.match(path) or _PRODUCT.match(path):
        return None
    attrs: dict[str, object] = {}
    if "/" not in path:
        if not known or not re.match(r"^\.?[\w][\w.+-]*$|^\.env", path) or _FILE.fullmatch(path):
            return None
        attrs["bare"] = True
    elif path.startswith("/"):
        if not known:
            return None
        attrs["absolute"] = True
    elif not known and not path.endswith("/") and not path.startswith(("./", "../")) and _pair(path):
        attrs["ambiguous"] = True
    if path.endswith("/"):
        attrs["folder"] = True
    if placeholder(path):
        attrs["placeholder"] = True
    return path, attrs


def _pair(path: str) -> bool:
    """Whether a path without a known ending may be something else: two words, an odd character, a host in front."""
    return path.count("/") == 1 or not re.match(r"^[\w.-]+(/[\w.-]+)+$", path) or "." in path.partition("/")[0][1:]


def placeholder(text: str) -> bool:
    """Whether a name stands for the reader's own: `<name>`, `your-app`, `path/to/x`, `foo`."""
    return bool(_PLACEHOLDER.search(text))


def hedged(line: str) -> bool:
    """Whether a line says that what it names need not be there (deleted, planned, to be created, an example)."""
    return bool(_HEDGE.search(line))


def copied(before: str, after: str) -> bool:
    """Whether the words around a name tell the reader to copy it: "copy `.env.example` to"."""
    return bool(_COPIES.search(before) and re.match(r"`+\s*(?:to|as|into|为|到|成)\s*`", after))


def makes(before: str) -> bool:
    """Whether the words before a name say that it is about to be made: "create a file", "save as", "copy … to"."""
    return bool(_MAKES.search(before))
