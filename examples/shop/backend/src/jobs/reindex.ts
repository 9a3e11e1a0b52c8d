import { pool } from '../db'

const SEARCH = process.env.SEARCH_URL
const KEY = process.env.MEILI_SEARCH_KEY

async function reindex() {
  const { rows } = await pool.query('SELECT id, name FROM products')
  await fetch(`${SEARCH}/indexes/products/documents`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${KEY}` },
    body: JSON.stringify(rows),
  })
  await fetch('http://localhost:3011/api/cache/clear', { method: 'POST' })
}

void reindex()
