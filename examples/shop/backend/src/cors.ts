import cors from 'cors'

// The first list is for the browser; the second for what came before it.
const configured = process.env.CORS_ORIGINS?.split(',')
const legacy = ['http://localhost:3000', 'http://localhost:8080']

export const allowOrigins = cors({ origin: configured ?? legacy, credentials: true })

export const allowAdmin = cors({ origin: 'http://localhost:3000', methods: ['GET', 'POST'] })
