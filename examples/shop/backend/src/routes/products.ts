import { Router } from 'express'

import { recommendationsFor } from '../clients/recommendations'
import { pool } from '../db'

export const products = Router()

products.get('/', async (_request, response) => {
  const { rows } = await pool.query('SELECT * FROM products ORDER BY id LIMIT 50')
  response.json(rows)
})

products.get('/:id', async (request, response) => {
  const { rows } = await pool.query('SELECT * FROM products WHERE id = $1', [request.params.id])
  response.json({ ...rows[0], related: await recommendationsFor(request.params.id) })
})
