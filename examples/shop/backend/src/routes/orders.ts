import { Router } from 'express'

import { sendMail } from '../clients/mail'
import { pay } from '../clients/payments'
import { pool } from '../db'

export const orders = Router()

orders.post('/', async (_request, response) => {
  const { rows } = await pool.query('INSERT INTO orders (user_id) VALUES (1) RETURNING id')
  response.status(201).json(rows[0])
})

orders.post('/:id/pay', async (request, response) => {
  await pay(request.params.id)
  await sendMail('customer@example.org', `Order: ${process.env.PUBLIC_URL}/orders/${request.params.id}`)
  response.json({ ok: true })
})
