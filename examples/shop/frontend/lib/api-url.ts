/** The one place that knows where the back end is. New code asks here. */
function required(name: string, value: string | undefined): string {
  if (!value) throw new Error(`${name} is not set`)
  return value.replace(/\/$/, '')
}

export function getApiUrl(path = ''): string {
  const base =
    typeof window === 'undefined'
      ? required('BACKEND_URL', process.env.BACKEND_URL)
      : required('NEXT_PUBLIC_API_URL', process.env.NEXT_PUBLIC_API_URL)
  return base + path
}

export function getWsUrl(path = ''): string {
  return required('NEXT_PUBLIC_WS_URL', process.env.NEXT_PUBLIC_WS_URL) + path
}
