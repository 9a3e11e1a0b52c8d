import { expect, test } from 'vitest'

test('lists products', async () => {
  const response = await fetch('http://localhost:3011/api/products')
  expect(response.status).toBe(200)
})
