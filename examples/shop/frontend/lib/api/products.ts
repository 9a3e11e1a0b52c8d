export interface Product {
  id: number
  name: string
  price: number
  imagePath: string
}

const API_URL = process.env.NEXT_PUBLIC_API_URL ?? "http://localhost:3011"

export async function listProducts(page: number): Promise<Product[]> {
  const response = await fetch(`${API_URL}/api/products?page=${page}`)
  return response.json()
}

export const getProduct = async (id: string): Promise<Product> =>
  (await fetch("http://localhost:3011/api/products/" + id)).json()
