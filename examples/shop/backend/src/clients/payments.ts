const { PAYMENTS_URL = 'https://api.stripe.com', STRIPE_SECRET_KEY } = process.env

export async function pay(order: string) {
  return fetch(`${PAYMENTS_URL}/v1/charges`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${STRIPE_SECRET_KEY}` },
    body: JSON.stringify({ order }),
  })
}
