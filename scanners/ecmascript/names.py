"""The vocabulary: which callee, key or name says what a value is for. Patterns are searched in decoded names."""

import re

REQUEST = re.compile(
    r"^(?:window\.|globalThis\.|self\.|await )*"
    r"(?:\$?fetch|\w*[fF]etch(?:er|Json|JSON|Api|API|With\w*)?|\$fetch|ofetch(?:\.create)?|useFetch"
    r"|axios|axios\.\w+|\w*[aA]xios\w*(?:\.\w+)?|got|got\.\w+|ky|ky\.\w+|superagent\.\w+|request|request\.\w+|needle(?:\.\w+)?"
    r"|https?\.(?:get|request)|undici\.\w+|\w*(?:[xX]hr|[rR]equest|XMLHttpRequest)\.open|\w*[hH]ttp\w*\.(?:get|post|put|patch|delete|head|request)"
    r"|\w*(?:[cC]lient|[aA]pi|API)\.(?:get|post|put|patch|delete|head|request)|\$\.(?:get|post|ajax|getJSON)|jQuery\.\w+"
    r"|WebSocket|ReconnectingWebSocket|WS|EventSource|EventSourcePolyfill|XMLHttpRequest|io|io\.connect|SockJS|Stomp\.\w+"
    r"|useSWR\w*|useWebSocket|createClient|create\w*Client|\w+\.createClient|\w*Client|HttpLink|createHttpLink|GraphQLWsLink|BatchHttpLink"
    r"|httpBatchLink|httpLink|wsLink|createWSClient|Redis|IORedis|Pool|Sequelize|mongoose\.\w+|MongoClient(?:\.\w+)?|connect|amqp\.connect"
    r"|nodemailer\.\w+|Kafka|createTransport|page\.goto|navigator\.sendBeacon|sendBeacon|importScripts|window\.open|open"
    r"|redirect|res\.redirect|NextResponse\.(?:redirect|rewrite)|Response\.redirect|window\.location\.(?:assign|replace)|location\.(?:assign|replace)"
    r"|drizzle|postgres|createPool|createConnection|PrismaClient|QdrantClient|Client|Meilisearch|S3Client|OpenAI|Ollama)$"
)
DISPLAY = re.compile(
    r"(?i)^(?:console\.\w+|(?:\w+\.)*\w*(?:log|logger|logging|winston|pino|bunyan|chalk|kleur|spinner|ora|consola|debug)\w*"
    r"\.(?:log|info|warn|warning|error|debug|trace|fatal|success|verbose|start|succeed|fail|http|\w*box)|alert|confirm|prompt|log|print|println|debug|warn"
    r"|(?:\w+\.)*toast(?:\.\w+)?|(?:\w+\.)*notif\w*(?:\.\w+)?|message\.\w+|chalk(?:\.\w+)+|\w*Error|\w*Exception|process\.(?:stdout|stderr)\.write"
    r"|invariant|assert(?:\.\w+)?|(?:\w+\.)*(?:description|describe|help|usage|example|epilog\w*|addHelpText|summary)|(?:.*\.)?addServer|t|i18n\.t|_|td)$"
)
COMPARISON = re.compile(
    r"(?:^|\.)(?:includes|startsWith|endsWith|indexOf|lastIndexOf|match|matchAll|test|replace|replaceAll|search|split|has|some|every"
    r"|equals?|isEqual|deepEqual|strictEqual|deepStrictEqual|toBe|toEqual|toContain|toMatch\w*|toStrictEqual|toHave\w+|localeCompare|RegExp|not)$"
)
LISTEN = re.compile(r"(?:^|\.)(?:listen|serve|Bun\.serve|Deno\.serve)$")
EXEC = re.compile(
    r"(?:^|\.)(?:exec|execSync|execAsync|execaCommand|execaCommandSync|spawn|spawnSync|execFile|execFileSync|execa|execaSync)$"
)
GETENV = re.compile(
    r"(?:^|\.)(?:(?:get|read|require|required|optional|must|fetch|load|parse|use|runtime)?_?[eE]nv(?:Var|ironment|Variable|Or\w+|String|Number|Int|Bool\w*)?"
    r"|getRequiredEnv|getOptionalEnv|requireEnv\w*|getOrThrow|env\.get|Deno\.env\.get|[cC]onfigService\.(?:get|getOrThrow)|nconf\.get)$"
)
CORS_CALL = re.compile(r"(?i)(?:^|\.)(?:\w*cors\w*)$")
CORS_KEY = re.compile(
    r"(?i)^(?:origins?|\w*(?:allow\w*|trusted|cors)_?origins?|\w*cors\w*|access-control-allow-origin|content-security-policy\w*|csp\w*"
    r"|(?:connect|default|script|img|frame|style|font|media|form|worker)-?src|frame-?ancestors|form-?action)$"
)
CSP = re.compile(r"(?i)\b(?:default|connect|script|img|frame|style|font|media|worker)-src\b|\bframe-ancestors\b")
COMPARISON_KEY = re.compile(
    r"(?i)^(?:\w*allowed_?hosts?|\w*(?:local|loopback|ignored?|skip\w*|block\w*|deny\w*|allow\w*|private|internal)_?(?:hosts?|hostnames|addresses|domains|ips?|urls)|no_?proxy|pattern|regex)$"
)
DISPLAY_KEY = re.compile(
    r"(?i)^(?:placeholder|label|description|title|help|help_?text|helperText|message|msg|hint|tooltip|summary|text|error|errors|caption|alt|note|notes"
    r"|aria-\w+|subtitle|heading|instructions|explanation|details?|content|children|errorMessage|warning|info|comment|usage)$"
)
EXAMPLE_KEY = re.compile(r"(?i)^(?:examples?|sample|mock\w*|fixture\w*)$")
HOST_KEY = re.compile(
    r"^(?:host|hostname|hostName|HOST|HOSTNAME|\w*_(?:HOST|HOSTNAME|host|hostname)|\w*[a-z]Host(?:name)?)$"
)
REQUEST_KEY = re.compile(
    r"(?i)^(?:base_?url|url|uri|endpoint|brokers?|bootstrapServers|connectionString|host|hostname|node|nodes|issuer|server|prefixUrl|wsEndpoint|cwd)$"
)
REQUEST_ATTRIBUTE = re.compile(
    r"(?i)^(?:href|src|action|formaction|to|url|uri|poster|data|cite|srcset|endpoint|baseurl|\w*url)$"
)
NAMESPACE_ATTRIBUTE = re.compile(r"^(?:xmlns(?::\w+)?|xmlnsXlink)$")
DEVELOPMENT_KEY = re.compile(r"(?i)^(?:dev|devel|development|local|localhost|test|testing|debug|ci|docker)$")
PRODUCTION_KEY = re.compile(r"(?i)^(?:prod|production|live|release)$")
STAGE_KEY = re.compile(r"(?i)^(?:stage|staging|preview|qa|uat|preprod)$")
SERVER_OPTIONS = re.compile(r"^(?:server|devServer|preview|serve)$")
CASTS = frozenset(
    {"Number", "parseInt", "parseFloat", "String", "Boolean", "Number.parseInt", "Number.parseFloat", "trim", "BigInt"}
)
UPPER = re.compile(r"^[A-Z][A-Z0-9_]*$")
VARIABLE = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
SETTER = re.compile(
    r"(?:^|\.|_)(?:set\w*|put|add|append|insert|define|commit|dispatch|emit|on|once|stubEnv|send|write|register)$"
)
CLIENTS = re.compile(
    r"(?i)^(?:axios|ky|got|\w*(?:client|api|http|axios|request|instance|service|fetcher|agent|backend))$"
)
SERVERS = re.compile(r"(?i)^(?:app|router|\w*router|routes?|server|fastify|hono|koa|api(?:Router|Routes)|\w*App)$")
