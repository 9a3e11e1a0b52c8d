#!/usr/bin/env bash
set -euo pipefail

curl -fsS http://localhost:3000/api/health
curl -fsS http://localhost:3011/health
curl -fsS http://localhost:8090/health
curl -fsS http://localhost:7701/health
curl -fsS http://recommendations:8000/health
docker compose exec -T recommendations curl -fsS http://localhost:8000/health
