import { env } from '../env'

export async function search(query: string) {
  const url = new URL('/indexes/products/search', env.SEARCH_URL)
  url.searchParams.set('q', query)
  return fetch(url, { headers: { Authorization: `Bearer ${env.MEILI_MASTER_KEY}` } })
}
