#!/bin/sh
# The example's front end, rewritten by `unmoor fix --unsafe-fixes`, is built by Next.js itself, with the generated
# rewrites in its configuration and a page that calls the generated resolver, whose unit tests pass in the project's own
# runner. Needs node and the npm registry (about 400 MB, some minutes): make next-build
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
unmoor=${UNMOOR:-unmoor}
work=$(mktemp -d)
trap 'kill "$stub" 2>/dev/null || true; rm -rf "$work"' EXIT
stub=
cp -R "$root/examples/shop" "$work/shop"
cd "$work/shop"
git init -q . && git add -A && git -c user.name=x -c user.email=x@example.org commit -qm "before"
"$unmoor" fix --unsafe-fixes --exit-zero --no-cache

"$unmoor" generate resolver --package frontend --write frontend/lib/service-urls.ts
"$unmoor" generate proxy --kind next --package frontend --write auto
mkdir -p frontend/app/probe frontend/app/probe-browser
cat >frontend/app/probe/page.tsx <<'PAGE'
import { getApiPublicUrl, getApiUrl, getWsUrl } from '@/lib/service-urls'

export default function Probe() {
  return <a href={getApiPublicUrl('/here')} data-inside={getApiUrl('/x').length + getWsUrl('/s').length}>here</a>
}
PAGE
cat >frontend/app/probe-browser/page.tsx <<'PAGE'
'use client'
import { getApiUrl } from '@/lib/service-urls'

export default function Probe() {
  return <button onClick={() => fetch(getApiUrl('/probe-of-a-browser'))}>ask</button>
}
PAGE
node -e '
const fs = require("fs"), file = "frontend/next.config.ts", text = fs.readFileSync(file, "utf8")
const start = text.indexOf("  async rewrites()"), end = text.indexOf("\n  },", start) + 5
fs.writeFileSync(file, `import { rewrites } from "./rewrites"\n${text.slice(0, start)}  rewrites,${text.slice(end)}`)
'

cd frontend
npm install --no-audit --no-fund
npm install --no-audit --no-fund -D @types/pg
npx vitest run lib/service-urls.test.ts

# Pages are rendered while they are built, and ask the back end and the recommendations.
node -e '
for (const port of [3011, 8090])
  require("http").createServer((_, answer) => answer.setHeader("content-type", "application/json").end("[]")).listen(port)
' &
stub=$!
NEXT_PUBLIC_API_URL=http://localhost:3011 BACKEND_URL=http://localhost:3011 npx next build
grep -rq 'http://localhost:3011' .next/static # a literal read was put into what browsers get
grep -q '"destination": *"http://localhost:3011/api/orders/:path\*"' .next/routes-manifest.json
echo "built: the address is in the browser's files, the rewrites are in the manifest"
