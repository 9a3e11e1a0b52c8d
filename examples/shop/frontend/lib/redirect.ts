import { NextResponse, type NextRequest } from 'next/server'

const LOCAL = new Set(['localhost', '127.0.0.1'])

/** Called by the reverse proxy worker: plain http goes to https, but for local hosts. */
export function toHttps(request: NextRequest) {
  const url = new URL(request.url)
  if (!LOCAL.has(url.hostname) && url.protocol === 'http:') {
    url.protocol = 'https:'
    return NextResponse.redirect(url)
  }
  return NextResponse.next()
}
