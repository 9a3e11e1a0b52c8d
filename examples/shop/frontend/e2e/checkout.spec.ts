import { expect, test } from '@playwright/test'

test('an order can be paid', async ({ page, request }) => {
  await request.post('http://localhost:3011/api/test/reset')
  await page.goto('/checkout')
  await expect(page.getByRole('status')).toHaveText('paid')
})
