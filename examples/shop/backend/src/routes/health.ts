import { Router } from 'express'

export const health = Router()

health.get('/', (_request, response) => {
  response.json({ ok: true })
})
