import { Pool } from 'pg'

/** Turnover of a day, for the admin page. Runs on the server only. */
const pool = new Pool({ connectionString: process.env.REPORTS_DATABASE_URL })

export async function turnover(day: string): Promise<number> {
  const { rows } = await pool.query('SELECT sum(price) FROM orders WHERE created_at::date = $1', [day])
  return Number(rows[0].sum)
}
