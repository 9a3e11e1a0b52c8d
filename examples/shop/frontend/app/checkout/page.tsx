'use client'

import { useState } from 'react'

import { createOrder } from '@/lib/api/orders'

export default function Checkout() {
  const [status, setStatus] = useState('')

  async function pay() {
    const order = await createOrder()
    const response = await fetch(process.env.NEXT_PUBLIC_API_URL + `/api/orders/${order.id}/pay`, {
      method: 'POST',
      headers: { 'X-Payment-Mode': process.env.VITE_PAYMENT_MODE ?? 'test' },
    })
    setStatus(response.ok ? 'paid' : 'failed')
  }

  return (
    <form action={pay}>
      <img src="http://localhost:3011/uploads/cards.png" alt="" />
      <button>Pay</button>
      <output>{status}</output>
    </form>
  )
}
