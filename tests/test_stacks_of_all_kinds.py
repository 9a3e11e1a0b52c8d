"""Small projects as other people write them, by language and stack: what is said of them, and what is not."""

import pytest

from unmoor.config.settings import Settings
from unmoor.engine import scan_workspace
from unmoor.files.workspace import MemoryWorkspace
from unmoor.model.findings import Severity
from unmoor.rules import load

FAMILIES = {"url", "port", "network", "health", "route"}

RAILS = {
    "docker-compose.yml": """\
services:
  web:
    build: .
    command: bundle exec rails server -b 0.0.0.0 -p 3000
    environment:
      DATABASE_URL: postgres://postgres:pw@db:5432/shop
      REDIS_URL: redis://redis:6379/1
    ports: ["3000:3000"]
    depends_on: [db, redis]
  sidekiq:
    build: .
    command: bundle exec sidekiq
    environment:
      DATABASE_URL: postgres://postgres:pw@localhost:5432/shop
    depends_on: [db]
  db: {image: "postgres:16"}
  redis: {image: "redis:7"}
""",
    "Dockerfile": "FROM ruby:3.3\nWORKDIR /app\nCOPY . .\n",
    "Gemfile": "gem 'rails'\n",
    "config/environments/development.rb": """\
Rails.application.configure do
  config.action_mailer.default_url_options = { host: "localhost", port: 3000 }
end
""",
    "config/cable.yml": "development:\n  adapter: redis\n  url: redis://localhost:6379/1\n",
    "README.md": "Open http://localhost:3000.\n",
}
LARAVEL = {
    "compose.yaml": """\
services:
  laravel.test:
    build: .
    ports: ["${APP_PORT:-80}:80", "${VITE_PORT:-5173}:5173"]
    env_file: [.env]
    networks: [sail]
  mysql:
    image: mysql/mysql-server:8.0
    ports: ["${FORWARD_DB_PORT:-3306}:3306"]
    networks: [sail]
  mailpit:
    image: axllent/mailpit
    ports: ["8025:8025"]
    networks: [sail]
networks: {sail: {driver: bridge}}
""",
    "Dockerfile": "FROM php:8.3-apache\nCOPY . /var/www/html\n",
    ".env.example": "APP_URL=http://localhost\nDB_HOST=mysql\nDB_PORT=3306\nMAIL_HOST=mailpit\nREDIS_HOST=127.0.0.1\n",
    "config/database.php": (
        "<?php return ['mysql' => ['host' => env('DB_HOST', '127.0.0.1'), 'port' => env('DB_PORT', '3306')]];\n"
    ),
    "README.md": "Mail: http://localhost:8025\n",
}
SPRING = {
    "compose.yaml": """\
services:
  orders:
    build: ./orders
    environment:
      SPRING_PROFILES_ACTIVE: docker
      SPRING_DATASOURCE_URL: jdbc:postgresql://postgres:5433/orders
      SPRING_KAFKA_BOOTSTRAP_SERVERS: kafka:29092
    ports: ["8081:8080"]
  postgres:
    image: postgres:16
    ports: ["5433:5432"]
  kafka:
    image: confluentinc/cp-kafka:7.6.0
    ports: ["9092:9092"]
    environment:
      KAFKA_LISTENERS: PLAINTEXT://0.0.0.0:29092,PLAINTEXT_HOST://0.0.0.0:9092
      KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://kafka:29092,PLAINTEXT_HOST://localhost:9092
""",
    "orders/Dockerfile": (
        'FROM eclipse-temurin:21-jre\nCOPY target/app.jar /app.jar\nENTRYPOINT ["java", "-jar", "/app.jar"]\n'
    ),
    "orders/src/main/resources/application.yml": """\
server:
  port: 8080
spring:
  datasource:
    url: jdbc:postgresql://localhost:5433/orders
  kafka:
    bootstrap-servers: localhost:9092
""",
    "orders/src/main/resources/application-docker.yml": """\
spring:
  kafka:
    bootstrap-servers: kafka:29092
""",
    "orders/src/test/java/OrderIT.java": 'class OrderIT { String base = "http://localhost:8080"; }\n',
    "README.md": "The service answers at http://localhost:8081/orders.\n",
}
KUBERNETES = {
    "docker-compose.yml": """\
services:
  api:
    build: .
    ports: ["8080:8080"]
  redis: {image: "redis:7"}
""",
    "Dockerfile": 'FROM golang:1.22\nCOPY . .\nEXPOSE 8080\nCMD ["./api"]\n',
    "k8s/api.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: acme/web
          env:
            - {name: API_URL, value: "http://api:80"}
            - {name: SIDECAR, value: "http://localhost:9901"}
          livenessProbe: {httpGet: {path: /healthz, port: 8080}}
""",
    "main.go": 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
}
EDGE = {
    "compose.yaml": """\
services:
  caddy:
    image: caddy:2
    ports: ["80:80", "443:443"]
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile"]
  nginx:
    image: nginx:1.27
    ports: ["8088:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf"]
  api:
    image: node:20
    command: node server.js
    environment: {PORT: "4000", PUBLIC_URL: "http://localhost:8088"}
""",
    "Caddyfile": "localhost {\n  reverse_proxy api:4000\n}\n",
    "nginx.conf": """\
server {
  listen 80;
  server_name localhost;
  location /api/ { proxy_pass http://api:4000/; }
  location /gone/ { proxy_pass http://localhost:4000/; }
}
""",
}
HOST = {
    "docker-compose.yml": """\
services:
  node-exporter:
    image: prom/node-exporter
    network_mode: host
  agent:
    image: acme/agent
    network_mode: host
    environment: {METRICS_URL: "http://localhost:9100/metrics", DB_HOST: 127.0.0.1}
  db:
    image: postgres:16
    ports: ["127.0.0.1:5432:5432"]
""",
    "README.md": "Metrics: http://localhost:9100/metrics\n",
}
ALL_IN_ONE = {
    "compose.yaml": """\
services:
  app:
    build: .
    ports: ["8080:80"]
    environment: {REDIS_URL: "redis://localhost:6379", API_URL: "http://127.0.0.1:9000"}
""",
    "Dockerfile": """\
FROM debian:12
RUN apt-get update && apt-get install -y supervisor redis-server nginx
COPY supervisord.conf /etc/supervisor/conf.d/app.conf
CMD ["supervisord", "-n"]
""",
    "supervisord.conf": "[program:redis]\ncommand=redis-server\n[program:api]\ncommand=uvicorn app:app --port 9000\n",
}
MONOREPO = {
    "apps/one/compose.yaml": 'services:\n  api: {build: ., ports: ["8001:8000"]}\n',
    "apps/one/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0"]\n',
    "apps/one/README.md": "`docker compose up`, then http://localhost:8001/docs\n",
    "apps/two/compose.yaml": 'services:\n  api: {build: ., ports: ["8002:8000"]}\n',
    "apps/two/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0"]\n',
    "apps/two/README.md": "`docker compose up`, then http://localhost:8002/docs\n",
    ".devcontainer/docker-compose.yml": """\
services:
  workspace:
    image: mcr.microsoft.com/devcontainers/python:3
    volumes: ["..:/workspace"]
    command: sleep infinity
    network_mode: service:db
  db: {image: "postgres:16"}
""",
    "apps/one/settings.py": 'import os\nDB = os.environ["DATABASE_URL"]\n',
    "docs/guide.md": "The first answers at http://localhost:8001, the second at http://localhost:8002.\n",
}
CI = {
    ".github/workflows/test.yml": """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    services:
      postgres: {image: "postgres:16", ports: ["5433:5432"]}
    env: {DATABASE_URL: "postgresql://postgres:pw@localhost:5433/test"}
    steps:
      - run: curl -fsS http://localhost:8000/health
      - run: docker compose up -d && curl http://localhost:8000/ready
""",
    "compose.yaml": 'services:\n  api: {build: ., ports: ["8000:8000"]}\n',
    "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "m:app", "--host", "0.0.0.0"]\n',
}
ELASTIC = {
    "compose.yaml": """\
services:
  es01:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.13.0
    environment: [node.name=es01, "discovery.seed_hosts=es02", "cluster.initial_master_nodes=es01,es02"]
    ports: ["127.0.0.1:9200:9200"]
    healthcheck: {test: ["CMD-SHELL", "curl -s http://localhost:9200 | grep -q 'missing authentication'"]}
  es02:
    image: docker.elastic.co/elasticsearch/elasticsearch:8.13.0
    environment: [node.name=es02, "discovery.seed_hosts=es01"]
  kibana:
    image: docker.elastic.co/kibana/kibana:8.13.0
    environment: ["ELASTICSEARCH_HOSTS=http://es01:9200", "SERVER_PUBLICBASEURL=http://localhost:5601"]
    ports: ["5601:5601"]
""",
    "README.md": "Kibana: http://localhost:5601. Check: `curl http://localhost:9200`.\n",
}
SUPABASE = {
    "docker-compose.yml": """\
services:
  kong:
    image: kong:2.8
    ports: ["8000:8000"]
  auth:
    image: supabase/gotrue:v2
    environment:
      GOTRUE_DB_DATABASE_URL: postgres://admin:pw@db:5432/postgres
      GOTRUE_SITE_URL: http://localhost:3000
      API_EXTERNAL_URL: http://localhost:8000
  studio:
    image: supabase/studio:2024
    environment:
      SUPABASE_URL: http://kong:8000
      SUPABASE_PUBLIC_URL: http://localhost:8000
      STUDIO_PG_META_URL: http://meta:8080
  meta:
    image: supabase/postgres-meta:v0.80
  db:
    image: supabase/postgres:15
""",
}
DOTNET = {
    "docker-compose.yml": """\
services:
  catalog.api:
    build: {context: ., dockerfile: src/Catalog/Dockerfile}
    environment:
      - ASPNETCORE_URLS=http://0.0.0.0:80
      - ConnectionStrings__Db=Server=sqldata;Database=Catalog;User Id=sa;Password=pw
    ports: ["5101:80"]
  sqldata: {image: "mcr.microsoft.com/mssql/server:2022-latest"}
""",
    "src/Catalog/Dockerfile": (
        'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT ["dotnet", "Catalog.dll"]\n'
    ),
    "src/Catalog/Properties/launchSettings.json": (
        '{"profiles": {"Catalog": {"applicationUrl": "http://localhost:5224"}}}\n'
    ),
    "src/Catalog/appsettings.Development.json": (
        '{"ConnectionStrings": {"Db": "Server=localhost,1433;Database=Catalog"}}\n'
    ),
    "README.md": "Swagger: http://localhost:5101/swagger\n",
}
DESKTOP = {
    "src-tauri/tauri.conf.json": '{"build": {"devUrl": "http://localhost:1420"}}\n',
    "src-tauri/src/main.rs": 'fn main() { let url = "http://localhost:3200"; listen(url); }\n',
    "vite.config.ts": "export default { server: { port: 1420, strictPort: true } }\n",
    "package.json": '{"name": "app", "dependencies": {"react": "18"}, "scripts": {"dev": "vite --port 1420"}}\n',
    "compose.yaml": "services:\n  api: {build: .}\n",
    "Dockerfile": "FROM node:20\nCOPY . .\n",
}

RUST = {
    "compose.yaml": """\
services:
  api:
    build: .
    environment: {DATABASE_URL: "postgres://pg:pw@db/shop", LISTEN_ADDR: "0.0.0.0:3000"}
    ports: ["3001:3000"]
  db: {image: "postgres:16"}
""",
    "Dockerfile": 'FROM rust:1.79\nCOPY . .\nCMD ["./api"]\n',
    "src/main.rs": """\
use axum::Router;
#[tokio::main]
async fn main() {
    let addr = std::net::SocketAddr::from(([0, 0, 0, 0], 3000));
    println!("listening on http://localhost:3000");
    axum::Server::bind(&addr).serve(Router::new()).await.unwrap();
}
#[cfg(test)]
mod tests {
    const BASE: &str = "http://localhost:3000";
}
""",
    "README.md": "```\ndocker compose up\ncurl http://localhost:3000/health\n```\n",
}
DEVELOPMENT = {
    "docker-compose.dev.yml": """\
services:
  postgres:
    image: postgres:16
    ports: ["5432:5432"]
  redis:
    image: redis:7
    ports: ["6379:6379"]
""",
    ".env.example": (
        "DATABASE_URL=postgres://pg:pw@localhost:5432/app\nREDIS_URL=redis://localhost:6379\n"
        "APP_URL=http://localhost:3000\n"
    ),
    ".env.development": "API_URL=http://localhost:4000\n",
    "Makefile": (
        "up:\n\tdocker compose -f docker-compose.dev.yml up -d\nmigrate:\n"
        "\tDATABASE_URL=postgres://pg:pw@localhost:5432/app npm run migrate\n"
    ),
    "package.json": (
        '{"name": "app", "dependencies": {"express": "4"}, "scripts": {"dev": "PORT=4000 node src/server.js"}}\n'
    ),
    "src/server.js": (
        "const app = require('express')()\nconst port = process.env.PORT || 4000\n"
        "app.listen(port, () => console.log(`http://localhost:${port}`))\n"
    ),
    "config.sample.yml": "database:\n  host: localhost\n  port: 5432\n",
    ".claude/skills/deploy/SKILL.md": (
        "Check `curl http://localhost:8123/healthz` after `docker run -p 8123:80 nginx`.\n"
    ),
}
CHECKS = {
    "compose.yaml": """\
services:
  api:
    build: ./api
    ports: ["9000:8000"]
    healthcheck: {test: ["CMD", "curl", "-f", "http://localhost:9000/health"]}
  worker:
    build: ./api
    command: celery -A app worker
    healthcheck: {test: ["CMD", "/bin/healthcheck.sh"]}
  web:
    image: nginx:1.27-alpine
    healthcheck: {test: ["CMD-SHELL", "wget -qO- http://127.0.0.1/ || exit 1"]}
  cache:
    image: redis:7-alpine
    healthcheck: {test: ["CMD", "curl", "-f", "http://127.0.0.1:6379"]}
""",
    "api/Dockerfile": """\
FROM python:3.12-slim
RUN apt-get update && apt-get install -y curl
COPY healthcheck.sh /bin/healthcheck.sh
CMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]
""",
    "api/healthcheck.sh": "#!/bin/sh\ncurl -f http://localhost:8000/health\n",
}
NETWORKS = {
    "compose.yaml": """\
services:
  proxy:
    image: traefik:v3
    command: [--providers.docker, --entrypoints.web.address=:80]
    networks: [edge]
    ports: ["80:80"]
  web:
    image: acme/web
    environment: {API_URL: "http://api:8000", DB_URL: "postgres://u:p@db:5432/x", MAIL_HOST: smtp.example.com}
    labels: ["traefik.http.routers.web.rule=Host(`web.example.net`)", "traefik.http.routers.web.entrypoints=web"]
    networks: [edge, inner]
  api:
    image: acme/api
    expose: ["8000"]
    environment: {DB_URL: "postgres://u:p@db:5432/x"}
    networks: [inner]
  db:
    image: postgres:16
    networks: [data]
  shared:
    image: acme/shared
    environment: {UPSTREAM: "http://elsewhere:9000"}
    networks: [outer]
networks:
  edge: {}
  inner: {}
  data: {}
  outer: {external: true}
""",
}

PROJECTS: dict[str, tuple[dict[str, str], set[str]]] = {
    "rails": (RAILS, {"localhost-in-container docker-compose.yml:14"}),
    "laravel": (LARAVEL, {"hardcoded-fallback config/database.php:1"}),
    "spring": (SPRING, {"host-port-in-container compose.yaml:6"}),
    "kubernetes beside compose": (KUBERNETES, set()),
    "caddy and nginx": (EDGE, {"localhost-in-container nginx.conf:5"}),
    "host network": (HOST, set()),
    "all in one": (ALL_IN_ONE, set()),
    "several stacks and a dev container": (MONOREPO, set()),
    "ci services": (CI, set()),
    "elastic": (ELASTIC, set()),
    "supabase": (SUPABASE, set()),
    "dotnet": (DOTNET, set()),
    "desktop": (DESKTOP, set()),
    "rust": (RUST, set()),
    "development only": (DEVELOPMENT, set()),
    "health checks": (CHECKS, {"healthcheck-wrong-port compose.yaml:5", "healthcheck-tool-missing compose.yaml:15"}),
    "networks": (
        NETWORKS,
        {"unreachable-service compose.yaml:9", "unreachable-service compose.yaml:15"},
    ),
}


def said(files: dict[str, str]) -> set[str]:
    """Rule and place of every finding of the five families at warning or above."""
    rules = [rule for rule in load().rules.values() if rule.family in FAMILIES]
    workspace = MemoryWorkspace({path: text.encode() for path, text in files.items()})
    report = scan_workspace(workspace, Settings(), rules=rules)
    loud = [one for one in report.findings if one.severity >= Severity.warning]
    lines = [files[one.path].encode()[: one.span.start].count(b"\n") + 1 for one in loud]
    return {f"{one.rule} {one.path}:{line}" for one, line in zip(loud, lines)}


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_said(name: str) -> None:
    files, expected = PROJECTS[name]
    assert said(files) == expected
