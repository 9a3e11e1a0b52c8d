const isLocal = (url: string) => /^https?:\/\/(localhost|127\.0\.0\.1)/.test(url)

export function imageUrl(path: string): string {
  if (isLocal(path)) return path
  const { pathname } = new URL(path, 'http://localhost')
  return `/uploads${pathname}`
}
