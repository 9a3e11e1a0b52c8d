import { z } from 'zod'

const schema = z.object({
  PORT: z.coerce.number().default(3011),
  LOG_LEVEL: z.string().default('info'),
  DATABASE_URL: z.string().url().default('postgresql://shop:shop@localhost:5435/shop'),
  REDIS_URL: z.string().url(),
  RECOMMENDATIONS_URL: z.string().url().default('http://localhost:8090'),
  SEARCH_URL: z.string().url(),
  MEILI_MASTER_KEY: z.string(),
  JWT_SECRET: z.string(),
})

export const env = schema.parse(process.env)
