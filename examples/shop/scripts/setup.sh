#!/usr/bin/env bash
# First steps on a new machine.
set -euo pipefail

[ -f .env ] || cp .env.example .env
[ -f scripts/extra.sh ] && bash scripts/extra.sh
npm install
docker compose up -d database cache
docker compose up -d mail
echo "now run: npm run dev"
