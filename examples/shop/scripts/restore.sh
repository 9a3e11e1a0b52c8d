#!/usr/bin/env bash
set -euo pipefail

CONTAINER=shop_database
FILE="${1:?which backup?}"

docker stop shop_new_backend
gunzip -c "$FILE" | docker exec -i "$CONTAINER" psql -U shop shop
docker start shop_backend
