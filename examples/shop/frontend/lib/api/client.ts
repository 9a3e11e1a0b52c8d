import axios from 'axios'

export const api = axios.create({
  baseURL: process.env.NEXT_PUBLIC_API_URL || 'http://localhost:3001',
  withCredentials: true,
})

export const admin = axios.create({ baseURL: 'http://127.0.0.1:3011/admin', timeout: 5000 })
