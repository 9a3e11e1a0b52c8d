'use client'

import { useEffect, useState } from 'react'

type Line = { id: number; name: string; quantity: number }

export default function Cart() {
  const [lines, setLines] = useState<Line[]>([])

  useEffect(() => {
    fetch('http://localhost:3011/api/cart', { credentials: 'include' })
      .then((response) => response.json())
      .then(setLines)
  }, [])

  async function remove(id: number) {
    await fetch(`http://localhost:3011/api/cart/${id}`, { method: 'DELETE', credentials: 'include' })
    setLines(lines.filter((line) => line.id !== id))
  }

  async function clear() {
    await fetch('/api/cart/clear', { method: 'POST' })
    setLines([])
  }

  return (
    <ul>
      {lines.map((line) => (
        <li key={line.id}>
          {line.name} × {line.quantity} <button onClick={() => remove(line.id)}>remove</button>
        </li>
      ))}
      <button onClick={clear}>clear</button>
    </ul>
  )
}
