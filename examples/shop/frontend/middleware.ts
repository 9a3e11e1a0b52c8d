import { NextResponse, type NextRequest } from 'next/server'

const LOCAL = new Set(['localhost', '127.0.0.1'])

export function middleware(request: NextRequest) {
  const url = new URL(request.url)
  if (!LOCAL.has(url.hostname) && url.protocol === 'http:') {
    url.protocol = 'https:'
    return NextResponse.redirect(url)
  }
  return NextResponse.next()
}
