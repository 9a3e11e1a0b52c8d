#!/bin/sh
# The example's front end, rewritten by `unmoor fix --unsafe-fixes`, is built by Next.js itself. Needs node and the npm
# registry (about 400 MB, some minutes): make next-build
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'kill "$stub" 2>/dev/null || true; rm -rf "$work"' EXIT
stub=
cp -R "$root/examples/shop" "$work/shop"
cd "$work/shop"
git init -q . && git add -A && git -c user.name=x -c user.email=x@example.org commit -qm "before"
"${UNMOOR:-unmoor}" fix --unsafe-fixes --exit-zero --no-cache
cd frontend
npm install --no-audit --no-fund
npm install --no-audit --no-fund -D @types/pg
# Pages are rendered while they are built, and ask the back end and the recommendations.
node -e '
for (const port of [3011, 8090])
  require("http").createServer((_, answer) => answer.setHeader("content-type", "application/json").end("[]")).listen(port)
' &
stub=$!
NEXT_PUBLIC_API_URL=http://localhost:3011 BACKEND_URL=http://localhost:3011 npx next build
