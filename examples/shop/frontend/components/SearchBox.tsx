'use client'

import { useState } from 'react'

export function SearchBox() {
  const [hits, setHits] = useState<{ id: number; name: string }[]>([])

  async function search(query: string) {
    const url = new URL('/indexes/products/search', 'http://search:7700')
    url.searchParams.set('q', query)
    const response = await fetch(url, {
      headers: { Authorization: `Bearer ${process.env.NEXT_PUBLIC_SEARCH_SECRET}` },
    })
    setHits((await response.json()).hits)
  }

  return (
    <div>
      <input onChange={(event) => search(event.target.value)} placeholder="Search, or paste http://localhost:3000/products/1" />
      {hits.map((hit) => (
        <p key={hit.id}>{hit.name}</p>
      ))}
    </div>
  )
}
