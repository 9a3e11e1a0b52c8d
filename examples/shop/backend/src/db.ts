import { Pool } from 'pg'

import { env } from './env'

export const pool = new Pool({ connectionString: env.DATABASE_URL })

/** Read replica, where there is one. */
export const replica = new Pool({
  host: process.env.REPLICA_HOST || 'localhost',
  port: Number(process.env.REPLICA_PORT || 5432),
  database: 'shop',
})
