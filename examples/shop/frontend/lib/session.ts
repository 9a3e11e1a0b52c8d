export async function session(fetcher: typeof fetch = fetch) {
  const options = { method: 'GET', url: 'http://localhost:3011/api/session' }
  const request = new Request('http://localhost:3011/api/session/refresh', { method: 'POST' })
  await fetcher(request)
  const events = new EventSource('http://localhost:3011/api/events')
  const hidden = new XMLHttpRequest()
  hidden.open('GET', 'http://localhost:3011/api/session')
  hidden.send()
  return { options, events }
}

export const isDevelopment = () => window.location.hostname === 'localhost'
