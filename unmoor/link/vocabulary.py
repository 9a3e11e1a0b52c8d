"""The subjects that linkers make, and the attributes of each that rules may name. Closed: a page cannot name another.

Every subject also has `verdict`, `value`, `path`, `suggestion`, `role`, `language`, `target.service`, `target.port`.
"""

_PLACE = {
    "world": "'' or why the file is a world of its own: test, example, archived, vendored, generated",
    "lower": "one severity lower: right in another stack of the repository",
    "confidence": "high, medium or low, where the linker knows better than the rule",
    "file-kind": "code, config, env-file, compose, dockerfile, script, workflow, doc, data",
}
_RUNTIME = {
    "runtime": "browser, server, universal, build, container, host, ci, docs, test",
    "runtime.service": "the service whose container it is, or that ships the code",
    "runtime.stack": "the stack of that service",
    "runtime.why": "how the runtime was found",
}

SUBJECTS: dict[str, dict[str, str]] = {
    "address": {
        **_PLACE,
        **_RUNTIME,
        "kind-of": "url or host",
        "scheme": "http, postgresql, … or '' for a bare host",
        "host": "the host as written, lower case",
        "host-class": "loopback, private, tailnet, public-ip, wildcard, docker-internal, service, dotless, own-domain,"
        " domain, local, reserved, resolver, documentation, computed",
        "port": "a number, or empty if computed",
        "explicit": "whether the port is written",
        "env": "the variable it is the fallback or the value of",
        "env-public": "whether that variable is baked into browser code (NEXT_PUBLIC_, VITE_, …)",
        "key": "the property, keyword, constant or key it is the value of",
        "call": "the function it is given to",
        "position": "the syntactic position",
        "constant": "the constant it is the value of",
        "computed-port": "whether the port is written as an expression",
        "well-known-tool": "the documented address of a tool on one's own machine (Ollama, an OpenTelemetry collector)",
        "handed-out": "whether it is held for others: a public URL, a redirect, an advertised listener",
        "ships-browser": "whether the service that the value is given to ships browser code",
        "link": "whether people follow it (href, redirect) instead of code calling it",
        "variable-default": "whether it is the default of a Terraform variable",
        "network-range": "whether it is a subnet or mask, not a host",
        "own-host": "whether the host is the page's own (`location.hostname`)",
        "shown": "the value without credentials",
        "cause": "published-port, container-port or ''",
        "environment": "development, production, test or '' by file name or stack",
        "target.reason": "one sentence: what the topology knows of the right address",
    },
    "port": {
        **_PLACE,
        "conflict": "whether another service of the stack publishes the same host port",
        "host-port": "the published port",
        "container-port": "the port in the container",
        "other": "the other service",
        "service": "the service",
        "stack": "the stack",
    },
    "service": {
        **_PLACE,
        "service": "the service",
        "stack": "the stack",
        "replicas": "how many containers are asked for",
        "fixed": "what they cannot share, in words",
        "fixed-name-or-port": "whether there is such a thing",
    },
    "edge": {
        **_PLACE,
        "from": "the service that calls",
        "to": "the service that is called",
        "does": "how, in words",
        "edge": "used or possible",
        "denied": "whether the access matrix forbids it",
    },
    "published-datastore": {
        **_PLACE,
        "service": "the service",
        "image": "its image",
        "host-port": "the published port",
        "environment": "production, development, test or '' by the file's name, header, twins",
    },
    "internal-host": {
        **_PLACE,
        **_RUNTIME,
        "host": "host.docker.internal or gateway.docker.internal",
        "gateway": "whether the service makes the name resolve",
    },
}
