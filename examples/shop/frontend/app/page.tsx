import { ProductCard } from '@/components/ProductCard'
import type { Product } from '@/lib/api/products'

// A server component: it runs in the container.
async function featured(): Promise<Product[]> {
  const response = await fetch('http://localhost:3011/api/featured', { next: { revalidate: 60 } })
  return response.json()
}

async function recommended(): Promise<Product[]> {
  const base = process.env.RECOMMENDATIONS_URL ?? 'http://localhost:8090'
  const response = await fetch(`${base}/recommendations?limit=4`)
  return response.ok ? response.json() : []
}

export default async function Home() {
  const [first, second] = await Promise.all([featured(), recommended()])
  return (
    <main>
      {[...first, ...second].map((product) => (
        <ProductCard key={product.id} product={product} />
      ))}
    </main>
  )
}
