import { notFound } from 'next/navigation'

import { AddToCart } from '@/components/AddToCart'

const API = `http://backend:3011/api`

export default async function ProductPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const response = await fetch(`${API}/products/${id}`)
  if (!response.ok) notFound()
  const product = await response.json()
  return (
    <main>
      <h1>{product.name}</h1>
      <AddToCart id={product.id} />
    </main>
  )
}
