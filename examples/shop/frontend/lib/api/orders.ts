import { api } from './client'
import { config } from '../config'

export interface Order {
  id: number
  status: 'open' | 'paid' | 'shipped'
}

export async function createOrder(): Promise<Order> {
  const { data } = await api.post<Order>('/api/orders')
  return data
}

export async function getOrder(id: string): Promise<Order> {
  const response = await fetch(`${config.apiUrl}/api/orders/${id}`)
  return response.json()
}

export function exportOrders(format: 'csv' | 'pdf') {
  const host = process.env.NODE_ENV === 'production' ? 'https://shop.example.net' : 'http://localhost:3011'
  window.open(`${host}/api/orders/export.${format}`)
}

export function track(id: string) {
  return navigator.sendBeacon('http://shop.example.net/api/track', JSON.stringify({ id }))
}
