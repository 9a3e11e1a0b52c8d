#!/usr/bin/env bash
# Dump the database of the running stack.
set -euo pipefail

mkdir -p backups
STAMP="$(date +%Y%m%d-%H%M)"

docker exec shop_postgres pg_dump -U shop shop | gzip > "backups/shop-$STAMP.sql.gz"
docker cp shop_cache:/data/dump.rdb "backups/cache-$STAMP.rdb"
docker exec shop_new_backend node dist/jobs/reindex.js
docker logs --tail 20 shop_backend
