import { ProductCard } from './ProductCard'

export default { component: ProductCard }

export const Default = {
  args: { product: { id: 1, name: 'Mug', price: 9, imagePath: 'http://localhost:3011/uploads/mug.png' } },
}
