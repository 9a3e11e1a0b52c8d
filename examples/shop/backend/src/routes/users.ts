import { Router } from 'express'

export const users = Router()

users.post('/login', (request, response) => {
  // Sign-in from the same machine skips the second factor.
  const trusted = request.hostname === 'localhost' || request.ip === '127.0.0.1'
  response.json({ trusted })
})

users.get('/callback', (_request, response) => {
  response.redirect('http://localhost:3000/account')
})
