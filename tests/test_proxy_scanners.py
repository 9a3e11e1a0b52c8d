"""nginx, Caddy, properties, units and HCL."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmoor.model.facts import Facts
from unmoor.scanners import by_name, scan

NGINX = """
upstream app { server backend:3011 weight=2; server unix:/x.sock; server 127.0.0.1:3012 backup; }
map $http_origin $cors { default ""; "http://localhost:3000" "$http_origin"; }
server {
  listen 80; listen [::]:8080 default_server; server_name example.com localhost;
  resolver 127.0.0.11;
  # proxy_pass http://comment:1;
  location /api/ {
    proxy_pass http://app/;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
  }
  location ~* ^/v[12]/ { set $target http://svc:9000; proxy_pass $target; }
  location = /health { return 200 "see http://localhost:80"; }
  location /php { fastcgi_pass php:9000; }
  add_header Content-Security-Policy "connect-src http://localhost:3011";
}
"""


def _scan(text: str, name: str, path: str) -> Facts:
    data = text.encode()
    facts = scan(path, data, by_name(name))
    for found in facts.references:
        assert data[slice(*found.span)].decode() == found.value, found
    return facts


def test_nginx_routes_ports_and_targets() -> None:
    facts = _scan(NGINX, "nginx", "nginx/default.conf")
    found = [(r.value, r.role) for r in facts.references]
    assert found == [
        ("backend:3011", "proxy-target"), ("127.0.0.1:3012", "proxy-target"), ("http://localhost:3000", "cors-origin"),
        ("http://svc:9000", "proxy-target"), ("http://localhost:80", "display"), ("php:9000", "proxy-target"),
        ("http://localhost:3011", "cors-origin"),
    ]  # fmt: skip
    routes = {d.name: d.attrs for d in facts.declarations if d.kind == "route"}
    assert list(routes) == ["/api/", "^/v[12]/", "/health", "/php"]
    assert routes["/api/"]["destination"] == "http://app/" and routes["/api/"]["websocket"]
    assert routes["^/v[12]/"]["destination"] == "http://svc:9000" and not routes["^/v[12]/"]["websocket"]
    assert routes["/health"]["modifier"] == "="
    assert [(d.value, d.attrs["host"]) for d in facts.declarations if d.kind == "port"] == [("80", ""), ("8080", "::")]
    assert facts.traits["server_name"] == ["example.com", "localhost"]
    assert facts.references[0].scope == "upstream app > server"


def test_nginx_template_reads_variables() -> None:
    text = "server { location / { proxy_pass http://${BACKEND}:${PORT}/; proxy_set_header Host $host; } }"
    facts = _scan(text, "nginx", "nginx/default.conf.template")
    assert [r.value for r in facts.references if r.kind == "env"] == ["BACKEND", "PORT"]
    assert [r.value for r in facts.references if r.kind == "url"] == ["http://${BACKEND}:${PORT}/"]


def test_caddy() -> None:
    text = (
        "{\n  email {$MAIL:me}\n}\nexample.com, :8080 {\n  handle_path /api/* {\n    reverse_proxy backend:3011\n  }\n"
        '  reverse_proxy /ws* ws:9000 ws2:9000\n  respond "http://localhost"\n}\n'
    )
    facts = _scan(text, "caddyfile", "Caddyfile")
    assert [(r.value, r.role) for r in facts.references if r.kind != "env"] == [
        ("backend:3011", "proxy-target"), ("ws:9000", "proxy-target"), ("ws2:9000", "proxy-target"),
        ("http://localhost", "display"),
    ]  # fmt: skip
    assert [(r.value, r.attrs["default"]) for r in facts.references if r.kind == "env"] == [("MAIL", "me")]
    assert [(d.name, d.attrs["destination"]) for d in facts.declarations if d.kind == "route"] == [
        ("/api/*", "backend:3011"), ("/ws*", "ws:9000"),
    ]  # fmt: skip
    assert [d.value for d in facts.declarations if d.kind == "port"] == ["8080"]
    assert facts.traits["server_name"] == ["example.com"]


def test_properties_and_their_defaults() -> None:
    text = (
        "# http://comment:1\nbootstrap.servers=kafka:9092,k2:9092\napi.url=${API:http://localhost:3000}\n"
        "listeners=PLAINTEXT://0.0.0.0:9092\nadvertised.listeners=PLAINTEXT://localhost:9092\n"
        "long=http://a\\\n  b.example.org/x\n"
    )
    data = text.encode()
    facts = scan("config/application.properties", data, by_name("properties"))
    found = {r.value: r.role for r in facts.references if r.kind != "env"}
    assert found["kafka:9092"] == found["k2:9092"] == "config"
    assert found["http://localhost:3000"] == "default"
    assert found["PLAINTEXT://0.0.0.0:9092"] == "bind"
    assert found["PLAINTEXT://localhost:9092"] == "advertised"
    assert found["http://ab.example.org/x"] == "config"
    assert "http://comment:1" not in found
    (env,) = [r for r in facts.references if r.kind == "env"]
    assert (env.value, env.attrs["default"]) == ("API", "http://localhost:3000")


def test_units_run_commands_and_set_variables() -> None:
    text = (
        '[Unit]\nDocumentation=http://localhost/doc\n[Service]\nEnvironment="API=http://localhost:3000" B=2\n'
        "EnvironmentFile=-/etc/app.env\nExecStart=/usr/bin/curl http://localhost:4000 \\\n  -f\n"
    )
    facts = _scan(text, "properties", "deploy/app.service")
    assert [(d.name, d.value) for d in facts.declarations if d.kind == "env"] == [
        ("API", "http://localhost:3000"),
        ("B", "2"),
    ]
    found = {r.value: r for r in facts.references}
    assert found["http://localhost:4000"].runtime == "host"
    assert found["http://localhost/doc"].role == "display"
    assert found["/etc/app.env"].attrs["use"] == "env-file"
    assert found["http://localhost:3000"].attrs["env"] == "API"


HCL = """
variable "api" {
  description = "see http://localhost:1"
  default     = "http://localhost:3000"
}
locals {
  u = "http://10.0.0.5:80/${var.x}"
  n = 1e3
}
resource "x" "web" {
  environment = { API = "http://api:3000", "B" = jsonencode({ c = "http://c:1" }) }
  cidr_blocks = ["10.0.0.0/8"]
  user_data   = <<-EOF
    curl http://localhost:9/$${HOME}
      indented http://localhost:10
  EOF
}
"""


def test_hcl_places_and_heredocs() -> None:
    data = HCL.encode()
    facts = scan("main.tf", data, by_name("hcl"))
    assert not facts.problems
    found = {r.value: r for r in facts.references}
    assert found["http://localhost:1"].role == "display"
    assert found["http://localhost:3000"].attrs["terraform"] == "variable-default"
    assert found["http://localhost:3000"].role == "default"
    assert found["http://10.0.0.5:80/${var.x}"].attrs["terraform"] == "local"
    assert found["http://api:3000"].scope == "resource.x.web.environment.API"
    assert found["http://c:1"].attrs["terraform"] == "resource"
    assert found["http://localhost:9/${HOME}"].layers == ("hcl:heredoc",)
    assert data[slice(*found["http://localhost:9/${HOME}"].span)] == b"http://localhost:9/$${HOME}"
    assert "http://localhost:10" in found
    assert all(r.role == "comparison" for r in facts.references if r.value.startswith("10."))


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("nginx.conf", "nginx"),
        ("Caddyfile", "caddyfile"),
        ("a.service", "properties"),
        ("a.properties", "properties"),
        ("a.tf", "hcl"),
    ],
)
@given(
    data=st.binary(max_size=120)
    | st.text(st.sampled_from("server{};: \n\"'$\\#=[]http://localhost:1<<-EOF"), max_size=80).map(str.encode)
)
def test_never_raises(path: str, name: str, data: bytes) -> None:
    facts = scan(path, data, by_name(name))
    for found in [*facts.references, *facts.declarations]:
        assert 0 <= found.span.start <= found.span.end <= len(data)
