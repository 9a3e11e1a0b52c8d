#!/usr/bin/env bash
# Deploy the tagged version to the server.
set -euo pipefail

HOST="${DEPLOY_HOST:-192.168.40.12}"

rsync -az --delete ./ "deploy@$HOST:/srv/shop/"
ssh "deploy@$HOST" <<'REMOTE'
cd /srv/shop
docker compose -f compose.prod.yaml build
docker compose -f compose.prod.yaml up -d
docker exec shop_new_backend npm run migrate
REMOTE

./scripts/notify.sh "deployed to $HOST"
