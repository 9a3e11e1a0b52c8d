import { listProducts } from '@/lib/api/products'
import { ProductCard } from '@/components/ProductCard'

export default async function Products({ searchParams }: { searchParams: Promise<{ page?: string }> }) {
  const { page = '1' } = await searchParams
  const products = await listProducts(Number(page))
  return (
    <main>
      {products.map((product) => (
        <ProductCard key={product.id} product={product} />
      ))}
    </main>
  )
}
