'use client'

import axios from 'axios'

export function AddToCart({ id }: { id: number }) {
  const add = () =>
    axios.post('http://localhost:3011/api/cart', { id, quantity: 1 }, { withCredentials: true })
  return <button onClick={add}>Add to cart</button>
}
