'use client'

import { useEffect, useState } from 'react'
import { io } from 'socket.io-client'

export function OrderStatus({ id }: { id: string }) {
  const [status, setStatus] = useState('open')

  useEffect(() => {
    const socket = new WebSocket(`ws://localhost:3011/ws/orders/${id}`)
    socket.onmessage = (event) => setStatus(event.data)
    return () => socket.close()
  }, [id])

  useEffect(() => {
    const chat = io(process.env.NEXT_PUBLIC_WS_URL || 'ws://localhost:3011')
    return () => {
      chat.disconnect()
    }
  }, [])

  useEffect(() => {
    const feed = new WebSocket('/ws/feed')
    return () => feed.close()
  }, [])

  return <p>{status}</p>
}
