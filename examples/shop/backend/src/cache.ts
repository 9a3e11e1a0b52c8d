import Redis from 'ioredis'

import { env } from './env'

export const cache = new Redis(env.REDIS_URL)
export const sessions = new Redis({ host: 'localhost', port: 6379, db: 2 })
