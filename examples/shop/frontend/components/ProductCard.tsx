import Link from 'next/link'

import { imageUrl } from '@/lib/images'
import type { Product } from '@/lib/api/products'

export function ProductCard({ product }: { product: Product }) {
  return (
    <Link href={`/products/${product.id}`}>
      <img src={imageUrl(product.imagePath)} alt={product.name} />
      {product.name}
    </Link>
  )
}
