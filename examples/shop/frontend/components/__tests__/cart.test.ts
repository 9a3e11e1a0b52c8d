import { expect, test, vi } from 'vitest'

test('asks the back end for the cart', async () => {
  const fetch = vi.fn().mockResolvedValue({ json: async () => [] })
  await fetch('http://localhost:3011/api/cart')
  expect(fetch).toHaveBeenCalledWith('http://localhost:3011/api/cart')
})
