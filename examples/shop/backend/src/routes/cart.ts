import { Router } from 'express'

import { sessions } from '../cache'

export const cart = Router()

cart.get('/', async (request, response) => {
  response.json(JSON.parse((await sessions.get(`cart:${request.ip}`)) ?? '[]'))
})

cart.delete('/:id', async (request, response) => {
  await sessions.del(`cart:${request.ip}`)
  response.status(204).end()
})
