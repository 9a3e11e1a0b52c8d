#!/usr/bin/env bash
# Put some products into a fresh database. Runs on the host.
set -euo pipefail

API="${API:-http://localhost:3011}"

until curl -fs "$API/health" > /dev/null; do sleep 1; done
PGPASSWORD="${POSTGRES_PASSWORD:-change-me}" psql -h localhost -p 5435 -U shop shop -f database/seeds/products.sql
curl -fsS -X POST http://localhost:8000/train
docker compose exec -T database psql -U shop shop -c 'SELECT count(*) FROM products'
docker compose exec -T shop_backend npm run migrate
echo "open http://localhost:3000"
